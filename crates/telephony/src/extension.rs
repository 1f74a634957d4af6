//! `X-` headers: which of a call's headers a flow sees, and which ones a flow may send.

use crate::message::Headers;

/// The most headers that a flow sees (`NewPhoneContact.Headers`).
pub const MAX_HEADERS: usize = 20;

/// The most bytes of names and values that a flow sees, together.
pub const MAX_BYTES: usize = 1_000;

/// The `X-` headers of an INVITE, as far as the limits go: the first that does not fit ends it.
/// The first of several with one name counts.
pub fn received(headers: &Headers) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    let mut bytes = 0;
    for (name, value) in headers.iter().filter(|(name, _)| is_extension(name)) {
        if out.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        bytes += name.len() + value.len();
        if out.len() == MAX_HEADERS || bytes > MAX_BYTES {
            break;
        }
        out.push((name.to_owned(), value.to_owned()));
    }
    out
}

/// What of the wanted headers goes out: `X-` names that the list has, within the same limits.
pub fn allowed<'a>(
    wanted: impl IntoIterator<Item = (&'a str, &'a str)>,
    allow_list: &[String],
) -> Headers {
    let is_allowed = |name: &str| allow_list.iter().any(|known| known.eq_ignore_ascii_case(name));
    let wanted = wanted.into_iter().filter(|(name, _)| is_allowed(name));
    let headers: Headers = wanted.map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    received(&headers).into_iter().collect()
}

fn is_extension(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let prefix = name.get(..2).is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-"));
    prefix && name.len() > 2 && name.bytes().all(is_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&str, &str)]) -> Headers {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn extensions_are_received_within_limits() {
        let mixed =
            headers(&[("From", "a"), ("X-A", "1"), ("x-b", "2"), ("X-a", "3"), ("X-", "4")]);
        let expected = [("X-A".to_owned(), "1".to_owned()), ("x-b".to_owned(), "2".to_owned())];
        assert_eq!(received(&mixed), expected);
        let many: Headers = (0..30).map(|at| (format!("X-{at}"), "v".to_owned())).collect();
        assert_eq!(received(&many).len(), MAX_HEADERS);
        let long = headers(&[("X-A", &"v".repeat(600)), ("X-B", &"v".repeat(600)), ("X-C", "v")]);
        assert_eq!(received(&long).len(), 1);
    }

    #[test]
    fn only_listed_extensions_are_sent() {
        let wanted = [("X-Case", "5"), ("X-Secret", "6"), ("Route", "<sip:eve>"), ("X-A: b", "7")];
        let list = ["x-case".to_owned(), "Route".to_owned(), "X-A: b".to_owned()];
        let sent = allowed(wanted, &list);
        assert_eq!(sent.iter().collect::<Vec<_>>(), [("X-Case", "5")]);
    }
}

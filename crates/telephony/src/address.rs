//! Reads the addresses in SIP headers: `"Name" <sip:user@host;uri-param>;header-param`.

/// The longest header value that is looked into, in bytes.
const MAX_BYTES: usize = 4_096;

/// An address with its display name and the parameters of its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameAddr<'a> {
    /// The display name without its quotes, still escaped.
    pub display: &'a str,
    /// The URI without brackets.
    pub uri: &'a str,
    params: &'a str,
}

impl<'a> NameAddr<'a> {
    /// Reads one address. None when the brackets or quotes do not match, or nothing is there.
    pub fn parse(value: &'a str) -> Option<Self> {
        if value.len() > MAX_BYTES {
            return None;
        }
        let value = value.trim();
        let Some(open) = find_outside_quotes(value, '<') else {
            // Without brackets, parameters belong to the header (RFC 3261, section 20.10).
            let (uri, params) = value.split_once(';').unwrap_or((value, ""));
            let uri = uri.trim();
            return (!uri.is_empty()).then_some(Self { display: "", uri, params });
        };
        let close = open + value[open..].find('>')?;
        let display = value[..open].trim();
        let display =
            display.strip_prefix('"').and_then(|d| d.strip_suffix('"')).unwrap_or(display);
        let params = value[close + 1..].trim_start().strip_prefix(';').unwrap_or_default();
        Some(Self { display, uri: value[open + 1..close].trim(), params })
    }

    /// A parameter of the header, whatever the case of its name; empty when it has no value.
    pub fn param(&self, name: &str) -> Option<&'a str> {
        param(self.params, name)
    }
}

/// A URI in parts: `sip`, `sips` or `tel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uri<'a> {
    /// The scheme as written.
    pub scheme: &'a str,
    /// What stands before the `@`, without a password; the number of a `tel` URI.
    pub user: &'a str,
    /// Host and port; empty for `tel`.
    pub host: &'a str,
    params: &'a str,
}

impl<'a> Uri<'a> {
    /// Reads a URI. None when it has no scheme.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once(':')?;
        let rest = rest.split('?').next().unwrap_or_default();
        if scheme.eq_ignore_ascii_case("tel") {
            let (user, params) = rest.split_once(';').unwrap_or((rest, ""));
            return Some(Self { scheme, user, host: "", params });
        }
        // The user part may hold `;` (number portability), so the `@` is looked for first.
        let (user, rest) = rest.rsplit_once('@').unwrap_or(("", rest));
        let user = user.split([':', ';']).next().unwrap_or_default();
        let (host, params) = rest.split_once(';').unwrap_or((rest, ""));
        Some(Self { scheme, user, host, params })
    }

    /// A parameter of the URI, whatever the case of its name; empty when it has no value.
    pub fn param(&self, name: &str) -> Option<&'a str> {
        param(self.params, name)
    }
}

/// The URI with another host and port. None when it has no host.
pub(crate) fn with_host(uri: &str, host: &str) -> Option<String> {
    let old = Uri::parse(uri).filter(|parsed| !parsed.host.is_empty())?.host;
    // The host is a part of the text that was parsed; its place is its distance from the start.
    let at = old.as_ptr() as usize - uri.as_ptr() as usize;
    let rest = uri.get(at + old.len()..)?;
    Some(format!("{}{host}{rest}", uri.get(..at)?))
}

/// Splits a header that holds a list at the commas outside quotes and brackets.
pub(crate) fn split_list(value: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped, mut bracketed) = (false, false, false);
    value
        .split(move |c| {
            let is_escape = quoted && !escaped && c == '\\';
            match c {
                '"' if !escaped => quoted = !quoted,
                '<' if !quoted => bracketed = true,
                '>' if !quoted => bracketed = false,
                _ => {}
            }
            escaped = is_escape;
            c == ',' && !quoted && !bracketed
        })
        .map(str::trim)
        .filter(|element| !element.is_empty())
}

/// Turns `%41` into `A`; what is no escape stays. Bytes that are no text become U+FFFD.
pub(crate) fn unescape(text: &str) -> String {
    let hex = |byte: Option<&u8>| byte.and_then(|b| char::from(*b).to_digit(16));
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, hex(bytes.get(at + 1)), hex(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn param<'a>(params: &'a str, name: &str) -> Option<&'a str> {
    params.split(';').find_map(|part| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn find_outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    text.char_indices().find_map(|(at, c)| {
        let is_escape = quoted && !escaped && c == '\\';
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = is_escape;
        (c == wanted && !quoted).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let rows = [
            ("<sip:a@b>;tag=x", "", "sip:a@b", Some("x")),
            ("sip:a@b;tag=x", "", "sip:a@b", Some("x")),
            ("\"A <sip:no@where>, \\\"x\\\"\" <sip:a@b;lr>;Tag = y", "", "sip:a@b;lr", Some("y")),
            ("Alice <tel:+1480>", "Alice", "tel:+1480", None),
            ("<sip:a@b;tag=no>", "", "sip:a@b;tag=no", None),
        ];
        for (value, display, uri, tag) in rows {
            let address = NameAddr::parse(value).unwrap();
            assert_eq!((address.uri, address.param("tag")), (uri, tag), "{value}");
            assert!(display.is_empty() || address.display == display, "{value}");
        }
        for bad in ["", "<sip:a@b", "\"open <sip:a@b>", &"x".repeat(5000)] {
            let read = NameAddr::parse(bad);
            assert!(read.is_none() || !read.unwrap().uri.contains('<') || bad.starts_with('"'));
        }
    }

    #[test]
    fn uris_are_read() {
        let rows = [
            ("sip:+1480;npdi@h:5060;user=phone", "+1480", "h:5060", Some("phone")),
            ("sips:alice:secret@h", "alice", "h", None),
            ("sip:h;transport=tcp", "", "h", None),
            ("tel:+81-3;phone-context=x", "+81-3", "", None),
            ("sip:a@[2001:db8::1]:5070?Subject=x", "a", "[2001:db8::1]:5070", None),
        ];
        for (text, user, host, param) in rows {
            let uri = Uri::parse(text).unwrap();
            assert_eq!((uri.user, uri.host, uri.param("user")), (user, host, param), "{text}");
        }
        assert!(Uri::parse("nothing").is_none());
    }

    #[test]
    fn hosts_are_replaced() {
        for (uri, expected) in [
            ("sip:h@h:5060;transport=tcp", Some("sip:h@new:1;transport=tcp")),
            ("sip:h", Some("sip:new:1")),
            ("sip:a;b@[::1]?c=h", Some("sip:a;b@new:1?c=h")),
            ("tel:+1480", None),
            ("nothing", None),
        ] {
            assert_eq!(with_host(uri, "new:1").as_deref(), expected, "{uri}");
        }
    }

    #[test]
    fn lists_are_split_outside_quotes_and_brackets() {
        let list = "\"a, \\\", b\" <sip:x,y@h>;q=1, <sip:z@h>,,";
        assert_eq!(
            split_list(list).collect::<Vec<_>>(),
            ["\"a, \\\", b\" <sip:x,y@h>;q=1", "<sip:z@h>"]
        );
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescape("%2B1480%zz%4"), "+1480%zz%4");
        assert_eq!(unescape("%ff"), "\u{fffd}");
    }
}

//! The fields of a challenge or an answer: `Digest name="value", name=value`.

use crate::address::split_list;

/// The longest header that is read, in bytes.
const MAX_BYTES: usize = 2_048;

/// The fields in order, values without their quotes.
pub(super) struct Fields<'a>(Vec<(&'a str, String)>);

impl<'a> Fields<'a> {
    /// None when the scheme is another or the header is too long.
    pub(super) fn parse(header: &'a str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ')?;
        if header.len() > MAX_BYTES || !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let fields = split_list(rest).filter_map(|field| field.split_once('='));
        Some(Self(fields.map(|(name, value)| (name.trim(), unquote(value.trim()))).collect()))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.0.iter();
        fields.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

fn unquote(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        out.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    out
}

pub(super) fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        if matches!(letter, '"' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_with_quotes_and_without() {
        let header = "Digest realm=\"a, \\\"b\\\"\",qop=auth , nonce=\"<x=\"";
        let fields = Fields::parse(header).unwrap();
        assert_eq!(fields.get("Realm"), Some("a, \"b\""));
        assert_eq!(fields.get("qop"), Some("auth"));
        assert_eq!(fields.get("nonce"), Some("<x="));
        assert_eq!(quote("a, \"b\""), "\"a, \\\"b\\\"\"");
        assert!(Fields::parse("Basic abc").is_none());
        assert!(Fields::parse(&format!("Digest a={}", "x".repeat(3_000))).is_none());
    }
}

//! What of a substituted value is encoded in a URL (decision 7): bytes that no URL may contain,
//! and nothing else, because authors encode their paths by hand or with `urlencode`.

/// Appends a value, encoding controls, the blank, `"<>\^` `` ` `` `{|}` and what is not ASCII.
pub(crate) fn encode(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        let is_forbidden = !(0x21..=0x7e).contains(&byte)
            || matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}');
        if is_forbidden {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        } else {
            out.push(char::from(byte));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_url_may_contain_is_encoded() {
        let cases = [
            ("4806754111", "4806754111"),
            ("+1 480", "+1%20480"),
            ("a%27b", "a%27b"),
            ("x'&=?#/", "x'&=?#/"),
            ("Zoë\n", "Zo%C3%AB%0A"),
            ("{\"a\"|b}", "%7B%22a%22%7Cb%7D"),
        ];
        for (text, expected) in cases {
            let mut out = String::new();
            encode(text, &mut out);
            assert_eq!(out, expected);
        }
    }
}

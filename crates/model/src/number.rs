//! Telephone numbers: one function turns what arrived into what a flow sees (decision 4).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a flow sees when the caller withholds the number.
pub const ANONYMOUS: &str = "anonymous";

/// Rules that turn a dialled or calling number into E.164.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NumberRules {
    /// Country code put before national numbers, digits only (`1`, `81`). None leaves them.
    pub default_country_code: Option<String>,
    /// The prefix of national numbers that is dropped first (`0` in Japan). None drops nothing.
    pub national_prefix: Option<String>,
    /// Prefixes that mean an international number follows (`00`, `011`).
    pub international_prefixes: Vec<String>,
}

/// Turns a number as received into the ANI or DNIS that a flow sees: E.164 where it is a number,
/// [`ANONYMOUS`] where it is withheld, and percent-escaped data for anything else, so that no
/// caller can put a quote or a space into a request.
pub fn normalise(received: &str, rules: &NumberRules) -> String {
    let text = received.trim();
    if text.is_empty() || is_withheld(text) {
        return ANONYMOUS.to_owned();
    }
    let digits: String =
        text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    if let Some(rest) = digits.strip_prefix('+')
        && is_number(rest)
    {
        return digits;
    }
    if !is_number(&digits) {
        return escape(text);
    }
    to_e164(&digits, rules)
}

fn to_e164(digits: &str, rules: &NumberRules) -> String {
    let international = rules.international_prefixes.iter().filter(|prefix| !prefix.is_empty());
    for prefix in international {
        if let Some(rest) = digits.strip_prefix(prefix.as_str())
            && is_number(rest)
        {
            return format!("+{rest}");
        }
    }
    let Some(country) = &rules.default_country_code else { return digits.to_owned() };
    let national = rules.national_prefix.as_deref().and_then(|prefix| digits.strip_prefix(prefix));
    if let Some(national) = national.filter(|rest| is_number(rest)) {
        return format!("+{country}{national}");
    }
    // A national number with the country code in front already, as many trunks send it.
    if digits.len() > 10 && digits.starts_with(country.as_str()) {
        return format!("+{digits}");
    }
    // Short numbers are extensions and service codes: they have no E.164 form.
    if digits.len() < 7 { digits.to_owned() } else { format!("+{country}{digits}") }
}

fn is_withheld(text: &str) -> bool {
    ["anonymous", "restricted", "unknown", "unavailable", "private"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 32 && text.bytes().all(|b| b.is_ascii_digit())
}

/// At most this many bytes of a strange ANI are kept.
const MAX_STRANGE_BYTES: usize = 128;

fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes().take(MAX_STRANGE_BYTES) {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' | b'@' | b'+' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn japan() -> NumberRules {
        NumberRules {
            default_country_code: Some("81".into()),
            national_prefix: Some("0".into()),
            international_prefixes: vec!["010".into()],
        }
    }

    #[test]
    fn numbers_become_e164() {
        let none = NumberRules::default();
        let cases = [
            ("+14806754111", &none, "+14806754111"),
            (" +1 (480) 675-4111 ", &none, "+14806754111"),
            ("4806754111", &none, "4806754111"),
            ("03-1234-5678", &japan(), "+81312345678"),
            ("010 1 480 675 4111", &japan(), "+14806754111"),
            ("8131234567890", &japan(), "+8131234567890"),
            ("110", &japan(), "110"),
            ("Anonymous", &none, "anonymous"),
            ("", &none, "anonymous"),
        ];
        for (received, rules, expected) in cases {
            assert_eq!(normalise(received, rules), expected, "{received:?}");
        }
    }

    #[test]
    fn what_is_no_number_cannot_end_a_quoted_literal() {
        let ani = normalise("x' OR Name LIKE '", &NumberRules::default());
        assert_eq!(ani, "x%27%20OR%20Name%20LIKE%20%27");
    }
}

//! Values that no trace may show, and the forms in which they might stand in one (decision 20).

use trunkline_expr::Value;
use trunkline_model::trace::{Datum, Fields, MASK, Step};

use super::convert::text_of;

/// Shorter secrets are looked for as whole words only: inside other texts they would match
/// everywhere.
const SHORTEST_INSIDE: usize = 3;

/// Shorter pieces of Base64 would match other texts by chance.
const SHORTEST_BASE64: usize = 4;

/// The most forms that are looked for. One contact that brings more shows nothing any more.
const MAX_FORMS: usize = 4_000;

/// The secrets that one contact has brought.
#[derive(Default)]
pub(super) struct Secrets {
    forms: Vec<String>,
    words: Vec<String>,
    is_full: bool,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.forms.len() + self.words.len())
    }
}

impl Secrets {
    /// Remembers a value; of lists and maps, everything in them too.
    pub(super) fn add_value(&mut self, value: &Value<'_>) {
        match value {
            Value::Null => return,
            Value::List(list) => list.items().iter().for_each(|item| self.add_value(item)),
            Value::Map(map) => map.iter().for_each(|(_, member)| self.add_value(member)),
            _ => {}
        }
        self.add(&text_of(value));
        if matches!(value, Value::List(_) | Value::Map(_)) {
            self.add(&value.to_json());
        }
    }

    /// Remembers a text.
    pub(super) fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        if secret.len() < SHORTEST_INSIDE {
            if !secret.is_empty() && !self.words.iter().any(|word| word == secret) {
                self.words.push(secret.to_owned());
            }
            return;
        }
        if self.forms.len() >= MAX_FORMS {
            self.is_full = true;
            return;
        }
        for form in forms(secret) {
            if !self.forms.contains(&form) {
                self.forms.push(form);
            }
        }
        // Longer ones first, so that no part of one is left over.
        self.forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.forms.is_empty() && self.words.is_empty()
    }

    /// Masks the secrets in a line of the trace.
    pub(super) fn mask_step(&self, step: &mut Step) {
        self.mask_fields(&mut step.input);
        self.mask_fields(&mut step.output);
        step.warnings.iter_mut().for_each(|text| self.mask_text(text));
        if let Some(failure) = &mut step.failure {
            self.mask_text(&mut failure.description);
        }
    }

    fn mask_fields(&self, fields: &mut Fields) {
        fields.0.iter_mut().for_each(|(_, datum)| self.mask_datum(datum));
    }

    fn mask_datum(&self, datum: &mut Datum) {
        match datum {
            Datum::Text(text) => self.mask_text(text),
            Datum::List(items) => items.iter_mut().for_each(|item| self.mask_datum(item)),
            Datum::Fields(fields) => self.mask_fields(fields),
            Datum::Integer(number) => {
                if self.holds(&number.to_string()) {
                    *datum = Datum::from(MASK);
                }
            }
            Datum::Decimal(number) => {
                if self.holds(&text_of(&Value::Double(*number))) {
                    *datum = Datum::from(MASK);
                }
            }
            Datum::Null | Datum::Bool(_) => {}
        }
    }

    fn holds(&self, text: &str) -> bool {
        self.is_full || self.forms.iter().chain(&self.words).any(|form| form == text)
    }

    /// Whether there is a secret in a text.
    pub(super) fn are_in(&self, text: &str) -> bool {
        let mut masked = text.to_owned();
        self.mask_text(&mut masked);
        masked != text
    }

    /// Masks the secrets in a text.
    pub(super) fn mask_text(&self, text: &mut String) {
        if self.is_full && !text.is_empty() {
            MASK.clone_into(text);
            return;
        }
        for form in &self.forms {
            if text.contains(form.as_str()) {
                *text = text.replace(form.as_str(), MASK);
            }
        }
        for word in &self.words {
            mask_word(text, word);
        }
    }
}

/// Masks a short secret where it stands alone.
fn mask_word(text: &mut String, word: &str) {
    let mut from = 0;
    while let Some(found) = text[from..].find(word) {
        let (start, end) = (from + found, from + found + word.len());
        let before = text[..start].chars().next_back();
        let after = text[end..].chars().next();
        if before.is_some_and(char::is_alphanumeric) || after.is_some_and(char::is_alphanumeric) {
            from = end;
        } else {
            text.replace_range(start..end, MASK);
            from = start + MASK.len();
        }
    }
}

/// Plain, escaped for JSON, for a URL and for HTML, and in hexadecimal and Base64.
fn forms(secret: &str) -> Vec<String> {
    let mut json = String::new();
    crate::json::write_string(secret, &mut json);
    let mut in_url = String::new();
    super::url::encode(secret, &mut in_url);
    let percent = percent_encoded(secret);
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        html_escaped(secret),
        in_url,
        percent.to_lowercase(),
        percent.replace("%20", "+"),
        percent,
        hex.to_uppercase(),
        hex,
    ];
    for shift in 0..3 {
        let piece = base64_piece(secret.as_bytes(), shift);
        if piece.len() >= SHORTEST_BASE64 {
            forms.push(piece.replace('+', "-").replace('/', "_"));
            forms.push(piece);
        }
    }
    forms
}

fn percent_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn html_escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

/// The characters of Base64 that a secret determines alone when `shift` bytes (modulo 3) stand
/// before it, as in `user:secret`.
fn base64_piece(secret: &[u8], shift: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = (shift + secret.len()) * 8;
    let byte = |at: usize| at.checked_sub(shift).and_then(|at| secret.get(at)).copied();
    let sextet = |place: usize| {
        let (at, offset) = (place * 6 / 8, place * 6 % 8);
        let pair = u16::from(byte(at).unwrap_or(0)) << 8 | u16::from(byte(at + 1).unwrap_or(0));
        usize::from(pair >> (10 - offset) & 63)
    };
    let first = (shift * 8).div_ceil(6);
    (first..bits / 6).map(|place| char::from(ALPHABET[sextet(place)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(secret: &str, text: &str) -> String {
        let mut secrets = Secrets::default();
        secrets.add(secret);
        let mut text = text.to_owned();
        secrets.mask_text(&mut text);
        text
    }

    #[test]
    fn a_secret_is_found_in_every_form() {
        let secret = "ca na\"ry&1";
        let texts = [
            "ca na\"ry&1",
            r#"ca na\"ry&1"#,
            "ca%20na%22ry&1",
            "ca%20na%22ry%261",
            "ca+na%22ry%261",
            "ca na&quot;ry&amp;1",
            "6361206e612272792631",
            "6361206E612272792631",
        ];
        for text in texts {
            assert_eq!(masked(secret, &format!("a {text} b")), "a ••• b", "{text}");
        }
    }

    #[test]
    fn base64_is_found_wherever_the_secret_stands_in_it() {
        // base64("canary"), base64("u:canary"), base64("me:canary!"): what is left over holds at
        // most a few bits of the secret.
        assert_eq!(masked("canary", "Y2FuYXJ5"), "•••");
        assert_eq!(masked("canary", "dTpjYW5hcnk="), "dTp•••k=");
        assert_eq!(masked("canary", "bWU6Y2FuYXJ5IQ=="), "bWU6•••IQ==");
    }

    #[test]
    fn short_secrets_are_masked_as_words() {
        assert_eq!(masked("12", "12 in {\"pin\":\"12\"}, not in 2012"), {
            "••• in {\"pin\":\"•••\"}, not in 2012"
        });
    }

    #[test]
    fn what_cannot_be_searched_for_any_more_is_not_shown() {
        let mut secrets = Secrets::default();
        for n in 0..2_000 {
            secrets.add(&format!("secret number {n}"));
        }
        let mut text = "anything".to_owned();
        secrets.mask_text(&mut text);
        assert_eq!(text, MASK);
    }
}

//! Sign-in names and other short texts: what is allowed, and when two are the same.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::error::AccountsError;

/// The longest sign-in name, in characters: an e-mail address fits (RFC 5321, section 4.5.3.1).
const MAX_NAME_CHARS: usize = 254;

/// The longest name for people, in characters.
const MAX_DISPLAY_CHARS: usize = 100;

/// A text in Unicode's normal form NFKC: what looks the same and is typed on different keyboards
/// (full-width letters, composed accents) is the same.
pub(crate) fn normal(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfkc().normalize(text)
}

/// A sign-in name as it is kept, checked.
pub(crate) fn checked(name: &str) -> Result<String, AccountsError> {
    let name = normal(name.trim());
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '+');
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS || !name.chars().all(fits) {
        let problem = format!(
            "a sign-in name has 1 to {MAX_NAME_CHARS} letters, digits and `.`, `_`, `-`, `@`, `+`"
        );
        return Err(AccountsError::invalid("name", problem));
    }
    Ok(name.into_owned())
}

/// What two spellings of one sign-in name have in common: neither case nor width counts.
pub(crate) fn key(name: &str) -> String {
    // What is too long for a name is no name; it is cut so that it costs nothing.
    let short: String = name.trim().chars().take(MAX_NAME_CHARS + 1).collect();
    normal(&normal(&short).to_lowercase()).into_owned()
}

/// A name for people, checked.
pub(crate) fn display(name: &str) -> Result<String, AccountsError> {
    let name = name.trim();
    let count = name.chars().count();
    if count == 0 || count > MAX_DISPLAY_CHARS || name.chars().any(char::is_control) {
        let problem = format!("a display name has 1 to {MAX_DISPLAY_CHARS} characters in one line");
        return Err(AccountsError::invalid("display_name", problem));
    }
    Ok(name.to_owned())
}

/// The beginning of a text that others have sent, on one line.
pub(crate) fn cut(text: &str, most_chars: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most_chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one_name() {
        for name in ["Aki.Tanaka", " aki.tanaka ", "ＡＫＩ.tanaka", "AKI.TANAKA"] {
            assert_eq!(key(name), "aki.tanaka", "{name}");
        }
        assert_eq!(key("José"), key("Jose\u{301}"));
        assert_ne!(key("jose"), key("josé"));
        assert_eq!(checked("ａｋｉ").unwrap(), "aki");
        assert_eq!(checked("田中").unwrap(), "田中");
    }

    #[test]
    fn strange_names_are_refused() {
        let long = "x".repeat(255);
        for name in ["", "  ", "a b", "a\u{0}b", "a\nb", "<script>", "a/b", "a\u{202e}b", &long] {
            let error = checked(name).unwrap_err();
            assert_eq!((error.code(), error.field()), ("invalid", Some("name")), "{name:?}");
        }
        for name in ["", "a\nb", &long] {
            assert_eq!(display(name).unwrap_err().field(), Some("display_name"));
        }
        assert_eq!(display(" 田中 亜希 ").unwrap(), "田中 亜希");
        assert_eq!(key(&"é".repeat(100_000)).chars().count(), 255);
    }
}

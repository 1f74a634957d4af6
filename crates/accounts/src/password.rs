//! Which passwords are taken: long ones that are not among the first to be tried. No rules about
//! kinds of characters (NIST SP 800-63B, section 3.1.1.2).

use crate::error::Weakness;
use crate::name::normal;
use crate::secret::Password;

/// The fewest characters.
const MIN_CHARS: usize = 12;

/// The most characters.
const MAX_CHARS: usize = 128;

/// So many different characters at least: fewer are a repetition.
const MIN_DIFFERENT: usize = 5;

/// What is left of a password without its user's names must have so many characters.
const MIN_BESIDE_NAME: usize = 8;

/// A name shorter than this is in many good passwords by chance.
const MIN_NAME_CHARS: usize = 3;

/// Passwords of 12 characters and more that people use most, in lower case.
const COMMONEST: &str = include_str!("commonest.txt");

/// Whether a user with these names may have this password.
pub(crate) fn check(password: &Password, names: &[&str]) -> Result<(), Weakness> {
    let whole = password.as_str();
    // Cheap first: what is normalised below is not long.
    if whole.chars().nth(MAX_CHARS).is_some() {
        return Err(Weakness::TooLong);
    }
    let text = normal(&normal(whole).to_lowercase()).into_owned();
    if text.chars().count() < MIN_CHARS || whole.chars().count() < MIN_CHARS {
        return Err(Weakness::TooShort);
    }
    if names.iter().flat_map(|name| parts(name)).any(|name| is_mostly(&text, &name)) {
        return Err(Weakness::IsName);
    }
    if is_common(&text) || is_row(&text) || different(&text) < MIN_DIFFERENT {
        return Err(Weakness::TooCommon);
    }
    Ok(())
}

/// A name, and what stands before the `@` of an address.
fn parts(name: &str) -> Vec<String> {
    let name = normal(&normal(name).to_lowercase()).into_owned();
    let local = name.split('@').next().unwrap_or_default().to_owned();
    let joined = name.replace([' ', '.', '_', '-'], "");
    vec![name, local, joined]
}

fn is_mostly(text: &str, name: &str) -> bool {
    if name.chars().count() < MIN_NAME_CHARS || !text.contains(name) {
        return false;
    }
    text.replace(name, "").chars().count() < MIN_BESIDE_NAME
}

/// Whether it is one of the commonest, whatever digits and signs stand behind it.
fn is_common(text: &str) -> bool {
    let stem = text.trim_end_matches(|c: char| !c.is_alphabetic());
    let is_listed = |text: &str| COMMONEST.lines().any(|line| line == text);
    let stem_of = |line: &str| line.trim_end_matches(|c: char| !c.is_alphabetic()) == stem;
    is_listed(text) || (!stem.is_empty() && COMMONEST.lines().any(stem_of))
}

/// Whether every character follows the one before it, up or down: `abcdefghijkl`, `987654321098`.
fn is_row(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps = codes.windows(2).filter(|pair| (pair[1] - pair[0]).abs() == 1).count();
    steps + 2 >= codes.len()
}

fn different(text: &str) -> usize {
    let mut chars: Vec<char> = text.chars().collect();
    chars.sort_unstable();
    chars.dedup();
    chars.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(password: &str) -> Result<(), Weakness> {
        check(&Password::new(password), &["aki.tanaka@example.com", "Aki Tanaka"])
    }

    #[test]
    fn length_counts_in_characters() {
        assert_eq!(of("short pass."), Err(Weakness::TooShort));
        assert_eq!(of("twelve chars"), Ok(()));
        let long: String = "abcdefgh-".chars().cycle().take(128).collect();
        assert_eq!(of(&long), Ok(()));
        assert_eq!(of(&format!("{long}x")), Err(Weakness::TooLong));
        assert_eq!(of(&"x".repeat(10_000_000)), Err(Weakness::TooLong));
        assert_eq!(of("桜が咲く丘で会いましょう"), Ok(()));
        assert_eq!(of("桜が咲く丘で会い"), Err(Weakness::TooShort));
    }

    #[test]
    fn names_are_no_passwords() {
        for password in [
            "aki.tanaka@example.com",
            "AKI.TANAKA@EXAMPLE.COM1",
            "aki.tanaka123",
            "AkiTanaka2026!",
            "Aki Tanaka 1",
            "ａｋｉ.tanaka12",
        ] {
            assert_eq!(of(password), Err(Weakness::IsName), "{password}");
        }
        assert_eq!(of("akitanaka likes green tea"), Ok(()));
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        for password in [
            "password1234",
            "Password1234!",
            "PasswordPassword",
            "passwordpassword99",
            "qwertyuiop2026",
            "abcdefghijklm",
            "zyxwvutsrqponm",
            "123456789012",
            "aaaaaaaaaaaaaaa",
            "abababababababab",
            "Administrator1",
        ] {
            assert_eq!(of(password), Err(Weakness::TooCommon), "{password}");
        }
    }

    #[test]
    fn good_ones_are_taken_without_rules_about_characters() {
        for password in
            ["correct horse battery", "kfw7-2mtr-x9pq", "thequickbrownfox", "72918463 5027"]
        {
            assert_eq!(of(password), Ok(()), "{password}");
        }
    }

    #[test]
    fn the_list_holds_what_could_be_typed() {
        for line in COMMONEST.lines() {
            assert_eq!(line, line.to_lowercase());
        }
    }
}

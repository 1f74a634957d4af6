//! Writes out data that is to be read in a way of its own, so that every provider reads it alike.
//!
//! Digits, letters and telephone numbers are written out in every language; dates, amounts, ranks
//! and times in English and Japanese. Elsewhere, and for data that is not what it is said to be,
//! the text stays as it is and the provider reads it in its own way.

mod amount;
mod date;
mod english;
mod japanese;

use crate::language::Language;
use crate::ssml::SayAs;

/// Longer data is no number, date or code; it stays as it is. In bytes.
const MAX_BYTES: usize = 100;

/// The words for the text in the language.
pub(crate) fn spell(text: &str, how: &SayAs, language: &Language) -> String {
    let trimmed = text.trim();
    if trimmed.len() > MAX_BYTES {
        return text.to_owned();
    }
    let words = match how {
        SayAs::Plain | SayAs::Cardinal => None,
        SayAs::Digits => Some(digits(trimmed, language)),
        SayAs::Characters => Some(characters(trimmed, language)),
        SayAs::Telephone => Some(telephone(trimmed, language)),
        SayAs::Ordinal => ordinal(trimmed, language),
        SayAs::Time => time(trimmed, language),
        SayAs::Date(order) => date::read(trimmed, order.as_deref(), language).and_then(|date| {
            match language.primary() {
                "en" => Some(english::date(&date, language)),
                "ja" => Some(japanese::date(&date)),
                _ => None,
            }
        }),
        SayAs::Currency(code) => {
            amount::read(trimmed, code.as_deref()).and_then(|amount| match language.primary() {
                "en" => Some(english::amount(&amount)),
                "ja" => Some(japanese::amount(&amount)),
                _ => None,
            })
        }
    };
    words.unwrap_or_else(|| text.to_owned())
}

/// One digit after the other; what stands between groups is a small pause.
fn digits(text: &str, language: &Language) -> String {
    let groups = text.split(|c: char| !c.is_alphanumeric()).filter(|group| !group.is_empty());
    join(groups.map(|group| apart(group, language)), language)
}

/// A character after the other, signs by their names.
fn characters(text: &str, language: &Language) -> String {
    let groups = text.split_whitespace().map(|group| apart(group, language));
    join(groups, language)
}

fn telephone(text: &str, language: &Language) -> String {
    let is_plus = text.starts_with('+');
    let is_bare = text.trim_start_matches('+').bytes().all(|b| b.is_ascii_digit());
    let spoken = match is_bare {
        true => join(grouped(text.trim_start_matches('+')).map(|it| apart(it, language)), language),
        false => digits(text, language),
    };
    match (is_plus, language.primary()) {
        (false, _) => spoken,
        (true, "en") => format!("plus {spoken}"),
        (true, "ja") => format!("プラス {spoken}"),
        (true, _) => format!("+ {spoken}"),
    }
}

/// The groups of a number that is written in one: as in North America where it fits, else of
/// three, and never a single digit at the end.
fn grouped(number: &str) -> impl Iterator<Item = &str> {
    let sizes: Vec<usize> = match number.len() {
        10 => vec![3, 3, 4],
        11 if number.starts_with('1') => vec![1, 3, 3, 4],
        length => {
            let mut sizes = vec![3; length / 3];
            match (length % 3, sizes.last_mut()) {
                (0, _) => {}
                (1, Some(last)) => *last = 4,
                (rest, _) => sizes.push(rest),
            }
            sizes
        }
    };
    let mut at = 0;
    sizes.into_iter().map(move |size| {
        at += size;
        &number[at - size..at]
    })
}

fn join(groups: impl Iterator<Item = String>, language: &Language) -> String {
    let groups: Vec<String> = groups.collect();
    groups.join(if language.is_japanese() { "、" } else { ", " })
}

/// The characters of a group, each on its own.
fn apart(group: &str, language: &Language) -> String {
    let name = |c: char| -> String {
        let known = match language.primary() {
            "en" => english::sign(c),
            "ja" => japanese::sign(c),
            _ => None,
        };
        known.map_or_else(|| c.to_uppercase().to_string(), str::to_owned)
    };
    let names: Vec<String> = group.chars().map(name).collect();
    names.join(" ")
}

fn ordinal(text: &str, language: &Language) -> Option<String> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number {
        return None;
    }
    match language.primary() {
        "en" => Some(english::ordinal(text)),
        "ja" => Some(format!("{text}番目")),
        _ => None,
    }
}

fn time(text: &str, language: &Language) -> Option<String> {
    let mut parts = text.split(':');
    let hour: u8 = parts.next()?.parse().ok().filter(|hour| *hour < 25)?;
    let minute: u8 = parts.next()?.parse().ok().filter(|minute| *minute < 60)?;
    if parts.next().is_some() || !language.is_japanese() {
        return None;
    }
    Some(if minute == 0 { format!("{hour}時") } else { format!("{hour}時{minute}分") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn en(text: &str, how: SayAs) -> String {
        spell(text, &how, &Language::en_us())
    }

    fn ja(text: &str, how: SayAs) -> String {
        spell(text, &how, &Language::ja_jp())
    }

    fn date(order: &str) -> SayAs {
        SayAs::Date((!order.is_empty()).then(|| order.to_owned()))
    }

    #[test]
    fn digits_and_characters() {
        assert_eq!(en("1204", SayAs::Digits), "1 2 0 4");
        assert_eq!(en("12-34", SayAs::Digits), "1 2, 3 4");
        assert_eq!(en("ab-1", SayAs::Characters), "A B dash 1");
        assert_eq!(ja("10-4", SayAs::Digits), "いち ゼロ、よん");
        assert_eq!(ja("A.1", SayAs::Characters), "A ドット いち");
        let german = Language::of_voice_name("de-DE-X").unwrap();
        assert_eq!(spell("42", &SayAs::Digits, &german), "4 2");
        assert_eq!(spell("1.2.2026", &date(""), &german), "1.2.2026");
    }

    #[test]
    fn telephone_numbers() {
        assert_eq!(en("+14155550123", SayAs::Telephone), "plus 1, 4 1 5, 5 5 5, 0 1 2 3");
        assert_eq!(en("(415) 555-0123", SayAs::Telephone), "4 1 5, 5 5 5, 0 1 2 3");
        assert_eq!(en("4155550123", SayAs::Telephone), "4 1 5, 5 5 5, 0 1 2 3");
        assert_eq!(en("1234567", SayAs::Telephone), "1 2 3, 4 5 6 7");
        assert_eq!(en("1", SayAs::Telephone), "1");
        assert_eq!(
            ja("03-1234-5678", SayAs::Telephone),
            "ゼロ さん、いち に さん よん、ご ろく なな はち"
        );
    }

    #[test]
    fn dates() {
        assert_eq!(en("2026-03-01", date("")), "March 1st, 2026");
        assert_eq!(en("03/01/2026", date("")), "March 1st, 2026");
        assert_eq!(en("01.03.2026", date("dmy")), "March 1st, 2026");
        assert_eq!(en("20260322", date("yyyymmdd")), "March 22nd, 2026");
        assert_eq!(en("10/1", date("md")), "October 1st");
        assert_eq!(en("3/2026", date("my")), "March 2026");
        assert_eq!(en("2/30/26", date("mdy")), "2/30/26");
        assert_eq!(en("2/29/24", date("mdy")), "February 29th, 2024");
        assert_eq!(en("13/13/2026", date("")), "13/13/2026");
        assert_eq!(en("tomorrow", date("")), "tomorrow");
        let british = Language::of_voice_name("en-GB").unwrap();
        assert_eq!(spell("01/03/2026", &date(""), &british), "1st of March, 2026");
        assert_eq!(ja("2026-03-01", date("")), "2026年3月1日");
        assert_eq!(ja("2026/3/1", date("")), "2026年3月1日");
        assert_eq!(ja("3/1", date("md")), "3月1日");
    }

    #[test]
    fn amounts() {
        let plain = SayAs::Currency(None);
        let coded = |code: &str| SayAs::Currency(Some(code.to_owned()));
        for (text, how, expected) in [
            ("$1,234.50", plain.clone(), "1234 dollars and 50 cents"),
            ("$1.01", plain.clone(), "1 dollar and 1 cent"),
            ("$0.05", plain.clone(), "5 cents"),
            ("USD 20", plain.clone(), "20 dollars"),
            ("-£3.5", plain.clone(), "minus 3 pounds and 50 pence"),
            ("3,50 €", plain.clone(), "3 euros and 50 cents"),
            ("¥1,200", plain.clone(), "1200 yen"),
            ("12", coded("EUR"), "12 euros"),
            ("12.25", coded("XTS"), "12.25 X T S"),
            ("a lot", plain.clone(), "a lot"),
            ("$1.2.3", plain.clone(), "$1.2.3"),
            ("$", plain.clone(), "$"),
        ] {
            assert_eq!(en(text, how), expected, "{text}");
        }
        assert_eq!(ja("¥1,200", plain.clone()), "1200円");
        assert_eq!(ja("$4.50", plain.clone()), "4ドル50セント");
        assert_eq!(ja("-3ユーロ", plain), "-3ユーロ");
    }

    #[test]
    fn ranks_and_times() {
        for (text, expected) in [
            ("1", "1st"),
            ("2", "2nd"),
            ("3", "3rd"),
            ("11", "11th"),
            ("112", "112th"),
            ("23", "23rd"),
        ] {
            assert_eq!(en(text, SayAs::Ordinal), expected);
        }
        assert_eq!(ja("3", SayAs::Ordinal), "3番目");
        assert_eq!(ja("14:30", SayAs::Time), "14時30分");
        assert_eq!(ja("9:00", SayAs::Time), "9時");
        assert_eq!(ja("99:00", SayAs::Time), "99:00");
        assert_eq!(en("2:30 pm", SayAs::Time), "2:30 pm");
    }

    #[test]
    fn hostile_data_stays_as_it_is() {
        let hows = [
            SayAs::Digits,
            SayAs::Characters,
            SayAs::Ordinal,
            SayAs::Time,
            SayAs::Telephone,
            date(""),
            date("yyyymmddx"),
            SayAs::Currency(None),
        ];
        for text in
            ["", " ", "+", "--", "é日本", "$$$", "99999999999999999999999", "1/", "\u{0}", "+é1"]
        {
            for how in &hows {
                let _ = (en(text, how.clone()), ja(text, how.clone()));
            }
        }
        let long = "9".repeat(5_000);
        assert_eq!(en(&long, SayAs::Digits), long);
    }
}

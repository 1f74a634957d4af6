//! What SQLite lacks: comparing and matching without case beyond ASCII, parts of dates.

use std::cmp::Ordering;

use jiff::civil::Date;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::time;

/// Makes `COLLATE soql`, `soql_like`, `soql_has` and `soql_date` known to a connection.
pub(crate) fn register(db: &Connection) -> rusqlite::Result<()> {
    let pure = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    db.create_collation("soql", compare)?;
    db.create_scalar_function("soql_like", 2, pure, |call| {
        let pattern = call.get_raw(0).as_str_or_null()?.unwrap_or_default();
        Ok(call.get_raw(1).as_str_or_null()?.map(|value| is_like(pattern, value)))
    })?;
    db.create_scalar_function("soql_has", 2, pure, |call| {
        let item = call.get_raw(0).as_str_or_null()?.unwrap_or_default();
        Ok(call.get_raw(1).as_str_or_null()?.map(|value| has_item(value, item)))
    })?;
    db.create_scalar_function("soql_date", 2, pure, |call| {
        let part = call.get_raw(0).as_str_or_null()?.unwrap_or_default();
        Ok(call.get_raw(1).as_str_or_null()?.and_then(|value| date_part(part, value)))
    })
}

/// Order without case: by folded characters, as the organisation's language ignores it.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        let fold = |text: &str| text.bytes().map(|b| b.to_ascii_lowercase()).collect::<Vec<_>>();
        return fold(a).cmp(&fold(b));
    }
    folded(a).cmp(folded(b))
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// One piece of a LIKE pattern.
#[derive(Clone, Copy, PartialEq)]
enum Piece {
    /// `%`: any characters, or none.
    Any,
    /// `_`: one character.
    One,
    Char(char),
}

/// Whether the whole value matches the pattern, without case. A backslash comes before a
/// wildcard or backslash that stands for itself.
pub(crate) fn is_like(pattern: &str, value: &str) -> bool {
    let mut pieces = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' if pieces.last() == Some(&Piece::Any) => {}
            '%' => pieces.push(Piece::Any),
            '_' => pieces.push(Piece::One),
            '\\' => pieces.extend(chars.next().into_iter().flat_map(fold_char).map(Piece::Char)),
            c => pieces.extend(fold_char(c).map(Piece::Char)),
        }
    }
    let value: Vec<char> = folded(value).collect();
    matches_from(&pieces, &value)
}

fn fold_char(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase()
}

/// Greedy matching that goes back to the last `%` only: never worse than the product of lengths.
fn matches_from(pieces: &[Piece], value: &[char]) -> bool {
    let (mut piece, mut at) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < value.len() {
        match pieces.get(piece) {
            Some(Piece::Any) => {
                retry = Some((piece + 1, at));
                piece += 1;
                continue;
            }
            Some(Piece::One) => {
                piece += 1;
                at += 1;
                continue;
            }
            Some(Piece::Char(c)) if *c == value[at] => {
                piece += 1;
                at += 1;
                continue;
            }
            Some(Piece::Char(_)) | None => {}
        }
        let Some((after, from)) = retry else { return false };
        retry = Some((after, from + 1));
        piece = after;
        at = from + 1;
    }
    pieces[piece..].iter().all(|piece| *piece == Piece::Any)
}

/// Whether a multi-select picklist's value has this item.
fn has_item(value: &str, item: &str) -> bool {
    value.split(';').any(|held| compare(held.trim(), item.trim()) == Ordering::Equal)
}

/// A part of a day or time as SOQL's date functions give it.
fn date_part(part: &str, value: &str) -> Option<i64> {
    let date: Date = time::parse_date(value.get(..10)?)?;
    let day_of_year = i64::from(date.day_of_year());
    Some(match part {
        "CALENDAR_YEAR" | "FISCAL_YEAR" => i64::from(date.year()),
        "CALENDAR_MONTH" | "FISCAL_MONTH" => i64::from(date.month()),
        "CALENDAR_QUARTER" | "FISCAL_QUARTER" => i64::from((date.month() - 1) / 3 + 1),
        "DAY_IN_MONTH" => i64::from(date.day()),
        "DAY_IN_WEEK" => i64::from(date.weekday().to_sunday_one_offset()),
        "DAY_IN_YEAR" => day_of_year,
        "WEEK_IN_MONTH" => i64::from((date.day() - 1) / 7 + 1),
        "WEEK_IN_YEAR" => (day_of_year - 1) / 7 + 1,
        "HOUR_IN_DAY" => value.get(11..13)?.parse().ok()?,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_matches_whole_values_without_case() {
        for (pattern, value, expected) in [
            ("acme%", "Acme Corp", true),
            ("acme", "Acme Corp", false),
            ("%480%675%4111%", "(480) 675-4111", true),
            ("h_ward", "Howard", true),
            ("h_ward", "Hward", false),
            (r"Under\_Score%", "UnderXScore", false),
            (r"%50\% %", "flag: 50% off", true),
            ("%ÉÜ%", "x éü y", true),
            ("%", "", true),
            ("", "", true),
            ("", "x", false),
            ("_", "", false),
            ("%a", "aab", false),
            ("%ab", "aab", true),
        ] {
            assert_eq!(is_like(pattern, value), expected, "{pattern} {value}");
        }
    }

    #[test]
    fn many_wildcards_are_quick() {
        let pattern = "%a".repeat(2000) + "b";
        assert!(!is_like(&pattern, &"a".repeat(20_000)));
    }

    #[test]
    fn order_ignores_case_beyond_ascii() {
        assert_eq!(compare("CAFÉ", "café"), Ordering::Equal);
        assert_eq!(compare("müller", "Nowak"), Ordering::Less);
        assert_eq!(compare("a", "AB"), Ordering::Less);
    }

    #[test]
    fn parts_of_dates() {
        let value = "2026-03-18T23:30:00.000+0000";
        for (part, expected) in [
            ("CALENDAR_YEAR", 2026),
            ("CALENDAR_QUARTER", 1),
            ("DAY_IN_WEEK", 4),
            ("DAY_IN_YEAR", 77),
            ("WEEK_IN_MONTH", 3),
            ("WEEK_IN_YEAR", 11),
            ("HOUR_IN_DAY", 23),
        ] {
            assert_eq!(date_part(part, value), Some(expected), "{part}");
        }
        assert_eq!(date_part("CALENDAR_YEAR", "odd"), None);
    }

    #[test]
    fn items_of_a_picklist_are_whole() {
        assert!(has_item("English;Spanish", "spanish"));
        assert!(!has_item("English;Spanish", "Span"));
    }
}

//! Reads dates.

use crate::language::Language;

/// A date, maybe in part.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: Option<u16>,
    /// 1 to 12.
    pub(super) month: Option<u8>,
    /// 1 to 31.
    pub(super) day: Option<u8>,
}

/// Reads a date whose parts stand in this order (`mdy`, `ymd`, `md`, `yyyymmdd`); without one, as
/// the language has it. None if it is no date.
pub(super) fn read(text: &str, order: Option<&str>, language: &Language) -> Option<Date> {
    // The time of a timestamp is not part of the date.
    let text = text.split_once(['T', ' ']).map_or(text, |(date, _)| date);
    let parts = parts(text)?;
    let order = match order {
        Some(order) => shortened(order)?,
        None => usual_order(&parts, language).to_owned(),
    };
    if order.len() != parts.len() {
        return None;
    }
    let mut date = Date { year: None, month: None, day: None };
    for (letter, part) in order.chars().zip(&parts) {
        match letter {
            'y' => date.year = Some(year(part)?),
            'm' => date.month = Some(part.parse().ok()?),
            'd' => date.day = Some(part.parse().ok()?),
            _ => return None,
        }
    }
    is_real(&date).then_some(date)
}

fn parts(text: &str) -> Option<Vec<&str>> {
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(vec![&text[..4], &text[4..6], &text[6..]]);
    }
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let is_number =
        |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    (parts.len() <= 3 && parts.iter().all(is_number)).then_some(parts)
}

/// `yyyymmdd` as `ymd`.
fn shortened(order: &str) -> Option<String> {
    let mut short = String::new();
    for letter in order.trim().to_ascii_lowercase().chars() {
        if !matches!(letter, 'y' | 'm' | 'd') {
            return None;
        }
        if !short.ends_with(letter) {
            short.push(letter);
        }
    }
    Some(short)
}

fn usual_order(parts: &[&str], language: &Language) -> &'static str {
    let is_american = language.primary() == "en" && matches!(language.region(), Some("US") | None);
    match parts.len() {
        3 if parts[0].len() == 4 || language.is_japanese() => "ymd",
        3 if is_american => "mdy",
        3 => "dmy",
        2 if parts[0].len() == 4 => "ym",
        2 if parts[1].len() == 4 => "my",
        2 if is_american || language.is_japanese() => "md",
        2 => "dm",
        _ => "y",
    }
}

fn year(part: &str) -> Option<u16> {
    let year: u16 = part.parse().ok()?;
    Some(match part.len() {
        2 if year < 70 => 2000 + year,
        2 => 1900 + year,
        _ => year,
    })
}

fn is_real(date: &Date) -> bool {
    let is_leap = date.year.is_none_or(|y| y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
    let last = match date.month {
        Some(2) if is_leap => 29,
        Some(2) => 28,
        Some(4 | 6 | 9 | 11) => 30,
        Some(_) | None => 31,
    };
    date.month.is_none_or(|month| (1..=12).contains(&month))
        && date.day.is_none_or(|day| (1..=last).contains(&day))
}

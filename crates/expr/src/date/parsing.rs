//! Reads moments as `SimpleDateFormat` does: leniently (month 13 is next January), and without
//! looking at what follows.

use super::pattern::{DatePattern, Item};
use super::zone_names::OFFSETS;
use super::{Civil, DAY_MS, MONTHS, WEEKDAYS, days_to};
use crate::error::{Failure, value_error};

/// What was read; what was not stays as in 1970-01-01T00:00Z.
#[derive(Debug, Default)]
struct Fields {
    year: Option<i64>,
    /// From 1.
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    /// Hours of the day.
    hour: Option<i64>,
    /// Hours of the half day.
    half_hour: Option<i64>,
    afternoon: bool,
    minute: i64,
    second: i64,
    milli: i64,
    offset_s: i64,
}

/// The moment, in milliseconds since 1970, that a text stands for. Without a zone in it, it is UTC.
pub(crate) fn read(text: &str, pattern: &DatePattern, now_ms: i64) -> Result<i64, Failure> {
    match fields(text, pattern, now_ms).and_then(|fields| fields.moment()) {
        Some(ms) => Ok(ms),
        None => {
            let shown: String = text.chars().take(40).collect();
            value_error(format!("`{shown}` is not in the date format that is given for it"))
        }
    }
}

impl Fields {
    fn moment(&self) -> Option<i64> {
        let year = self.year.unwrap_or(1970);
        let months = self.month.unwrap_or(1) - 1;
        let year_of_month = year.checked_add(months.div_euclid(12))?;
        let days = match (self.day_of_year, self.month, self.day) {
            (Some(day), None, None) => days_to(year, 1, 1).checked_add(day - 1)?,
            _ => {
                let first = days_to(year_of_month, months.rem_euclid(12) + 1, 1);
                first.checked_add(self.day.unwrap_or(1) - 1)?
            }
        };
        let half = self.half_hour.unwrap_or(0) + if self.afternoon { 12 } else { 0 };
        let hours = self.hour.unwrap_or(half);
        let seconds = hours
            .checked_mul(3600)?
            .checked_add(self.minute.checked_mul(60)?)?
            .checked_add(self.second)?
            .checked_sub(self.offset_s)?;
        days.checked_mul(DAY_MS)?.checked_add(seconds.checked_mul(1000)?)?.checked_add(self.milli)
    }
}

fn fields(text: &str, pattern: &DatePattern, now_ms: i64) -> Option<Fields> {
    let mut fields = Fields::default();
    let mut rest = text;
    for (at, item) in pattern.items.iter().enumerate() {
        match *item {
            Item::Literal(c) => rest = rest.strip_prefix(c)?,
            Item::Field(letter, count) => {
                rest = rest.trim_start_matches([' ', '\t']);
                if item.is_number() {
                    let abuts = pattern.items.get(at + 1).is_some_and(Item::is_number);
                    let (number, length) = number(rest, abuts.then_some(count))?;
                    fields.set(letter, number, count, length, now_ms);
                    rest = &rest[length..];
                } else {
                    rest = fields.name(letter, rest)?;
                }
            }
        }
    }
    Some(fields)
}

/// A number and how long it is. Digits beyond an `int` are lost, as in Java.
#[allow(clippy::cast_possible_truncation)]
fn number(text: &str, exactly: Option<usize>) -> Option<(i64, usize)> {
    let window = match exactly {
        Some(count) => text.get(..count)?,
        None => text,
    };
    let (negative, digits) = match window.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, window),
    };
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return None;
    }
    let value: i64 = digits[..length].parse().unwrap_or(i64::MAX);
    let value = i64::from(if negative { -value } else { value } as i32);
    Some((value, length + usize::from(negative)))
}

impl Fields {
    fn set(&mut self, letter: char, number: i64, count: usize, length: usize, now_ms: i64) {
        match letter {
            'y' | 'Y' if count <= 2 && length == 2 && number >= 0 => {
                self.year = Some(in_century(number, now_ms));
            }
            'y' | 'Y' => self.year = Some(number),
            'M' | 'L' => self.month = Some(number),
            'd' => self.day = Some(number),
            'D' => self.day_of_year = Some(number),
            'H' => self.hour = Some(number),
            'k' => self.hour = Some(if number == 24 { 0 } else { number }),
            'K' => self.half_hour = Some(number),
            'h' => self.half_hour = Some(if number == 12 { 0 } else { number }),
            'm' => self.minute = number,
            's' => self.second = number,
            'S' => self.milli = number,
            // Weeks and weekdays do not tell the date beside year, month and day.
            _ => {}
        }
    }

    /// Reads a field that is not a number; gives what is left.
    fn name<'t>(&mut self, letter: char, text: &'t str) -> Option<&'t str> {
        match letter {
            'M' | 'L' => {
                let (month, rest) = named(text, &MONTHS)?;
                self.month = Some(month + 1);
                Some(rest)
            }
            'E' => named(text, &WEEKDAYS).map(|(_, rest)| rest),
            'a' => {
                let (half, rest) = named(text, &["AM", "PM"])?;
                self.afternoon = half == 1;
                Some(rest)
            }
            'G' => named(text, &["AD", "BC"]).map(|(_, rest)| rest),
            _ => self.zone(text),
        }
    }

    fn zone<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let after_gmt = text.strip_prefix("GMT").filter(|rest| rest.starts_with(['+', '-']));
        let offset = after_gmt.unwrap_or(text);
        if let Some(negative) = offset.chars().next().and_then(|sign| match sign {
            '+' => Some(false),
            '-' => Some(true),
            _ => None,
        }) {
            let (seconds, rest) = clock(&offset[1..])?;
            self.offset_s = if negative { -seconds } else { seconds };
            return Some(rest);
        }
        let length = text.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (name, rest) = text.split_at(length);
        let known = OFFSETS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        self.offset_s = known.1 * 60;
        Some(rest)
    }
}

/// `hh`, `hhmm`, `hh:mm` or `h:mm` as seconds.
fn clock(text: &str) -> Option<(i64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count().min(4);
    let hours: i64 = text[..digits.min(2)].parse().ok()?;
    if digits >= 3 {
        let minutes: i64 = text.get(2..4)?.parse().ok()?;
        return Some((hours * 3600 + minutes * 60, &text[4..]));
    }
    let Some(minutes) = text[digits..].strip_prefix(':') else {
        return Some((hours * 3600, &text[digits..]));
    };
    let value: i64 = minutes.get(..2)?.parse().ok()?;
    Some((hours * 3600 + value * 60, &minutes[2..]))
}

/// A name at the start of a text, in full or its first three letters, whatever the case.
fn named<'t>(text: &'t str, names: &[&str]) -> Option<(i64, &'t str)> {
    let begins =
        |name: &str| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let lengths = names.iter().enumerate().filter_map(|(at, name)| {
        let short = &name[..name.len().min(3)];
        [*name, short].into_iter().find(|name| begins(name)).map(|name| (at, name.len()))
    });
    let (at, length) = lengths.max_by_key(|&(_, length)| length)?;
    Some((i64::try_from(at).ok()?, &text[length..]))
}

/// A year of two digits lies between 80 years ago and 20 years ahead.
fn in_century(number: i64, now_ms: i64) -> i64 {
    let earliest = Civil::of(now_ms).year - 80;
    let year = earliest.div_euclid(100) * 100 + number;
    if year < earliest { year + 100 } else { year }
}

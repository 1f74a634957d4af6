//! Prints moments.

use std::fmt::Write;

use super::pattern::{DatePattern, Item};
use super::zone::Zone;
use super::{Civil, MONTHS, WEEKDAYS, days_to};

/// Prints a moment in a zone. `modern` follows `DateTimeFormatter` where that differs from
/// `SimpleDateFormat`: `S` is a fraction of a second, `u` the year.
pub(crate) fn print(ms: i64, pattern: &DatePattern, zone: &Zone, modern: bool) -> String {
    let offset = zone.offset_s(ms);
    let at = Civil::of(ms.saturating_add(offset * 1000));
    let mut out = String::new();
    for item in &pattern.items {
        match *item {
            Item::Literal(c) => out.push(c),
            Item::Field('z', count) => out.push_str(&zone.display_name(ms, count >= 4)),
            Item::Field('V', _) => out.push_str(zone.id()),
            Item::Field('Z', _) => push_offset(&mut out, offset, "", 4),
            Item::Field('O', _) => {
                out.push_str("GMT");
                if offset != 0 {
                    push_offset(&mut out, offset, ":", 4);
                }
            }
            Item::Field('X', _) if offset == 0 => out.push('Z'),
            Item::Field('X' | 'x', 1) => push_offset(&mut out, offset, "", 2),
            Item::Field('X' | 'x', 2) => push_offset(&mut out, offset, "", 4),
            Item::Field('X' | 'x', _) => push_offset(&mut out, offset, ":", 4),
            Item::Field(letter, count) => push_field(&mut out, &at, letter, count, modern),
        }
    }
    out
}

/// Appends an offset in seconds with two or four digits.
fn push_offset(out: &mut String, seconds: i64, colon: &str, digits: usize) {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    // Writing to a String cannot fail.
    let _ = write!(out, "{sign}{:02}", minutes / 60);
    if digits == 4 {
        let _ = write!(out, "{colon}{:02}", minutes % 60);
    }
}

fn push_field(out: &mut String, at: &Civil, letter: char, count: usize, modern: bool) {
    let number = match letter {
        'G' => return out.push_str(if at.year > 0 { "AD" } else { "BC" }),
        'M' | 'L' if count >= 3 => return push_name(out, MONTHS, at.month - 1, count),
        'E' => return push_name(out, WEEKDAYS, at.weekday, count),
        'a' => return out.push_str(if at.hour < 12 { "AM" } else { "PM" }),
        'y' | 'Y' => {
            let year = if letter == 'Y' { week_of_year(at).0 } else { at.year };
            let year = if year > 0 { year } else { 1 - year };
            if count == 2 { year.rem_euclid(100) } else { year }
        }
        'S' if modern => {
            let digits = format!("{:03}000000000000000000", at.milli);
            return out.push_str(&digits[..count.min(digits.len())]);
        }
        'u' if modern => at.year,
        'u' => (at.weekday + 6) % 7 + 1,
        'M' | 'L' => at.month,
        'w' => week_of_year(at).1,
        'W' => (at.day + (at.weekday - at.day + 1).rem_euclid(7) + 6) / 7,
        'D' => at.day_of_year,
        'd' => at.day,
        'F' => (at.day - 1) / 7 + 1,
        'H' => at.hour,
        'k' => (at.hour + 23) % 24 + 1,
        'K' => at.hour % 12,
        'h' => (at.hour + 11) % 12 + 1,
        'm' => at.minute,
        's' => at.second,
        _ => at.milli,
    };
    // Writing to a String cannot fail.
    let _ = write!(out, "{number:0count$}");
}

fn push_name<const N: usize>(out: &mut String, names: [&str; N], at: i64, count: usize) {
    let name = usize::try_from(at).ok().and_then(|at| names.get(at)).copied().unwrap_or("");
    out.push_str(if count >= 4 { name } else { &name[..3.min(name.len())] });
}

/// Year and week as the United States count them: weeks begin on Sunday, and the first is the one
/// with 1 January in it.
fn week_of_year(at: &Civil) -> (i64, i64) {
    let first_weekday = (at.weekday - at.day_of_year + 1).rem_euclid(7);
    let week = (at.day_of_year - 1 + first_weekday) / 7 + 1;
    let days = days_to(at.year + 1, 1, 1) - days_to(at.year, 1, 1);
    let saturday = at.day_of_year + 6 - at.weekday;
    if saturday > days { (at.year + 1, 1) } else { (at.year, week) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(ms: i64, pattern: &str, modern: bool) -> String {
        print(ms, &DatePattern::parse(pattern).unwrap(), &Zone::utc(), modern)
    }

    #[test]
    fn weeks_are_counted_from_sunday() {
        let new_years_eve = days_to(2024, 12, 31) * super::super::DAY_MS;
        assert_eq!(printed(new_years_eve, "YYYY 'W'w W", false), "2025 W1 5");
        let saturday = days_to(2024, 12, 28) * super::super::DAY_MS;
        assert_eq!(printed(saturday, "YYYY 'W'w F", false), "2024 W52 4");
    }

    #[test]
    fn fractions_differ_between_the_two() {
        assert_eq!(printed(45, "S SSSS", false), "45 0045");
        assert_eq!(printed(45, "S SSSS", true), "0 0450");
    }
}

//! Dates as Java has them: calendar arithmetic, `SimpleDateFormat`, time zones.

pub(crate) mod parsing;
pub(crate) mod pattern;
pub(crate) mod printing;
pub(crate) mod zone;
mod zone_names;

use std::fmt::Write;

use crate::value::Value;

pub(crate) const DAY_MS: i64 = 86_400_000;

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// From Sunday on.
pub(crate) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A moment taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// From 1.
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    pub(crate) milli: i64,
    /// From 1.
    pub(crate) day_of_year: i64,
    /// From 0, Sunday.
    pub(crate) weekday: i64,
}

impl Civil {
    /// The parts of a moment in milliseconds since 1970, local time.
    pub(crate) fn of(local_ms: i64) -> Self {
        let days = local_ms.div_euclid(DAY_MS);
        let in_day = local_ms.rem_euclid(DAY_MS);
        let (year, month, day) = date_of(days);
        Self {
            year,
            month,
            day,
            hour: in_day / 3_600_000,
            minute: in_day / 60_000 % 60,
            second: in_day / 1000 % 60,
            milli: in_day % 1000,
            day_of_year: days - days_to(year, 1, 1) + 1,
            weekday: (days + 4).rem_euclid(7),
        }
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
pub(crate) fn days_to(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March have the leap day at their end; 400 of them have 146,097 days.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Appends a moment as Java's `ZonedDateTime` in UTC prints: seconds and milliseconds only where
/// they are not zero.
pub(crate) fn push_zoned(out: &mut String, ms: i64) {
    let at = Civil::of(ms);
    // Writing to a String cannot fail.
    let _ =
        write!(out, "{:04}-{:02}-{:02}T{:02}:{:02}", at.year, at.month, at.day, at.hour, at.minute);
    if at.second != 0 || at.milli != 0 {
        let _ = write!(out, ":{:02}", at.second);
    }
    if at.milli != 0 {
        let _ = write!(out, ".{:03}", at.milli);
    }
    out.push_str("Z[UTC]");
}

/// A moment in ISO 8601: a date, or a date and time with or without an offset (UTC without), with
/// or without a zone in brackets after it.
pub(crate) fn iso(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.split_once('[').map_or(text, |(moment, _)| moment);
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.as_millisecond());
    }
    let local = text.trim_end_matches('Z').parse::<jiff::civil::DateTime>().ok()?;
    let moment = local.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(moment.timestamp().as_millisecond())
}

/// The getters of a moment.
pub(crate) fn time_member<'v>(ms: i64, name: &str, arguments: &[Value<'v>]) -> Option<Value<'v>> {
    if !arguments.is_empty() {
        return None;
    }
    let at = Civil::of(ms);
    let number = match name {
        "getyear" => at.year,
        "getmonthvalue" => at.month,
        "getdayofmonth" => at.day,
        "getdayofyear" => at.day_of_year,
        "gethour" => at.hour,
        "getminute" => at.minute,
        "getsecond" => at.second,
        "toepochsecond" => return Some(Value::Long(ms.div_euclid(1000))),
        _ => return None,
    };
    i32::try_from(number).ok().map(Value::Int)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        for (date, days) in [((1970, 1, 1), 0), ((2000, 2, 29), 11_016), ((1969, 12, 31), -1)] {
            assert_eq!(days_to(date.0, date.1, date.2), days);
            assert_eq!(date_of(days), date);
        }
        for days in (-1_000_000..1_000_000).step_by(997) {
            let (year, month, day) = date_of(days);
            assert_eq!(days_to(year, month, day), days);
        }
    }

    #[test]
    fn moments_print_as_in_java() {
        for (ms, text) in [
            (1_738_876_142_712, "2025-02-06T21:09:02.712Z[UTC]"),
            (1_738_876_142_000, "2025-02-06T21:09:02Z[UTC]"),
            (1_738_876_140_000, "2025-02-06T21:09Z[UTC]"),
        ] {
            let mut out = String::new();
            push_zoned(&mut out, ms);
            assert_eq!(out, text);
            assert_eq!(iso(&out), Some(ms));
        }
        assert_eq!(iso("2025-02-06"), Some(1_738_800_000_000));
        assert_eq!(iso("2025-02-06T02:00:00+02:00"), Some(1_738_800_000_000));
        assert_eq!(iso("yesterday"), None);
    }
}

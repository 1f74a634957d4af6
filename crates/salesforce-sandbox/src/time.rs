//! Dates and times as Salesforce writes and reads them, and the clock of the organisation.
//!
//! The organisation's zone is UTC. Times are kept as the text that goes over the wire,
//! `2026-03-18T15:30:00.000+0000`: fixed in width, so that text order is time order.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

/// The time for audit fields and date literals: fixed when a fixture or option says so.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Clock {
    pub(crate) fixed: Option<Timestamp>,
}

impl Clock {
    pub(crate) fn now(self) -> Timestamp {
        self.fixed.unwrap_or_else(Timestamp::now)
    }

    pub(crate) fn today(self) -> Date {
        utc(self.now()).date()
    }
}

fn utc(time: Timestamp) -> Zoned {
    time.to_zoned(TimeZone::UTC)
}

/// A time as records carry it, to the second as Salesforce keeps its audit fields.
pub(crate) fn audit_text(time: Timestamp) -> String {
    utc(time).strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string()
}

/// A time as records carry it, to the millisecond.
pub(crate) fn datetime_text(time: Timestamp) -> String {
    utc(time).strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

/// The first moment of a day as records carry it.
pub(crate) fn start_of_day(date: Date) -> String {
    format!("{}T00:00:00.000+0000", date_text(date))
}

/// A day as records carry it.
pub(crate) fn date_text(date: Date) -> String {
    date.strftime("%Y-%m-%d").to_string()
}

/// Reads `YYYY-MM-DD`, and nothing else.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if shape { text.parse().ok() } else { None }
}

/// Reads `YYYY-MM-DDThh:mm:ss[.fff](Z|±hh:mm|±hhmm)`; the zone is mandatory.
pub(crate) fn parse_datetime(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(10)?;
    let date = parse_date(date)?;
    let rest = rest.strip_prefix(['T', 't'])?;
    let zone_at = rest.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = rest.split_at(zone_at);
    if clock.len() < 8 || !clock.bytes().all(|b| matches!(b, b'0'..=b'9' | b':' | b'.')) {
        return None;
    }
    let time: jiff::civil::Time = clock.parse().ok()?;
    let offset = parse_offset(zone)?;
    offset.to_timestamp(DateTime::from_parts(date, time)).ok()
}

fn parse_offset(zone: &str) -> Option<Offset> {
    if zone.eq_ignore_ascii_case("Z") {
        return Some(Offset::UTC);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i32 = digits[..2].parse().ok()?;
    let minutes: i32 = digits[2..].parse().ok()?;
    if minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_zone() {
        let expected = "2026-03-17T15:30:00.000+0000";
        for text in [
            "2026-03-17T15:30:00Z",
            "2026-03-17T15:30:00.000Z",
            "2026-03-17T07:30:00-08:00",
            "2026-03-17T15:30:00.000+0000",
        ] {
            assert_eq!(parse_datetime(text).map(datetime_text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn odd_times_are_refused() {
        for text in [
            "",
            "2026-03-17",
            "2026-03-17T15:30:00",
            "2026-13-17T15:30:00Z",
            "2026-03-17T25:30:00Z",
            "2026-03-17T15:30Z",
            "2026-03-17T15:30:00+99:99",
            "2026-03-17T15:30:00+é1",
            "２０２６",
        ] {
            assert_eq!(parse_datetime(text), None, "{text}");
        }
        assert_eq!(parse_date("2026-02-30"), None);
        assert_eq!(parse_date("20260218"), None);
    }

    #[test]
    fn a_fixed_clock_stands_still() {
        let clock = Clock { fixed: parse_datetime("2026-03-18T15:30:00Z") };
        assert_eq!(audit_text(clock.now()), "2026-03-18T15:30:00.000+0000");
        assert_eq!(date_text(clock.today()), "2026-03-18");
    }
}

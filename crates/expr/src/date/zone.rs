//! Time zones, from the data in the program, never the machine's.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::zone_names::{ALIASES, LONG, SHORT};

/// A time zone as Java's `TimeZone.getTimeZone` finds it.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    id: String,
    rules: Rules,
}

#[derive(Debug, Clone)]
enum Rules {
    /// Always so many seconds east of Greenwich.
    Fixed(i64),
    Data(TimeZone),
}

fn data(name: &str) -> Option<TimeZone> {
    static DATABASE: OnceLock<TimeZoneDatabase> = OnceLock::new();
    let database = DATABASE.get_or_init(TimeZoneDatabase::bundled);
    database.get(name).ok().filter(|zone| zone.iana_name() == Some(name))
}

impl Zone {
    pub(crate) fn utc() -> Self {
        Self::fixed("UTC", 0)
    }

    fn fixed(id: &str, seconds: i64) -> Self {
        Self { id: id.to_owned(), rules: Rules::Fixed(seconds) }
    }

    /// The zone of a name; an unknown one is GMT.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "UTC" => return Self::utc(),
            "EST" => return Self::fixed("EST", -5 * 3600),
            "MST" => return Self::fixed("MST", -7 * 3600),
            "HST" => return Self::fixed("HST", -10 * 3600),
            _ => {}
        }
        if let Some(seconds) = name.strip_prefix("GMT").and_then(custom) {
            let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
            let id = format!("GMT{sign}{:02}:{:02}", minutes / 60, minutes % 60);
            return Self::fixed(&id, seconds);
        }
        let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
        let full = alias.map_or(name, |(_, full)| full);
        match data(full) {
            Some(zone) => Self { id: full.to_owned(), rules: Rules::Data(zone) },
            None => Self::fixed("GMT", 0),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Seconds east of Greenwich at a moment.
    pub(crate) fn offset_s(&self, ms: i64) -> i64 {
        match &self.rules {
            Rules::Fixed(seconds) => *seconds,
            Rules::Data(zone) => {
                moment(ms).map_or(0, |moment| i64::from(zone.to_offset(moment).seconds()))
            }
        }
    }

    /// The name of the zone at a moment: `EST`, or `Eastern Standard Time`.
    pub(crate) fn display_name(&self, ms: i64, long: bool) -> String {
        let short = self.short_name(ms);
        if !long {
            return short;
        }
        match (&*self.id, &*short) {
            ("Asia/Shanghai", "CST") => "China Standard Time".to_owned(),
            ("Asia/Dhaka", "BST") => "Bangladesh Standard Time".to_owned(),
            (_, short) => LONG
                .iter()
                .find(|(known, _)| *known == short)
                .map_or(short, |(_, long)| long)
                .to_owned(),
        }
    }

    fn short_name(&self, ms: i64) -> String {
        let (Rules::Data(zone), Some(moment)) = (&self.rules, moment(ms)) else {
            return self.id.clone();
        };
        let info = zone.to_offset_info(moment);
        let abbreviation = info.abbreviation();
        if !abbreviation.starts_with(['+', '-']) {
            return abbreviation.to_owned();
        }
        if let Some((_, standard, summer)) = SHORT.iter().find(|(id, ..)| *id == self.id) {
            return if info.dst().is_dst() { *summer } else { *standard }.to_owned();
        }
        let seconds = info.offset().seconds();
        let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
        format!("GMT{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

fn moment(ms: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(ms).ok()
}

/// `+2`, `+02`, `+0230` or `+2:30` as seconds.
fn custom(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "0"),
    };
    let number = |text: &str| -> Option<i64> {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_as_java_finds_them() {
        let january = 1_705_329_845_123;
        for (name, offset, short) in [
            ("America/New_York", -18_000, "EST"),
            ("PST", -28_800, "PST"),
            ("america/new_york", 0, "GMT"),
            ("GMT-530", -19_800, "GMT-05:30"),
            ("GMT+25", 0, "GMT"),
            ("Nope", 0, "GMT"),
            ("Asia/Kathmandu", 20_700, "NPT"),
        ] {
            let zone = Zone::named(name);
            assert_eq!(zone.offset_s(january), offset, "{name}");
            assert_eq!(zone.display_name(january, false), short, "{name}");
        }
        let new_york = Zone::named("America/New_York");
        assert_eq!(new_york.display_name(january, true), "Eastern Standard Time");
    }
}

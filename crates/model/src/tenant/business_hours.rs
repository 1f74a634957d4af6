//! Opening hours, as the activity `business-hours` reads them: overrides first, then holidays,
//! then working hours.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::DateTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The form of a time of day, for editors that check the file by its schema.
const TIME: &str = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$";

/// A schedule of opening hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BusinessHours {
    /// Id, as flows name it.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Name for people, and for flows that choose a schedule by variable.
    #[schemars(length(min = 1))]
    pub name: String,
    /// IANA time zone; the tenant's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Regular hours.
    #[serde(default)]
    pub working_hours: Vec<Shift>,
    /// Days off.
    #[serde(default)]
    pub holidays: Vec<Period>,
    /// Exceptions that come before everything else.
    #[serde(default)]
    pub overrides: Vec<Period>,
}

/// Regular hours on some days of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Name, which flows compare (`WorkingHoursShift_Name`).
    pub name: String,
    /// Days of the week.
    #[schemars(length(min = 1))]
    pub days: Vec<Day>,
    /// Start, `HH:MM`.
    #[schemars(with = "String", extend("format" = "civil-time", "pattern" = TIME))]
    pub from: Time,
    /// End, `HH:MM`, not included; at or before `from` it means the next day.
    #[schemars(with = "String", extend("format" = "civil-time", "pattern" = TIME))]
    pub to: Time,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday
    Mon,
    /// Tuesday
    Tue,
    /// Wednesday
    Wed,
    /// Thursday
    Thu,
    /// Friday
    Fri,
    /// Saturday
    Sat,
    /// Sunday
    Sun,
}

impl Day {
    fn is(self, weekday: Weekday) -> bool {
        let same = match self {
            Self::Mon => Weekday::Monday,
            Self::Tue => Weekday::Tuesday,
            Self::Wed => Weekday::Wednesday,
            Self::Thu => Weekday::Thursday,
            Self::Fri => Weekday::Friday,
            Self::Sat => Weekday::Saturday,
            Self::Sun => Weekday::Sunday,
        };
        same == weekday
    }
}

/// A stretch of calendar time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Name, which flows compare.
    pub name: String,
    /// First day.
    #[schemars(with = "String", extend("format" = "date"))]
    pub from: Date,
    /// Last day, included; the first day when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date"))]
    pub to: Option<Date>,
    /// Start on each of these days, `HH:MM`; midnight when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "civil-time", "pattern" = TIME))]
    pub start: Option<Time>,
    /// End on each of these days, `HH:MM`, not included; midnight when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "civil-time", "pattern" = TIME))]
    pub end: Option<Time>,
}

/// What a schedule says about one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening<'a> {
    /// An override with this name.
    Override(&'a str),
    /// A holiday with this name.
    Holiday(&'a str),
    /// Working hours with this shift name.
    WorkingHours(&'a str),
    /// None of these: closed.
    Default,
}

impl BusinessHours {
    /// What the schedule says about `now_ms` (milliseconds since the Unix epoch). `zone` is used
    /// when the schedule names none; an unknown zone is UTC.
    pub fn at(&self, now_ms: i64, zone: Option<&str>) -> Opening<'_> {
        let zone = self.time_zone.as_deref().or(zone).and_then(|name| TimeZone::get(name).ok());
        let instant = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let local = instant.to_zoned(zone.unwrap_or(TimeZone::UTC)).datetime();
        if let Some(period) = self.overrides.iter().find(|period| period.covers(local)) {
            return Opening::Override(&period.name);
        }
        if let Some(period) = self.holidays.iter().find(|period| period.covers(local)) {
            return Opening::Holiday(&period.name);
        }
        match self.working_hours.iter().find(|shift| shift.covers(local)) {
            Some(shift) => Opening::WorkingHours(&shift.name),
            None => Opening::Default,
        }
    }
}

impl Shift {
    fn covers(&self, local: DateTime) -> bool {
        let on = |weekday: Weekday| self.days.iter().any(|day| day.is(weekday));
        let (time, today) = (local.time(), local.date().weekday());
        if self.from < self.to {
            return on(today) && self.from <= time && time < self.to;
        }
        // The shift runs past midnight: its evening today, or its morning of yesterday's shift.
        (on(today) && self.from <= time) || (on(today.previous()) && time < self.to)
    }
}

impl Period {
    fn covers(&self, local: DateTime) -> bool {
        let (date, time) = (local.date(), local.time());
        let days = self.from <= date && date <= self.to.unwrap_or(self.from);
        let begun = self.start.is_none_or(|start| start <= time);
        days && begun && self.end.is_none_or(|end| time < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours() -> BusinessHours {
        serde_json::from_str(
            r#"{"id": "h", "name": "Support", "time_zone": "America/New_York",
                "working_hours": [
                  {"name": "Day", "days": ["mon", "tue", "wed", "thu", "fri"],
                   "from": "09:00", "to": "17:00"},
                  {"name": "Night", "days": ["fri"], "from": "22:00", "to": "02:00"}],
                "holidays": [{"name": "New Year", "from": "2026-01-01"}],
                "overrides": [{"name": "Drill", "from": "2026-01-01", "start": "10:00",
                               "end": "11:00"}]}"#,
        )
        .unwrap()
    }

    fn at(instant: &str) -> String {
        let now_ms = instant.parse::<Timestamp>().unwrap().as_millisecond();
        format!("{:?}", hours().at(now_ms, None))
    }

    #[test]
    fn the_first_match_wins_in_the_schedules_own_zone() {
        assert_eq!(at("2026-01-01T15:30:00Z"), "Override(\"Drill\")");
        assert_eq!(at("2026-01-01T18:00:00Z"), "Holiday(\"New Year\")");
        assert_eq!(at("2026-01-05T14:00:00Z"), "WorkingHours(\"Day\")");
        assert_eq!(at("2026-01-05T13:59:59Z"), "Default");
        assert_eq!(at("2026-01-05T22:00:00Z"), "Default");
    }

    #[test]
    fn a_shift_may_run_past_midnight() {
        assert_eq!(at("2026-01-10T03:30:00Z"), "WorkingHours(\"Night\")"); // Friday 22:30
        assert_eq!(at("2026-01-10T06:30:00Z"), "WorkingHours(\"Night\")"); // Saturday 01:30
        assert_eq!(at("2026-01-10T07:00:00Z"), "Default"); // Saturday 02:00
    }
}

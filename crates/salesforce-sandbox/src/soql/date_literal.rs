//! Date literals such as `TODAY` and `LAST_N_DAYS:7`: each is a range of days.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// A date literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateLiteral {
    Yesterday,
    Today,
    Tomorrow,
    Last90Days,
    Next90Days,
    /// `LAST_WEEK` is -1, `THIS_WEEK` 0, `NEXT_WEEK` 1.
    Relative(Unit, i64),
    LastN(Unit, i64),
    NextN(Unit, i64),
    Ago(Unit, i64),
}

/// What a date literal counts in. Fiscal quarters and years are the calendar's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// Numbers beyond this leave the calendar.
const MAX_N: i64 = 1_000_000;

impl DateLiteral {
    /// Reads a literal's name, with the number after its colon if it has one.
    pub(crate) fn parse(name: &str, number: Option<i64>) -> Option<DateLiteral> {
        let name = name.to_ascii_uppercase();
        if let Some(n) = number {
            return counted(&name, n);
        }
        Some(match name.as_str() {
            "YESTERDAY" => DateLiteral::Yesterday,
            "TODAY" => DateLiteral::Today,
            "TOMORROW" => DateLiteral::Tomorrow,
            "LAST_90_DAYS" => DateLiteral::Last90Days,
            "NEXT_90_DAYS" => DateLiteral::Next90Days,
            other => {
                let (which, unit) = other.split_once('_')?;
                let offset = match which {
                    "LAST" => -1,
                    "THIS" => 0,
                    "NEXT" => 1,
                    _ => return None,
                };
                let unit = unit.strip_prefix("FISCAL_").unwrap_or(unit);
                let unit = match unit {
                    "WEEK" => Unit::Week,
                    "MONTH" => Unit::Month,
                    "QUARTER" => Unit::Quarter,
                    "YEAR" => Unit::Year,
                    _ => return None,
                };
                DateLiteral::Relative(unit, offset)
            }
        })
    }

    /// The first day of the range and the first one after it; `None` beyond the calendar.
    pub(crate) fn range(self, today: Date) -> Option<(Date, Date)> {
        let day = |offset: i64| shift(today, Unit::Day, offset);
        match self {
            DateLiteral::Yesterday => Some((day(-1)?, today)),
            DateLiteral::Today => Some((today, day(1)?)),
            DateLiteral::Tomorrow => Some((day(1)?, day(2)?)),
            DateLiteral::Last90Days => Some((day(-90)?, day(1)?)),
            DateLiteral::Next90Days => Some((day(1)?, day(91)?)),
            DateLiteral::Relative(unit, offset) => units(today, unit, offset, 1),
            DateLiteral::LastN(Unit::Day, n) => Some((day(-n)?, day(1)?)),
            DateLiteral::LastN(unit, n) => units(today, unit, -n, n),
            DateLiteral::NextN(unit, n) => units(today, unit, 1, n),
            DateLiteral::Ago(unit, n) => units(today, unit, -n, 1),
        }
    }
}

/// `LAST_N_DAYS:7`, `NEXT_N_FISCAL_YEARS:2`, `N_MONTHS_AGO:3`.
fn counted(name: &str, n: i64) -> Option<DateLiteral> {
    if !(0..=MAX_N).contains(&n) {
        return None;
    }
    let unit = |text: &str| match text.strip_prefix("FISCAL_").unwrap_or(text) {
        "DAYS" => Some(Unit::Day),
        "WEEKS" => Some(Unit::Week),
        "MONTHS" => Some(Unit::Month),
        "QUARTERS" => Some(Unit::Quarter),
        "YEARS" => Some(Unit::Year),
        _ => None,
    };
    if let Some(rest) = name.strip_prefix("LAST_N_") {
        return Some(DateLiteral::LastN(unit(rest)?, n));
    }
    if let Some(rest) = name.strip_prefix("NEXT_N_") {
        return Some(DateLiteral::NextN(unit(rest)?, n));
    }
    let rest = name.strip_prefix("N_")?.strip_suffix("_AGO")?;
    Some(DateLiteral::Ago(unit(rest)?, n))
}

/// `count` whole units from the one `offset` after today's.
fn units(today: Date, unit: Unit, offset: i64, count: i64) -> Option<(Date, Date)> {
    let start = shift(start_of(today, unit)?, unit, offset)?;
    Some((start, shift(start, unit, count)?))
}

fn shift(date: Date, unit: Unit, n: i64) -> Option<Date> {
    let span = match unit {
        Unit::Day => n.days(),
        Unit::Week => n.try_weeks_span()?,
        Unit::Month => n.try_months_span(1)?,
        Unit::Quarter => n.try_months_span(3)?,
        Unit::Year => n.try_months_span(12)?,
    };
    date.checked_add(span).ok()
}

/// Spans refuse numbers beyond the calendar by a panic unless they are tried.
trait TrySpan {
    fn try_weeks_span(self) -> Option<jiff::Span>;
    fn try_months_span(self, factor: i64) -> Option<jiff::Span>;
}

impl TrySpan for i64 {
    fn try_weeks_span(self) -> Option<jiff::Span> {
        jiff::Span::new().try_weeks(self).ok()
    }

    fn try_months_span(self, factor: i64) -> Option<jiff::Span> {
        jiff::Span::new().try_months(self * factor).ok()
    }
}

/// Weeks begin on Sunday.
fn start_of(date: Date, unit: Unit) -> Option<Date> {
    Some(match unit {
        Unit::Day => date,
        Unit::Week => {
            let back = i64::from(date.weekday().since(Weekday::Sunday));
            shift(date, Unit::Day, -back)?
        }
        Unit::Month => date.first_of_month(),
        Unit::Quarter => {
            let back = i64::from((date.month() - 1) % 3);
            shift(date.first_of_month(), Unit::Month, -back)?
        }
        Unit::Year => date.first_of_year(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(name: &str, n: Option<i64>) -> String {
        let today = "2026-03-18".parse().unwrap(); // a Wednesday
        let (start, end) = DateLiteral::parse(name, n).unwrap().range(today).unwrap();
        format!("{start} {end}")
    }

    #[test]
    fn plain_literals() {
        for (name, expected) in [
            ("YESTERDAY", "2026-03-17 2026-03-18"),
            ("today", "2026-03-18 2026-03-19"),
            ("TOMORROW", "2026-03-19 2026-03-20"),
            ("LAST_WEEK", "2026-03-08 2026-03-15"),
            ("THIS_WEEK", "2026-03-15 2026-03-22"),
            ("NEXT_MONTH", "2026-04-01 2026-05-01"),
            ("LAST_QUARTER", "2025-10-01 2026-01-01"),
            ("THIS_FISCAL_YEAR", "2026-01-01 2027-01-01"),
            ("LAST_90_DAYS", "2025-12-18 2026-03-19"),
            ("NEXT_90_DAYS", "2026-03-19 2026-06-17"),
        ] {
            assert_eq!(range(name, None), expected, "{name}");
        }
    }

    #[test]
    fn counted_literals() {
        for (name, n, expected) in [
            ("LAST_N_DAYS", 7, "2026-03-11 2026-03-19"),
            ("NEXT_N_DAYS", 2, "2026-03-19 2026-03-21"),
            ("N_DAYS_AGO", 3, "2026-03-15 2026-03-16"),
            ("LAST_N_WEEKS", 2, "2026-03-01 2026-03-15"),
            ("LAST_N_MONTHS", 2, "2026-01-01 2026-03-01"),
            ("NEXT_N_QUARTERS", 1, "2026-04-01 2026-07-01"),
            ("N_YEARS_AGO", 1, "2025-01-01 2026-01-01"),
            ("LAST_N_FISCAL_QUARTERS", 1, "2025-10-01 2026-01-01"),
        ] {
            assert_eq!(range(name, Some(n)), expected, "{name}");
        }
    }

    #[test]
    fn odd_literals_are_refused() {
        for (name, n) in [
            ("SOMEDAY", None),
            ("LAST_N_DAYS", None),
            ("TODAY", Some(1)),
            ("LAST_N_DAYS", Some(-1)),
        ] {
            assert_eq!(DateLiteral::parse(name, n), None);
        }
        let far = DateLiteral::parse("NEXT_N_YEARS", Some(1_000_000)).unwrap();
        assert_eq!(far.range("2026-03-18".parse().unwrap()), None);
    }
}

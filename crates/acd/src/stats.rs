//! What a queue achieved, in intervals of a quarter of an hour (D30).
//!
//! A contact counts once, in the interval in which its wait ends: answered, given up, or sent away
//! because it waited too long. One that its flow moves elsewhere counts there; one that comes back
//! because an agent was lost has been counted.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::limits::{INTERVAL_MS, MAX_INTERVALS};

/// A queue's figures for one interval. Intervals begin at multiples of their length, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// When it begins, in milliseconds of the domain's clock.
    pub start_ms: i64,
    /// Contacts that an agent answered.
    pub answered: u32,
    /// Of these, within the queue's service level.
    pub answered_in_time: u32,
    /// Contacts that left without an answer, later than the short-abandon limit.
    pub abandoned: u32,
    /// Contacts that left without an answer, within the short-abandon limit.
    pub short_abandoned: u32,
    /// Contacts that waited for as long as the queue allows.
    pub overflowed: u32,
    /// How long the answered ones waited, together, in milliseconds.
    pub answered_wait_ms: u64,
    /// The longest wait that ended here, in milliseconds.
    pub longest_wait_ms: u64,
}

impl Interval {
    /// Contacts whose wait ended here.
    pub fn offered(&self) -> u32 {
        let unanswered = self.abandoned.saturating_add(self.short_abandoned);
        self.answered.saturating_add(unanswered).saturating_add(self.overflowed)
    }

    /// The part, 0 to 1, that was answered in time, of those offered without the short abandoned;
    /// none when there are none.
    pub fn service_level(&self) -> Option<f64> {
        let counted = self.offered() - self.short_abandoned;
        (counted > 0).then(|| f64::from(self.answered_in_time) / f64::from(counted))
    }

    /// The average speed of answer in milliseconds; none when nobody was answered.
    pub fn average_speed_of_answer_ms(&self) -> Option<u64> {
        self.answered_wait_ms.checked_div(u64::from(self.answered))
    }

    /// Adds another interval's figures: for longer ones, or several queues.
    pub fn add(&mut self, other: &Self) {
        self.answered = self.answered.saturating_add(other.answered);
        self.answered_in_time = self.answered_in_time.saturating_add(other.answered_in_time);
        self.abandoned = self.abandoned.saturating_add(other.abandoned);
        self.short_abandoned = self.short_abandoned.saturating_add(other.short_abandoned);
        self.overflowed = self.overflowed.saturating_add(other.overflowed);
        self.answered_wait_ms = self.answered_wait_ms.saturating_add(other.answered_wait_ms);
        self.longest_wait_ms = self.longest_wait_ms.max(other.longest_wait_ms);
    }
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitEnd {
    Answered,
    GivenUp,
    TooLong,
}

/// What a queue calls in time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thresholds {
    pub(crate) service_level_ms: i64,
    pub(crate) short_abandon_ms: i64,
}

/// A queue's intervals, the latest last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Intervals {
    list: VecDeque<Interval>,
}

impl Intervals {
    pub(crate) fn record(&mut self, now_ms: i64, waited_ms: i64, end: WaitEnd, of: Thresholds) {
        let waited = waited_ms.max(0).unsigned_abs();
        let interval = self.at(now_ms);
        interval.longest_wait_ms = interval.longest_wait_ms.max(waited);
        match end {
            WaitEnd::Answered => {
                interval.answered += 1;
                interval.answered_wait_ms = interval.answered_wait_ms.saturating_add(waited);
                interval.answered_in_time += u32::from(waited_ms <= of.service_level_ms);
            }
            WaitEnd::GivenUp if waited_ms < of.short_abandon_ms => interval.short_abandoned += 1,
            WaitEnd::GivenUp => interval.abandoned += 1,
            WaitEnd::TooLong => interval.overflowed += 1,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Interval> {
        self.list.iter()
    }

    /// The interval of this time; time never goes back.
    fn at(&mut self, now_ms: i64) -> &mut Interval {
        let start_ms = now_ms.div_euclid(INTERVAL_MS) * INTERVAL_MS;
        if self.list.back().is_none_or(|last| last.start_ms < start_ms) {
            if self.list.len() == MAX_INTERVALS {
                self.list.pop_front();
            }
            self.list.push_back(Interval { start_ms, ..Interval::default() });
        }
        self.list.back_mut().expect("an interval has just been made if there was none")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: Thresholds = Thresholds { service_level_ms: 20_000, short_abandon_ms: 5_000 };

    #[test]
    fn a_wait_counts_in_the_interval_in_which_it_ends() {
        let mut intervals = Intervals::default();
        for (now_ms, waited_ms, end) in [
            (899_999, 20_000, WaitEnd::Answered),
            (900_000, 20_001, WaitEnd::Answered),
            (900_001, 4_999, WaitEnd::GivenUp),
            (900_002, 5_000, WaitEnd::GivenUp),
            (1_799_999, 60_000, WaitEnd::TooLong),
        ] {
            intervals.record(now_ms, waited_ms, end, OF);
        }
        let [first, second] = intervals.iter().collect::<Vec<_>>()[..] else { panic!() };
        assert_eq!((first.start_ms, first.offered(), first.service_level()), (0, 1, Some(1.0)));
        assert_eq!(
            (second.start_ms, second.offered(), second.service_level()),
            (900_000, 4, Some(0.0))
        );
        assert_eq!((second.abandoned, second.short_abandoned, second.overflowed), (1, 1, 1));
        assert_eq!(second.average_speed_of_answer_ms(), Some(20_001));
        assert_eq!(second.longest_wait_ms, 60_000);
        let mut day = *first;
        day.add(second);
        assert_eq!((day.offered(), day.service_level()), (5, Some(0.25)));
    }

    #[test]
    fn a_day_is_remembered() {
        let mut intervals = Intervals::default();
        for quarter in 0..200 {
            intervals.record(quarter * INTERVAL_MS, 0, WaitEnd::Answered, OF);
        }
        assert_eq!(intervals.iter().count(), MAX_INTERVALS);
        assert_eq!(intervals.iter().next().map(|it| it.start_ms), Some(104 * INTERVAL_MS));
        assert_eq!(Interval::default().service_level(), None);
        assert_eq!(Interval::default().average_speed_of_answer_ms(), None);
    }
}

//! What is due when.

use crate::ordered::OrderedList;

/// Something that happens by itself. An agent and a contact have at most one each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// The next distribution group joins for this waiting contact, or it has waited too long.
    Wait(usize),
    /// This agent has not answered in time.
    Ring(usize),
    /// This agent's wrap-up ends by itself.
    WrapUp(usize),
}

/// All timers, by the time at which they are due.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    due: OrderedList<(i64, Timer)>,
}

impl Timers {
    pub(crate) fn start(&mut self, at_ms: i64, timer: Timer) {
        self.due.insert((at_ms, timer));
    }

    pub(crate) fn stop(&mut self, at_ms: i64, timer: Timer) {
        self.due.remove(&(at_ms, timer));
    }

    pub(crate) fn next_at(&self) -> Option<i64> {
        self.due.first().map(|(at_ms, _)| *at_ms)
    }

    /// Takes out the first timer that is due by `now_ms`.
    pub(crate) fn take_due(&mut self, now_ms: i64) -> Option<Timer> {
        let due = *self.due.first().filter(|(at_ms, _)| *at_ms <= now_ms)?;
        self.due.remove(&due);
        Some(due.1)
    }
}

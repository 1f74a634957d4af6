//! What the switchboard itself waits for. Contacts and queues have their own times.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use trunkline_model::{AgentId, ContactId};

use super::legs::LegId;

/// What is due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// An agent whose media is gone has not come back (decision 26).
    AgentLost { leg: LegId },
    /// The time for wrap-up of an agent with a desktop is nearly over.
    WrapUpDue { contact: ContactId, agent: AgentId },
    /// An agent without a desktop has wrapped up (decision 25).
    WrapUpOver { contact: ContactId, agent: AgentId },
}

/// Timers by their time, in milliseconds since the Unix epoch. None is ever taken back: whoever
/// is woken looks whether it still matters.
#[derive(Debug, Default)]
pub(crate) struct Timers(BinaryHeap<Reverse<(i64, Timer)>>);

impl Timers {
    pub(crate) fn set(&mut self, at_ms: i64, timer: Timer) {
        self.0.push(Reverse((at_ms, timer)));
    }

    pub(crate) fn next_at(&self) -> Option<i64> {
        self.0.peek().map(|Reverse((at_ms, _))| *at_ms)
    }

    pub(crate) fn due(&mut self, now_ms: i64) -> Option<Timer> {
        self.next_at().filter(|at_ms| *at_ms <= now_ms)?;
        self.0.pop().map(|Reverse((_, timer))| timer)
    }
}

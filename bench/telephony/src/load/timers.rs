//! What is to happen when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What a call or a phone's leg waits for. Which of them still matter, their owner knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// Send the last message again; the number counts how often it was.
    Resend(u8),
    /// Hang up.
    HangUp,
    /// Stop waiting.
    GiveUp,
    /// Press the keys.
    Keys,
    /// Answer.
    Answer,
    /// Register.
    Register,
}

/// Whose alarm it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Alarm {
    /// A caller's.
    Call(usize, What),
    /// A phone's leg, or the phone itself for [`What::Register`].
    Phone(usize, What),
}

/// Alarms by their times.
#[derive(Default)]
pub(super) struct Timers(BinaryHeap<Reverse<(u64, Alarm)>>);

impl Timers {
    /// Sets an alarm, at a time in ns since 1970.
    pub(super) fn set(&mut self, at_ns: u64, alarm: Alarm) {
        self.0.push(Reverse((at_ns, alarm)));
    }

    /// Takes the next alarm that is due.
    pub(super) fn due(&mut self, now_ns: u64) -> Option<Alarm> {
        let Reverse((at_ns, _)) = self.0.peek()?;
        if *at_ns > now_ns {
            return None;
        }
        self.0.pop().map(|Reverse((_, alarm))| alarm)
    }
}

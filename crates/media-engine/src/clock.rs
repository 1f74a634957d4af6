//! The grid that frames are sent on: eight slots in 20 ms, each the clock of some of the legs.

use std::time::Duration;

/// Slots of a frame's time.
pub(crate) const SLOTS: usize = 8;

/// From one slot to the next.
pub(crate) const SLOT: Duration = Duration::from_micros(2_500);

/// From one frame of a leg to the next.
pub(crate) const FRAME: Duration = Duration::from_millis(20);

/// Slots since the engine's start. Deadlines are multiples, so that nothing adds up.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    next: u64,
}

/// A slot whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// Which of the eight.
    pub(crate) slot: usize,
    /// When it should have been.
    pub(crate) at: Duration,
    /// Slots before it that were left out, because they are more than a frame ago.
    pub(crate) skipped: Option<(u64, u64)>,
}

impl Clock {
    /// Begins with the slot that comes after `now`.
    pub(crate) fn restart(&mut self, now: Duration) {
        self.next = slot_at(now) + 1;
    }

    /// When the next slot is.
    pub(crate) fn deadline(&self) -> Duration {
        time_of(self.next)
    }

    /// The next slot, if its time has come. After a long absence each of the eight comes once.
    pub(crate) fn due(&mut self, now: Duration) -> Option<Due> {
        let current = slot_at(now);
        if self.next > current {
            return None;
        }
        let oldest = (current + 1).saturating_sub(SLOTS as u64);
        let count = oldest.saturating_sub(self.next);
        let skipped = (count > 0).then_some((self.next, count));
        let number = self.next.max(oldest);
        self.next = number + 1;
        Some(Due { slot: index(number), at: time_of(number), skipped })
    }
}

/// Which of the eight a slot is.
pub(crate) fn index(number: u64) -> usize {
    (number % SLOTS as u64) as usize
}

fn slot_at(now: Duration) -> u64 {
    (now.as_micros() / SLOT.as_micros()) as u64
}

fn time_of(number: u64) -> Duration {
    Duration::from_micros(number.saturating_mul(SLOT.as_micros() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn due(clock: &mut Clock, now: Duration) -> Vec<Due> {
        std::iter::from_fn(|| clock.due(now)).collect()
    }

    #[test]
    fn slots_come_at_multiples_however_late_they_are_looked_at() {
        let mut clock = Clock::default();
        clock.restart(MS);
        assert_eq!(clock.deadline(), SLOT);
        assert_eq!(due(&mut clock, MS * 2), []);
        let seen = due(&mut clock, MS * 6);
        let wanted = [(1, SLOT), (2, SLOT * 2)];
        assert_eq!(seen.iter().map(|due| (due.slot, due.at)).collect::<Vec<_>>(), wanted);
        assert_eq!(clock.deadline(), SLOT * 3);
    }

    #[test]
    fn after_an_absence_each_slot_comes_once() {
        let mut clock = Clock::default();
        clock.restart(Duration::ZERO);
        // 100 ms are 40 slots: 1 to 32 are left out, 33 to 40 are made up for.
        let seen = due(&mut clock, MS * 100);
        assert_eq!(seen.len(), SLOTS);
        assert_eq!(seen[0].skipped, Some((1, 32)));
        assert_eq!((seen[0].slot, seen[7].slot), (1, 0));
        assert!(seen[1..].iter().all(|due| due.skipped.is_none()));
        assert_eq!(clock.deadline(), SLOT * 41);
    }
}

//! The grid that frames are sent on: four slots in 20 ms, each the clock of some of the legs.

use std::time::Duration;

/// Slots of a frame's time.
pub(crate) const SLOTS: usize = 4;

/// From one slot to the next.
const SLOT: Duration = Duration::from_millis(5);

/// From one frame of a leg to the next.
pub(crate) const FRAME: Duration = Duration::from_millis(20);

/// Frames that are made up for when the thread was kept from running; those before are left out.
const MAX_DEBT: u64 = 5;

/// Half a frame in slots: frames are made up for between two that are on time.
const HALF: u64 = SLOTS as u64 / 2;

const STEP: u64 = SLOTS as u64;

/// Slots since the engine's start. Deadlines are multiples, so that nothing adds up.
///
/// A slot that comes late gives its frame at once. If it is behind by more than one, it gives the
/// others half-way between the next ones, so that it catches up at twice the pace and nowhere in a
/// burst.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    /// The next slot's number.
    next: u64,
    /// For each of the four, the number that its next frame is due at.
    due: [u64; SLOTS],
    /// Which of the four may give a frame that it owes.
    debtor: Option<usize>,
}

/// A frame that is due for the legs of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// Which of the four.
    pub(crate) slot: usize,
    /// When it should have been.
    pub(crate) at: Duration,
    /// Frames before it that are left out.
    pub(crate) left_out: u64,
}

impl Clock {
    /// Begins with the slot that comes after `now`.
    pub(crate) fn restart(&mut self, now: Duration) {
        self.next = number_at(now) + 1;
        for number in self.next..self.next + STEP {
            self.due[index(number)] = number;
        }
        self.debtor = None;
    }

    /// When the next slot is.
    pub(crate) fn deadline(&self) -> Duration {
        time_of(self.next)
    }

    /// When the next slot is that is wanted; at the latest, when each has been once.
    pub(crate) fn deadline_of(&self, is_wanted: impl Fn(usize) -> bool) -> Duration {
        let last = self.next + STEP - 1;
        let wanted = (self.next..last).find(|number| is_wanted(index(*number)));
        time_of(wanted.unwrap_or(last))
    }

    /// The next frame that is due; ask until there is none.
    pub(crate) fn due(&mut self, now: Duration) -> Option<Due> {
        let current = number_at(now);
        if let Some(slot) = self.debtor.take()
            && self.due[slot] < current
        {
            return Some(self.give(slot, current));
        }
        if self.next > current {
            return None;
        }
        let number = self.next.max((current + 1).saturating_sub(STEP));
        self.next = number + 1;
        if number == current {
            self.debtor = Some(index(number + HALF));
        }
        Some(self.give(index(number), number))
    }

    fn give(&mut self, slot: usize, number: u64) -> Due {
        let owed = number.saturating_sub(self.due[slot]) / STEP;
        let left_out = owed.saturating_sub(MAX_DEBT);
        let due = self.due[slot] + left_out * STEP;
        self.due[slot] = due + STEP;
        Due { slot, at: time_of(due), left_out }
    }
}

/// Which of the four a slot is.
fn index(number: u64) -> usize {
    (number % STEP) as usize
}

fn number_at(now: Duration) -> u64 {
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

    fn started() -> Clock {
        let mut clock = Clock::default();
        clock.restart(MS);
        clock
    }

    #[test]
    fn slots_come_at_multiples_however_late_they_are_looked_at() {
        let mut clock = started();
        assert_eq!(clock.deadline(), SLOT);
        assert_eq!(due(&mut clock, MS * 4), []);
        let seen = due(&mut clock, MS * 12);
        let wanted = [(1, SLOT), (2, SLOT * 2)];
        assert_eq!(seen.iter().map(|due| (due.slot, due.at)).collect::<Vec<_>>(), wanted);
        assert_eq!(clock.deadline(), SLOT * 3);
        assert_eq!(clock.deadline_of(|slot| slot == 1), SLOT * 5);
        assert_eq!(clock.deadline_of(|_| false), SLOT * 6);
    }

    #[test]
    fn a_slot_that_is_behind_catches_up_half_way_between_its_frames() {
        let mut clock = started();
        due(&mut clock, MS * 20);
        // 60 ms later each slot owes three frames. It gives one, and the rest bit by bit.
        let first = due(&mut clock, MS * 80);
        assert!(first.len() <= SLOTS + 1, "{first:?}");
        let (mut frames, mut most) = (first, 0);
        for tick in 1..=24 {
            let seen = due(&mut clock, MS * 80 + SLOT * tick);
            most = most.max(seen.len());
            frames.extend(seen);
        }
        assert_eq!(most, 2, "one on time, one made up for");
        for slot in 0..SLOTS {
            let times: Vec<_> =
                frames.iter().filter(|due| due.slot == slot).map(|due| due.at).collect();
            assert!(times.windows(2).all(|pair| pair[1] - pair[0] == FRAME), "{times:?}");
            assert!(*times.last().unwrap() > MS * 180, "it has caught up: {times:?}");
        }
        assert!(frames.iter().all(|due| due.left_out == 0));
    }

    #[test]
    fn after_a_long_absence_what_is_too_old_is_left_out() {
        let mut clock = started();
        let seen = due(&mut clock, MS * 10_000);
        assert!((SLOTS..=SLOTS + 1).contains(&seen.len()), "{seen:?}");
        for due in &seen[..SLOTS] {
            assert!((494..=495).contains(&due.left_out), "{due:?}");
            assert!(MS * 10_000 - due.at <= FRAME * 6, "{due:?}");
        }
    }
}

//! What a queue remembers: who waits in which place, and how long others waited.

use std::collections::VecDeque;

use crate::contact::Key;
use crate::limits::{MAX_SAMPLES, MIN_SAMPLES};
use crate::ordered::OrderedList;
use crate::stats::Intervals;

/// Priorities that there are.
const PRIORITIES: usize = 10;

/// The greatest coefficient of variation of the waits that an estimate is made from (Webex).
const MAX_VARIATION: f64 = 0.4;

/// One queue's changing part.
#[derive(Clone, Debug, Default)]
pub(crate) struct QueueState {
    /// Waiting contacts per priority: the first of each list has waited longest.
    by_priority: [OrderedList<Key>; PRIORITIES],
    waiting: usize,
    /// When contacts were answered and how long they had waited, in the order of answering.
    waits: VecDeque<(i64, i64)>,
    /// Contacts that wait, are on offer, or with an agent to whom it brought them.
    pub(crate) active: usize,
    /// Who was offered the last contact: the place of the roster in the queue, and in the roster.
    pub(crate) last_offered: Option<(usize, usize)>,
    pub(crate) intervals: Intervals,
}

impl QueueState {
    /// What it remembers of contacts that are gone.
    pub(crate) fn emptied(&self) -> Self {
        let (waits, intervals) = (self.waits.clone(), self.intervals.clone());
        Self { waits, intervals, ..Self::default() }
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    pub(crate) fn insert(&mut self, key: Key) {
        self.by_priority[row(&key)].insert(key);
        self.waiting += 1;
    }

    pub(crate) fn remove(&mut self, key: &Key) {
        if self.by_priority[row(key)].remove(key) {
            self.waiting -= 1;
        }
    }

    /// How many wait before this one.
    pub(crate) fn ahead_of(&self, key: &Key) -> usize {
        let row = row(key);
        let higher: usize = self.by_priority[..row].iter().map(OrderedList::len).sum();
        higher + self.by_priority[row].rank(key)
    }

    /// The earliest first enqueue time of those who wait.
    pub(crate) fn oldest_ms(&self) -> Option<i64> {
        self.by_priority.iter().filter_map(OrderedList::first).map(|key| key.first_ms).min()
    }

    pub(crate) fn record_wait(&mut self, now_ms: i64, waited_ms: i64) {
        if self.waits.len() == MAX_SAMPLES {
            self.waits.pop_front();
        }
        self.waits.push_back((now_ms, waited_ms));
    }

    /// The mean wait of those who were answered within the lookback; none when they are too few
    /// to tell, or differ too much: Webex gives an estimate only where the coefficient of variation
    /// is under 40 %. A simple estimate: it knows neither the place nor the agents of the moment.
    pub(crate) fn estimate_ms(&self, now_ms: i64, lookback_ms: i64) -> Option<u64> {
        let since_ms = now_ms.saturating_sub(lookback_ms);
        let recent = self.waits.iter().rev().take_while(|(at_ms, _)| *at_ms >= since_ms);
        let (count, sum) = recent.fold((0_usize, 0_u128), |(count, sum), (_, waited_ms)| {
            (count + 1, sum + u128::from(waited_ms.unsigned_abs()))
        });
        if count < MIN_SAMPLES {
            return None;
        }
        let mean = sum / count as u128;
        let recent = self.waits.iter().rev().take(count);
        let squares: f64 =
            recent.map(|(_, waited_ms)| (*waited_ms as f64 - mean as f64).powi(2)).sum();
        let deviation = (squares / count as f64).sqrt();
        (deviation <= MAX_VARIATION * mean as f64).then(|| u64::try_from(mean).ok()).flatten()
    }
}

/// The list of a priority: 1 to 10 are 0 to 9.
fn row(key: &Key) -> usize {
    usize::from(key.priority.get().clamp(1, 10)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_needs_recent_samples() {
        let mut queue = QueueState::default();
        for at_ms in [0, 1_000, 2_000, 3_000] {
            queue.record_wait(at_ms, 10_000);
        }
        assert_eq!(queue.estimate_ms(3_000, 60_000), None, "four are too few");
        queue.record_wait(4_000, 15_000);
        assert_eq!(queue.estimate_ms(4_000, 60_000), Some(11_000), "(4 * 10 + 15) / 5");
        assert_eq!(queue.estimate_ms(4_000, 3_000), None, "four within the lookback");
        assert_eq!(queue.estimate_ms(100_000, 60_000), None, "all are old");
    }

    #[test]
    fn waits_that_differ_too_much_give_no_estimate() {
        let mut queue = QueueState::default();
        for waited_ms in [10_000, 600_000, 10_000, 600_000, 10_000] {
            queue.record_wait(0, waited_ms);
        }
        assert_eq!(queue.estimate_ms(0, 60_000), None);
    }

    #[test]
    fn samples_are_bounded() {
        let mut queue = QueueState::default();
        for at_ms in 0..10_000 {
            queue.record_wait(at_ms, i64::MAX);
        }
        assert_eq!(queue.waits.len(), MAX_SAMPLES);
        assert_eq!(queue.estimate_ms(10_000, i64::MAX), Some(i64::MAX as u64));
    }
}

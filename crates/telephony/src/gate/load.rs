//! How long new calls wait inside, between the socket and the place where they are taken.
//!
//! Behind the socket the messages go through channels without a limit. When more comes than can be
//! done, everything waits longer and longer; then new calls have to be refused at the socket, where
//! that costs least, so that those that were taken are served in time.

use std::collections::{HashMap, VecDeque};

/// The most calls that are watched at once. More of them wait only when there is far too much.
const MAX_WATCHED: usize = 16_384;

/// A call that is not seen again within this time was a retransmission, in milliseconds.
const FORGET_AFTER_MS: u64 = 10_000;

/// The waits of new calls.
#[derive(Debug, Default)]
pub struct Load {
    /// When each call came, by a number that stands for it.
    waiting: HashMap<u64, u64>,
    order: VecDeque<(u64, u64)>,
    /// The last wait that was measured, and when.
    last: Option<(u64, u64)>,
}

impl Load {
    /// A new call has come in at the socket. A retransmission begins its wait again: otherwise a
    /// copy that the parser dropped long ago would look like a long wait, and one source could
    /// have all others refused.
    pub fn arrived(&mut self, now_ms: u64, call: u64) {
        while let Some((at_ms, old)) = self.order.front().copied() {
            let is_old = at_ms.saturating_add(FORGET_AFTER_MS) <= now_ms;
            if !is_old && self.order.len() < MAX_WATCHED {
                break;
            }
            self.order.pop_front();
            if self.waiting.get(&old) == Some(&at_ms) {
                self.waiting.remove(&old);
            }
        }
        self.waiting.insert(call, now_ms);
        self.order.push_back((now_ms, call));
    }

    /// The call has reached its place. Gives its wait in milliseconds.
    pub fn taken(&mut self, now_ms: u64, call: u64) -> u64 {
        let Some(at_ms) = self.waiting.remove(&call) else { return 0 };
        let wait_ms = now_ms.saturating_sub(at_ms);
        self.last = Some((now_ms, wait_ms));
        wait_ms
    }

    /// Whether new calls have to be refused. What was measured long ago says nothing: then one is
    /// let through and measured.
    pub fn is_too_much(&self, now_ms: u64, max_wait_ms: u64) -> bool {
        self.last.is_some_and(|(at_ms, wait_ms)| {
            wait_ms > max_wait_ms && now_ms < at_ms.saturating_add(wait_ms.min(1_000))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_waits_refuse_new_calls_until_they_are_over() {
        let mut load = Load::default();
        load.arrived(0, 1);
        assert_eq!(load.taken(20, 1), 20);
        assert!(!load.is_too_much(20, 500));
        load.arrived(100, 2);
        assert_eq!(load.taken(1_000, 2), 900);
        assert!(load.is_too_much(1_000, 500) && load.is_too_much(1_899, 500));
        assert!(!load.is_too_much(1_900, 500), "then one is let through and measured");
        load.arrived(2_000, 3);
        load.arrived(9_000, 3);
        assert_eq!(load.taken(9_010, 3), 10, "since its last retransmission");
        assert_eq!(load.taken(9_010, 99), 0, "never seen");
    }

    #[test]
    fn what_is_never_taken_is_forgotten() {
        let mut load = Load::default();
        (0..100_000).for_each(|call| load.arrived(0, call));
        assert!(load.waiting.len() <= MAX_WATCHED && load.order.len() <= MAX_WATCHED);
        load.arrived(FORGET_AFTER_MS, 1);
        assert_eq!((load.waiting.len(), load.order.len()), (1, 1));
        (0..100_000).for_each(|_| load.arrived(FORGET_AFTER_MS, 1));
        assert!(load.waiting.len() == 1 && load.order.len() <= MAX_WATCHED);
    }
}

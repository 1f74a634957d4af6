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

/// Waits that are too long for so long are too much to do; before that the machine may only have
/// been away for a moment (the idea of CoDel, RFC 8289), in milliseconds.
const LASTING_MS: u64 = 200;

/// A wait of so many times the limit is too much at once.
const FAR_TOO_LONG: u64 = 10;

/// The waits of new calls.
#[derive(Debug, Default)]
pub struct Load {
    /// When each call came, by a number that stands for it.
    waiting: HashMap<u64, u64>,
    order: VecDeque<(u64, u64)>,
    /// The last wait that was measured, and when.
    last: Option<(u64, u64)>,
    /// Since when every wait has been longer than the limit.
    long_since: Option<u64>,
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
    pub fn taken(&mut self, now_ms: u64, call: u64, max_wait_ms: u64) -> u64 {
        let Some(at_ms) = self.waiting.remove(&call) else { return 0 };
        let wait_ms = now_ms.saturating_sub(at_ms);
        self.last = Some((now_ms, wait_ms));
        if wait_ms <= max_wait_ms {
            self.long_since = None;
        } else {
            self.long_since.get_or_insert(now_ms);
        }
        wait_ms
    }

    /// Whether new calls have to be refused. What was measured long ago says nothing: then one is
    /// let through and measured.
    pub fn is_too_much(&self, now_ms: u64, max_wait_ms: u64) -> bool {
        let Some((at_ms, wait_ms)) = self.last else { return false };
        let lasts = self.long_since.is_some_and(|since_ms| {
            at_ms.saturating_sub(since_ms) >= LASTING_MS
                || wait_ms > max_wait_ms.saturating_mul(FAR_TOO_LONG)
        });
        lasts && now_ms < at_ms.saturating_add(wait_ms.min(1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_that_last_refuse_new_calls_until_they_are_over() {
        let mut load = Load::default();
        load.arrived(0, 1);
        assert_eq!(load.taken(20, 1, 50), 20);
        load.arrived(100, 2);
        assert_eq!(load.taken(200, 2, 50), 100);
        assert!(!load.is_too_much(200, 50), "the machine may have been away for a moment");
        load.arrived(300, 3);
        assert_eq!(load.taken(400, 3, 50), 100);
        assert!(load.is_too_much(400, 50) && load.is_too_much(499, 50), "it lasts");
        assert!(!load.is_too_much(500, 50), "then one is let through and measured");
        load.arrived(600, 4);
        assert_eq!(load.taken(640, 4, 50), 40);
        assert!(!load.is_too_much(640, 50), "it is over");
        load.arrived(700, 5);
        assert_eq!(load.taken(1_201, 5, 50), 501);
        assert!(load.is_too_much(1_201, 50), "far too long");
        load.arrived(2_000, 6);
        load.arrived(9_000, 6);
        assert_eq!(load.taken(9_010, 6, 50), 10, "since its last retransmission");
        assert_eq!(load.taken(9_010, 99, 50), 0, "never seen");
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

//! When there is too much to do, and new calls are refused so that those who were taken are served.
//!
//! A machine may be taken away for a moment, and all that waited meanwhile is old when it comes
//! back; nobody must be refused for that. Too much to do shows in waits that do not go away: then
//! new calls are refused that waited longer than usual, until the queue is short again (the idea
//! of CoDel, RFC 8289: the wait that stays counts, not the longest).

use std::time::{Duration, Instant};

/// Calls that waited no longer than this are always taken.
const USUAL: Duration = Duration::from_millis(20);

/// Waits beyond that for so long are too much to do.
const LASTING: Duration = Duration::from_millis(200);

/// A call that waited longer than this is refused in any case: its caller sends again already.
const LONGEST: Duration = Duration::from_millis(400);

/// Looks at how long new calls wait for the switchboard.
#[derive(Debug, Default)]
pub(super) struct Overload {
    /// Since when every call has waited longer than usual, and when the last one did.
    long: Option<(Instant, Instant)>,
}

impl Overload {
    /// Whether a call that has waited so long is refused.
    pub(super) fn refuses(&mut self, now: Instant, waited: Duration) -> bool {
        if waited <= USUAL {
            self.long = None;
            return false;
        }
        // What was long ago says nothing of now.
        let is_fresh = |last: Instant| now.saturating_duration_since(last) < LASTING;
        let since = self.long.filter(|(_, last)| is_fresh(*last)).map_or(now, |(since, _)| since);
        self.long = Some((since, now));
        waited > LONGEST || now.saturating_duration_since(since) >= LASTING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_that_last_refuse_calls_and_a_stall_does_not() {
        let (mut overload, began) = (Overload::default(), Instant::now());
        let ms = Duration::from_millis;
        let mut refuses = |at, waited| overload.refuses(began + ms(at), ms(waited));
        assert!(!refuses(0, 5));
        assert!(!refuses(100, 300) && !refuses(150, 250), "the machine was away for a moment");
        assert!(!refuses(200, 10), "and all is well again");
        assert!(!refuses(300, 50) && !refuses(400, 50), "it begins");
        assert!(refuses(500, 50) && refuses(501, 21), "it lasts");
        assert!(!refuses(510, 20) && !refuses(520, 50), "it is over");
        assert!(refuses(530, 401), "nobody waits that long");
        assert!(!refuses(3_600_000, 50), "an hour ago is long ago");
    }
}

//! How fast batches follow each other.
//!
//! Each batch costs a commit and two changes of threads, whatever it holds. So batches begin a
//! little apart, and those events that come in between share the cost: a single one waits for
//! nothing, and an answer from a CRM or the end of a prompt now and then for a few milliseconds,
//! which nobody hears. A new call does not wait, since its caller does: the bell ends the wait.
//! When there is much to do new calls wait like all others, so that they share the cost, too.

use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// The span over which events are counted.
const SPAN: Duration = Duration::from_millis(50);

/// So many events in a span are much: 1,200 a second, some hundred calls.
const MANY: usize = 60;

/// How far apart batches begin.
const APART: Duration = Duration::from_millis(4);

/// Counts events and tells batches apart.
#[derive(Debug)]
pub(super) struct Pace {
    span_began: Instant,
    events: usize,
    is_busy: bool,
    batch_began: Instant,
}

impl Default for Pace {
    fn default() -> Self {
        let now = Instant::now();
        Self { span_began: now, events: 0, is_busy: false, batch_began: now }
    }
}

/// Ends the wait between two batches, while there is not much to do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bell(Arc<OnceLock<Thread>>);

impl Bell {
    /// Something has come that is not to wait.
    pub(crate) fn ring(&self) {
        if let Some(thread) = self.0.get() {
            thread.unpark();
        }
    }

    /// This thread is the one that waits.
    pub(super) fn wakes_this_thread(&self) {
        // There is one switchboard, and it has one thread.
        let _ = self.0.set(std::thread::current());
    }
}

impl Pace {
    /// Waits until the next batch may begin.
    pub(super) fn wait(&mut self) {
        let wait = self.left(Instant::now());
        if !wait.is_zero() {
            match self.is_busy {
                true => std::thread::sleep(wait),
                // A bell that rang before this, or rings for nothing, begins a batch early.
                false => std::thread::park_timeout(wait),
            }
        }
        self.batch_began = Instant::now();
    }

    /// A batch held so many events.
    pub(super) fn took(&mut self, events: usize) {
        self.count(Instant::now(), events);
    }

    fn left(&self, now: Instant) -> Duration {
        APART.saturating_sub(now.saturating_duration_since(self.batch_began))
    }

    fn count(&mut self, now: Instant, events: usize) {
        self.events += events;
        if now.saturating_duration_since(self.span_began) >= SPAN {
            self.is_busy = self.events >= MANY;
            (self.span_began, self.events) = (now, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_apart_and_much_is_told_by_a_span() {
        let mut pace = Pace::default();
        let began = pace.batch_began;
        let at = |ms| began + Duration::from_millis(ms);
        assert_eq!(pace.left(at(1)), Duration::from_millis(3));
        assert_eq!(pace.left(at(4)), Duration::ZERO, "who comes alone waits for nothing");
        assert_eq!(pace.left(at(60)), Duration::ZERO);
        pace.count(at(10), MANY);
        assert!(!pace.is_busy, "the span is not over");
        pace.count(at(50), 1);
        assert!(pace.is_busy);
        pace.count(at(101), 5);
        assert!(!pace.is_busy, "quiet again");
    }

    #[test]
    fn the_bell_ends_a_wait_unless_there_is_much_to_do() {
        let (bell, mut pace) = (Bell::default(), Pace::default());
        bell.ring();
        bell.wakes_this_thread();
        const ROUNDS: u32 = 200;
        let began = Instant::now();
        for _ in 0..ROUNDS {
            bell.ring();
            pace.wait();
        }
        assert!(began.elapsed() < APART * ROUNDS, "{:?}", began.elapsed());
        bell.ring();
        pace.is_busy = true;
        let began = Instant::now();
        pace.batch_began = began;
        pace.wait();
        assert!(began.elapsed() >= APART, "others share the cost");
    }
}

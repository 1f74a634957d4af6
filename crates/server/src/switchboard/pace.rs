//! How fast batches follow each other.
//!
//! Each batch costs a commit and two changes of threads, whatever it holds. While there is little
//! to do, an event is a batch, and nobody waits. When there is much, batches begin a little apart,
//! so that those that come in between share the cost.

use std::time::{Duration, Instant};

/// The span over which events are counted.
const SPAN: Duration = Duration::from_millis(50);

/// So many events in a span are much: 1,200 a second, some hundred calls.
const MANY: usize = 60;

/// How far apart batches begin then.
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

impl Pace {
    /// Waits until the next batch may begin.
    pub(super) fn wait(&mut self) {
        let wait = self.left(Instant::now());
        if !wait.is_zero() {
            std::thread::sleep(wait);
        }
        self.batch_began = Instant::now();
    }

    /// A batch held so many events.
    pub(super) fn took(&mut self, events: usize) {
        self.count(Instant::now(), events);
    }

    fn left(&self, now: Instant) -> Duration {
        if !self.is_busy {
            return Duration::ZERO;
        }
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
    fn batches_are_apart_only_while_there_is_much_to_do() {
        let mut pace = Pace::default();
        let began = pace.batch_began;
        let at = |ms| began + Duration::from_millis(ms);
        pace.count(at(10), MANY);
        assert_eq!(pace.left(at(10)), Duration::ZERO, "the span is not over");
        pace.count(at(50), 1);
        pace.batch_began = at(50);
        assert_eq!(pace.left(at(51)), Duration::from_millis(3));
        assert_eq!(pace.left(at(55)), Duration::ZERO, "a batch that took longer delays nobody");
        pace.count(at(101), 5);
        assert_eq!(pace.left(at(101)), Duration::ZERO, "quiet again");
    }
}

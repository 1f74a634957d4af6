//! What happens on a call, in order, for any number of readers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use trunkline_telephony::call::Cause;

/// The most events that a call remembers; its end is remembered always.
const MAX_EVENTS: usize = 10_000;

/// Something that happened, with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallEvent {
    /// When, from the moment when the call was dialled or came in.
    pub at: Duration,
    /// What.
    pub what: Happened,
}

/// What may happen on a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The other side rings or makes progress: 180 to 199.
    Progressed {
        /// The status.
        status: u16,
    },
    /// The call is answered.
    Answered,
    /// Media is agreed: packets are sent and taken from now on.
    MediaAgreed,
    /// No packets come any more.
    MediaLost,
    /// Packets come again.
    MediaBack,
    /// The other side has pressed a key.
    KeyHeard {
        /// `0` to `9`, `*`, `#`, `A` to `D`.
        key: char,
    },
    /// All keys that were pressed here have been sent.
    KeysSent,
    /// What was played here is over.
    Played {
        /// The number that [`crate::Call::play`] gave.
        id: u32,
    },
    /// The other side has put this one on hold.
    Held,
    /// The other side has ended its hold.
    Resumed,
    /// The other side has refused a hold or a resume.
    ChangeRefused {
        /// The status of the refusal.
        status: u16,
    },
    /// The call is over.
    Ended(Cause),
}

/// A call's events.
pub(crate) struct Log {
    began: Instant,
    events: Mutex<Vec<CallEvent>>,
    count: watch::Sender<usize>,
}

impl Log {
    pub(crate) fn new() -> Arc<Self> {
        let (began, events) = (Instant::now(), Mutex::default());
        Arc::new(Self { began, events, count: watch::Sender::new(0) })
    }

    /// How long the call has been going on.
    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) fn push(&self, what: Happened) {
        let at = self.now();
        let mut events = self.lock();
        let has_ended = events.iter().any(|event| matches!(event.what, Happened::Ended(_)));
        let is_end = matches!(what, Happened::Ended(_));
        if is_end && has_ended || !is_end && events.len() >= MAX_EVENTS {
            return;
        }
        events.push(CallEvent { at, what });
        let count = events.len();
        drop(events);
        self.count.send_replace(count);
    }

    pub(crate) fn all(&self) -> Vec<CallEvent> {
        self.lock().clone()
    }

    pub(crate) fn find<T>(&self, mut pick: impl FnMut(&CallEvent) -> Option<T>) -> Option<T> {
        self.lock().iter().find_map(&mut pick)
    }

    pub(crate) fn events(self: &Arc<Self>) -> Events {
        Events { log: self.clone(), next: 0, count: self.count.subscribe() }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<CallEvent>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader of a call's events, from the first one on. Each reader gets all of them.
pub struct Events {
    log: Arc<Log>,
    next: usize,
    count: watch::Receiver<usize>,
}

impl Events {
    /// The next event, as soon as there is one; None after the call's end. May be dropped and
    /// called again.
    pub async fn next(&mut self) -> Option<CallEvent> {
        loop {
            self.count.borrow_and_update();
            if let Some(event) = self.try_next() {
                return Some(event);
            }
            if self.has_read_end() {
                return None;
            }
            // The log, and with it the sender, lives as long as this reader.
            self.count.changed().await.ok()?;
        }
    }

    /// The next event that has happened already.
    pub fn try_next(&mut self) -> Option<CallEvent> {
        if self.has_read_end() {
            return None;
        }
        let event = self.log.lock().get(self.next).cloned()?;
        self.next += 1;
        Some(event)
    }

    fn has_read_end(&self) -> bool {
        let Some(last) = self.next.checked_sub(1) else { return false };
        matches!(self.log.lock().get(last), Some(CallEvent { what: Happened::Ended(_), .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_reader_gets_all_events_and_the_end_once() {
        let log = Log::new();
        let (mut one, mut other) = (log.events(), log.events());
        log.push(Happened::Answered);
        assert_eq!(one.next().await.unwrap().what, Happened::Answered);
        assert!(one.try_next().is_none());
        let end = Happened::Ended(Cause::HungUpHere);
        let push = async {
            log.push(end.clone());
        };
        let (heard, ()) = tokio::join!(one.next(), push);
        assert_eq!(heard.unwrap().what, end);
        log.push(Happened::Ended(Cause::HungUpThere));
        log.push(Happened::KeyHeard { key: '1' });
        assert_eq!(one.next().await, None);
        assert_eq!(other.next().await.unwrap().what, Happened::Answered);
        assert_eq!(other.next().await.unwrap().what, end);
        assert_eq!(other.next().await, None);
    }

    #[test]
    fn a_flood_of_keys_is_bounded_and_the_end_still_told() {
        let log = Log::new();
        for _ in 0..MAX_EVENTS + 5 {
            log.push(Happened::KeyHeard { key: '1' });
        }
        log.push(Happened::Ended(Cause::HungUpThere));
        assert_eq!(log.all().len(), MAX_EVENTS + 1);
    }
}

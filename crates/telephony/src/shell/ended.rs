//! Forgets transactions that have ended.
//!
//! The library keeps an answered request for 64*T1, so that its copies get the same answer. When
//! that time is over it looks, for each of them, through all answers that wait for their ACK
//! (0.7.14, `process_timer`). Nobody confirms the answers to a flood, so that work grows with the
//! square of the flood's length. So timers that are due are taken here before the library gets to
//! see them, and answers that nobody has confirmed are struck off for many transactions at once.
//! Its second list, by CSeq, holds 2xx alone, which a transaction strikes off itself when it ends.

use std::collections::HashSet;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::{Duration, Instant};

use rsipstack::transaction::TransactionTimer;
use rsipstack::transaction::endpoint::{EndpointInner, EndpointInnerRef};
use rsipstack::transaction::key::TransactionKey;
use rsipstack::transaction::transaction::TransactionEvent;

/// How long unconfirmed answers of ended transactions stay listed. Nothing is looked up in that
/// list; it only must not grow.
const GATHERING: Duration = Duration::from_secs(1);

/// Runs one instance of the library.
pub(super) async fn serve(inner: &EndpointInnerRef) -> rsipstack::Result<()> {
    let mut ended = Ended { keys: HashSet::new(), swept: Instant::now() };
    let mut library = pin!(inner.serve());
    // The library wakes its task when a timer is due, and this comes first then.
    poll_fn(|cx| {
        ended.take_timers(inner, Instant::now());
        library.as_mut().poll(cx)
    })
    .await
}

/// Transactions whose unconfirmed answers are still listed.
struct Ended {
    keys: HashSet<TransactionKey>,
    swept: Instant,
}

impl Ended {
    /// Does what is due.
    fn take_timers(&mut self, inner: &EndpointInner, now: Instant) {
        for timer in inner.timers.poll(now) {
            match timer {
                TransactionTimer::TimerCleanup(key) => {
                    inner.transactions.remove(&key);
                    inner.finished_transactions.remove(&key);
                    self.keys.insert(key);
                }
                timer => fire(inner, timer),
            }
        }
        if now.saturating_duration_since(self.swept) >= GATHERING {
            self.swept = now;
            if !self.keys.is_empty() {
                inner.waiting_ack.retain(|_, key| !self.keys.contains(key));
                // Not cleared: a flood would leave its room.
                self.keys = HashSet::new();
            }
        }
    }
}

/// Tells a transaction that its timer has fired; one whose task is gone is forgotten.
fn fire(inner: &EndpointInner, timer: TransactionTimer) {
    let key = timer.key().clone();
    let Some(transaction) = inner.transactions.get(&key) else { return };
    if transaction.send(TransactionEvent::Timer(timer)).is_err() {
        inner.detach_transaction(&key, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsipstack::EndpointBuilder;
    use rsipstack::dialog::DialogId;
    use rsipstack::sip::SipMessage;
    use rsipstack::transaction::endpoint::EndpointOption;
    use rsipstack::transaction::key::TransactionRole;
    use tokio::sync::mpsc::unbounded_channel;

    const T1: Duration = Duration::from_millis(2);

    fn request(number: usize) -> (TransactionKey, DialogId, SipMessage) {
        let text = format!(
            "INVITE sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.2;branch=z9hG4bK{number}\r\n\
             From: <sip:b@c>;tag=f{number}\r\nTo: <sip:a@c>;tag=t\r\nCall-ID: {number}\r\n\
             CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        );
        let message = SipMessage::try_from(text.as_bytes()).unwrap();
        let SipMessage::Request(request) = &message else { panic!("{text}") };
        let key = TransactionKey::from_request(request, TransactionRole::Server).unwrap();
        let dialog = DialogId::try_from((request, TransactionRole::Server)).unwrap();
        (key, dialog, message)
    }

    #[tokio::test]
    async fn a_flood_of_unconfirmed_answers_is_forgotten_in_time() {
        const FLOOD: usize = 20_000;
        let option = EndpointOption { t1: T1, t1x64: T1 * 64, ..EndpointOption::default() };
        let endpoint = EndpointBuilder::new().with_option(option).build();
        let inner = endpoint.inner.clone();
        for number in 0..FLOOD {
            let (key, dialog, message) = request(number);
            inner.waiting_ack.insert(dialog, key.clone());
            inner.detach_transaction(&key, Some(message));
        }
        let (key, ..) = request(FLOOD);
        let (open, mut told) = unbounded_channel();
        inner.transactions.insert(key.clone(), open);
        inner.timers.timeout(T1, TransactionTimer::TimerA(key.clone(), T1));
        let (gone_key, ..) = request(FLOOD + 1);
        inner.transactions.insert(gone_key.clone(), unbounded_channel().0);
        inner.timers.timeout(T1, TransactionTimer::TimerB(gone_key.clone()));

        let serving = tokio::spawn({
            let inner = inner.clone();
            async move { serve(&inner).await }
        });
        let fired = tokio::time::timeout(Duration::from_secs(20), told.recv()).await.unwrap();
        assert!(matches!(fired, Some(TransactionEvent::Timer(TransactionTimer::TimerA(..)))));
        tokio::time::timeout(Duration::from_secs(20), async {
            while inner.get_stats().waiting_ack > 0 {
                tokio::time::sleep(GATHERING / 10).await;
                // Something is always going on; the last are struck off with what comes next.
                inner.timers.timeout(T1, TransactionTimer::TimerB(key.clone()));
            }
        })
        .await
        .unwrap();
        let stats = inner.get_stats();
        assert_eq!((stats.running_transactions, stats.finished_transactions), (1, 0));
        assert!(inner.transactions.contains_key(&key));
        serving.abort();
    }
}

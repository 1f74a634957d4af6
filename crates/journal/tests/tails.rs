//! A journal whose last records are lost, as after a power cut: whatever was the last one, each
//! contact that is left ends once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use support::{LAST_STEP, STATES, Shop, answer, memory, read, stream};
use trunkline_contact::Input;
use trunkline_flow::Input as FlowInput;
use trunkline_store::{
    Batch, Entry, EntryKind, Expected, Head, Outcome, Position, Snapshot, Store, StoreError,
    StreamId,
};

/// What was done to a store.
enum Deed {
    Append { stream: StreamId, expected: Expected, batch: Batch, now_ms: i64 },
    Snapshot { stream: StreamId, snapshot: Snapshot },
}

/// A store that knows what was done to it, in order.
struct Diary {
    inner: Arc<dyn Store>,
    deeds: Mutex<Vec<Deed>>,
    is_full: AtomicBool,
}

impl Diary {
    fn new() -> Arc<Self> {
        let (deeds, is_full) = (Mutex::default(), AtomicBool::new(false));
        Arc::new(Self { inner: memory(), deeds, is_full })
    }

    fn set_full(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::SeqCst);
    }

    fn len(&self) -> usize {
        self.deeds.lock().unwrap().len()
    }

    /// How many deeds there were when a contact's comment left: it waits for its record.
    fn sent_after(&self, id: &str) -> usize {
        let holds_comment = |batch: &Batch| {
            let effects = batch.entries.iter().filter(|entry| entry.kind == EntryKind::Effect);
            effects.into_iter().any(|it| String::from_utf8_lossy(&it.payload).contains("/comments"))
        };
        let is_record = |deed: &Deed| match deed {
            Deed::Append { stream: of, batch, .. } => *of == stream(id) && holds_comment(batch),
            Deed::Snapshot { .. } => false,
        };
        let at = self.deeds.lock().unwrap().iter().position(is_record);
        at.expect("each contact has its comment") + 1
    }

    /// A store to which only the first of these things were done.
    fn cut(&self, deeds: usize) -> Arc<dyn Store> {
        let store = memory();
        for deed in &self.deeds.lock().unwrap()[..deeds] {
            match deed {
                Deed::Append { stream, expected, batch, now_ms } => {
                    store.append(stream, expected, batch, *now_ms).unwrap();
                }
                Deed::Snapshot { stream, snapshot } => {
                    store.save_snapshot(stream, snapshot).unwrap();
                }
            }
        }
        store
    }

    fn check(&self) -> Result<(), StoreError> {
        let is_full = self.is_full.load(Ordering::SeqCst);
        if is_full { Err(StoreError::Full { place: "a test".to_owned() }) } else { Ok(()) }
    }
}

impl Store for Diary {
    fn append(
        &self,
        stream: &StreamId,
        expected: &Expected,
        batch: &Batch,
        now_ms: i64,
    ) -> Result<Outcome, StoreError> {
        self.check()?;
        let outcome = self.inner.append(stream, expected, batch, now_ms)?;
        let (stream, expected, batch) = (stream.clone(), *expected, batch.clone());
        self.deeds.lock().unwrap().push(Deed::Append { stream, expected, batch, now_ms });
        Ok(outcome)
    }

    fn head(&self, stream: &StreamId) -> Result<Option<Head>, StoreError> {
        self.inner.head(stream)
    }

    fn read(
        &self,
        stream: &StreamId,
        from: u64,
        until: Option<Position>,
    ) -> Result<Vec<Entry>, StoreError> {
        self.inner.read(stream, from, until)
    }

    fn purge(&self, stream: &StreamId, now_ms: i64) -> Result<(), StoreError> {
        self.inner.purge(stream, now_ms)
    }

    fn open_streams(
        &self,
        prefix: &str,
        after: Option<&StreamId>,
        limit: usize,
    ) -> Result<Vec<StreamId>, StoreError> {
        self.inner.open_streams(prefix, after, limit)
    }

    fn closed_streams(
        &self,
        prefix: &str,
        after: Option<&StreamId>,
        limit: usize,
    ) -> Result<Vec<StreamId>, StoreError> {
        self.inner.closed_streams(prefix, after, limit)
    }

    fn save_snapshot(&self, stream: &StreamId, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.check()?;
        self.inner.save_snapshot(stream, snapshot)?;
        let (stream, snapshot) = (stream.clone(), snapshot.clone());
        self.deeds.lock().unwrap().push(Deed::Snapshot { stream, snapshot });
        Ok(())
    }

    fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, StoreError> {
        self.inner.snapshot(stream)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.inner.sync()
    }
}

/// Starts over what is left after each number of records. `whole` is the process that wrote them
/// and had everything done.
fn end_everywhere(diary: &Diary, whole: &Shop, ids: &[&str], what: &str) {
    let mut repeated = 0;
    for deeds in 0..=diary.len() {
        let (store, what) = (diary.cut(deeds), format!("{what}, {deeds} records"));
        let head = |id: &str| store.head(&stream(id)).unwrap();
        let before: Vec<_> = ids.iter().map(|id| head(id)).collect();
        let mut next = Shop::start(Arc::clone(&store), 900_000);
        assert!(next.recovered.problems.is_empty(), "{what}: {:?}", next.recovered.problems);
        next.finish();
        for (id, before) in ids.iter().zip(before) {
            let sent = next.requests(id);
            let Some(before) = before else {
                assert!(sent.is_empty() && head(id).is_none(), "{what}: {id} never was");
                continue;
            };
            assert!(head(id).unwrap().closed, "{what}: {id}");
            // What it does at its end, it does now, unless it had done it and knows that.
            assert_eq!(sent.len(), usize::from(!before.closed), "{what}: {id}: {sent:?}");
            let Some((_, comment)) = sent.first() else { continue };
            let (_, first) = whole.requests(id).pop().unwrap();
            assert!(comment.method.writes(), "{what}: {id}");
            assert!(comment.idempotency_key.is_some(), "{what}: {id}");
            let told = read(&store, id);
            if told.is_lossy {
                continue;
            }
            let ends = told.inputs.iter().filter(|it| it.record.input == Input::Recovered);
            assert_eq!(ends.count(), 1, "{what}: {id}");
            // Whoever honours the key takes it once, where it had been sent already.
            if deeds >= diary.sent_after(id) {
                assert_eq!(comment, &first, "{what}: {id}");
                repeated += 1;
            }
        }
        let third = Shop::start(store, 1_000_000);
        assert!(third.exchange.is_empty(), "{what}: it is over for good");
        assert!(ids.iter().all(|id| third.requests(id).is_empty()), "{what}");
    }
    assert!(repeated > 0 || ids.len() == 1, "{what}: nothing was ever in doubt");
}

#[test]
fn whatever_record_is_the_last_each_contact_ends_once() {
    let diary = Diary::new();
    let mut shop = Shop::start(Arc::clone(&diary) as Arc<dyn Store>, 1_000);
    for step in 0..3 {
        shop.step("c1", step);
        shop.step("c2", step);
        shop.commit().unwrap();
    }
    shop.run("c1", 3..LAST_STEP + 1);
    shop.run("c2", 4..LAST_STEP + 1);
    assert!(shop.exchange.is_empty() && diary.len() > 20);
    end_everywhere(&diary, &shop, &["c1", "c2"], "without a gap");
}

/// Lets a contact take more than may wait for a full disk.
fn swallow(shop: &mut Shop, id: &str) {
    let large = "x".repeat(1 << 20);
    for _ in 0..5 {
        // To a request that nobody made: the contact does not mind, but it is an input.
        let outcome = Box::new(answer(json!({ "filler": large })));
        shop.flow(id, FlowInput::Http { id: 999_999, outcome });
    }
}

#[test]
fn nor_does_a_gap_before_them_change_that() {
    for (last, state) in STATES.iter().enumerate().take(LAST_STEP) {
        let diary = Diary::new();
        let mut shop = Shop::start(Arc::clone(&diary) as Arc<dyn Store>, 1_000);
        shop.run("c1", 0..last + 1);
        diary.set_full(true);
        // What waits has a limit from the first failure on.
        for _ in 0..2 {
            swallow(&mut shop, "c1");
            shop.commit().unwrap_err();
        }
        diary.set_full(false);
        shop.now_ms += 60_000;
        shop.commit().unwrap();
        shop.run("c1", last + 1..LAST_STEP + 1);
        assert!(shop.exchange.is_empty() && read(&diary.inner, "c1").is_lossy, "{state}");
        end_everywhere(&diary, &shop, &["c1"], &format!("a gap while {state}"));
    }
}

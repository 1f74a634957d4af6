//! A store in memory, for simulations and tests.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::fence::{Decision, decide};
use crate::journal::page;
use crate::{
    Batch, Entry, Expected, Head, Origin, Outcome, Position, Snapshot, Store, StoreError, StreamId,
};

/// A store that is gone with the process. Its positions grow over all streams with gaps, as a
/// cluster's do, so that nobody counts on them.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last_position: u64,
    streams: BTreeMap<StreamId, Slot>,
}

#[derive(Debug)]
enum Slot {
    Kept(Stream),
    Purged,
}

#[derive(Debug)]
struct Stream {
    head: Head,
    entries: Vec<Entry>,
    snapshot: Option<Snapshot>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way through a change, so a poisoned lock is still good.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn kept(&self, stream: &StreamId) -> Option<&Stream> {
        match self.streams.get(stream) {
            Some(Slot::Kept(stream)) => Some(stream),
            Some(Slot::Purged) | None => None,
        }
    }

    fn write(
        &mut self,
        id: &StreamId,
        origin: Origin,
        batch: &Batch,
        (first, now_ms): (u64, i64),
    ) -> Position {
        self.last_position += 1 + self.last_position % 3;
        let position = Position(self.last_position);
        let head = Head {
            position,
            number: first + batch.entries.len() as u64 - 1,
            epoch: batch.epoch,
            batch: batch.id,
            batch_checksum: batch.checksum(),
            closed: batch.closes(),
            origin,
        };
        let stored = batch.stored(id, first, position, now_ms);
        if let Some(Slot::Kept(stream)) = self.streams.get_mut(id) {
            stream.entries.extend(stored);
            stream.head = head;
        } else {
            let stream = Stream { head, entries: stored.collect(), snapshot: None };
            self.streams.insert(id.clone(), Slot::Kept(stream));
        }
        position
    }
}

impl State {
    /// The streams that are closed, or those that are not.
    fn list(
        &self,
        closed: bool,
        prefix: &str,
        after: Option<&StreamId>,
        limit: usize,
    ) -> Vec<StreamId> {
        let fits = |slot: &Slot| matches!(slot, Slot::Kept(it) if it.head.closed == closed);
        let found = self.streams.iter().filter(|(id, slot)| {
            fits(slot) && id.as_str().starts_with(prefix) && after.is_none_or(|after| *id > after)
        });
        found.take(limit).map(|(id, _)| id.clone()).collect()
    }
}

impl Store for MemoryStore {
    fn append(
        &self,
        stream: &StreamId,
        expected: &Expected,
        batch: &Batch,
        now_ms: i64,
    ) -> Result<Outcome, StoreError> {
        let mut state = self.lock();
        if let Some(Slot::Purged) = state.streams.get(stream) {
            return Err(StoreError::Purged { stream: stream.clone() });
        }
        let head = state.kept(stream).map(|kept| kept.head.clone());
        let first = match decide(stream, head.as_ref(), expected, batch)? {
            Decision::Repeat(position) => return Ok(Outcome::Stored(position)),
            Decision::Conflict => return Ok(Outcome::Conflict(head)),
            Decision::Write { first } => first,
        };
        let origin = match (expected, head) {
            (_, Some(head)) => head.origin,
            (Expected::New(origin), None) => *origin,
            (Expected::At(_), None) => return Ok(Outcome::Conflict(None)),
        };
        Ok(Outcome::Stored(state.write(stream, origin, batch, (first, now_ms))))
    }

    fn head(&self, stream: &StreamId) -> Result<Option<Head>, StoreError> {
        Ok(self.lock().kept(stream).map(|kept| kept.head.clone()))
    }

    fn read(
        &self,
        stream: &StreamId,
        from: u64,
        until: Option<Position>,
    ) -> Result<Vec<Entry>, StoreError> {
        let state = self.lock();
        let kept = state.kept(stream);
        let entries = kept.map_or(&[][..], |kept| &kept.entries);
        let skipped = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
        let rest = entries.iter().skip(skipped).cloned().map(Ok);
        page(stream, from, until, kept.map(|kept| &kept.head), rest)
    }

    fn purge(&self, stream: &StreamId, _now_ms: i64) -> Result<(), StoreError> {
        let mut state = self.lock();
        let Some(kept) = state.kept(stream) else { return Ok(()) };
        if !kept.head.closed {
            return Err(StoreError::NotClosed { stream: stream.clone() });
        }
        state.streams.insert(stream.clone(), Slot::Purged);
        Ok(())
    }

    fn open_streams(
        &self,
        prefix: &str,
        after: Option<&StreamId>,
        limit: usize,
    ) -> Result<Vec<StreamId>, StoreError> {
        Ok(self.lock().list(false, prefix, after, limit))
    }

    fn closed_streams(
        &self,
        prefix: &str,
        after: Option<&StreamId>,
        limit: usize,
    ) -> Result<Vec<StreamId>, StoreError> {
        Ok(self.lock().list(true, prefix, after, limit))
    }

    fn save_snapshot(&self, stream: &StreamId, snapshot: &Snapshot) -> Result<(), StoreError> {
        snapshot.check(stream)?;
        let mut state = self.lock();
        let Some(Slot::Kept(kept)) = state.streams.get_mut(stream) else { return Ok(()) };
        let is_newer = kept.snapshot.as_ref().is_none_or(|old| old.number < snapshot.number);
        if is_newer && snapshot.number <= kept.head.number {
            kept.snapshot = Some(snapshot.clone());
        }
        Ok(())
    }

    fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, StoreError> {
        Ok(self.lock().kept(stream).and_then(|kept| kept.snapshot.clone()))
    }

    fn sync(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

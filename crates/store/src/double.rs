//! A store that is as unpleasant as the contract allows, for tests of those who use one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    Batch, Entry, Expected, Head, MemoryStore, Outcome, Position, Snapshot, Store, StoreError,
    StreamId,
};

/// How often each fault happens, in percent of the calls that it can happen to. The faults of an
/// append exclude each other; together they may make 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults {
    /// [`Outcome::Unknown`], and the batch is not stored.
    pub unknown_before: u32,
    /// [`Outcome::Unknown`], and the batch is stored.
    pub unknown_after: u32,
    /// [`Outcome::Unknown`], and the batch is stored during some later call, or never.
    pub unknown_late: u32,
    /// [`Outcome::Conflict`] although the stream ends as expected.
    pub spurious_conflict: u32,
    /// A read without `until` that ends early; with `until`, [`StoreError::Behind`].
    pub stale_read: u32,
    /// A snapshot that is not found.
    pub lost_snapshot: u32,
}

impl Faults {
    /// No faults at all.
    pub const NONE: Self = Self {
        unknown_before: 0,
        unknown_after: 0,
        unknown_late: 0,
        spurious_conflict: 0,
        stale_read: 0,
        lost_snapshot: 0,
    };

    /// Each fault at about every tenth call.
    pub const MANY: Self = Self {
        unknown_before: 10,
        unknown_after: 10,
        unknown_late: 10,
        spurious_conflict: 10,
        stale_read: 20,
        lost_snapshot: 20,
    };
}

/// How often each fault has happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultCounts {
    /// See [`Faults::unknown_before`].
    pub unknown_before: u64,
    /// See [`Faults::unknown_after`].
    pub unknown_after: u64,
    /// See [`Faults::unknown_late`].
    pub unknown_late: u64,
    /// See [`Faults::spurious_conflict`].
    pub spurious_conflict: u64,
    /// See [`Faults::stale_read`].
    pub stale_read: u64,
    /// See [`Faults::lost_snapshot`].
    pub lost_snapshot: u64,
}

/// A [`MemoryStore`] with faults. Calls made in the same order give the same faults.
#[derive(Debug)]
pub struct FaultyStore {
    inner: MemoryStore,
    faults: Faults,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    random: u64,
    counts: FaultCounts,
    /// Appends whose caller was told `Unknown` and that may still arrive.
    under_way: Vec<(StreamId, Expected, Batch, i64)>,
}

/// What becomes of one append.
enum Fate {
    Plain,
    UnknownBefore,
    UnknownAfter,
    UnknownLate,
    SpuriousConflict,
}

impl FaultyStore {
    /// The most appends that are under way at once; the oldest is then lost.
    const MAX_UNDER_WAY: usize = 64;

    /// An empty store with [`Faults::MANY`].
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with_faults(seed, Faults::MANY)
    }

    /// An empty store with these faults.
    #[must_use]
    pub fn with_faults(seed: u64, faults: Faults) -> Self {
        let state = State { random: seed, counts: FaultCounts::default(), under_way: Vec::new() };
        Self { inner: MemoryStore::new(), faults, state: Mutex::new(state) }
    }

    /// The faults so far.
    #[must_use]
    pub fn counts(&self) -> FaultCounts {
        self.lock().counts
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fate(&self, state: &mut State) -> Fate {
        let roll = state.percent();
        let mut bound = 0;
        let mut below = |share: u32| {
            bound += share;
            roll < bound
        };
        if below(self.faults.unknown_before) {
            state.counts.unknown_before += 1;
            return Fate::UnknownBefore;
        }
        if below(self.faults.unknown_after) {
            state.counts.unknown_after += 1;
            return Fate::UnknownAfter;
        }
        if below(self.faults.unknown_late) {
            state.counts.unknown_late += 1;
            return Fate::UnknownLate;
        }
        if below(self.faults.spurious_conflict) {
            return Fate::SpuriousConflict;
        }
        Fate::Plain
    }

    /// Lets some of the appends that are under way arrive, and loses others.
    fn settle(&self, state: &mut State) {
        for (stream, expected, batch, now_ms) in std::mem::take(&mut state.under_way) {
            match state.percent() {
                // Its caller was told `Unknown`, so nobody hears this answer.
                0..40 => drop(self.inner.append(&stream, &expected, &batch, now_ms)),
                40..60 => {}
                _ => state.under_way.push((stream, expected, batch, now_ms)),
            }
        }
    }

    fn refuse_or_append(
        &self,
        state: &mut State,
        stream: &StreamId,
        (expected, batch): (&Expected, &Batch),
        now_ms: i64,
    ) -> Result<Outcome, StoreError> {
        let head = self.inner.head(stream)?;
        if expected.holds(head.as_ref()) {
            state.counts.spurious_conflict += 1;
            return Ok(Outcome::Conflict(head));
        }
        self.inner.append(stream, expected, batch, now_ms)
    }
}

impl State {
    /// A number below 100, by SplitMix64 (Steele, Lea, Flood 2014): plenty for choosing faults.
    fn percent(&mut self) -> u32 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((z ^ (z >> 31)) % 100).expect("a number below 100 fits")
    }
}

impl Store for FaultyStore {
    fn append(
        &self,
        stream: &StreamId,
        expected: &Expected,
        batch: &Batch,
        now_ms: i64,
    ) -> Result<Outcome, StoreError> {
        batch.check()?;
        let mut state = self.lock();
        self.settle(&mut state);
        match self.fate(&mut state) {
            Fate::Plain => self.inner.append(stream, expected, batch, now_ms),
            Fate::UnknownBefore => Ok(Outcome::Unknown),
            Fate::UnknownAfter => {
                let outcome = self.inner.append(stream, expected, batch, now_ms)?;
                let is_refused = matches!(outcome, Outcome::Conflict(_));
                Ok(if is_refused { outcome } else { Outcome::Unknown })
            }
            Fate::UnknownLate => {
                if state.under_way.len() >= Self::MAX_UNDER_WAY {
                    state.under_way.remove(0);
                }
                state.under_way.push((stream.clone(), *expected, batch.clone(), now_ms));
                Ok(Outcome::Unknown)
            }
            Fate::SpuriousConflict => {
                self.refuse_or_append(&mut state, stream, (expected, batch), now_ms)
            }
        }
    }

    fn head(&self, stream: &StreamId) -> Result<Option<Head>, StoreError> {
        self.settle(&mut self.lock());
        self.inner.head(stream)
    }

    fn read(
        &self,
        stream: &StreamId,
        from: u64,
        until: Option<Position>,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut state = self.lock();
        self.settle(&mut state);
        let mut entries = self.inner.read(stream, from, until)?;
        if state.percent() >= self.faults.stale_read || entries.is_empty() {
            return Ok(entries);
        }
        state.counts.stale_read += 1;
        if let Some(wanted) = until {
            return Err(StoreError::Behind { stream: stream.clone(), wanted });
        }
        // A replica that is behind lacks whole batches.
        let last = entries.last().map(|entry| entry.position);
        entries.retain(|entry| Some(entry.position) != last);
        Ok(entries)
    }

    fn purge(&self, stream: &StreamId, now_ms: i64) -> Result<(), StoreError> {
        self.settle(&mut self.lock());
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
        self.inner.save_snapshot(stream, snapshot)
    }

    fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, StoreError> {
        let mut state = self.lock();
        if state.percent() < self.faults.lost_snapshot {
            state.counts.lost_snapshot += 1;
            return Ok(None);
        }
        self.inner.snapshot(stream)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.inner.sync()
    }
}

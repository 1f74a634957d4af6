//! The contract of every store.

use crate::retry::read_pages;
use crate::{
    Batch, BatchId, Entry, EntryKind, Expected, Head, Outcome, Position, StoreError, StreamId,
};

/// The most entries that one [`Store::read`] gives.
pub const MAX_READ_ENTRIES: usize = 10_000;

/// A read ends with the entry that brings its payloads to this many bytes.
pub const MAX_READ_BYTES: usize = 16 << 20;

/// The most bytes of a snapshot.
pub const MAX_SNAPSHOT_BYTES: usize = 64 << 20;

/// A machine's state at some entry, so that replay need not begin at the first. It is a hint:
/// it may be old, or lost, and then the replay is longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Position of the last batch that the state includes.
    pub position: Position,
    /// Number of the last entry that the state includes; replay goes on with the next.
    pub number: u64,
    /// The state's bytes, opaque to the store; at most [`MAX_SNAPSHOT_BYTES`].
    pub payload: Vec<u8>,
}

impl Snapshot {
    pub(crate) fn check(&self, stream: &StreamId) -> Result<(), StoreError> {
        let bytes = self.payload.len();
        if bytes <= MAX_SNAPSHOT_BYTES {
            return Ok(());
        }
        Err(StoreError::SnapshotTooLarge { stream: stream.clone(), bytes })
    }
}

/// One append among several; see [`Store::append_all`].
#[derive(Clone, Copy, Debug)]
pub struct Append<'a> {
    /// The stream.
    pub stream: &'a StreamId,
    /// Where the appender believes the stream to end.
    pub expected: Expected,
    /// What is appended.
    pub batch: &'a Batch,
}

/// Append-only streams, each with one writer at a time.
///
/// Calls block and are made from any thread. For one stream, the caller makes one append at a
/// time and gathers what arrives meanwhile in the next batch. Nothing spans two streams. The
/// store has no clock: `now_ms` is the caller's time in ms, and only recorded or compared with
/// other times that the caller gave.
pub trait Store: Send + Sync {
    /// Appends a batch, whole or not at all, if the stream ends where `expected` says and its
    /// last epoch is not later than the batch's.
    ///
    /// If the stream already ends with this very batch (same id, same epoch), it is
    /// [`Outcome::Stored`] at its position: repeating an append is always safe. A batch that
    /// has others behind it is not found again; its writer has had its answer or is no longer
    /// the owner.
    ///
    /// # Errors
    /// [`StoreError::BadBatch`], [`StoreError::BatchIdReused`]; [`StoreError::Closed`] or
    /// [`StoreError::Purged`] for a stream that has ended; [`StoreError::Full`] and the engine's
    /// own failures.
    fn append(
        &self,
        stream: &StreamId,
        expected: &Expected,
        batch: &Batch,
        now_ms: i64,
    ) -> Result<Outcome, StoreError>;

    /// Appends several batches, each as [`Store::append`] would, in this order, and gives each
    /// one's answer. They need not be stored together: a crash may leave some of them stored and
    /// others not. A store that can makes one commit of them, which is much cheaper.
    fn append_all(&self, appends: &[Append<'_>], now_ms: i64) -> Vec<Result<Outcome, StoreError>> {
        one_by_one(self, appends, now_ms)
    }

    /// The stream's end as the authority for it knows it, never an old one; `None` if the
    /// stream never began or is purged.
    ///
    /// # Errors
    /// The engine's failures.
    fn head(&self, stream: &StreamId) -> Result<Option<Head>, StoreError>;

    /// Entries in order, from number `from` (1 is the first) to the batch at `until`, at most
    /// [`MAX_READ_ENTRIES`] of them; their numbers and checksums are checked. Without `until`
    /// the read may end before the stream does, and whoever takes a stream over must give it.
    /// A stream that is not there has no entries. [`crate::read_all`] reads page by page.
    ///
    /// # Errors
    /// [`StoreError::Behind`] if `until` is not to be seen (yet), [`StoreError::Corrupt`] for a
    /// damaged or missing entry, and the engine's failures.
    fn read(
        &self,
        stream: &StreamId,
        from: u64,
        until: Option<Position>,
    ) -> Result<Vec<Entry>, StoreError>;

    /// Writes the stream's last entry: an append of [`Batch::closing`].
    ///
    /// # Errors
    /// As [`Store::append`].
    fn close(
        &self,
        stream: &StreamId,
        expected: &Expected,
        (id, epoch): (BatchId, u64),
        now_ms: i64,
    ) -> Result<Outcome, StoreError> {
        self.append(stream, expected, &Batch::closing(id, epoch, Vec::new()), now_ms)
    }

    /// Removes a closed stream with its entries and snapshot. To purge it again, or to purge
    /// what never was, changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotClosed`], and the engine's failures.
    fn purge(&self, stream: &StreamId, now_ms: i64) -> Result<(), StoreError>;

    /// Streams that have begun and are not closed, in the order of their names, whose names
    /// start with `prefix` and are greater than `after`; at most `limit`. For recovery at
    /// start, not for use while calls run.
    ///
    /// # Errors
    /// The engine's failures.
    fn open_streams(
        &self,
        prefix: &str,
        after: Option<&StreamId>,
        limit: usize,
    ) -> Result<Vec<StreamId>, StoreError>;

    /// The inputs of a stream, and its closing entry, in order. What lies between them need not be
    /// there or whole: replay needs the inputs alone, and effects may be thinned out of a journal
    /// that is kept for long. That no input is missing is for the reader to see, by numbers of its
    /// own in the payloads.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a damaged input, and the engine's failures.
    fn inputs(&self, stream: &StreamId) -> Result<Vec<Entry>, StoreError> {
        let mut inputs = Vec::new();
        let Some(head) = self.head(stream)? else { return Ok(inputs) };
        read_pages(self, stream, 1, Some(head.position), &mut |entry| {
            match entry.kind {
                EntryKind::Input | EntryKind::Closed => inputs.push(entry),
                EntryKind::Effect | EntryKind::Snapshot => {}
            }
            Ok(())
        })?;
        Ok(inputs)
    }

    /// Streams that are closed and not purged, else as [`Store::open_streams`]. For purging what
    /// is old, a page at a time.
    ///
    /// # Errors
    /// The engine's failures.
    fn closed_streams(
        &self,
        prefix: &str,
        after: Option<&StreamId>,
        limit: usize,
    ) -> Result<Vec<StreamId>, StoreError>;

    /// How many streams with this prefix are closed and not purged. It may look at all of them.
    ///
    /// # Errors
    /// The engine's failures.
    fn count_closed(&self, prefix: &str) -> Result<usize, StoreError> {
        let mut count = 0;
        let mut after = None;
        loop {
            let page = self.closed_streams(prefix, after.as_ref(), 1_000)?;
            count += page.len();
            let Some(last) = page.last() else { return Ok(count) };
            after = Some(last.clone());
        }
    }

    /// Keeps a snapshot in place of an older one. It is not synced, and an older or a late one
    /// is dropped silently.
    ///
    /// # Errors
    /// [`StoreError::SnapshotTooLarge`], [`StoreError::Full`] and the engine's failures.
    fn save_snapshot(&self, stream: &StreamId, snapshot: &Snapshot) -> Result<(), StoreError>;

    /// Keeps several snapshots, each as [`Store::save_snapshot`] would.
    ///
    /// # Errors
    /// As [`Store::save_snapshot`]; some of them may be kept then.
    fn save_snapshots(&self, snapshots: &[(StreamId, Snapshot)]) -> Result<(), StoreError> {
        snapshots.iter().try_for_each(|(stream, snapshot)| self.save_snapshot(stream, snapshot))
    }

    /// The last snapshot, if it is there and whole.
    ///
    /// # Errors
    /// The engine's failures.
    fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, StoreError>;

    /// Returns when everything appended so far would survive a power cut (nothing to do under
    /// `journal.sync: never`). Called before a write to another system leaves (D17).
    ///
    /// # Errors
    /// [`StoreError::Full`] and the engine's failures; then nothing may leave.
    fn sync(&self) -> Result<(), StoreError>;

    /// The time by which [`Store::sync`] is to be called, if anything waits for it.
    fn sync_due_ms(&self) -> Option<i64> {
        None
    }
}

/// Appends one after the other.
pub(crate) fn one_by_one<S: Store + ?Sized>(
    store: &S,
    appends: &[Append<'_>],
    now_ms: i64,
) -> Vec<Result<Outcome, StoreError>> {
    let append = |it: &Append<'_>| store.append(it.stream, &it.expected, it.batch, now_ms);
    appends.iter().map(append).collect()
}

/// No stream has so many entries; stores may keep numbers in 63 bits.
const MAX_NUMBER: u64 = i64::MAX.unsigned_abs();

/// Gathers one read's entries out of a store's rows, which begin at `from`, and checks them.
pub(crate) fn page(
    stream: &StreamId,
    from: u64,
    until: Option<Position>,
    head: Option<&Head>,
    rows: impl Iterator<Item = Result<Entry, StoreError>>,
) -> Result<Vec<Entry>, StoreError> {
    if let Some(wanted) = until
        && head.is_none_or(|head| head.position < wanted)
    {
        return Err(StoreError::Behind { stream: stream.clone(), wanted });
    }
    let first = from.clamp(1, MAX_NUMBER);
    let mut entries = Vec::new();
    let mut bytes = 0;
    for (number, row) in (first..).zip(rows.take(MAX_READ_ENTRIES)) {
        let entry = row?;
        // What lies behind the end need not be whole, but nothing may lack before it.
        if entry.number == number && until.is_some_and(|until| entry.position > until) {
            return Ok(entries);
        }
        entry.check(stream, number)?;
        bytes += entry.payload.len();
        entries.push(entry);
        if bytes >= MAX_READ_BYTES {
            return Ok(entries);
        }
    }
    let next = first + entries.len() as u64;
    let is_cut = entries.len() < MAX_READ_ENTRIES && head.is_some_and(|head| next <= head.number);
    if is_cut {
        let what = crate::Corruption::Missing;
        return Err(StoreError::Corrupt { stream: stream.clone(), number: next, what });
    }
    Ok(entries)
}

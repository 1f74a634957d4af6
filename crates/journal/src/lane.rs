//! One stream under way: where it ends, and what waits to be written to it.

use std::collections::VecDeque;

use trunkline_store::{
    Append, Batch, BatchId, EntryKind, Expected, MAX_BATCH_ENTRIES, NewEntry, Origin, Position,
    Snapshot, StreamId,
};

use crate::codec::PART_BYTES;

/// A stream that this process owns, or believes to own.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) id: StreamId,
    origin: Origin,
    position: Option<Position>,
    epoch: u64,
    /// Number of the last entry that is stored.
    number: u64,
    /// How many inputs were taken, written or not.
    pub(crate) inputs: u64,
    pub(crate) is_sealed: bool,
    pending: VecDeque<NewEntry>,
    pending_bytes: usize,
    /// The batch whose append had no plain answer yet: it is repeated as it is.
    in_flight: Option<Batch>,
    snapshot: Option<(u64, Vec<u8>)>,
    /// Whether the last entry is written or waits.
    pub(crate) is_closing: bool,
    /// Whether records were lost: the next one is preceded by a word about that.
    pub(crate) has_gap: bool,
}

impl Lane {
    /// A stream that begins.
    pub(crate) fn new(id: StreamId, origin: Origin) -> Self {
        Self {
            id,
            origin,
            position: None,
            epoch: 1,
            number: 0,
            inputs: 0,
            is_sealed: false,
            pending: VecDeque::new(),
            pending_bytes: 0,
            in_flight: None,
            snapshot: None,
            is_closing: false,
            has_gap: false,
        }
    }

    /// A stream that somebody else wrote, taken over where its reader stopped: whoever went on in
    /// the meantime keeps it.
    pub(crate) fn taken_over(
        id: StreamId,
        origin: Origin,
        (position, number): (Position, u64),
        epoch: u64,
    ) -> Self {
        Self { position: Some(position), epoch, number, ..Self::new(id, origin) }
    }

    /// What the stream is begun with.
    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    /// The ownership under which it is written.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Queues entries, and gives how many bytes they have.
    pub(crate) fn push(&mut self, entries: Vec<NewEntry>) -> usize {
        let bytes = entries.iter().map(|entry| entry.payload.len()).sum();
        self.is_closing |= entries.iter().any(|entry| entry.kind == EntryKind::Closed);
        self.pending.extend(entries);
        self.pending_bytes += bytes;
        bytes
    }

    /// Keeps a snapshot of what includes all that is queued by now.
    pub(crate) fn keep(&mut self, payload: Vec<u8>) {
        let in_flight = self.in_flight.as_ref().map_or(0, |batch| batch.entries.len());
        let number = self.number + (in_flight + self.pending.len()) as u64;
        self.snapshot = Some((number, payload));
    }

    pub(crate) fn has_work(&self) -> bool {
        self.in_flight.is_some() || !self.pending.is_empty()
    }

    /// Whether nothing of it was ever given to the store.
    pub(crate) fn is_unwritten(&self) -> bool {
        self.position.is_none() && self.in_flight.is_none()
    }

    /// Makes a batch of what waits, if none is under way. `id` is used for it.
    pub(crate) fn load(&mut self, id: BatchId) {
        if self.in_flight.is_some() || self.pending.is_empty() {
            return;
        }
        let mut bytes = 0;
        let mut count = 0;
        for entry in &self.pending {
            bytes += entry.payload.len();
            if count == MAX_BATCH_ENTRIES || (count > 0 && bytes > PART_BYTES) {
                break;
            }
            count += 1;
        }
        let entries: Vec<_> = self.pending.drain(..count).collect();
        self.in_flight = Some(Batch::new(id, self.epoch, entries));
    }

    /// The append of the batch under way.
    pub(crate) fn append(&self) -> Option<Append<'_>> {
        let expected = self.position.map_or(Expected::New(self.origin), Expected::At);
        Some(Append { stream: &self.id, expected, batch: self.in_flight.as_ref()? })
    }

    /// The batch under way is stored.
    pub(crate) fn stored(&mut self, position: Position) {
        let Some(batch) = self.in_flight.take() else { return };
        self.position = Some(position);
        self.number += batch.entries.len() as u64;
        let bytes: usize = batch.entries.iter().map(|entry| entry.payload.len()).sum();
        self.pending_bytes = self.pending_bytes.saturating_sub(bytes);
    }

    /// Bytes that wait, those of the batch under way included.
    pub(crate) fn pending_bytes(&self) -> usize {
        self.pending_bytes
    }

    /// How many entries are stored.
    pub(crate) fn entries(&self) -> u64 {
        self.number
    }

    /// The snapshot that waits, if all that it includes is stored.
    pub(crate) fn take_snapshot(&mut self) -> Option<(StreamId, Snapshot)> {
        let position = self.position?;
        if self.snapshot.as_ref().is_none_or(|(number, _)| *number > self.number) {
            return None;
        }
        let (number, payload) = self.snapshot.take()?;
        Some((self.id.clone(), Snapshot { position, number, payload }))
    }

    /// Forgets what waits. The batch under way stays: it may be stored already.
    pub(crate) fn shed(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        self.pending.clear();
        self.snapshot = None;
        self.has_gap = true;
        let in_flight = self.in_flight.iter().flat_map(|batch| &batch.entries);
        self.pending_bytes = in_flight.map(|entry| entry.payload.len()).sum();
    }
}

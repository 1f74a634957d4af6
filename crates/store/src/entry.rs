//! Entries, batches of them, and their checksums.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{BatchFault, Corruption, StoreError, StreamId};

/// The most entries of one batch.
pub const MAX_BATCH_ENTRIES: usize = 1_000;

/// The most payload bytes of one batch: with its envelope it must fit one message of 1 MB in
/// the cluster's store.
pub const MAX_BATCH_BYTES: usize = 900_000;

/// Where a batch lies in a stream. Later batches have greater positions; nothing else may be
/// concluded from the number, which is the store's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position(pub(crate) u64);

impl Position {
    /// The store's own number, to be kept and given back by [`Position::from_raw`].
    #[must_use]
    pub fn raw(self) -> u64 {
        self.0
    }

    /// A position that a store gave earlier, or, in an adapter, the engine's own number.
    #[must_use]
    pub fn from_raw(raw: u64) -> Self {
        Self(raw)
    }
}

/// The identity of a batch (a UUID's bits), made by its writer. Repeating an append is safe
/// because of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BatchId(pub u128);

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BatchId({self})")
    }
}

/// What an entry is to the state machine whose stream it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EntryKind {
    /// Something that the machine was told: the truth from which it is rebuilt.
    Input,
    /// Something that the machine asked for, written before it leaves the process.
    Effect,
    /// The machine's whole state, for example as the first entry of a stream that continues
    /// another.
    Snapshot,
    /// The end of the stream; nothing follows it.
    Closed,
}

impl EntryKind {
    /// The number under which stores keep the kind. These never change their meaning.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Input => 1,
            Self::Effect => 2,
            Self::Snapshot => 3,
            Self::Closed => 4,
        }
    }

    /// The kind with this number, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::Input, Self::Effect, Self::Snapshot, Self::Closed]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// An entry that is not stored yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// What it is.
    pub kind: EntryKind,
    /// Its bytes, opaque to the store.
    pub payload: Vec<u8>,
}

impl NewEntry {
    /// An [`EntryKind::Input`].
    #[must_use]
    pub fn input(payload: Vec<u8>) -> Self {
        Self { kind: EntryKind::Input, payload }
    }

    /// An [`EntryKind::Effect`].
    #[must_use]
    pub fn effect(payload: Vec<u8>) -> Self {
        Self { kind: EntryKind::Effect, payload }
    }
}

/// Entries that are stored together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The batch's identity; a repeated append carries the same one.
    pub id: BatchId,
    /// The ownership under which it is written; each takeover adds one. At most `i64::MAX`.
    pub epoch: u64,
    /// The entries, in order.
    pub entries: Vec<NewEntry>,
}

impl Batch {
    /// A batch of these entries; [`Batch::check`] says whether a store will take it.
    #[must_use]
    pub fn new(id: BatchId, epoch: u64, entries: Vec<NewEntry>) -> Self {
        Self { id, epoch, entries }
    }

    /// The batch that closes a stream, with the closing entry's payload.
    #[must_use]
    pub fn closing(id: BatchId, epoch: u64, payload: Vec<u8>) -> Self {
        Self::new(id, epoch, vec![NewEntry { kind: EntryKind::Closed, payload }])
    }

    /// Whether its last entry closes the stream.
    #[must_use]
    pub fn closes(&self) -> bool {
        self.entries.last().is_some_and(|entry| entry.kind == EntryKind::Closed)
    }

    /// Checks what every store requires of a batch.
    ///
    /// # Errors
    /// [`StoreError::BadBatch`], naming the fault.
    pub fn check(&self) -> Result<(), StoreError> {
        match self.fault() {
            None => Ok(()),
            Some(fault) => Err(StoreError::BadBatch { batch: self.id, fault }),
        }
    }

    fn fault(&self) -> Option<BatchFault> {
        let Some((_, all_but_last)) = self.entries.split_last() else {
            return Some(BatchFault::Empty);
        };
        let count = self.entries.len();
        let bytes = self.entries.iter().map(|entry| entry.payload.len()).sum::<usize>();
        if count > MAX_BATCH_ENTRIES {
            return Some(BatchFault::TooManyEntries { count });
        }
        if bytes > MAX_BATCH_BYTES {
            return Some(BatchFault::TooManyBytes { bytes });
        }
        if i64::try_from(self.epoch).is_err() {
            return Some(BatchFault::EpochTooGreat);
        }
        let early = all_but_last.iter().any(|entry| entry.kind == EntryKind::Closed);
        early.then_some(BatchFault::ClosedNotLast)
    }

    /// A checksum of what the batch says, to tell a repetition from another batch under the
    /// same id.
    #[must_use]
    pub fn checksum(&self) -> u32 {
        let mut crc = crc32fast::Hasher::new();
        for entry in &self.entries {
            crc.update(&[entry.kind.code()]);
            crc.update(&(entry.payload.len() as u64).to_le_bytes());
            crc.update(&entry.payload);
        }
        crc.finalize()
    }

    /// The entries as they are stored at `position`, numbered from `first`.
    pub(crate) fn stored(
        &self,
        stream: &StreamId,
        first: u64,
        position: Position,
        now_ms: i64,
    ) -> impl Iterator<Item = Entry> {
        (first..).zip(&self.entries).map(move |(number, new)| {
            let mut entry = Entry {
                number,
                position,
                epoch: self.epoch,
                batch: self.id,
                kind: new.kind,
                at_ms: now_ms,
                payload: new.payload.clone(),
                checksum: 0,
            };
            entry.checksum = entry.expected_checksum(stream);
            entry
        })
    }
}

/// A stored entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the stream: 1, 2, 3, … without a gap.
    pub number: u64,
    /// The position of its batch, which all entries of the batch share.
    pub position: Position,
    /// The epoch of its batch.
    pub epoch: u64,
    /// The batch that it came in.
    pub batch: BatchId,
    /// What it is.
    pub kind: EntryKind,
    /// The time that the appender gave, in ms since 1970 (or the start of the simulation).
    pub at_ms: i64,
    /// Its bytes.
    pub payload: Vec<u8>,
    /// CRC-32 over the stream's name and all of the above but the position.
    pub checksum: u32,
}

impl Entry {
    /// What the checksum must be for the entry to be whole and in its own stream.
    #[must_use]
    pub fn expected_checksum(&self, stream: &StreamId) -> u32 {
        let mut crc = crc32fast::Hasher::new();
        crc.update(&(stream.as_str().len() as u64).to_le_bytes());
        crc.update(stream.as_str().as_bytes());
        crc.update(&self.number.to_le_bytes());
        crc.update(&self.epoch.to_le_bytes());
        crc.update(&self.batch.0.to_le_bytes());
        crc.update(&[self.kind.code()]);
        crc.update(&self.at_ms.to_le_bytes());
        crc.update(&self.payload);
        crc.finalize()
    }

    /// Checks the number and the checksum of an entry that was read.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], naming stream and entry.
    pub fn check(&self, stream: &StreamId, wanted_number: u64) -> Result<(), StoreError> {
        let corrupt =
            |what| StoreError::Corrupt { stream: stream.clone(), number: wanted_number, what };
        if self.number != wanted_number {
            return Err(corrupt(Corruption::Gap { found: self.number }));
        }
        let expected = self.expected_checksum(stream);
        if self.checksum == expected {
            return Ok(());
        }
        Err(corrupt(Corruption::Checksum { stored: self.checksum, computed: expected }))
    }
}

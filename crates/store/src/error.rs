//! What can go wrong in a store.

use std::error::Error;

use crate::{BatchId, MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, MAX_SNAPSHOT_BYTES, Position, StreamId};

/// Why a store did not do what it was asked. None of these is an acknowledgement, and what was
/// acknowledged before is not touched by any of them.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A name that is no stream's name.
    #[error(
        "{name:?} cannot name a stream: use 1 to {} characters of A-Z, a-z, 0-9, '.', '_', '-'",
        StreamId::MAX_LEN
    )]
    BadStreamId {
        /// The name, cut at the greatest length.
        name: String,
    },
    /// A batch that no store takes.
    #[error("batch {batch} cannot be appended: {fault}")]
    BadBatch {
        /// The batch.
        batch: BatchId,
        /// What is wrong with it.
        fault: BatchFault,
    },
    /// The stream's last entry is written.
    #[error("stream {stream} is closed: nothing can be appended to it")]
    Closed {
        /// The stream.
        stream: StreamId,
    },
    /// The stream was there once, and its name is not used again.
    #[error("stream {stream} was purged: its name cannot be used again, make a new id")]
    Purged {
        /// The stream.
        stream: StreamId,
    },
    /// A purge came before the close.
    #[error("stream {stream} is not closed: close it before purging it")]
    NotClosed {
        /// The stream.
        stream: StreamId,
    },
    /// Two different batches carry one id: a fault of the writer.
    #[error("batch {batch} is already in stream {stream} with other content: make a new id")]
    BatchIdReused {
        /// The stream.
        stream: StreamId,
        /// The batch.
        batch: BatchId,
    },
    /// A snapshot that no store takes.
    #[error(
        "the snapshot of stream {stream} has {bytes} bytes, at most {MAX_SNAPSHOT_BYTES} are \
         allowed"
    )]
    SnapshotTooLarge {
        /// The stream.
        stream: StreamId,
        /// How many.
        bytes: usize,
    },
    /// The place that answered has not seen that position (yet).
    #[error("stream {stream} cannot be read as far as position {}: read again", .wanted.raw())]
    Behind {
        /// The stream.
        stream: StreamId,
        /// The position that the reader asked for.
        wanted: Position,
    },
    /// What was read is not what was written.
    #[error(
        "entry {number} of stream {stream} is damaged: {what}; restore the journal from a backup, \
         or close the stream without replaying it"
    )]
    Corrupt {
        /// The stream.
        stream: StreamId,
        /// The entry that should have been there.
        number: u64,
        /// What is wrong with it.
        what: Corruption,
    },
    /// There is no room left.
    #[error(
        "no room left for the journal at {place}: free disk space, then go on; nothing that was \
         acknowledged is lost"
    )]
    Full {
        /// The file.
        place: String,
    },
    /// Another process held the file for too long.
    #[error("the journal at {place} is locked by another process: end that process, or wait")]
    Busy {
        /// The file.
        place: String,
    },
    /// The file is not a journal, or not a whole one.
    #[error(
        "{place} is not a whole journal: restore it from a backup or name another file ({source})"
    )]
    Damaged {
        /// The file.
        place: String,
        /// What the engine said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The file was written by a newer release, or is another program's.
    #[error("the journal at {place} has format {found}, this program knows {known}: {advice}")]
    Format {
        /// The file.
        place: String,
        /// The format of the file.
        found: i64,
        /// The format that this program writes.
        known: i64,
        /// What to do.
        advice: &'static str,
    },
    /// The engine failed in another way. Whether the batch is stored is not known until the
    /// identical append is repeated.
    #[error("the journal at {place} could not {doing}: {source}")]
    Engine {
        /// The file.
        place: String,
        /// What was being done.
        doing: &'static str,
        /// What the engine said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The store gave no clear answer, however often it was asked.
    #[error("the store gave no clear answer for stream {stream} in {attempts} attempts")]
    Unresolved {
        /// The stream.
        stream: StreamId,
        /// How often it was asked.
        attempts: u32,
    },
}

/// Why a batch cannot be appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchFault {
    /// No entries.
    #[error("it has no entries")]
    Empty,
    /// Too many entries.
    #[error("it has {count} entries, at most {MAX_BATCH_ENTRIES} are allowed")]
    TooManyEntries {
        /// How many.
        count: usize,
    },
    /// Too many bytes.
    #[error("its payloads have {bytes} bytes, at most {MAX_BATCH_BYTES} are allowed")]
    TooManyBytes {
        /// How many.
        bytes: usize,
    },
    /// An epoch beyond `i64::MAX`.
    #[error("its epoch is too great")]
    EpochTooGreat,
    /// A closing entry that is not the last.
    #[error("its closing entry is not the last one")]
    ClosedNotLast,
}

/// How an entry is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Corruption {
    /// The content does not fit its checksum.
    #[error("its checksum is {stored:08x}, its content gives {computed:08x}")]
    Checksum {
        /// The checksum that is stored.
        stored: u32,
        /// The checksum of what was read.
        computed: u32,
    },
    /// Another entry is in its place.
    #[error("entry {found} is in its place")]
    Gap {
        /// The number that was found.
        found: u64,
    },
    /// It is not there, although the stream goes on behind it.
    #[error("it is missing")]
    Missing,
    /// Its kind is none of ours.
    #[error("its kind {code} is unknown")]
    Kind {
        /// The number of the kind.
        code: i64,
    },
}

//! The end of a stream, what an appender expects there, and what it is told.

use crate::{BatchId, Position};

/// What a stream was begun with, kept with it until it is purged (D21): recovery replays a
/// stream only with the same flow and the same meaning of its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Hash (SHA-256) of the flow version that a contact runs; none for a routing domain.
    pub flow_hash: Option<[u8; 32]>,
    /// The `SEMANTICS` number of the program that began the stream.
    pub semantics: u32,
}

/// The last batch of a stream, and what holds for the whole of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Position of the last batch: what the next append must expect.
    pub position: Position,
    /// Number of the last entry.
    pub number: u64,
    /// Epoch of the last batch.
    pub epoch: u64,
    /// Id of the last batch.
    pub batch: BatchId,
    /// [`crate::Batch::checksum`] of the last batch.
    pub batch_checksum: u32,
    /// Whether the last entry closes the stream.
    pub closed: bool,
    /// What the stream was begun with.
    pub origin: Origin,
}

/// Where an appender believes the stream to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Nowhere: the stream begins with this append.
    New(Origin),
    /// At this position.
    At(Position),
}

impl Expected {
    /// Whether the stream does end there.
    #[must_use]
    pub fn holds(&self, head: Option<&Head>) -> bool {
        match (self, head) {
            (Self::New(_), None) => true,
            (Self::At(position), Some(head)) => *position == head.position,
            (Self::New(_), Some(_)) | (Self::At(_), None) => false,
        }
    }
}

/// The answer to an append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The batch is stored, by this call or by an earlier identical one. Its effects may leave.
    Stored(Position),
    /// Refused: the stream does not end where the appender believed, or a later epoch owns it.
    /// Holds the head that the store saw, which in a cluster may be an old one: ask
    /// [`crate::Store::head`] before giving up (or use [`crate::append_resolved`]).
    Conflict(Option<Head>),
    /// It may be stored, now or in a moment. Repeat the identical call.
    Unknown,
}

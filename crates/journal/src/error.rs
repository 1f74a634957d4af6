//! What can go wrong with a journal.

use trunkline_contact::ArrivalError;
use trunkline_flow::FlowError;
use trunkline_store::seal::SealError;
use trunkline_store::{StoreError, StreamId};

/// Why the journal did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store failed a moment ago and is not asked again yet.
    #[error("the journal cannot be written and is tried again soon: {text}")]
    Outage {
        /// What kind of failure it is.
        class: FailureClass,
        /// What the store said.
        text: String,
    },
    /// The key that seals what is secret is missing, or is none.
    #[error("{text}")]
    Key {
        /// What is wrong, and what to do.
        text: String,
    },
    /// Something could not be sealed.
    #[error("a record cannot be sealed: {0}")]
    Seal(#[from] SealError),
    /// An entry that cannot be read.
    #[error("{stream}, entry {number}: {problem}")]
    Entry {
        /// The stream.
        stream: StreamId,
        /// The entry.
        number: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// A stream that is not whole, or says what makes no sense.
    #[error("{stream}: {problem}")]
    Stream {
        /// The stream.
        stream: StreamId,
        /// What is wrong with it.
        problem: String,
    },
    /// A record that has no form in JSON: a mistake of the program.
    #[error("a record cannot be written down: {0}")]
    Record(#[from] serde_json::Error),
    /// A flow of the site cannot be read.
    #[error("a flow in the journal: {0}")]
    Flow(#[from] FlowError),
    /// The contact cannot arrive at the site that its journal names.
    #[error(transparent)]
    Arrival(#[from] ArrivalError),
    /// Another release wrote it, and the same inputs may mean something else now.
    #[error(
        "the journal was written with semantics {found}, this program has {}: replay it with the \
         release that wrote it",
        trunkline_contact::SEMANTICS
    )]
    Semantics {
        /// The writer's number.
        found: u32,
    },
    /// Entries were lost while the disk was full.
    #[error("{stream}: inputs were lost while the journal could not be written")]
    Lossy {
        /// The stream.
        stream: StreamId,
    },
}

/// What kind of failure it is: whether it goes away, and who must do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureClass {
    /// No room left. Goes away when somebody makes room.
    Full,
    /// Another process holds the file. Goes away by itself, or with that process.
    Busy,
    /// The file is not whole. A backup must be restored.
    Damaged,
    /// The engine failed in another way (permissions, I/O errors).
    Engine,
    /// One record or stream is at fault, or the program; other streams can be written.
    Fault,
}

impl JournalError {
    /// What kind of failure it is.
    #[must_use]
    pub fn class(&self) -> FailureClass {
        match self {
            Self::Store(error) => class_of(error),
            Self::Outage { class, .. } => *class,
            Self::Key { .. }
            | Self::Seal(_)
            | Self::Entry { .. }
            | Self::Stream { .. }
            | Self::Record(_)
            | Self::Flow(_)
            | Self::Arrival(_)
            | Self::Semantics { .. }
            | Self::Lossy { .. } => FailureClass::Fault,
        }
    }
}

/// What kind of failure of a store it is.
pub(crate) fn class_of(error: &StoreError) -> FailureClass {
    match error {
        StoreError::Full { .. } => FailureClass::Full,
        StoreError::Busy { .. } => FailureClass::Busy,
        StoreError::Damaged { .. } | StoreError::Format { .. } => FailureClass::Damaged,
        StoreError::Engine { .. } | StoreError::Unresolved { .. } => FailureClass::Engine,
        StoreError::BadStreamId { .. }
        | StoreError::BadBatch { .. }
        | StoreError::Closed { .. }
        | StoreError::Purged { .. }
        | StoreError::NotClosed { .. }
        | StoreError::BatchIdReused { .. }
        | StoreError::SnapshotTooLarge { .. }
        | StoreError::Behind { .. }
        | StoreError::Corrupt { .. } => FailureClass::Fault,
    }
}

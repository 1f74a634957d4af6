//! The journal: append-only streams with a fence, and their SQLite store.
//!
//! A stream is the life of one state machine: a contact or a routing domain. Its owner appends
//! batches of entries, each with the position that it believes to be the stream's last. Whoever
//! is refused is no longer the owner. That fence is the only authority there is: no lease, no
//! clock and no list of processes says who may write.
//!
//! - [`Store`] is the contract; [`SqliteStore`] and [`MemoryStore`] keep it, and
//!   [`double::FaultyStore`] keeps it as unpleasantly as the contract allows.
//! - [`append_resolved`], [`append_all_resolved`] and [`read_all`] are how a caller uses a store:
//!   they repeat what may be repeated and end in a plain answer.
//! - [`conformance::conformance`] is the one suite that every store passes.
//! - [`seal`] encrypts byte strings; what to encrypt is the caller's business (D20).
//!
//! ```
//! use trunkline_store::*;
//!
//! # fn main() -> Result<(), StoreError> {
//! let store = MemoryStore::new();
//! let stream = StreamId::new("contact.0190c0de")?;
//! let origin = Origin { flow_hash: None, semantics: 1 };
//! let batch = Batch::new(BatchId(1), 1, vec![NewEntry::input(b"call arrived".to_vec())]);
//! let outcome = store.append(&stream, &Expected::New(origin), &batch, 0)?;
//! let Outcome::Stored(position) = outcome else { panic!("a new stream has no other owner") };
//! assert_eq!(store.read(&stream, 1, Some(position))?.len(), 1);
//! # Ok(())
//! # }
//! ```

pub mod conformance;
pub mod double;
mod entry;
mod error;
mod fence;
mod hash;
mod head;
mod journal;
mod memory;
mod retry;
pub mod seal;
mod sqlite;
mod stream_id;
mod sync;

pub use entry::{
    Batch, BatchId, Entry, EntryKind, MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, NewEntry, Position,
};
pub use error::{BatchFault, Corruption, StoreError};
pub use hash::sha256;
pub use head::{Expected, Head, Origin, Outcome};
pub use journal::{Append, MAX_READ_BYTES, MAX_READ_ENTRIES, MAX_SNAPSHOT_BYTES, Snapshot, Store};
pub use memory::MemoryStore;
pub use retry::{MAX_ATTEMPTS, Resolved, append_all_resolved, append_resolved, read_all};
pub use sqlite::{SqliteOptions, SqliteStore};
pub use stream_id::StreamId;
pub use sync::JournalSync;

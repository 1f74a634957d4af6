//! Contacts that ended are kept for a while, and purged a few at a time.

use trunkline_store::{EntryKind, Store, StoreError, StreamId};

use super::Writer;
use crate::routing::ROUTING;
use crate::{CONTACTS, JournalError};

/// Where the purge is.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    /// How many finished contacts there are; none until they were counted.
    kept: Option<usize>,
    /// Contacts up to this one were found too young.
    after: Option<StreamId>,
}

impl Cursor {
    /// A contact has ended.
    pub(super) fn finished(&mut self) {
        self.kept = self.kept.map(|kept| kept + 1);
    }
}

impl Writer {
    /// Purges contacts that ended too long ago, or that are too many, by
    /// [`Retention`](super::Retention); and eras of routing that ended too long ago. It looks at
    /// `at_most` contacts and as many eras, and gives how many streams it purged: when that is
    /// `at_most`, there may be more.
    ///
    /// # Errors
    /// The store's.
    pub fn purge_finished(&mut self, now_ms: i64, at_most: usize) -> Result<usize, JournalError> {
        let before_ms = now_ms.saturating_sub(self.options.retention.keep_ms);
        let store = self.store();
        let mut kept = match self.purge.kept {
            Some(kept) => kept,
            None => store.count_closed(CONTACTS)?,
        };
        // Ids grow with time (UUIDv7), so the oldest come first.
        let found = store.closed_streams(CONTACTS, self.purge.after.as_ref(), at_most)?;
        let is_page_full = found.len() == at_most;
        let last = found.last().cloned();
        let mut purged = 0;
        for stream in found {
            let is_too_many = kept > self.options.retention.keep_contacts;
            if is_too_many || ended_before(&*store, &stream, before_ms)? {
                store.purge(&stream, now_ms)?;
                kept = kept.saturating_sub(1);
                purged += 1;
            }
        }
        self.purge.kept = Some(kept);
        // A page full of contacts that ended late for their age must not hide those behind it.
        self.purge.after = last.filter(|_| purged == 0 && is_page_full);
        for stream in store.closed_streams(ROUTING, None, at_most)? {
            if ended_before(&*store, &stream, before_ms)? {
                store.purge(&stream, now_ms)?;
            }
        }
        Ok(purged)
    }
}

/// Whether a stream was closed before this time. One whose end cannot be read is kept.
fn ended_before(
    store: &dyn Store,
    stream: &StreamId,
    before_ms: i64,
) -> Result<bool, JournalError> {
    let Some(head) = store.head(stream)? else { return Ok(false) };
    let last = match store.read(stream, head.number, Some(head.position)) {
        Ok(entries) => entries,
        Err(StoreError::Corrupt { .. }) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let is_before = |at_ms: i64| at_ms < before_ms;
    Ok(last.iter().any(|entry| entry.kind == EntryKind::Closed && is_before(entry.at_ms)))
}

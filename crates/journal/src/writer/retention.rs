//! Contacts that ended are kept for a while, and purged a few at a time; sites go with the last
//! contact that met them.

use trunkline_store::{EntryKind, Store, StoreError, StreamId};

use super::Writer;
use crate::routing::ROUTING;
use crate::{CONTACTS, JournalError, uses};

/// Where the purge is.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    /// How many finished contacts there are; none until they were counted.
    kept: Option<usize>,
    /// Contacts up to this one were found too young.
    after: Option<StreamId>,
    /// When sites are looked at next.
    sites_due_ms: i64,
}

/// A site that is not the present one any more is looked at so soon, ...
const SITE_CHANGED_MS: i64 = 60_000;

/// ... and all of them so often, in milliseconds.
const SITES_EVERY_MS: i64 = 3_600_000;

/// So many are purged at a time: one may be megabytes.
const SITES_AT_ONCE: usize = 4;

impl Cursor {
    /// A contact has ended.
    pub(super) fn finished(&mut self) {
        self.kept = self.kept.map(|kept| kept + 1);
    }

    /// Contacts meet another site from now on.
    pub(super) fn site_changed(&mut self, now_ms: i64) {
        self.sites_due_ms = self.sites_due_ms.min(now_ms.saturating_add(SITE_CHANGED_MS));
    }
}

impl Writer {
    /// Purges contacts that ended too long ago, or that are too many, by
    /// [`Retention`](super::Retention); eras of routing that ended too long ago; and sites that no
    /// contact needs that is kept. It looks at `at_most` contacts and as many eras, and gives how
    /// many contacts it purged: when that is `at_most`, there may be more.
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
        self.purge_sites(now_ms)?;
        Ok(purged)
    }

    fn purge_sites(&mut self, now_ms: i64) -> Result<(), JournalError> {
        let present = self.place.as_ref().and_then(|place| place.stream.as_ref());
        let Some(present) = present.filter(|_| now_ms >= self.purge.sites_due_ms) else {
            return Ok(());
        };
        self.purge.sites_due_ms = now_ms.saturating_add(SITES_EVERY_MS);
        let at_most = (SITES_AT_ONCE, now_ms);
        // There may be more of them.
        if uses::purge(&*self.store, &self.domain(), present, at_most)? == SITES_AT_ONCE {
            self.purge.sites_due_ms = now_ms;
        }
        Ok(())
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

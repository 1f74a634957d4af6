//! While the store cannot be written.

use super::{Owner, Writer};
use crate::lane::Lane;
use crate::{FailureClass, JournalError};

/// The store is asked again after so many milliseconds: soon enough for a disk on which somebody
/// made room, rarely enough not to hold up calls that go on.
const RETRY_MS: i64 = 1_000;

/// The same where each attempt may itself wait for seconds.
const RETRY_BUSY_MS: i64 = 10_000;

/// So many bytes wait for the store at most; beyond, records are lost.
pub(super) const MAX_PENDING_BYTES: usize = 32 << 20;

/// A failure that the next attempt may find gone.
#[derive(Debug)]
pub(super) struct Outage {
    pub(super) retry_at_ms: i64,
    class: FailureClass,
    text: String,
}

impl Outage {
    pub(super) fn new(error: &JournalError, now_ms: i64) -> Self {
        let class = error.class();
        let wait_ms = match class {
            FailureClass::Busy => RETRY_BUSY_MS,
            FailureClass::Full
            | FailureClass::Damaged
            | FailureClass::Engine
            | FailureClass::Fault => RETRY_MS,
        };
        Self { retry_at_ms: now_ms.saturating_add(wait_ms), class, text: error.to_string() }
    }

    pub(super) fn error(&self) -> JournalError {
        JournalError::Outage { class: self.class, text: self.text.clone() }
    }
}

impl Writer {
    /// Whether the journal can be written, as far as is known: while it cannot, new calls are to
    /// be refused.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.outage.is_none()
    }

    /// When [`Writer::commit`] asks the store again; none while all is well.
    #[must_use]
    pub fn retry_at_ms(&self) -> Option<i64> {
        self.outage.as_ref().map(|outage| outage.retry_at_ms)
    }

    /// Forgets what waits when it is too much. Contacts that have a stream say so in it once it can
    /// be written again, and go on after a crash from their snapshot; those that have none go on
    /// without.
    pub(super) fn shed_if_too_much(&mut self) {
        if self.pending_bytes <= self.max_pending_bytes || self.outage.is_none() {
            return;
        }
        let unwritten: Vec<_> = self
            .contacts
            .iter()
            .filter(|(_, lane)| lane.is_unwritten())
            .map(|(id, _)| id.clone())
            .collect();
        for id in unwritten {
            self.contacts.remove(&id);
            self.unjournalled.insert(id);
        }
        let mut closing = Vec::new();
        for (id, lane) in &mut self.contacts {
            lane.shed();
            if std::mem::take(&mut lane.is_closing) {
                closing.push(id.clone());
            }
        }
        // The end of a contact is small, and must not be lost.
        for id in closing {
            let Some(mut lane) = self.contacts.remove(&id) else { continue };
            if let Err(error) = self.close(&mut lane) {
                self.broke(&id, &error);
                continue;
            }
            self.contacts.insert(id.clone(), lane);
            self.dirty.push(Owner::Contact(id));
        }
        if let Some(era) = &mut self.era {
            era.lane.shed();
        }
        let contacts = self.contacts.values().map(|lane| &**lane);
        let lanes = contacts.chain(self.era.as_ref().map(|era| &era.lane));
        let bytes = lanes.chain(&self.retired).map(Lane::pending_bytes).sum();
        self.pending_bytes = bytes;
    }
}

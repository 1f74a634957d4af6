//! The contacts of an exchange, and when each wants to be woken.

use std::collections::{BTreeSet, HashMap};

use trunkline_contact::Contact;
use trunkline_model::ContactId;

/// A contact with what the exchange has to know of it.
pub(crate) struct Life {
    pub(crate) contact: Box<Contact>,
    /// How many inputs it has taken.
    pub(crate) inputs: u64,
    wake_at_ms: Option<i64>,
}

/// All contacts that are not over.
#[derive(Default)]
pub(crate) struct Contacts {
    lives: HashMap<ContactId, Life>,
    wakes: BTreeSet<(i64, ContactId)>,
}

impl Contacts {
    pub(crate) fn len(&self) -> usize {
        self.lives.len()
    }

    pub(crate) fn get(&self, id: &ContactId) -> Option<&Life> {
        self.lives.get(id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Contact> {
        self.lives.values().map(|life| &*life.contact)
    }

    /// Takes a contact out, to work on it; [`put`](Self::put) brings it back.
    pub(crate) fn take(&mut self, id: &ContactId) -> Option<Life> {
        let life = self.lives.remove(id)?;
        if let Some(at_ms) = life.wake_at_ms {
            self.wakes.remove(&(at_ms, id.clone()));
        }
        Some(life)
    }

    pub(crate) fn put(&mut self, contact: Box<Contact>, inputs: u64) {
        let (id, wake_at_ms) = (contact.id().clone(), contact.wake_at());
        if let Some(at_ms) = wake_at_ms {
            self.wakes.insert((at_ms, id.clone()));
        }
        self.lives.insert(id, Life { contact, inputs, wake_at_ms });
    }

    /// When the next contact wants to be woken.
    pub(crate) fn wake_at(&self) -> Option<i64> {
        self.wakes.first().map(|(at_ms, _)| *at_ms)
    }

    /// The contacts whose time has come.
    pub(crate) fn due(&self, now_ms: i64) -> Vec<ContactId> {
        let due = self.wakes.iter().take_while(|(at_ms, _)| *at_ms <= now_ms);
        due.map(|(_, id)| id.clone()).collect()
    }
}

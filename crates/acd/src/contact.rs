//! The contacts that a domain knows: those that wait, are on offer or in a conversation.

use trunkline_model::ContactId;
use trunkline_model::routing::Priority;

use crate::map::Map;
use crate::plan::QueuePlan;

/// One contact.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    pub(crate) id: ContactId,
    pub(crate) queue: usize,
    pub(crate) priority: Priority,
    /// Decides its place; kept when it goes back to its queue.
    pub(crate) first_ms: i64,
    /// When it joined this queue: the time in queue counts from here, conversations left out.
    pub(crate) entered_ms: i64,
    /// The distribution group that it has reached, from 0.
    pub(crate) level: usize,
    pub(crate) level_since_ms: i64,
    /// Its skill requirements.
    pub(crate) set: usize,
    pub(crate) place: Place,
    /// How often it went back to its queue because an agent was lost.
    pub(crate) returns: u8,
}

/// Where a contact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Waiting,
    Offered { agent: usize },
    Engaged { agent: usize },
}

/// A waiting contact's place among all that an agent could take: the first by (priority, first
/// enqueue time, id) is next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) priority: Priority,
    pub(crate) first_ms: i64,
    id: ContactId,
    /// Where the contact is kept; decides nothing, since ids differ.
    pub(crate) slot: usize,
}

impl Contact {
    pub(crate) fn key(&self, slot: usize) -> Key {
        let (priority, first_ms) = (self.priority, self.first_ms);
        Key { priority, first_ms, id: self.id.clone(), slot }
    }

    /// The audience that serves it now.
    pub(crate) fn audience(&self, queue: &QueuePlan) -> usize {
        queue.levels[self.level].audience
    }

    /// When it has waited too long.
    pub(crate) fn expires_ms(&self, queue: &QueuePlan) -> i64 {
        self.entered_ms.saturating_add(queue.max_wait_ms)
    }

    /// When the next distribution group joins, if there is one.
    fn widens_ms(&self, queue: &QueuePlan) -> Option<i64> {
        let more = self.level + 1 < queue.levels.len();
        more.then(|| self.level_since_ms.saturating_add(queue.levels[self.level].duration_ms))
    }

    /// The distribution group that it has reached by `now_ms`, and since when.
    pub(crate) fn level_at(&self, queue: &QueuePlan, now_ms: i64) -> (usize, i64) {
        let (mut level, mut since_ms) = (self.level, self.level_since_ms);
        while level + 1 < queue.levels.len() {
            let joins_ms = since_ms.saturating_add(queue.levels[level].duration_ms);
            if joins_ms > now_ms {
                break;
            }
            (level, since_ms) = (level + 1, joins_ms);
        }
        (level, since_ms)
    }

    /// When something happens to it by itself while it waits.
    pub(crate) fn due_ms(&self, queue: &QueuePlan) -> i64 {
        let expires_ms = self.expires_ms(queue);
        self.widens_ms(queue).map_or(expires_ms, |widens_ms| widens_ms.min(expires_ms))
    }
}

/// All contacts, each in a slot that stays its own while the domain knows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contacts {
    slots: Vec<Option<Contact>>,
    free: Vec<usize>,
    by_id: Map<ContactId, usize>,
}

impl Contacts {
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn find(&self, id: &ContactId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub(crate) fn get(&self, slot: usize) -> Option<&Contact> {
        self.slots.get(slot)?.as_ref()
    }

    /// The contact of a slot that is in use.
    pub(crate) fn at(&self, slot: usize) -> &Contact {
        self.get(slot).expect("waiting lists, offers and conversations name contacts in use")
    }

    /// The contact of a slot that is in use.
    pub(crate) fn at_mut(&mut self, slot: usize) -> &mut Contact {
        let contact = self.slots.get_mut(slot).and_then(Option::as_mut);
        contact.expect("waiting lists, offers and conversations name contacts in use")
    }

    pub(crate) fn add(&mut self, contact: Contact) -> usize {
        let slot = self.free.pop().unwrap_or(self.slots.len());
        if slot == self.slots.len() {
            self.slots.push(None);
        }
        self.by_id.insert(contact.id.clone(), slot);
        self.slots[slot] = Some(contact);
        slot
    }

    pub(crate) fn remove(&mut self, slot: usize) -> Option<Contact> {
        let contact = self.slots.get_mut(slot)?.take()?;
        self.by_id.remove(&contact.id);
        self.free.push(slot);
        Some(contact)
    }
}

//! The contacts that a domain knows: those that wait, are on offer or in a conversation.

use trunkline_model::ContactId;
use trunkline_model::routing::{Priority, Relaxation};

use crate::faults::{self, Fault};
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
    /// What it needs later on; the first `relaxed` of them have had their time.
    pub(crate) relaxations: Vec<Relaxation>,
    pub(crate) relaxed: usize,
    pub(crate) relaxed_since_ms: i64,
    /// The agent whom it waits for; none for one that waits in a queue.
    pub(crate) wish: Option<Wish>,
    /// Whether statistics have counted it.
    pub(crate) is_counted: bool,
    pub(crate) place: Place,
    /// How often it went back to its queue because an agent was lost.
    pub(crate) returns: u8,
}

/// The agent whom a contact waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) agent: usize,
    /// The queue for it when the agent does not take it.
    pub(crate) recovery: Option<usize>,
}

/// Where a contact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Waiting,
    Offered { agent: usize },
    Engaged { agent: usize },
}

/// A waiting contact's place among all that an agent could take: those that wait for the agent come
/// first; of them, and of the others, the first by (priority, first enqueue time, id) is next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// 0: waits for the agent; 1: waits in a queue.
    rank: u8,
    pub(crate) priority: Priority,
    pub(crate) first_ms: i64,
    id: ContactId,
    /// Where the contact is kept; decides nothing, since ids differ.
    pub(crate) slot: usize,
}

impl Contact {
    pub(crate) fn key(&self, slot: usize) -> Key {
        let rank = u8::from(self.wish.is_none() != faults::has(Fault::ParkedLast));
        let plain = faults::has(Fault::IgnorePriority);
        let priority = if plain { Priority::LOWEST } else { self.priority };
        let first_ms = if faults::has(Fault::IgnoreEnqueueTime) { 0 } else { self.first_ms };
        let id = if faults::has(Fault::IgnoreId) { reversed(&self.id) } else { self.id.clone() };
        Key { rank, priority, first_ms, id, slot }
    }

    /// The audience that serves it now.
    pub(crate) fn audience(&self, queue: &QueuePlan) -> usize {
        queue.levels[self.level_served(queue)].audience
    }

    /// The distribution group that serves it now.
    pub(crate) fn level_served(&self, queue: &QueuePlan) -> usize {
        let all = faults::has(Fault::IgnoreGroups);
        if all { queue.levels.len() - 1 } else { self.level }
    }

    /// When it has waited too long.
    pub(crate) fn expires_ms(&self, queue: &QueuePlan) -> i64 {
        if faults::has(Fault::NoTimeout) {
            return i64::MAX;
        }
        self.entered_ms.saturating_add(queue.max_wait_ms)
    }

    /// When the next distribution group joins, if there is one.
    fn widens_ms(&self, queue: &QueuePlan) -> Option<i64> {
        let more = self.widens() && self.level + 1 < queue.levels.len();
        more.then(|| self.level_since_ms.saturating_add(queue.levels[self.level].duration_ms))
    }

    fn widens(&self) -> bool {
        self.wish.is_none() && !faults::has(Fault::NeverWiden)
    }

    /// When its requirements change, if they do.
    fn relaxes_ms(&self) -> Option<i64> {
        let next = self.relaxations.get(self.relaxed).filter(|_| self.relaxes())?;
        Some(self.relaxed_since_ms.saturating_add(i64::from(next.after_s) * 1_000))
    }

    fn relaxes(&self) -> bool {
        self.wish.is_none() && !faults::has(Fault::IgnoreRelaxations)
    }

    /// How many of its relaxations have had their time by `now_ms`, and since when the last one.
    pub(crate) fn relaxed_at(&self, now_ms: i64) -> (usize, i64) {
        let (mut relaxed, mut since_ms) = (self.relaxed, self.relaxed_since_ms);
        while let Some(next) = self.relaxations.get(relaxed).filter(|_| self.relaxes()) {
            let from_ms = since_ms.saturating_add(i64::from(next.after_s) * 1_000);
            if from_ms > now_ms {
                break;
            }
            (relaxed, since_ms) = (relaxed + 1, from_ms);
        }
        (relaxed, since_ms)
    }

    /// The distribution group that it has reached by `now_ms`, and since when.
    pub(crate) fn level_at(&self, queue: &QueuePlan, now_ms: i64) -> (usize, i64) {
        let (mut level, mut since_ms) = (self.level, self.level_since_ms);
        while self.widens() && level + 1 < queue.levels.len() {
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
        let sooner = [self.widens_ms(queue), self.relaxes_ms()].into_iter().flatten().min();
        let expires_ms = self.expires_ms(queue);
        sooner.map_or(expires_ms, |sooner_ms| sooner_ms.min(expires_ms))
    }
}

/// An id that comes before others where this one comes after them.
fn reversed(id: &ContactId) -> ContactId {
    let turned: String = id.as_str().bytes().map(|byte| char::from(0x7F - (byte & 0x7F))).collect();
    ContactId::new(turned)
}

/// All contacts, each in a slot that stays its own while the domain knows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contacts {
    /// Boxed, so that a list which once held many stays small.
    slots: Vec<Option<Box<Contact>>>,
    free: Vec<usize>,
    by_id: Map<ContactId, usize>,
}

impl Contacts {
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// All of them, with their slots.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &Contact)> {
        let slots = self.slots.iter().enumerate();
        slots.filter_map(|(slot, contact)| contact.as_deref().map(|contact| (slot, contact)))
    }

    pub(crate) fn find(&self, id: &ContactId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub(crate) fn get(&self, slot: usize) -> Option<&Contact> {
        self.slots.get(slot)?.as_deref()
    }

    /// The contact of a slot that is in use.
    pub(crate) fn at(&self, slot: usize) -> &Contact {
        self.get(slot).expect("waiting lists, offers and conversations name contacts in use")
    }

    /// The contact of a slot that is in use.
    pub(crate) fn at_mut(&mut self, slot: usize) -> &mut Contact {
        let contact = self.slots.get_mut(slot).and_then(Option::as_deref_mut);
        contact.expect("waiting lists, offers and conversations name contacts in use")
    }

    pub(crate) fn add(&mut self, contact: Contact) -> usize {
        let slot = self.free.pop().unwrap_or(self.slots.len());
        if slot == self.slots.len() {
            self.slots.push(None);
        }
        self.by_id.insert(contact.id.clone(), slot);
        self.slots[slot] = Some(Box::new(contact));
        slot
    }

    pub(crate) fn remove(&mut self, slot: usize) -> Option<Contact> {
        let contact = self.slots.get_mut(slot)?.take()?;
        self.by_id.remove(&contact.id);
        self.free.push(slot);
        Some(*contact)
    }
}

//! Waiting contacts as agents see them: by audience and skill requirements, whatever their queue;
//! and those that wait for one agent.

use std::collections::BTreeMap;

use crate::bits::BitSet;
use crate::contact::Key;
use crate::ordered::OrderedList;
use crate::skill_sets::NO_SKILLS;

/// The contacts that wait for each audience.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waiting {
    /// Per audience: lists by set of skill requirements.
    audiences: Vec<BTreeMap<usize, OrderedList<Key>>>,
    /// The audiences for which somebody waits.
    busy: BitSet,
    /// Per agent: contacts that wait for them alone.
    personal: Vec<OrderedList<Key>>,
}

impl Waiting {
    pub(crate) fn new(audiences: usize, agents: usize) -> Self {
        Self {
            audiences: vec![BTreeMap::new(); audiences],
            busy: BitSet::default(),
            personal: vec![OrderedList::default(); agents],
        }
    }

    pub(crate) fn insert_for(&mut self, agent: usize, key: Key) {
        self.personal[agent].insert(key);
    }

    pub(crate) fn remove_for(&mut self, agent: usize, key: &Key) {
        self.personal[agent].remove(key);
    }

    /// The contacts that wait for this agent alone, the first one first.
    pub(crate) fn parked(&self, agent: usize) -> &OrderedList<Key> {
        &self.personal[agent]
    }

    pub(crate) fn insert(&mut self, audience: usize, set: usize, key: Key) {
        self.audiences[audience].entry(set).or_default().insert(key);
        self.busy.insert(audience);
    }

    pub(crate) fn remove(&mut self, audience: usize, set: usize, key: &Key) {
        let lists = &mut self.audiences[audience];
        let Some(list) = lists.get_mut(&set) else { return };
        let removed = list.remove(key);
        debug_assert!(removed, "a waiting contact is in the list of its audience and skills");
        if !list.is_empty() {
            return;
        }
        // The list that queues without skills use is kept, so that it need not be made again.
        if set != NO_SKILLS {
            lists.remove(&set);
        }
        if lists.values().all(OrderedList::is_empty) {
            self.busy.remove(audience);
        }
    }

    /// The first contact that waits for one of these audiences with requirements that are met.
    pub(crate) fn first(&self, audiences: &BitSet, meets: impl Fn(usize) -> bool) -> Option<&Key> {
        let lists = self.busy.and(audiences).flat_map(|audience| &self.audiences[audience]);
        lists.filter(|(set, _)| meets(**set)).filter_map(|(_, list)| list.first()).min()
    }
}

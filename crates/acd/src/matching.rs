//! Brings contacts and agents together.
//!
//! Before an input no waiting contact is eligible for any Available agent, so only contacts that
//! have begun to wait (or changed) and agents who have become Available since can match. They are
//! looked at in the order of the contacts: each goes to the agent who has been Available longest
//! among those eligible. That keeps both promises at once: an agent gets the first of the contacts
//! eligible for that agent, and a contact the longest Available of its agents.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::agent::State;
use crate::contact::{Key, Place};
use crate::routing::Routing;

/// A contact to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Candidate {
    key: Key,
    /// The newly Available agent for whom this contact is the first; none if the contact itself
    /// is new.
    first_for: Option<usize>,
}

/// Candidates, the first contact on top.
pub(crate) type Candidates = BinaryHeap<Reverse<Candidate>>;

impl Routing {
    /// Offers contacts until no waiting contact is eligible for any Available agent.
    pub(crate) fn match_fresh(&mut self) {
        if self.fresh_contacts.is_empty() && self.fresh_agents.is_empty() {
            return;
        }
        let mut candidates = std::mem::take(&mut self.candidates);
        let mut contacts = std::mem::take(&mut self.fresh_contacts);
        let mut agents = std::mem::take(&mut self.fresh_agents);
        candidates.extend(contacts.drain(..).filter_map(|slot| self.as_candidate(slot)));
        candidates.extend(agents.drain(..).filter_map(|agent| self.first_for(agent)));
        while let Some(Reverse(candidate)) = candidates.pop() {
            self.offer_to_longest(candidate.key.slot);
            // Whoever got it, the agent who led to it may have another one to take. It is out of
            // the lists now, so every round has fewer contacts and this ends.
            let again = candidate.first_for.and_then(|agent| self.first_for(agent));
            candidates.extend(again);
        }
        (self.candidates, self.fresh_contacts, self.fresh_agents) = (candidates, contacts, agents);
    }

    fn as_candidate(&self, slot: usize) -> Option<Reverse<Candidate>> {
        let contact = self.contacts.get(slot).filter(|it| it.place == Place::Waiting)?;
        Some(Reverse(Candidate { key: contact.key(slot), first_for: None }))
    }

    /// The first waiting contact that is eligible for this agent, if the agent is Available.
    fn first_for(&self, agent: usize) -> Option<Reverse<Candidate>> {
        let state = &self.agents[agent];
        let State::Available { .. } = state.state else { return None };
        let pool = self.plan.pools[state.pool];
        let audiences = &self.plan.teams[pool.team].audiences;
        let key = self.waiting.first(audiences, |set| self.sets.met_by(set, pool.profile))?;
        Some(Reverse(Candidate { key: key.clone(), first_for: Some(agent) }))
    }

    fn offer_to_longest(&mut self, slot: usize) {
        if self.contacts.at(slot).place != Place::Waiting {
            return;
        }
        if let Some(agent) = self.longest_available(slot) {
            self.offer(slot, agent);
        }
    }

    /// The eligible agent for this contact who has been Available longest.
    pub(crate) fn longest_available(&self, slot: usize) -> Option<usize> {
        let contact = self.contacts.at(slot);
        let audience = contact.audience(&self.plan.queues[contact.queue]);
        let teams = &self.plan.audiences[audience];
        self.pools
            .longest_available(&self.plan, teams, |profile| self.sets.met_by(contact.set, profile))
    }
}

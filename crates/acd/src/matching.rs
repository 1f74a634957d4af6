//! Brings contacts and agents together.
//!
//! Before an input no waiting contact is eligible for any Available agent, so only contacts that
//! have begun to wait (or changed) and agents who have become Available since can match. They are
//! looked at in the order of the contacts: each goes to the agent whom its queue picks among those
//! eligible. That keeps both promises at once: an agent gets the first of the contacts eligible for
//! that agent, and a contact the right one of its agents.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::agent::State;
use crate::contact::{Contact, Key, Place};
use crate::faults::{self, Fault};
use crate::plan::{Audience, Pick, QueuePlan};
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
            self.offer_to_best(candidate.key.slot);
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
        let plan = &self.plan.agents[agent];
        if !plan.takes_voice {
            return None;
        }
        let fits = |set| self.sets.met_by(set, pool.profile);
        let of_team = self.waiting.first(&self.plan.teams[pool.team].audiences, fits);
        let of_agent = self.waiting.first(&plan.audiences, fits);
        let personal = self.waiting.parked(agent).first();
        let key = [of_team, of_agent, personal].into_iter().flatten().min()?;
        Some(Reverse(Candidate { key: key.clone(), first_for: Some(agent) }))
    }

    fn offer_to_best(&mut self, slot: usize) {
        let Some(contact) = self.contacts.get(slot) else { return };
        if contact.place != Place::Waiting && !faults::has(Fault::DoubleOffer) {
            return;
        }
        if let Some(agent) = self.agent_for(slot) {
            self.offer(slot, agent);
        }
    }

    /// The agent for this contact: the one whom its queue picks among those who are eligible.
    pub(crate) fn agent_for(&self, slot: usize) -> Option<usize> {
        let contact = self.contacts.at(slot);
        if let Some(wish) = contact.wish {
            return self.is_ready(wish.agent).then_some(wish.agent);
        }
        let queue = &self.plan.queues[contact.queue];
        let audience = &self.plan.audiences[contact.audience(queue)];
        match queue.pick {
            Pick::Linear if !faults::has(Fault::LinearByTime) => {
                let mut rosters = self.rosters(contact, queue).iter();
                rosters.find_map(|roster| self.pools.first_of_roster(*roster, None))
            }
            Pick::Circular => self.next_in_turn(contact, queue),
            Pick::Longest | Pick::Best | Pick::Linear => self.by_time(contact, queue, audience),
        }
    }

    /// Whether queues may offer this agent a contact now.
    pub(crate) fn is_ready(&self, agent: usize) -> bool {
        let is_available = matches!(self.agents[agent].state, State::Available { .. });
        is_available && self.plan.agents[agent].takes_voice
    }

    fn by_time(&self, contact: &Contact, queue: &QueuePlan, audience: &Audience) -> Option<usize> {
        if let Some(roster) = audience.roster {
            return self.pools.longest_of_roster(roster);
        }
        let fits = |profile| self.sets.met_by(contact.set, profile);
        if queue.pick == Pick::Best {
            let score = |profile| self.sets.score(contact.set, profile);
            return self.pools.best_available(&self.plan, &audience.teams, fits, score);
        }
        self.pools.longest_available(&self.plan, &audience.teams, fits)
    }

    /// The rosters that serve the contact now.
    fn rosters<'a>(&self, contact: &Contact, queue: &'a QueuePlan) -> &'a [usize] {
        &queue.rosters[..queue.levels[contact.level_served(queue)].rosters]
    }

    /// Who comes after the agent who was offered the queue's last contact, round and round.
    fn next_in_turn(&self, contact: &Contact, queue: &QueuePlan) -> Option<usize> {
        let rosters = self.rosters(contact, queue);
        let last = self.queues[contact.queue].last_offered;
        let last = last.filter(|_| !faults::has(Fault::CircularFromTheTop));
        let last = last.filter(|(at, _)| *at < rosters.len());
        let (at, place) = last.map_or((0, None), |(at, place)| (at, Some(place)));
        let (before, from) = rosters.split_at(at.min(rosters.len()));
        let (first, after) = from.split_first()?;
        let rest = after.iter().chain(before).chain([first]);
        let next = self.pools.first_of_roster(*first, place);
        next.or_else(|| rest.into_iter().find_map(|it| self.pools.first_of_roster(*it, None)))
    }

    /// Remembers who was offered the queue's last contact.
    pub(crate) fn take_turn(&mut self, queue: usize, agent: usize) {
        let plan = &self.plan.queues[queue];
        if plan.pick != Pick::Circular {
            return;
        }
        let team = self.plan.pools[self.agents[agent].pool].team;
        let beside = |roster: usize| {
            let places = &self.plan.agents[agent].rosters;
            places.iter().find(|(it, _)| *it == roster).map(|(_, place)| *place)
        };
        let found = plan.rosters.iter().enumerate().find_map(|(at, roster)| {
            let place = if *roster == team { Some(agent) } else { beside(*roster) };
            place.map(|place| (at, place))
        });
        self.queues[queue].last_offered = found;
    }
}

//! Another tenant for a domain that runs. Queues, teams and agents may be others then: agents keep
//! their states and turns, contacts their places. What has a contact must be there in the new
//! tenant, too; else it is not the time yet.

use trunkline_model::AgentId;
use trunkline_model::tenant::Tenant;

use crate::agent::{Agent, State};
use crate::contact::{Contact, Place, Wish};
use crate::routing::Routing;
use crate::skill_sets::NO_SKILLS;

/// Where this domain's queues and agents are in another.
struct Moves {
    queues: Vec<Option<usize>>,
    /// With the pool there.
    agents: Vec<Option<(usize, usize)>>,
}

impl Moves {
    fn agent(&self, agent: usize) -> Option<usize> {
        self.agents[agent].map(|(place, _)| place)
    }
}

impl Routing {
    /// Whether no contact waits, is on offer or in a conversation. Wrap-up does not count.
    pub fn is_quiet(&self) -> bool {
        self.contacts.len() == 0 && !self.agents.iter().any(|agent| holds_contact(&agent.state))
    }

    /// Whether [`renew`](Self::renew) can take this tenant over: its queues and agents hold all
    /// contacts that this domain has. While there are contacts that need skills, skills have to be
    /// declared as they are.
    pub fn can_renew(&self, tenant: &Tenant) -> bool {
        let new = Self::new(tenant);
        self.fits(&new, &self.moves(&new))
    }

    /// Signed-in agents without a contact who are not in this tenant, or could sign in to no team
    /// there: they are to be signed out before [`renew`](Self::renew).
    pub fn leavers(&self, tenant: &Tenant) -> Vec<AgentId> {
        let new = Self::new(tenant);
        let signed_in = (0..self.agents.len())
            .filter(|agent| self.agents[*agent].state != State::SignedOut)
            .filter(|agent| !holds_contact(&self.agents[*agent].state))
            .filter(|agent| self.place_in(&new, *agent).is_none());
        signed_in.map(|agent| self.plan.agents[agent].id.clone()).collect()
    }

    /// Takes over another tenant's queues, teams, agents, skills and timers, if it
    /// [can](Self::can_renew). Gives whether it did. Contacts and agents who find each other by it
    /// do so with the next input, which is to follow at once.
    ///
    /// Agents keep their states and their turns, and their teams as far as they are still in them;
    /// who is among the [`leavers`](Self::leavers) is gone. Contacts keep their places, and the
    /// distribution group that they have reached as far as there are so many. Queues keep their
    /// figures. Offers stand, and ring as long as they were to.
    pub fn renew(&mut self, now_ms: i64, tenant: &Tenant) -> bool {
        let mut new = Self::new(tenant);
        let moves = self.moves(&new);
        if !self.outputs.is_empty() || !self.fits(&new, &moves) {
            return false;
        }
        new.now_ms = self.now_ms.max(now_ms);
        new.pools.count_from(&self.pools);
        for (old, at) in moves.queues.iter().enumerate() {
            if let Some(at) = at {
                new.queues[*at] = self.queues[old].emptied();
                new.queues[*at].last_offered = self.turn_in(&new, &moves, (old, *at));
            }
        }
        new.contacts = std::mem::take(&mut self.contacts);
        let waiting = self.move_contacts(&mut new, &moves);
        for (agent, place) in moves.agents.iter().enumerate() {
            if let Some((place, pool)) = place {
                new.seat(*place, *pool, &self.agents[agent]);
            }
        }
        new.directs = std::mem::take(&mut self.directs);
        new.directs.move_to(|agent| moves.agent(agent), |queue| moves.queues[queue]);
        waiting.into_iter().for_each(|slot| new.start_waiting(slot));
        // Nobody has changed state, so nobody is told.
        new.outputs.clear();
        *self = new;
        true
    }

    fn moves(&self, new: &Self) -> Moves {
        let queues = self.plan.queues.iter().map(|queue| new.plan.queue(&queue.id)).collect();
        let agents = (0..self.agents.len()).map(|agent| self.place_in(new, agent)).collect();
        Moves { queues, agents }
    }

    fn fits(&self, new: &Self, moves: &Moves) -> bool {
        let has_queue = |queue: usize| moves.queues[queue].is_some();
        let has_agent = |agent: usize| moves.agents[agent].is_some();
        let are_skills_same = self.plan.skills == new.plan.skills;
        let is_moved = |contact: &Contact| {
            let wish = contact.wish;
            has_queue(contact.queue)
                && wish.is_none_or(|wish| has_agent(wish.agent))
                && wish.and_then(|wish| wish.recovery).is_none_or(has_queue)
                && (are_skills_same || contact.set == NO_SKILLS)
        };
        let mut holders =
            (0..self.agents.len()).filter(|agent| holds_contact(&self.agents[*agent].state));
        self.contacts.iter().all(|(_, contact)| is_moved(contact)) && holders.all(has_agent)
    }

    /// Gives contacts their queues and agents in the new domain, which has them already. Gives
    /// those that wait.
    fn move_contacts(&self, new: &mut Self, moves: &Moves) -> Vec<usize> {
        let slots: Vec<usize> = new.contacts.iter().map(|(slot, _)| slot).collect();
        let mut waiting = Vec::new();
        for slot in slots {
            let contact = new.contacts.at(slot);
            // What has no place does not fit, and was not begun.
            let queue = moves.queues[contact.queue].unwrap_or_default();
            let agent = |agent: usize| moves.agent(agent).unwrap_or_default();
            let wish = contact.wish.map(|wish| {
                let recovery = wish.recovery.and_then(|queue| moves.queues[queue]);
                Wish { agent: agent(wish.agent), recovery }
            });
            let place = match contact.place {
                Place::Waiting => Place::Waiting,
                Place::Offered { agent: of } => Place::Offered { agent: agent(of) },
                Place::Engaged { agent: of } => Place::Engaged { agent: agent(of) },
            };
            let set = self.set_in(new, contact.set, queue);
            let plan = &new.plan.queues[queue];
            let (last, has_skills) = (plan.levels.len() - 1, plan.skills_based);
            let contact = new.contacts.at_mut(slot);
            contact.level = contact.level.min(last);
            if !has_skills {
                contact.relaxations.clear();
                contact.relaxed = 0;
            }
            (contact.queue, contact.wish, contact.place, contact.set) = (queue, wish, place, set);
            new.queues[queue].active += 1;
            if place == Place::Waiting {
                waiting.push(slot);
            }
        }
        waiting
    }

    /// Who was offered the queue's last contact, as the other domain says that: the place of the
    /// roster in the queue, and in the roster.
    fn turn_in(&self, new: &Self, moves: &Moves, queue: (usize, usize)) -> Option<(usize, usize)> {
        let (at, place) = self.queues[queue.0].last_offered?;
        let roster = *self.plan.queues[queue.0].rosters.get(at)?;
        let rosters = &new.plan.queues[queue.1].rosters;
        let Some(beside) = roster.checked_sub(self.plan.teams.len()) else {
            let team = new.plan.team(self.plan.teams[roster].id.as_str())?;
            let at = rosters.iter().position(|roster| *roster == team)?;
            return Some((at, moves.agent(place)?));
        };
        let agent = moves.agent(*self.plan.members.get(beside)?.get(place)?)?;
        new.plan.agents[agent].rosters.iter().find_map(|(roster, place)| {
            let at = rosters.iter().position(|it| it == roster)?;
            Some((at, *place))
        })
    }

    /// What a contact needs, in another domain's queue.
    fn set_in(&self, new: &mut Self, set: usize, queue: usize) -> usize {
        if !new.plan.queues[queue].skills_based {
            return NO_SKILLS;
        }
        let requirements = self.sets.requirements(set).to_vec();
        new.sets.take(requirements, &new.plan.profiles).unwrap_or(NO_SKILLS)
    }

    /// The agent's number and pool in another domain: of the same team, or else the first.
    fn place_in(&self, new: &Self, agent: usize) -> Option<(usize, usize)> {
        let place = new.plan.agent(&self.plan.agents[agent].id)?;
        let pools = &new.plan.agents[place].pools;
        let team = self.plan.pools.get(self.agents[agent].pool);
        let team = team.and_then(|pool| new.plan.team(self.plan.teams[pool.team].id.as_str()));
        let same = pools.iter().find(|pool| Some(new.plan.pools[**pool].team) == team);
        same.or(pools.first()).map(|pool| (place, *pool))
    }

    fn seat(&mut self, agent: usize, pool: usize, old: &Agent) {
        if old.state == State::SignedOut {
            return;
        }
        let state = State::SignedOut;
        self.agents[agent] = Agent { state, pool, details: None, ..old.clone() };
        self.enter(agent, old.state.clone());
        self.agents[agent].since_ms = old.since_ms;
    }
}

fn holds_contact(state: &State) -> bool {
    match state {
        State::Reserved { .. }
        | State::Engaged { .. }
        | State::Asked { .. }
        | State::Direct { .. } => true,
        State::SignedOut
        | State::Idle { .. }
        | State::Available { .. }
        | State::WrapUp { .. }
        | State::Rona => false,
    }
}

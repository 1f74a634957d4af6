//! Another tenant for a domain that runs. Queues, teams and agents may be others then, so it is
//! done in a moment without contacts: nobody's place can get lost.

use trunkline_model::AgentId;
use trunkline_model::tenant::Tenant;

use crate::agent::{Agent, State};
use crate::routing::Routing;

impl Routing {
    /// Whether no contact waits, is on offer or in a conversation. Wrap-up does not count.
    pub fn is_quiet(&self) -> bool {
        self.contacts.len() == 0 && !self.agents.iter().any(|agent| holds_contact(&agent.state))
    }

    /// Signed-in agents who are not in this tenant, or could sign in to no team there: they are to
    /// be signed out before [`renew`](Self::renew).
    pub fn leavers(&self, tenant: &Tenant) -> Vec<AgentId> {
        let new = Self::new(tenant);
        let signed_in = (0..self.agents.len())
            .filter(|agent| self.agents[*agent].state != State::SignedOut)
            .filter(|agent| self.place_in(&new, *agent).is_none());
        signed_in.map(|agent| self.plan.agents[agent].id.clone()).collect()
    }

    /// Takes over another tenant's queues, teams, agents, skills and timers, if the domain
    /// [`is_quiet`](Self::is_quiet). Gives whether it did.
    ///
    /// Agents keep their states and their turns, and their teams as far as they are still in them;
    /// who is among the [`leavers`](Self::leavers) is gone. Queues keep their figures.
    pub fn renew(&mut self, now_ms: i64, tenant: &Tenant) -> bool {
        if !self.is_quiet() || !self.outputs.is_empty() {
            return false;
        }
        let mut new = Self::new(tenant);
        new.now_ms = self.now_ms.max(now_ms);
        new.pools.count_from(&self.pools);
        for (at, plan) in new.plan.queues.iter().enumerate() {
            if let Some(old) = self.plan.queue(&plan.id) {
                new.queues[at] = self.queues[old].clone();
                new.queues[at].last_offered = None;
            }
        }
        for agent in 0..self.agents.len() {
            if let Some((place, pool)) = self.place_in(&new, agent) {
                new.seat(place, pool, &self.agents[agent]);
            }
        }
        // Nobody has changed state, so nobody is told.
        new.outputs.clear();
        *self = new;
        true
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

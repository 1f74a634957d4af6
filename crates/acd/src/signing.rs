//! Signing in and out, choosing a state.

use trunkline_model::{AgentId, TeamId};

use crate::agent::{Pending, State};
use crate::faults::{self, Fault};
use crate::input::AgentChoice;
use crate::output::{NextState, OfferEnd, Output};
use crate::refusal::Refusal;
use crate::routing::{Routing, short};

impl Routing {
    pub(crate) fn sign_in(
        &mut self,
        agent: &AgentId,
        session_id: &str,
        team: Option<&TeamId>,
    ) -> Result<(), Refusal> {
        short(session_id)?;
        let agent = self.agent(agent)?;
        let pool = self.pool_for(agent, team)?;
        let signed_in = self.agents[agent].state != State::SignedOut;
        let moves = pool != self.agents[agent].pool;
        if signed_in && moves && self.agents[agent].is_busy() {
            return Err(Refusal::AgentBusy);
        }
        if signed_in && moves {
            self.enter(agent, State::SignedOut);
        }
        let changing = &mut self.agents[agent];
        session_id.clone_into(&mut changing.session_id);
        changing.pool = pool;
        changing.details = None;
        if changing.pending == Some(Pending::SignOut) {
            self.set_next(agent, None);
        }
        if self.agents[agent].state == State::SignedOut {
            self.enter(agent, State::Idle { code: crate::SIGNED_IN.to_owned() });
        } else {
            self.report_state(agent);
        }
        Ok(())
    }

    /// The pool of the chosen team; else of the present one, else of the agent's first.
    fn pool_for(&self, agent: usize, team: Option<&TeamId>) -> Result<usize, Refusal> {
        let pools = &self.plan.agents[agent].pools;
        if let Some(name) = team {
            let team = self.plan.team(name.as_str()).ok_or(Refusal::NotInTeam)?;
            let pool = pools.iter().find(|pool| self.plan.pools[**pool].team == team);
            return pool.copied().ok_or(Refusal::NotInTeam);
        }
        let present = &self.agents[agent];
        if present.state != State::SignedOut {
            return Ok(present.pool);
        }
        pools.first().copied().ok_or(Refusal::NotInTeam)
    }

    pub(crate) fn sign_out(&mut self, agent: &AgentId) -> Result<(), Refusal> {
        let agent = self.agent(agent)?;
        match &self.agents[agent].state {
            State::SignedOut => return Err(Refusal::SignedOut),
            State::Idle { .. } | State::Available { .. } | State::Rona => {
                self.enter(agent, State::SignedOut);
            }
            State::Reserved { contact, .. } => {
                let contact = *contact;
                self.end_offer(agent, contact, OfferEnd::AgentLeft);
            }
            State::Asked { contact, .. } => {
                let contact = contact.clone();
                self.end_ask(agent, &contact, OfferEnd::AgentLeft);
            }
            State::Engaged { .. } | State::Direct { .. } => {
                self.set_next(agent, Some(Pending::SignOut));
            }
            State::WrapUp { contact, .. } => {
                let (contact, id) = (contact.clone(), self.plan.agents[agent].id.clone());
                self.outputs.push_back(Output::WrapUpEnded { contact, agent: id, code: None });
                self.agents[agent].pending = Some(Pending::SignOut);
                self.enter_free(agent);
            }
        }
        Ok(())
    }

    pub(crate) fn set_state(
        &mut self,
        agent: &AgentId,
        choice: &AgentChoice,
    ) -> Result<(), Refusal> {
        if let AgentChoice::Idle { code } = choice {
            short(code)?;
        }
        let agent = self.agent(agent)?;
        if self.agents[agent].is_leaving() {
            return Err(Refusal::SignedOut);
        }
        if self.agents[agent].is_busy() {
            self.set_next(agent, Some(Pending::Choice(choice.clone())));
            return Ok(());
        }
        let is_available = matches!(self.agents[agent].state, State::Available { .. });
        if is_available && faults::has(Fault::OfferToIdle) {
            return Ok(());
        }
        match choice {
            AgentChoice::Idle { code } => self.enter(agent, State::Idle { code: code.clone() }),
            AgentChoice::Available => {
                // Asking again does not cost the place.
                if !matches!(self.agents[agent].state, State::Available { .. }) {
                    self.enter_available(agent);
                }
            }
        }
        Ok(())
    }

    /// What is pending is taken back. Who wants to leave after the conversation stays.
    pub(crate) fn clear_next(&mut self, agent: &AgentId) -> Result<(), Refusal> {
        let agent = self.agent(agent)?;
        if self.agents[agent].state == State::SignedOut {
            return Err(Refusal::SignedOut);
        }
        if self.agents[agent].pending.is_some() {
            self.set_next(agent, None);
        }
        Ok(())
    }

    fn set_next(&mut self, agent: usize, pending: Option<Pending>) {
        self.agents[agent].pending = pending;
        let next = self.shown_next(agent);
        let agent = self.plan.agents[agent].id.clone();
        self.outputs.push_back(Output::AgentNext { agent, next });
    }

    /// What the agent will be when they are free again, if they have chosen.
    pub(crate) fn shown_next(&self, agent: usize) -> Option<NextState> {
        self.agents[agent].pending.as_ref().map(|pending| match pending {
            Pending::SignOut => NextState::SignedOut,
            Pending::Choice(AgentChoice::Available) => NextState::Available,
            Pending::Choice(AgentChoice::Idle { code }) => NextState::Idle { code: code.clone() },
        })
    }
}

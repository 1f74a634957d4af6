//! Signing in and out, choosing a state.

use trunkline_model::{AgentId, TeamId};

use crate::agent::{Pending, State};
use crate::input::AgentChoice;
use crate::output::{OfferEnd, Output};
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
            changing.pending = None;
        }
        if changing.state == State::SignedOut {
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
            State::Engaged { .. } => self.agents[agent].pending = Some(Pending::SignOut),
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
            self.agents[agent].pending = Some(Pending::Choice(choice.clone()));
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
}

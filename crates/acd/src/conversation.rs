//! A conversation ends: wrap-up, or the agent was lost.

use trunkline_model::{AgentId, ContactId};

use crate::agent::{Pending, State};
use crate::contact::Place;
use crate::limits::MAX_RETURNS;
use crate::output::Output;
use crate::refusal::Refusal;
use crate::routing::{Routing, short};

impl Routing {
    pub(crate) fn hang_up(&mut self, agent: &AgentId, id: &ContactId) -> Result<(), Refusal> {
        let (agent, slot) = self.connected(agent, id)?;
        self.end_conversation(agent, slot);
        Ok(())
    }

    /// The agent wraps up; routing has no more to do with the contact.
    pub(crate) fn end_conversation(&mut self, agent: usize, slot: usize) {
        let contact = self.contacts.at(slot).id.clone();
        self.forget(slot);
        let leaves = self.agents[agent].pending == Some(Pending::SignOut);
        // Nobody is there to wrap up when the agent has signed out: it is over at once.
        let after_ms = if leaves { Some(0) } else { self.plan.auto_wrap_up_ms };
        self.outputs.push_back(Output::WrapUpStarted {
            contact: contact.clone(),
            agent: self.plan.agents[agent].id.clone(),
            auto_end_ms: after_ms.map(i64::unsigned_abs),
        });
        let until_ms = after_ms.map(|ms| self.now_ms.saturating_add(ms));
        self.enter(agent, State::WrapUp { contact, until_ms });
        if leaves {
            self.end_wrap_up(agent, None);
        }
    }

    pub(crate) fn wrap_up(
        &mut self,
        agent: &AgentId,
        id: &ContactId,
        code: &str,
    ) -> Result<(), Refusal> {
        short(code)?;
        let agent = self.agent(agent)?;
        match &self.agents[agent].state {
            State::WrapUp { contact, .. } if contact == id => {}
            State::WrapUp { .. }
            | State::SignedOut
            | State::Idle { .. }
            | State::Available { .. }
            | State::Reserved { .. }
            | State::Engaged { .. }
            | State::Rona => return Err(Refusal::NotInWrapUp),
        }
        self.end_wrap_up(agent, Some(code.to_owned()));
        Ok(())
    }

    /// Ends wrap-up, if the agent is in it: by code, by timer or because the agent leaves.
    pub(crate) fn end_wrap_up(&mut self, agent: usize, code: Option<String>) {
        let State::WrapUp { contact, .. } = &self.agents[agent].state else { return };
        let (contact, id) = (contact.clone(), self.plan.agents[agent].id.clone());
        self.outputs.push_back(Output::WrapUpEnded { contact, agent: id, code });
        self.enter_free(agent);
    }

    /// The agent's device is gone for good (D26).
    pub(crate) fn lose_agent(&mut self, agent: &AgentId, id: &ContactId) -> Result<(), Refusal> {
        let (agent, slot) = self.connected(agent, id)?;
        let now_ms = self.now_ms;
        let contact = self.contacts.at_mut(slot);
        let requeued = contact.returns < MAX_RETURNS;
        contact.returns = contact.returns.saturating_add(1);
        // Time in the conversation is not time in the queue.
        contact.entered_ms = now_ms;
        contact.level_since_ms = now_ms;
        self.outputs.push_back(Output::AgentLost {
            contact: id.clone(),
            agent: self.plan.agents[agent].id.clone(),
            requeued,
        });
        if requeued {
            self.start_waiting(slot);
        } else {
            self.forget(slot);
        }
        let next = match self.agents[agent].pending.take() {
            Some(Pending::SignOut) => State::SignedOut,
            Some(Pending::Choice(_)) | None => {
                State::Idle { code: crate::LOST_CONNECTION.to_owned() }
            }
        };
        self.enter(agent, next);
        Ok(())
    }

    fn connected(&self, agent: &AgentId, id: &ContactId) -> Result<(usize, usize), Refusal> {
        let agent = self.agent(agent)?;
        let slot = self.contacts.find(id).ok_or(Refusal::NotConnected)?;
        match self.contacts.at(slot).place {
            Place::Engaged { agent: with } if with == agent => Ok((agent, slot)),
            Place::Engaged { .. } | Place::Waiting | Place::Offered { .. } => {
                Err(Refusal::NotConnected)
            }
        }
    }
}

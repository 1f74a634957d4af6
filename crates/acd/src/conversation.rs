//! A conversation ends: wrap-up, or the agent was lost.

use trunkline_model::{AgentId, ContactId};

use crate::agent::{Pending, State};
use crate::contact::Place;
use crate::faults::{self, Fault};
use crate::input::AgentChoice;
use crate::limits::{MAX_RETURNS, MAX_WRAP_UP_EXTENSIONS, WRAP_UP_EXTENSION_MS};
use crate::output::Output;
use crate::refusal::Refusal;
use crate::routing::{Routing, short};
use crate::timers::Timer;

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
        self.start_wrap_up(agent, contact);
    }

    pub(crate) fn start_wrap_up(&mut self, agent: usize, contact: ContactId) {
        let leaves = self.agents[agent].pending == Some(Pending::SignOut);
        // Nobody is there to wrap up when the agent has signed out: it is over at once.
        let after_ms = if leaves { Some(0) } else { self.plan.agents[agent].auto_wrap_up_ms };
        self.outputs.push_back(Output::WrapUpStarted {
            contact: contact.clone(),
            agent: self.plan.agents[agent].id.clone(),
            auto_end_ms: after_ms.map(i64::unsigned_abs),
        });
        let until_ms = after_ms.map(|ms| self.now_ms.saturating_add(ms));
        self.agents[agent].extensions = 0;
        if let State::Direct { idle: Some(code), .. } = &self.agents[agent].state {
            let code = code.clone();
            self.stay_idle(agent, code);
        }
        self.enter(agent, State::WrapUp { contact, until_ms });
        if faults::has(Fault::SkipWrapUp) {
            return self.enter_free(agent);
        }
        if leaves {
            self.end_wrap_up(agent, None);
        }
    }

    /// Who was Idle before a contact of no queue is so again afterwards, unless they choose
    /// something else.
    pub(crate) fn stay_idle(&mut self, agent: usize, code: String) {
        let idle = Pending::Choice(AgentChoice::Idle { code });
        self.agents[agent].pending.get_or_insert(idle);
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
            | State::Asked { .. }
            | State::Direct { .. }
            | State::Rona => return Err(Refusal::NotInWrapUp),
        }
        self.end_wrap_up(agent, Some(code.to_owned()));
        Ok(())
    }

    pub(crate) fn extend_wrap_up(
        &mut self,
        agent: &AgentId,
        id: &ContactId,
    ) -> Result<(), Refusal> {
        let at = self.agent(agent)?;
        let State::WrapUp { contact, until_ms } = &self.agents[at].state else {
            return Err(Refusal::NotInWrapUp);
        };
        if contact != id {
            return Err(Refusal::NotInWrapUp);
        }
        let Some(until_ms) = *until_ms else { return Err(Refusal::NotExtendable) };
        if self.agents[at].extensions >= MAX_WRAP_UP_EXTENSIONS {
            return Err(Refusal::NotExtendable);
        }
        let later_ms = until_ms.saturating_add(WRAP_UP_EXTENSION_MS);
        self.timers.stop(until_ms, Timer::WrapUp(at));
        self.timers.start(later_ms, Timer::WrapUp(at));
        self.agents[at].extensions += 1;
        self.agents[at].state = State::WrapUp { contact: id.clone(), until_ms: Some(later_ms) };
        let auto_end_ms = later_ms.saturating_sub(self.now_ms).unsigned_abs();
        let (contact, agent) = (id.clone(), agent.clone());
        self.outputs.push_back(Output::WrapUpExtended { contact, agent, auto_end_ms });
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
        let requeued = contact.returns < MAX_RETURNS || faults::has(Fault::ReturnForEver);
        contact.returns = contact.returns.saturating_add(1);
        // Time in the conversation is not time in the queue.
        contact.entered_ms = now_ms;
        contact.level_since_ms = now_ms;
        contact.relaxed_since_ms = now_ms;
        // The agent whom it waited for is gone.
        let wish = contact.wish.take();
        self.outputs.push_back(Output::AgentLost {
            contact: id.clone(),
            agent: self.plan.agents[agent].id.clone(),
            requeued,
        });
        match wish.and_then(|wish| wish.recovery) {
            Some(recovery) if requeued => self.send_to_recovery(slot, recovery),
            Some(_) | None if requeued => self.start_waiting(slot),
            Some(_) | None => self.forget(slot),
        }
        self.enter_lost(agent);
        Ok(())
    }

    /// The agent's device was lost: Idle, unless they wanted to leave anyway.
    pub(crate) fn enter_lost(&mut self, agent: usize) {
        let next = match self.agents[agent].pending.take() {
            Some(Pending::SignOut) => State::SignedOut,
            Some(Pending::Choice(_)) | None => {
                State::Idle { code: crate::LOST_CONNECTION.to_owned() }
            }
        };
        self.enter(agent, next);
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

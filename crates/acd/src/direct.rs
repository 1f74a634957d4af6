//! Agents who are asked for by name, beside all queues: for a consult, a transfer to them, or a
//! call of their own.
//!
//! A consult with an agent has a name of its own, beside the contact that it is about; so has one
//! with a queue, which waits there like any contact. When the consulted agent takes the contact
//! over, the name is gone. What a contact means by it is not known here.

use std::sync::Arc;

use trunkline_model::routing::AgentDetails;
use trunkline_model::{AgentId, ContactId, QueueId};

use crate::agent::{Pending, State};
use crate::contact::Place;
use crate::input::{AgentChoice, Input, Leaving};
use crate::limits::MAX_CONTACTS;
use crate::map::Map;
use crate::output::{OfferEnd, Output};
use crate::pools::Turn;
use crate::refusal::Refusal;
use crate::routing::{Routing, short};

/// What an agent was before they were asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    Idle { code: String },
    Available { turn: Turn },
}

/// A contact, or a consult, that an agent was asked for.
#[derive(Clone, Debug)]
struct Direct {
    agent: usize,
    is_answered: bool,
    is_own: bool,
    queue: Option<usize>,
}

/// All of them: at most one for each agent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Directs {
    by_contact: Map<ContactId, Direct>,
}

impl Directs {
    pub(crate) fn knows(&self, contact: &ContactId) -> bool {
        self.by_contact.contains_key(contact)
    }

    /// Gives agents and queues other numbers. An agent who has none is asked no more: such a
    /// domain is not renewed.
    pub(crate) fn move_to(
        &mut self,
        agent: impl Fn(usize) -> Option<usize>,
        queue: impl Fn(usize) -> Option<usize>,
    ) {
        self.by_contact.retain(|_, direct| {
            direct.queue = direct.queue.and_then(&queue);
            let to = agent(direct.agent);
            direct.agent = to.unwrap_or_default();
            to.is_some()
        });
    }

    fn len(&self) -> usize {
        self.by_contact.len()
    }

    fn get(&self, contact: &ContactId) -> Option<&Direct> {
        self.by_contact.get(contact)
    }
}

impl Routing {
    /// Inputs about a contact that an agent was asked for; none if it is not such a contact.
    pub(crate) fn apply_direct(&mut self, input: &Input) -> Option<Result<(), Refusal>> {
        match input {
            Input::Answer { agent, contact } => self.answer_ask(agent, contact),
            Input::Decline { agent, contact } => {
                self.refuse_ask(agent, contact, OfferEnd::Declined)
            }
            Input::LoseOffer { agent, contact } => {
                self.refuse_ask(agent, contact, OfferEnd::DeviceFailed)
            }
            Input::LoseAgent { agent, contact } => self.leave_direct(agent, contact, Leaving::Lost),
            Input::HangUp { agent, contact } => self.leave_direct(agent, contact, Leaving::WrapsUp),
            Input::Withdraw { contact } | Input::ContactEnded { contact } => {
                self.directs.knows(contact).then(|| self.part(contact, Leaving::WrapsUp))
            }
            Input::Enqueue { contact, .. } => {
                self.directs.knows(contact).then_some(Err(Refusal::ContactConnected))
            }
            Input::Tick
            | Input::EnqueueToAgent { .. }
            | Input::ClearNext { .. }
            | Input::SetAgentSkills { .. }
            | Input::SetAgentTeam { .. }
            | Input::ExtendWrapUp { .. }
            | Input::SignIn { .. }
            | Input::SignOut { .. }
            | Input::SetState { .. }
            | Input::SetPriority { .. }
            | Input::SetSkills { .. }
            | Input::Escalate { .. }
            | Input::Ask { .. }
            | Input::Part { .. }
            | Input::TakeOver { .. }
            | Input::WrapUp { .. } => None,
        }
    }

    pub(crate) fn ask(
        &mut self,
        contact: &ContactId,
        agent: &AgentId,
        queue: Option<&QueueId>,
        is_own: bool,
    ) -> Result<(), Refusal> {
        short(contact.as_str())?;
        let agent = self.agent(agent)?;
        if self.knows(contact) {
            return Err(Refusal::ContactConnected);
        }
        if self.contacts.len() + self.directs.len() >= MAX_CONTACTS {
            return Err(Refusal::Full);
        }
        let before = match &self.agents[agent].state {
            State::SignedOut => return Err(Refusal::SignedOut),
            State::Idle { code } => Before::Idle { code: code.clone() },
            State::Available { turn } => Before::Available { turn: *turn },
            State::Reserved { .. }
            | State::Engaged { .. }
            | State::Asked { .. }
            | State::Direct { .. }
            | State::WrapUp { .. }
            | State::Rona => return Err(Refusal::AgentNotFree),
        };
        let queue = queue.and_then(|queue| self.plan.queue(queue));
        let direct = Direct { agent, is_answered: false, is_own, queue };
        self.directs.by_contact.insert(contact.clone(), direct);
        let details = self.shown(agent, queue);
        self.outputs.push_back(Output::Offer {
            contact: contact.clone(),
            agent: details,
            ring_timeout_ms: self.plan.ring_ms.unsigned_abs(),
            waited_ms: 0,
        });
        let until_ms = self.now_ms.saturating_add(self.plan.ring_ms);
        self.enter(agent, State::Asked { contact: contact.clone(), before, until_ms });
        Ok(())
    }

    fn answer_ask(&mut self, id: &AgentId, contact: &ContactId) -> Option<Result<(), Refusal>> {
        let direct = self.directs.get(contact)?;
        let (agent, queue) = (direct.agent, direct.queue);
        let State::Asked { before, .. } = &self.agents[agent].state else {
            return Some(Err(Refusal::NotOffered));
        };
        if self.plan.agents[agent].id != *id {
            return Some(Err(Refusal::NotOffered));
        }
        let idle = match before {
            Before::Idle { code } => Some(code.clone()),
            Before::Available { .. } => None,
        };
        if let Some(direct) = self.directs.by_contact.get_mut(contact) {
            direct.is_answered = true;
        }
        let details = self.shown(agent, queue);
        self.outputs.push_back(Output::Connected { contact: contact.clone(), agent: details });
        self.enter(agent, State::Direct { contact: contact.clone(), idle });
        Some(Ok(()))
    }

    fn refuse_ask(
        &mut self,
        id: &AgentId,
        contact: &ContactId,
        reason: OfferEnd,
    ) -> Option<Result<(), Refusal>> {
        let direct = self.directs.get(contact)?;
        let agent = direct.agent;
        if direct.is_answered || self.plan.agents[agent].id != *id {
            return Some(Err(Refusal::NotOffered));
        }
        self.end_ask(agent, contact, reason);
        Some(Ok(()))
    }

    /// The ringing ends without an answer. Who was Idle stays so; who was Available is set to RONA
    /// as for any contact, but not for a call of their own.
    pub(crate) fn end_ask(&mut self, agent: usize, contact: &ContactId, reason: OfferEnd) {
        let State::Asked { before, .. } = self.agents[agent].state.clone() else { return };
        let is_own = self.directs.by_contact.remove(contact).is_some_and(|direct| direct.is_own);
        self.outputs.push_back(Output::Withdrawn {
            contact: contact.clone(),
            agent: self.plan.agents[agent].id.clone(),
            reason,
            requeued: false,
        });
        let pending = self.agents[agent].pending.take();
        let next = match (reason, pending, before) {
            (OfferEnd::AgentLeft, _, _) | (_, Some(Pending::SignOut), _) => State::SignedOut,
            (OfferEnd::DeviceFailed, _, _) => {
                State::Idle { code: crate::LOST_CONNECTION.to_owned() }
            }
            (OfferEnd::Rona | OfferEnd::Declined, _, Before::Available { .. }) if !is_own => {
                State::Rona
            }
            (_, Some(Pending::Choice(AgentChoice::Idle { code })), _) => State::Idle { code },
            (_, Some(Pending::Choice(AgentChoice::Available)), Before::Idle { .. }) => {
                return self.enter_available(agent);
            }
            (_, _, Before::Idle { code }) => State::Idle { code },
            (_, _, Before::Available { turn }) => State::Available { turn },
        };
        self.enter(agent, next);
    }

    fn leave_direct(
        &mut self,
        id: &AgentId,
        contact: &ContactId,
        leaving: Leaving,
    ) -> Option<Result<(), Refusal>> {
        let direct = self.directs.get(contact)?;
        let agent = direct.agent;
        if !direct.is_answered || self.plan.agents[agent].id != *id {
            return Some(Err(Refusal::NotConnected));
        }
        self.directs.by_contact.remove(contact);
        if leaving == Leaving::Lost {
            self.outputs.push_back(Output::AgentLost {
                contact: contact.clone(),
                agent: id.clone(),
                requeued: false,
            });
            self.enter_lost(agent);
        } else {
            self.leave_for(agent, contact, leaving);
        }
        Some(Ok(()))
    }

    /// The agent, whose contact is forgotten already, leaves.
    fn leave_for(&mut self, agent: usize, contact: &ContactId, leaving: Leaving) {
        if leaving == Leaving::WrapsUp {
            return self.start_wrap_up(agent, contact.clone());
        }
        let (contact, id) = (contact.clone(), self.plan.agents[agent].id.clone());
        self.outputs.push_back(Output::Parted { contact, agent: id });
        let idle = match &self.agents[agent].state {
            State::Direct { idle: Some(code), .. } => Some(code.clone()),
            State::SignedOut
            | State::Idle { .. }
            | State::Available { .. }
            | State::Reserved { .. }
            | State::Engaged { .. }
            | State::Asked { .. }
            | State::Direct { idle: None, .. }
            | State::WrapUp { .. }
            | State::Rona => None,
        };
        match (leaving, &self.agents[agent].pending, idle) {
            (Leaving::Lost, _, _) => self.enter_lost(agent),
            (Leaving::Free | Leaving::WrapsUp, None, Some(code)) => {
                self.enter(agent, State::Idle { code });
            }
            (Leaving::Free | Leaving::WrapsUp, _, _) => self.enter_free(agent),
        }
    }

    pub(crate) fn part(&mut self, consult: &ContactId, leaving: Leaving) -> Result<(), Refusal> {
        if let Some(direct) = self.directs.get(consult) {
            let (agent, is_answered) = (direct.agent, direct.is_answered);
            if is_answered {
                self.directs.by_contact.remove(consult);
                self.leave_for(agent, consult, leaving);
            } else {
                self.end_ask(agent, consult, OfferEnd::ContactLeft);
            }
            return Ok(());
        }
        let slot = self.contacts.find(consult).ok_or(Refusal::UnknownContact)?;
        match self.contacts.at(slot).place {
            Place::Waiting | Place::Offered { .. } => self.take_out(slot),
            Place::Engaged { agent } => {
                self.forget(slot);
                self.leave_for(agent, consult, leaving);
            }
        }
        Ok(())
    }

    pub(crate) fn take_over(
        &mut self,
        contact: &ContactId,
        consult: &ContactId,
        leaving: Leaving,
    ) -> Result<(), Refusal> {
        let helper = self.answered_by(consult).ok_or(Refusal::NotConnected)?;
        let queue = self.queue_shown(contact).or_else(|| self.queue_shown(consult));
        let idle = match &self.agents[helper].state {
            State::Direct { idle, .. } => idle.clone(),
            State::SignedOut
            | State::Idle { .. }
            | State::Available { .. }
            | State::Reserved { .. }
            | State::Engaged { .. }
            | State::Asked { .. }
            | State::WrapUp { .. }
            | State::Rona => None,
        };
        let before = self.answered_by(contact);
        if before.is_none() && self.knows(contact) {
            return Err(Refusal::NotConnected);
        }
        self.directs.by_contact.remove(consult);
        if let Some(slot) = self.contacts.find(consult) {
            self.forget(slot);
        }
        let details = self.shown(helper, queue);
        self.outputs.push_back(Output::TakenOver {
            contact: contact.clone(),
            consult: consult.clone(),
            agent: details,
        });
        match self.contacts.find(contact) {
            Some(slot) => {
                self.contacts.at_mut(slot).place = Place::Engaged { agent: helper };
                if let Some(code) = idle {
                    self.stay_idle(helper, code);
                }
                self.enter(helper, State::Engaged { contact: slot });
            }
            None => {
                let direct = Direct { agent: helper, is_answered: true, is_own: false, queue };
                self.directs.by_contact.insert(contact.clone(), direct);
                self.enter(helper, State::Direct { contact: contact.clone(), idle });
            }
        }
        if let Some(agent) = before {
            self.leave_for(agent, contact, leaving);
        }
        Ok(())
    }

    /// The agent who talks in this contact or consult.
    fn answered_by(&self, contact: &ContactId) -> Option<usize> {
        if let Some(direct) = self.directs.get(contact) {
            return direct.is_answered.then_some(direct.agent);
        }
        match self.contacts.at(self.contacts.find(contact)?).place {
            Place::Engaged { agent } => Some(agent),
            Place::Waiting | Place::Offered { .. } => None,
        }
    }

    fn queue_shown(&self, contact: &ContactId) -> Option<usize> {
        match self.directs.get(contact) {
            Some(direct) => direct.queue,
            None => self.contacts.find(contact).map(|slot| self.contacts.at(slot).queue),
        }
    }

    /// The agent as offers show it, with a queue or without.
    fn shown(&mut self, agent: usize, queue: Option<usize>) -> Arc<AgentDetails> {
        if let Some(queue) = queue {
            return self.details(agent, queue);
        }
        let (plan, state) = (&self.plan.agents[agent], &self.agents[agent]);
        let team = &self.plan.teams[self.plan.pools[state.pool].team];
        Arc::new(AgentDetails {
            id: plan.id.clone(),
            name: plan.name.clone(),
            email: plan.email.clone(),
            session_id: state.session_id.clone(),
            team_id: team.id.clone(),
            team_name: team.name.clone(),
            queue_id: QueueId::new(""),
            queue_name: String::new(),
        })
    }
}

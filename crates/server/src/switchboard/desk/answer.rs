//! The agent takes the contact on offer, or does not.

use trunkline_acd::{AgentState as Routed, Input as Routing};
use trunkline_desk::{Device, Reason, Refusal};
use trunkline_exchange::Input;
use trunkline_model::AgentId;

use super::super::Switchboard;
use super::super::legs::{LegId, Role};

impl Switchboard {
    pub(super) fn desk_answer(&mut self, agent: &AgentId, contact: &str) -> Result<(), Refusal> {
        let task = self.task_for(agent, contact)?;
        if task.answered_ms.is_some() {
            return Ok(());
        }
        let desktop = self.desks.desktop(agent);
        let device = desktop.and_then(|desktop| desktop.seat.as_ref()).map(|seat| seat.device);
        if device != Some(Device::Browser) {
            return Err(Refusal::NotNow(Reason::PickUpPhone));
        }
        let leg = self.ringing_leg(&task.contact, agent);
        let Some(leg) = leg.and_then(|leg| self.legs.get_mut(leg)) else {
            return Err(Refusal::Device(Reason::AudioNotReady));
        };
        leg.is_answered = true;
        self.agent_answered(task.contact.clone(), agent.clone());
        // The time to answer may have been over in the same moment.
        match self.exchange.routing().agent_state(agent) {
            Some(Routed::Engaged { contact }) if contact == task.contact => Ok(()),
            _ => Err(Refusal::NotYours),
        }
    }

    fn ringing_leg(&self, contact: &trunkline_model::ContactId, agent: &AgentId) -> Option<LegId> {
        let is_theirs = |id: &LegId| {
            self.legs.get(*id).is_some_and(|leg| {
                let is_it = matches!(&leg.role, Role::Agent { agent: it, .. } if it == agent);
                is_it && !leg.is_leaving
            })
        };
        self.legs.line(contact)?.ringing.iter().copied().find(is_theirs)
    }

    pub(super) fn desk_decline(&mut self, agent: &AgentId, contact: &str) -> Result<(), Refusal> {
        let task = self.task_for(agent, contact)?;
        if task.answered_ms.is_some() {
            return Err(Refusal::NotNow(Reason::AlreadyAnswered));
        }
        let (agent, contact) = (agent.clone(), task.contact);
        self.exchange(Input::Routing(Routing::Decline { agent, contact }));
        Ok(())
    }
}

//! The agents by script.

use trunkline_acd::{
    AgentChoice, AgentState, Input as RoutingInput, OfferEnd, Output as RoutingOutput,
};
use trunkline_contact::{Input, consult_name, consult_of};
use trunkline_model::{AgentId, ContactId};

use crate::caller::ms;
use crate::moments::{Happening, Slot};
use crate::recorder::Recorder;
use crate::script::AgentScript;
use crate::world::World;

impl<R: Recorder> World<R> {
    /// What the agent does with the present offer of this contact.
    fn agent_script(&self, slot: Slot) -> AgentScript {
        let agents = &self.options.script.agents;
        let offer = self.life(slot).map_or(0, |life| life.offers.saturating_sub(1));
        agents.get(offer).or(agents.last()).cloned().unwrap_or_default()
    }

    /// What the agent does with the present offer of a consult about this contact.
    fn consulted_script(&self, slot: Slot) -> AgentScript {
        let agents = &self.options.script.consulted;
        let offer = self.life(slot).map_or(0, |life| life.consult_offers.saturating_sub(1));
        agents.get(offer).or(agents.last()).cloned().unwrap_or_default()
    }

    /// Plans what an agent does about a decision on a consult. Gives whether it was one.
    fn plan_consulted(&mut self, slot: Slot, decided: &RoutingOutput) -> bool {
        match decided {
            RoutingOutput::Offer { contact, .. } if consult_of(contact).is_some() => true,
            RoutingOutput::Connected { contact, agent } if consult_of(contact).is_some() => {
                let script = self.consulted_script(slot);
                if let Some(seconds) = script.hang_up_after_s {
                    let agent = agent.id.clone();
                    self.plan_unless_interactive(seconds, Happening::AgentHangUp { slot, agent });
                }
                self.plan_acts(slot, &agent.id, &script, false);
                true
            }
            _ => false,
        }
    }

    /// An agent is rung: plans what they do about it.
    pub(crate) fn ring(&mut self, slot: Slot, consult: Option<u32>, agent: &AgentId) {
        let Some(contact) = self.contact_id(slot) else { return };
        let name = consult.map_or_else(|| contact.clone(), |it| consult_name(&contact, it));
        let state = self.routing.agent_state(agent);
        if state != Some(AgentState::Reserved { contact: name.clone() }) {
            return;
        }
        match consult {
            Some(_) => self.plan_consult_offer(slot, name, agent.clone()),
            None => self.plan_offer(slot, agent),
        }
    }

    fn plan_consult_offer(&mut self, slot: Slot, contact: ContactId, agent: AgentId) {
        if let Some(life) = self.lives[slot].as_mut() {
            life.consult_offers += 1;
        }
        let script = self.consulted_script(slot);
        let (seconds, does) = match (script.decline_after_s, script.answer_after_s) {
            (Some(seconds), _) => (seconds, RoutingInput::Decline { agent, contact }),
            (None, Some(seconds)) => (seconds, RoutingInput::Answer { agent, contact }),
            (None, None) => return,
        };
        self.plan_unless_interactive(seconds, Happening::Route { input: Box::new(does) });
    }

    fn plan_unless_interactive(&mut self, seconds: f64, then: Happening) {
        if !self.options.is_interactive {
            self.agenda.add(self.now_ms + ms(seconds), then);
        }
    }

    /// Plans what the agent does in the conversation, from now on.
    fn plan_acts(&mut self, slot: Slot, agent: &AgentId, script: &AgentScript, is_offered: bool) {
        if self.options.is_interactive {
            return;
        }
        for step in &script.acts {
            let act = Box::new(step.act(&self.site.tenant));
            let happening = Happening::Act { slot, agent: agent.clone(), act };
            match is_offered {
                true => self.plan_for_offer(slot, step.after_s, happening),
                false => self.agenda.add(self.now_ms + ms(step.after_s), happening),
            }
        }
    }

    /// Plans what an agent does about a decision of the queues on this contact.
    pub(crate) fn plan_agent(&mut self, slot: Option<Slot>, decided: &RoutingOutput) {
        if slot.is_some_and(|slot| self.plan_consulted(slot, decided)) {
            return;
        }
        match (decided, slot) {
            (RoutingOutput::Withdrawn { agent, reason, .. }, slot) => {
                self.plan_ready(slot, agent, *reason);
            }
            (RoutingOutput::Connected { agent, .. }, Some(slot)) => {
                self.plan_conversation(slot, &agent.id);
            }
            (RoutingOutput::WrapUpStarted { agent, .. }, Some(slot)) => {
                self.plan_wrap_up(slot, agent);
            }
            // A contact that is over is no agent's any more.
            (RoutingOutput::Connected { .. } | RoutingOutput::WrapUpStarted { .. }, None)
            | (
                // The contact says when the agent is rung.
                RoutingOutput::Offer { .. }
                | RoutingOutput::Queued { .. }
                | RoutingOutput::SkillsIgnored { .. }
                | RoutingOutput::AgentLost { .. }
                | RoutingOutput::TakenOver { .. }
                | RoutingOutput::Parted { .. }
                | RoutingOutput::Reply { .. }
                | RoutingOutput::SentToRecovery { .. }
                | RoutingOutput::WrapUpExtended { .. }
                | RoutingOutput::AgentNext { .. }
                | RoutingOutput::WrapUpEnded { .. }
                | RoutingOutput::AgentState { .. }
                | RoutingOutput::TimedOut { .. }
                | RoutingOutput::Refused { .. },
                _,
            ) => {}
        }
    }

    fn plan_offer(&mut self, slot: Slot, agent: &AgentId) {
        if let Some(life) = self.lives[slot].as_mut() {
            life.offers += 1;
        }
        if self.options.is_interactive {
            return;
        }
        let script = self.agent_script(slot);
        let agent = agent.clone();
        if let Some(seconds) = script.decline_after_s {
            self.plan_for_offer(slot, seconds, Happening::Decline { slot, agent });
        } else if let Some(seconds) = script.answer_after_s {
            self.plan_for_offer(slot, seconds, Happening::Answer { slot, agent });
        }
    }

    fn plan_conversation(&mut self, slot: Slot, agent: &AgentId) {
        if self.options.is_interactive {
            return;
        }
        let script = self.agent_script(slot);
        self.plan_acts(slot, agent, &script, true);
        for (name, value) in script.edits {
            self.plan_for_offer(slot, script.edit_after_s, Happening::Edit { slot, name, value });
        }
        if let Some(seconds) = script.hang_up_after_s {
            let agent = agent.clone();
            self.plan_for_offer(slot, seconds, Happening::AgentHangUp { slot, agent });
        }
        if let Some(seconds) = self.options.script.caller.hang_up_after_answer_s {
            self.plan_for_offer(slot, seconds, Happening::HangUp { slot });
        }
    }

    /// Plans something that only makes sense while the contact's present offer is its last.
    fn plan_for_offer(&mut self, slot: Slot, seconds: f64, then: Happening) {
        let offer = self.life(slot).map_or(0, |life| life.offers);
        let happening = Happening::ForOffer { slot, offer, then: Box::new(then) };
        self.agenda.add(self.now_ms + ms(seconds), happening);
    }

    fn plan_wrap_up(&mut self, slot: Slot, agent: &AgentId) {
        if self.options.is_interactive {
            return;
        }
        let script = self.agent_script(slot);
        let Some(seconds) = script.wrap_up_after_s else { return };
        let done_ms = self.now_ms + ms(seconds);
        for (name, value) in script.wrap_up_edits {
            self.agenda.add(done_ms, Happening::Edit { slot, name, value });
        }
        let (agent, code) = (agent.clone(), script.wrap_up_code);
        self.agenda.add(done_ms, Happening::WrapUp { slot, agent, code });
    }

    fn plan_ready(&mut self, slot: Option<Slot>, agent: &AgentId, reason: OfferEnd) {
        let is_away = matches!(reason, OfferEnd::Rona | OfferEnd::Declined);
        if self.options.is_interactive || !is_away {
            return;
        }
        let script = slot.map_or_else(AgentScript::default, |slot| self.agent_script(slot));
        let at_ms = self.now_ms + ms(script.ready_after_rona_s);
        self.agenda.add(at_ms, Happening::Ready { agent: agent.clone() });
    }

    pub(crate) fn desk_happening(&mut self, happening: Happening) {
        match happening {
            Happening::Answer { slot, agent } => {
                let Some(contact) = self.contact_id(slot) else { return };
                self.route(RoutingInput::Answer { agent, contact });
            }
            Happening::Decline { slot, agent } => {
                let Some(contact) = self.contact_id(slot) else { return };
                self.route(RoutingInput::Decline { agent, contact });
            }
            Happening::AgentHangUp { slot, agent } => self.agent_hangs_up(slot, agent),
            Happening::Edit { slot, name, value } => self.give(slot, Input::Edited { name, value }),
            Happening::WrapUp { slot, agent, code } => {
                // It may be called by the consult for which they were asked.
                let state = self.routing.agent_state(&agent);
                let Some(AgentState::WrapUp { contact }) = state else { return };
                let of = consult_of(&contact).map_or_else(|| contact.clone(), |(id, _)| id);
                if self.contact_id(slot) == Some(of) {
                    self.route(RoutingInput::WrapUp { agent, contact, code });
                }
            }
            Happening::Act { slot, agent, act } => {
                self.give(slot, Input::Acted { agent, act: *act });
            }
            Happening::Route { input } => self.route(*input),
            Happening::Ready { agent } => {
                let state = AgentChoice::Available;
                self.route(RoutingInput::SetState { agent, state });
            }
            Happening::Press { .. }
            | Happening::HangUp { .. }
            | Happening::LosePatience { .. }
            | Happening::Played { .. }
            | Happening::Http { .. }
            | Happening::Given { .. }
            | Happening::ThirdPartyAnswers { .. }
            | Happening::ThirdPartyHangsUp { .. }
            | Happening::ForOffer { .. }
            | Happening::ContactTick { .. }
            | Happening::RoutingTick => {}
        }
    }
}

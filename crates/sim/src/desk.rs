//! The agents by script.

use trunkline_acd::{AgentChoice, Input as RoutingInput, OfferEnd, Output as RoutingOutput};
use trunkline_contact::Input;
use trunkline_model::AgentId;

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

    /// Plans what an agent does about a decision of the queues on this contact.
    pub(crate) fn plan_agent(&mut self, slot: Option<Slot>, decided: &RoutingOutput) {
        match (decided, slot) {
            (RoutingOutput::Withdrawn { agent, reason, .. }, slot) => {
                self.plan_ready(slot, agent, *reason);
            }
            (RoutingOutput::Offer { agent, .. }, Some(slot)) => self.plan_offer(slot, &agent.id),
            (RoutingOutput::Connected { agent, .. }, Some(slot)) => {
                self.plan_conversation(slot, &agent.id);
            }
            (RoutingOutput::WrapUpStarted { agent, .. }, Some(slot)) => {
                self.plan_wrap_up(slot, agent);
            }
            // A contact that is over is no agent's any more.
            (
                RoutingOutput::Offer { .. }
                | RoutingOutput::Connected { .. }
                | RoutingOutput::WrapUpStarted { .. },
                None,
            )
            | (
                RoutingOutput::Queued { .. }
                | RoutingOutput::SkillsIgnored { .. }
                | RoutingOutput::AgentLost { .. }
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
                let Some(contact) = self.contact_id(slot) else { return };
                self.route(RoutingInput::WrapUp { agent, contact, code });
            }
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

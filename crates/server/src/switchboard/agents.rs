//! Agents at their phones: signed in while registered, rung, connected, lost (decisions 25, 26).

use std::collections::HashMap;
use std::time::Duration;

use trunkline_acd::{AgentChoice, AgentState, Input as Routing};
use trunkline_exchange::Input;
use trunkline_journal::Seat;
use trunkline_media::prompt::{Item, Prompt};
use trunkline_media::tone::Sine;
use trunkline_model::routing::AgentDetails;
use trunkline_model::{AgentId, ContactId};
use trunkline_telephony::call::Cause;
use trunkline_telephony::identity::Source;
use trunkline_telephony::registrar::Registration;
use trunkline_telephony::shell::{IncomingCall, KeptPhone};

use super::audio::TONE;
use super::legs::{CallLeg, LegId, Legs, Role};
use super::outgoing::{self, Way};
use super::parties::about;
use super::timers::Timer;
use super::{Switchboard, calls};
use crate::book::Phone;

/// The wrap-up code of agents who cannot choose one.
pub(super) const WRAPPED_UP: &str = "None";

/// The queues end an offer; the phone gives up a little later by itself, in milliseconds.
const RING_MARGIN_MS: u64 = 2_000;

/// How long agents are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// For one whose media is gone to come back (decision 26), in milliseconds.
    pub agent_return_ms: i64,
    /// For one without a desktop to wrap up where the tenant sets no time, in milliseconds.
    pub wrap_up_ms: i64,
}

impl Default for Waits {
    fn default() -> Self {
        Self { agent_return_ms: 20_000, wrap_up_ms: 30_000 }
    }
}

/// Agents and their phones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Devices {
    agents: HashMap<String, AgentId>,
    phones: HashMap<AgentId, String>,
    /// What agents were doing when an earlier run ended: they go on so when their phone is back.
    before: HashMap<AgentId, AgentChoice>,
}

impl Devices {
    /// Phones by the name under which they register, with their agents.
    pub(crate) fn new(phones: impl IntoIterator<Item = (String, AgentId)>) -> Self {
        let agents: HashMap<_, _> = phones.into_iter().collect();
        let phones = agents.iter().map(|(user, agent)| (agent.clone(), user.clone())).collect();
        Self { agents, phones, before: HashMap::new() }
    }

    /// Keeps what agents were doing in an earlier run.
    pub(super) fn remember(&mut self, seats: &[Seat]) {
        for input in seats.iter().flat_map(Seat::inputs) {
            if let Routing::SetState { agent, state } = input {
                self.before.insert(agent, state);
            }
        }
    }

    /// What an agent was doing in an earlier run; once.
    pub(super) fn before(&mut self, agent: &AgentId) -> Option<AgentChoice> {
        self.before.remove(agent)
    }

    /// The user of the agent's phone.
    pub(crate) fn phone_of(&self, agent: &AgentId) -> Option<&str> {
        self.phones.get(agent).map(String::as_str)
    }
}

/// What an agent hears before the caller: 440 Hz for a fifth of a second, softly.
fn whisper() -> Vec<Item> {
    tone(440.0, 200)
}

/// What a phone hears after a service code.
pub(super) fn confirmation() -> Vec<Item> {
    vec![Item::Silence(Duration::from_millis(200)), tone(600.0, 300).remove(0)]
}

/// What a caller hears before they are recorded.
pub(super) fn beep() -> Vec<Item> {
    tone(1_000.0, 300)
}

fn tone(frequency_hz: f64, length_ms: usize) -> Vec<Item> {
    let samples = Sine::new(frequency_hz, -16.0).take(length_ms * 8);
    vec![Item::Prompt(Prompt::from_samples(&samples))]
}

impl Switchboard {
    /// A phone has come or gone.
    pub(super) fn phone(&mut self, notice: Registration) {
        match notice {
            Registration::Registered { user } => {
                let Some(agent) = self.devices.agents.get(&user).cloned() else { return };
                tracing::info!(%agent, user, "phone registered");
                self.desks.mark(&agent);
                // Whoever has a desktop, or had one and comes back to it, signs in there.
                if self.desks.has_seat(&agent) || self.desks.expects(&agent) {
                    return;
                }
                self.sign_in(agent.clone());
                let state = self.devices.before.remove(&agent).unwrap_or(AgentChoice::Available);
                self.exchange(Input::Routing(Routing::SetState { agent, state }));
            }
            Registration::Unregistered { user } => {
                let Some(agent) = self.devices.agents.get(&user).cloned() else { return };
                tracing::info!(%agent, user, "phone gone");
                if self.desktop_lost_phone(&agent) {
                    return;
                }
                self.exchange(Input::Routing(Routing::SignOut { agent }));
            }
        }
    }

    /// A user's phones are to be found again after a crash.
    pub(super) fn keep_phones(&mut self, user: String, phones: Vec<KeptPhone>) {
        let now_ms = self.now_ms;
        let until_ms = |phone: &KeptPhone| {
            now_ms.saturating_add(i64::try_from(phone.binding.left_ms).unwrap_or(0))
        };
        let phones = phones.into_iter();
        let phones = phones.map(|phone| Phone { expires_ms: until_ms(&phone), phone }).collect();
        self.desks.keep_phones(user, phones);
    }

    /// Other phones belong to agents from now on: who has lost theirs is signed out, and one that
    /// is registered already counts.
    pub(super) fn set_phones(&mut self, phones: Vec<(String, AgentId)>) {
        let mut devices = Devices::new(phones);
        devices.before = std::mem::take(&mut self.devices.before);
        let old = std::mem::replace(&mut self.devices, devices);
        for (user, agent) in &old.agents {
            if self.devices.agents.get(user) != Some(agent) && !self.desktop_lost_phone(agent) {
                self.exchange(Input::Routing(Routing::SignOut { agent: agent.clone() }));
            }
        }
        let users = self.devices.agents.iter();
        let new = users.filter(|(user, agent)| old.agents.get(*user) != Some(*agent));
        let new: Vec<_> = new.map(|(user, _)| user.clone()).collect();
        for user in new {
            if !self.io.endpoint.bindings(&user).is_empty() {
                self.phone(Registration::Registered { user });
            }
        }
    }

    pub(super) fn sign_in(&mut self, agent: AgentId) {
        let session_id = uuid::Uuid::now_v7().to_string();
        self.exchange(Input::Routing(Routing::SignIn { agent, session_id, team: None }));
    }

    /// `*1` and `*0`: the agent's state, a tone, and good-bye.
    pub(super) fn service(&mut self, call: IncomingCall, state: AgentChoice) {
        let Source::Phone(user) = call.identity() else { return calls::refuse(call, 403) };
        let Some(agent) = self.devices.agents.get(user).cloned() else {
            return calls::refuse(call, 403);
        };
        let Some(leg) = self.accept(call, Role::Service) else { return };
        if let Some(AgentState::WrapUp { contact }) = self.exchange.routing().agent_state(&agent) {
            self.end_wrap_up(&agent, &contact);
        }
        self.exchange(Input::Routing(Routing::SetState { agent, state }));
        if let Some(leg) = self.legs.get_mut(leg) {
            leg.answer();
        }
    }

    /// Rings the agent's device: the page, or else all phones that are registered.
    pub(super) fn ring(
        &mut self,
        contact: ContactId,
        agent: &AgentDetails,
        ring_timeout_ms: u64,
        caller_id: Option<String>,
    ) {
        if self.desks.talks_by_page(&agent.id) {
            return self.ring_page(contact, &agent.id);
        }
        let user = self.devices.phone_of(&agent.id).unwrap_or_default().to_owned();
        let shown = caller_id.unwrap_or_else(|| self.ani_of(&contact));
        let target = outgoing::target(&shown, &user);
        let role = Role::Agent { contact: contact.clone(), agent: agent.id.clone() };
        let mut rung = 0;
        for binding in self.io.endpoint.bindings(&user) {
            let way = Way::Phone(Box::new(binding), target.clone());
            if let Some(leg) = self.dial(&way, role.clone(), ring_timeout_ms + RING_MARGIN_MS) {
                self.legs.line_mut(&contact).ringing.push(leg);
                rung += 1;
            }
        }
        if rung == 0 {
            tracing::warn!(%contact, agent = %agent.id, "the agent has no phone that can be rung");
            let agent = agent.id.clone();
            self.exchange(Input::Routing(Routing::LoseOffer { agent, contact }));
        }
    }

    pub(super) fn stop_ringing(&mut self, contact: &ContactId, agent: &AgentId) {
        self.end_ringing(contact, agent, None);
    }

    /// Ends the phones of an agent that ring for a contact, but one.
    fn end_ringing(&mut self, contact: &ContactId, agent: &AgentId, but: Option<LegId>) {
        let Some(line) = self.legs.line(contact) else { return };
        for id in line.ringing.clone() {
            let Some(leg) = self.legs.get_mut(id) else { continue };
            let is_theirs = matches!(&leg.role, Role::Agent { agent: it, .. } if it == agent);
            if is_theirs && Some(id) != but {
                leg.end(480);
            }
        }
    }

    /// A phone was picked up; the queues say whether in time.
    pub(super) fn agent_answered(&mut self, contact: ContactId, agent: AgentId) {
        self.exchange(Input::Routing(Routing::Answer { agent, contact }));
    }

    /// The queues took the answer: the agent hears a tone, then the caller.
    pub(super) fn connect(&mut self, contact: &ContactId, agent: &AgentId) {
        let Some(id) = answered_leg(&self.legs, contact, agent) else {
            tracing::warn!(%contact, %agent, "the agent answered and hung up at once");
            self.end_ringing(contact, agent, None);
            let (agent, contact) = (agent.clone(), contact.clone());
            return self.exchange(Input::AgentHungUp { contact, agent });
        };
        self.end_ringing(contact, agent, Some(id));
        let line = self.legs.line_mut(contact);
        line.ringing.retain(|ringing| *ringing != id);
        line.agent = Some(id);
        line.was_handled = true;
        if about(contact) != *contact {
            // Agents hear each other without a tone.
            if !self.legs.get(id).is_some_and(CallLeg::is_connected) {
                self.wait_for_agent(id);
            }
            return self.apply_arrangement(&about(contact));
        }
        self.legs.line_mut(contact).arranged = None;
        if self.legs.line(contact).is_some_and(|line| line.caller.is_none()) {
            // Their own call, which begins only now.
            return;
        }
        let Some(leg) = self.legs.get(id) else { return };
        leg.media.play(TONE, whisper());
        if !leg.is_connected() {
            // The page's audio does not stand yet, and the queue's music has ended.
            let music = self.hold_music();
            if let Some(caller) = self.legs.caller(contact) {
                caller.media.hold(music);
            }
            self.wait_for_agent(id);
        }
    }

    /// Caller and agent hear each other from now on.
    pub(super) fn bridge(&mut self, contact: &ContactId) {
        let Some(line) = self.legs.line(contact) else { return };
        if line.arranged.is_some() {
            return self.apply_arrangement(contact);
        }
        let (Some(caller), Some(agent)) = (line.caller, line.agent) else { return };
        let (Some(caller), Some(agent)) = (self.legs.get(caller), self.legs.get(agent)) else {
            return;
        };
        caller.media.bridge(&agent.media);
        self.legs.line_mut(contact).is_bridged = true;
        self.settle_hold(contact);
    }

    /// The conversation is over for the agent.
    pub(super) fn release(&mut self, contact: &ContactId, agent: &AgentId) {
        let Some(line) = self.legs.line(contact) else { return };
        let Some(id) = line.agent else { return };
        let Some(leg) = self.legs.get_mut(id) else { return };
        if matches!(&leg.role, Role::Agent { agent: it, .. } if it == agent) {
            leg.media.unbridge();
            leg.end(480);
            self.legs.line_mut(contact).agent = None;
            // Others may go on: they have been arranged without this agent already.
            if !self.goes_on_without(contact, agent) {
                self.alone(contact);
            }
        }
    }

    /// Agents at a phone cannot say when they have wrapped up, but by `*1` and `*0`.
    pub(super) fn end_wrap_up_later(&mut self, contact: ContactId, agent: AgentId) {
        self.timers.set(self.now_ms + self.waits.wrap_up_ms, Timer::WrapUpOver { contact, agent });
    }

    pub(super) fn end_wrap_up(&mut self, agent: &AgentId, contact: &ContactId) {
        let wraps_up = AgentState::WrapUp { contact: contact.clone() };
        if self.exchange.routing().agent_state(agent) == Some(wraps_up) {
            let (agent, contact) = (agent.clone(), contact.clone());
            let code = WRAPPED_UP.to_owned();
            self.exchange(Input::Routing(Routing::WrapUp { agent, contact, code }));
        }
    }

    /// An agent's leg is over: declined, failed, or hung up.
    pub(super) fn agent_leg_ended(
        &mut self,
        id: LegId,
        leg: &CallLeg,
        contact: &ContactId,
        agent: &AgentId,
        cause: &Cause,
    ) {
        let Some(line) = self.legs.line(contact) else { return };
        let is_talking = line.agent == Some(id);
        let others_ring = line
            .ringing
            .iter()
            .any(|other| *other != id && self.legs.get(*other).is_some_and(|leg| !leg.is_leaving));
        let line = self.legs.line_mut(contact);
        line.ringing.retain(|ringing| *ringing != id);
        if is_talking {
            line.agent = None;
            self.alone(contact);
        }
        let (agent, contact) = (agent.clone(), contact.clone());
        match cause {
            _ if leg.is_leaving => {}
            Cause::Lost { .. } if is_talking => {
                self.exchange(Input::Routing(Routing::LoseAgent { agent, contact }));
            }
            _ if is_talking => {
                self.before_end(&contact);
                self.exchange(Input::AgentHungUp { contact, agent });
            }
            _ if others_ring => {}
            Cause::Refused { status: 408 | 480 | 500..=599 } | Cause::NoMedia { .. } => {
                self.exchange(Input::Routing(Routing::LoseOffer { agent, contact }));
            }
            // RONA comes by the queues' own timer.
            Cause::NotAnswered => {}
            _ => self.exchange(Input::Routing(Routing::Decline { agent, contact })),
        }
    }

    /// The other side of a conversation holds or resumes: the one who waits hears music.
    pub(super) fn held(&mut self, id: LegId, is_held: bool) {
        let Some(leg) = self.legs.get_mut(id) else { return };
        leg.is_held = is_held;
        let (Role::Agent { contact, .. } | Role::Party { contact, .. }) = &leg.role else { return };
        let contact = contact.clone();
        self.settle_hold(&contact);
    }

    /// Nobody talks to the caller any more, who may have been on hold: what the flow plays is to be
    /// heard.
    pub(super) fn alone(&mut self, contact: &ContactId) {
        let line = self.legs.line_mut(contact);
        (line.is_bridged, line.is_on_hold, line.is_conference) = (false, false, false);
        line.arranged = None;
        if let Some(caller) = self.legs.caller(contact) {
            caller.media.unbridge();
            caller.media.resume();
        }
    }

    /// A caller to whom nobody can talk at the moment hears music.
    pub(super) fn settle_hold(&mut self, contact: &ContactId) {
        let Some(line) = self.legs.line(contact).filter(|line| line.is_bridged) else { return };
        // Somebody else is still heard there.
        if line.is_conference {
            return;
        }
        let others = [line.agent, line.party].into_iter().flatten();
        let is_away = |leg: &CallLeg| leg.is_held || leg.media_lost_ms.is_some();
        let mut others = others.filter_map(|id| self.legs.get(id));
        let waits = line.is_on_hold || others.any(is_away);
        let music = self.hold_music();
        let Some(caller) = self.legs.caller(contact) else { return };
        if waits { caller.media.hold(music) } else { caller.media.resume() }
    }

    /// No media comes from a phone any more: only an agent in conversation is waited for.
    pub(super) fn media_lost(&mut self, id: LegId) {
        let Some(leg) = self.legs.get(id) else { return };
        let Role::Agent { contact, agent } = &leg.role else { return };
        let contact = contact.clone();
        let is_talking = self.legs.line(&contact).is_some_and(|line| line.agent == Some(id));
        if leg.is_held || !is_talking {
            return;
        }
        tracing::warn!(%contact, %agent, "no media comes from the agent");
        self.wait_for_agent(id);
        self.settle_hold(&contact);
        self.desks.touch(&contact);
    }

    /// The agent of this leg cannot be heard: they have a while to come back (decision 26).
    pub(super) fn wait_for_agent(&mut self, id: LegId) {
        let now_ms = self.now_ms;
        if let Some(leg) = self.legs.get_mut(id) {
            leg.media_lost_ms = Some(now_ms);
            self.timers.set(now_ms + self.waits.agent_return_ms, Timer::AgentLost { leg: id });
        }
    }

    pub(super) fn media_back(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(id) else { return };
        leg.media_lost_ms = None;
        let Role::Agent { contact, .. } = &leg.role else { return };
        let contact = contact.clone();
        self.settle_hold(&contact);
        self.desks.touch(&contact);
    }

    pub(super) fn agent_did_not_come_back(&mut self, id: LegId) {
        let Some(leg) = self.legs.get(id) else { return };
        let Role::Agent { contact, agent } = &leg.role else { return };
        // Media may have come and gone again since: that has a timer of its own.
        let since_ms = self.now_ms - self.waits.agent_return_ms;
        if leg.media_lost_ms.is_some_and(|lost_ms| lost_ms <= since_ms) {
            let (agent, contact) = (agent.clone(), contact.clone());
            self.exchange(Input::Routing(Routing::LoseAgent { agent, contact }));
        }
    }
}

/// The leg by which an agent answered a contact.
fn answered_leg(legs: &Legs, contact: &ContactId, agent: &AgentId) -> Option<LegId> {
    let is_it = |id: &LegId| {
        legs.get(*id).is_some_and(|leg| {
            let is_theirs = matches!(&leg.role, Role::Agent { agent: it, .. } if it == agent);
            is_theirs && leg.is_answered && !leg.is_leaving
        })
    };
    legs.line(contact)?.ringing.iter().copied().find(is_it)
}

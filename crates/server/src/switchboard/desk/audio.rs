//! The audio of pages: offered when a contact rings, and anew when a page was loaded again, has
//! lost it, or another tab takes it over.

use trunkline_acd::Input as Routing;
use trunkline_desk::ToDesk;
use trunkline_exchange::Input;
use trunkline_model::{AgentId, ContactId};

use super::super::Switchboard;
use super::super::legs::{CallLeg, LegId, Role};
use super::super::signalling::{PageCall, Signalling};
use super::desktop::PageId;

/// A desktop whose pages are gone for longer than this is not rung: a page that is loaded anew is
/// back sooner, in milliseconds.
const PAGE_RETURN_MS: i64 = 5_000;

/// How often a connection is offered anew to pages that could not make it.
const MAX_OFFERS: u8 = 10;

/// The two beeps before a contact is answered by itself.
pub(in super::super) const AUTO_ANSWER: u32 = u32::MAX - 1;

impl Switchboard {
    /// A contact is offered to an agent who talks by a page.
    pub(in super::super) fn ring_page(&mut self, contact: ContactId, agent: &AgentId) {
        let now_ms = self.now_ms;
        let desktop = self.desks.desktop_mut(agent);
        let is_gone = desktop.gone_since_ms.is_some_and(|it| now_ms - it > PAGE_RETURN_MS);
        let leg = if is_gone { None } else { self.open_page_leg(&contact, agent) };
        let Some(leg) = leg else {
            tracing::warn!(%contact, %agent, "the agent has no page that can be rung");
            let agent = agent.clone();
            return self.exchange(Input::Routing(Routing::LoseOffer { agent, contact }));
        };
        self.legs.line_mut(&contact).ringing.push(leg);
        self.offer_audio(agent, leg);
    }

    fn open_page_leg(&mut self, contact: &ContactId, agent: &AgentId) -> Option<LegId> {
        let id = self.legs.fresh_id();
        let opened = self.io.engine.open_browser(id.0);
        let failed = |error: &_| tracing::error!(%contact, "no audio for a page: {error}");
        // The first offer is made again when it is known which page gets it.
        let (media, _) = opened.inspect_err(failed).ok()?;
        let role = Role::Agent { contact: contact.clone(), agent: agent.clone() };
        let call = PageCall::new(id, self.io.events.clone());
        self.legs.add(id, CallLeg::new(role, media, Signalling::Page(call)));
        Some(id)
    }

    /// Offers a leg's audio to the page that has the agent's audio now. One that comes later is
    /// offered it then.
    fn offer_audio(&mut self, agent: &AgentId, id: LegId) {
        let page = self.desks.desktop(agent).and_then(|desktop| desktop.audio_page());
        let page = page.map(|page| page.tell.clone());
        let (Some(page), Some(leg)) = (page, self.legs.get_mut(id)) else { return };
        let Signalling::Page(call) = &mut leg.signalling else { return };
        match leg.media.offer() {
            Ok(sdp) => call.offer(page, sdp),
            Err(error) => tracing::error!(%agent, "no audio for a page: {error}"),
        }
    }

    /// The audio has another page, or the same one loaded anew: what goes on is offered to it.
    /// `is_fresh`: whatever connection there was has ended with its page.
    pub(super) fn audio_again(&mut self, agent: &AgentId, is_fresh: bool) {
        let Some(id) = self.page_leg(agent) else { return };
        let Some(leg) = self.legs.get(id) else { return };
        let stands = leg.is_connected() && leg.media_lost_ms.is_none();
        if stands && !is_fresh {
            return;
        }
        let Role::Agent { contact, .. } = &leg.role else { return };
        let contact = contact.clone();
        let is_talking = self.legs.line(&contact).is_some_and(|line| line.agent == Some(id));
        if is_talking && leg.media_lost_ms.is_none() {
            self.wait_for_agent(id);
        }
        self.offer_audio(agent, id);
        self.settle_hold(&contact);
    }

    /// The agent's leg at a page, which rings or talks.
    fn page_leg(&self, agent: &AgentId) -> Option<LegId> {
        let task = self.desks.task(agent)?;
        let line = self.legs.line(&task.contact)?;
        let is_theirs = |id: &LegId| {
            self.legs.get(*id).is_some_and(|leg| {
                let is_it = matches!(&leg.role, Role::Agent { agent: it, .. } if it == agent);
                is_it && !leg.is_leaving && leg.signalling.page().is_some()
            })
        };
        line.agent.into_iter().chain(line.ringing.iter().copied()).find(is_theirs)
    }

    /// The page that has the agent's audio is gone, or is back: whether it can be heard is known
    /// sooner then.
    pub(super) fn suspect_page(&self, agent: &AgentId, is_suspect: bool) {
        if let Some(leg) = self.page_leg(agent).and_then(|id| self.legs.get(id)) {
            leg.media.suspect(is_suspect);
        }
    }

    pub(super) fn audio_answered(&mut self, agent: &AgentId, page: PageId, name: &str, sdp: &str) {
        let Some(id) = PageCall::leg_of(name).filter(|id| self.page_leg(agent) == Some(*id)) else {
            return;
        };
        let Some(leg) = self.legs.get(id) else { return };
        let Some(tell) = self.desks.desktop_mut(agent).page_mut(page).map(|it| it.tell.clone())
        else {
            return;
        };
        // Another tab may have taken the audio in between.
        if !leg.signalling.page().is_some_and(|call| call.is_with(&tell)) {
            return;
        }
        if let Err(error) = leg.media.answer(sdp) {
            tracing::warn!(%agent, "the answer of a page to an audio offer: {error}");
            let (code, text) = ("bad-audio-answer".to_owned(), error.to_string());
            // A page that does not read is let go with the next view.
            let _ = tell.try_send(ToDesk::Refused { code, text });
        }
    }

    pub(super) fn audio_failed(&mut self, agent: &AgentId, name: &str, why: &str) {
        let shown: String = why.chars().take(200).collect();
        tracing::warn!(%agent, "a page has no audio: {shown:?}");
        let Some(id) = PageCall::leg_of(name).filter(|id| self.page_leg(agent) == Some(*id)) else {
            return;
        };
        if let Some(task) = self.desks.task_mut(agent) {
            task.has_no_audio = true;
        }
        let call = self.legs.get(id).and_then(|leg| leg.signalling.page());
        if call.is_some_and(|call| call.offers < MAX_OFFERS) {
            self.audio_again(agent, true);
        }
    }

    /// A page's audio flows.
    pub(in super::super) fn page_connected(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(id) else { return };
        let Some(call) = leg.signalling.page_mut() else { return };
        call.is_connected = true;
        leg.media.suspect(false);
        leg.media_lost_ms = None;
        let Role::Agent { contact, agent } = &leg.role else { return };
        let (contact, agent) = (contact.clone(), agent.clone());
        if let Some(task) = self.desks.task_mut(&agent) {
            task.has_no_audio = false;
        }
        let Some(leg) = self.legs.get(id) else { return };
        let rings = !leg.is_answered;
        if rings && self.is_outdial(&contact) && self.legs.caller(&contact).is_none() {
            // Whoever asked for the call is there.
            self.answer_by_itself(&contact, &agent);
        } else if rings && self.answers_by_itself(&agent) {
            let mut beeps = super::super::agents::beep();
            beeps.extend(super::super::agents::confirmation());
            if let Some(leg) = self.legs.get(id) {
                leg.media.play(AUTO_ANSWER, beeps);
            }
        }
        self.settle_hold(&contact);
        self.desks.touch(&contact);
    }

    fn answers_by_itself(&self, agent: &AgentId) -> bool {
        let tenant = &self.exchange.site().tenant;
        let known = tenant.agent(agent.as_str());
        let profile = known.and_then(|agent| tenant.desktop_profile(agent));
        profile.is_some_and(|profile| profile.auto_answer)
    }

    /// The beeps are over.
    pub(in super::super) fn answer_by_itself(&mut self, contact: &ContactId, agent: &AgentId) {
        // Whoever was quicker, or has left, was heard already.
        let _ = self.desk_answer(agent, contact.as_str());
    }
}

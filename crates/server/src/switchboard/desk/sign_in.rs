//! Signing in at a desktop and out; desktops elsewhere; sitting down again after a restart.

use trunkline_acd::{AgentChoice, AgentState as Routed, Input as Routing};
use trunkline_desk::{Device, Gone, Named, Reason, Refusal, SignIn, StateKind, ToDesk};
use trunkline_exchange::Input;
use trunkline_model::{AgentId, TeamId};

use super::super::Switchboard;
use super::desktop::browser_of;
use super::teams::teams_of;
use crate::book::Seat;

/// The longest name of a desktop, and of its tab, in bytes.
const MAX_NAME: usize = 128;

impl Switchboard {
    pub(super) fn desk_sign_in(&mut self, agent: &AgentId, wanted: &SignIn) -> Result<(), Refusal> {
        for (field, text) in [("tab", &wanted.tab), ("label", &wanted.label)] {
            if text.is_empty() || text.len() > MAX_NAME {
                let problem = format!("expected a text of 1 to {MAX_NAME} bytes").into();
                return Err(Refusal::Invalid { field: field.to_owned(), problem });
            }
        }
        let team = self.team_for(agent, wanted.team.as_deref())?;
        self.check_device(agent, wanted.device)?;
        if let Some(elsewhere) = self.elsewhere(agent, &wanted.tab).filter(|_| !wanted.take_over) {
            return Err(Refusal::Elsewhere(elsewhere));
        }
        let desktop = self.desks.desktop_mut(agent);
        let before = desktop.seat.clone();
        if desktop.task.is_some() {
            // Whoever talks keeps team and device; what remains is another desktop for the same.
            let same_device = before.as_ref().is_none_or(|seat| seat.device == wanted.device);
            let fits_phone = before.is_some() || wanted.device == Device::SipPhone;
            if !same_device || !fits_phone {
                return Err(Refusal::NotNow(Reason::DeviceLater));
            }
        }
        let since_ms = self.now_ms;
        let seat = Seat {
            team: TeamId::new(team.id.clone()),
            device: wanted.device,
            browser: browser_of(&wanted.tab).to_owned(),
            label: wanted.label.clone(),
            since_ms,
        };
        self.route_sign_in(agent, &seat)?;
        self.take_seat(agent, seat, Some(&wanted.tab));
        Ok(())
    }

    fn team_for(&self, agent: &AgentId, wanted: Option<&str>) -> Result<Named, Refusal> {
        let tenant = &self.exchange.site().tenant;
        let known = tenant.agent(agent.as_str()).ok_or(Refusal::NoAgent)?;
        let teams = teams_of(tenant, known);
        let Some(first) = teams.first() else { return Err(Refusal::NoTeam) };
        let Some(wanted) = wanted else { return Ok(first.clone()) };
        let found = teams.iter().find(|team| team.id == wanted || team.name == wanted);
        found.cloned().ok_or(Refusal::NotYourTeam)
    }

    fn check_device(&self, agent: &AgentId, device: Device) -> Result<(), Refusal> {
        match device {
            Device::Browser if self.desks.settings.has_browsers => Ok(()),
            Device::Browser => Err(Refusal::Device(Reason::NoBrowserAudio)),
            Device::SipPhone => match self.devices.phone_of(agent) {
                None => Err(Refusal::Device(Reason::NoPhone)),
                Some(user) if self.io.endpoint.bindings(user).is_empty() => {
                    Err(Refusal::Device(Reason::PhoneNotRegistered))
                }
                Some(_) => Ok(()),
            },
        }
    }

    /// Signs the agent in to the queues. One who is with a contact keeps team and state.
    fn route_sign_in(&mut self, agent: &AgentId, seat: &Seat) -> Result<(), Refusal> {
        let desktop = self.desks.desktop(agent);
        if desktop.is_some_and(|desktop| desktop.task.is_some()) {
            return Ok(());
        }
        // A domain without teams has one of its own, and takes no other name for it.
        let team =
            Some(seat.team.clone()).filter(|_| !self.exchange.site().tenant.teams.is_empty());
        let session_id = uuid::Uuid::now_v7().to_string();
        let agent = agent.clone();
        self.exchange(Input::Routing(Routing::SignIn { agent: agent.clone(), session_id, team }));
        match self.exchange.routing().agent_state(&agent) {
            None | Some(Routed::SignedOut) => Err(Refusal::Unavailable(Reason::NotTaken)),
            Some(_) => Ok(()),
        }
    }

    /// The agent is at this desktop from now on; the one before is let go.
    fn take_seat(&mut self, agent: &AgentId, seat: Seat, tab: Option<&str>) {
        tracing::info!(%agent, device = ?seat.device, team = %seat.team, "signed in at a desktop");
        self.desks.book.sit(agent, &seat);
        self.desks.before.remove(agent);
        let label = seat.label.clone();
        let now_ms = self.now_ms;
        let desktop = self.desks.desktop_mut(agent);
        let browser = seat.browser.clone();
        desktop.seat = Some(seat);
        let elsewhere = trunkline_desk::Elsewhere {
            label,
            since_ms: now_ms,
            talking_since_ms: desktop.task.as_ref().and_then(|task| task.answered_ms),
        };
        for page in &mut desktop.pages {
            let Some(its_tab) = &page.tab else { continue };
            let was_outside =
                std::mem::replace(&mut page.is_outside, browser_of(its_tab) != browser);
            if page.is_outside && !was_outside {
                let why = Gone::Elsewhere { elsewhere: elsewhere.clone() };
                // One that does not read is gone anyway.
                let _ = page.tell.try_send(ToDesk::SignedOut { why });
            }
        }
        desktop.is_given_up = false;
        let is_alone = !desktop.pages.iter().any(|page| !page.is_outside);
        desktop.gone_since_ms = is_alone.then_some(now_ms);
        // Pages that were outside have seen nothing of this.
        desktop.shown = None;
        let has_moved = desktop.audio.as_deref() != tab;
        if let Some(tab) = tab {
            desktop.audio = Some(tab.to_owned());
        }
        if has_moved {
            self.audio_again(agent, true);
        }
        self.desks.mark(agent);
    }

    /// After a restart a page comes back whose agent was signed in there.
    pub(super) fn sit_again(&mut self, agent: &AgentId, tab: &str) {
        let known = self.desks.before.get(agent);
        let Some(seat) = known.filter(|seat| seat.browser == browser_of(tab)).cloned() else {
            return;
        };
        if self.desks.has_seat(agent) {
            return;
        }
        if let Err(refusal) = self.route_sign_in(agent, &seat) {
            return tracing::warn!(%agent, "does not sit there again: {refusal}");
        }
        let state = self.devices.before(agent);
        self.take_seat(agent, seat, None);
        if let Some(state) = state.filter(|state| !is_signed_in_code(state)) {
            let agent = agent.clone();
            self.exchange(Input::Routing(Routing::SetState { agent, state }));
        }
    }

    pub(super) fn desk_sign_out(&mut self, agent: &AgentId) -> Result<(), Refusal> {
        let desktop = self.desks.desktop_mut(agent);
        match desktop.state.kind {
            StateKind::SignedOut => return Err(Refusal::SignedOut),
            StateKind::Offered | StateKind::Engaged | StateKind::WrapUp => {
                return Err(Refusal::NotNow(Reason::ContactFirst));
            }
            StateKind::Idle | StateKind::Available | StateKind::Rona => {}
        }
        self.exchange(Input::Routing(Routing::SignOut { agent: agent.clone() }));
        Ok(())
    }

    /// The queues have signed the agent out.
    pub(super) fn leave_seat(&mut self, agent: &AgentId) {
        let desktop = self.desks.desktop_mut(agent);
        desktop.gone_since_ms = None;
        if desktop.seat.take().is_some() {
            tracing::info!(%agent, "signed out");
            desktop.audio = None;
            desktop.shown = None;
            self.desks.book.leave(agent);
        }
    }
}

/// Whether it says no more than that somebody has signed in.
fn is_signed_in_code(choice: &AgentChoice) -> bool {
    matches!(choice, AgentChoice::Idle { code } if code == trunkline_acd::SIGNED_IN)
}

//! Desktops that have vanished: no page is there any more, and nobody has signed out.

use trunkline_acd::{AgentChoice, Input as Routing};
use trunkline_desk::{Device, StateKind};
use trunkline_exchange::Input;
use trunkline_model::AgentId;

use super::super::Switchboard;

impl Switchboard {
    /// Looks after desktops without a page: first the agent becomes Idle, then is signed out. In
    /// a call by the browser the media tell (decision 26); one by a SIP phone goes on.
    pub(super) fn look_after_vanished(&mut self) {
        let now_ms = self.now_ms;
        let settings = &self.desks.settings;
        let (idle_after_ms, sign_out_after_ms) =
            (settings.idle_after_ms, settings.sign_out_after_ms);
        let mut given_up = Vec::new();
        let mut gone = Vec::new();
        for (agent, desktop) in &self.desks.desktops {
            let Some(since_ms) = desktop.gone_since_ms else { continue };
            let is_talking = matches!(desktop.state.kind, StateKind::Offered | StateKind::Engaged);
            if is_talking {
                continue;
            }
            if now_ms - since_ms >= sign_out_after_ms {
                gone.push(agent.clone());
            } else if now_ms - since_ms >= idle_after_ms && !desktop.is_given_up {
                given_up.push(agent.clone());
            }
        }
        given_up.into_iter().for_each(|agent| self.give_up(&agent));
        gone.into_iter().for_each(|agent| self.sign_out_vanished(&agent));
        if now_ms >= self.desks.before_until_ms {
            for (agent, _) in std::mem::take(&mut self.desks.before) {
                self.desks.book.leave(&agent);
            }
        }
    }

    fn give_up(&mut self, agent: &AgentId) {
        self.desks.desktop_mut(agent).is_given_up = true;
        tracing::warn!(%agent, "no page of the desktop is there any more: the agent becomes Idle");
        self.idle_for_lost_connection(agent);
    }

    fn sign_out_vanished(&mut self, agent: &AgentId) {
        tracing::warn!(%agent, "no page of the desktop came back: the agent is signed out");
        if let Some(contact) = self.desks.task(agent).map(|task| task.contact.clone()) {
            self.save_drafts(&contact);
        }
        self.exchange(Input::Routing(Routing::SignOut { agent: agent.clone() }));
    }

    fn idle_for_lost_connection(&mut self, agent: &AgentId) {
        let state = AgentChoice::Idle { code: trunkline_acd::LOST_CONNECTION.to_owned() };
        self.exchange(Input::Routing(Routing::SetState { agent: agent.clone(), state }));
    }

    /// The agent's SIP phone is gone. Says whether there is a desktop that goes on without it.
    pub(in super::super) fn desktop_lost_phone(&mut self, agent: &AgentId) -> bool {
        let Some(desktop) = self.desks.desktop(agent) else { return false };
        let Some(seat) = &desktop.seat else { return false };
        let is_ready = matches!(desktop.state.kind, StateKind::Available | StateKind::Idle);
        if seat.device == Device::SipPhone && is_ready {
            self.idle_for_lost_connection(agent);
        }
        self.desks.mark(agent);
        true
    }
}

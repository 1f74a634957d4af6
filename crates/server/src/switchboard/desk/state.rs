//! The agent chooses a state: at once, or for after the contact.

use trunkline_acd::{AgentChoice, Input as Routing};
use trunkline_desk::{Choice, Device, Refusal, StateKind};
use trunkline_exchange::Input;
use trunkline_model::AgentId;

use super::super::Switchboard;

impl Switchboard {
    pub(super) fn choose_state(&mut self, agent: &AgentId, choice: Choice) -> Result<(), Refusal> {
        let state = match &choice {
            Choice::Available => self.check_available(agent).map(|()| AgentChoice::Available)?,
            Choice::Idle { code } => {
                self.check_idle_code(agent, code)?;
                AgentChoice::Idle { code: code.clone() }
            }
        };
        match self.desks.desktop_mut(agent).state.kind {
            StateKind::SignedOut => return Err(Refusal::SignedOut),
            StateKind::Offered => {
                return Err(Refusal::NotNow("answer or decline first".to_owned()));
            }
            StateKind::Engaged
            | StateKind::WrapUp
            | StateKind::Idle
            | StateKind::Available
            | StateKind::Rona => {}
        }
        self.exchange(Input::Routing(Routing::SetState { agent: agent.clone(), state }));
        Ok(())
    }

    /// Who talks by a page needs one that has the audio.
    fn check_available(&self, agent: &AgentId) -> Result<(), Refusal> {
        let Some(desktop) = self.desks.desktop(agent) else { return Err(Refusal::SignedOut) };
        let is_browser = desktop.seat.as_ref().is_some_and(|seat| seat.device == Device::Browser);
        if is_browser && desktop.audio_page().is_none() {
            let text = "no tab has the audio; move it to this one".to_owned();
            return Err(Refusal::Device(text));
        }
        Ok(())
    }

    fn check_idle_code(&self, agent: &AgentId, code: &str) -> Result<(), Refusal> {
        let tenant = &self.exchange.site().tenant;
        let known = tenant.agent(agent.as_str()).ok_or(Refusal::NoAgent)?;
        if tenant.idle_codes_of(known).iter().any(|it| it.id == code) {
            return Ok(());
        }
        let problem = "there is no such idle code; choose one of the list".to_owned();
        Err(Refusal::Invalid { field: "code".to_owned(), problem })
    }

    /// After the contact it is as if nothing had been chosen.
    pub(super) fn clear_next(&mut self, agent: &AgentId) -> Result<(), Refusal> {
        self.exchange(Input::Routing(Routing::ClearNext { agent: agent.clone() }));
        Ok(())
    }
}

//! The agent chooses a state: at once, or for after the contact.

use trunkline_acd::{AgentChoice, Input as Routing};
use trunkline_desk::{Choice, Device, Reason, Refusal, StateKind};
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
                return Err(Refusal::NotNow(Reason::AnswerOrDecline));
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
            return Err(Refusal::Device(Reason::NoAudioTab));
        }
        Ok(())
    }

    fn check_idle_code(&self, agent: &AgentId, code: &str) -> Result<(), Refusal> {
        let tenant = &self.exchange.site().tenant;
        let known = tenant.agent(agent.as_str()).ok_or(Refusal::NoAgent)?;
        if tenant.idle_codes_of(known).iter().any(|it| it.id == code) {
            return Ok(());
        }
        Err(Refusal::Invalid { field: "code".to_owned(), problem: Reason::WrongIdleCode })
    }

    /// After the contact it is as if nothing had been chosen.
    pub(super) fn clear_next(&mut self, agent: &AgentId) -> Result<(), Refusal> {
        self.exchange(Input::Routing(Routing::ClearNext { agent: agent.clone() }));
        Ok(())
    }
}

//! After the conversation: codes, more time, the end.

use trunkline_acd::{AgentState, Input as Routing};
use trunkline_desk::{Reason, Refusal, StateKind, WrapUpAction};
use trunkline_exchange::Input;
use trunkline_model::tenant::desktop::Code;
use trunkline_model::{AgentId, ContactId};

use super::super::Switchboard;
use super::super::timers::Timer;

/// Wrap-up that ends by its time is ended here a moment before, so that what was typed is saved,
/// in milliseconds.
const BEFORE_END_MS: i64 = 100;

impl Switchboard {
    pub(super) fn desk_wrap_up(
        &mut self,
        agent: &AgentId,
        contact: &str,
        action: WrapUpAction,
    ) -> Result<(), Refusal> {
        let task = self.task_for(agent, contact)?;
        match action {
            WrapUpAction::Code { code } => {
                self.wrap_up_code(agent, &code)?;
                if let Some(task) = self.desks.task_mut(agent) {
                    task.code = Some(code);
                }
                Ok(())
            }
            WrapUpAction::Extend => self.extend_wrap_up(agent, &task.contact),
            WrapUpAction::Done { code } => {
                if self.desks.desktop(agent).map(|it| it.state.kind) != Some(StateKind::WrapUp) {
                    return Err(Refusal::NotNow(Reason::ConversationGoesOn));
                }
                let code = match code {
                    Some(code) => self.wrap_up_code(agent, &code)?,
                    None => self.chosen_code(agent),
                };
                self.finish_wrap_up(agent, &task.contact, &code);
                Ok(())
            }
        }
    }

    /// The codes that the agent may choose for the present contact.
    pub(super) fn wrap_up_codes(&self, agent: &AgentId) -> Vec<Code> {
        let tenant = &self.exchange.site().tenant;
        let Some(known) = tenant.agent(agent.as_str()) else { return Vec::new() };
        let queue = self.desks.task(agent).and_then(|task| task.queue.as_ref());
        let queue = queue.and_then(|queue| tenant.queue(queue.as_str()));
        tenant.wrap_up_codes_of(known, queue)
    }

    fn wrap_up_code(&self, agent: &AgentId, id: &str) -> Result<Code, Refusal> {
        let found = self.wrap_up_codes(agent).into_iter().find(|code| code.id == id);
        found.ok_or_else(|| Refusal::Invalid {
            field: "code".to_owned(),
            problem: Reason::WrongWrapUpCode,
        })
    }

    /// The code that the agent has chosen, or else the one that is taken when nobody chooses.
    fn chosen_code(&self, agent: &AgentId) -> Code {
        let codes = self.wrap_up_codes(agent);
        let chosen = self.desks.task(agent).and_then(|task| task.code.clone());
        let found = chosen.and_then(|id| codes.iter().find(|code| code.id == id));
        let usual = || codes.iter().find(|code| code.default).or_else(|| codes.first());
        let none = || Code {
            id: super::super::agents::WRAPPED_UP.to_owned(),
            name: super::super::agents::WRAPPED_UP.to_owned(),
            names: std::collections::BTreeMap::new(),
            default: true,
        };
        found.or_else(usual).cloned().unwrap_or_else(none)
    }

    fn finish_wrap_up(&mut self, agent: &AgentId, contact: &ContactId, code: &Code) {
        self.save_drafts(contact);
        if let Some(entry) = self.desks.entries.get_mut(contact) {
            entry.wrap_up = Some(code.name.clone());
        }
        self.note_customer(contact);
        let (agent, contact) = (agent.clone(), contact.clone());
        // The name, as Webex's reports and flows have it.
        let code = code.name.clone();
        self.exchange(Input::Routing(Routing::WrapUp { agent, contact, code }));
    }

    /// Wrap-up ends by itself then; for an agent at a desktop this looks after what they typed.
    pub(super) fn watch_wrap_up(&mut self, contact: &ContactId, agent: &AgentId, until_ms: i64) {
        if self.desks.has_seat(agent) {
            let (contact, agent) = (contact.clone(), agent.clone());
            self.timers.set(until_ms - BEFORE_END_MS, Timer::WrapUpDue { contact, agent });
        }
    }

    /// The time for wrap-up is nearly over.
    pub(in super::super) fn wrap_up_due(&mut self, agent: &AgentId, contact: &ContactId) {
        let desktop = self.desks.desktop(agent);
        let is_wrapping_up = desktop.is_some_and(|it| it.state.kind == StateKind::WrapUp);
        let has_it = desktop.is_some_and(|it| it.task_of(contact.as_str()).is_some());
        let until_ms = self.wrap_up_until_ms(agent);
        let Some(until_ms) = until_ms.filter(|_| is_wrapping_up && has_it) else { return };
        if until_ms - BEFORE_END_MS > self.now_ms {
            return self.watch_wrap_up(contact, agent, until_ms);
        }
        let code = self.chosen_code(agent);
        self.finish_wrap_up(agent, contact, &code);
    }

    /// When the agent's wrap-up ends by itself; none where it waits for the agent.
    pub(super) fn wrap_up_until_ms(&self, agent: &AgentId) -> Option<i64> {
        let view = self.exchange.routing().agent_view(agent)?;
        let is_wrapping_up = matches!(view.state, AgentState::WrapUp { .. });
        view.until_ms.filter(|_| is_wrapping_up)
    }

    fn extend_wrap_up(&mut self, agent: &AgentId, contact: &ContactId) -> Result<(), Refusal> {
        let before_ms = self.wrap_up_until_ms(agent);
        let (agent_id, contact) = (agent.clone(), contact.clone());
        self.exchange(Input::Routing(Routing::ExtendWrapUp { agent: agent_id, contact }));
        if self.wrap_up_until_ms(agent) > before_ms {
            return Ok(());
        }
        Err(Refusal::NotNow(Reason::NoMoreTime))
    }
}

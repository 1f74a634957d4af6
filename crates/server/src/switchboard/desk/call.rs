//! The agent in a conversation: hold, keys, the end.

use trunkline_contact::Act;
use trunkline_desk::{Keys, Reason, Refusal};
use trunkline_exchange::Input;
use trunkline_model::AgentId;

use super::super::Switchboard;
use super::super::parties::about;
use super::desktop::Task;

/// How long each key lasts that an agent presses, and the pause after it (RFC 4733 leaves both
/// open; what exchanges understand everywhere), in milliseconds.
const KEY_MS: u16 = 100;

/// The most keys at a time.
const MAX_KEYS: usize = 32;

impl Switchboard {
    /// The agent's conversation, if it is one and goes on.
    fn talk_of(&self, agent: &AgentId, contact: &str) -> Result<Task, Refusal> {
        let task = self.task_for(agent, contact)?;
        if task.answered_ms.is_none() {
            return Err(Refusal::NotNow(Reason::AnswerFirst));
        }
        if task.ended_ms.is_some() {
            return Err(Refusal::NotNow(Reason::ConversationOver));
        }
        Ok(task)
    }

    pub(super) fn desk_hold(&mut self, agent: &AgentId, contact: &str) -> Result<(), Refusal> {
        self.talk_of(agent, contact)?;
        let now_ms = self.now_ms;
        if let Some(task) = self.desks.task_mut(agent) {
            task.held_since_ms.get_or_insert(now_ms);
        }
        self.act(agent, contact, Act::Hold)
    }

    pub(super) fn desk_resume(&mut self, agent: &AgentId, contact: &str) -> Result<(), Refusal> {
        self.talk_of(agent, contact)?;
        if let Some(task) = self.desks.task_mut(agent) {
            task.held_since_ms = None;
        }
        self.act(agent, contact, Act::Resume)
    }

    pub(super) fn desk_keys(
        &mut self,
        agent: &AgentId,
        contact: &str,
        keys: &Keys,
    ) -> Result<(), Refusal> {
        let task = self.talk_of(agent, contact)?;
        let digits = keys.digits.as_str();
        let is_key = |key: char| matches!(key, '0'..='9' | '*' | '#' | 'A'..='D');
        if digits.is_empty() || digits.len() > MAX_KEYS || !digits.chars().all(is_key) {
            let problem = format!("expected 1 to {MAX_KEYS} of 0-9, *, #, A-D").into();
            return Err(Refusal::Invalid { field: "digits".to_owned(), problem });
        }
        let legs = self.hearers_of_keys(agent, &about(&task.contact));
        let mut legs = legs.into_iter().filter_map(|id| self.legs.get(id)).peekable();
        if legs.peek().is_none() {
            return Err(Refusal::NotNow(Reason::NobodyHears));
        }
        for leg in legs {
            let sent = leg.media.send_keys(digits, KEY_MS, KEY_MS);
            sent.map_err(|error| Refusal::NotNow(error.to_string().into()))?;
        }
        Ok(())
    }

    /// Mutes the agent, whose device may have no key for that.
    pub(super) fn desk_mute(
        &mut self,
        agent: &AgentId,
        contact: &str,
        is_muted: bool,
    ) -> Result<(), Refusal> {
        let task = self.talk_of(agent, contact)?;
        let leg = self.legs.line(&task.contact).and_then(|line| line.agent);
        let Some(leg) = leg.and_then(|leg| self.legs.get(leg)) else {
            return Err(Refusal::NotNow(Reason::NotConnected));
        };
        leg.media.mute(is_muted);
        if let Some(task) = self.desks.task_mut(agent) {
            task.is_muted = is_muted;
        }
        Ok(())
    }

    pub(super) fn desk_end(&mut self, agent: &AgentId, contact: &str) -> Result<(), Refusal> {
        let task = self.talk_of(agent, contact)?;
        let (contact, agent) = (task.contact, agent.clone());
        self.before_end(&contact);
        self.exchange(Input::AgentHungUp { contact, agent });
        Ok(())
    }
}

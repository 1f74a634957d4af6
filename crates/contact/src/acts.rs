//! What agents do in a conversation: hold, swap, confer, drop; consults and transfers begin here.

use trunkline_acd::Leaving;
use trunkline_model::AgentId;
use trunkline_model::number::normalise;
use trunkline_model::tenant::Tenant;

use crate::contact::{Contact, Phase};
use crate::conversation::{Act, ActRefusal, Conversation, Destination, Stage};
use crate::output::Output;
use crate::steps;

/// The most consults, and the most transfers to entry points, of one contact.
pub(crate) const MAX_CONSULTS: u32 = 200;

impl Contact {
    /// The contact's conversation with its agents, while there is one.
    #[must_use]
    pub fn conversation(&self) -> Option<&Conversation> {
        self.talk.as_ref()
    }

    /// Whether an agent may do this now.
    ///
    /// # Errors
    /// Why not.
    pub fn may(&self, agent: &AgentId, act: &Act) -> Result<(), ActRefusal> {
        let talk = self.talk.as_ref().ok_or(ActRefusal::NoConversation)?;
        talk.may(agent, act)?;
        match act {
            Act::Consult { to } | Act::Transfer { to: Some(to) } => {
                if self.consults.max(self.moves) >= MAX_CONSULTS {
                    return Err(ActRefusal::TooOften);
                }
                let is_consult = matches!(act, Act::Consult { .. });
                self.may_reach(agent, to, is_consult)
            }
            Act::PauseRecording | Act::ResumeRecording => self.may_pause_recording(),
            Act::Hold
            | Act::Resume
            | Act::Swap
            | Act::EndConsult
            | Act::Conference
            | Act::Drop
            | Act::End
            | Act::Transfer { to: None } => Ok(()),
        }
    }

    fn may_reach(
        &self,
        agent: &AgentId,
        to: &Destination,
        is_consult: bool,
    ) -> Result<(), ActRefusal> {
        let tenant = &self.site.tenant;
        match to {
            Destination::Agent(id) if id == agent => Err(ActRefusal::Yourself),
            Destination::Agent(id) => {
                let is_known = tenant.agents.iter().any(|agent| agent.id == *id);
                if is_known { Ok(()) } else { Err(ActRefusal::UnknownTarget) }
            }
            Destination::Queue(id) => {
                let is_known = tenant.queue(id.as_str()).is_some();
                if is_known { Ok(()) } else { Err(ActRefusal::UnknownTarget) }
            }
            Destination::EntryPoint(id) => {
                let entry = tenant.entry_point(id.as_str()).ok_or(ActRefusal::UnknownTarget)?;
                if is_consult && entry.dnis.is_empty() {
                    return Err(ActRefusal::NoNumber);
                }
                self.site.flow_of(entry).map(|_| ()).ok_or(ActRefusal::UnknownTarget)
            }
            Destination::Number { number, .. } => {
                dialled(tenant, number).map(|_| ()).ok_or(ActRefusal::WrongNumber)
            }
        }
    }

    /// An agent does something. What does not fit has no effect.
    pub(crate) fn acted(&mut self, agent: &AgentId, act: Act) {
        if let Err(refusal) = self.may(agent, &act) {
            return self.step(|_| steps::act_refused(agent, &refusal));
        }
        match act {
            Act::Hold => self.hold(agent),
            Act::Resume => self.resume(agent),
            Act::Consult { to } => self.begin_consult(agent, to),
            Act::Swap => self.swap(agent),
            Act::EndConsult => self.end_consult(agent),
            Act::Conference => self.confer(agent),
            Act::Drop => self.drop_consulted(agent),
            Act::End => self.disconnect("agent"),
            Act::Transfer { to: Some(to) } => self.hand_over(agent, to),
            Act::Transfer { to: None } => self.hand_over_to_consulted(agent),
            Act::PauseRecording => self.pause_recording(agent),
            Act::ResumeRecording => self.resume_recording(Some(agent)),
        }
    }

    fn hold(&mut self, agent: &AgentId) {
        let Some(talk) = self.talk.as_mut() else { return };
        let what = if talk.is_conference() {
            talk.stepped_out.push(agent.clone());
            "stepped_out"
        } else {
            (talk.is_on_hold, talk.since_ms) = (true, self.now_ms);
            "held"
        };
        self.step(|_| steps::agent(agent, what));
        self.arrange();
    }

    fn resume(&mut self, agent: &AgentId) {
        let Some(talk) = self.talk.as_mut() else { return };
        talk.stepped_out.retain(|it| it != agent);
        if !talk.is_conference() {
            (talk.is_on_hold, talk.since_ms) = (false, self.now_ms);
        }
        self.step(|_| steps::agent(agent, "resumed"));
        self.arrange();
    }

    fn swap(&mut self, agent: &AgentId) {
        let Some(talk) = self.talk.as_mut() else { return };
        let Some(consult) = talk.consult.as_mut() else { return };
        let is_away = consult.stage == Stage::Active;
        consult.stage = if is_away { Stage::Away } else { Stage::Active };
        consult.since_ms = self.now_ms;
        (talk.is_on_hold, talk.since_ms) = (!is_away, self.now_ms);
        self.step(|_| steps::agent(agent, "swapped"));
        self.arrange();
    }

    fn confer(&mut self, agent: &AgentId) {
        let Some(talk) = self.talk.as_mut() else { return };
        let Some(consult) = talk.consult.as_mut() else { return };
        (consult.stage, consult.since_ms) = (Stage::Joined, self.now_ms);
        (talk.is_on_hold, talk.since_ms) = (false, self.now_ms);
        let joined = consult.agent.as_ref().map(|agent| agent.id.clone());
        // They wrap up too when it is over, and the contact waits for that.
        if let Some(joined) = &joined {
            self.begin_work(joined);
        }
        self.step(|_| steps::agent(agent, "conferenced"));
        self.arrange();
    }

    fn drop_consulted(&mut self, agent: &AgentId) {
        self.step(|_| steps::agent(agent, "dropped"));
        self.leave_consult(Leaving::WrapsUp);
        self.arrange();
    }

    /// Tells the shell who hears whom, if that has changed.
    pub(crate) fn arrange(&mut self) {
        let Some(talk) = &self.talk else { return };
        let arrangement = talk.arrangement();
        if self.arranged.as_ref() == Some(&arrangement) {
            return;
        }
        self.arranged = Some(arrangement.clone());
        self.want(Output::Arrange(arrangement));
    }

    /// Agent and caller hear each other: an answer says so by itself.
    pub(crate) fn begin_talk(&mut self, agent: AgentId) {
        let talk = Conversation::new(agent, self.now_ms);
        self.phase = Phase::Talking;
        self.arranged = Some(talk.arrangement());
        self.talk = Some(talk);
    }

    pub(crate) fn end_talk(&mut self) {
        (self.talk, self.arranged) = (None, None);
    }
}

/// A number as it is dialled; none if nobody could.
pub fn dialled(tenant: &Tenant, number: &str) -> Option<String> {
    let is_filler = |c: &char| matches!(c, ' ' | '-' | '.' | '(' | ')');
    let bare: String = number.chars().filter(|c| !is_filler(c)).collect();
    let number = normalise(&bare, &tenant.numbers);
    let digits = number.strip_prefix('+').unwrap_or(&number);
    let is_key = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#');
    let fits = !digits.is_empty() && digits.len() <= 32 && digits.chars().all(is_key);
    fits.then_some(number)
}

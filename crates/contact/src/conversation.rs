//! A conversation with agents: who is in it, who hears whom, and what each agent may do.
//!
//! The contact knows its parties as plain data. From them follows an [`Arrangement`], which says
//! who hears whom: it is told to the shell whenever it changes, and whole, so that a shell need
//! only make it so, whatever was before. The caller hears somebody or music, never silence.
//!
//! - One agent **has** the contact. They hold, consult, swap, confer, transfer.
//! - A **consult** is a conversation beside it, with an agent, somebody in a queue, a number, or an
//!   entry point, which is called by its number as Webex does (CONSULT_TO_EP_DN). It has a name
//!   of its own for the queues ([`consult_name`]): whoever is asked for
//!   it is offered that name.
//! - In a **conference** caller, agent and the one who was consulted hear each other. Each agent
//!   may step out of it and come back.
//! - When the agent who has the contact goes and another is left in a conference, that one has it.
//!
//! A consult that was no conference leaves nothing to wrap up for the one who was consulted. The
//! agent who hands a contact over wraps up. No event flow runs for any of it: Webex's events have
//! none; ContactLastAgentRemoved runs when an agent leaves a caller alone, not when they hand the
//! caller over.

use serde::{Deserialize, Serialize};
use trunkline_model::routing::AgentDetails;
use trunkline_model::{AgentId, ContactId, EntryPointId, QueueId};

/// Between a contact's id and the number of its consult.
const CONSULT: &str = "/consult/";

/// The name under which a contact's consult is known to the queues.
#[must_use]
pub fn consult_name(contact: &ContactId, number: u32) -> ContactId {
    ContactId::new(format!("{contact}{CONSULT}{number}"))
}

/// The contact and the number of a consult's name; none for the id of a contact.
#[must_use]
pub fn consult_of(name: &ContactId) -> Option<(ContactId, u32)> {
    let (contact, number) = name.as_str().rsplit_once(CONSULT)?;
    Some((ContactId::new(contact), number.parse().ok()?))
}

/// Where a consult or a transfer goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// An agent.
    Agent(AgentId),
    /// Whoever answers in a queue.
    Queue(QueueId),
    /// An entry point: its flow begins.
    EntryPoint(EntryPointId),
    /// A number.
    Number {
        /// As typed.
        number: String,
        /// The number that is shown there; none for what the contact's legs show.
        caller_id: Option<String>,
    },
}

/// Something that an agent does in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The caller hears music. In a conference: the agent steps out of it.
    Hold,
    /// The caller hears the agent again. In a conference: the agent comes back.
    Resume,
    /// Asks somebody, while the caller hears music.
    Consult {
        /// Whom.
        to: Destination,
    },
    /// Talks to the other of the two.
    Swap,
    /// Ends the consult and talks to the caller.
    EndConsult,
    /// All three hear each other.
    Conference,
    /// The one who was consulted is to leave the conference.
    Drop,
    /// The caller is to go: the call is over, for everybody.
    End,
    /// Without a consult: the caller goes there now. With one: the caller and the one who was
    /// consulted go on without the agent; `to` is none then.
    Transfer {
        /// Where to.
        to: Option<Destination>,
    },
    /// Nothing of what is said is recorded from now on; the recording has silence in its place.
    PauseRecording,
    /// It is recorded again.
    ResumeRecording,
}

/// Somebody on a line of the contact.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Who called, or was called.
    Caller,
    /// An agent.
    Agent(AgentId),
    /// A number that was called for this contact, by the id of the call.
    Number(u32),
}

/// Who hears whom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrangement {
    /// They hear each other; two or three, or nobody.
    pub together: Vec<Party>,
    /// Each hears music.
    pub waiting: Vec<Party>,
    /// Each hears nothing; with [`Arrangement::rings`], the tone of ringing.
    pub alone: Vec<Party>,
    /// Whether somebody is being rung for those who are alone.
    pub rings: bool,
}

/// How far a consult is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// It rings there, or waits in a queue.
    Ringing,
    /// The agent talks there, the caller hears music.
    Active,
    /// The agent talks to the caller, the one who was consulted hears music.
    Away,
    /// A conference of three.
    Joined,
}

/// A conversation beside the one with the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consult {
    pub(crate) number: u32,
    pub(crate) to: Destination,
    pub(crate) stage: Stage,
    pub(crate) agent: Option<AgentDetails>,
    pub(crate) leg: Option<u32>,
    pub(crate) began_ms: i64,
    pub(crate) since_ms: i64,
}

/// The contact's conversation with its agents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    pub(crate) owner: AgentId,
    pub(crate) is_on_hold: bool,
    pub(crate) consult: Option<Consult>,
    /// Agents who stepped out of the conference.
    pub(crate) stepped_out: Vec<AgentId>,
    pub(crate) since_ms: i64,
}

/// Why something that an agent did does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActRefusal {
    /// Agent and caller are not in a conversation.
    #[error("this contact is in no conversation; nothing to do")]
    NoConversation,
    /// Another agent has the contact.
    #[error("another agent has this contact")]
    NotYours,
    /// The caller is on hold already, or the agent has stepped out.
    #[error("the caller is on hold already; resume first")]
    OnHold,
    /// Nobody is on hold.
    #[error("nobody is on hold; nothing to resume")]
    NotOnHold,
    /// A consult goes on.
    #[error("a consult goes on; end it first")]
    ConsultGoesOn,
    /// There is no consult.
    #[error("nobody is consulted; consult somebody first")]
    NoConsult,
    /// Whoever is consulted has not answered.
    #[error("nobody has answered the consult yet; wait, or end it")]
    NotAnswered,
    /// Three are all that a conference takes.
    #[error("the conference is full: three take part already")]
    ConferenceFull,
    /// It is only there in a conference.
    #[error("there is no conference; begin one first")]
    NoConference,
    /// There is nobody of that kind.
    #[error("the target does not exist in this tenant; choose another")]
    UnknownTarget,
    /// Agents cannot ask themselves.
    #[error("this is yourself; choose somebody else")]
    Yourself,
    /// A number of nothing that could be dialled.
    #[error("this number cannot be dialled: use digits, `*`, `#`, and `+` before them")]
    WrongNumber,
    /// The contact went from agent to agent too often.
    #[error("this contact was consulted about or handed over too often; talk to the caller")]
    TooOften,
    /// An entry point is consulted by its number, and this one has none.
    #[error("this entry point has no number that could be called; transfer to it, or give it one")]
    NoNumber,
    /// Nothing is recorded that could be paused.
    #[error("this call is not recorded; nothing to pause")]
    NotRecorded,
    /// The queue does not allow it.
    #[error("recordings of this queue must not be paused")]
    MayNotPause,
}

impl Consult {
    /// Its number in this contact: 1, 2, 3, …
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Whom the agent asked for.
    #[must_use]
    pub fn to(&self) -> &Destination {
        &self.to
    }

    /// How far it is.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The agent who was offered it, or answered.
    #[must_use]
    pub fn agent(&self) -> Option<&AgentDetails> {
        self.agent.as_ref()
    }

    /// When it began, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn began_ms(&self) -> i64 {
        self.began_ms
    }

    /// Since when it is at its stage, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn since_ms(&self) -> i64 {
        self.since_ms
    }

    pub(crate) fn is_with(&self, agent: &AgentId) -> bool {
        self.agent.as_ref().is_some_and(|it| it.id == *agent)
    }
}

impl Conversation {
    pub(crate) fn new(owner: AgentId, now_ms: i64) -> Self {
        let (consult, stepped_out) = (None, Vec::new());
        Self { owner, is_on_hold: false, consult, stepped_out, since_ms: now_ms }
    }

    /// The agent who has the contact.
    #[must_use]
    pub fn owner(&self) -> &AgentId {
        &self.owner
    }

    /// Whether the caller hears music.
    #[must_use]
    pub fn is_on_hold(&self) -> bool {
        self.is_on_hold
    }

    /// The consult, a conference included.
    #[must_use]
    pub fn consult(&self) -> Option<&Consult> {
        self.consult.as_ref()
    }

    /// Whether the agent is in the conference and has stepped out of it.
    #[must_use]
    pub fn has_stepped_out(&self, agent: &AgentId) -> bool {
        self.stepped_out.contains(agent)
    }

    /// Since when the caller is on hold or not, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn since_ms(&self) -> i64 {
        self.since_ms
    }

    pub(crate) fn stage(&self) -> Option<Stage> {
        self.consult.as_ref().map(|consult| consult.stage)
    }

    /// Whether three hear each other, or could if nobody had stepped out.
    #[must_use]
    pub fn is_conference(&self) -> bool {
        self.stage() == Some(Stage::Joined)
    }

    /// Whether the caller would not be alone if this agent went.
    pub(crate) fn goes_on_without(&self, agent: &AgentId) -> bool {
        self.is_conference() && self.is_in(agent)
    }

    /// Whether the agent has the contact or takes part in the conference.
    pub(crate) fn is_in(&self, agent: &AgentId) -> bool {
        let helps = |it: &Consult| it.stage == Stage::Joined && it.is_with(agent);
        self.owner == *agent || self.consult.as_ref().is_some_and(helps)
    }

    /// The other side of the consult; none as long as nobody has answered.
    pub(crate) fn consulted(&self) -> Option<Party> {
        let consult = self.consult.as_ref().filter(|it| it.stage != Stage::Ringing)?;
        let agent = consult.agent.as_ref().map(|agent| Party::Agent(agent.id.clone()));
        agent.or(consult.leg.map(Party::Number))
    }

    /// Who hears whom now.
    pub(crate) fn arrangement(&self) -> Arrangement {
        let owner = Party::Agent(self.owner.clone());
        let mut it = Arrangement::default();
        match (self.stage(), self.consulted()) {
            (Some(Stage::Active), Some(other)) => {
                it.together = vec![owner, other];
                it.waiting = vec![Party::Caller];
            }
            (Some(Stage::Away), Some(other)) => {
                it.together = vec![Party::Caller, owner];
                it.waiting = vec![other];
            }
            (Some(Stage::Joined), Some(other)) => self.arrange_conference(owner, other, &mut it),
            (stage, _) if self.is_on_hold => {
                it.waiting = vec![Party::Caller];
                it.alone = vec![owner];
                it.rings = stage.is_some();
            }
            (_, _) => it.together = vec![Party::Caller, owner],
        }
        it
    }

    fn arrange_conference(&self, owner: Party, other: Party, it: &mut Arrangement) {
        for party in [owner, other] {
            match &party {
                Party::Agent(agent) if self.stepped_out.contains(agent) => it.alone.push(party),
                Party::Agent(_) | Party::Caller | Party::Number(_) => {
                    it.together.push(party);
                }
            }
        }
        match it.together.is_empty() {
            true => it.waiting.push(Party::Caller),
            false => it.together.insert(0, Party::Caller),
        }
    }

    /// Whether the act fits how the conversation stands; targets are looked at elsewhere.
    pub(crate) fn may(&self, agent: &AgentId, act: &Act) -> Result<(), ActRefusal> {
        if !self.is_in(agent) {
            return Err(ActRefusal::NotYours);
        }
        let is_for_all =
            matches!(act, Act::Hold | Act::Resume | Act::PauseRecording | Act::ResumeRecording);
        if self.owner != *agent && !is_for_all {
            return Err(ActRefusal::NotYours);
        }
        match act {
            Act::Hold => self.may_hold(agent),
            Act::Resume => self.may_resume(agent),
            Act::Consult { .. } => match self.stage() {
                None => Ok(()),
                Some(Stage::Joined) => Err(ActRefusal::ConferenceFull),
                Some(Stage::Ringing | Stage::Active | Stage::Away) => {
                    Err(ActRefusal::ConsultGoesOn)
                }
            },
            Act::Swap | Act::Conference => match self.answered()? {
                Stage::Joined => Err(ActRefusal::ConferenceFull),
                Stage::Ringing | Stage::Active | Stage::Away => Ok(()),
            },
            Act::EndConsult => match self.stage() {
                None | Some(Stage::Joined) => Err(ActRefusal::NoConsult),
                Some(Stage::Ringing | Stage::Active | Stage::Away) => Ok(()),
            },
            Act::Drop if !self.is_conference() => Err(ActRefusal::NoConference),
            Act::Drop | Act::End | Act::PauseRecording | Act::ResumeRecording => Ok(()),
            Act::Transfer { to: None } => self.answered().map(|_| ()),
            Act::Transfer { to: Some(_) } => match self.consult {
                None => Ok(()),
                Some(_) => Err(ActRefusal::ConsultGoesOn),
            },
        }
    }

    fn may_hold(&self, agent: &AgentId) -> Result<(), ActRefusal> {
        match self.stage() {
            Some(Stage::Ringing | Stage::Active | Stage::Away) => Err(ActRefusal::ConsultGoesOn),
            Some(Stage::Joined) if self.stepped_out.contains(agent) => Err(ActRefusal::OnHold),
            None if self.is_on_hold => Err(ActRefusal::OnHold),
            None | Some(Stage::Joined) => Ok(()),
        }
    }

    fn may_resume(&self, agent: &AgentId) -> Result<(), ActRefusal> {
        match self.stage() {
            Some(Stage::Ringing | Stage::Active | Stage::Away) => Err(ActRefusal::ConsultGoesOn),
            Some(Stage::Joined) if !self.stepped_out.contains(agent) => Err(ActRefusal::NotOnHold),
            None if !self.is_on_hold => Err(ActRefusal::NotOnHold),
            None | Some(Stage::Joined) => Ok(()),
        }
    }

    fn answered(&self) -> Result<Stage, ActRefusal> {
        match self.stage() {
            None => Err(ActRefusal::NoConsult),
            Some(Stage::Ringing) => Err(ActRefusal::NotAnswered),
            Some(stage @ (Stage::Active | Stage::Away | Stage::Joined)) => Ok(stage),
        }
    }
}

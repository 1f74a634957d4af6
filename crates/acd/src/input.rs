//! What happens to a routing domain: everything that can change who gets which contact.
//!
//! Inputs are journalled in the order in which they were handled; the same inputs at the same
//! times give the same outputs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use trunkline_model::routing::{Priority, Relaxation, SkillRequirement};
use trunkline_model::tenant::routing::SkillValue;
use trunkline_model::{AgentId, ContactId, QueueId, TeamId};

/// One thing that happened, for [`Routing::handle`](crate::Routing::handle).
///
/// An input that does not fit the state is answered with
/// [`Output::Refused`](crate::Output::Refused) and changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Time has passed: see [`Routing::wake_at`](crate::Routing::wake_at).
    Tick,
    /// An agent signs in and becomes Idle. An agent who is signed in already gets the new session
    /// and keeps the state, unless another team is chosen, which needs a free agent.
    SignIn {
        /// Who.
        agent: AgentId,
        /// The desktop session, unique per sign-in.
        session_id: String,
        /// The team for this session; the agent's first one when left out.
        team: Option<TeamId>,
    },
    /// An agent signs out. An offer goes back to its queue; a conversation is finished first, and
    /// its wrap-up is left out.
    SignOut {
        /// Who.
        agent: AgentId,
    },
    /// An agent chooses a state. While the agent is offered a contact, in a conversation or in
    /// wrap-up, the choice is pending and takes effect afterwards.
    SetState {
        /// Who.
        agent: AgentId,
        /// What the agent wants to be.
        state: AgentChoice,
    },
    /// What is pending for an agent is taken back.
    ClearNext {
        /// Who.
        agent: AgentId,
    },
    /// An operator changes an agent's skills, at once: also for contacts that wait already.
    SetAgentSkills {
        /// Who.
        agent: AgentId,
        /// All skills that the agent has now.
        skills: BTreeMap<String, SkillValue>,
    },
    /// An operator moves an agent to another team, at once. The agent keeps state, contact and
    /// place among the Available; who is signed out will sign in there.
    SetAgentTeam {
        /// Who.
        agent: AgentId,
        /// The team.
        team: TeamId,
    },
    /// A contact joins a queue. One that waits already (or is being offered) is moved and loses
    /// its place.
    Enqueue {
        /// Which contact.
        contact: ContactId,
        /// The queue to join.
        queue: QueueId,
        /// Its priority among all contacts that an agent could take.
        priority: Priority,
        /// The skills that it needs, all of them; used by skills-based queues only.
        skills: Vec<SkillRequirement>,
        /// What it needs later on, one after the other.
        #[serde(default)]
        relaxations: Vec<Relaxation>,
        /// When it was first enqueued, if it keeps an earlier place; now when left out.
        first_enqueued_ms: Option<i64>,
        /// Skip the distribution groups in which nobody is Available for this contact.
        check_availability: bool,
    },
    /// A contact is queued to one agent (Queue To Agent): if the agent is Available, the contact is
    /// offered to them, before all contacts of queues. It is answered with
    /// [`Output::Reply`](crate::Output::Reply).
    EnqueueToAgent {
        /// Which contact.
        contact: ContactId,
        /// What the asker calls this question.
        ask: u32,
        /// Whom it is for.
        agent: AgentId,
        /// The queue on whose account it waits: its longest time in queue counts.
        queue: QueueId,
        /// Its priority among all contacts that wait for this agent.
        priority: Priority,
        /// Whether it waits for an agent who is signed in, but not Available.
        park: bool,
        /// The queue for a contact that the agent does not take: they are not Available and it is
        /// not parked, or they let it ring, turn it down or sign out, or it has waited too long.
        recovery: Option<QueueId>,
    },
    /// Changes the priority of a contact that waits or is being offered.
    SetPriority {
        /// Which contact.
        contact: ContactId,
        /// Its new priority.
        priority: Priority,
    },
    /// Replaces the skills that a waiting (or offered) contact needs, now and later on.
    SetSkills {
        /// Which contact.
        contact: ContactId,
        /// Its new requirements.
        skills: Vec<SkillRequirement>,
    },
    /// Lets more distribution groups join before their time, for a contact that waits or is being
    /// offered.
    Escalate {
        /// Which contact.
        contact: ContactId,
        /// How far.
        to: GroupStep,
        /// What the asker calls this question: then it is answered with
        /// [`Output::Reply`](crate::Output::Reply), also when it is refused.
        #[serde(default)]
        ask: Option<u32>,
    },
    /// The caller hung up or the flow took the contact away: it leaves its queue, its offer ends,
    /// the agent of its conversation goes to wrap-up.
    Withdraw {
        /// Which contact.
        contact: ContactId,
    },
    /// The agent accepts the offer.
    Answer {
        /// Who.
        agent: AgentId,
        /// The contact on offer.
        contact: ContactId,
    },
    /// The agent turns the offer down and is set to RONA.
    Decline {
        /// Who.
        agent: AgentId,
        /// The contact on offer.
        contact: ContactId,
    },
    /// The agent's device failed while it rang: the agent becomes Idle
    /// ([`LOST_CONNECTION`](crate::LOST_CONNECTION)).
    LoseOffer {
        /// Who.
        agent: AgentId,
        /// The contact on offer.
        contact: ContactId,
    },
    /// The agent's device is gone for good in the middle of a conversation: the agent becomes Idle
    /// and the contact goes back to its queue with its first enqueue time and priority, at most
    /// [`MAX_RETURNS`](crate::limits::MAX_RETURNS) times (D26).
    LoseAgent {
        /// Who.
        agent: AgentId,
        /// The contact of the conversation.
        contact: ContactId,
    },
    /// The agent leaves the conversation and goes to wrap-up.
    HangUp {
        /// Who.
        agent: AgentId,
        /// The contact of the conversation.
        contact: ContactId,
    },
    /// The contact is over: as [`Withdraw`](Input::Withdraw). Refused, without harm, when the
    /// agent hung up first.
    ContactEnded {
        /// Which contact.
        contact: ContactId,
    },
    /// An agent is asked by name: the device rings for a contact that waits in no queue. The agent
    /// must be Available or Idle.
    Ask {
        /// The contact: one that an agent hands over or calls, or the name of a consult.
        contact: ContactId,
        /// Who is asked.
        agent: AgentId,
        /// The queue that offers show; none for a contact that came from none.
        queue: Option<QueueId>,
        /// Whether it is the agent's own call: then they are not set to RONA.
        is_own: bool,
    },
    /// A contact or a consult is over for whoever has it: its place in a queue, its offer or its
    /// conversation ends.
    Part {
        /// The contact, or the name of a consult.
        contact: ContactId,
        /// What becomes of an agent who has answered.
        leaving: Leaving,
    },
    /// The agent who answered a consult has the contact from now on; the consult is over. Whoever
    /// had the contact leaves it.
    TakeOver {
        /// The contact.
        contact: ContactId,
        /// The name of the consult.
        consult: ContactId,
        /// What becomes of the agent who had the contact.
        leaving: Leaving,
    },
    /// The agent needs [more time](crate::limits::WRAP_UP_EXTENSION_MS) to wrap up.
    ExtendWrapUp {
        /// Who.
        agent: AgentId,
        /// The contact that is wrapped up.
        contact: ContactId,
    },
    /// The agent finishes wrap-up.
    WrapUp {
        /// Who.
        agent: AgentId,
        /// The contact that was wrapped up.
        contact: ContactId,
        /// The wrap-up code.
        code: String,
    },
}

/// A state that an agent may choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentChoice {
    /// Ready for a contact.
    Available,
    /// Signed in, not ready.
    Idle {
        /// The idle code, why.
        code: String,
    },
}

/// How far [`Input::Escalate`] widens (Escalate Call Distribution Group).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupStep {
    /// The next group joins now.
    Next,
    /// All groups join now.
    Last,
}

/// What becomes of an agent who leaves a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leaving {
    /// Nothing is to be written: they are what they chose, or were, before.
    Free,
    /// They wrap up.
    WrapsUp,
    /// Their device was lost: they become Idle ([`LOST_CONNECTION`](crate::LOST_CONNECTION)).
    Lost,
}

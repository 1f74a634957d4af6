//! What happens to a routing domain: everything that can change who gets which contact.
//!
//! Inputs are journalled in the order in which they were handled; the same inputs at the same
//! times give the same outputs.

use serde::{Deserialize, Serialize};
use trunkline_model::routing::{Priority, SkillRequirement};
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
        /// When it was first enqueued, if it keeps an earlier place; now when left out.
        first_enqueued_ms: Option<i64>,
        /// Skip the distribution groups in which nobody is Available for this contact.
        check_availability: bool,
    },
    /// Changes the priority of a contact that waits or is being offered.
    SetPriority {
        /// Which contact.
        contact: ContactId,
        /// Its new priority.
        priority: Priority,
    },
    /// Replaces the skills that a waiting (or offered) contact needs: skill relaxation.
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

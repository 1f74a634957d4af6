//! What a routing domain decided.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use trunkline_model::routing::{AgentDetails, RoutingReply};
use trunkline_model::{AgentId, ContactId, QueueId};

use crate::input::Input;
use crate::refusal::{Refusal, SkillProblem};

/// One decision or change, from [`Routing::poll`](crate::Routing::poll).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// A contact joined a queue. An [`Offer`](Output::Offer) may follow at once.
    Queued {
        /// Which contact.
        contact: ContactId,
        /// Its queue.
        queue: QueueId,
        /// Its place in that queue, 1 is next.
        position: u32,
        /// Contacts that wait in the queue, this one included.
        waiting: u32,
        /// The distribution group that serves it now, 1 is the first; earlier ones go on serving.
        current_group: u32,
        /// How many groups the queue has.
        total_groups: u32,
    },
    /// What a contact asked for.
    Reply {
        /// Which contact.
        contact: ContactId,
        /// What the asker called the question.
        ask: u32,
        /// The answer.
        reply: RoutingReply,
    },
    /// A contact that waited for an agent waits in its recovery queue now.
    /// [`Queued`](Output::Queued) follows.
    SentToRecovery {
        /// Which contact.
        contact: ContactId,
        /// The recovery queue.
        queue: QueueId,
    },
    /// The contact's skill requirements cannot be used: it goes to the longest available agent.
    SkillsIgnored {
        /// Which contact.
        contact: ContactId,
        /// What is wrong with them.
        problem: SkillProblem,
    },
    /// An agent's device is to ring.
    Offer {
        /// The contact on offer.
        contact: ContactId,
        /// Who gets it.
        agent: Arc<AgentDetails>,
        /// RONA after so many milliseconds from now.
        ring_timeout_ms: u64,
        /// How long the contact has waited since it was first enqueued, in milliseconds.
        waited_ms: i64,
    },
    /// An offer ended without a conversation: the device is to stop ringing.
    Withdrawn {
        /// The contact that was on offer.
        contact: ContactId,
        /// Whom it was offered to.
        agent: AgentId,
        /// Why.
        reason: OfferEnd,
        /// Whether the contact is back in its queue, at its old place.
        requeued: bool,
    },
    /// The agent answered: contact and agent are to be joined.
    Connected {
        /// Which contact.
        contact: ContactId,
        /// Who answered.
        agent: Arc<AgentDetails>,
    },
    /// The agent's device was lost in a conversation.
    AgentLost {
        /// The contact that is alone now.
        contact: ContactId,
        /// Who was lost.
        agent: AgentId,
        /// Whether the contact is back in its queue; if not, it has been so too often and goes to
        /// the fallback destination.
        requeued: bool,
    },
    /// The agent who answered a consult has the contact now; the consult is over.
    TakenOver {
        /// The contact.
        contact: ContactId,
        /// The name of the consult.
        consult: ContactId,
        /// Who has it now.
        agent: Arc<AgentDetails>,
    },
    /// The conversation is over for the agent, who has nothing to wrap up.
    Parted {
        /// The contact, or the name of a consult.
        contact: ContactId,
        /// Who.
        agent: AgentId,
    },
    /// The conversation is over for the agent, who now wraps it up.
    WrapUpStarted {
        /// The contact.
        contact: ContactId,
        /// Who.
        agent: AgentId,
        /// Wrap-up ends by itself after so many milliseconds.
        auto_end_ms: Option<u64>,
    },
    /// Wrap-up takes longer.
    WrapUpExtended {
        /// The contact.
        contact: ContactId,
        /// Who.
        agent: AgentId,
        /// Wrap-up ends by itself after so many milliseconds from now.
        auto_end_ms: u64,
    },
    /// Wrap-up is over.
    WrapUpEnded {
        /// The contact.
        contact: ContactId,
        /// Who.
        agent: AgentId,
        /// The wrap-up code; none when the timer or a sign-out ended it.
        code: Option<String>,
    },
    /// An agent's state changed.
    AgentState {
        /// Who.
        agent: AgentId,
        /// The new state.
        state: AgentState,
    },
    /// What an agent will be when they are free again, or that nothing is chosen any more. A choice
    /// that has taken effect is told by [`AgentState`](Output::AgentState) alone.
    AgentNext {
        /// Who.
        agent: AgentId,
        /// The choice.
        next: Option<NextState>,
    },
    /// A contact waited as long as its queue allows and has left it.
    TimedOut {
        /// Which contact.
        contact: ContactId,
        /// The queue that it left.
        queue: QueueId,
        /// The number to transfer it to, if the queue has one.
        overflow_number: Option<String>,
    },
    /// An input did not fit the state and changed nothing.
    Refused {
        /// The input.
        input: Box<Input>,
        /// Why.
        reason: Refusal,
    },
}

/// Why an offer ended without a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferEnd {
    /// The agent did not answer in time and is now set to RONA.
    Rona,
    /// The agent turned it down and is now set to RONA.
    Declined,
    /// The caller hung up, or the contact was taken away or moved. The agent is free again and
    /// keeps the place among those who are Available.
    ContactLeft,
    /// The agent signed out.
    AgentLeft,
    /// The agent's device failed; the agent is Idle.
    DeviceFailed,
}

/// What an agent will be when they are free again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextState {
    /// Ready for a contact.
    Available,
    /// Signed in, not ready.
    Idle {
        /// The idle code, why.
        code: String,
    },
    /// Signed out.
    SignedOut,
}

/// What an agent is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// Not signed in.
    SignedOut,
    /// Signed in, not ready.
    Idle {
        /// The idle code, why.
        code: String,
    },
    /// Ready for a contact.
    Available {
        /// Since when, in milliseconds of the domain's clock.
        since_ms: i64,
    },
    /// The device rings.
    Reserved {
        /// The contact on offer.
        contact: ContactId,
    },
    /// In a conversation.
    Engaged {
        /// The contact.
        contact: ContactId,
    },
    /// After a conversation.
    WrapUp {
        /// The contact that is wrapped up.
        contact: ContactId,
    },
    /// Did not answer (redirection on no answer); stays so until the agent chooses a state.
    Rona,
}

//! What happens to a contact. These are what is journalled: they alone decide what it does.

use serde::{Deserialize, Serialize};
use trunkline_acd::OfferEnd;
use trunkline_model::call::CallRecording;
use trunkline_model::prompt::PlayFailure;
use trunkline_model::routing::AgentDetails;
use trunkline_model::{AgentId, QueueId};

use crate::consult::ConsultNews;
use crate::conversation::Act;

/// Something that happened to a contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// Something that its flow waited for: an answer, the end of a prompt, a key, time.
    Flow(trunkline_flow::Input),
    /// The caller hung up.
    CallerHungUp,
    /// An agent is being rung.
    Offered {
        /// The agent.
        agent: AgentDetails,
        /// How long it rings, in milliseconds.
        ring_timeout_ms: u64,
    },
    /// The ringing ended without an answer.
    OfferEnded {
        /// The agent.
        agent: AgentId,
        /// Why.
        reason: OfferEnd,
    },
    /// An agent answered: they and the caller can talk.
    Answered {
        /// The agent.
        agent: AgentDetails,
    },
    /// The agent left the conversation; the caller is still there.
    AgentHungUp {
        /// The agent.
        agent: AgentId,
    },
    /// An agent did something in the conversation.
    Acted {
        /// The agent.
        agent: AgentId,
        /// What.
        act: Act,
    },
    /// The queues have news of a consult.
    Consult {
        /// Its number in this contact.
        consult: u32,
        /// What.
        news: ConsultNews,
    },
    /// The agent who was consulted has hung up, or their device was lost.
    ConsultedLeft {
        /// The consult's number in this contact.
        consult: u32,
        /// The agent.
        agent: AgentId,
        /// Whether the device was lost.
        is_lost: bool,
    },
    /// The agent who has the contact leaves a conference, or their device was lost; the others
    /// go on.
    LeftConference {
        /// The agent.
        agent: AgentId,
        /// Whether the device was lost.
        is_lost: bool,
    },
    /// The agent who was consulted has the contact now.
    TakenOver {
        /// The agent.
        agent: AgentDetails,
    },
    /// The agent who was asked for by name cannot be rung.
    AskRefused {
        /// Why.
        reason: String,
    },
    /// The agent's connection was lost and the contact waits in its queue again.
    Requeued {
        /// The agent who was lost.
        agent: AgentId,
    },
    /// The agent's connection was lost, once too often for the contact to wait again: it goes to
    /// the fallback destination (decision 26).
    AgentLost {
        /// The agent who was lost.
        agent: AgentId,
    },
    /// The agent began to wrap up.
    WrapUpStarted {
        /// The agent.
        agent: AgentId,
    },
    /// The agent has wrapped up, or the timer did.
    WrapUpEnded {
        /// The agent.
        agent: AgentId,
        /// The code; none when the timer ended it.
        code: Option<String>,
    },
    /// The agent saved a variable.
    Edited {
        /// The variable's name.
        name: String,
        /// Its new value, as text.
        value: String,
    },
    /// A page of the CRM opened at the agent's desktop, or did not. Changes nothing but the trace.
    PopShown {
        /// The agent.
        agent: AgentId,
        /// What the flow calls the page.
        label: String,
        /// What became of it, in a word: `opened`, `blocked`, `opened_by_hand`, `not_frameable`.
        outcome: String,
    },
    /// A recording of the conversation has ended. Changes nothing but the trace.
    CallRecorded(CallRecording),
    /// The contact waited in its queue for as long as the queue allows.
    TimedOut {
        /// Where the queue sends such contacts.
        overflow_number: Option<String>,
    },
    /// The agent whom the contact waited for does not come: it waits in another queue now.
    SentToRecovery {
        /// That queue.
        queue: QueueId,
    },
    /// The queues did not take the contact.
    EnqueueRefused {
        /// Why.
        reason: String,
    },
    /// The queue's music cannot be played.
    QueueMusicFailed {
        /// Why.
        reason: PlayFailure,
        /// The file and what is wrong with it, for a person.
        text: String,
    },
    /// The process came back after a crash: the call is gone, the rest is still to be done.
    Recovered,
}

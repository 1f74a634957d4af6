//! What a contact wants done.

use serde::{Deserialize, Serialize};
use trunkline_flow::Effect;
use trunkline_flow::run::{KeptBy, ScreenPop};
use trunkline_model::http::Request;
use trunkline_model::prompt::{Music, Prompt};
use trunkline_model::routing::{Priority, SkillRequirement};
use trunkline_model::{AgentId, Failure, QueueId};

/// Something that a contact wants done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Output {
    /// Send a request; answer with `Input::Flow(Http)`.
    Http {
        /// Unique within the contact.
        id: u32,
        /// The request.
        request: Box<Request>,
        /// Whether it may be sent again when it is in doubt after a crash (decision 18).
        may_repeat: bool,
    },
    /// The request with this id must not be tried again.
    StopRetries {
        /// The request.
        id: u32,
    },
    /// Play a prompt once; answer with `Input::Flow(Played)`.
    Play {
        /// Unique within the contact.
        id: u32,
        /// What to play, in order.
        prompts: Vec<Prompt>,
    },
    /// Play music; answer with `Input::Flow(Played)`.
    PlayMusic {
        /// Unique within the contact.
        id: u32,
        /// What to play.
        music: Music,
    },
    /// Stop what is playing.
    StopPlaying {
        /// The prompt or music.
        id: u32,
    },
    /// Put the contact into a queue, or move it there.
    Enqueue {
        /// The queue.
        queue: QueueId,
        /// The priority.
        priority: Priority,
        /// What the agent must be able to do.
        skills: Vec<SkillRequirement>,
        /// Skip distribution groups in which nobody is Available.
        check_availability: bool,
    },
    /// Take the contact out of its queue and end any offer of it.
    Withdraw,
    /// The caller left the conversation with the agent.
    LeaveAgent,
    /// Ask for a queue's figures; answer with `Input::Flow(Figures)`.
    QueryQueue {
        /// Unique within the contact.
        id: u32,
        /// The queue.
        queue: QueueId,
        /// How far back waits count for the estimate, in minutes.
        lookback_min: u32,
    },
    /// Ask for a path of a weighted round robin; answer with `Input::Flow(Allocated)`.
    Allocate {
        /// Unique within the contact.
        id: u32,
        /// What the counters belong to.
        counter: String,
        /// The weights.
        weights: Vec<u32>,
    },
    /// Open a page at an agent's desktop.
    ScreenPop {
        /// The agent; none when no agent has the contact, so that the page opens nowhere.
        agent: Option<AgentId>,
        /// The page.
        pop: ScreenPop,
    },
    /// End the call.
    Disconnect,
    /// Transfer the caller to a number and forget them.
    Transfer {
        /// The number.
        number: String,
    },
    /// Something that an operator should know.
    Notice(Notice),
    /// Nothing will ever come from this contact again.
    Ended,
}

/// Something that an operator should know about a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The activity's label; empty where no activity is at fault.
    pub activity: String,
    /// Why.
    pub failure: Failure,
    /// What became of the caller.
    pub kept_by: KeptBy,
}

impl Output {
    /// The output for an effect of the flow that concerns nobody between.
    pub(crate) fn passing(effect: Effect) -> Option<Self> {
        Some(match effect {
            Effect::StopRetries { id } => Self::StopRetries { id },
            Effect::Play { id, prompts } => Self::Play { id, prompts },
            Effect::PlayMusic { id, music } => Self::PlayMusic { id, music },
            Effect::StopPlaying { id } => Self::StopPlaying { id },
            Effect::QueryQueue { id, queue, lookback_min } => {
                Self::QueryQueue { id, queue, lookback_min }
            }
            Effect::Allocate { id, counter, weights } => Self::Allocate { id, counter, weights },
            Effect::Http { .. }
            | Effect::Enqueue { .. }
            | Effect::ScreenPop(_)
            | Effect::Disconnect
            | Effect::FlowEnded
            | Effect::EventEnded { .. }
            | Effect::Unhandled(_)
            | Effect::Rescue { .. } => return None,
        })
    }
}

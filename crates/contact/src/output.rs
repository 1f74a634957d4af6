//! What a contact wants done.

use serde::{Deserialize, Serialize};
use trunkline_acd::{GroupStep, Leaving};
use trunkline_flow::Effect;
use trunkline_flow::run::{KeptBy, ScreenPop};
use trunkline_model::call::{Recording, Transfer};
use trunkline_model::http::Request;
use trunkline_model::prompt::{Music, Prompt};
use trunkline_model::routing::{Priority, Relaxation, SkillRequirement};
use trunkline_model::{AgentId, Failure, QueueId};

use crate::conversation::Arrangement;

/// Something that a contact wants done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Output {
    /// Answer the call (decision 3): once, before anything that needs audio. A call that is
    /// disconnected without having been answered is to be rejected.
    Answer,
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
    /// Play a prompt once; answer with `Input::Flow(Played)` or `Input::Flow(PlayFailed)`.
    Play {
        /// Unique within the contact.
        id: u32,
        /// What to play, in order.
        prompts: Vec<Prompt>,
    },
    /// Play music; answer with `Input::Flow(Played)` or `Input::Flow(PlayFailed)`.
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
    /// Play this file over and over whenever nothing else plays, in place of the former one; none
    /// stops that. A file that cannot be played is answered with `Input::QueueMusicFailed`, and
    /// silence takes its place.
    QueueMusic {
        /// The audio file's name.
        file: Option<String>,
    },
    /// Call a third party for the caller; answer with `Input::Flow(TransferEnded)`. When the caller
    /// hangs up or [`Output::Disconnect`] comes, it ends too.
    Transfer {
        /// Unique within the contact.
        id: u32,
        /// Whom, and how.
        transfer: Box<Transfer>,
    },
    /// Show this calling number in outbound legs from now on.
    SetCallerId {
        /// The number, in E.164.
        number: String,
    },
    /// Send keys to the caller's side; answer with `Input::Flow(DigitsSent)`.
    SendDigits {
        /// Unique within the contact.
        id: u32,
        /// `0`-`9`, `A`-`D`, `*`, `#`; a comma is a pause of a second.
        digits: String,
        /// How long each tone lasts, in milliseconds.
        tone_ms: u32,
        /// The silence between two tones, in milliseconds.
        pause_ms: u32,
    },
    /// Record what the caller says; answer with `Input::Flow(Recorded)`.
    Record {
        /// Unique within the contact.
        id: u32,
        /// How.
        recording: Recording,
    },
    /// Stop a recording that is wanted no more; it is not answered.
    StopRecording {
        /// The recording.
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
        /// What the agent must be able to do later on.
        #[serde(default)]
        relaxations: Vec<Relaxation>,
        /// Skip distribution groups in which nobody is Available.
        check_availability: bool,
    },
    /// Queue the contact to one agent; answer with `Input::Flow(Routed)`.
    EnqueueToAgent {
        /// Unique within the contact.
        id: u32,
        /// The agent.
        agent: AgentId,
        /// The queue on whose account it waits.
        queue: QueueId,
        /// The priority.
        priority: Priority,
        /// Whether it waits for an agent who is not Available.
        park: bool,
        /// The queue for a contact that the agent does not take.
        recovery: Option<QueueId>,
    },
    /// Change the contact's priority in its queue.
    SetPriority {
        /// The priority.
        priority: Priority,
    },
    /// Let distribution groups join before their time; answer with `Input::Flow(Routed)`.
    Escalate {
        /// Unique within the contact.
        id: u32,
        /// How far.
        to: GroupStep,
    },
    /// Take the contact out of its queue and end any offer of it.
    Withdraw,
    /// The caller left the conversation with the agent.
    LeaveAgent,
    /// Make it so that these hear each other and nobody else does, whatever was before. Who is not
    /// there yet, or hears a tone first, joins then. An answer says by itself that caller and agent
    /// hear each other.
    Arrange(Arrangement),
    /// Ring this agent, without a queue.
    Ask {
        /// For this consult; none for the contact itself.
        consult: Option<u32>,
        /// Who.
        agent: AgentId,
        /// The queue that the contact came from.
        queue: Option<QueueId>,
        /// Whether it is the agent's own call.
        is_own: bool,
    },
    /// Put a consult into a queue.
    EnqueueConsult {
        /// Its number in this contact.
        consult: u32,
        /// The queue.
        queue: QueueId,
        /// The priority.
        priority: Priority,
    },
    /// Ring the agent to whom the contact or a consult is on offer; if it is no more, there is
    /// nothing to do.
    Ring {
        /// The consult; none for the contact itself.
        consult: Option<u32>,
        /// The agent.
        agent: AgentId,
        /// The number to show at their phone; none for the caller's.
        caller_id: Option<String>,
    },
    /// Record what the caller says and hears from now on, until [`Output::StopCallRecording`] or
    /// the end of the call; answer with `Input::CallRecorded` then.
    RecordCall {
        /// The contact's recordings are numbered from 1.
        number: u32,
    },
    /// From now on there is silence in this recording, or again what is said.
    PauseCallRecording {
        /// Its number.
        number: u32,
        /// Whether it pauses.
        is_paused: bool,
    },
    /// End this recording.
    StopCallRecording {
        /// Its number.
        number: u32,
    },
    /// Call a number for the agents; answer with `Input::Flow(TransferEnded)`. When the caller
    /// hangs up or [`Output::Disconnect`] comes, it ends too. In a call that an agent makes, the
    /// first one is the caller's line.
    Dial {
        /// Unique within the contact.
        id: u32,
        /// Whom, and how.
        transfer: Box<Transfer>,
    },
    /// End the call to a number.
    HangUpParty {
        /// The call.
        id: u32,
    },
    /// Whoever has been asked for, waits or talks in it has no more to do with it.
    Part {
        /// A consult; none for the contact itself.
        consult: Option<u32>,
        /// What becomes of the agent who talks.
        leaving: Leaving,
    },
    /// The agent of a consult has the contact from now on.
    TakeOver {
        /// The consult's number in this contact.
        consult: u32,
        /// What becomes of the agent who had it.
        leaving: Leaving,
    },
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
            Effect::SetCallerId { number } => Self::SetCallerId { number },
            Effect::SendDigits { id, digits, tone_ms, pause_ms } => {
                Self::SendDigits { id, digits, tone_ms, pause_ms }
            }
            Effect::Record { id, recording } => Self::Record { id, recording },
            Effect::StopRecording { id } => Self::StopRecording { id },
            Effect::QueryQueue { id, queue, lookback_min } => {
                Self::QueryQueue { id, queue, lookback_min }
            }
            Effect::SetPriority { priority } => Self::SetPriority { priority },
            Effect::Escalate { id, all } => {
                let to = if all { GroupStep::Last } else { GroupStep::Next };
                Self::Escalate { id, to }
            }
            Effect::Allocate { id, counter, weights } => Self::Allocate { id, counter, weights },
            Effect::Http { .. }
            | Effect::Transfer { .. }
            | Effect::Enqueue { .. }
            | Effect::EnqueueToAgent { .. }
            | Effect::ScreenPop(_)
            | Effect::Disconnect
            | Effect::FlowEnded
            | Effect::EventEnded { .. }
            | Effect::PromptFailed { .. }
            | Effect::Unhandled(_)
            | Effect::ShowCallerId { .. }
            | Effect::PreDialEnded
            | Effect::RecordCalls { .. }
            | Effect::Rescue { .. } => return None,
        })
    }

    /// Whether the caller's line must carry audio for it.
    pub(crate) fn needs_audio(&self) -> bool {
        match self {
            Self::Play { .. }
            | Self::PlayMusic { .. }
            | Self::QueueMusic { file: Some(_) }
            | Self::SendDigits { .. }
            | Self::Record { .. }
            | Self::Enqueue { .. }
            | Self::EnqueueToAgent { .. } => true,
            Self::Answer
            | Self::Http { .. }
            | Self::StopRetries { .. }
            | Self::StopPlaying { .. }
            | Self::QueueMusic { file: None }
            | Self::Transfer { .. }
            | Self::SetCallerId { .. }
            | Self::StopRecording { .. }
            | Self::SetPriority { .. }
            | Self::Escalate { .. }
            | Self::Withdraw
            | Self::LeaveAgent
            | Self::Arrange(_)
            | Self::Ask { .. }
            | Self::EnqueueConsult { .. }
            | Self::Ring { .. }
            | Self::RecordCall { .. }
            | Self::PauseCallRecording { .. }
            | Self::StopCallRecording { .. }
            | Self::Dial { .. }
            | Self::HangUpParty { .. }
            | Self::Part { .. }
            | Self::TakeOver { .. }
            | Self::QueryQueue { .. }
            | Self::Allocate { .. }
            | Self::ScreenPop { .. }
            | Self::Disconnect
            | Self::Notice(_)
            | Self::Ended => false,
        }
    }
}

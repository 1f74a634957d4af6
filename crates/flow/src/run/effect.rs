//! What goes into a run and what comes out of it.

use serde::{Deserialize, Serialize};
use trunkline_model::call::{Recording, RecordingEnd, Transfer, TransferOutcome};
use trunkline_model::http::{Outcome, Request};
use trunkline_model::prompt::{Music, PlayFailure, Prompt};
use trunkline_model::routing::{
    Priority, QueueFigures, Relaxation, RoutingReply, SkillRequirement,
};
use trunkline_model::{AgentId, Failure, QueueId};

/// Something that a run waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// The HTTP request with this id has ended.
    Http {
        /// The id in [`Effect::Http`].
        id: u32,
        /// What came of it.
        outcome: Box<Outcome>,
    },
    /// The prompt or music with this id has been played to its end.
    Played {
        /// The id in [`Effect::Play`] or [`Effect::PlayMusic`].
        id: u32,
    },
    /// The prompt or music with this id cannot be played, or not to its end.
    PlayFailed {
        /// The id in [`Effect::Play`] or [`Effect::PlayMusic`].
        id: u32,
        /// Why.
        reason: PlayFailure,
        /// The file or provider and what is wrong with it, for a person.
        text: String,
    },
    /// Something became of a transfer. [`TransferOutcome::Connected`] may be followed by
    /// [`TransferOutcome::PartyHungUp`]; every other one is the last.
    TransferEnded {
        /// The id in [`Effect::Transfer`].
        id: u32,
        /// What.
        outcome: TransferOutcome,
    },
    /// The keys of [`Effect::SendDigits`] have been sent.
    DigitsSent {
        /// The id of the effect.
        id: u32,
    },
    /// A recording has ended.
    Recorded {
        /// The id in [`Effect::Record`].
        id: u32,
        /// The file's name or URI; empty when there is none.
        file: String,
        /// Its length, in milliseconds.
        duration_ms: u64,
        /// Why it ended.
        reason: RecordingEnd,
    },
    /// The caller pressed a key: `0` to `9`, `*`, `#`, `A` to `D`.
    Digit(char),
    /// The figures of a queue, asked for with [`Effect::QueryQueue`].
    Figures {
        /// The id of the question.
        id: u32,
        /// The figures; none when the queue has none.
        figures: Option<QueueFigures>,
    },
    /// What the queues answer to [`Effect::EnqueueToAgent`] or [`Effect::Escalate`].
    Routed {
        /// The id of the effect.
        id: u32,
        /// The answer.
        reply: RoutingReply,
    },
    /// The path that a percent allocation gave, asked for with [`Effect::Allocate`].
    Allocated {
        /// The id of the question.
        id: u32,
        /// The path's place in the list of weights.
        index: usize,
    },
    /// Time has passed; due when [`super::Run::wake_at`] says.
    Tick,
}

/// Something that a run wants done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// Send a request; answer with [`Input::Http`].
    Http {
        /// Unique within the run.
        id: u32,
        /// The request.
        request: Box<Request>,
        /// Whether an event flow after the call sends it: such a one is sent again when it is in
        /// doubt after a crash (decision 18).
        after_call: bool,
    },
    /// The request with this id may finish, but must not be tried again.
    StopRetries {
        /// The request.
        id: u32,
    },
    /// Play a prompt once; answer with [`Input::Played`] or [`Input::PlayFailed`].
    Play {
        /// Unique within the run.
        id: u32,
        /// What to play, in order.
        prompts: Vec<Prompt>,
    },
    /// Play music; answer with [`Input::Played`] or [`Input::PlayFailed`].
    PlayMusic {
        /// Unique within the run.
        id: u32,
        /// What to play.
        music: Music,
    },
    /// Stop what is playing.
    StopPlaying {
        /// The id of the prompt or music.
        id: u32,
    },
    /// Call a third party for the caller; answer with [`Input::TransferEnded`].
    Transfer {
        /// Unique within the run.
        id: u32,
        /// Whom, and how.
        transfer: Box<Transfer>,
    },
    /// Show this calling number in outbound legs from now on.
    SetCallerId {
        /// The number, in E.164.
        number: String,
    },
    /// Show this calling number in the leg that the PreDial flow runs for.
    ShowCallerId {
        /// The number, in E.164.
        number: String,
    },
    /// The PreDial flow has ended: the leg is to be dialled.
    PreDialEnded,
    /// Record the conversations with agents, or do not, whatever else says so.
    RecordCalls {
        /// Whether the caller agrees.
        wanted: bool,
    },
    /// Send keys to the caller's side; answer with [`Input::DigitsSent`].
    SendDigits {
        /// Unique within the run.
        id: u32,
        /// `0`-`9`, `A`-`D`, `*`, `#`; a comma is a pause of a second.
        digits: String,
        /// How long each tone lasts, in milliseconds.
        tone_ms: u32,
        /// The silence between two tones, in milliseconds.
        pause_ms: u32,
    },
    /// Record what the caller says; answer with [`Input::Recorded`].
    Record {
        /// Unique within the run.
        id: u32,
        /// How.
        recording: Recording,
    },
    /// Stop the recording with this id. It is wanted no more, and not answered.
    StopRecording {
        /// The id in [`Effect::Record`].
        id: u32,
    },
    /// Put the contact into a queue, or move it there from another one.
    Enqueue {
        /// The queue.
        queue: QueueId,
        /// The priority.
        priority: Priority,
        /// What the agent must be able to do.
        skills: Vec<SkillRequirement>,
        /// What the agent must be able to do later on, one after the other.
        relaxations: Vec<Relaxation>,
        /// Skip distribution groups in which nobody is Available.
        check_availability: bool,
    },
    /// Queue the contact to one agent; answer with [`Input::Routed`].
    EnqueueToAgent {
        /// Unique within the run.
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
    /// Change the priority of the contact, which waits in a queue.
    SetPriority {
        /// The priority.
        priority: Priority,
    },
    /// Let distribution groups join before their time; answer with [`Input::Routed`].
    Escalate {
        /// Unique within the run.
        id: u32,
        /// All groups, rather than the next one.
        all: bool,
    },
    /// Ask for a queue's figures; answer with [`Input::Figures`].
    QueryQueue {
        /// Unique within the run.
        id: u32,
        /// The queue.
        queue: QueueId,
        /// How far back waits count for the estimate, in minutes.
        lookback_min: u32,
    },
    /// Ask for a path of a weighted round robin; answer with [`Input::Allocated`].
    Allocate {
        /// Unique within the run.
        id: u32,
        /// The flow's id and version and the activity's label: what the counters belong to.
        counter: String,
        /// The weights, which add up to 100.
        weights: Vec<u32>,
    },
    /// Open a page at the agent's desktop.
    ScreenPop(ScreenPop),
    /// End the call.
    Disconnect,
    /// The caller's flow has ended, and nothing of it speaks to the caller any more.
    FlowEnded,
    /// An event flow has ended.
    EventEnded {
        /// The event's name.
        event: String,
    },
    /// A prompt could not be played, and the flow handled that by a port; for the operator.
    PromptFailed {
        /// The activity's label.
        activity: String,
        /// Why.
        failure: Failure,
    },
    /// An error that the flow did not handle; for the operator.
    Unhandled(Unhandled),
    /// The flow cannot go on with the caller: send them to the fallback destination.
    Rescue {
        /// Why.
        failure: Failure,
    },
}

/// A page for the agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenPop {
    /// The whole URL, query parameters included.
    pub url: String,
    /// The desktop's label for it.
    pub label: String,
    /// Where to open it.
    pub target: PopTarget,
    /// Variables in the URL that no activity has set in this contact: they hold the default of
    /// the flow, so the page may be somebody else's (decision 2).
    pub from_defaults: Vec<String>,
}

/// Where a screen pop opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PopTarget {
    /// A new browser tab for each pop.
    NewBrowserTab,
    /// The tab of the former pop.
    SameBrowserTab,
    /// Inside the desktop.
    InsideDesktop,
}

/// An error that no port and no event flow handled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unhandled {
    /// The activity's label.
    pub activity: String,
    /// The thread: `main` or `event:<name>`.
    pub thread: String,
    /// Why it failed.
    pub failure: Failure,
    /// What became of the contact.
    pub kept_by: KeptBy,
}

/// What became of a contact after an error that its flow did not handle (decision 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptBy {
    /// The flow went on by the activity's default port.
    DefaultPort,
    /// The OnGlobalError flow took over the caller.
    Handler,
    /// The caller was sent to the fallback destination, or heard an apology.
    Fallback,
    /// The event flow ended there; the caller was not concerned.
    EventFlowEnded,
    /// The caller was disconnected, as the entry point asks for.
    Disconnected,
    /// An agent answered, or the call ended, before the OnGlobalError flow had ended.
    Overtaken,
    /// The caller waits on in the queue.
    Queue,
    /// The flow went on by the activity's port for failures: it handled the error.
    FailurePort,
}

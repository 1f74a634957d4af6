//! Everything that a desktop shows.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::call::ContactView;

/// Everything that an agent's desktop shows at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeskView {
    /// Grows with every view of this agent; starts anew with the server.
    pub seq: u64,
    /// The server's clock when the view was made.
    pub server_ms: i64,
    /// Who it is.
    pub agent: Named,
    /// The teams that the agent may sign in to.
    pub teams: Vec<Named>,
    /// The team that the agent is signed in to.
    pub team: Option<Named>,
    /// With what the agent talks; none while signed out.
    pub device: Option<Device>,
    /// Devices that may be chosen at sign-in.
    pub devices: Vec<Device>,
    /// What the agent does.
    pub state: AgentState,
    /// What the agent will do after the contact.
    pub next: Option<Choice>,
    /// Why an agent may be Idle, in the tenant's order.
    pub idle_codes: Vec<Code>,
    /// How contacts may be wrapped up, in the tenant's order.
    pub wrap_up_codes: Vec<Code>,
    /// The contact on offer, in conversation or being wrapped up.
    pub contact: Option<ContactView>,
    /// The queues that the agent serves.
    pub queues: Vec<QueueFigures>,
    /// Calls to numbers outside; none where the tenant has no trunk for them.
    pub outdial: Option<Outdial>,
    /// What the tenant lets agents do.
    pub features: Features,
    /// The tab that has the audio, by the name that it chose; none while no tab has it.
    pub audio_owner: Option<String>,
}

/// Something with an id and a name for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Named {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
}

/// With what an agent talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The page itself.
    Browser,
    /// The SIP phone that is registered for the agent.
    SipPhone,
}

/// What an agent does, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgentState {
    /// What.
    pub kind: StateKind,
    /// Why the agent is Idle: the id of an idle code, or a word of the server's
    /// (`lost_connection`, `signed_in`). Why a contact was missed (`rona`): `declined`,
    /// `microphone` (the page had no audio), `lost_connection` (no page was there); none where
    /// nobody answered.
    pub code: Option<String>,
    /// Since when.
    pub since_ms: i64,
}

/// What an agent does. How a conversation stands is the contact's [`crate::Phase`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StateKind {
    /// Not signed in.
    SignedOut,
    /// Signed in, not ready.
    Idle,
    /// Ready for a contact.
    Available,
    /// A contact rings.
    Offered,
    /// In a conversation, or calling somebody.
    Engaged,
    /// After a conversation.
    WrapUp,
    /// Did not answer; stays so until the agent chooses a state.
    Rona,
}

/// A state that an agent may choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Choice {
    /// Ready for a contact.
    Available,
    /// Not ready.
    Idle {
        /// The id of an idle code.
        code: String,
    },
}

/// An idle or wrap-up code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Code {
    /// The id.
    pub id: String,
    /// The name for people, as the tenant wrote it.
    pub name: String,
    /// Whether it is the one that is taken when nobody chooses.
    pub is_default: bool,
}

/// A queue, as the foot of the desktop shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueFigures {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Contacts that wait.
    pub waiting: u64,
    /// Since when the first of them waits; none when nobody does.
    pub longest_since_ms: Option<i64>,
}

/// Calls to numbers outside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Outdial {
    /// The numbers that may be shown to those who are called (outdial ANI); the first is taken
    /// unless another is chosen.
    pub anis: Vec<Named>,
}

/// What the tenant lets agents do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Features {
    /// Contacts are answered by themselves after two beeps.
    pub auto_answer: bool,
    /// Agents may end a call while the caller is there.
    pub may_end_call: bool,
    /// The queue of the agent's contact lets agents pause its recording.
    pub may_pause_recording: bool,
}

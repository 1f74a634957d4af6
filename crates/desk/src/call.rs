//! A contact on the desktop: who it is, how it stands, what the agent may write.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::view::{Code, Named};

/// A contact as its agent sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContactView {
    /// The contact's id.
    pub id: String,
    /// Who called whom.
    pub direction: Direction,
    /// How the conversation stands.
    pub phase: Phase,
    /// The caller's name, if a variable of the flow gives one.
    pub customer_name: Option<String>,
    /// How the name is read aloud (furigana), if a variable gives that.
    pub customer_name_reading: Option<String>,
    /// The caller's number in E.164, or what stands in its place (`anonymous`).
    pub ani: String,
    /// The number that was called.
    pub dnis: String,
    /// The entry point's name.
    pub entry_point: String,
    /// The queue that it came from; none for calls that the agent made.
    pub queue: Option<Named>,
    /// When it arrived.
    pub arrived_ms: i64,
    /// How long it waited in queues before this offer.
    pub waited_ms: i64,
    /// When the offer began.
    pub offered_ms: i64,
    /// When the offer ends without an answer; none once it is answered.
    pub ring_until_ms: Option<i64>,
    /// When this agent answered.
    pub answered_ms: Option<i64>,
    /// When the conversation was over for this agent.
    pub ended_ms: Option<i64>,
    /// Whether the caller has hung up while the agent is still here.
    pub is_caller_gone: bool,
    /// All parties but this agent; the caller first.
    pub parties: Vec<Party>,
    /// A conversation beside this one.
    pub consult: Option<Consult>,
    /// Whether the server mutes the agent. Pages mute their own microphones, and leave it alone.
    pub is_muted: bool,
    /// Whether the conversation is recorded; none where it is not at all.
    pub is_recording_paused: Option<bool>,
    /// The variables that agents see, in the flow's order.
    pub variables: Vec<VariableView>,
    /// Grows whenever a variable changes, by whomever; for [`crate::Variables::version`].
    pub variables_version: u64,
    /// What was typed and not saved, by variable; secure ones are never kept.
    pub drafts: Vec<(String, String)>,
    /// What the caller did before, newest last; at most 100 steps.
    pub path: Vec<PathStep>,
    /// The newest screen pop.
    pub pop: Option<Pop>,
    /// Wrap-up, once it has begun.
    pub wrap_up: Option<WrapUp>,
    /// Whether the audio of the agent's device stands.
    pub is_audio_connected: bool,
}

/// Who called whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A caller called in.
    Inbound,
    /// The agent called a number.
    Outdial,
    /// Another agent asks this one (consult).
    Consult,
}

/// How a conversation stands for this agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It rings here.
    Offered,
    /// The number that the agent called rings.
    Dialling,
    /// Agent and caller hear each other.
    Talking,
    /// The caller hears music.
    OnHold,
    /// The agent talks to, or calls, somebody else; the caller hears music.
    Consulting,
    /// Three hear each other.
    Conference,
    /// The conversation is over; the agent writes.
    WrapUp,
}

/// One party of a conversation, not the agent who looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Party {
    /// Unique within the contact.
    pub id: String,
    /// What it is.
    pub kind: PartyKind,
    /// Its name; the number if it has none.
    pub name: String,
    /// Its number, if it has one.
    pub number: Option<String>,
    /// How it stands.
    pub state: LegState,
    /// Since when.
    pub since_ms: i64,
}

/// What a party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// The customer, who called or was called.
    Caller,
    /// Another agent.
    Agent,
    /// A number outside.
    Number,
    /// A queue or an entry point in which somebody waits for an agent.
    Queue,
}

/// How a party's leg stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LegState {
    /// It rings there, or waits in a queue.
    Ringing,
    /// It hears and is heard.
    Talking,
    /// It hears music.
    OnHold,
    /// It has left.
    Gone,
}

/// A conversation beside the one with the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consult {
    /// Whom.
    pub party: Party,
    /// Whether the agent talks to them now, and not to the caller.
    pub is_active: bool,
    /// When it was begun.
    pub began_ms: i64,
}

/// A variable of the flow that agents see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VariableView {
    /// The variable's name in the flow.
    pub name: String,
    /// What the desktop calls it.
    pub label: String,
    /// Its type.
    pub kind: VariableKind,
    /// Its value as text; empty for secure ones, which are sent by themselves when they are asked
    /// for.
    pub value: String,
    /// Whether agents may change it.
    pub is_editable: bool,
    /// Whether its value must not be kept or shown elsewhere.
    pub is_secure: bool,
    /// Its place on the offer's card, from 0; none for those that are not on it.
    pub pop_over: Option<u32>,
    /// Whether it is better written in several lines.
    pub is_long: bool,
}

/// The type of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VariableKind {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// Yes or no.
    Boolean,
    /// A date with a time.
    DateTime,
    /// JSON.
    Json,
}

/// A step of what happened before, for people: pages have a sentence for each kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PathStep {
    /// When, in milliseconds since the contact arrived.
    pub t_ms: i64,
    /// What happened: `called`, `request` (with `name`, `status`), `heard` (`text`), `pressed`
    /// (`digits`, `name`), `queued` (`queue`), `offered`, `missed`, `answered`, `held`, `resumed`,
    /// `consulted`, `transferred`, `requeued`, `hung_up`, `problem` (`name`, `text`), `pop`.
    pub kind: String,
    /// What the sentence needs, by name.
    pub with: std::collections::BTreeMap<String, String>,
    /// Whether something went wrong.
    pub is_problem: bool,
}

/// A page of the CRM that the flow wants opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pop {
    /// Unique within the contact.
    pub id: u32,
    /// The contact.
    pub contact: String,
    /// The address; `https` or `http` only.
    pub url: String,
    /// What the flow calls it.
    pub label: String,
    /// Where it is to open.
    pub target: PopTarget,
    /// Variables that still had the flow's default when the address was made (decision 2).
    pub from_defaults: Vec<String>,
    /// What became of it; none as long as no desktop has said.
    pub outcome: Option<PopOutcome>,
}

/// Where a page is to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PopTarget {
    /// A new tab of the browser.
    NewTab,
    /// The tab of the pop before.
    SameTab,
    /// The desktop's side panel.
    Panel,
}

/// What became of a pop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PopOutcome {
    /// It opened by itself.
    Opened,
    /// The browser did not let it open by itself; a button stands in its place.
    Blocked,
    /// The agent opened it by the button.
    OpenedByHand,
    /// The page refuses to be shown in a panel; a button stands in its place.
    NotFrameable,
}

/// Wrap-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WrapUp {
    /// Since when.
    pub since_ms: i64,
    /// When it ends by itself; none where it waits for the agent.
    pub until_ms: Option<i64>,
    /// The code that was chosen already.
    pub code: Option<Code>,
}

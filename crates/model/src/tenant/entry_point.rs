//! Entry points: which flow a dialled number meets, and what happens when the flow cannot go on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::EntryPointId;

/// Where contacts arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryPoint {
    /// Id, as flows name it.
    #[schemars(length(min = 1))]
    pub id: EntryPointId,
    /// Name for people.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Dialled numbers that lead here, in E.164.
    #[serde(default)]
    pub dnis: Vec<String>,
    /// The flow: its name, its `flowId`, or its file's name.
    #[schemars(length(min = 1))]
    pub flow: String,
    /// The version label of the flow that is run (decision 12).
    #[serde(default = "live")]
    #[schemars(extend("enum" = ["Latest", "Live", "Test", "Dev"]))]
    pub label: String,
    /// IANA time zone; the tenant's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// A queue (id or name) or number to which a caller is sent when the flow cannot go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Fallback>,
    /// When the call is answered (decision 3).
    #[serde(default)]
    pub answer: Answer,
    /// When the flow's ContactEnded event runs (decision 11).
    #[serde(default)]
    pub post_call: PostCall,
    /// What happens to the caller after an error that the flow does not handle (decision 1).
    #[serde(default)]
    pub on_unhandled_error: OnUnhandledError,
    /// Whether a call from an unknown source may reach this flow.
    #[serde(default)]
    pub allow_anonymous: bool,
}

fn live() -> String {
    "Live".to_owned()
}

/// Where a caller goes when the flow cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fallback {
    /// A queue, by id or name.
    Queue(String),
    /// A telephone number, to which the call is transferred.
    Number(String),
}

/// When a call is answered with 200 OK.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// As soon as the flow starts, as in Webex.
    #[default]
    Immediately,
    /// When the first activity needs audio.
    FirstMedia,
}

/// When the ContactEnded event flow runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PostCall {
    /// As soon as the call is over, as in Webex.
    #[default]
    AtHangup,
    /// When the agent has wrapped up, so that it sees what they typed meanwhile.
    AfterWrapUp,
}

/// What happens to the caller after an error that the flow does not handle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnUnhandledError {
    /// The caller is kept: by the activity's default port, the fallback, or an apology.
    #[default]
    Keep,
    /// The caller is disconnected, as in Webex.
    Disconnect,
}

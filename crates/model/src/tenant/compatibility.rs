//! Answers to what no source settles about Webex (decision 6), each a key under `compatibility:`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How Trunkline behaves where the sources are silent or disagree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Compatibility {
    /// A JSONPath that finds nothing.
    pub empty_jsonpath_result: EmptyJsonPath,
    /// An HTTP request whose answer does not come in time.
    pub http_timeout: HttpTimeout,
    /// A hang-up while a request is open.
    pub hang_up_during_request: HangUpDuringRequest,
    /// Play-music without a duration.
    pub play_music_without_duration: PlayMusic,
    /// End Flow in the main flow while the contact waits in a queue.
    pub end_flow_while_queued: EndFlowQueued,
    /// The main flow after an agent answered, when the contact goes back to a queue.
    pub main_flow_after_answer: MainFlowAfterAnswer,
}

impl Compatibility {
    /// One row per key, in the order of the file: (key, value, what it means, whether it is the
    /// default), as `flow run --explain-compat` prints them.
    pub fn explain(&self) -> Vec<(&'static str, &'static str, &'static str, bool)> {
        Vec::new()
    }
}

/// What a variable holds after a JSONPath found nothing for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmptyJsonPath {
    /// The value that it had.
    #[default]
    KeepValue,
    /// The empty text (or no value, where its type is not text).
    SetEmpty,
}

/// How an HTTP time-out leaves the activity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HttpTimeout {
    /// As a failure, with `httpStatusCode` 0.
    #[default]
    Error,
    /// By the default port, with `httpStatusCode` 408.
    Default408,
}

/// What becomes of an open request when the caller hangs up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HangUpDuringRequest {
    /// It may finish, without being tried again, and its outputs are set before ContactEnded runs.
    #[default]
    Finish,
    /// It is dropped at once, and ContactEnded runs.
    Drop,
}

/// How play-music without a duration plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlayMusic {
    /// The whole file, once.
    #[default]
    Once,
    /// Five times, the longest that Webex plays.
    FiveTimes,
}

/// Whether a contact stays in its queue when its main flow ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndFlowQueued {
    /// It stays and hears the queue's music.
    #[default]
    StayQueued,
    /// It is disconnected.
    Disconnect,
}

/// Whether the main flow goes on when a contact that an agent had answered is queued again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MainFlowAfterAnswer {
    /// Never.
    #[default]
    NeverResumes,
    /// It goes on where the answer stopped it.
    Resumes,
}

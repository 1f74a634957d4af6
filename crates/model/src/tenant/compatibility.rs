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

/// One row of [`Compatibility::explain`]: key, value, what it means, whether it is the default.
pub type Explanation = (&'static str, &'static str, &'static str, bool);

impl Compatibility {
    /// One row per key, in the order of the file, as `flow run --explain-compat` prints them.
    pub fn explain(&self) -> Vec<Explanation> {
        let default = Self::default();
        let row = |key, (value, meaning), is_default| (key, value, meaning, is_default);
        vec![
            row(
                "empty_jsonpath_result",
                self.empty_jsonpath_result.explain(),
                self.empty_jsonpath_result == default.empty_jsonpath_result,
            ),
            row(
                "http_timeout",
                self.http_timeout.explain(),
                self.http_timeout == default.http_timeout,
            ),
            row(
                "hang_up_during_request",
                self.hang_up_during_request.explain(),
                self.hang_up_during_request == default.hang_up_during_request,
            ),
            row(
                "play_music_without_duration",
                self.play_music_without_duration.explain(),
                self.play_music_without_duration == default.play_music_without_duration,
            ),
            row(
                "end_flow_while_queued",
                self.end_flow_while_queued.explain(),
                self.end_flow_while_queued == default.end_flow_while_queued,
            ),
            row(
                "main_flow_after_answer",
                self.main_flow_after_answer.explain(),
                self.main_flow_after_answer == default.main_flow_after_answer,
            ),
        ]
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

impl EmptyJsonPath {
    fn explain(self) -> (&'static str, &'static str) {
        match self {
            Self::KeepValue => {
                ("keep_value", "a JSONPath that finds nothing leaves the variable as it was")
            }
            Self::SetEmpty => ("set_empty", "a JSONPath that finds nothing empties the variable"),
        }
    }
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

impl HttpTimeout {
    fn explain(self) -> (&'static str, &'static str) {
        match self {
            Self::Error => ("error", "an HTTP time-out is an error, with status 0"),
            Self::Default408 => {
                ("default408", "an HTTP time-out leaves by the default port, with status 408")
            }
        }
    }
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

impl HangUpDuringRequest {
    fn explain(self) -> (&'static str, &'static str) {
        match self {
            Self::Finish => {
                ("finish", "a hang-up lets the open request finish, without another try")
            }
            Self::Drop => ("drop", "a hang-up drops the open request"),
        }
    }
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

impl PlayMusic {
    fn explain(self) -> (&'static str, &'static str) {
        match self {
            Self::Once => ("once", "music without a duration plays once"),
            Self::FiveTimes => ("five_times", "music without a duration plays five times"),
        }
    }
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

impl EndFlowQueued {
    fn explain(self) -> (&'static str, &'static str) {
        match self {
            Self::StayQueued => ("stay_queued", "a queued contact stays queued when its flow ends"),
            Self::Disconnect => {
                ("disconnect", "a queued contact is disconnected when its flow ends")
            }
        }
    }
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

impl MainFlowAfterAnswer {
    fn explain(self) -> (&'static str, &'static str) {
        match self {
            Self::NeverResumes => {
                ("never_resumes", "the main flow does not go on after an agent answered")
            }
            Self::Resumes => {
                ("resumes", "the main flow goes on when an answered contact is queued again")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn other() -> Compatibility {
        Compatibility {
            empty_jsonpath_result: EmptyJsonPath::SetEmpty,
            http_timeout: HttpTimeout::Default408,
            hang_up_during_request: HangUpDuringRequest::Drop,
            play_music_without_duration: PlayMusic::FiveTimes,
            end_flow_while_queued: EndFlowQueued::Disconnect,
            main_flow_after_answer: MainFlowAfterAnswer::Resumes,
        }
    }

    #[test]
    fn every_key_is_explained_with_the_word_that_the_file_uses() {
        for (compatibility, is_default) in [(Compatibility::default(), true), (other(), false)] {
            let file = serde_json::to_value(compatibility).unwrap();
            let rows = compatibility.explain();
            assert_eq!(rows.len(), file.as_object().unwrap().len());
            for (key, value, meaning, default) in rows {
                assert_eq!(file[key], value);
                assert_eq!(default, is_default, "{key}");
                assert!(!meaning.is_empty());
            }
        }
    }
}

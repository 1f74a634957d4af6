//! The page "Try it": a caller's phone in the browser, the flow as it runs, the CRM's case.
//!
//! The phone has a WebSocket of its own, on which [`FromCaller`] is said and [`ToCaller`] told, as
//! JSON texts. It makes one call at a time; when it is closed, its call is over.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From the server to a caller's phone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToCaller {
    /// The call was placed; it rings until `Answered`.
    Called {
        /// The contact that it is.
        contact: String,
        /// The server's clock.
        server_ms: i64,
    },
    /// A connection is to be made: answer with [`FromCaller::AudioAnswer`].
    AudioOffer {
        /// The offer (SDP).
        sdp: String,
    },
    /// The flow has answered.
    Answered,
    /// What the flow did since the last message of this kind, also after the call's end.
    Steps {
        /// The contact.
        contact: String,
        /// Lines of `docs/trace.schema.json`; secure values masked.
        #[schema(value_type = Vec<Object>)]
        steps: Vec<serde_json::Value>,
        /// The id of the case that the flow has found so far.
        case: Option<String>,
        /// Whether nothing follows: event flows after the call have ended too.
        is_over: bool,
    },
    /// The call is over.
    Ended {
        /// Who ended it.
        by: CallEnd,
    },
    /// Something could not be done for a message of the phone; a call that was to be placed is
    /// not.
    Refused {
        /// A stable code, as of the interface's problems.
        code: String,
        /// For people.
        text: String,
    },
    /// Answers [`FromCaller::Ping`].
    Pong {
        /// The server's clock.
        server_ms: i64,
    },
}

/// Who ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallEnd {
    /// The caller.
    Caller,
    /// The flow, the agent, or the server.
    Centre,
    /// The browser's audio could not be made, or broke off.
    Lost,
}

/// From a caller's phone to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromCaller {
    /// Places a call.
    Dial {
        /// The caller's number, or `anonymous`.
        from: String,
        /// The number that is called.
        to: String,
    },
    /// Answers [`ToCaller::AudioOffer`].
    AudioAnswer {
        /// The answer (SDP).
        sdp: String,
    },
    /// There is no audio here: the call is ended.
    AudioFailed {
        /// Why, for the log.
        why: String,
    },
    /// Presses keys: `0` to `9`, `*`, `#`; at most 32.
    Keys {
        /// Which, in their order.
        keys: String,
    },
    /// Ends the call.
    HangUp,
    /// Shows that the page is alive; every 10 s.
    Ping,
}

/// What may be tried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrialView {
    /// Numbers to call from, with whose they are.
    pub callers: Vec<TrialNumber>,
    /// Numbers to call, with the names of their entry points.
    pub numbers: Vec<TrialNumber>,
    /// The languages in which typed texts can be spoken: `en`, `ja`, both, or none.
    pub voices: Vec<String>,
}

/// A number with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrialNumber {
    /// The number, in E.164.
    pub number: String,
    /// Whose it is.
    pub name: String,
}

/// Which case is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseOf {
    /// The one with this id.
    Id(String),
    /// The newest open one of whoever has this number.
    Number(String),
}

/// A case as the CRM has it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseView {
    /// Its id.
    pub id: String,
    /// Its number, as people know it.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// How it stands, in the CRM's words.
    pub status: String,
    /// How urgent it is, in the CRM's words.
    pub priority: String,
    /// Whose it is.
    pub contact: Option<String>,
    /// What was written to it, the oldest first.
    pub comments: Vec<CaseComment>,
}

/// A comment of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseComment {
    /// Its id.
    pub id: String,
    /// What it says.
    pub text: String,
    /// When it was written, as the CRM tells it (ISO 8601).
    pub at: String,
}

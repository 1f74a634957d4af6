//! Why an activity failed, in the two forms that users need: Webex's number for the flow, and a
//! stable code of ours with a page in `docs/errors/` for the operator.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The stable code of a failure. Its text (`TL-…`) names a page in `docs/errors/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum FailureCode {
    /// The flow uses an activity or an option that Trunkline does not run.
    #[serde(rename = "TL-FLOW-UNSUPPORTED")]
    Unsupported,
    /// An expression could not be compiled or evaluated.
    #[serde(rename = "TL-FLOW-EXPRESSION")]
    Expression,
    /// A property of the activity is missing or has a value outside its range.
    #[serde(rename = "TL-FLOW-PROPERTY")]
    Property,
    /// A value does not fit the type of the variable that it is assigned to.
    #[serde(rename = "TL-FLOW-TYPE")]
    Type,
    /// The activity was passed more often than its published loop limit.
    #[serde(rename = "TL-FLOW-LOOP")]
    LoopLimit,
    /// The flow went round without time passing.
    #[serde(rename = "TL-FLOW-SPIN")]
    Spin,
    /// The activity is not allowed in the contact's present state.
    #[serde(rename = "TL-FLOW-STATE")]
    State,
    /// A flow, subflow or entry point that the activity names does not exist.
    #[serde(rename = "TL-FLOW-TARGET")]
    Target,
    /// A port that the flow took leads nowhere.
    #[serde(rename = "TL-FLOW-DANGLING")]
    Dangling,
    /// The flow ended while the caller was on the line: Webex leaves them in dead air.
    #[serde(rename = "TL-FLOW-SILENCE")]
    Silence,
    /// The contact waited in its queue for the longest time that the queue allows.
    #[serde(rename = "TL-QUEUE-TIMEOUT")]
    QueueTimeout,
    /// The queues did not take the contact.
    #[serde(rename = "TL-QUEUE-REFUSED")]
    QueueRefused,
    /// The connection to the contact's agents was lost too often.
    #[serde(rename = "TL-AGENT-LOST")]
    AgentLost,
    /// An answer could not be read as the content type that the activity expects.
    #[serde(rename = "TL-FLOW-PARSE")]
    Parse,
    /// The queue does not exist or cannot take the contact.
    #[serde(rename = "TL-QUEUE-UNKNOWN")]
    QueueUnknown,
    /// The business hours that the activity names do not exist.
    #[serde(rename = "TL-HOURS-UNKNOWN")]
    HoursUnknown,
    /// An audio file that the activity names does not exist.
    #[serde(rename = "TL-AUDIO-UNKNOWN")]
    AudioUnknown,
    /// The file of an audio that the tenant names is not there.
    #[serde(rename = "TL-AUDIO-MISSING")]
    AudioMissing,
    /// An audio file is there, but cannot be read as audio.
    #[serde(rename = "TL-AUDIO-UNREADABLE")]
    AudioUnreadable,
    /// No voice speaks the text: none is configured, or all providers failed.
    #[serde(rename = "TL-SPEECH-FAILED")]
    SpeechFailed,
    /// The caller's line takes no audio.
    #[serde(rename = "TL-LINE-NOT-READY")]
    LineNotReady,
    /// The number of a transfer cannot be dialled.
    #[serde(rename = "TL-TRANSFER-NUMBER")]
    TransferNumber,
    /// The third party of a transfer is busy or declines.
    #[serde(rename = "TL-TRANSFER-BUSY")]
    TransferBusy,
    /// The third party of a transfer did not answer in time.
    #[serde(rename = "TL-TRANSFER-NO-ANSWER")]
    TransferNoAnswer,
    /// The call to the third party of a transfer could not be made.
    #[serde(rename = "TL-TRANSFER-FAILED")]
    TransferFailed,
    /// The caller said nothing that could be recorded.
    #[serde(rename = "TL-RECORD-SILENT")]
    RecordSilent,
    /// A recording could not be made.
    #[serde(rename = "TL-RECORD-FAILED")]
    RecordFailed,
    /// The connector does not exist.
    #[serde(rename = "TL-HTTP-CONNECTOR")]
    Connector,
    /// The URL is malformed or its scheme is not http or https.
    #[serde(rename = "TL-HTTP-URL")]
    Url,
    /// The host's name could not be resolved.
    #[serde(rename = "TL-HTTP-DNS")]
    Dns,
    /// The address is in a network that the tenant does not allow flows to reach.
    #[serde(rename = "TL-HTTP-NETWORK")]
    Network,
    /// The connection could not be made or broke.
    #[serde(rename = "TL-HTTP-CONNECT")]
    Connect,
    /// The TLS handshake failed: certificate, name or protocol.
    #[serde(rename = "TL-HTTP-TLS")]
    Tls,
    /// The answer did not arrive within the response timeout.
    #[serde(rename = "TL-HTTP-TIMEOUT")]
    Timeout,
    /// The answer's body is larger than the connector allows.
    #[serde(rename = "TL-HTTP-BODY-SIZE")]
    BodySize,
    /// The answer is not valid HTTP.
    #[serde(rename = "TL-HTTP-PROTOCOL")]
    Protocol,
    /// The answers redirected too often or to a place that is not allowed.
    #[serde(rename = "TL-HTTP-REDIRECT")]
    Redirect,
    /// No access token could be had.
    #[serde(rename = "TL-HTTP-TOKEN")]
    Token,
    /// A value put into a SOQL literal would have ended the literal; the request was not sent.
    #[serde(rename = "TL-HTTP-SOQL-GUARD")]
    SoqlGuard,
    /// The connector does not allow requests that change data.
    #[serde(rename = "TL-HTTP-WRITE-DENIED")]
    WriteDenied,
    /// The process ended between the request and its answer; whether it had effect is not known.
    #[serde(rename = "TL-HTTP-IN-DOUBT")]
    InDoubt,
    /// The journal cannot be brought to the disk, so that nothing is written to other systems.
    #[serde(rename = "TL-JOURNAL-FAILED")]
    JournalFailed,
    /// The program made a mistake over the contact.
    #[serde(rename = "TL-PROGRAM-FAULT")]
    ProgramFault,
}

impl FailureCode {
    /// Whether it says that prompts or their providers are not as the operator thinks, so that the
    /// operator should know even where the flow handles it.
    pub fn is_of_prompts(self) -> bool {
        matches!(
            self,
            Self::AudioUnknown | Self::AudioMissing | Self::AudioUnreadable | Self::SpeechFailed
        )
    }

    /// The code's text, which is the name of its page in `docs/errors/`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unsupported => "TL-FLOW-UNSUPPORTED",
            Self::Expression => "TL-FLOW-EXPRESSION",
            Self::Property => "TL-FLOW-PROPERTY",
            Self::Type => "TL-FLOW-TYPE",
            Self::LoopLimit => "TL-FLOW-LOOP",
            Self::Spin => "TL-FLOW-SPIN",
            Self::State => "TL-FLOW-STATE",
            Self::Target => "TL-FLOW-TARGET",
            Self::Dangling => "TL-FLOW-DANGLING",
            Self::Silence => "TL-FLOW-SILENCE",
            Self::QueueTimeout => "TL-QUEUE-TIMEOUT",
            Self::QueueRefused => "TL-QUEUE-REFUSED",
            Self::AgentLost => "TL-AGENT-LOST",
            Self::Parse => "TL-FLOW-PARSE",
            Self::QueueUnknown => "TL-QUEUE-UNKNOWN",
            Self::HoursUnknown => "TL-HOURS-UNKNOWN",
            Self::AudioUnknown => "TL-AUDIO-UNKNOWN",
            Self::AudioMissing => "TL-AUDIO-MISSING",
            Self::AudioUnreadable => "TL-AUDIO-UNREADABLE",
            Self::SpeechFailed => "TL-SPEECH-FAILED",
            Self::LineNotReady => "TL-LINE-NOT-READY",
            Self::TransferNumber => "TL-TRANSFER-NUMBER",
            Self::TransferBusy => "TL-TRANSFER-BUSY",
            Self::TransferNoAnswer => "TL-TRANSFER-NO-ANSWER",
            Self::TransferFailed => "TL-TRANSFER-FAILED",
            Self::RecordSilent => "TL-RECORD-SILENT",
            Self::RecordFailed => "TL-RECORD-FAILED",
            Self::Connector => "TL-HTTP-CONNECTOR",
            Self::Url => "TL-HTTP-URL",
            Self::Dns => "TL-HTTP-DNS",
            Self::Network => "TL-HTTP-NETWORK",
            Self::Connect => "TL-HTTP-CONNECT",
            Self::Tls => "TL-HTTP-TLS",
            Self::Timeout => "TL-HTTP-TIMEOUT",
            Self::BodySize => "TL-HTTP-BODY-SIZE",
            Self::Protocol => "TL-HTTP-PROTOCOL",
            Self::Redirect => "TL-HTTP-REDIRECT",
            Self::Token => "TL-HTTP-TOKEN",
            Self::SoqlGuard => "TL-HTTP-SOQL-GUARD",
            Self::WriteDenied => "TL-HTTP-WRITE-DENIED",
            Self::InDoubt => "TL-HTTP-IN-DOUBT",
            Self::JournalFailed => "TL-JOURNAL-FAILED",
            Self::ProgramFault => "TL-PROGRAM-FAULT",
        }
    }
}

/// What an activity's failure or error port carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// The stable code, with a page in `docs/errors/`.
    pub code: FailureCode,
    /// Webex's number for this activity's failure (its output `FailureCode`); 0 where Webex
    /// publishes none.
    pub number: i32,
    /// What happened, for a person (the output `FailureDescription`).
    pub description: String,
}

impl Failure {
    /// A failure for which Webex publishes no number.
    pub fn new(code: FailureCode, description: impl Into<String>) -> Self {
        Self { code, number: 0, description: description.into() }
    }

    /// The same with Webex's number.
    pub fn numbered(code: FailureCode, number: i32, description: impl Into<String>) -> Self {
        Self { code, number, description: description.into() }
    }
}

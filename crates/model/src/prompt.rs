//! What a caller is made to hear.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::failure::FailureCode;

/// One piece of a prompt. A prompt is a list of these, played in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Prompt {
    /// An audio file of the tenant, by name, extension included.
    Audio {
        /// The file's name.
        file: String,
    },
    /// Text to be spoken.
    Speech {
        /// The text; SSML when it is a whole `<speak>` element.
        text: String,
        /// How it is to be spoken.
        #[serde(default)]
        voice: Voice,
        /// Whether it may tell the value of a secure variable, so that its sound must not be kept.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_secure: bool,
    },
}

impl Prompt {
    /// A text to be spoken that tells nothing secret.
    pub fn speech(text: impl Into<String>, voice: Voice) -> Self {
        Self::Speech { text: text.into(), voice, is_secure: false }
    }

    /// Whether it may tell the value of a secure variable.
    pub fn is_secure(&self) -> bool {
        matches!(self, Self::Speech { is_secure: true, .. })
    }
}

/// How a text is spoken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Voice {
    /// The text-to-speech connector named in the flow, such as `Cisco Cloud Text-to-Speech`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<String>,
    /// The voice or language named in the flow, such as `en-US-Standard-C`; none for the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Speed, 1 is normal, 0.25 to 4; none for the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Gain in dB, -96 to 16; none for the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gain_db: Option<f64>,
}

/// A stretch of one audio file, as the activity `play-music` plays it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Music {
    /// The audio file's name.
    pub file: String,
    /// Where in the file to begin, in milliseconds; wraps with the file's length.
    pub offset_ms: u64,
    /// How long to play, in milliseconds: beyond the file's length it loops, at most five times
    /// (Webex). None plays the file once.
    pub duration_ms: Option<u64>,
}

/// Why a prompt or music could not be played, or not to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlayFailure {
    /// A file that the tenant names is not there.
    FileMissing,
    /// A file is there, but cannot be read as audio.
    FileUnreadable,
    /// No voice speaks the text: none is configured for its language, or all providers failed.
    SpeechFailed,
    /// The caller's line takes no audio.
    LineNotReady,
}

impl PlayFailure {
    /// The failure's stable code.
    pub fn code(self) -> FailureCode {
        match self {
            Self::FileMissing => FailureCode::AudioMissing,
            Self::FileUnreadable => FailureCode::AudioUnreadable,
            Self::SpeechFailed => FailureCode::SpeechFailed,
            Self::LineNotReady => FailureCode::LineNotReady,
        }
    }
}

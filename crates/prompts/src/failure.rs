//! Why a prompt cannot be played, in words for the operator.

use std::path::PathBuf;

use trunkline_speech::SpeechError;

use crate::limits::MAX_PIECES;

/// Why a prompt cannot be played. The flow's activity leaves by its error port. No message holds
/// a text that was to be kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PromptFailure {
    /// The tenant has no audio file of this name.
    #[error(
        "the tenant has no audio file {file:?}; add it under `audio:` in tenant.yaml, the ending \
         included"
    )]
    MissingFile {
        /// The name in the flow.
        file: String,
    },
    /// The audio file is only there by name and length, which is enough for simulations.
    #[error(
        "the audio file {file:?} has no sound; name one by `file:` in its entry under `audio:` in \
         tenant.yaml"
    )]
    NoSound {
        /// The name in the flow.
        file: String,
    },
    /// The audio file could not be read or decoded when the tenant was loaded.
    #[error("the audio file {file:?} ({}) cannot be played: {reason}", path.display())]
    UnreadableFile {
        /// The name in the flow.
        file: String,
        /// Where it was looked for.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// Nobody speaks the text's language.
    #[error("{reason}")]
    NoVoice {
        /// What is missing, and what to do.
        reason: String,
    },
    /// The text was not spoken: it is beyond the limits, or every provider failed.
    #[error("{reason}")]
    SpeechFailed {
        /// What happened.
        reason: String,
    },
}

impl PromptFailure {
    /// There is no speech at all here.
    pub(crate) fn no_speech() -> Self {
        let reason = "no speech is configured, so that texts cannot be spoken; add a provider \
                      under speech.providers";
        Self::NoVoice { reason: reason.to_owned() }
    }

    /// More than a playlist holds, or than anybody listens to.
    pub(crate) fn too_long() -> Self {
        let reason = format!(
            "the prompt has more than {MAX_PIECES} sentences, or is spoken for more than ten \
             minutes; shorten it"
        );
        Self::SpeechFailed { reason }
    }

    /// A failure of speech.
    pub(crate) fn of_speech(error: &SpeechError) -> Self {
        let reason = error.to_string();
        match error {
            SpeechError::NoVoice { .. } => Self::NoVoice { reason },
            SpeechError::DuplicateProvider(_)
            | SpeechError::UnknownProvider { .. }
            | SpeechError::NoLanguage(_)
            | SpeechError::WrongLanguage { .. }
            | SpeechError::Setting { .. }
            | SpeechError::General { .. }
            | SpeechError::SecretEnv { .. }
            | SpeechError::SecretFile { .. }
            | SpeechError::SecretLiteral(_)
            | SpeechError::Text(_)
            | SpeechError::AllFailed { .. }
            | SpeechError::BrokenOff => Self::SpeechFailed { reason },
        }
    }
}

/// What an operator ought to know before a call meets it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// An audio file cannot be played.
    #[error("{0}")]
    File(PromptFailure),
    /// A text could not be made ready.
    #[error("the text {excerpt:?} could not be made ready: {failure}")]
    Text {
        /// Its beginning.
        excerpt: String,
        /// Why.
        failure: PromptFailure,
    },
}

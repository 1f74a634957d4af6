//! What every provider of speech is.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::audio::Pcm;
use crate::language::Language;
use crate::utterance::Utterance;
use crate::wav::WavError;

/// The most audio that one utterance may have, in bytes. About three minutes at 48 kHz.
pub(crate) const MAX_AUDIO_BYTES: usize = 16 << 20;

/// One utterance to be spoken with a voice of the provider.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// What is to be said. Its gain is applied to the provider's audio afterwards.
    pub utterance: &'a Utterance,
    /// The provider's own name of the voice; empty for its choice.
    pub voice: &'a str,
    /// The language asked for.
    pub language: &'a Language,
}

/// The audio to come.
pub type SpeakFuture<'a> = Pin<Box<dyn Future<Output = Result<Pcm, ProviderError>> + Send + 'a>>;

/// A text-to-speech program or service.
///
/// Providers are asynchronous: most wait for a network or a process, and a server has thousands
/// of callers. They know no deadline; the caller drops the future when time is up, and dropping
/// must end all that was started, processes included.
pub trait Provider: Send + Sync + fmt::Debug {
    /// The voice for a text of this language: the provider's name of it, or empty for its own
    /// choice. `wanted` is the name that the flow gives. None if it cannot speak the language.
    fn voice_for(&self, language: &Language, wanted: Option<&str>) -> Option<String>;

    /// A text that changes whenever the same job may sound different: part of the cache's key.
    /// It holds no secret.
    fn fingerprint(&self) -> String;

    /// How many utterances it may make at a time.
    fn max_concurrent(&self) -> usize;

    /// Speaks one utterance.
    fn speak<'a>(&'a self, job: Job<'a>) -> SpeakFuture<'a>;
}

/// Why a provider did not speak. No message holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It took too long.
    #[error("it took longer than {0} ms; a faster voice or a larger speech.timeout_ms may help")]
    Timeout(u64),
    /// All its places were taken for the whole time.
    #[error("it was busy with other texts for {0} ms; raise its max_concurrent")]
    Busy(u64),
    /// The program could not be started.
    #[error("the program {program} could not be started: {reason}; install it or set its path")]
    NotStarted {
        /// The program.
        program: String,
        /// What the system said.
        reason: String,
    },
    /// The program failed.
    #[error("the program {program} ended with {status}: {stderr}")]
    Ended {
        /// The program.
        program: String,
        /// Its exit status.
        status: String,
        /// The beginning of what it complained about.
        stderr: String,
    },
    /// Talking to the program failed.
    #[error("the program {program} could not be talked to: {reason}")]
    Pipe {
        /// The program.
        program: String,
        /// What the system said.
        reason: String,
    },
    /// The service could not be reached.
    #[error("the service could not be reached: {0}")]
    Network(String),
    /// The service refused.
    #[error("the service answered {status}: {excerpt}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The beginning of its answer.
        excerpt: String,
    },
    /// The answer is not what the service documents.
    #[error("the answer is not as documented: {0}")]
    Answer(String),
    /// The audio cannot be used.
    #[error("its audio cannot be used: {0}")]
    Audio(#[from] WavError),
    /// It gave too much.
    #[error("it gave more than {MAX_AUDIO_BYTES} bytes of audio for one sentence")]
    TooMuch,
    /// It cannot read this text.
    #[error("{0}")]
    Unsuited(&'static str),
}

impl ProviderError {
    /// The message without what a program or a service said, which may repeat the text.
    pub(crate) fn discreet(&self) -> String {
        match self {
            Self::Ended { program, status, .. } => {
                format!("the program {program} ended with {status}")
            }
            Self::Refused { status, .. } => format!("the service answered {status}"),
            Self::Timeout(_)
            | Self::Busy(_)
            | Self::NotStarted { .. }
            | Self::Pipe { .. }
            | Self::Network(_)
            | Self::Answer(_)
            | Self::Audio(_)
            | Self::TooMuch
            | Self::Unsuited(_) => self.to_string(),
        }
    }
}

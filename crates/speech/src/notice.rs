//! What an operator ought to know, and no caller of a function is told by its result.

use std::sync::Arc;

/// Something that went wrong and was got over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A provider failed; the next one of the language was asked.
    ProviderFailed {
        /// The provider's name.
        provider: String,
        /// The language asked for.
        language: String,
        /// What happened.
        reason: String,
    },
    /// A provider failed several times in a row and is passed over for a while where another can
    /// speak.
    ProviderResting {
        /// The provider's name.
        provider: String,
        /// For how long, in milliseconds.
        rest_ms: u64,
    },
    /// A prompt could not be kept on disk; speech goes on without the cache. Said once, until the
    /// cache works again.
    CacheUnavailable {
        /// What happened.
        reason: String,
    },
    /// The cache works again.
    CacheBack,
    /// A file of the cache was damaged; it was removed and the prompt made anew.
    CacheDamaged {
        /// What was wrong.
        reason: String,
    },
    /// The markup of a text was not as it should be; it was spoken as well as could be.
    Markup {
        /// What was wrong.
        reason: String,
    },
    /// A flow names a voice that says no language and that no entry of the configuration names.
    UnknownVoice {
        /// The name.
        name: String,
        /// The language taken instead.
        language: String,
    },
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ProviderFailed { provider, language, reason } => {
                write!(f, "speech provider {provider} failed for {language}: {reason}")
            }
            Self::ProviderResting { provider, rest_ms } => {
                write!(f, "speech provider {provider} keeps failing; passed over for {rest_ms} ms")
            }
            Self::CacheUnavailable { reason } => {
                write!(f, "the speech cache cannot be used, prompts are made each time: {reason}")
            }
            Self::CacheBack => f.write_str("the speech cache works again"),
            Self::CacheDamaged { reason } => {
                write!(f, "a damaged file was removed from the speech cache: {reason}")
            }
            Self::Markup { reason } => write!(f, "markup of a spoken text: {reason}"),
            Self::UnknownVoice { name, language } => write!(
                f,
                "no entry of speech.voices is for the voice {name:?}; {language} is taken"
            ),
        }
    }
}

/// Takes notices. It is called from many threads and must not block.
pub type Listener = Arc<dyn Fn(&Notice) + Send + Sync>;

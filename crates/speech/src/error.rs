//! What can be wrong with the configuration of speech, and with a text.

use std::path::PathBuf;

use crate::ssml::SsmlError;

/// One provider's failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The provider's name in the configuration.
    pub provider: String,
    /// What happened.
    pub reason: String,
}

/// Why nothing can be, or was, spoken. No message holds a secret.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SpeechError {
    /// Two providers have one name.
    #[error("speech.providers: two are called {0:?}; give each its own name")]
    DuplicateProvider(String),
    /// An entry for a voice names a provider that there is not.
    #[error("speech.voices: {provider:?} is no provider; there are: {known}")]
    UnknownProvider {
        /// The name in the entry.
        provider: String,
        /// The providers that there are.
        known: String,
    },
    /// An entry for a voice says neither by its name nor by `language` what it speaks.
    #[error("speech.voices: the entry for {0:?} says no language; add `language`, such as en-US")]
    NoLanguage(String),
    /// A provider is to speak a language that it cannot.
    #[error("speech.voices: {provider} cannot speak {language}{hint}; name another provider")]
    WrongLanguage {
        /// The provider.
        provider: String,
        /// The language of the entry.
        language: String,
        /// More about it.
        hint: &'static str,
    },
    /// A setting of a provider cannot be used.
    #[error("speech.providers: {provider}: {field}: {reason}")]
    Setting {
        /// The provider.
        provider: String,
        /// The setting's key.
        field: &'static str,
        /// What is wrong, and what to write.
        reason: String,
    },
    /// A general setting cannot be used.
    #[error("speech.{field}: {reason}")]
    General {
        /// The setting's key.
        field: &'static str,
        /// What is wrong, and what to write.
        reason: String,
    },
    /// The environment variable of a secret is not set or empty.
    #[error(
        "speech.providers: {provider}: the key is to come from the environment variable {name}, \
         which is not set; set it and start again"
    )]
    SecretEnv {
        /// The provider.
        provider: String,
        /// The variable's name.
        name: String,
    },
    /// The file of a secret cannot be used.
    #[error(
        "speech.providers: {provider}: the key is to come from the file {path}, which cannot be \
         used: {reason}; check the path and its permissions"
    )]
    SecretFile {
        /// The provider.
        provider: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A secret is written in the configuration itself (decision 31).
    #[error(
        "speech.providers: {0}: the key is written in the configuration itself; write \
         {{env: NAME}} or {{file: PATH}} instead"
    )]
    SecretLiteral(String),
    /// The text is beyond the limits.
    #[error(transparent)]
    Text(#[from] SsmlError),
    /// No provider speaks the language.
    #[error(
        "no speech provider speaks {language} (asked for: {wanted}); add one under \
         speech.providers"
    )]
    NoVoice {
        /// The language.
        language: String,
        /// The voice that the flow names.
        wanted: String,
    },
    /// Every provider of the language failed.
    #[error("no speech provider could speak {language}: {}", list(.attempts))]
    AllFailed {
        /// The language.
        language: String,
        /// What each of them said.
        attempts: Vec<Attempt>,
    },
    /// The work was given up, because the program is ending.
    #[error("the speech was broken off, because the program is ending")]
    BrokenOff,
}

fn list(attempts: &[Attempt]) -> String {
    let all: Vec<String> =
        attempts.iter().map(|it| format!("{}: {}", it.provider, it.reason)).collect();
    all.join("; ")
}

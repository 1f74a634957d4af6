//! Text-to-speech providers behind one trait, an SSML subset, a prompt cache.
//!
//! A [`Speaker`] turns a text and the voice that a flow names into [`Clip`]s, one per sentence, so
//! that a caller hears the first while the next is still being made. What decides (the SSML
//! subset, sentences, how dates and amounts are read) is free of I/O; only the providers, the
//! cache and the speaker touch processes, sockets and files.

mod audio;
mod cache;
mod config;
mod error;
mod health;
mod language;
mod notice;
mod provider;
mod providers;
mod say_as;
mod secret;
mod sentence;
mod speaker;
pub mod ssml;
mod utterance;
mod voices;
mod wav;

pub use audio::Pcm;
pub use cache::{Cache, CacheError, Key};
pub use config::{
    AzureConfig, CacheConfig, CommandConfig, EspeakNgConfig, GoogleConfig, OpenJtalkConfig,
    OpenaiCompatibleConfig, ProviderConfig, ProviderKind, SpeechConfig, VoiceConfig, VoiceTable,
    VoiceUse,
};
pub use error::{Attempt, SpeechError};
pub use language::Language;
pub use notice::{Listener, Notice};
pub use provider::{Job, Provider, ProviderError, SpeakFuture};
pub use sentence::sentences;
pub use speaker::{Clip, Keep, Options, Source, Speaker, Speech};
pub use utterance::{Piece, Run, Utterance, plan};
pub use wav::{WavError, read_wav};

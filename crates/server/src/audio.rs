//! Audio files that come by the interface, and go out by it.

use trunkline_desk::{Reason, Refusal};
use trunkline_prompts::{AudioError, Library, PromptFailure, convert as telephone};

/// Converts a file into what telephones play; what is like that already stays as it is.
pub(crate) async fn convert(file: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    let converted = tokio::task::spawn_blocking(move || telephone(&file)).await;
    let converted = converted.map_err(|_| Refusal::Unavailable(Reason::Stopping))?;
    converted.map_err(|error| {
        tracing::info!("an uploaded audio file was refused: {error}");
        Refusal::Invalid { field: "file".to_owned(), problem: reason(&error) }
    })
}

/// The file of this name as callers hear it; none if there is no such file, or it has no sound.
pub(crate) async fn wav(library: Library, name: String) -> Result<Option<Vec<u8>>, Refusal> {
    let wav = tokio::task::spawn_blocking(move || library.wav(&name)).await;
    match wav.map_err(|_| Refusal::Unavailable(Reason::Stopping))? {
        Ok(wav) => Ok(Some(wav)),
        Err(PromptFailure::MissingFile { .. } | PromptFailure::NoSound { .. }) => Ok(None),
        Err(failure) => Err(Refusal::Unavailable(failure.to_string().into())),
    }
}

fn reason(error: &AudioError) -> Reason {
    match error {
        AudioError::Unknown => Reason::NotAudio,
        AudioError::Unsupported(_) => Reason::AudioUnsupported,
        AudioError::Damaged(_) | AudioError::Media(_) => Reason::AudioDamaged,
        AudioError::Empty => Reason::AudioEmpty,
        AudioError::TooLong { .. } => Reason::AudioTooLong,
    }
}

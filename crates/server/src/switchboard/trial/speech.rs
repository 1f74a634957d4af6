//! Typed speech: a text becomes the caller's voice.

use trunkline_desk::Refusal;
use trunkline_media::codec::Codec;
use trunkline_media::g711::{Law, decode};
use trunkline_media::prompt::Item;
use trunkline_media::wav::Wav;
use trunkline_model::prompt::{Prompt, Voice};
use trunkline_prompts::{Keep, Library, PromptFailure};

use super::super::Switchboard;
use super::super::desk::Reply;

/// The rate of telephone speech, in Hz.
const RATE_HZ: u32 = 8_000;

impl Switchboard {
    pub(super) fn speak(&self, text: String, reply: Reply<Vec<u8>>) {
        let library = self.io.library.clone();
        self.io.runtime.spawn(async move {
            let spoken = voice(&library, text).await.map_err(|failure| {
                tracing::warn!("typed speech: {failure}");
                Refusal::Unavailable(failure.to_string().into())
            });
            // Whoever asked may be gone.
            let _ = reply.send(spoken);
        });
    }
}

async fn voice(library: &Library, text: String) -> Result<Vec<u8>, PromptFailure> {
    let name = is_japanese(&text).then(|| "ja-JP".to_owned());
    let prompt = Prompt::speech(text, Voice { name, ..Voice::default() });
    let mut pieces = library.open(&[prompt], Keep::Nowhere);
    let mut samples: Vec<i16> = Vec::new();
    while let Some(piece) = pieces.next().await {
        if let Item::Prompt(prompt) = piece? {
            let bytes = prompt.encoded(Codec::Pcmu);
            let from = samples.len();
            samples.resize(from + bytes.len(), 0);
            decode(Law::Mu, bytes, &mut samples[from..]);
        }
    }
    // A text of the length that is allowed is far below a file's limit.
    Ok(Wav::linear(RATE_HZ, &samples).to_bytes().unwrap_or_default())
}

/// Whether a text has kana or kanji.
fn is_japanese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
}

#[cfg(test)]
mod tests {
    use super::is_japanese;

    #[test]
    fn a_text_says_its_language() {
        assert!(is_japanese("請求書の件です") && is_japanese("Bikeです"));
        assert!(!is_japanese("My brakes squeal, 100 %."));
    }
}

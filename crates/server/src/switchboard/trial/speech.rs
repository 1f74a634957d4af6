//! Typed speech: a text becomes the caller's voice.

use std::time::Duration;

use trunkline_desk::{Refusal, TrialView};
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

/// The languages of typed speech, each with a word to try it with.
const LANGUAGES: [(&str, &str); 2] = [("en", "Hello."), ("ja", "はい。")];

/// How long a try may take: a page waits for it.
const PATIENCE: Duration = Duration::from_secs(3);

impl Switchboard {
    /// Adds the languages that there are voices for, so that nobody types what cannot be spoken.
    pub(super) fn view_with_voices(&self, view: TrialView, reply: Reply<TrialView>) {
        let library = self.io.library.clone();
        self.io.runtime.spawn(async move {
            let [en, ja] = LANGUAGES.map(|(_, text)| is_spoken(&library, text));
            let (en, ja) = tokio::join!(en, ja);
            let voices = LANGUAGES.iter().zip([en, ja]).filter(|(_, is_spoken)| *is_spoken);
            let voices = voices.map(|((language, _), _)| (*language).to_owned()).collect();
            // Whoever asked may be gone.
            let _ = reply.send(Ok(TrialView { voices, ..view }));
        });
    }

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

/// Whether a text can be spoken, found out by speaking it. Once spoken it stays in memory.
async fn is_spoken(library: &Library, text: &str) -> bool {
    let mut pieces = library.open(&[prompt(text.to_owned())], Keep::OnDisk);
    let all = async {
        while let Some(piece) = pieces.next().await {
            if piece.is_err() {
                return false;
            }
        }
        true
    };
    tokio::time::timeout(PATIENCE, all).await.unwrap_or(false)
}

fn prompt(text: String) -> Prompt {
    let name = is_japanese(&text).then(|| "ja-JP".to_owned());
    Prompt::speech(text, Voice { name, ..Voice::default() })
}

async fn voice(library: &Library, text: String) -> Result<Vec<u8>, PromptFailure> {
    let prompt = prompt(text);
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

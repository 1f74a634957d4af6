//! The prompt of an activity: a list of audio files, audio variables and texts to be spoken.

use trunkline_model::prompt::{Prompt, Voice};
use trunkline_model::trace::Datum;
use trunkline_model::{Failure, FailureCode};

use crate::diagnostic::Severity;
use crate::read::{Properties, Templated};
use crate::run::Cx;

use super::Need;

/// The most pieces of one prompt that are played.
const MAX_PIECES: usize = 50;

/// `prompts` and `promptsTts` with the voice that speaks them.
#[derive(Debug)]
pub(super) struct Prompts {
    pieces: Vec<Piece>,
    voice: Voice,
    voice_name: Templated,
}

#[derive(Debug)]
struct Piece {
    is_speech: bool,
    text: Templated,
}

impl Prompts {
    pub(super) fn read(properties: &mut Properties<'_>) -> Self {
        // `toggle` says which list counts; some files keep both, some only one.
        let key = match (properties.flag("toggle"), properties.raw("promptsTts").is_null()) {
            (true, false) => "promptsTts",
            (true, true) | (false, _) if !properties.raw("prompts").is_null() => "prompts",
            (true, true) | (false, _) => "promptsTts",
        };
        let mut pieces = Vec::new();
        for (place, json) in properties.raw(key).elements().iter().take(MAX_PIECES).enumerate() {
            let place = place.to_string();
            let text = properties.template_of(json.get("value"), key, &[key, &place, "value"]);
            let is_speech = json.get("type").as_text() == Some("tts");
            pieces.push(Piece { is_speech, text });
        }
        if pieces.iter().all(|piece| piece.text.is_blank()) {
            let text = "there is nothing to play".to_owned();
            properties.report("empty-prompt", Severity::Warning, &[key], text, None);
        }
        Self {
            pieces,
            voice: read_voice(properties),
            voice_name: properties.template("voiceLanguage"),
        }
    }

    /// What is to be played; a file that the tenant does not have is an error.
    pub(super) fn render(&self, cx: &Cx<'_>) -> Result<Vec<Prompt>, Failure> {
        let mut prompts = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            let text = cx.text(&piece.text)?;
            if text.trim().is_empty() {
                continue;
            }
            if piece.is_speech {
                let is_secure = cx.may_reveal(&piece.text, &text);
                prompts.push(Prompt::Speech { text, voice: self.voice(cx)?, is_secure });
            } else {
                require_audio(cx, &text)?;
                prompts.push(Prompt::Audio { file: text });
            }
        }
        Ok(prompts)
    }

    fn voice(&self, cx: &Cx<'_>) -> Result<Voice, Failure> {
        let name = cx.text(&self.voice_name)?;
        let mut voice = self.voice.clone();
        if !name.trim().is_empty() {
            voice.name = Some(name);
        }
        Ok(voice)
    }

    pub(super) fn templates(&self) -> Vec<&Templated> {
        let pieces = self.pieces.iter().map(|piece| &piece.text);
        pieces.chain(std::iter::once(&self.voice_name)).collect()
    }

    pub(super) fn fixed_texts(&self) -> Vec<(&str, Voice)> {
        let is_fixed =
            |text: &Templated| !["{{", "{%", "{#"].iter().any(|it| text.source().contains(it));
        if !is_fixed(&self.voice_name) {
            return Vec::new();
        }
        let name = Some(self.voice_name.source().to_owned()).filter(|it| !it.trim().is_empty());
        let voice = Voice { name, ..self.voice.clone() };
        let spoken = self.pieces.iter().filter(|piece| piece.is_speech && is_fixed(&piece.text));
        let spoken = spoken.filter(|piece| !piece.text.is_blank());
        spoken.map(|piece| (piece.text.source(), voice.clone())).collect()
    }

    pub(super) fn needs(&self) -> Vec<Need<'_>> {
        let files = self.pieces.iter().filter(|piece| !piece.is_speech);
        let fixed = files.filter(|piece| piece.text.references().is_empty());
        let named = fixed.filter(|piece| !piece.text.is_blank());
        named.map(|piece| Need::Audio(piece.text.source())).collect()
    }
}

fn read_voice(properties: &mut Properties<'_>) -> Voice {
    let number = |name: &str, range: std::ops::RangeInclusive<f64>| {
        let number = properties.text(name)?.trim().parse::<f64>().ok()?;
        range.contains(&number).then_some(number)
    };
    Voice {
        connector: properties
            .name_beside("connector")
            .or(properties.text("connector"))
            .map(str::to_owned),
        name: None,
        rate: number("speakingRate", 0.25..=4.0),
        gain_db: number("volumeGainDb", -96.0..=16.0),
    }
}

/// Fails unless the tenant has this audio file. Files that Webex ships with are always there.
pub(super) fn require_audio(cx: &Cx<'_>, file: &str) -> Result<(), Failure> {
    let file = file.trim();
    let is_known = is_built_in(file) || cx.tenant().audio.iter().any(|audio| audio.name == file);
    if is_known {
        return Ok(());
    }
    let text = format!(
        "the tenant has no audio file {file:?}; add it under `audio:` in tenant.yaml, the ending \
         included"
    );
    Err(Failure::new(FailureCode::AudioUnknown, text))
}

/// Whether an audio file is there without the tenant having uploaded it.
pub fn is_built_in(file: &str) -> bool {
    file.starts_with("defaultmusic_on_hold") && file.ends_with(".wav")
}

/// A prompt as the trace shows it.
pub(super) fn shown(prompts: &[Prompt]) -> Datum {
    let texts = prompts.iter().map(|prompt| match prompt {
        Prompt::Audio { file } => format!("[{file}]"),
        Prompt::Speech { text, .. } => text.clone(),
    });
    Datum::from(texts.collect::<Vec<_>>())
}

//! eSpeak NG: a small program that reads a hundred languages in a robot's voice.
//!
//! It is licensed under the GPL, so it stays a program of its own. Japanese is never given to it:
//! it reads kanji as "Chinese letter" (decision 28). It has no stress of single words.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::config::EspeakNgConfig;
use crate::language::{Language, has_han, has_kana};
use crate::provider::{Job, Provider, ProviderError, SpeakFuture};
use crate::providers::process::{Run, identity};
use crate::wav::read_wav;

/// Words per minute at the usual speed.
const USUAL_SPEED: f64 = 175.0;

/// The speeds that the program takes, in words per minute.
const SPEEDS: (f64, f64) = (80.0, 450.0);

/// The pitch setting of a voice's own pitch, 0 to 99.
const USUAL_PITCH: f64 = 50.0;

/// One step of the pitch setting, in semitones; the whole range is about two octaves.
const PITCH_STEP: f64 = 0.25;

/// Languages of flows that the program reads, besides those with a voice of their own below.
const LANGUAGES: [&str; 47] = [
    "af", "ar", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "es", "et", "fa", "fi", "ga",
    "gu", "he", "hi", "hr", "hu", "id", "is", "it", "kn", "ko", "lt", "lv", "mk", "ml", "mr", "ms",
    "mt", "ne", "nl", "pa", "pl", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te",
];

/// The program as a provider.
#[derive(Debug)]
pub(super) struct EspeakNg {
    program: PathBuf,
    places: usize,
}

impl EspeakNg {
    pub(super) fn new(config: &EspeakNgConfig, places: usize) -> Self {
        Self { program: config.program.clone(), places }
    }
}

/// The program's name of the voice for a language.
fn voice(language: &Language) -> Option<&'static str> {
    Some(match (language.primary(), language.region()) {
        ("en", Some("US" | "CA") | None) => "en-us",
        ("en", Some(_)) => "en-gb",
        ("es", Some("ES") | None) => "es",
        ("es", Some(_)) => "es-419",
        ("fr", Some("BE")) => "fr-be",
        ("fr", Some("CH")) => "fr-ch",
        ("fr", Some(_) | None) => "fr-fr",
        ("pt", Some("BR")) => "pt-br",
        ("pt", Some(_) | None) => "pt",
        ("zh", Some("HK")) | ("yue", _) => "yue",
        ("zh", Some(_) | None) => "cmn",
        ("no" | "nb", _) => "nb",
        ("tr", _) => "tr",
        ("uk", _) => "uk",
        ("ur", _) => "ur",
        ("vi", _) => "vi",
        (primary, _) => LANGUAGES.into_iter().find(|language| *language == primary)?,
    })
}

impl Provider for EspeakNg {
    fn voice_for(&self, language: &Language, _wanted: Option<&str>) -> Option<String> {
        voice(language).map(str::to_owned)
    }

    fn fingerprint(&self) -> String {
        format!("espeak_ng 1 {}", identity(&self.program))
    }

    fn max_concurrent(&self) -> usize {
        self.places
    }

    fn speak<'a>(&'a self, job: Job<'a>) -> SpeakFuture<'a> {
        Box::pin(async move {
            let text = job.utterance.text();
            let reads_han = matches!(job.language.primary(), "zh" | "yue");
            if has_kana(&text) || (has_han(&text) && !reads_han) {
                return Err(ProviderError::Unsuited(
                    "eSpeak NG cannot read Japanese; configure Open JTalk or a service for it",
                ));
            }
            let input = quiet(&text);
            let args = args(&job);
            let run = Run { program: &self.program, args, input: input.as_bytes(), pass_env: &[] };
            Ok(read_wav(&run.output().await?)?)
        })
    }
}

/// Double brackets would begin phonemes.
fn quiet(text: &str) -> String {
    text.replace("[[", " [ [").replace("]]", "] ] ")
}

fn args(job: &Job<'_>) -> Vec<OsString> {
    let speed = (USUAL_SPEED * job.utterance.rate).clamp(SPEEDS.0, SPEEDS.1).round();
    let pitch = (USUAL_PITCH + job.utterance.pitch / PITCH_STEP).clamp(0.0, 99.0).round();
    let voice = match job.voice {
        "" => voice(job.language).unwrap_or("en-us"),
        voice => voice,
    };
    [
        "--stdin".to_owned(),
        "--stdout".to_owned(),
        // The input is UTF-8.
        "-b1".to_owned(),
        // These two are read by their names, in the voice's language.
        "--punct=<>".to_owned(),
        format!("-s{speed}"),
        format!("-p{pitch}"),
        format!("-v{voice}"),
    ]
    .map(OsString::from)
    .into()
}

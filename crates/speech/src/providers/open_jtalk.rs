//! Open JTalk: a program for Japanese (decision 28), with a voice file such as Mei's.
//!
//! It reads one line of at most 1,023 bytes. It has no stress of single words.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::config::OpenJtalkConfig;
use crate::language::Language;
use crate::provider::{Job, Provider, ProviderError, SpeakFuture};
use crate::providers::process::{Run, identity};
use crate::speaker::Options;
use crate::wav::read_wav;

/// The longest line that it reads, in bytes.
const MAX_LINE_BYTES: usize = 1_020;

/// The program as a provider.
#[derive(Debug)]
pub(super) struct OpenJtalk {
    program: PathBuf,
    dictionary: PathBuf,
    voice: PathBuf,
    places: usize,
}

impl OpenJtalk {
    pub(super) fn new(config: &OpenJtalkConfig, options: &Options, places: usize) -> Self {
        Self {
            program: config.program.clone(),
            dictionary: options.base_dir.join(&config.dictionary),
            voice: options.base_dir.join(&config.voice),
            places,
        }
    }

    fn args(&self, job: &Job<'_>) -> Vec<OsString> {
        let voice = match job.voice {
            "" => self.voice.clone(),
            voice => PathBuf::from(voice),
        };
        vec![
            "-x".into(),
            self.dictionary.clone().into(),
            "-m".into(),
            voice.into(),
            "-r".into(),
            format!("{}", job.utterance.rate).into(),
            "-fm".into(),
            format!("{}", job.utterance.pitch).into(),
            "-ow".into(),
            "/dev/stdout".into(),
        ]
    }
}

impl Provider for OpenJtalk {
    fn voice_for(&self, language: &Language, _wanted: Option<&str>) -> Option<String> {
        language.is_japanese().then(String::new)
    }

    fn fingerprint(&self) -> String {
        let parts = [&self.program, &self.voice, &self.dictionary.join("sys.dic")];
        let parts = parts.map(|path| identity(path));
        format!("open_jtalk 1 {}", parts.join(" "))
    }

    fn max_concurrent(&self) -> usize {
        self.places
    }

    fn speak<'a>(&'a self, job: Job<'a>) -> SpeakFuture<'a> {
        Box::pin(async move {
            if !self.voice.is_file() {
                return Err(ProviderError::Unsuited(
                    "the voice file of Open JTalk is not there; install it as the README of \
                     speech says, or set `voice`",
                ));
            }
            let text = job.utterance.text().replace('\n', "、");
            if text.len() > MAX_LINE_BYTES {
                return Err(ProviderError::Unsuited("the sentence is too long for Open JTalk"));
            }
            let input = format!("{text}\n");
            let args = self.args(&job);
            let run = Run { program: &self.program, args, input: input.as_bytes(), pass_env: &[] };
            Ok(read_wav(&run.output().await?)?)
        })
    }
}

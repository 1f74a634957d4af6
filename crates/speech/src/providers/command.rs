//! Any program that reads text and writes audio.

use std::ffi::OsString;
use std::path::Path;

use crate::config::CommandConfig;
use crate::error::SpeechError;
use crate::language::Language;
use crate::provider::{Job, Provider, SpeakFuture};
use crate::providers::process::{Run, identity};
use crate::providers::table;
use crate::wav::{read_raw, read_wav};

/// The places in arguments that are filled.
const PLACES: [&str; 4] = ["{voice}", "{language}", "{rate}", "{pitch}"];

/// The program as a provider.
#[derive(Debug)]
pub(super) struct Command {
    config: CommandConfig,
    places: usize,
}

impl Command {
    pub(super) fn new(
        name: &str,
        config: &CommandConfig,
        places: usize,
    ) -> Result<Self, SpeechError> {
        let setting = |field, reason: String| SpeechError::Setting {
            provider: name.to_owned(),
            field,
            reason,
        };
        let Some(program) = config.command.first().filter(|program| !program.is_empty()) else {
            let reason = "it is empty; write the program and its arguments as a list";
            return Err(setting("command", reason.to_owned()));
        };
        if program.contains('{') {
            let reason = "the program itself cannot be a place to be filled; write its path";
            return Err(setting("command", reason.to_owned()));
        }
        let unknown = config.command.iter().find_map(|arg| unknown_place(arg));
        if let Some(place) = unknown {
            let known = PLACES.join(", ");
            let reason = format!(
                "{place} is not known; there are {known}, and the text comes by standard input"
            );
            return Err(setting("command", reason));
        }
        if let Some(key) = table::bad_key(&config.voices) {
            return Err(setting("voices", format!("{key:?} is no language such as en-US")));
        }
        Ok(Self { config: config.clone(), places })
    }

    /// Each argument stays one argument, whatever stands in the values.
    fn args(&self, job: &Job<'_>) -> Vec<OsString> {
        let values = [
            job.voice.to_owned(),
            job.language.to_string(),
            job.utterance.rate.to_string(),
            job.utterance.pitch.to_string(),
        ];
        let fill = |arg: &String| {
            let filled = PLACES
                .iter()
                .zip(&values)
                .fold(arg.clone(), |arg, (place, value)| arg.replace(place, value));
            OsString::from(filled)
        };
        self.config.command.iter().skip(1).map(fill).collect()
    }
}

/// A word in braces that is none of the places.
fn unknown_place(arg: &str) -> Option<&str> {
    let start = arg.match_indices('{').map(|(at, _)| at);
    start.filter_map(|at| Some(&arg[at..=at + arg[at..].find('}')?])).find(|place| {
        let is_word = place[1..place.len() - 1].bytes().all(|b| b.is_ascii_lowercase());
        is_word && place.len() > 2 && !PLACES.contains(place)
    })
}

impl Provider for Command {
    fn voice_for(&self, language: &Language, _wanted: Option<&str>) -> Option<String> {
        table::voice(&self.config.voices, language).map(str::to_owned)
    }

    fn fingerprint(&self) -> String {
        let command = &self.config.command;
        let program = identity(Path::new(&command[0]));
        format!("command 1 {program} {command:?} {:?}", self.config.raw_rate_hz)
    }

    fn max_concurrent(&self) -> usize {
        self.places
    }

    fn speak<'a>(&'a self, job: Job<'a>) -> SpeakFuture<'a> {
        Box::pin(async move {
            let text = job.utterance.text();
            let run = Run {
                program: Path::new(&self.config.command[0]),
                args: self.args(&job),
                input: text.as_bytes(),
                pass_env: &self.config.pass_env,
            };
            let audio = run.output().await?;
            Ok(match self.config.raw_rate_hz {
                Some(rate_hz) => read_raw(&audio, rate_hz)?,
                None => read_wav(&audio)?,
            })
        })
    }
}

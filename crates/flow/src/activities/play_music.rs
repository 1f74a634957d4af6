//! `play-music` (Play Music): plays an audio file, from an offset, for a duration.
//!
//! Ports: `default`, `error`. A duration longer than the file loops it, at most five times. No
//! duration plays it once (`compatibility.play_music_without_duration`).

use trunkline_model::prompt::Music;
use trunkline_model::tenant::compatibility::PlayMusic as Compat;
use trunkline_model::{Failure, FailureCode};

use crate::read::{Properties, Templated};
use crate::run::{Cx, Effect, Wait};

use super::prompts::{is_built_in, require_audio};
use super::{Activity, Descriptor, Need, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "play-music",
    title: "Play Music",
    summary: "Plays an audio file for some time.",
    is_caller_facing: true,
    read,
    ..Descriptor::PLAIN
};

/// A day: what "five times the file" is cut to before the file's length is known.
const LONGEST_S: f64 = 86_400.0;

#[derive(Debug)]
struct PlayMusic {
    /// `prompt`, or `promptDynamic` when `audioRadioGroup` says so.
    file: Templated,
    /// `skip`: the offset in seconds.
    skip: Templated,
    /// `duration` in seconds.
    duration: Templated,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let is_dynamic = properties.text("audioRadioGroup") == Some("dynamicAudio");
    let file = properties.template(if is_dynamic { "promptDynamic" } else { "prompt" });
    let (skip, duration) = (properties.template("skip"), properties.template("duration"));
    Box::new(PlayMusic { file, skip, duration })
}

impl Activity for PlayMusic {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.play(cx).into()
    }

    fn templates(&self) -> Vec<&Templated> {
        vec![&self.file, &self.skip, &self.duration]
    }

    fn needs(&self) -> Vec<Need<'_>> {
        let is_fixed = self.file.references().is_empty() && !self.file.is_blank();
        let file = self.file.source();
        if is_fixed && !is_built_in(file) { vec![Need::Audio(file)] } else { Vec::new() }
    }
}

impl PlayMusic {
    fn play(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        cx.require_caller()?;
        let file = cx.text(&self.file)?.trim().to_owned();
        require_audio(cx, &file)?;
        let offset_ms = seconds(cx, &self.skip)?.unwrap_or(0);
        let duration_ms = match (seconds(cx, &self.duration)?, cx.compatibility()) {
            (Some(duration_ms), _) => Some(duration_ms),
            (None, compat) if compat.play_music_without_duration == Compat::FiveTimes => {
                Some((LONGEST_S * 1_000.0) as u64)
            }
            (None, _) => None,
        };
        cx.show_in("music", |_| file.as_str().into());
        cx.show_in("duration_ms", |_| duration_ms.into());
        cx.show_now();
        let id = cx.new_id();
        cx.emit(Effect::PlayMusic { id, music: Music { file, offset_ms, duration_ms } });
        Ok(Step::Wait(Wait::Played(id)))
    }
}

/// A property in seconds as milliseconds; none when blank or not above zero.
fn seconds(cx: &Cx<'_>, template: &Templated) -> Result<Option<u64>, Failure> {
    let text = cx.text(template)?;
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=LONGEST_S).contains(&seconds) => {
            Ok(Some((seconds * 1_000.0) as u64).filter(|ms| *ms > 0))
        }
        Ok(_) | Err(_) => {
            let property = template.property();
            let text = format!("{property} is {text:?}; it must be seconds from 0 to 86400");
            Err(Failure::new(FailureCode::Property, text))
        }
    }
}

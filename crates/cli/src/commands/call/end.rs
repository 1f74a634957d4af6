//! What is said after a call: what was heard, how good it was, and the exit status.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;
use trunkline_softphone::{Call, Happened, Recording};
use trunkline_telephony::call::Cause;

use super::{Arguments, Outcome, Screen};
use crate::problem::{FAILED, Result};

/// The longest recording that fits into a WAV file of 5 MB.
const MAX_RECORDING: Duration = Duration::from_secs(327);

const BUSY: u8 = 3;
const NO_ANSWER: u8 = 4;
const REFUSED: u8 = 5;
const INTERRUPTED: u8 = 130;

/// Prints the summary, writes the recording, and gives the exit status.
pub(super) async fn report(
    arguments: &Arguments,
    call: &Call,
    screen: Screen,
    outcome: Outcome,
) -> Result<ExitCode> {
    let recording = call.recording().await;
    heard(call, &recording, screen).await;
    if let Some(file) = &arguments.record {
        write(file, call, &recording, screen)?;
    }
    let was_answered = call.history().iter().any(|event| event.what == Happened::Answered);
    Ok(ExitCode::from(status(call.cause().as_ref(), was_answered, &outcome)))
}

async fn heard(call: &Call, recording: &Recording, screen: Screen) {
    if recording.samples.is_empty() {
        return;
    }
    let heard = recording.measure();
    let quality = call.quality().await;
    let kind = match (heard.is_speech, heard.is_tone) {
        _ if heard.sound.is_zero() => "silence".to_owned(),
        (true, _) => "speech".to_owned(),
        (false, true) => format!("a tone of {:.0} Hz", heard.tone.frequency_hz),
        (false, false) => "sound".to_owned(),
    };
    let seconds = |time: Duration| (time.as_secs_f64() * 100.0).round() / 100.0;
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    let mut facts = json!({
        "what": kind,
        "seconds": seconds(heard.length),
        "seconds_of_sound": seconds(heard.sound),
    });
    if heard.level_dbm0.is_finite() {
        facts["level_dbm0"] = json!(tenth(heard.level_dbm0));
    }
    if let Some(quality) = quality {
        facts["packets"] = json!(quality.received);
        facts["loss_percent"] = json!(tenth(quality.loss_percent));
        facts["jitter_ms"] = json!(tenth(quality.jitter.as_secs_f64() * 1_000.0));
        facts["mos"] = json!(tenth(quality.mos));
    }
    screen.line(call.elapsed(), "heard", &facts);
}

fn write(file: &Path, call: &Call, recording: &Recording, screen: Screen) -> Result<()> {
    let part = recording.part(Duration::ZERO, MAX_RECORDING);
    let wav = part.to_wav().map_err(crate::problem::Problem::failed)?;
    std::fs::write(file, wav).map_err(|error| super::wrong_file(file, &error))?;
    let is_cut = part.samples.len() < recording.samples.len();
    let what = if is_cut { "recorded the first 5 minutes" } else { "recorded" };
    screen.line(call.elapsed(), what, &json!({ "file": file.display().to_string() }));
    Ok(())
}

/// The exit status that the help of the command tells.
fn status(cause: Option<&Cause>, was_answered: bool, outcome: &Outcome) -> u8 {
    if outcome.was_interrupted && !was_answered {
        return INTERRUPTED;
    }
    if outcome.failed_step.is_some() {
        return FAILED;
    }
    match cause {
        Some(Cause::HungUpThere | Cause::HungUpHere | Cause::TooLong) if was_answered => 0,
        Some(Cause::Refused { status: 486 | 600 }) => BUSY,
        Some(Cause::Refused { status: 408 | 480 | 487 } | Cause::NotAnswered) => NO_ANSWER,
        Some(Cause::Refused { .. }) => REFUSED,
        Some(
            Cause::Cancelled
            | Cause::HungUpThere
            | Cause::HungUpHere
            | Cause::RejectedHere { .. }
            | Cause::AckMissing
            | Cause::NoMedia { .. }
            | Cause::Lost { .. }
            | Cause::TooLong,
        ) => FAILED,
        // Hung up, and nobody confirmed it.
        None => u8::from(!was_answered),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_status_tells_how_it_went() {
        let quiet = Outcome { was_interrupted: false, failed_step: None };
        let stopped = Outcome { was_interrupted: true, failed_step: None };
        let refused = |status| Some(Cause::Refused { status });
        let rows = [
            (Some(Cause::HungUpThere), true, &quiet, 0),
            (Some(Cause::HungUpHere), true, &stopped, 0),
            (Some(Cause::HungUpHere), false, &stopped, INTERRUPTED),
            (refused(486), false, &quiet, BUSY),
            (refused(600), false, &quiet, BUSY),
            (refused(480), false, &quiet, NO_ANSWER),
            (Some(Cause::NotAnswered), false, &quiet, NO_ANSWER),
            (refused(404), false, &quiet, REFUSED),
            (Some(Cause::Lost { status: 481 }), true, &quiet, FAILED),
            (None, false, &quiet, FAILED),
            (None, true, &stopped, 0),
        ];
        for (cause, was_answered, outcome, expected) in rows {
            assert_eq!(status(cause.as_ref(), was_answered, outcome), expected, "{cause:?}");
        }
    }
}

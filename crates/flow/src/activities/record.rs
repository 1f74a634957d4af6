//! `record` (Record): records what the caller says.
//!
//! Ports: `default`, `noInputTimeout`, `error`. Output `audioFileData`: an object with the file's
//! `name` and its `duration` in milliseconds. After a failure `errorCode` and `errorDescription`
//! are Webex's: 1006 nothing was heard, 1007 the recording failed; without a link at
//! `noInputTimeout` the first is a failure too. The recording ends at a silence of `silenceTimeout`
//! seconds (1 to 120; 4), at `maxRecordingTime` seconds (1 to 120; 30), or at the key
//! `terminationSymbol` (`#` or `*`). `playStartTone` beeps first. When the caller hangs up or an
//! agent answers, the recording is thrown away.

use trunkline_expr::{Map, Value};
use trunkline_model::call::{Recording, RecordingEnd};
use trunkline_model::{Failure, FailureCode};

use crate::diagnostic::Severity;
use crate::read::Properties;
use crate::run::{Cx, Effect, Wait};

use super::{Activity, Descriptor, Recorded, Resume, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "record",
    title: "Record",
    summary: "Records what the caller says.",
    ports: &["default", "noInputTimeout", "error"],
    outputs: &[
        "audioFileData",
        "errorCode",
        "errorDescription",
        "FailureCode",
        "FailureDescription",
    ],
    loop_limit: Some(10),
    is_caller_facing: true,
    read,
    ..Descriptor::PLAIN
};

/// Webex's number for a recording in which nothing is heard.
const NO_INPUT: i32 = 1006;

/// Webex's number for a recording that fails.
const MEDIA_ERROR: i32 = 1007;

#[derive(Debug)]
struct Record {
    recording: Recording,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let recording = Recording {
        max_ms: properties.number("maxRecordingTime", 30, 1..=120) * 1_000,
        silence_ms: properties.number("silenceTimeout", 4, 1..=120) * 1_000,
        beeps: properties.raw("playStartTone").as_bool().unwrap_or(true),
        terminator: read_terminator(properties),
    };
    Box::new(Record { recording })
}

fn read_terminator(properties: &mut Properties<'_>) -> char {
    match properties.text("terminationSymbol").map(str::trim) {
        None | Some("#") => '#',
        Some("*") => '*',
        Some(other) => {
            let text = format!("terminationSymbol is {other}; it must be # or *");
            let help = Some("Trunkline uses #".to_owned());
            let key = ["terminationSymbol"];
            properties.report("property-range", Severity::Warning, &key, text, help);
            '#'
        }
    }
}

impl Activity for Record {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.record(cx).into()
    }

    fn resume(&self, cx: &mut Cx<'_>, event: Resume<'_>) -> Step {
        match event {
            Resume::Recorded(recorded) => self.recorded(cx, recorded),
            Resume::Played
            | Resume::Digit(_)
            | Resume::Timer
            | Resume::Http(_)
            | Resume::Transfer(_)
            | Resume::DigitsSent
            | Resume::Figures(_)
            | Resume::Routed(_)
            | Resume::Allocated(_)
            | Resume::Returned { .. } => Step::exit("default"),
        }
    }
}

impl Record {
    fn record(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        cx.require_caller()?;
        let recording = self.recording;
        cx.show_in("max_ms", |_| recording.max_ms.into());
        cx.show_in("silence_ms", |_| recording.silence_ms.into());
        cx.show_in("terminator", |_| recording.terminator.to_string().into());
        cx.show_now();
        let id = cx.new_id();
        cx.emit(Effect::Record { id, recording });
        Ok(Step::Wait(Wait::Recording(id)))
    }

    fn recorded(&self, cx: &mut Cx<'_>, recorded: Recorded<'_>) -> Step {
        let why = match recorded.reason {
            RecordingEnd::Silence => "silence",
            RecordingEnd::Key => "key",
            RecordingEnd::MaxLength => "longest time",
            RecordingEnd::NoInput => {
                let text = format!("nothing was heard for {} ms", self.recording.silence_ms);
                let failure = Failure::numbered(FailureCode::RecordSilent, NO_INPUT, text);
                return failed(cx, failure, Some("noInputTimeout"));
            }
            RecordingEnd::Failed { text } => {
                let text = text.clone();
                let failure = Failure::numbered(FailureCode::RecordFailed, MEDIA_ERROR, text);
                return failed(cx, failure, None);
            }
        };
        let duration = i64::try_from(recorded.duration_ms).unwrap_or(i64::MAX);
        let mut data = Map::new();
        data.insert(Value::from("name"), Value::from(recorded.file.to_owned()));
        data.insert(Value::from("duration"), Value::from(duration));
        cx.set_output("audioFileData", Value::from(data));
        cx.show_out("ended_by", |_| why.into());
        Step::exit("default")
    }
}

/// Leaves by a port of its own for this failure, if that is linked, or as failures do.
fn failed(cx: &mut Cx<'_>, failure: Failure, port: Option<&'static str>) -> Step {
    cx.set_output("errorCode", failure.number);
    cx.set_output("errorDescription", failure.description.clone());
    match port.filter(|port| cx.has_link(port)) {
        Some(port) => Step::exit(port),
        None => Step::Fail(failure),
    }
}

//! `RecordingControl` (Recording Control): the caller agrees to be recorded, or does not.
//!
//! Ports: `default`, `error`. `enableRecording` is an expression, usually a BOOLEAN variable that a
//! menu has set. `true` records the conversations with agents, the present one included; `false`
//! ends the recording. The last word counts. Anything else changes nothing, with a warning: then
//! nobody has been asked, and nothing is recorded.

use trunkline_model::Failure;

use crate::read::{Properties, Templated};
use crate::run::{Cx, Effect};

use super::{Activity, Descriptor, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "RecordingControl",
    title: "Recording Control",
    summary: "Records the conversations with agents, or does not.",
    ports: &["default", "error"],
    loop_limit: Some(10),
    read,
    ..Descriptor::PLAIN
};

#[derive(Debug)]
struct RecordingControl {
    /// `enableRecording`.
    wanted: Templated,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    Box::new(RecordingControl { wanted: properties.template("enableRecording") })
}

impl Activity for RecordingControl {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.control(cx).into()
    }

    fn templates(&self) -> Vec<&Templated> {
        vec![&self.wanted]
    }
}

impl RecordingControl {
    fn control(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        let wanted = cx.text(&self.wanted)?.trim().to_ascii_lowercase();
        match wanted.parse::<bool>() {
            Ok(wanted) => {
                cx.show_in("record", |_| wanted.into());
                cx.emit(Effect::RecordCalls { wanted });
            }
            Err(_) => cx.warn(|| {
                format!("enableRecording is {wanted:?}, neither true nor false: nothing changes")
            }),
        }
        Ok(Step::exit("default"))
    }
}

//! `end` (End Flow): the flow ends here, the call does not.
//!
//! In an event flow it is the normal end. In the main flow of a contact that waits in no queue,
//! Webex leaves the caller in dead air; Trunkline sends them to the entry point's fallback.

use crate::read::Properties;
use crate::run::Cx;

use super::{Activity, Descriptor, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "end",
    title: "End Flow",
    summary: "The flow ends here, the call does not.",
    ports: &[],
    outputs: &[],
    read,
    ..Descriptor::PLAIN
};

#[derive(Debug)]
struct End;

fn read(_: &mut Properties<'_>) -> Box<dyn Activity> {
    Box::new(End)
}

impl Activity for End {
    fn start(&self, _: &mut Cx<'_>) -> Step {
        Step::End
    }
}

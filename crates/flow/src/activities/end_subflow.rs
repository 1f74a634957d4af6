//! `end-subflow` (End Subflow): the caller of the subflow goes on.

use crate::read::Properties;
use crate::run::Cx;

use super::{Activity, Descriptor, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "end-subflow",
    title: "End Subflow",
    summary: "The subflow ends and its caller goes on.",
    ports: &[],
    outputs: &[],
    read,
    ..Descriptor::PLAIN
};

#[derive(Debug)]
struct EndSubflow;

fn read(_: &mut Properties<'_>) -> Box<dyn Activity> {
    Box::new(EndSubflow)
}

impl Activity for EndSubflow {
    fn start(&self, _: &mut Cx<'_>) -> Step {
        Step::Return
    }
}

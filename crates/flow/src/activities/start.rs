//! `NewPhoneContact`, `NewContact`, `NewSubFlowStart` (Start Flow): where a flow begins.
//!
//! Ports: `out`. Outputs of the first two: `ANI`, `DNIS`, `InteractionId` and the rest of section
//! 2.2 of Webex's events; both names mean the same thing in expressions.

use crate::read::Properties;
use crate::run::Cx;

use super::{Activity, Descriptor, Step};

const OUTPUTS: &[&str] = &[
    "ANI",
    "DNIS",
    "InteractionId",
    "EntryPointId",
    "PSTNRegion",
    "FlowId",
    "FlowVersionLabel",
    "OrgId",
    "Headers",
    "CallbackType",
    "CallbackReason",
    "ScheduleSourceInteractionId",
    "Payload",
];

/// The registry's line for older exports.
pub static NEW_PHONE_CONTACT: Descriptor = Descriptor {
    name: "NewPhoneContact",
    title: "New Phone Contact",
    summary: "The flow begins: a contact has reached an entry point.",
    ports: &["out"],
    outputs: OUTPUTS,
    read,
    ..Descriptor::PLAIN
};

/// The registry's line for exports from 2025 on.
pub static NEW_CONTACT: Descriptor = Descriptor {
    name: "NewContact",
    title: "New Contact",
    summary: "The flow begins: a contact has reached an entry point.",
    ports: &["out"],
    outputs: OUTPUTS,
    read,
    ..Descriptor::PLAIN
};

/// The registry's line for subflows.
pub static NEW_SUBFLOW_START: Descriptor = Descriptor {
    name: "NewSubFlowStart",
    title: "Start Subflow",
    summary: "The subflow begins.",
    ports: &["out"],
    outputs: &[],
    read,
    ..Descriptor::PLAIN
};

#[derive(Debug)]
struct Start;

fn read(_: &mut Properties<'_>) -> Box<dyn Activity> {
    Box::new(Start)
}

impl Activity for Start {
    fn start(&self, _: &mut Cx<'_>) -> Step {
        Step::exit("out")
    }
}

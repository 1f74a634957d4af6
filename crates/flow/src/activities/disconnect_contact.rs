//! `disconnect-contact` (Disconnect Contact): the call ends, and with it the flow. The contact's
//! ContactEnded event follows.

use crate::read::Properties;
use crate::run::{Cx, Effect};

use super::{Activity, Descriptor, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "disconnect-contact",
    title: "Disconnect Contact",
    summary: "The call ends.",
    ports: &[],
    outputs: &[],
    is_caller_facing: true,
    read,
    ..Descriptor::PLAIN
};

#[derive(Debug)]
struct DisconnectContact;

fn read(_: &mut Properties<'_>) -> Box<dyn Activity> {
    Box::new(DisconnectContact)
}

impl Activity for DisconnectContact {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        if cx.is_caller_there() {
            cx.emit(Effect::Disconnect);
        }
        Step::End
    }
}

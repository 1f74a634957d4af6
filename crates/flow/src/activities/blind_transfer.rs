//! `blind-transfer` (Blind Transfer): the caller is connected with another number, and the flow is
//! over.
//!
//! No ports in exports; a transfer that fails leaves by `failure` or `error` where one is linked,
//! and is an unhandled error elsewhere, so that the caller is kept. The third party may ring for a
//! minute. The caller and the third party stay connected until either hangs up; then ContactEnded
//! runs. Not possible while the contact waits in a queue or talks to an agent. Header fields:
//! `headers`, an object or a list of `key` and `value`, names beginning with `X-`.

use trunkline_model::Failure;
use trunkline_model::call::TransferKind;

use crate::read::{Properties, Templated};
use crate::run::Cx;

use super::transfers::{Call, Destination, SYSTEM_ERROR, require_free_caller};
use super::{Activity, Descriptor, Resume, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "blind-transfer",
    title: "Blind Transfer",
    summary: "Connects the caller with another number; the flow is over.",
    ports: &[],
    loop_limit: Some(10),
    is_caller_facing: true,
    read,
    ..Descriptor::PLAIN
};

/// How long the third party may ring, in milliseconds; Webex names no limit.
const RING_TIMEOUT_MS: u64 = 60_000;

#[derive(Debug)]
struct BlindTransfer {
    destination: Destination,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    Box::new(BlindTransfer { destination: Destination::read(properties) })
}

impl Activity for BlindTransfer {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.transfer(cx).into()
    }

    fn resume(&self, _: &mut Cx<'_>, event: Resume<'_>) -> Step {
        let Resume::Transfer(outcome) = event else { return Step::End };
        match outcome.failure() {
            // The only number that Webex has for it.
            Some(failure) => Step::Fail(Failure { number: SYSTEM_ERROR, ..failure }),
            None => Step::End,
        }
    }

    fn templates(&self) -> Vec<&Templated> {
        self.destination.templates()
    }
}

impl BlindTransfer {
    fn transfer(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        require_free_caller(cx)?;
        let number = self.destination.number(cx, SYSTEM_ERROR)?;
        let (kind, digits) = (TransferKind::Blind, String::new());
        self.destination.call(cx, Call { kind, number, ring_timeout_ms: RING_TIMEOUT_MS, digits })
    }
}

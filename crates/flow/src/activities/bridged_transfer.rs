//! `bridged-transfer` (Bridged Transfer): connects the caller with another number until that
//! hangs up; then the flow goes on.
//!
//! Ports: `default` (the third party has hung up, `FailureCode` 0), `failure`. Output `Headers`:
//! the `X-` header fields of the third party's BYE. `timeout` is how long it may ring: 1 to 120
//! seconds, 10 without one. `transferoutdigits` are sent when it has answered: up to 32 of `0`-`9`,
//! `A`-`D`, `*`, `#`; a comma is a pause of a second. When the caller hangs up, the call is over.
//! Not possible while the contact waits in a queue or talks to an agent. Header fields: `headers`,
//! an object or a list of `key` and `value`, names beginning with `X-`.

use trunkline_expr::{Map, Value};
use trunkline_model::call::{
    MAX_HEADER_BYTES, MAX_HEADERS, TransferKind, TransferOutcome, is_sendable,
};
use trunkline_model::{Failure, FailureCode};

use crate::read::{Properties, Templated};
use crate::run::Cx;

use super::transfers::{Call, Destination, INVALID_NUMBER, SYSTEM_ERROR, require_free_caller};
use super::{Activity, Descriptor, Resume, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "bridged-transfer",
    title: "Bridged Transfer",
    summary: "Connects the caller with another number; the flow goes on when that hangs up.",
    ports: &["default", "failure"],
    outputs: &["FailureCode", "FailureDescription", "Headers"],
    loop_limit: Some(75),
    is_caller_facing: true,
    read,
    ..Descriptor::PLAIN
};

/// Webex's number for a number that leads into the contact centre itself.
const UNSUPPORTED_NUMBER: i32 = 5;

#[derive(Debug)]
struct BridgedTransfer {
    destination: Destination,
    /// `timeout`
    ring_timeout_s: u64,
    /// `transferoutdigits`
    digits: Templated,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let ring_timeout_s = properties.number("timeout", 10, 1..=120);
    let digits = properties.template("transferoutdigits");
    let destination = Destination::read(properties);
    Box::new(BridgedTransfer { destination, ring_timeout_s, digits })
}

impl Activity for BridgedTransfer {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.transfer(cx).into()
    }

    fn resume(&self, cx: &mut Cx<'_>, event: Resume<'_>) -> Step {
        let Resume::Transfer(outcome) = event else { return Step::exit("default") };
        if let Some(failure) = outcome.failure() {
            return Step::Fail(failure);
        }
        match outcome {
            TransferOutcome::PartyHungUp { talked_ms, headers } => {
                back(cx, *talked_ms, headers);
                Step::exit("default")
            }
            TransferOutcome::Connected
            | TransferOutcome::Busy
            | TransferOutcome::NoAnswer
            | TransferOutcome::Failed { .. } => {
                cx.show_out("answered", |_| true.into());
                cx.show_now();
                cx.present_wait().map_or_else(|| Step::exit("default"), Step::Wait)
            }
        }
    }

    fn templates(&self) -> Vec<&Templated> {
        let mut templates = self.destination.templates();
        templates.push(&self.digits);
        templates
    }
}

impl BridgedTransfer {
    fn transfer(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        require_free_caller(cx)?;
        let number = self.destination.number(cx, INVALID_NUMBER)?;
        if cx.tenant().entry_points.iter().any(|it| it.dnis.contains(&number)) {
            let text = format!("{number} is an entry point of this tenant; use Go To instead");
            let code = FailureCode::TransferNumber;
            return Err(Failure::numbered(code, UNSUPPORTED_NUMBER, text));
        }
        let digits = cx.text(&self.digits)?.trim().to_owned();
        if !digits.is_empty() && !is_sendable(&digits) {
            let text = format!("{digits:?} are no keys: up to 32 of 0-9, A-D, *, # and commas");
            return Err(Failure::numbered(FailureCode::Property, SYSTEM_ERROR, text));
        }
        let ring_timeout_ms = self.ring_timeout_s * 1_000;
        let kind = TransferKind::Bridged;
        self.destination.call(cx, Call { kind, number, ring_timeout_ms, digits })
    }
}

/// The caller is back in the flow.
fn back(cx: &mut Cx<'_>, talked_ms: u64, headers: &[(String, String)]) {
    let (mut map, mut bytes) = (Map::new(), 0);
    for (name, value) in headers.iter().take(MAX_HEADERS) {
        bytes += name.len() + value.len();
        if bytes > MAX_HEADER_BYTES {
            break;
        }
        map.insert(Value::from(name.clone()), Value::from(value.clone()));
    }
    cx.set_output("FailureCode", 0);
    cx.set_output("FailureDescription", String::new());
    cx.set_output("Headers", Value::from(map));
    cx.show_out("talked_ms", |_| talked_ms.into());
}

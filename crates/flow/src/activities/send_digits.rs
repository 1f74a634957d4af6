//! `send-digits` (Send Digits): sends keys to the caller's side, as tones.
//!
//! Ports: `default`, `error`. `transferoutdigits`: up to 32 of `0`-`9`, `A`-`D`, `*`, `#`; a comma
//! is a pause of a second. The flow goes on when they have been sent.

use trunkline_model::call::is_sendable;
use trunkline_model::{Failure, FailureCode};

use crate::read::{Properties, Templated};
use crate::run::{Cx, Effect, Wait};

use super::{Activity, Descriptor, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "send-digits",
    title: "Send Digits",
    summary: "Sends keys to the caller's side.",
    read,
    ..Descriptor::PLAIN
};

/// How long a tone and the silence after it last, in milliseconds: what every receiver hears.
const TONE_MS: u32 = 100;
const PAUSE_MS: u32 = 100;

#[derive(Debug)]
struct SendDigits {
    /// `transferoutdigits`
    digits: Templated,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    Box::new(SendDigits { digits: properties.template("transferoutdigits") })
}

impl Activity for SendDigits {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.send(cx).into()
    }

    fn templates(&self) -> Vec<&Templated> {
        vec![&self.digits]
    }
}

impl SendDigits {
    fn send(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        cx.require_caller()?;
        let digits = cx.text(&self.digits)?.trim().to_owned();
        if !is_sendable(&digits) {
            let text = format!("{digits:?} are no keys: up to 32 of 0-9, A-D, *, # and commas");
            return Err(Failure::new(FailureCode::Property, text));
        }
        cx.show_in("digits", |_| digits.as_str().into());
        cx.show_now();
        let id = cx.new_id();
        cx.emit(Effect::SendDigits { id, digits, tone_ms: TONE_MS, pause_ms: PAUSE_MS });
        Ok(Step::Wait(Wait::Digits(id)))
    }
}

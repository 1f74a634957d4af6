//! `ivr-collectdigits` (Collect Digits): plays a prompt and collects keys.
//!
//! Ports: `default`, `timeout` (no key), `invalid` (fewer than the minimum), `error`. Output
//! `DigitsEntered`, without the terminator. Collecting ends with the terminator, with the maximum,
//! or when no key comes for the inter-digit timeout.

use trunkline_model::Failure;
use trunkline_model::prompt::Voice;

use crate::diagnostic::Severity;
use crate::read::{Properties, Templated};
use crate::run::{Cx, Effect, Wait};

use super::prompts::{Prompts, shown};
use super::{Activity, Descriptor, Need, Resume, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "ivr-collectdigits",
    title: "Collect Digits",
    summary: "Plays a prompt and collects keys.",
    ports: &["default", "timeout", "invalid", "error"],
    outputs: &["DigitsEntered", "FailureCode", "FailureDescription"],
    loop_limit: Some(100),
    is_caller_facing: true,
    read,
    ..Descriptor::PLAIN
};

#[derive(Debug)]
struct CollectDigits {
    prompts: Prompts,
    /// `interruptible`: a key ends the prompt.
    is_interruptible: bool,
    /// `entryTimeout`, in milliseconds: for the first key.
    entry_timeout_ms: i64,
    /// `interDigitTimeout`, in milliseconds: for each next key.
    inter_digit_timeout_ms: i64,
    /// `minDigits`
    least: usize,
    /// `maxDigits`
    most: usize,
    /// `terminatorSymbol`
    terminator: Option<char>,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let least = properties.number("minDigits", 1, 0..=20) as usize;
    let most = properties.number("maxDigits", 10, 1..=20) as usize;
    if least > most {
        let text = format!("minDigits ({least}) is above maxDigits ({most})");
        properties.report("property-range", Severity::Error, &["minDigits"], text, None);
    }
    Box::new(CollectDigits {
        prompts: Prompts::read(properties),
        is_interruptible: properties.flag("interruptible"),
        entry_timeout_ms: properties.number("entryTimeout", 3, 1..=30) as i64 * 1_000,
        inter_digit_timeout_ms: properties.number("interDigitTimeout", 3, 0..=30) as i64 * 1_000,
        least,
        most,
        terminator: properties.text("terminatorSymbol").and_then(|text| text.trim().chars().next()),
    })
}

impl Activity for CollectDigits {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.ask(cx).into()
    }

    fn resume(&self, cx: &mut Cx<'_>, event: Resume<'_>) -> Step {
        match event {
            Resume::Digit(key) => self.key(cx, key),
            Resume::Played => self.wait(cx, self.entry_timeout_ms),
            Resume::Timer
            | Resume::Http(_)
            | Resume::Transfer(_)
            | Resume::DigitsSent
            | Resume::Recorded(_)
            | Resume::Figures(_)
            | Resume::Routed(_)
            | Resume::Allocated(_)
            | Resume::Returned { .. } => self.leave(cx, false),
        }
    }

    fn is_interruptible(&self) -> bool {
        self.is_interruptible
    }

    fn templates(&self) -> Vec<&Templated> {
        self.prompts.templates()
    }

    fn needs(&self) -> Vec<Need<'_>> {
        self.prompts.needs()
    }

    fn fixed_texts(&self) -> Vec<(&str, Voice)> {
        self.prompts.fixed_texts()
    }
}

impl CollectDigits {
    fn ask(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        cx.require_caller()?;
        let prompts = self.prompts.render(cx)?;
        cx.show_in("prompts", |_| shown(&prompts));
        cx.show_in("max_digits", |_| (self.most as u64).into());
        cx.show_now();
        if prompts.is_empty() {
            return Ok(self.wait(cx, self.entry_timeout_ms));
        }
        let id = cx.new_id();
        cx.emit(Effect::Play { id, prompts });
        Ok(Step::Wait(Wait::Keys { playing: Some(id), until_ms: None }))
    }

    fn wait(&self, cx: &Cx<'_>, timeout_ms: i64) -> Step {
        Step::Wait(Wait::Keys { playing: None, until_ms: Some(cx.now_ms() + timeout_ms) })
    }

    fn key(&self, cx: &mut Cx<'_>, key: char) -> Step {
        let playing = cx.playing();
        if let Some(id) = playing {
            if !self.is_interruptible {
                return Step::Wait(Wait::Keys { playing, until_ms: None });
            }
            cx.emit(Effect::StopPlaying { id });
        }
        if self.terminator == Some(key) {
            return self.leave(cx, true);
        }
        cx.keys().push(key);
        if cx.keys().len() >= self.most {
            return self.leave(cx, true);
        }
        self.wait(cx, self.inter_digit_timeout_ms)
    }

    /// Ends collecting; the terminator alone is a key, so that it counts as too few digits.
    fn leave(&self, cx: &mut Cx<'_>, by_key: bool) -> Step {
        let keys = std::mem::take(cx.keys());
        if keys.is_empty() && self.least > 0 && !by_key {
            return Step::exit("timeout");
        }
        let is_enough = keys.len() >= self.least;
        cx.set_output("DigitsEntered", keys);
        Step::exit(if is_enough { "default" } else { "invalid" })
    }
}

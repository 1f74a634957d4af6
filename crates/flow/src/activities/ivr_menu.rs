//! `ivr-menu` (Menu): plays a prompt and takes the way of the one key that the caller presses.
//!
//! Ports: one for each key, `timeout` (no key), `invalid` (another key), `error`. Output
//! `OptionEntered`. There are no retries: authors loop.

use std::borrow::Cow;

use trunkline_model::Failure;
use trunkline_model::prompt::Voice;
use trunkline_model::trace::Datum;

use crate::read::{Properties, Templated};
use crate::run::{Cx, Effect, Wait};

use super::prompts::{Prompts, shown};
use super::{Activity, Descriptor, Need, Resume, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "ivr-menu",
    title: "Menu",
    summary: "Plays a prompt and takes the way of the key that the caller presses.",
    ports: &["timeout", "invalid", "error"],
    outputs: &["OptionEntered", "FailureCode", "FailureDescription"],
    loop_limit: Some(100),
    is_caller_facing: true,
    read,
    ..Descriptor::PLAIN
};

#[derive(Debug)]
struct Menu {
    prompts: Prompts,
    /// `interruptible`: a key ends the prompt.
    is_interruptible: bool,
    /// `menuLinks`: the keys.
    keys: Vec<String>,
    /// `entryTimeout`, in milliseconds: how long to wait for a key after the prompt.
    entry_timeout_ms: i64,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let keys = properties.raw("menuLinks").elements().iter();
    Box::new(Menu {
        prompts: Prompts::read(properties),
        is_interruptible: properties.flag("interruptible"),
        keys: keys.filter_map(|key| key.as_text().map(str::to_owned)).collect(),
        entry_timeout_ms: properties.number("entryTimeout", 3, 1..=30) as i64 * 1_000,
    })
}

impl Activity for Menu {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.ask(cx).into()
    }

    fn resume(&self, cx: &mut Cx<'_>, event: Resume<'_>) -> Step {
        match event {
            Resume::Digit(key) => self.key(cx, key),
            Resume::Played => {
                let until_ms = Some(cx.now_ms() + self.entry_timeout_ms);
                Step::Wait(Wait::Keys { playing: None, until_ms })
            }
            Resume::Timer
            | Resume::Http(_)
            | Resume::Transfer(_)
            | Resume::DigitsSent
            | Resume::Recorded(_)
            | Resume::Figures(_)
            | Resume::Routed(_)
            | Resume::Allocated(_)
            | Resume::Returned { .. } => Step::exit("timeout"),
        }
    }

    fn own_ports(&self) -> Vec<String> {
        self.keys.clone()
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

impl Menu {
    fn ask(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        cx.require_caller()?;
        let prompts = self.prompts.render(cx)?;
        cx.show_in("prompts", |_| shown(&prompts));
        cx.show_in("keys", |_| Datum::from(self.keys.clone()));
        cx.show_now();
        if prompts.is_empty() {
            let until_ms = Some(cx.now_ms() + self.entry_timeout_ms);
            return Ok(Step::Wait(Wait::Keys { playing: None, until_ms }));
        }
        let id = cx.new_id();
        cx.emit(Effect::Play { id, prompts });
        Ok(Step::Wait(Wait::Keys { playing: Some(id), until_ms: None }))
    }

    fn key(&self, cx: &mut Cx<'_>, key: char) -> Step {
        let playing = cx.playing();
        if let Some(id) = playing {
            if !self.is_interruptible {
                return Step::Wait(Wait::Keys { playing, until_ms: None });
            }
            cx.emit(Effect::StopPlaying { id });
        }
        let key = key.to_string();
        cx.set_output("OptionEntered", key.clone());
        if self.keys.contains(&key) { Step::Exit(Cow::Owned(key)) } else { Step::exit("invalid") }
    }
}

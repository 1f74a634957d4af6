//! `play-message` (Play Message): plays audio files, audio variables and spoken texts, in order.
//!
//! Ports: `default`, `error`. Keys pressed meanwhile neither interrupt it nor are kept. Unlike
//! Webex, an audio file that the tenant does not have is an error that names the file.

use trunkline_model::Failure;
use trunkline_model::prompt::Voice;

use crate::read::{Properties, Templated};
use crate::run::{Cx, Effect, Wait};

use super::prompts::{Prompts, shown};
use super::{Activity, Descriptor, Need, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "play-message",
    title: "Play Message",
    summary: "Plays a prompt to its end.",
    is_caller_facing: true,
    read,
    ..Descriptor::PLAIN
};

#[derive(Debug)]
struct PlayMessage {
    prompts: Prompts,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    Box::new(PlayMessage { prompts: Prompts::read(properties) })
}

impl Activity for PlayMessage {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.play(cx).into()
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

impl PlayMessage {
    fn play(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        cx.require_caller()?;
        let prompts = self.prompts.render(cx)?;
        if prompts.is_empty() {
            return Ok(Step::exit("default"));
        }
        cx.show_in("prompts", |_| shown(&prompts));
        cx.show_now();
        let id = cx.new_id();
        cx.emit(Effect::Play { id, prompts });
        Ok(Step::Wait(Wait::Played(id)))
    }
}

//! What the contact itself plays, beside its flow: the queue's music, and what comes of prompts
//! that cannot be played.

use trunkline_flow::run::KeptBy;
use trunkline_model::Failure;
use trunkline_model::prompt::PlayFailure;

use crate::contact::{Contact, Phase};
use crate::output::Output;
use crate::steps;

/// The music of queues that name none.
const DEFAULT_MUSIC: &str = "defaultmusic_on_hold.wav";

impl Contact {
    /// Plays the queue's music to a caller whose flow is silent.
    pub(crate) fn play_queue_music(&mut self) {
        let Some(file) = self.music_of_queue() else { return };
        if self.queue_music.as_ref() == Some(&file) || self.failed_music.as_ref() == Some(&file) {
            return;
        }
        self.step(|_| steps::played(&format!("♪ {file}")));
        self.queue_music = Some(file.clone());
        self.want(Output::QueueMusic { file: Some(file) });
    }

    /// Plays to a caller who waits for the one to whom they are handed over.
    pub(crate) fn play_waiting_music(&mut self) {
        let queue = self.last_queue.as_ref().map(|queue| queue.as_str().to_owned());
        let queue = queue.and_then(|queue| self.site.tenant.queue(&queue));
        let file = queue.and_then(|queue| queue.music.clone());
        let file = file.unwrap_or_else(|| DEFAULT_MUSIC.to_owned());
        self.step(|_| steps::played(&format!("♪ {file}")));
        self.queue_music = Some(file.clone());
        self.want(Output::QueueMusic { file: Some(file) });
    }

    fn music_of_queue(&self) -> Option<String> {
        let queue = self.site.tenant.queue(self.queue.as_ref()?.as_str())?;
        Some(queue.music.as_deref().unwrap_or(DEFAULT_MUSIC).to_owned())
    }

    pub(crate) fn stop_queue_music(&mut self) {
        if self.queue_music.take().is_some() {
            self.want(Output::QueueMusic { file: None });
        }
    }

    /// The caller waits on in silence. The file is not tried again: it would fail for ever.
    pub(crate) fn queue_music_failed(&mut self, reason: PlayFailure, text: String) {
        let Some(file) = self.queue_music.take() else { return };
        self.failed_music = Some(file);
        self.own_prompt_failed(Failure::new(reason.code(), text), KeptBy::Queue);
    }

    /// A prompt failed: the flow's own goes to the flow, an apology is left out.
    pub(crate) fn play_failed(&mut self, id: u32, reason: PlayFailure, text: String) {
        if self.phase != (Phase::Apology { id }) {
            let input = trunkline_flow::Input::PlayFailed { id, reason, text };
            return self.run.handle(self.now_ms, input);
        }
        self.own_prompt_failed(Failure::new(reason.code(), text), KeptBy::Disconnected);
        self.disconnect("apology failed");
    }

    fn own_prompt_failed(&mut self, failure: Failure, kept_by: KeptBy) {
        self.step(|_| steps::failed("prompt_failed", &failure));
        self.notice(String::new(), failure, kept_by);
    }
}

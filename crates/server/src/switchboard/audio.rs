//! What callers hear: prompts and music on their legs, keys from them.

use tracing::Instrument;
use trunkline_contact::Input as ContactInput;
use trunkline_flow::Input as FlowInput;
use trunkline_media::prompt::Item;
use trunkline_media_engine::{LegEvent, PlayStream};
use trunkline_model::ContactId;
use trunkline_model::prompt::{Music, PlayFailure, Prompt};
use trunkline_prompts::{Keep, Pieces, PromptFailure};

use super::desk::AUTO_ANSWER;
use super::legs::{LegId, Role};
use super::recordings::BEEP;
use super::{Event, Switchboard};
use crate::ops::contact_span;

/// What callers on hold hear.
const HOLD_MUSIC: &str = "defaultmusic_on_hold.wav";

/// The whisper that an agent hears before the caller, and the tone after a service code. Ids of
/// contacts' own prompts are below.
pub(super) const TONE: u32 = u32::MAX;

impl Switchboard {
    pub(super) fn play(&mut self, contact: ContactId, id: u32, prompts: &[Prompt]) {
        let Some(caller) = self.legs.caller(&contact) else { return };
        let keep = match prompts.iter().any(Prompt::is_secure) {
            true => Keep::Nowhere,
            false => Keep::OnDisk,
        };
        match self.io.library.ready(prompts, keep) {
            Some(Ok(items)) => caller.media.play(id, items),
            Some(Err(failure)) => self.prompt_failed_later(contact, id, failure),
            None => {
                let stream = caller.media.play_stream(id);
                let pieces = self.io.library.open(prompts, keep);
                let events = self.io.events.clone();
                let span = contact_span(&contact);
                let feeding = async move {
                    if let Err(failure) = feed(pieces, &stream).await {
                        let _ = events.send(Event::PromptFailed { contact, id, failure });
                        return;
                    }
                    stream.finish();
                };
                self.io.runtime.spawn(feeding.instrument(span));
            }
        }
    }

    pub(super) fn play_music(&mut self, contact: ContactId, id: u32, music: &Music) {
        let Some(caller) = self.legs.caller(&contact) else { return };
        match self.io.library.music(music) {
            Ok(item) => caller.media.play(id, vec![item]),
            Err(failure) => self.prompt_failed_later(contact, id, failure),
        }
    }

    /// What the caller hears whenever nothing else plays.
    pub(super) fn queue_music(&mut self, contact: ContactId, file: Option<String>) {
        let Some(caller) = self.legs.caller(&contact) else { return };
        match file.map(|file| self.io.library.background(&file)).transpose() {
            Ok(item) => caller.media.background(0, item),
            Err(failure) => {
                tracing::warn!(%contact, "queue music: {failure}");
                caller.media.background(0, None);
                let (reason, text) = (reason_of(&failure), failure.to_string());
                let input = ContactInput::QueueMusicFailed { reason, text };
                self.pending.push_back(Event::Told { contact, input: Box::new(input) });
            }
        }
    }

    /// What a caller hears who was put on hold.
    pub(super) fn hold_music(&self) -> Option<Item> {
        self.io.library.background(HOLD_MUSIC).ok()
    }

    pub(super) fn stop_playing(&mut self, contact: &ContactId, id: u32) {
        if let Some(caller) = self.legs.caller(contact) {
            caller.media.stop_playing(id);
        }
    }

    /// Not at once: the contact is in the middle of its outputs.
    fn prompt_failed_later(&mut self, contact: ContactId, id: u32, failure: PromptFailure) {
        self.pending.push_back(Event::PromptFailed { contact, id, failure });
    }

    pub(super) fn prompt_failed(&mut self, contact: ContactId, id: u32, failure: &PromptFailure) {
        tracing::warn!(%contact, "a prompt failed: {failure}");
        self.stop_playing(&contact, id);
        let (reason, text) = (reason_of(failure), failure.to_string());
        self.tell_flow(contact, FlowInput::PlayFailed { id, reason, text });
    }

    /// News from the media threads.
    pub(super) fn media(&mut self, event: LegEvent) {
        match event {
            LegEvent::Key { tag, key } => self.key(LegId(tag), key.to_char()),
            LegEvent::Played { tag, id } => self.played(LegId(tag), id),
            LegEvent::MediaLost { tag } if self.trial_media_lost(LegId(tag)) => {}
            LegEvent::MediaLost { tag } => self.media_lost(LegId(tag)),
            LegEvent::MediaBack { tag } => self.media_back(LegId(tag)),
            LegEvent::KeysSent { tag } => self.digits_sent(LegId(tag)),
            LegEvent::Recorded { tag, id, recording } => {
                self.recorded(LegId(tag), id, &recording);
            }
            LegEvent::Connected { tag } if self.trial_connected(LegId(tag)) => {}
            LegEvent::Connected { tag } => self.page_connected(LegId(tag)),
            LegEvent::Unbridged { .. } | LegEvent::Closed { .. } => {}
        }
    }

    /// A key, by RFC 4733 or by INFO.
    pub(super) fn key(&mut self, leg: LegId, key: char) {
        self.key_while_recording(leg, key);
        let Some(leg) = self.legs.get(leg) else { return };
        if let Role::Caller(contact) = &leg.role {
            let contact = contact.clone();
            self.tell_flow(contact, FlowInput::Digit(key));
        }
    }

    fn played(&mut self, id: LegId, prompt: u32) {
        let Some(leg) = self.legs.get_mut(id) else { return };
        match &leg.role {
            Role::Caller(_) if prompt == BEEP => self.begin_recording(id),
            Role::Caller(contact) => {
                let contact = contact.clone();
                self.tell_flow(contact, FlowInput::Played { id: prompt });
            }
            Role::Agent { contact, .. } if prompt == TONE => {
                let contact = contact.clone();
                self.bridge(&contact);
            }
            Role::Agent { contact, agent } if prompt == AUTO_ANSWER => {
                let (contact, agent) = (contact.clone(), agent.clone());
                self.answer_by_itself(&contact, &agent);
            }
            Role::Service if prompt == TONE => leg.end(480),
            Role::Agent { .. } | Role::Party { .. } | Role::Service => {}
        }
    }
}

async fn feed(mut pieces: Pieces, stream: &PlayStream) -> Result<(), PromptFailure> {
    while let Some(piece) = pieces.next().await {
        stream.push(piece?);
    }
    Ok(())
}

fn reason_of(failure: &PromptFailure) -> PlayFailure {
    match failure {
        PromptFailure::MissingFile { .. } => PlayFailure::FileMissing,
        PromptFailure::UnreadableFile { .. } => PlayFailure::FileUnreadable,
        _ => PlayFailure::SpeechFailed,
    }
}

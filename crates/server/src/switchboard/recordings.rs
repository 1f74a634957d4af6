//! What callers say, and conversations, recorded; keys that are sent to them; the number that is
//! shown for them.

use std::path::PathBuf;
use std::time::Duration;

use trunkline_flow::Input as FlowInput;
use trunkline_media::g711::Law;
use trunkline_media::wav::Encoding;
use trunkline_media_engine::{RecordEnd, RecordSettings, RecordSides, RecordTo, Recording};
use trunkline_model::ContactId;
use trunkline_model::call::{self, CallRecording, RecordingEnd};

use super::legs::{LegId, Role};
use super::{Event, Switchboard};

/// The beep before a recording. Ids of contacts' own prompts are below.
pub(super) const BEEP: u32 = u32::MAX - 1;

/// Recordings of conversations are numbered from here on in the media engine; ids of flows'
/// recordings are below.
const FIRST_CALL: u32 = 1 << 31;

/// A conversation is recorded for so long at the most.
const LONGEST_CALL: Duration = Duration::from_secs(24 * 3_600);

/// A recording that has been asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    id: u32,
    how: call::Recording,
    /// Whether the caller ended it by the key.
    by_key: bool,
}

impl Switchboard {
    pub(super) fn record(&mut self, contact: ContactId, id: u32, how: &call::Recording) {
        let Some(leg) = self.legs.line(&contact).and_then(|line| line.caller) else { return };
        let Some(caller) = self.legs.get(leg) else { return };
        if how.beeps {
            caller.media.play(BEEP, super::agents::beep());
        }
        self.recordings.insert(leg, Asked { id, how: *how, by_key: false });
        if !how.beeps {
            self.begin_recording(leg);
        }
    }

    /// The beep is over, or there is none.
    pub(super) fn begin_recording(&mut self, leg: LegId) {
        let (Some(asked), Some(caller)) = (self.recordings.get(&leg), self.legs.get(leg)) else {
            return;
        };
        let Role::Caller(contact) = &caller.role else { return };
        let (id, contact) = (asked.id, contact.clone());
        let settings = RecordSettings {
            id,
            sides: RecordSides::Received,
            limit: Duration::from_millis(asked.how.max_ms),
            silence: Some(Duration::from_millis(asked.how.silence_ms)),
            to: RecordTo::File {
                path: self.recording_path(&contact, id),
                encoding: Encoding::G711(Law::Mu),
            },
        };
        if let Err(error) = caller.media.record(settings) {
            self.recordings.remove(&leg);
            let (file, reason) = (String::new(), RecordingEnd::Failed { text: error.to_string() });
            self.tell_flow(contact, FlowInput::Recorded { id, file, duration_ms: 0, reason });
        }
    }

    fn recording_path(&self, contact: &ContactId, id: u32) -> PathBuf {
        self.io.recordings.join(format!("{contact}-{id}.wav"))
    }

    /// A key while a recording goes on may end it.
    pub(super) fn key_while_recording(&mut self, leg: LegId, key: char) {
        let Some(asked) = self.recordings.get_mut(&leg) else { return };
        if asked.how.terminator == key {
            asked.by_key = true;
            if let Some(caller) = self.legs.get(leg) {
                caller.media.stop_recording();
            }
        }
    }

    pub(super) fn stop_recording(&mut self, contact: &ContactId, id: u32) {
        let Some(leg) = self.legs.line(contact).and_then(|line| line.caller) else { return };
        if self.recordings.get(&leg).is_some_and(|asked| asked.id == id) {
            self.recordings.remove(&leg);
            if let Some(caller) = self.legs.get(leg) {
                caller.media.stop_playing(BEEP);
                caller.media.stop_recording();
            }
        }
    }

    /// A recording has ended; one that is wanted no more is not told of.
    pub(super) fn recorded(&mut self, leg: LegId, id: u32, recording: &Recording) {
        if let Some(number) = id.checked_sub(FIRST_CALL) {
            return self.call_recording_ended(leg, number, recording);
        }
        // A late one must not be taken for the next, and what nobody waits for is not kept.
        if self.recordings.get(&leg).is_none_or(|asked| asked.id != id) {
            if let Some(path) = &recording.file {
                let _ = std::fs::remove_file(path);
            }
            return;
        }
        let Some(asked) = self.recordings.remove(&leg) else { return };
        let Some(Role::Caller(contact)) = self.legs.get(leg).map(|leg| &leg.role) else { return };
        let contact = contact.clone();
        let duration_ms = u64::try_from(recording.duration.as_millis()).unwrap_or(0);
        let reason = match &recording.end {
            RecordEnd::Stopped if asked.by_key => RecordingEnd::Key,
            RecordEnd::Stopped | RecordEnd::LegClosed | RecordEnd::Limit => RecordingEnd::MaxLength,
            RecordEnd::Silence => RecordingEnd::Silence,
            RecordEnd::NothingHeard => RecordingEnd::NoInput,
            RecordEnd::Failed(text) => RecordingEnd::Failed { text: text.clone() },
        };
        let has_sound = !matches!(reason, RecordingEnd::NoInput | RecordingEnd::Failed { .. });
        if let Some(path) = recording.file.as_ref().filter(|_| !has_sound) {
            // Nobody would ever learn of it. What cannot be removed takes a few bytes.
            let _ = std::fs::remove_file(path);
        }
        let file = recording.file.as_ref().filter(|_| has_sound);
        let file = file.map(|path| path.display().to_string()).unwrap_or_default();
        self.tell_flow(contact, FlowInput::Recorded { id, file, duration_ms, reason });
    }

    /// Records what the caller says and hears, in two channels.
    pub(super) fn record_call(&mut self, contact: ContactId, number: u32) {
        let Some(leg) = self.legs.line(&contact).and_then(|line| line.caller) else { return };
        let Some(caller) = self.legs.get(leg) else { return };
        let settings = RecordSettings {
            id: FIRST_CALL + number,
            sides: RecordSides::Stereo,
            limit: LONGEST_CALL,
            silence: None,
            to: RecordTo::File {
                path: self.io.recordings.join(format!("{contact}-call-{number}.wav")),
                encoding: Encoding::G711(Law::Mu),
            },
        };
        match caller.media.record(settings) {
            Ok(()) => {
                tracing::info!(%contact, number, "the conversation is being recorded");
                self.call_recordings.insert((leg, number), contact);
            }
            Err(error) => {
                let problem = Some(error.to_string());
                let file = String::new();
                let recording = CallRecording { number, file, duration_ms: 0, problem };
                self.call_recorded(contact, recording);
            }
        }
    }

    /// Puts silence into the recording of a conversation, or what is said again.
    pub(super) fn pause_call_recording(
        &mut self,
        contact: &ContactId,
        number: u32,
        is_paused: bool,
    ) {
        let Some(leg) = self.legs.line(contact).and_then(|line| line.caller) else { return };
        let Some(caller) = self.legs.get(leg) else { return };
        if self.call_recordings.contains_key(&(leg, number)) {
            tracing::info!(%contact, number, is_paused, "the recording pauses, or goes on");
            caller.media.pause_recording(is_paused);
        }
    }

    pub(super) fn stop_call_recording(&mut self, contact: &ContactId, number: u32) {
        let Some(leg) = self.legs.line(contact).and_then(|line| line.caller) else { return };
        let Some(caller) = self.legs.get(leg) else { return };
        if self.call_recordings.contains_key(&(leg, number)) {
            caller.media.stop_recording();
        }
    }

    /// A recording of a conversation has ended; the leg may be gone.
    fn call_recording_ended(&mut self, leg: LegId, number: u32, recording: &Recording) {
        let Some(contact) = self.call_recordings.remove(&(leg, number)) else { return };
        let problem = match &recording.end {
            RecordEnd::Failed(text) => Some(text.clone()),
            RecordEnd::Limit => Some("it became as long as it may be".to_owned()),
            RecordEnd::Stopped
            | RecordEnd::Silence
            | RecordEnd::NothingHeard
            | RecordEnd::LegClosed => None,
        };
        let file = recording.file.as_ref().map(|path| path.display().to_string());
        let duration_ms = u64::try_from(recording.duration.as_millis()).unwrap_or(0);
        let file = file.unwrap_or_default();
        self.call_recorded(contact, CallRecording { number, file, duration_ms, problem });
    }

    fn call_recorded(&mut self, contact: ContactId, recording: CallRecording) {
        let CallRecording { number, file, duration_ms, problem } = &recording;
        match problem {
            None => tracing::info!(%contact, number, file, duration_ms, "conversation recorded"),
            Some(problem) => tracing::warn!(
                %contact,
                number,
                file,
                duration_ms,
                "the recording of the conversation is not whole: {problem}"
            ),
        }
        let input = trunkline_contact::Input::CallRecorded(recording);
        self.pending.push_back(Event::Told { contact, input: Box::new(input) });
    }

    pub(super) fn set_caller_id(&mut self, contact: &ContactId, number: String) {
        self.legs.line_mut(contact).caller_id = Some(number);
    }

    pub(super) fn send_digits(
        &mut self,
        contact: &ContactId,
        id: u32,
        digits: &str,
        (tone_ms, pause_ms): (u32, u32),
    ) {
        let Some(leg) = self.legs.line(contact).and_then(|line| line.caller) else { return };
        let Some(caller) = self.legs.get(leg) else { return };
        let ms = |ms: u32| u16::try_from(ms).unwrap_or(u16::MAX);
        match caller.media.send_keys(digits, ms(tone_ms), ms(pause_ms)) {
            Ok(()) => drop(self.sending_digits.insert(leg, id)),
            Err(error) => {
                tracing::warn!(%contact, "{error}");
                self.tell_flow_later(contact.clone(), FlowInput::DigitsSent { id });
            }
        }
    }

    pub(super) fn digits_sent(&mut self, leg: LegId) {
        let Some(id) = self.sending_digits.remove(&leg) else { return };
        let Some(Role::Caller(contact)) = self.legs.get(leg).map(|leg| &leg.role) else { return };
        let contact = contact.clone();
        self.tell_flow(contact, FlowInput::DigitsSent { id });
    }
}

//! What happens on the caller's line by script: prompts that fail, third parties of transfers,
//! recordings, keys that are sent.

use trunkline_contact::Input;
use trunkline_flow::Input as FlowInput;
use trunkline_model::call::{CallRecording, Recording, RecordingEnd, Transfer, TransferOutcome};
use trunkline_model::prompt::{Music, PlayFailure, Prompt};

use crate::audio;
use crate::caller::ms;
use crate::moments::{Happening, Slot};
use crate::recorder::Recorder;
use crate::script::{RecordingScript, Then, ThirdParty, ThirdPartyDoes};
use crate::world::World;

/// How long a third party takes to refuse a call, in milliseconds.
const REFUSES_AFTER_MS: i64 = 1_000;

/// The pause that a comma among keys stands for, in milliseconds.
const COMMA_MS: u32 = 1_000;

fn as_i64(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX / 4)
}

impl<R: Recorder> World<R> {
    /// Gives a contact what it asked for, after some time.
    pub(crate) fn plan_given(&mut self, after_ms: i64, slot: Slot, input: Input) {
        let input = Box::new(input);
        self.agenda.add(self.now_ms + after_ms, Happening::Given { slot, input });
    }

    pub(crate) fn play(&mut self, slot: Slot, id: u32, prompts: &[Prompt]) {
        let pieces = prompts.iter().map(|prompt| match prompt {
            Prompt::Audio { file } => file.as_str(),
            Prompt::Speech { text, .. } => text.as_str(),
        });
        let pieces: Vec<_> = pieces.collect();
        if let Some((reason, text)) = self.failing(&pieces) {
            let input = FlowInput::PlayFailed { id, reason, text };
            return self.plan_given(0, slot, Input::Flow(input));
        }
        let length_ms = audio::prompts_ms(&self.site.tenant, prompts);
        self.agenda.add(self.now_ms + length_ms, Happening::Played { slot, id });
        if let Some(life) = self.lives[slot].as_mut() {
            life.prompt_ends_ms = self.now_ms + length_ms;
        }
    }

    pub(crate) fn play_music(&mut self, slot: Slot, id: u32, music: &Music) {
        if let Some((reason, text)) = self.failing(&[&music.file]) {
            let input = FlowInput::PlayFailed { id, reason, text };
            return self.plan_given(0, slot, Input::Flow(input));
        }
        let length_ms = audio::music_ms(&self.site.tenant, music);
        self.agenda.add(self.now_ms + length_ms, Happening::Played { slot, id });
    }

    /// Music in the background takes no time of its own.
    pub(crate) fn play_queue_music(&mut self, slot: Slot, file: &str) {
        if let Some((reason, text)) = self.failing(&[file]) {
            self.plan_given(0, slot, Input::QueueMusicFailed { reason, text });
        }
    }

    /// Why the script lets a prompt of these pieces fail, if it does.
    fn failing(&mut self, pieces: &[&str]) -> Option<(PlayFailure, String)> {
        let scripts = &self.options.script.prompts;
        let is_left =
            |place: usize| scripts[place].times.is_none_or(|it| self.prompt_uses[place] < it);
        let piece_of = |place: usize| {
            pieces.iter().find(|piece| piece.contains(scripts[place].contains.as_str()))
        };
        let mut places = (0..scripts.len()).filter(|&place| is_left(place));
        let (place, piece) = places.find_map(|place| Some((place, *piece_of(place)?)))?;
        let reason = scripts[place].fail;
        self.prompt_uses[place] += 1;
        Some((reason, format!("{piece:?} cannot be played (scripted)")))
    }

    pub(crate) fn record_call(&mut self, slot: Slot) {
        let now_ms = self.now_ms;
        if let Some(life) = self.lives[slot].as_mut() {
            life.recorded_since_ms = now_ms;
        }
    }

    pub(crate) fn call_recorded(&mut self, slot: Slot, number: u32) {
        let Some(life) = self.life(slot) else { return };
        let duration_ms = u64::try_from(self.now_ms - life.recorded_since_ms).unwrap_or(0);
        let file = format!("call-{number}.wav");
        let recording = CallRecording { number, file, duration_ms, problem: None };
        self.plan_given(0, slot, Input::CallRecorded(recording));
    }

    pub(crate) fn call_third_party(&mut self, slot: Slot, id: u32, transfer: &Transfer) {
        let Some(life) = self.lives[slot].as_mut() else { return };
        life.transfers += 1;
        let script = nth(&self.options.script.transfers, life.transfers - 1);
        let ends = |outcome| Input::Flow(FlowInput::TransferEnded { id, outcome });
        let rings_ms = as_i64(transfer.ring_timeout_ms);
        match script.does {
            ThirdPartyDoes::Answers if ms(script.answer_after_s) < rings_ms => {
                let hangs_up_after_s = script.hang_up_after_s;
                let answers = Happening::ThirdPartyAnswers { slot, id, hangs_up_after_s };
                self.agenda.add(self.now_ms + ms(script.answer_after_s), answers);
            }
            ThirdPartyDoes::Answers | ThirdPartyDoes::Rings => {
                self.plan_given(rings_ms, slot, ends(TransferOutcome::NoAnswer));
            }
            ThirdPartyDoes::IsBusy => {
                self.plan_given(REFUSES_AFTER_MS, slot, ends(TransferOutcome::Busy));
            }
            ThirdPartyDoes::Fails => {
                let text = "the call failed (scripted)".to_owned();
                let outcome = TransferOutcome::Failed { status: script.status, text };
                self.plan_given(REFUSES_AFTER_MS, slot, ends(outcome));
            }
        }
    }

    pub(crate) fn third_party_answers(
        &mut self,
        slot: Slot,
        id: u32,
        hangs_up_after_s: Option<f64>,
    ) {
        let Some(life) = self.lives[slot].as_mut().filter(|life| life.is_line_open) else { return };
        life.talks_to_third_party = true;
        let answered_ms = self.now_ms;
        if let Some(seconds) = hangs_up_after_s {
            let hangs_up = Happening::ThirdPartyHangsUp { slot, id, answered_ms };
            self.agenda.add(self.now_ms + ms(seconds), hangs_up);
        } else if !self.options.is_interactive
            && let Some(seconds) = self.options.script.caller.hang_up_after_answer_s
        {
            self.agenda.add(self.now_ms + ms(seconds), Happening::HangUp { slot });
        }
        let outcome = TransferOutcome::Connected;
        self.give(slot, Input::Flow(FlowInput::TransferEnded { id, outcome }));
    }

    pub(crate) fn third_party_hangs_up(&mut self, slot: Slot, id: u32, answered_ms: i64) {
        let Some(life) = self.lives[slot].as_mut().filter(|life| life.is_line_open) else { return };
        life.talks_to_third_party = false;
        // Whom the flow takes back does not wait for ever either.
        if !self.options.is_interactive {
            let patience_ms = ms(self.options.script.caller.patience_s);
            self.agenda.add(self.now_ms + patience_ms, Happening::LosePatience { slot });
        }
        let talked_ms = u64::try_from(self.now_ms - answered_ms).unwrap_or(0);
        let outcome = TransferOutcome::PartyHungUp { talked_ms, headers: Vec::new() };
        self.give(slot, Input::Flow(FlowInput::TransferEnded { id, outcome }));
    }

    pub(crate) fn send_digits(&mut self, slot: Slot, id: u32, digits: &str, tone_ms: u32) {
        let length = |key: char| i64::from(if key == ',' { COMMA_MS } else { tone_ms });
        let length_ms = digits.chars().map(length).sum();
        self.plan_given(length_ms, slot, Input::Flow(FlowInput::DigitsSent { id }));
    }

    pub(crate) fn record(&mut self, slot: Slot, id: u32, recording: Recording) {
        let Some(life) = self.lives[slot].as_mut() else { return };
        life.recordings += 1;
        let script = nth(&self.options.script.recordings, life.recordings - 1);
        let (after_ms, duration_ms, reason) = recorded(&script, recording);
        let is_made = !matches!(reason, RecordingEnd::NoInput | RecordingEnd::Failed { .. });
        let file = if is_made { format!("recording-{id}.wav") } else { String::new() };
        let input = FlowInput::Recorded { id, file, duration_ms, reason };
        self.plan_given(as_i64(after_ms), slot, Input::Flow(input));
    }
}

/// The script for the nth time; the last entry stays.
fn nth<T: Clone + Default>(scripts: &[T], place: usize) -> T {
    scripts.get(place).or(scripts.last()).cloned().unwrap_or_default()
}

/// When a recording ends, how long it is, and why it ended.
fn recorded(script: &RecordingScript, recording: Recording) -> (u64, u64, RecordingEnd) {
    let spoken_ms = u64::try_from(ms(script.speak_s)).unwrap_or(0);
    match script.then {
        Then::Fails => {
            let text = "the recording failed (scripted)".to_owned();
            (spoken_ms.min(recording.max_ms), 0, RecordingEnd::Failed { text })
        }
        Then::Silence | Then::Terminator if spoken_ms > recording.max_ms => {
            (recording.max_ms, recording.max_ms, RecordingEnd::MaxLength)
        }
        Then::Terminator => (spoken_ms, spoken_ms, RecordingEnd::Key),
        Then::Silence if spoken_ms == 0 => {
            (recording.silence_ms.min(recording.max_ms), 0, RecordingEnd::NoInput)
        }
        Then::Silence => (spoken_ms + recording.silence_ms, spoken_ms, RecordingEnd::Silence),
    }
}

impl Default for ThirdParty {
    fn default() -> Self {
        Self {
            does: ThirdPartyDoes::default(),
            answer_after_s: 5.0,
            hang_up_after_s: Some(30.0),
            status: 503,
        }
    }
}

impl Default for RecordingScript {
    fn default() -> Self {
        Self { speak_s: 5.0, then: Then::default() }
    }
}

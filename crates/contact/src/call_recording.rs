//! Conversations with agents, recorded where the caller agrees (Recording Control).
//!
//! A recording begins when agent and caller hear each other, or when the flow says so in mid-call,
//! and ends with the conversation, or when the flow says so; each has a number and a file of its
//! own. What the caller says and what they hear is recorded, music on hold included; a consult of
//! the agent is not.
//!
//! An agent may pause it, as far as the queue allows (Webex: Pause/Resume Enabled, Recording Pause
//! Duration), so that card numbers are not in it. A pause is the contact's: it holds through
//! consults, and where the caller is handed over the next conversation begins with it, until an
//! agent ends it or its time is over. Whoever takes the call over may be the one who takes the
//! card.

use trunkline_model::AgentId;
use trunkline_model::call::CallRecording;

use crate::contact::Contact;
use crate::conversation::ActRefusal;
use crate::output::Output;
use crate::steps;

/// The most recordings of one contact: a limit for flows that go back and forth.
const MAX_RECORDINGS: u32 = 1_000;

/// Recordings pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecordingPause {
    /// When it ends by itself, in milliseconds since the Unix epoch.
    until_ms: Option<i64>,
}

impl Contact {
    /// The flow knows what the caller said.
    pub(crate) fn record_calls(&mut self, wanted: bool) {
        self.wants_recording = wanted;
        if !wanted {
            self.recording_pause = None;
        }
    }

    /// Begins or ends the recording as the conversation and the flow have it now.
    pub(crate) fn keep_recording(&mut self) {
        let wanted = self.wants_recording && self.talk.is_some();
        match (wanted, self.recording) {
            (true, None) if self.recordings < MAX_RECORDINGS => {
                self.recordings += 1;
                let number = self.recordings;
                self.recording = Some(number);
                self.step(|_| steps::recording("recording_started", number));
                self.want(Output::RecordCall { number });
                if self.recording_pause.is_some() {
                    self.want(Output::PauseCallRecording { number, is_paused: true });
                }
            }
            (false, Some(number)) => {
                self.recording = None;
                self.step(|_| steps::recording("recording_stopped", number));
                self.want(Output::StopCallRecording { number });
            }
            (true, _) | (false, None) => {}
        }
    }

    /// Whether the conversation is being recorded.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.recording.is_some()
    }

    /// Whether the recording of this agent's conversation with the caller pauses; none where
    /// nothing is recorded.
    #[must_use]
    pub fn is_recording_paused(&self, agent: &AgentId) -> Option<bool> {
        let is_theirs = self.talk.as_ref().is_some_and(|talk| talk.is_in(agent));
        (is_theirs && self.is_recorded()).then_some(self.recording_pause.is_some())
    }

    /// Whether the queue that brought the caller lets agents pause recordings; where none did,
    /// nobody forbids it.
    #[must_use]
    pub fn lets_recordings_pause(&self) -> bool {
        let queue = self.last_queue.as_ref().and_then(|id| self.site.tenant.queue(id.as_str()));
        queue.is_none_or(|queue| queue.pause_recording)
    }

    pub(crate) fn may_pause_recording(&self) -> Result<(), ActRefusal> {
        if !self.is_recorded() {
            return Err(ActRefusal::NotRecorded);
        }
        if !self.lets_recordings_pause() {
            return Err(ActRefusal::MayNotPause);
        }
        Ok(())
    }

    /// Once more it changes nothing, the time at which it ends neither.
    pub(crate) fn pause_recording(&mut self, agent: &AgentId) {
        let Some(number) = self.recording else { return };
        if self.recording_pause.is_some() {
            return;
        }
        let queue = self.last_queue.as_ref().and_then(|id| self.site.tenant.queue(id.as_str()));
        let limit_s = queue.and_then(|queue| queue.recording_pause_s);
        let until_ms = limit_s.map(|limit_s| self.now_ms + i64::from(limit_s) * 1_000);
        self.recording_pause = Some(RecordingPause { until_ms });
        self.step(|_| steps::recording_paused(agent, number, limit_s));
        self.want(Output::PauseCallRecording { number, is_paused: true });
    }

    /// Ends a pause: an agent says so, or its time is over. Between two conversations there is no
    /// recording that could go on.
    pub(crate) fn resume_recording(&mut self, agent: Option<&AgentId>) {
        if self.recording_pause.take().is_none() {
            return;
        }
        if let Some(number) = self.recording {
            self.step(|_| steps::recording_resumed(agent, number));
            self.want(Output::PauseCallRecording { number, is_paused: false });
        }
    }

    /// When a pause ends by itself.
    pub(crate) fn recording_pause_until(&self) -> Option<i64> {
        self.recording_pause.and_then(|pause| pause.until_ms)
    }

    pub(crate) fn end_overdue_pause(&mut self) {
        if self.recording_pause_until().is_some_and(|until_ms| until_ms <= self.now_ms) {
            self.resume_recording(None);
        }
    }

    pub(crate) fn call_recorded(&mut self, recording: &CallRecording) {
        self.step(|_| steps::call_recorded(recording));
    }
}

//! Conversations with agents, recorded where the caller agrees (Recording Control).
//!
//! A recording begins when agent and caller hear each other, or when the flow says so in mid-call,
//! and ends with the conversation, or when the flow says so; each has a number and a file of its
//! own. What the caller says and what they hear is recorded, music on hold included; a consult of
//! the agent is not.

use trunkline_model::call::CallRecording;

use crate::contact::Contact;
use crate::output::Output;
use crate::steps;

/// The most recordings of one contact: a limit for flows that go back and forth.
const MAX_RECORDINGS: u32 = 1_000;

impl Contact {
    /// The flow knows what the caller said.
    pub(crate) fn record_calls(&mut self, wanted: bool) {
        self.wants_recording = wanted;
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

    pub(crate) fn call_recorded(&mut self, recording: &CallRecording) {
        self.step(|_| steps::call_recorded(recording));
    }
}

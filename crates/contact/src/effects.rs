//! What the flow wants done, seen by the contact.

use trunkline_flow::Effect;
use trunkline_flow::run::{ScreenPop, Unhandled};
use trunkline_model::prompt::Music;
use trunkline_model::tenant::compatibility::EndFlowQueued;
use trunkline_model::{Failure, FailureCode};

use crate::contact::{Contact, Phase};
use crate::output::{Notice, Output};
use crate::steps;

impl Contact {
    /// Passes on what the flow wants until it wants nothing more, and moves on to what follows.
    pub(crate) fn settle(&mut self) {
        loop {
            self.pass_on();
            if !self.continue_after_call() {
                return;
            }
        }
    }

    /// Passes on what the flow wants so far, before the contact wants something itself.
    pub(crate) fn pass_on(&mut self) {
        while let Some(effect) = self.run.poll() {
            self.effect(effect);
        }
    }

    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::Http { id, mut request, after_call } => {
                if after_call && request.method.writes() {
                    request.idempotency_key = Some(format!("{}:{id}", self.id));
                }
                self.outputs.push_back(Output::Http { id, request, may_repeat: after_call });
            }
            Effect::Enqueue { queue, priority, skills, check_availability } => {
                // The agent has left, and the flow found the caller a place to wait for another.
                if self.phase == Phase::AgentLeft {
                    self.phase = Phase::InFlow;
                }
                self.queue = Some(queue.clone());
                let output = Output::Enqueue { queue, priority, skills, check_availability };
                self.outputs.push_back(output);
            }
            Effect::ScreenPop(pop) => self.screen_pop(pop),
            Effect::Disconnect => self.disconnect("flow"),
            Effect::FlowEnded => self.flow_ended(),
            Effect::EventEnded { .. } => self.event_ended(),
            Effect::Unhandled(unhandled) => self.unhandled(unhandled),
            Effect::Rescue { failure } => self.rescue(&failure),
            passing => {
                // The flow speaks: the queue's music makes room.
                if matches!(passing, Effect::Play { .. } | Effect::PlayMusic { .. }) {
                    self.stop_own_playing();
                }
                self.outputs.extend(Output::passing(passing));
            }
        }
    }

    fn screen_pop(&mut self, pop: ScreenPop) {
        let agent = self.agent.as_ref().map(|agent| agent.id.clone());
        self.outputs.push_back(Output::ScreenPop { agent, pop });
    }

    fn unhandled(&mut self, unhandled: Unhandled) {
        let mut failure = unhandled.failure;
        self.run.mask(&mut failure.description);
        self.outputs.push_back(Output::Notice(Notice {
            activity: unhandled.activity,
            failure,
            kept_by: unhandled.kept_by,
        }));
    }

    /// Nothing of the flow speaks to the caller any more.
    fn flow_ended(&mut self) {
        match self.phase {
            Phase::InFlow => {}
            Phase::AgentLeft => return self.disconnect("flow ended after the agent left"),
            Phase::Talking | Phase::Over | Phase::Apology { .. } => return,
        }
        let compat = self.site.tenant.compatibility.end_flow_while_queued;
        match (self.queue.is_some(), compat) {
            (true, EndFlowQueued::StayQueued) => self.play_queue_music(),
            (true, EndFlowQueued::Disconnect) => self.disconnect("flow ended"),
            (false, _) => {
                let text = "the flow ended while the caller was on the line and in no queue";
                let failure = Failure::new(FailureCode::Silence, text);
                self.rescue(&failure);
            }
        }
    }

    /// An event flow that did not speak to the caller has ended.
    fn event_ended(&mut self) {
        // The agent has left, and no event flow has taken the caller: the call is over.
        if self.phase == Phase::AgentLeft && !self.run.has_running_events() {
            return self.disconnect("agent left");
        }
        // It spoke in place of the queue's music, and nothing else plays.
        let waits = self.phase == Phase::InFlow && self.queue.is_some();
        if waits && self.own_playing.is_none() && self.run.caller_activity().is_none() {
            self.play_queue_music();
        }
    }

    /// Plays the queue's music to a caller whose flow is silent.
    pub(crate) fn play_queue_music(&mut self) {
        let Some(file) = self.queue_music() else { return };
        self.step(|_| steps::played(&format!("♪ {file}")));
        self.stop_own_playing();
        self.start_music(file);
    }

    /// Plays the queue's music once more.
    pub(crate) fn repeat_queue_music(&mut self) {
        self.own_playing = None;
        if let Some(file) = self.queue_music() {
            self.start_music(file);
        }
    }

    fn queue_music(&self) -> Option<String> {
        let queue = self.site.tenant.queue(self.queue.as_ref()?.as_str())?;
        Some(queue.music.as_deref().unwrap_or("defaultmusic_on_hold.wav").to_owned())
    }

    fn start_music(&mut self, file: String) {
        let id = self.own_id();
        self.own_playing = Some(id);
        let music = Music { file, offset_ms: 0, duration_ms: None };
        self.outputs.push_back(Output::PlayMusic { id, music });
    }

    pub(crate) fn stop_own_playing(&mut self) {
        if let Some(id) = self.own_playing.take() {
            self.outputs.push_back(Output::StopPlaying { id });
        }
    }

    pub(crate) fn own_id(&mut self) -> u32 {
        let id = self.next_own_id;
        self.next_own_id += 1;
        id
    }
}

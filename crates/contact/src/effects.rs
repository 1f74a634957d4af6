//! What the flow wants done, seen by the contact.

use trunkline_flow::Effect;
use trunkline_flow::run::{KeptBy, ScreenPop, Unhandled};
use trunkline_model::call::TransferKind;
use trunkline_model::tenant::compatibility::EndFlowQueued;
use trunkline_model::{Failure, FailureCode};

use crate::contact::{Contact, Phase};
use crate::output::{Notice, Output};

impl Contact {
    /// Passes on what the flow wants until it wants nothing more, and moves on to what follows.
    pub(crate) fn settle(&mut self) {
        loop {
            self.pass_on();
            // Keys are heard on an answered line only.
            if self.run.asks_for_keys().is_some() {
                self.answer();
            }
            self.keep_recording();
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
                self.want(Output::Http { id, request, may_repeat: after_call });
            }
            Effect::Enqueue { queue, priority, skills, relaxations, check_availability } => {
                // The agent has left, and the flow found the caller a place to wait for another.
                if self.phase == Phase::AgentLeft {
                    self.phase = Phase::InFlow;
                }
                self.queue = Some(queue.clone());
                (self.last_queue, self.priority) = (Some(queue.clone()), priority);
                self.want(Output::Enqueue {
                    queue,
                    priority,
                    skills,
                    relaxations,
                    check_availability,
                });
                if self.queue_music.is_some() {
                    self.play_queue_music();
                }
            }
            Effect::EnqueueToAgent { id, agent, queue, priority, park, recovery } => {
                self.priority = priority;
                self.want(Output::EnqueueToAgent { id, agent, queue, priority, park, recovery });
            }
            Effect::ScreenPop(pop) => self.screen_pop(pop),
            Effect::Disconnect => self.disconnect("flow"),
            Effect::FlowEnded => self.flow_ended(),
            Effect::EventEnded { .. } => self.event_ended(),
            Effect::PromptFailed { activity, failure } => {
                self.notice(activity, failure, KeptBy::FailurePort);
            }
            Effect::Unhandled(unhandled) => self.unhandled(unhandled),
            Effect::Rescue { failure } => self.rescue(&failure),
            Effect::Transfer { id, transfer } => {
                let is_blind = transfer.kind == TransferKind::Blind;
                self.blind_transfer = is_blind.then_some(id);
                let other = self.number_of_caller();
                self.pre_dial_transfer(id, transfer, &other, "");
            }
            Effect::ShowCallerId { number } => self.show_caller_id(number),
            Effect::PreDialEnded => self.pre_dial_ended(),
            Effect::RecordCalls { wanted } => self.record_calls(wanted),
            passing => {
                if let Some(output) = Output::passing(passing) {
                    self.want(output);
                }
            }
        }
    }

    fn screen_pop(&mut self, pop: ScreenPop) {
        let agent = self.agent.as_ref().map(|agent| agent.id.clone());
        self.want(Output::ScreenPop { agent, pop });
    }

    fn unhandled(&mut self, unhandled: Unhandled) {
        let stays = unhandled.kept_by == KeptBy::Fallback && self.stays_queued();
        let kept_by = if stays { KeptBy::Queue } else { unhandled.kept_by };
        self.notice(unhandled.activity, unhandled.failure, kept_by);
    }

    /// Tells the operator.
    pub(crate) fn notice(&mut self, activity: String, mut failure: Failure, kept_by: KeptBy) {
        self.run.mask(&mut failure.description);
        self.want(Output::Notice(Notice { activity, failure, kept_by }));
    }

    /// Nothing of the flow speaks to the caller any more.
    fn flow_ended(&mut self) {
        match self.phase {
            Phase::InFlow => {}
            Phase::AgentLeft => return self.disconnect("flow ended after the agent left"),
            Phase::Talking
            | Phase::Asking
            | Phase::Calling { .. }
            | Phase::Over
            | Phase::Apology { .. }
            | Phase::Transferring { .. }
            | Phase::Transferred { .. } => return,
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
        // Nothing else plays to a caller whom it may have queued.
        let waits = self.phase == Phase::InFlow && self.queue.is_some();
        if waits && self.run.caller_activity().is_none() {
            self.play_queue_music();
        }
    }
}

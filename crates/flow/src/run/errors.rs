//! What happens to a failure that no port handles (decision 1): the OnGlobalError flow, and then
//! whatever keeps the caller.

use trunkline_model::tenant::OnUnhandledError;
use trunkline_model::{Failure, FailureCode};

use crate::flow::Flow;
use crate::outputs::Outputs;

use super::thread::State;
use super::{ContactEvent, Effect, KeptBy, Run, Unhandled};

/// The event of the OnGlobalError flow.
const GLOBAL_ERROR: &str = "GlobalErrorHandling";

/// The ports that a failure leaves by, the activity's own before the general one.
const FAILURE_PORTS: [&str; 2] = ["failure", "error"];

/// The ports by which a caller is kept after a failure.
const KEEPING_PORTS: [&str; 2] = ["default", "out"];

impl Run {
    pub(super) fn fail(&mut self, index: usize, flow: &Flow, failure: Failure) {
        let thread = &self.threads[index];
        let (scope, place) = (thread.scope, thread.node);
        let node = &flow.nodes[place];
        let outputs = &mut self.scopes[scope].outputs[place];
        outputs.set("FailureCode", failure.number);
        outputs.set("FailureDescription", failure.description.clone());
        // A port that spins again would be taken for ever.
        let spins_again = failure.code == FailureCode::Spin && self.spinning.stops > 1;
        let wired = FAILURE_PORTS.iter().find_map(|port| Some((*port, node.link(port)?)));
        let wired = wired.filter(|_| !spins_again);
        match wired {
            Some((port, target)) => {
                if failure.code.is_of_prompts() {
                    let (activity, failure) = (node.label.to_string(), failure.clone());
                    self.effects.push_back(Effect::PromptFailed { activity, failure });
                }
                self.write_step(index, flow, Some(port), Some(failure));
                self.go(index, target);
            }
            None => {
                self.write_step(index, flow, None, Some(failure.clone()));
                self.unhandled(index, failure);
            }
        }
    }

    /// Gives a failure to the OnGlobalError flow, or else keeps the caller at once.
    pub(super) fn unhandled(&mut self, index: usize, failure: Failure) {
        self.threads[index].state = State::Suspended(failure.clone());
        let is_in_handler = self.threads[index].is_handler;
        let outputs = Outputs::NONE
            .with("FailureCode", failure.number)
            .with("FailureDescription", failure.description);
        if is_in_handler || !self.start_event(GLOBAL_ERROR, outputs, Some(index)) {
            self.keep(index);
        }
    }

    /// An event flow speaks to the caller. If it is the OnGlobalError flow of the caller's thread,
    /// it is the caller's thread from now on: that is what counts as handling the error.
    pub(super) fn take_over(&mut self, index: usize) {
        let Some(failed) = self.threads[index].handles.take() else {
            // An event flow that speaks while nothing else does, as after the last agent left.
            if self.caller.is_none() && self.is_caller_there && !self.is_with_agent {
                self.caller = Some(index);
            }
            return;
        };
        let State::Suspended(failure) =
            std::mem::replace(&mut self.threads[failed].state, State::Ended)
        else {
            return;
        };
        self.report(failed, failure, KeptBy::Handler);
        let is_vacant = self.caller.is_none() && self.is_caller_there && !self.is_with_agent;
        if self.caller == Some(failed) || is_vacant {
            self.caller = Some(index);
        }
    }

    /// Keeps the contact after a failure that nothing handled.
    pub(super) fn keep(&mut self, index: usize) {
        let State::Suspended(failure) =
            std::mem::replace(&mut self.threads[index].state, State::Ended)
        else {
            return;
        };
        let is_callers = self.caller == Some(index);
        if is_callers && !self.is_caller_there {
            self.caller = None;
            return self.report(index, failure, KeptBy::Overtaken);
        }
        if is_callers && self.on_unhandled_error == OnUnhandledError::Disconnect {
            self.caller = None;
            self.report(index, failure, KeptBy::Disconnected);
            self.effects.push_back(Effect::Disconnect);
            return;
        }
        let thread = &self.threads[index];
        let node = &self.scopes[thread.scope].flow.nodes[thread.node];
        let spins = failure.code == FailureCode::Spin || self.spinning.stops > 1;
        let next = KEEPING_PORTS.iter().find_map(|port| node.link(port)).filter(|_| !spins);
        match next {
            Some(target) => {
                self.report(index, failure, KeptBy::DefaultPort);
                self.go(index, target);
            }
            None if is_callers => {
                self.caller = None;
                self.report(index, failure.clone(), KeptBy::Fallback);
                self.effects.push_back(Effect::Rescue { failure });
            }
            None => {
                self.report(index, failure, KeptBy::EventFlowEnded);
                self.end_thread(index);
            }
        }
    }

    pub(super) fn report(&mut self, index: usize, failure: Failure, kept_by: KeptBy) {
        let thread = &self.threads[index];
        let node = &self.scopes[thread.scope].flow.nodes[thread.node];
        let unhandled = Unhandled {
            activity: node.label.to_string(),
            thread: thread.name.clone(),
            failure,
            kept_by,
        };
        // Written here, so that it stands before what the flow does next.
        if self.is_traced() {
            self.write_contact_step(self.now_ms, step(&unhandled));
        }
        self.effects.push_back(Effect::Unhandled(unhandled));
    }
}

/// The trace line of an error that no port handled.
fn step(unhandled: &Unhandled) -> ContactEvent {
    let text = match (unhandled.kept_by, unhandled.thread.as_str()) {
        (KeptBy::Handler, _) => "the OnGlobalError flow takes over the caller",
        (KeptBy::DefaultPort, "main") => {
            "Webex would have dropped the caller here; the flow goes on by the activity's default \
             port"
        }
        (KeptBy::DefaultPort, _) => "nothing handled this; the event flow goes on by default",
        (KeptBy::Fallback, _) => {
            "Webex would have dropped the caller here; they are sent to the fallback, or hear an \
             apology"
        }
        (KeptBy::EventFlowEnded, _) => "nothing handled this; the event flow ends here",
        (KeptBy::Queue, _) => "the caller waits on in the queue",
        (KeptBy::FailurePort, _) => "the flow goes on by the port for failures",
        (KeptBy::Overtaken, _) => "an agent answered or the call ended meanwhile",
        (KeptBy::Disconnected, _) => "the caller is disconnected, as the entry point asks for",
    };
    ContactEvent {
        what: "error_unhandled",
        activity: unhandled.activity.clone(),
        failure: Some(unhandled.failure.clone()),
        warnings: vec![text.to_owned()],
        ..ContactEvent::default()
    }
}

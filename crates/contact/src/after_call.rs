//! After the call: the open request, the wrap-up, ContactEnded, and the end.

use trunkline_model::tenant::PostCall;

use crate::contact::{AfterCall, Contact, Phase};
use crate::output::Output;
use crate::steps;

impl Contact {
    /// Moves on towards the contact's end. Gives whether anything new has begun.
    pub(crate) fn continue_after_call(&mut self) -> bool {
        if self.phase != Phase::Over {
            return false;
        }
        match self.after_call {
            AfterCall::NotBegun => self.begin_contact_ended(),
            AfterCall::Running => self.end(),
            AfterCall::Done => false,
        }
    }

    fn begin_contact_ended(&mut self) -> bool {
        let waits_for_agent =
            !self.working.is_empty() && self.entry.post_call == PostCall::AfterWrapUp;
        if self.run.has_open_request() || waits_for_agent {
            return false;
        }
        self.after_call = AfterCall::Running;
        self.run.begin_after_call();
        let outputs = self.last_agent_outputs();
        self.run.event(self.now_ms, "ContactEnded", outputs);
        true
    }

    fn end(&mut self) -> bool {
        if self.run.has_running_events() || !self.working.is_empty() {
            return false;
        }
        self.after_call = AfterCall::Done;
        self.step(|_| steps::plain("ended"));
        self.want(Output::Ended);
        false
    }
}

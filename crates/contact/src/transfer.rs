//! Transfers: what becomes of the flow's, and those of the contact itself to a fallback number.

use trunkline_flow::run::KeptBy;
use trunkline_model::call::{Transfer, TransferKind, TransferOutcome};

use crate::contact::{Contact, Phase};
use crate::output::Output;
use crate::steps;

/// How long a fallback number may ring, in milliseconds.
const RING_TIMEOUT_MS: u64 = 60_000;

impl Contact {
    /// Transfers the caller to a number, because the flow or the queue does not keep them.
    pub(crate) fn transfer(&mut self, number: String) {
        self.step(|_| steps::transferred(&number));
        let other = self.number_of_caller();
        self.call_for_caller(number, None, &other, false);
    }

    /// As an agent wants it; the caller hears music until it answers.
    pub(crate) fn transfer_by_agent(&mut self, number: String, caller_id: Option<String>) {
        let other = self.number_of_agent();
        self.call_for_caller(number, caller_id, &other, true);
    }

    fn call_for_caller(
        &mut self,
        number: String,
        caller_id: Option<String>,
        other: &str,
        by_agent: bool,
    ) {
        if self.queue.is_some() {
            self.want(Output::Withdraw);
        }
        self.leave_queue();
        let id = self.own_id();
        self.phase = Phase::Transferring { id, by_agent };
        let selected = caller_id.clone().unwrap_or_default();
        let transfer = Transfer {
            kind: TransferKind::Blind,
            number,
            headers: Vec::new(),
            ring_timeout_ms: RING_TIMEOUT_MS,
            caller_id: caller_id.or_else(|| self.run.caller_id().map(str::to_owned)),
            digits: String::new(),
        };
        self.pre_dial_transfer(id, Box::new(transfer), other, &selected);
    }

    /// Something became of a transfer.
    pub(crate) fn transfer_ended(&mut self, id: u32, outcome: TransferOutcome) {
        if self.consulted_number(id, &outcome) || self.number_called(id, &outcome) {
            return;
        }
        let hung_up = matches!(outcome, TransferOutcome::PartyHungUp { .. });
        match self.phase {
            Phase::Transferring { id: own, .. } if own == id => {
                self.own_transfer_ended(id, &outcome);
            }
            Phase::Transferred { id: present } => {
                if present == id && hung_up {
                    self.disconnect("the third party hung up");
                }
            }
            Phase::InFlow | Phase::AgentLeft => self.flow_transfer_ended(id, outcome),
            Phase::Transferring { .. }
            | Phase::Apology { .. }
            | Phase::Talking
            | Phase::Asking
            | Phase::Calling { .. }
            | Phase::Over => {}
        }
    }

    fn own_transfer_ended(&mut self, id: u32, outcome: &TransferOutcome) {
        let Some(failure) = outcome.failure() else {
            return self.third_party_answered(id, outcome);
        };
        self.step(|_| steps::failed("transfer_failed", &failure));
        if self.phase == (Phase::Transferring { id, by_agent: true }) {
            return self.not_taken(&failure.description);
        }
        self.notice(String::new(), failure, KeptBy::Fallback);
        self.apologise();
    }

    fn flow_transfer_ended(&mut self, id: u32, outcome: TransferOutcome) {
        let is_blind = self.blind_transfer == Some(id);
        if outcome == TransferOutcome::Connected {
            self.answer();
        }
        // Before the flow hears of it: its end then leaves nobody in silence.
        let answered = is_blind && outcome.failure().is_none();
        if answered {
            self.third_party_answered(id, &TransferOutcome::Connected);
        }
        let hung_up = matches!(outcome, TransferOutcome::PartyHungUp { .. });
        self.run.handle(self.now_ms, trunkline_flow::Input::TransferEnded { id, outcome });
        if answered && hung_up {
            self.pass_on();
            self.disconnect("the third party hung up");
        }
    }

    /// The caller talks to the third party until either of them hangs up; the flow is over.
    fn third_party_answered(&mut self, id: u32, outcome: &TransferOutcome) {
        self.answer();
        self.phase = Phase::Transferred { id };
        self.stop_queue_music();
        // An event flow may have queued them meanwhile.
        if self.queue.is_some() {
            self.want(Output::Withdraw);
            self.leave_queue();
        }
        self.run.set_with_agent(true);
        self.step(|_| steps::plain("transfer_answered"));
        if matches!(outcome, TransferOutcome::PartyHungUp { .. }) {
            self.disconnect("the third party hung up");
        }
    }
}

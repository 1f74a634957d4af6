//! Callers joined with a third party: blind and bridged transfers, both through this server.

use trunkline_flow::Input as FlowInput;
use trunkline_model::ContactId;
use trunkline_model::call::{Transfer, TransferOutcome};
use trunkline_telephony::call::Cause;
use trunkline_telephony::identity::outbound::TrunkCall;

use super::Switchboard;
use super::legs::{CallLeg, LegId, Role};
use super::outgoing::{self, Way};

/// How long each key lasts that is sent to a third party, and the pause after it (RFC 4733 leaves
/// both open; what exchanges understand everywhere), in milliseconds.
const KEY_MS: u16 = 100;

impl Switchboard {
    pub(super) fn transfer(&mut self, contact: ContactId, id: u32, transfer: &Transfer) {
        // The caller may have left in the same moment.
        if self.legs.caller(&contact).is_none_or(|caller| caller.is_leaving) {
            return;
        }
        tracing::info!(%contact, number = transfer.number, kind = ?transfer.kind, "transfer");
        let role = Role::Party { contact: contact.clone(), transfer: id };
        let way = self.way_to(&contact, transfer);
        let leg = way.and_then(|way| self.dial(&way, role, transfer.ring_timeout_ms));
        match leg {
            Some(leg) => {
                self.legs.line_mut(&contact).party = Some(leg);
                self.pending_digits.insert(leg, transfer.digits.clone());
            }
            None => {
                let text = "no trunk can take the call; configure `outbound` for one".to_owned();
                let outcome = TransferOutcome::Failed { status: 0, text };
                let input = FlowInput::TransferEnded { id, outcome };
                self.tell_flow_later(contact, input);
            }
        }
    }

    /// A phone that is registered under the number, or else the first trunk that takes calls.
    pub(super) fn way_to(&self, contact: &ContactId, transfer: &Transfer) -> Option<Way> {
        let number = &transfer.number;
        let shown = transfer.caller_id.clone();
        let shown = shown.or_else(|| self.legs.line(contact)?.caller_id.clone());
        if let Some(binding) = self.io.endpoint.bindings(number).into_iter().next() {
            let shown = shown.unwrap_or_else(|| self.ani_of(contact));
            return Some(Way::Phone(Box::new(binding), outgoing::target(&shown, number)));
        }
        let trunk = self.outbound_trunk.clone()?;
        let is_trusted = self.legs.line(contact).is_some_and(|line| line.is_number_trusted);
        let of_caller = || if is_trusted { self.ani_of(contact) } else { String::new() };
        let (number, caller) = (number.clone(), shown.unwrap_or_else(of_caller));
        let headers = transfer.headers.clone();
        let display = String::new();
        Some(Way::Trunk(TrunkCall { trunk, number, caller, display, headers }))
    }

    pub(super) fn party_answered(&mut self, contact: &ContactId, transfer: u32, id: LegId) {
        if self.dialled_answered(contact, id) {
            return;
        }
        let line = self.legs.line(contact).filter(|line| line.party == Some(id));
        let caller = line.filter(|line| line.agent.is_none()).and_then(|line| line.caller);
        let caller = caller.and_then(|caller| self.legs.get(caller));
        let (Some(caller), Some(party)) = (caller, self.legs.get(id)) else {
            // Nobody is there to talk to.
            return self.legs.get_mut(id).into_iter().for_each(|party| party.end(480));
        };
        caller.media.bridge(&party.media);
        if let Some(digits) = self.pending_digits.remove(&id).filter(|it| !it.is_empty())
            && let Err(error) = party.media.send_keys(&digits, KEY_MS, KEY_MS)
        {
            tracing::warn!(%contact, "{error}");
        }
        let line = self.legs.line_mut(contact);
        (line.is_bridged, line.was_transferred) = (true, true);
        self.transfer_ended(contact.clone(), transfer, TransferOutcome::Connected);
    }

    /// The caller is gone, or is to go: nobody stays behind alone.
    pub(super) fn end_party(&mut self, contact: &ContactId) {
        let Some(party) = self.legs.line(contact).and_then(|line| line.party) else { return };
        if let Some(party) = self.legs.get_mut(party) {
            party.end(480);
        }
    }

    fn outcome_of_leg(&self, leg: &CallLeg, cause: &Cause) -> TransferOutcome {
        if !leg.is_answered {
            return outcome_of(cause);
        }
        let talked_ms = u64::try_from(self.now_ms - leg.answered_ms).unwrap_or(0);
        TransferOutcome::PartyHungUp { talked_ms, headers: Vec::new() }
    }

    pub(super) fn party_left(
        &mut self,
        contact: &ContactId,
        id: LegId,
        transfer: u32,
        leg: &CallLeg,
        cause: &Cause,
    ) {
        let outcome = self.outcome_of_leg(leg, cause);
        if self.dialled_left(contact, id, || (!leg.is_leaving).then_some(outcome)) {
            return;
        }
        if self.legs.line(contact).is_none() {
            return;
        }
        self.legs.line_mut(contact).party = None;
        self.alone(contact);
        if leg.is_leaving {
            return;
        }
        let outcome = self.outcome_of_leg(leg, cause);
        self.transfer_ended(contact.clone(), transfer, outcome);
    }

    pub(super) fn transfer_ended(&mut self, contact: ContactId, id: u32, outcome: TransferOutcome) {
        self.tell_flow(contact, FlowInput::TransferEnded { id, outcome });
    }
}

/// What became of a call that was not answered.
pub(super) fn outcome_of(cause: &Cause) -> TransferOutcome {
    match cause {
        Cause::Refused { status: 486 | 600 | 603 } => TransferOutcome::Busy,
        Cause::NotAnswered | Cause::Refused { status: 408 | 480 } => TransferOutcome::NoAnswer,
        Cause::Refused { status } => {
            let text = format!("the call was refused with {status}");
            TransferOutcome::Failed { status: *status, text }
        }
        other => TransferOutcome::Failed { status: 0, text: format!("{other:?}") },
    }
}

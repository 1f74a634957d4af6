//! PreDial: the event flow that runs before a leg is dialled and may choose the number that it
//! shows.
//!
//! Webex runs it before each outbound leg: an agent's, one to a number, one to an entry point. The
//! leg waits until the flow has ended, [`LIMIT_MS`] at the most: a slow CRM must not let an agent
//! miss a call that never rang. Then it is dialled with the number that would be shown without
//! PreDial. Legs wait one behind the other, so that what a flow chooses is for its own leg. A flow
//! without PreDial, or with nothing wired to it, delays nothing.

use std::collections::VecDeque;

use trunkline_expr::Value;
use trunkline_flow::outputs::Outputs;
use trunkline_flow::run::PRE_DIAL;
use trunkline_model::AgentId;
use trunkline_model::call::Transfer;

use crate::contact::{Contact, Phase};
use crate::conversation::Destination;
use crate::output::Output;
use crate::steps;

/// How long a leg waits for PreDial at the most, in milliseconds.
const LIMIT_MS: u64 = 5_000;

/// So many legs wait at the most; one more is dialled at once.
const MAX_WAITING: usize = 16;

/// A leg that is to be dialled.
#[derive(Debug)]
pub(crate) enum Leg {
    /// An agent's device.
    Agent { consult: Option<u32>, agent: AgentId },
    /// The flow's transfer, or the contact's own.
    Transfer { id: u32, transfer: Box<Transfer> },
    /// A number that the agents call.
    Dial { id: u32, transfer: Box<Transfer> },
}

/// Why a leg is dialled: the outputs of PreDial that depend on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reason<'r> {
    /// `operationType`.
    pub(crate) operation: &'static str,
    /// `participantType`.
    pub(crate) participant: &'static str,
    /// `dialNumber`.
    pub(crate) number: &'r str,
    /// `otherPartyDn`.
    pub(crate) other: &'r str,
    /// `agentSelectedAni`.
    pub(crate) selected: &'r str,
    /// The leg waits so long at the most, in milliseconds.
    pub(crate) limit_ms: u64,
}

impl<'r> Reason<'r> {
    pub(crate) fn new(
        operation: &'static str,
        participant: &'static str,
        number: &'r str,
        other: &'r str,
    ) -> Self {
        Self { operation, participant, number, other, selected: "", limit_ms: LIMIT_MS }
    }
}

/// A leg and its PreDial flow.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// None when it has been dialled, or is wanted no more.
    leg: Option<Leg>,
    /// None when the flow has begun.
    outputs: Option<Outputs>,
    caller_id: Option<String>,
    until_ms: i64,
}

/// Legs that wait for PreDial, in their order; the flow of the first one runs.
pub(crate) type Legs = VecDeque<Waiting>;

impl Contact {
    /// Dials a leg, after PreDial if the flow does something there.
    pub(crate) fn pre_dial(&mut self, leg: Leg, reason: Reason<'_>) {
        let is_full = self.pre_dials.len() >= MAX_WAITING;
        if is_full || !self.run.handles_event(PRE_DIAL) {
            return self.dial_leg(leg, None);
        }
        self.step(|_| steps::pre_dial(&reason));
        let outputs = Some(self.pre_dial_outputs(&reason));
        let limit_ms = i64::try_from(reason.limit_ms).unwrap_or(i64::MAX);
        let until_ms = self.now_ms.saturating_add(limit_ms);
        let waiting = Waiting { leg: Some(leg), outputs, caller_id: None, until_ms };
        self.pre_dials.push_back(waiting);
        self.begin_pre_dial();
    }

    /// Begins the flow of the first leg, unless it runs.
    fn begin_pre_dial(&mut self) {
        while let Some(outputs) = self.pre_dials.front_mut().and_then(|it| it.outputs.take()) {
            if self.run.event(self.now_ms, PRE_DIAL, outputs) {
                return;
            }
            self.dial_first();
        }
    }

    fn dial_first(&mut self) {
        let Some(first) = self.pre_dials.pop_front() else { return };
        if let Some(leg) = first.leg {
            self.dial_leg(leg, first.caller_id);
        }
    }

    /// The flow of the first leg has ended.
    pub(crate) fn pre_dial_ended(&mut self) {
        if self.pre_dials.front().is_some_and(|first| first.outputs.is_none()) {
            self.dial_first();
        }
        self.begin_pre_dial();
    }

    /// The flow of the first leg has chosen a number.
    pub(crate) fn show_caller_id(&mut self, number: String) {
        if let Some(first) = self.pre_dials.front_mut() {
            first.caller_id = Some(number);
        }
    }

    /// When a leg has waited long enough, in milliseconds since the Unix epoch.
    pub(crate) fn pre_dial_until(&self) -> Option<i64> {
        let waiting = self.pre_dials.iter().filter(|it| it.leg.is_some());
        waiting.map(|it| it.until_ms).min()
    }

    /// Dials the legs that have waited long enough.
    pub(crate) fn dial_overdue(&mut self) {
        let now_ms = self.now_ms;
        let is_due = |it: &Waiting| it.leg.is_some() && it.until_ms <= now_ms;
        while let Some(due) = self.pre_dials.iter_mut().find(|it| is_due(it)) {
            let (leg, caller_id) = (due.leg.take(), due.caller_id.take());
            self.step(|_| steps::pre_dial_too_slow());
            self.forget_unwanted_legs();
            if let Some(leg) = leg {
                self.dial_leg(leg, caller_id);
            }
        }
    }

    /// Legs that wait are dialled no more: the call is over, or another flow has begun.
    pub(crate) fn forget_legs(&mut self) {
        self.pre_dials.iter_mut().for_each(|it| it.leg = None);
        self.forget_unwanted_legs();
    }

    /// The call to a number is wanted no more. Gives whether it was still to be dialled.
    pub(crate) fn forget_dial(&mut self, id: u32) -> bool {
        let is_it =
            |it: &&mut Waiting| matches!(it.leg, Some(Leg::Dial { id: own, .. }) if own == id);
        let Some(waiting) = self.pre_dials.iter_mut().find(is_it) else { return false };
        waiting.leg = None;
        self.forget_unwanted_legs();
        true
    }

    /// The first one stays while its flow runs: what that chooses must not meet the next leg.
    fn forget_unwanted_legs(&mut self) {
        self.pre_dials.retain(|it| it.leg.is_some() || it.outputs.is_none());
    }

    fn dial_leg(&mut self, leg: Leg, caller_id: Option<String>) {
        match leg {
            Leg::Agent { consult, agent } => {
                self.want(Output::Ring { consult, agent, caller_id });
            }
            Leg::Transfer { id, mut transfer } => {
                transfer.caller_id = caller_id.or(transfer.caller_id);
                // An agent may have answered meanwhile, whom an event flow found.
                if self.may_transfer(id) {
                    self.want(Output::Transfer { id, transfer });
                }
            }
            Leg::Dial { id, mut transfer } => {
                transfer.caller_id = caller_id.or(transfer.caller_id);
                self.want(Output::Dial { id, transfer });
            }
        }
    }

    fn may_transfer(&self, id: u32) -> bool {
        match self.phase {
            Phase::InFlow | Phase::AgentLeft => true,
            Phase::Transferring { id: own, .. } => own == id,
            Phase::Apology { .. }
            | Phase::Transferred { .. }
            | Phase::Talking
            | Phase::Asking
            | Phase::Calling { .. }
            | Phase::Over => false,
        }
    }

    /// An agent's device is to ring, for the contact or for a consult.
    pub(crate) fn ring(&mut self, consult: Option<u32>, agent: &AgentId, ring_timeout_ms: u64) {
        let (operation, other) = self.why_ring(consult);
        let (number, selected) = (self.number_of(agent), self.selected_ani());
        let reason = Reason {
            selected: &selected,
            limit_ms: LIMIT_MS.min(ring_timeout_ms / 2),
            ..Reason::new(operation, "Agent", &number, &other)
        };
        self.pre_dial(Leg::Agent { consult, agent: agent.clone() }, reason);
    }

    /// The operation, and the number of the other party.
    fn why_ring(&self, consult: Option<u32>) -> (&'static str, String) {
        if consult.is_some() {
            let consult = self.talk.as_ref().and_then(|talk| talk.consult.as_ref());
            let is_queue = consult.is_some_and(|it| matches!(it.to, Destination::Queue(_)));
            let operation = if is_queue { "CONSULT_TO_QUEUE" } else { "CONSULT_TO_AGENT" };
            return (operation, self.number_of_agent());
        }
        match self.phase {
            Phase::Calling { .. } => ("OUTDIAL", self.number_of_caller()),
            Phase::Asking => ("TRANSFER_TO_AGENT", self.number_of_agent()),
            Phase::InFlow
            | Phase::Apology { .. }
            | Phase::Transferring { .. }
            | Phase::Transferred { .. }
            | Phase::Talking
            | Phase::AgentLeft
            | Phase::Over => ("INBOUND", self.number_of_caller()),
        }
    }

    /// The caller is to be joined with a number.
    pub(crate) fn pre_dial_transfer(
        &mut self,
        id: u32,
        transfer: Box<Transfer>,
        other: &str,
        selected: &str,
    ) {
        let number = transfer.number.clone();
        let reason = Reason::new("TRANSFER_TO_DN", "DN", &number, other);
        self.pre_dial(Leg::Transfer { id, transfer }, Reason { selected, ..reason });
    }

    /// What an agent who makes a call has chosen to show.
    pub(crate) fn selected_ani(&self) -> String {
        let is_outdial = self.arrival.outdial.is_some();
        if is_outdial { self.arrival.ani_received.clone() } else { String::new() }
    }

    /// The number of the caller, or of whom an agent calls.
    pub(crate) fn number_of_caller(&self) -> String {
        let tenant = &self.site.tenant;
        match self.arrival.outdial {
            Some(_) => self.arrival.dnis(tenant),
            None => self.arrival.ani(tenant),
        }
    }

    /// The number of the agent who has the contact, or had it last.
    pub(crate) fn number_of_agent(&self) -> String {
        self.spoke_with.as_ref().map(|agent| self.number_of(&agent.id)).unwrap_or_default()
    }

    /// The number of an agent's phone; the agent's id where the tenant knows none.
    fn number_of(&self, agent: &AgentId) -> String {
        let agents = &self.site.tenant.agents;
        let phone = agents.iter().find(|it| it.id == *agent).and_then(|it| it.phone.clone());
        phone.unwrap_or_else(|| agent.as_str().to_owned())
    }

    fn pre_dial_outputs(&self, reason: &Reason<'_>) -> Outputs {
        let text = |text: &str| Value::from(text.to_owned());
        let is_outdial = self.arrival.outdial.is_some();
        let entry = self.entry.dnis.first().map(String::as_str).unwrap_or_default();
        let called = self.arrival.dnis(&self.site.tenant);
        Outputs::NONE
            .with("direction", text(if is_outdial { "OUTBOUND" } else { "INBOUND" }))
            .with("participantType", text(reason.participant))
            .with("dialNumber", text(reason.number))
            .with("otherPartyDn", text(reason.other))
            .with("epDn", text(if is_outdial { entry } else { &called }))
            .with("agentSelectedAni", text(reason.selected))
            .with("operationType", text(reason.operation))
    }
}

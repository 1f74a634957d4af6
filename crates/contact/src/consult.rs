//! Consults: whom the agent asks, what becomes of it, and how it ends.

use serde::{Deserialize, Serialize};
use trunkline_acd::{Leaving, OfferEnd};
use trunkline_model::AgentId;
use trunkline_model::call::{Transfer, TransferKind, TransferOutcome};
use trunkline_model::routing::AgentDetails;

use crate::acts::dialled;
use crate::contact::Contact;
use crate::conversation::{Consult, Destination, Stage};
use crate::output::Output;
use crate::pre_dial::{Leg, Reason};
use crate::steps;

/// How long a number may ring that an agent calls, in milliseconds.
pub(crate) const RING_TIMEOUT_MS: u64 = 60_000;

/// What happened to a consult, from the queues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ConsultNews {
    /// An agent is being rung for it.
    Offered {
        /// The agent.
        agent: AgentDetails,
        /// How long it rings, in milliseconds.
        ring_timeout_ms: u64,
    },
    /// The ringing ended without an answer.
    OfferEnded {
        /// The agent.
        agent: AgentId,
        /// Why.
        reason: OfferEnd,
        /// Whether it waits in its queue again.
        requeued: bool,
    },
    /// The agent answered.
    Answered {
        /// The agent.
        agent: AgentDetails,
    },
    /// It waited in its queue for as long as the queue allows.
    TimedOut,
    /// It cannot be: the agent is not free, the queues are full.
    Refused {
        /// Why.
        reason: String,
    },
}

impl Contact {
    pub(crate) fn begin_consult(&mut self, agent: &AgentId, to: Destination) {
        self.consults += 1;
        let number = self.consults;
        self.step(|contact| steps::consulted(contact, agent, &to));
        let mut leg = None;
        match &to {
            Destination::Agent(agent) => {
                let (agent, queue) = (agent.clone(), self.last_queue.clone());
                self.want(Output::Ask { consult: Some(number), agent, queue, is_own: false });
            }
            Destination::Queue(queue) => {
                let (queue, priority) = (queue.clone(), self.priority);
                self.want(Output::EnqueueConsult { consult: number, queue, priority });
            }
            Destination::EntryPoint(id) => {
                let entry = self.site.tenant.entry_point(id.as_str());
                let called = entry.and_then(|entry| entry.dnis.first()).cloned();
                let called = called.unwrap_or_default();
                leg = Some(self.dial(&called, None, ("CONSULT_TO_EP_DN", "EP-DN")));
            }
            Destination::Number { number, caller_id } => {
                let caller_id = caller_id.clone();
                leg = Some(self.dial(number, caller_id, ("CONSULT_TO_DN", "DN")));
            }
        }
        let Some(talk) = self.talk.as_mut() else { return };
        if !talk.is_on_hold {
            (talk.is_on_hold, talk.since_ms) = (true, self.now_ms);
        }
        let (began_ms, since_ms) = (self.now_ms, self.now_ms);
        let stage = Stage::Ringing;
        talk.consult = Some(Consult { number, to, stage, agent: None, leg, began_ms, since_ms });
        self.arrange();
    }

    /// Calls a number for the agents of the conversation.
    pub(crate) fn dial(
        &mut self,
        number: &str,
        caller_id: Option<String>,
        (operation, participant): (&'static str, &'static str),
    ) -> u32 {
        let id = self.own_id();
        let selected = caller_id.clone().unwrap_or_default();
        let shown = caller_id.or_else(|| self.run.caller_id().map(str::to_owned));
        let transfer = Transfer {
            kind: TransferKind::Bridged,
            number: dialled(&self.site.tenant, number).unwrap_or_default(),
            headers: Vec::new(),
            ring_timeout_ms: RING_TIMEOUT_MS,
            caller_id: shown,
            digits: String::new(),
        };
        let (number, other) = (transfer.number.clone(), self.number_of_agent());
        let reason = Reason::new(operation, participant, &number, &other);
        let leg = Leg::Dial { id, transfer: Box::new(transfer) };
        self.pre_dial(leg, Reason { selected: &selected, ..reason });
        id
    }

    pub(crate) fn consult_news(&mut self, number: u32, news: ConsultNews) {
        let is_it = |it: &&mut Consult| it.number == number;
        // A consult that has ended has been taken back from the queues already.
        let talk = self.talk.as_mut();
        let Some(consult) = talk.and_then(|it| it.consult.as_mut()).filter(is_it) else { return };
        let is_ringing = consult.stage == Stage::Ringing;
        match news {
            ConsultNews::Offered { agent, ring_timeout_ms } if is_ringing => {
                consult.agent = Some(agent.clone());
                self.step(|_| steps::consult_offered(&agent, ring_timeout_ms));
                self.ring(Some(number), &agent.id, ring_timeout_ms);
            }
            ConsultNews::Answered { agent } if is_ringing => {
                consult.agent = Some(agent.clone());
                (consult.stage, consult.since_ms) = (Stage::Active, self.now_ms);
                self.step(|_| steps::agent(&agent.id, "consult_answered"));
                self.arrange();
            }
            ConsultNews::OfferEnded { agent, reason, requeued } if is_ringing => {
                consult.agent = None;
                if requeued {
                    return self.step(|_| steps::offer_ended(&agent, reason));
                }
                self.forget_consult(steps::why(reason));
            }
            ConsultNews::TimedOut => self.forget_consult("waited too long"),
            ConsultNews::Refused { reason } if is_ringing => self.forget_consult(&reason),
            ConsultNews::Offered { .. }
            | ConsultNews::Answered { .. }
            | ConsultNews::OfferEnded { .. }
            | ConsultNews::Refused { .. } => {}
        }
    }

    /// The consult is over by itself: the caller stays as they are, on hold or not.
    fn forget_consult(&mut self, reason: &str) {
        let Some(talk) = self.talk.as_mut() else { return };
        if talk.consult.take().is_none() {
            return;
        }
        talk.stepped_out.clear();
        self.step(|_| steps::consult_ended(reason));
        self.arrange();
    }

    /// Something became of a number that was consulted. Gives whether it was one.
    pub(crate) fn consulted_number(&mut self, id: u32, outcome: &TransferOutcome) -> bool {
        let is_it = |it: &&mut Consult| it.leg == Some(id);
        let talk = self.talk.as_mut();
        let Some(consult) = talk.and_then(|it| it.consult.as_mut()).filter(is_it) else {
            return false;
        };
        match outcome {
            TransferOutcome::Connected if consult.stage == Stage::Ringing => {
                (consult.stage, consult.since_ms) = (Stage::Active, self.now_ms);
                self.step(|_| steps::plain("consult_answered"));
                self.arrange();
            }
            TransferOutcome::Connected => {}
            TransferOutcome::PartyHungUp { .. } => self.forget_consult("hung up"),
            TransferOutcome::Busy => self.forget_consult("busy"),
            TransferOutcome::NoAnswer => self.forget_consult("no answer"),
            TransferOutcome::Failed { text, .. } => self.forget_consult(text),
        }
        true
    }

    /// The agent ends the consult and talks to the caller.
    pub(crate) fn end_consult(&mut self, agent: &AgentId) {
        self.step(|_| steps::agent(agent, "ended_consult"));
        self.leave_consult(Leaving::Free);
        if let Some(talk) = self.talk.as_mut()
            && talk.is_on_hold
        {
            (talk.is_on_hold, talk.since_ms) = (false, self.now_ms);
        }
        self.arrange();
    }

    /// Lets go whoever is consulted. Who was in the conference wraps up, or is lost.
    pub(crate) fn leave_consult(&mut self, leaving: Leaving) {
        let Some(talk) = self.talk.as_mut() else { return };
        let Some(consult) = talk.consult.take() else { return };
        talk.stepped_out.clear();
        match consult.leg {
            Some(id) if self.forget_dial(id) => {}
            Some(id) => self.want(Output::HangUpParty { id }),
            None => self.want(Output::Part { consult: Some(consult.number), leaving }),
        }
    }

    pub(crate) fn consulted_has_left(&mut self, consult: u32, agent: &AgentId, is_lost: bool) {
        let present = self.talk.as_ref().and_then(|talk| talk.consult.as_ref());
        if present.is_some_and(|it| it.number == consult && it.is_with(agent)) {
            self.consulted_left(agent, is_lost);
        }
    }

    /// The one who was consulted has hung up, or was lost.
    pub(crate) fn consulted_left(&mut self, agent: &AgentId, is_lost: bool) {
        let Some(talk) = self.talk.as_ref() else { return };
        let is_joined = talk.is_conference();
        let leaving = match (is_lost, is_joined) {
            (true, _) => Leaving::Lost,
            (false, true) => Leaving::WrapsUp,
            (false, false) => Leaving::Free,
        };
        if is_lost && is_joined {
            self.end_work(agent);
        }
        let why = if is_lost { "connection lost" } else { "hung up" };
        self.leave_consult(leaving);
        self.step(|_| steps::consult_ended(why));
        self.arrange();
    }
}

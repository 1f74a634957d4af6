//! An agent hands the caller over: to the one who was consulted, or, without a consult, to an
//! agent, a queue, an entry point or a number.
//!
//! - To a **queue**: the contact joins it now, with its priority, behind those who wait there
//!   already: like a flow's second Queue Contact, which Webex has lose the place. It hears the
//!   queue's music; the main flow does not resume.
//! - To an **agent** who does not take it: back to the queue that it came from, else to the entry
//!   point's fallback.
//! - To an **entry point**: its flow begins for the same contact. Global variables keep their
//!   values, as in Webex; those of the former flow are gone, and its event flows end.
//! - To a **number**: joined here with the caller, who hears music until it answers. A number that
//!   does not answer leaves the caller to the fallback.

use std::sync::Arc;

use trunkline_acd::Leaving;
use trunkline_flow::Run;
use trunkline_flow::flow::VariableSource;
use trunkline_model::routing::{AgentDetails, Priority};
use trunkline_model::{AgentId, EntryPointId, Failure, FailureCode, QueueId};

use crate::acts::dialled;
use crate::arrival::Arrival;
use crate::contact::{Contact, Phase};
use crate::conversation::{Arrangement, Destination, Party};
use crate::output::Output;
use crate::steps;

/// Effects of the flow of the n-th entry point are numbered from n times this: answers to those of
/// the flow before it then find nobody.
const IDS_OF_A_FLOW: u32 = 1 << 22;

impl Contact {
    /// A transfer without a consult.
    pub(crate) fn hand_over(&mut self, agent: &AgentId, to: Destination) {
        self.step(|contact| steps::handed_over(contact, agent, &to));
        self.moves += 1;
        self.end_talk();
        self.want(Output::LeaveAgent);
        match to {
            Destination::Agent(agent) => {
                self.phase = Phase::Asking;
                self.play_waiting_music();
                let queue = self.last_queue.clone();
                self.want(Output::Ask { consult: None, agent, queue, is_own: false });
            }
            Destination::Queue(queue) => self.wait_in(queue),
            Destination::EntryPoint(id) => self.begin_flow_of(&id),
            Destination::Number { number, caller_id } => {
                let number = dialled(&self.site.tenant, &number).unwrap_or_default();
                self.transfer_by_agent(number, caller_id);
                self.play_waiting_music();
            }
        }
    }

    /// The caller waits in a queue that no flow chose.
    fn wait_in(&mut self, queue: QueueId) {
        self.phase = Phase::InFlow;
        self.run.set_with_agent(false);
        self.run.set_queued(true);
        self.queue = Some(queue.clone());
        self.last_queue = Some(queue.clone());
        self.want(Output::Enqueue {
            queue,
            priority: self.priority,
            skills: Vec::new(),
            relaxations: Vec::new(),
            check_availability: false,
        });
        self.play_queue_music();
    }

    /// Nobody took a caller whom an agent handed over.
    pub(crate) fn not_taken(&mut self, reason: &str) {
        self.step(|_| steps::not_taken(reason));
        match self.last_queue.clone() {
            Some(queue) => self.wait_in(queue),
            None => {
                self.phase = Phase::InFlow;
                self.run.set_with_agent(false);
                self.stop_queue_music();
                self.rescue(&Failure::new(FailureCode::TransferNoAnswer, reason));
            }
        }
    }

    /// The flow of another entry point begins for this contact.
    fn begin_flow_of(&mut self, id: &EntryPointId) {
        self.pass_on();
        // Their flow is gone with the run.
        self.pre_dials.clear();
        let site = Arc::clone(&self.site);
        let Some(entry) = site.tenant.entry_point(id.as_str()) else { return };
        let Some(flow) = site.flow_of(entry) else { return };
        let arrival = Arrival { entry_point: id.clone(), ..self.arrival.clone() };
        let outputs = arrival.outputs(&site.tenant, entry, flow);
        let mut run = Run::new(Arc::clone(&site), Arc::clone(flow), outputs, entry);
        if self.run.is_traced() {
            run.trace_from(self.id.clone(), self.arrival.at_ms);
            self.earlier_trace.extend(self.run.take_trace());
        }
        run.number_from(self.moves.saturating_mul(IDS_OF_A_FLOW));
        for (variable, text, is_set) in self.run.variables() {
            if variable.source == VariableSource::Global {
                // One that the new flow does not have, or has as another type, stays behind.
                let _ = run.restore_variable(&variable.name, text.as_deref(), is_set);
            }
        }
        self.run = run;
        self.entry = entry.clone();
        (self.phase, self.priority, self.last_queue) = (Phase::InFlow, Priority::LOWEST, None);
        self.run.start(self.now_ms);
    }

    /// Caller and the one who was consulted go on without the agent.
    pub(crate) fn hand_over_to_consulted(&mut self, agent: &AgentId) {
        self.step(|contact| steps::handed_to_consulted(contact, agent));
        self.leave_to_consulted(Leaving::WrapsUp);
    }

    /// The agent who has the contact goes, and the one who was consulted stays with the caller.
    pub(crate) fn leave_to_consulted(&mut self, leaving: Leaving) {
        let Some(consult) = self.talk.as_ref().and_then(|talk| talk.consult.as_ref()) else {
            return;
        };
        let (number, leg) = (consult.number, consult.leg);
        match leg {
            // The rest follows when the queues have made it so.
            None => self.want(Output::TakeOver { consult: number, leaving }),
            Some(id) => {
                self.end_talk();
                self.phase = Phase::Transferred { id };
                let together = vec![Party::Caller, Party::Number(id)];
                self.want(Output::Part { consult: None, leaving });
                self.want(Output::Arrange(Arrangement { together, ..Arrangement::default() }));
            }
        }
    }

    /// The one who was consulted has the contact now.
    pub(crate) fn taken_over(&mut self, agent: AgentDetails) {
        let Some(talk) = self.talk.as_mut() else {
            // The caller hung up in the same moment.
            return self.want(Output::LeaveAgent);
        };
        talk.consult = None;
        talk.stepped_out.clear();
        talk.owner = agent.id.clone();
        (talk.is_on_hold, talk.since_ms) = (false, self.now_ms);
        self.begin_work(&agent.id);
        self.step(|_| steps::agent(&agent.id, "taken_over"));
        self.spoke_with = Some(agent.clone());
        self.agent = Some(agent);
        self.arrange();
    }

    /// An agent in a conference leaves it, or is lost; the others go on.
    pub(crate) fn left_conference(&mut self, agent: &AgentId, is_lost: bool) {
        let Some(talk) = &self.talk else { return };
        if talk.owner != *agent {
            return self.consulted_left(agent, is_lost);
        }
        let leaving = if is_lost { Leaving::Lost } else { Leaving::WrapsUp };
        if is_lost {
            self.end_work(agent);
        }
        self.step(|_| steps::agent(agent, if is_lost { "agent_lost" } else { "agent_hung_up" }));
        self.leave_to_consulted(leaving);
    }
}

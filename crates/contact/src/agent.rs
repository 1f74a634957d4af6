//! The contact and its agent: offer, answer, conversation, wrap-up.

use trunkline_acd::{Leaving, OfferEnd};
use trunkline_expr::Value;
use trunkline_flow::outputs::Outputs;
use trunkline_model::routing::AgentDetails;
use trunkline_model::tenant::compatibility::MainFlowAfterAnswer;
use trunkline_model::{AgentId, Failure, FailureCode};

use crate::contact::{Contact, Phase};
use crate::output::Output;
use crate::steps;

impl Contact {
    pub(crate) fn offered(&mut self, agent: AgentDetails, ring_timeout_ms: u64) {
        match self.phase {
            Phase::Over => return,
            // Their own call rings at the agent: there is nobody to be offered.
            Phase::Calling { .. } => {
                let id = agent.id.clone();
                self.agent = Some(agent);
                return self.ring(None, &id, ring_timeout_ms);
            }
            Phase::InFlow
            | Phase::Apology { .. }
            | Phase::Transferring { .. }
            | Phase::Transferred { .. }
            | Phase::Talking
            | Phase::Asking
            | Phase::AgentLeft => {}
        }
        self.step(|contact| steps::offered(contact, &agent, ring_timeout_ms));
        let outputs = self.agent_outputs(&agent);
        let id = agent.id.clone();
        self.agent = Some(agent);
        self.run.event(self.now_ms, "AgentOfferContact", outputs);
        self.ring(None, &id, ring_timeout_ms);
    }

    pub(crate) fn offer_ended(&mut self, agent: &AgentId, reason: OfferEnd) {
        if let Phase::Calling { id: None } = self.phase {
            return self.outdial_not_begun(agent, reason);
        }
        self.step(|_| steps::offer_ended(agent, reason));
        // No page must open at an agent who did not take the contact.
        self.agent = self.spoke_with.clone();
        if self.phase == Phase::Asking {
            self.not_taken(steps::why(reason));
        }
    }

    /// The agent who was asked for by name cannot be rung.
    pub(crate) fn ask_refused(&mut self, reason: &str) {
        match self.phase {
            Phase::Asking => self.not_taken(reason),
            Phase::Calling { .. } => {
                self.step(|_| steps::not_taken(reason));
                self.call_over();
            }
            Phase::InFlow
            | Phase::Apology { .. }
            | Phase::Transferring { .. }
            | Phase::Transferred { .. }
            | Phase::Talking
            | Phase::AgentLeft
            | Phase::Over => {}
        }
    }

    pub(crate) fn answered(&mut self, agent: AgentDetails) {
        match self.phase {
            Phase::Over => return,
            // They answered while the contact was on its way to somebody else.
            Phase::Transferring { .. } | Phase::Transferred { .. } => {
                return self.want(Output::LeaveAgent);
            }
            Phase::Apology { id } => self.want(Output::StopPlaying { id }),
            Phase::Calling { .. } => return self.agent_is_there(agent),
            Phase::InFlow | Phase::Talking | Phase::Asking | Phase::AgentLeft => {}
        }
        if !agent.queue_id.as_str().is_empty() {
            self.last_queue = Some(agent.queue_id.clone());
        }
        self.begin_talk(agent.id.clone());
        self.leave_queue();
        self.run.set_with_agent(true);
        match self.site.tenant.compatibility.main_flow_after_answer {
            MainFlowAfterAnswer::NeverResumes => self.run.stop_caller_flow(self.now_ms),
            MainFlowAfterAnswer::Resumes => self.run.park_caller_flow(self.now_ms),
        }
        self.step(|contact| steps::answered(contact, &agent));
        let outputs = self.agent_outputs(&agent);
        self.begin_work(&agent.id);
        self.spoke_with = Some(agent.clone());
        self.agent = Some(agent);
        self.run.event(self.now_ms, "AgentContactAssigned", outputs);
    }

    pub(crate) fn agent_hung_up(&mut self, agent: &AgentId) {
        if let Phase::Calling { .. } = self.phase {
            return self.disconnect("agent");
        }
        let Some(talk) = self.talk.as_ref().filter(|talk| talk.is_in(agent)) else { return };
        if talk.goes_on_without(agent) {
            return self.left_conference(agent, false);
        }
        // Whoever is being consulted cannot help anybody any more.
        self.leave_consult(Leaving::Free);
        self.end_talk();
        self.phase = Phase::AgentLeft;
        self.run.set_with_agent(false);
        self.step(|_| steps::agent(agent, "agent_hung_up"));
        let outputs = self.last_agent_outputs();
        let has_handler = self.run.event(self.now_ms, "ContactLastAgentRemoved", outputs);
        if !has_handler {
            self.disconnect("agent left");
        }
    }

    /// The agent was lost in mid-call and the contact waits again: it hears the queue's music,
    /// the main flow does not resume (decision 26) unless the tenant says so (decision 6).
    pub(crate) fn requeued(&mut self, agent: &AgentId) {
        if self.phase != Phase::Talking {
            return;
        }
        self.lose(agent);
        let queue = self.agent.as_ref().map(|agent| agent.queue_id.clone());
        self.queue = queue;
        self.run.set_queued(true);
        if !self.run.resume_caller_flow(self.now_ms) {
            self.play_queue_music();
        }
    }

    /// The agent was lost in mid-call, and the contact has waited again too often.
    pub(crate) fn agent_lost(&mut self, agent: &AgentId) {
        if let Phase::Calling { .. } = self.phase {
            self.end_work(agent);
            return self.disconnect("agent lost");
        }
        if self.phase != Phase::Talking {
            return;
        }
        self.lose(agent);
        let text = "the connection to the agent was lost too often";
        self.rescue(&Failure::new(FailureCode::AgentLost, text));
    }

    fn lose(&mut self, agent: &AgentId) {
        self.leave_consult(Leaving::Free);
        self.end_talk();
        self.phase = Phase::InFlow;
        self.run.set_with_agent(false);
        self.end_work(agent);
        self.step(|_| steps::agent(agent, "agent_lost"));
    }

    pub(crate) fn begin_work(&mut self, agent: &AgentId) {
        if !self.working.contains(agent) {
            self.working.push(agent.clone());
        }
    }

    pub(crate) fn end_work(&mut self, agent: &AgentId) {
        self.working.retain(|working| working != agent);
    }

    pub(crate) fn wrap_up_started(&mut self, agent: &AgentId) {
        self.begin_work(agent);
        self.step(|_| steps::agent(agent, "wrap_up_started"));
    }

    pub(crate) fn wrap_up_ended(&mut self, agent: &AgentId, code: Option<String>) {
        self.end_work(agent);
        self.step(|_| steps::wrap_up_ended(agent, code));
    }

    /// Outputs of AgentOffered and AgentAnswered; the differences in case between the two do not
    /// matter, since outputs are found whatever the case of their name.
    fn agent_outputs(&self, agent: &AgentDetails) -> Outputs {
        let text = |text: &str| Value::from(text.to_owned());
        let cad = self.cad_map();
        Outputs::NONE
            .with("AgentID", text(agent.id.as_str()))
            .with("AgentName", text(&agent.name))
            .with("AgentEmailId", text(&agent.email))
            .with("AgentSessionID", text(&agent.session_id))
            .with("QueueID", text(agent.queue_id.as_str()))
            .with("QueueName", text(&agent.queue_name))
            .with("TeamID", text(agent.team_id.as_str()))
            .with("TeamName", text(&agent.team_name))
            .with("TenantID", text(&self.site.tenant.name))
            .with("CAD", cad.clone())
            .with("CallAssociatedData", cad)
    }

    /// Outputs of AgentDisconnected and PhoneContactEnded.
    pub(crate) fn last_agent_outputs(&self) -> Outputs {
        let text = |text: &str| Value::from(text.to_owned());
        let outputs = Outputs::NONE
            .with("InboundChannel", text("telephony"))
            .with("RoutingStrategyID", text(""));
        let Some(agent) = &self.spoke_with else {
            let empty = ["AgentID", "AgentName", "AgentEmailID", "TeamID", "QueueID"];
            return empty.into_iter().fold(outputs, |outputs, name| outputs.with(name, text("")));
        };
        // AgentName is not among Webex's outputs here; a flow that reads it loses nothing.
        outputs
            .with("AgentID", text(agent.id.as_str()))
            .with("AgentName", text(&agent.name))
            .with("AgentEmailID", text(&agent.email))
            .with("TeamID", text(agent.team_id.as_str()))
            .with("QueueID", text(agent.queue_id.as_str()))
    }

    fn cad_map(&self) -> Value<'static> {
        let mut map = trunkline_expr::Map::new();
        for (variable, value) in self.run.cad() {
            map.insert(Value::from(variable.name.to_string()), value.clone());
        }
        Value::from(map)
    }
}

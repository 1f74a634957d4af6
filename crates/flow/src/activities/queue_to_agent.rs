//! `queue-to-agent` (Queue To Agent): queues the contact to one agent, by id or e-mail address.
//!
//! Ports: `default`, `error`. The flow goes on while the agent is rung, or the contact is parked
//! until the agent is Available. An agent gets parked contacts before those of queues.
//!
//! `destinationVariable` names the agent, `destinationLookupType` says how (`agentId`,
//! `agentEmail`). `reportingQueue` lends its longest time in queue, its music and its service
//! level. With `parkContactToggle` a contact waits for an agent who is signed in, but not
//! Available; without it, it goes to `recoveryQueue` by `default` with FailureCode 1 or 6, or fails
//! when there is none. It goes there later on when the agent does not answer, declines or signs
//! out, or when it has waited too long. `priorityToggle`, `priorityRadioGroup`, `priority` and
//! `priorityVariable` are as in Queue Contact.
//!
//! Outputs `AgentId`, `AgentState` (`AVAILABLE`, `Idle`, `NOT_APPLICABLE`), `AgentIdleCode`.
//! Failures: 1 the agent is Idle, 2 unknown, 3 not signed in, 6 busy; 5 no such queue; 8 an agent
//! has the contact. A contact that fails stays in the queue in which it waited before.

use trunkline_model::routing::{AgentSeen, RoutingReply, ToAgent, ToAgentOutcome as Outcome};
use trunkline_model::{AgentId, Failure, FailureCode};

use crate::read::{Properties, Templated};
use crate::run::{Cx, Effect, Wait};

use super::queues::{PriorityChoice, QueueChoice};
use super::{Activity, Descriptor, Need, Resume, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "queue-to-agent",
    title: "Queue To Agent",
    summary: "Queues the contact to one agent; the flow goes on.",
    ports: &["default", "error"],
    outputs: &["AgentId", "AgentState", "AgentIdleCode", "FailureCode", "FailureDescription"],
    loop_limit: Some(100),
    is_caller_facing: true,
    read,
    ..Descriptor::PLAIN
};

/// Webex's numbers.
const AGENT_UNAVAILABLE: i32 = 1;
const AGENT_NOT_FOUND: i32 = 2;
const AGENT_NOT_LOGGED_IN: i32 = 3;
const INVALID_VTEAM: i32 = 5;
const AGENT_BUSY: i32 = 6;
const INVALID_OPERATION_FOR_INTERACTION_STATE: i32 = 8;

/// What Webex says about an agent who is not there, and about the code of one who is not Idle.
const NOT_APPLICABLE: &str = "NOT_APPLICABLE";

#[derive(Debug)]
struct QueueToAgent {
    /// `destinationVariable`
    agent: Templated,
    /// `destinationLookupType`
    by_email: bool,
    /// `reportingQueue`, or `destinationReportingQueueVariable`
    reporting: QueueChoice,
    /// `recoveryQueue`, or `destinationRecoveryQueueVariable`
    recovery: QueueChoice,
    /// `parkContactToggle`
    park: bool,
    /// `priorityToggle` switches it.
    priority: PriorityChoice,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let variable = "destinationReportingQueueVariable";
    let reporting = QueueChoice::read_as(properties, "reportingQueue", variable, "queueRadioGroup");
    let variable = "destinationRecoveryQueueVariable";
    let radio = "queueRecoveryRadioGroup";
    let recovery = QueueChoice::read_as(properties, "recoveryQueue", variable, radio);
    Box::new(QueueToAgent {
        agent: properties.template("destinationVariable"),
        by_email: properties.text("destinationLookupType") == Some("agentEmail"),
        reporting,
        recovery,
        park: properties.flag("parkContactToggle"),
        priority: PriorityChoice::read(properties, "priorityToggle", false),
    })
}

impl Activity for QueueToAgent {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        let asked = self.ask(cx);
        if asked.is_err() {
            show_agent(cx, &AgentSeen::NotThere);
        }
        asked.into()
    }

    fn resume(&self, cx: &mut Cx<'_>, event: Resume<'_>) -> Step {
        if let Resume::Routed(RoutingReply::ToAgent(reply)) = event {
            return answer(cx, reply);
        }
        let text = "the queues do not answer: the contact cannot be queued to an agent";
        Step::Fail(Failure::numbered(FailureCode::State, AGENT_UNAVAILABLE, text))
    }

    fn templates(&self) -> Vec<&Templated> {
        let mut all = vec![&self.agent];
        all.extend(self.reporting.templates());
        all.extend(self.recovery.templates());
        all.extend(self.priority.templates());
        all
    }

    fn needs(&self) -> Vec<Need<'_>> {
        let mut needs = self.reporting.needs();
        needs.extend(self.recovery.needs());
        needs
    }
}

impl QueueToAgent {
    fn ask(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        if !cx.is_caller_there() || cx.is_with_agent() {
            let text = "the contact cannot be queued: the caller is gone, or talks to an agent";
            let number = INVALID_OPERATION_FOR_INTERACTION_STATE;
            return Err(Failure::numbered(FailureCode::State, number, text));
        }
        let agent = self.agent(cx)?;
        let invalid = |mut failure: Failure| {
            failure.number = INVALID_VTEAM;
            failure
        };
        let queue = self.reporting.find(cx).map_err(invalid)?.id.clone();
        let recovery = match self.recovery.is_empty() {
            true => None,
            false => Some(self.recovery.find(cx).map_err(invalid)?.id.clone()),
        };
        let priority = self.priority.find(cx)?;
        cx.show_in("agent", |_| agent.as_str().into());
        cx.show_in("priority", |_| i64::from(priority.get()).into());
        cx.set_output("AgentId", agent.as_str().to_owned());
        let (id, park) = (cx.new_id(), self.park);
        cx.emit(Effect::EnqueueToAgent { id, agent, queue, priority, park, recovery });
        Ok(Step::Wait(Wait::Reply(id)))
    }

    fn agent(&self, cx: &mut Cx<'_>) -> Result<AgentId, Failure> {
        let wanted = cx.text(&self.agent)?.trim().to_owned();
        let tenant = cx.tenant();
        let found = match self.by_email {
            true => tenant.agent_with_email(&wanted),
            false => tenant.agents.iter().find(|agent| agent.id.as_str() == wanted),
        };
        found.map(|agent| agent.id.clone()).ok_or_else(|| {
            let key = if self.by_email { "e-mail address" } else { "id" };
            let text = format!("the tenant has no agent with the {key} {wanted:?}");
            Failure::numbered(FailureCode::State, AGENT_NOT_FOUND, text)
        })
    }
}

fn show_agent(cx: &mut Cx<'_>, agent: &AgentSeen) {
    let (state, code) = match agent {
        AgentSeen::NotThere => (NOT_APPLICABLE, NOT_APPLICABLE),
        AgentSeen::Available => ("AVAILABLE", NOT_APPLICABLE),
        AgentSeen::Idle { code } => ("Idle", code.as_str()),
    };
    cx.set_output("AgentState", state.to_owned());
    cx.set_output("AgentIdleCode", code.to_owned());
}

fn answer(cx: &mut Cx<'_>, reply: &ToAgent) -> Step {
    show_agent(cx, &reply.agent);
    let is_idle = matches!(reply.agent, AgentSeen::Idle { .. });
    let not_taken = if is_idle { AGENT_UNAVAILABLE } else { AGENT_BUSY };
    let (number, text) = match reply.outcome {
        Outcome::Reserved | Outcome::Parked => {
            let word = if reply.outcome == Outcome::Parked { "parked" } else { "reserved" };
            cx.show_out("placed", |_| word.into());
            cx.enter_queue();
            return Step::exit("default");
        }
        Outcome::Recovery => {
            cx.show_out("placed", |_| "recovery queue".into());
            cx.set_output("FailureCode", not_taken);
            let text = "the agent takes no contact now: it waits in the recovery queue";
            cx.set_output("FailureDescription", text.to_owned());
            cx.enter_queue();
            return Step::exit("default");
        }
        Outcome::Unavailable => (AGENT_UNAVAILABLE, "the agent is Idle, and no queue is given"),
        Outcome::Busy => (AGENT_BUSY, "a contact keeps the agent, and no queue is given"),
        Outcome::NotSignedIn => (AGENT_NOT_LOGGED_IN, "the agent is not signed in"),
        Outcome::UnknownAgent => (AGENT_NOT_FOUND, "the queues know no such agent"),
        Outcome::UnknownQueue => (INVALID_VTEAM, "the queues know no such queue"),
        Outcome::Connected => {
            (INVALID_OPERATION_FOR_INTERACTION_STATE, "an agent has the contact already")
        }
    };
    Step::Fail(Failure::numbered(FailureCode::State, number, text))
}

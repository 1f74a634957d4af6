//! A routing domain for table tests: inputs in short words, outputs as one line each.

use trunkline_acd::{AgentChoice, AgentState, Input, NextState, OfferEnd, Output, Routing};
use trunkline_model::routing::{AgentSeen, Priority, RoutingReply};
use trunkline_model::tenant::Tenant;
use trunkline_model::tenant::routing::{Agent, DistributionGroup, Queue, RoutingSettings, Team};

/// A tenant with these teams; each agent is in the team named after `@`.
pub(crate) fn tenant(teams: &[&str], agents: &[&str], queues: Vec<Queue>) -> Tenant {
    let team = |name: &&str| Team::named(name, &name.to_uppercase());
    Tenant {
        teams: teams.iter().map(team).collect(),
        agents: agents.iter().map(|it| agent(it)).collect(),
        queues,
        routing: RoutingSettings { ring_timeout_s: 12, auto_wrap_up_s: 0 },
        ..Tenant::default()
    }
}

fn agent(text: &str) -> Agent {
    let (id, team) = text.split_once('@').unwrap_or((text, ""));
    let teams = [team].iter().filter(|it| !it.is_empty()).map(|it| (*it).to_owned()).collect();
    let email = format!("{id}@example.com");
    Agent { email, teams, ..Agent::named(id, &id.to_uppercase()) }
}

/// A queue with groups such as `sales 30` or `sales,help 0` (teams, seconds).
pub(crate) fn queue(id: &str, groups: &[&str]) -> Queue {
    let group = |text: &&str| {
        let (teams, seconds) = text.split_once(' ').unwrap();
        let teams = teams.split(',').map(str::to_owned).collect();
        DistributionGroup { teams, duration_s: seconds.parse().unwrap() }
    };
    Queue {
        groups: groups.iter().map(group).collect(),
        max_time_in_queue_s: 600,
        overflow_number: Some("+15550100".into()),
        ..Queue::named(id, &id.to_uppercase())
    }
}

/// A domain with its clock in milliseconds.
pub(crate) struct Desk {
    pub(crate) routing: Routing,
}

impl Desk {
    pub(crate) fn new(tenant: &Tenant) -> Self {
        let routing = Routing::new(tenant);
        assert_eq!(routing.problems(), []);
        Self { routing }
    }

    /// Handles one input and gives what came out, a line each.
    pub(crate) fn at(&mut self, now_ms: i64, input: Input) -> Vec<String> {
        self.routing.handle(now_ms, input);
        std::iter::from_fn(|| self.routing.poll()).map(|it| line(&it)).collect()
    }

    pub(crate) fn tick(&mut self, now_ms: i64) -> Vec<String> {
        self.at(now_ms, Input::Tick)
    }

    /// Signs an agent in and makes the agent Available; what comes out is not of interest.
    pub(crate) fn ready(&mut self, now_ms: i64, agent: &str) {
        self.at(now_ms, sign_in(agent));
        self.at(now_ms, available(agent));
    }

    pub(crate) fn state(&self, agent: &str) -> String {
        state(&self.routing.agent_state(&agent.into()).unwrap())
    }
}

pub(crate) fn sign_in(agent: &str) -> Input {
    Input::SignIn { agent: agent.into(), session_id: format!("{agent}-1"), team: None }
}

pub(crate) fn available(agent: &str) -> Input {
    Input::SetState { agent: agent.into(), state: AgentChoice::Available }
}

pub(crate) fn idle(agent: &str, code: &str) -> Input {
    Input::SetState { agent: agent.into(), state: AgentChoice::Idle { code: code.into() } }
}

pub(crate) fn enqueue(contact: &str, queue: &str) -> Input {
    enqueue_at(contact, queue, 10)
}

pub(crate) fn enqueue_at(contact: &str, queue: &str, priority: i64) -> Input {
    Input::Enqueue {
        contact: contact.into(),
        queue: queue.into(),
        priority: Priority::new(priority),
        skills: Vec::new(),
        relaxations: Vec::new(),
        first_enqueued_ms: None,
        check_availability: false,
    }
}

pub(crate) fn withdraw(contact: &str) -> Input {
    Input::Withdraw { contact: contact.into() }
}

pub(crate) fn ended(contact: &str) -> Input {
    Input::ContactEnded { contact: contact.into() }
}

pub(crate) fn answer(agent: &str, contact: &str) -> Input {
    Input::Answer { agent: agent.into(), contact: contact.into() }
}

pub(crate) fn decline(agent: &str, contact: &str) -> Input {
    Input::Decline { agent: agent.into(), contact: contact.into() }
}

pub(crate) fn lose_offer(agent: &str, contact: &str) -> Input {
    Input::LoseOffer { agent: agent.into(), contact: contact.into() }
}

pub(crate) fn lose_agent(agent: &str, contact: &str) -> Input {
    Input::LoseAgent { agent: agent.into(), contact: contact.into() }
}

pub(crate) fn hang_up(agent: &str, contact: &str) -> Input {
    Input::HangUp { agent: agent.into(), contact: contact.into() }
}

pub(crate) fn wrap_up(agent: &str, contact: &str) -> Input {
    Input::WrapUp { agent: agent.into(), contact: contact.into(), code: "sale".into() }
}

pub(crate) fn sign_out(agent: &str) -> Input {
    Input::SignOut { agent: agent.into() }
}

fn told(reply: &RoutingReply) -> String {
    match reply {
        RoutingReply::Groups { current, total } => format!("{current}/{total}"),
        RoutingReply::NotQueued => "not queued".to_owned(),
        RoutingReply::NoGroups => "no groups".to_owned(),
        RoutingReply::ToAgent(told) => {
            let agent = match &told.agent {
                AgentSeen::NotThere => "not there".to_owned(),
                AgentSeen::Available => "available".to_owned(),
                AgentSeen::Idle { code } => format!("idle ({code})"),
            };
            let queue = told.queue.as_ref().map_or("-", |queue| queue.as_str());
            format!("{:?}, {agent}, {queue}", told.outcome)
        }
    }
}

fn line(output: &Output) -> String {
    match output {
        Output::Queued { contact, queue, position, waiting, current_group, total_groups } => {
            format!("{contact} in {queue}: {position} of {waiting}, {current_group}/{total_groups}")
        }
        Output::Reply { contact, ask, reply } => {
            format!("reply {ask} to {contact}: {}", told(reply))
        }
        Output::SentToRecovery { contact, queue } => format!("{contact} goes on to {queue}"),
        Output::WrapUpExtended { contact, agent, auto_end_ms } => {
            format!("{agent} wraps up {contact} for {auto_end_ms} more")
        }
        Output::AgentNext { agent, next } => {
            let next = match next {
                None => "nothing".to_owned(),
                Some(NextState::Available) => "available".to_owned(),
                Some(NextState::Idle { code }) => format!("idle ({code})"),
                Some(NextState::SignedOut) => "signed out".to_owned(),
            };
            format!("next for {agent}: {next}")
        }
        Output::SkillsIgnored { contact, problem } => format!("{contact} skills: {problem}"),
        Output::Offer { contact, agent, ring_timeout_ms, waited_ms } => {
            format!("offer {contact} to {}: {ring_timeout_ms}, waited {waited_ms}", agent.id)
        }
        Output::Withdrawn { contact, agent, reason, requeued } => {
            let reason = match reason {
                OfferEnd::Rona => "rona",
                OfferEnd::Declined => "declined",
                OfferEnd::ContactLeft => "contact left",
                OfferEnd::AgentLeft => "agent left",
                OfferEnd::DeviceFailed => "device failed",
            };
            let back = if *requeued { ", requeued" } else { "" };
            format!("withdraw {contact} from {agent}: {reason}{back}")
        }
        Output::Connected { contact, agent } => format!("connect {contact} to {}", agent.id),
        Output::AgentLost { contact, agent, requeued } => {
            format!("{contact} lost {agent}{}", if *requeued { ", requeued" } else { "" })
        }
        Output::TakenOver { contact, consult, agent } => {
            format!("{} takes {contact} over from {consult}", agent.id)
        }
        Output::Parted { contact, agent } => format!("{agent} parts from {contact}"),
        Output::WrapUpStarted { contact, agent, auto_end_ms } => {
            format!("{agent} begins to wrap up {contact}: {auto_end_ms:?}")
        }
        Output::WrapUpEnded { contact, agent, code } => {
            format!("{agent} has wrapped up {contact}: {}", code.as_deref().unwrap_or("-"))
        }
        Output::AgentState { agent, state: now } => format!("{agent} is {}", state(now)),
        Output::TimedOut { contact, queue, overflow_number } => {
            format!("{contact} leaves {queue} for {}", overflow_number.as_deref().unwrap_or("-"))
        }
        Output::Refused { reason, .. } => format!("refused: {reason:?}"),
    }
}

fn state(state: &AgentState) -> String {
    match state {
        AgentState::SignedOut => "signed out".into(),
        AgentState::Idle { code } => format!("idle ({code})"),
        AgentState::Available { since_ms } => format!("available since {since_ms}"),
        AgentState::Reserved { contact } => format!("reserved for {contact}"),
        AgentState::Engaged { contact } => format!("engaged with {contact}"),
        AgentState::WrapUp { contact } => format!("wrapping up {contact}"),
        AgentState::Rona => "rona".into(),
    }
}

//! One routing domain: the queues and agents that can meet.
//!
//! What a state machine needs is kept here; what it does is in the modules named after it
//! (`signing`, `queueing`, `offers`, `conversation`, `matching`, `figures`).

use std::collections::VecDeque;

use trunkline_model::tenant::Tenant;
use trunkline_model::{AgentId, ContactId, QueueId};

use crate::agent::Agent;
use crate::contact::Contacts;
use crate::direct::Directs;
use crate::input::Input;
use crate::limits::MAX_TEXT;
use crate::matching::Candidates;
use crate::output::{AgentState, Output};
use crate::plan::Plan;
use crate::pools::Pools;
use crate::problem::Problem;
use crate::queue::QueueState;
use crate::queueing::Joining;
use crate::refusal::Refusal;
use crate::skill_sets::SkillSets;
use crate::timers::{Timer, Timers};
use crate::to_agent::Wanted;
use crate::waiting::Waiting;

/// A routing domain: a tenant's queues and agents.
///
/// Sans-IO: give it inputs with [`handle`](Self::handle), drain [`poll`](Self::poll) after each,
/// and give it [`Input::Tick`] at [`wake_at`](Self::wake_at). The same inputs at the same times
/// give the same outputs.
///
/// After every `handle` no waiting contact is eligible for any Available agent, and every contact
/// that was offered was the first, by (priority, first enqueue time, contact id), of those eligible
/// for its agent (D29).
#[derive(Clone, Debug)]
pub struct Routing {
    /// The latest time that was told; never goes back.
    pub(crate) now_ms: i64,
    pub(crate) plan: Plan,
    pub(crate) agents: Vec<Agent>,
    pub(crate) queues: Vec<QueueState>,
    pub(crate) contacts: Contacts,
    pub(crate) directs: Directs,
    pub(crate) pools: Pools,
    pub(crate) waiting: Waiting,
    pub(crate) sets: SkillSets,
    pub(crate) timers: Timers,
    pub(crate) outputs: VecDeque<Output>,
    /// Contacts that began to wait, and agents who became Available, since the last matching.
    pub(crate) fresh_contacts: Vec<usize>,
    pub(crate) fresh_agents: Vec<usize>,
    /// Agents who signed out since the last input.
    pub(crate) departed: Vec<usize>,
    /// Empty between inputs; kept for its memory.
    pub(crate) candidates: Candidates,
}

impl Routing {
    /// A domain with the tenant's queues, teams, agents, skills and timers; nobody is signed in.
    ///
    /// A queue without groups is served by all teams; an agent without teams may sign in to any; a
    /// tenant without teams has one, `everyone`. What cannot be used is left out and told by
    /// [`problems`](Self::problems).
    pub fn new(tenant: &Tenant) -> Self {
        let plan = Plan::new(tenant);
        Self {
            now_ms: i64::MIN,
            agents: vec![Agent::new(); plan.agents.len()],
            queues: vec![QueueState::default(); plan.queues.len()],
            contacts: Contacts::default(),
            directs: Directs::default(),
            pools: Pools::new(&plan),
            waiting: Waiting::new(plan.audiences.len(), plan.agents.len()),
            sets: SkillSets::new(),
            timers: Timers::default(),
            outputs: VecDeque::new(),
            fresh_contacts: Vec::new(),
            fresh_agents: Vec::new(),
            departed: Vec::new(),
            candidates: Candidates::new(),
            plan,
        }
    }

    /// What had to be left out or replaced in the tenant.
    pub fn problems(&self) -> &[Problem] {
        &self.plan.problems
    }

    /// Takes one input at `now_ms` (milliseconds of any clock; an earlier time than before counts
    /// as the time before).
    ///
    /// What was due by now happens first: an answer in the very millisecond of the ring timeout
    /// comes too late. Contacts and agents are matched once, when all of it is done.
    pub fn handle(&mut self, now_ms: i64, input: Input) {
        self.now_ms = self.now_ms.max(now_ms);
        self.run_due();
        if let Err(reason) = self.apply(&input) {
            self.outputs.push_back(Output::Refused { input: Box::new(input), reason });
        }
        self.dismiss_departed();
        // The input may have put back a contact whose time is over.
        self.run_due();
        self.match_fresh();
    }

    /// The next output; drain it after every [`handle`](Self::handle).
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When `handle(now, Input::Tick)` is due next.
    pub fn wake_at(&self) -> Option<i64> {
        self.timers.next_at()
    }

    /// The agent's state; none for an unknown agent.
    pub fn agent_state(&self, agent: &AgentId) -> Option<AgentState> {
        self.plan.agent(agent).map(|agent| self.shown_state(agent))
    }

    /// Contacts that wait in the queue, without those on offer; 0 for an unknown queue.
    pub fn waiting(&self, queue: &QueueId) -> usize {
        self.plan.queue(queue).map_or(0, |queue| self.queues[queue].waiting())
    }

    /// Whether the domain knows the contact: it waits, is on offer or in a conversation.
    pub fn knows(&self, contact: &ContactId) -> bool {
        self.contacts.find(contact).is_some() || self.directs.knows(contact)
    }

    fn apply(&mut self, input: &Input) -> Result<(), Refusal> {
        if let Some(result) = self.apply_direct(input) {
            return result;
        }
        match input {
            Input::Tick => Ok(()),
            Input::SignIn { agent, session_id, team } => {
                self.sign_in(agent, session_id, team.as_ref())
            }
            Input::SignOut { agent } => self.sign_out(agent),
            Input::SetState { agent, state } => self.set_state(agent, state),
            Input::Enqueue {
                contact,
                queue,
                priority,
                skills,
                relaxations,
                first_enqueued_ms,
                check_availability,
            } => {
                let (priority, first_enqueued_ms) = (*priority, *first_enqueued_ms);
                let check_availability = *check_availability;
                let joining = Joining {
                    queue,
                    priority,
                    skills,
                    relaxations,
                    first_enqueued_ms,
                    check_availability,
                };
                self.enqueue(contact, &joining)
            }
            Input::EnqueueToAgent { contact, ask, agent, queue, priority, park, recovery } => {
                let (ask, priority, park) = (*ask, *priority, *park);
                let recovery = recovery.as_ref();
                self.enqueue_to_agent(
                    contact,
                    &Wanted { ask, agent, queue, priority, park, recovery },
                )
            }
            Input::ClearNext { agent } => self.clear_next(agent),
            Input::SetAgentSkills { agent, skills } => self.set_agent_skills(agent, skills),
            Input::SetAgentTeam { agent, team } => self.set_agent_team(agent, team),
            Input::SetPriority { contact, priority } => self.set_priority(contact, *priority),
            Input::SetSkills { contact, skills } => self.set_skills(contact, skills),
            Input::Escalate { contact, to, ask } => self.escalate(contact, *to, *ask),
            Input::Withdraw { contact } | Input::ContactEnded { contact } => self.withdraw(contact),
            Input::Answer { agent, contact } => self.answer(agent, contact),
            Input::Decline { agent, contact } => self.decline(agent, contact),
            Input::LoseOffer { agent, contact } => self.lose_offer(agent, contact),
            Input::LoseAgent { agent, contact } => self.lose_agent(agent, contact),
            Input::HangUp { agent, contact } => self.hang_up(agent, contact),
            Input::Ask { contact, agent, queue, is_own } => {
                self.ask(contact, agent, queue.as_ref(), *is_own)
            }
            Input::Part { contact, leaving } => self.part(contact, *leaving),
            Input::TakeOver { contact, consult, leaving } => {
                self.take_over(contact, consult, *leaving)
            }
            Input::ExtendWrapUp { agent, contact } => self.extend_wrap_up(agent, contact),
            Input::WrapUp { agent, contact, code } => self.wrap_up(agent, contact, code),
        }
    }

    /// Each timer takes its agent or contact a step on, so this ends.
    fn run_due(&mut self) {
        while let Some(timer) = self.timers.take_due(self.now_ms) {
            match timer {
                Timer::Wait(slot) => self.wait_due(slot),
                Timer::Ring(agent) => self.ring_due(agent),
                Timer::WrapUp(agent) => self.end_wrap_up(agent, None),
            }
        }
    }

    pub(crate) fn agent(&self, id: &AgentId) -> Result<usize, Refusal> {
        self.plan.agent(id).ok_or(Refusal::UnknownAgent)
    }
}

/// Refuses texts that are too long to keep.
pub(crate) fn short(text: &str) -> Result<(), Refusal> {
    if text.len() > MAX_TEXT {
        return Err(Refusal::TextTooLong);
    }
    Ok(())
}

//! One routing domain: the queues and agents that can meet.

use trunkline_model::routing::QueueFigures;
use trunkline_model::tenant::Tenant;
use trunkline_model::{AgentId, ContactId, QueueId};

use crate::input::Input;
use crate::output::{AgentState, Output};
use crate::problem::Problem;

/// A routing domain.
#[derive(Clone, Debug)]
pub struct Routing {
    problems: Vec<Problem>,
}

impl Routing {
    /// A domain with the tenant's queues, teams, agents, skills and timers; nobody is signed in.
    pub fn new(_tenant: &Tenant) -> Self {
        Self { problems: Vec::new() }
    }

    /// What had to be left out or replaced in the tenant.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Takes one input at `now_ms`.
    pub fn handle(&mut self, _now_ms: i64, _input: Input) {}

    /// The next output; drain it after every [`handle`](Self::handle).
    pub fn poll(&mut self) -> Option<Output> {
        None
    }

    /// When `handle(now, Input::Tick)` is due next.
    pub fn wake_at(&self) -> Option<i64> {
        None
    }

    /// The queue's figures now; none for an unknown queue.
    pub fn figures(
        &self,
        _now_ms: i64,
        _queue: &QueueId,
        _contact: Option<&ContactId>,
    ) -> Option<QueueFigures> {
        None
    }

    /// The agent's state; none for an unknown agent.
    pub fn agent_state(&self, _agent: &AgentId) -> Option<AgentState> {
        None
    }

    /// Contacts that wait in the queue, without those on offer; 0 for an unknown queue.
    pub fn waiting(&self, _queue: &QueueId) -> usize {
        0
    }
}

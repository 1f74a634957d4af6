//! An agent as desktops and supervisors see them.

use trunkline_model::{AgentId, TeamId};

use crate::agent::State;
use crate::output::{AgentState, NextState};
use crate::queueing::count;
use crate::routing::Routing;
use crate::stats::Interval;

/// An agent at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentView {
    /// Who.
    pub agent: AgentId,
    /// What the agent is doing.
    pub state: AgentState,
    /// Since when, in milliseconds of the domain's clock; 0 for one who was never signed in. An
    /// agent who gets their place among the Available back has been so since they got it first.
    pub since_ms: i64,
    /// When the ringing or the wrap-up ends by itself.
    pub until_ms: Option<i64>,
    /// What the agent will be when they are free again, if they have chosen.
    pub next: Option<NextState>,
    /// The team that the agent is, or was last, signed in to.
    pub team: TeamId,
    /// That team's name.
    pub team_name: String,
    /// The present, or last, desktop session.
    pub session_id: String,
    /// Contacts that wait for this agent alone.
    pub parked: u32,
    /// How often the present wrap-up was extended.
    pub extensions: u8,
}

impl Routing {
    /// The agent now; none for an unknown agent.
    pub fn agent_view(&self, agent: &AgentId) -> Option<AgentView> {
        let at = self.plan.agent(agent)?;
        let agent = &self.agents[at];
        let team = &self.plan.teams[self.plan.pools.get(agent.pool)?.team];
        let (since_ms, until_ms) = match &agent.state {
            State::Available { turn } => (turn.since_ms, None),
            State::Reserved { until_ms, .. } | State::Asked { until_ms, .. } => {
                (agent.since_ms, Some(*until_ms))
            }
            State::WrapUp { until_ms, .. } => (agent.since_ms, *until_ms),
            State::SignedOut
            | State::Idle { .. }
            | State::Engaged { .. }
            | State::Direct { .. }
            | State::Rona => (agent.since_ms, None),
        };
        Some(AgentView {
            agent: self.plan.agents[at].id.clone(),
            state: self.shown_state(at),
            since_ms,
            until_ms,
            next: self.shown_next(at),
            team: team.id.clone(),
            team_name: team.name.clone(),
            session_id: agent.session_id.clone(),
            parked: count(self.waiting.parked(at).len()),
            extensions: agent.extensions,
        })
    }

    /// What the queue achieved, by intervals of a quarter of an hour that are not empty, the last
    /// day's, the latest last; nothing for an unknown queue.
    pub fn intervals(&self, queue: &trunkline_model::QueueId) -> impl Iterator<Item = &Interval> {
        let at = self.plan.queue(queue);
        at.into_iter().flat_map(|at| self.queues[at].intervals.iter())
    }
}

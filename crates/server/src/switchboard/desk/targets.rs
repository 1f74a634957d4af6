//! Whom a caller may be sent to, or who may be asked.

use trunkline_desk::{Destination, Reach, Refusal, StateKind, Target};
use trunkline_model::AgentId;

use super::super::Switchboard;
use super::teams::teams_of;

/// The most lines of an answer.
const MAX_TARGETS: usize = 200;

/// The longest search, in characters.
const MAX_SEARCH: usize = 200;

impl Switchboard {
    /// Those that match, the reachable first.
    pub(super) fn targets(&self, agent: &AgentId, search: &str) -> Result<Vec<Target>, Refusal> {
        let tenant = &self.exchange.site().tenant;
        tenant.agent(agent.as_str()).ok_or(Refusal::NoAgent)?;
        let search: String = search.trim().chars().take(MAX_SEARCH).collect();
        let search = search.to_lowercase();
        let agents = self.agent_targets(agent);
        let all = agents.into_iter().chain(self.queue_targets()).chain(self.entry_points());
        let matches = |target: &Target| {
            let is_in = |text: &str| text.to_lowercase().contains(&search);
            is_in(&target.name) || target.team.as_deref().is_some_and(is_in)
        };
        let mut found: Vec<Target> = all.filter(matches).collect();
        // The order is kept among those that are alike.
        found.sort_by_key(|target| target.reach != Reach::Reachable);
        found.truncate(MAX_TARGETS);
        Ok(found)
    }

    fn agent_targets(&self, but: &AgentId) -> Vec<Target> {
        let tenant = &self.exchange.site().tenant;
        let others = tenant.agents.iter().filter(|agent| agent.id != *but);
        let target = |agent: &trunkline_model::tenant::Agent| {
            let desktop = self.desks.desktop(&agent.id);
            let kind = desktop.map_or(StateKind::SignedOut, |desktop| desktop.state.kind);
            let seat = desktop.and_then(|desktop| desktop.seat.as_ref());
            let teams = teams_of(tenant, agent);
            let team = match seat {
                Some(seat) => teams.iter().find(|team| team.id == seat.team.as_str()),
                None => teams.first(),
            };
            Target {
                to: Destination::Agent { id: agent.id.to_string() },
                name: agent.name.clone(),
                reach: reach_of(kind),
                since_ms: desktop.map(|desktop| desktop.state.since_ms),
                waiting: None,
                team: team.map(|team| team.name.clone()),
            }
        };
        others.map(target).collect()
    }

    fn queue_targets(&self) -> Vec<Target> {
        let routing = self.exchange.routing();
        let queues = self.exchange.site().tenant.queues.iter();
        let target = |queue: &trunkline_model::tenant::Queue| {
            let figures = routing.figures(self.now_ms, &queue.id, None).unwrap_or_default();
            let waiting = routing.waiting(&queue.id) as u64;
            let is_served = figures.logged_on_agents_all > 0;
            let since_ms = self.now_ms.saturating_sub_unsigned(figures.oldest_call_ms);
            Target {
                to: Destination::Queue { id: queue.id.to_string() },
                name: queue.name.clone(),
                reach: if is_served { Reach::Reachable } else { Reach::NobodyThere },
                since_ms: (waiting > 0).then_some(since_ms),
                waiting: Some(waiting),
                team: None,
            }
        };
        queues.map(target).collect()
    }

    fn entry_points(&self) -> Vec<Target> {
        let points = self.exchange.site().tenant.entry_points.iter();
        let target = |point: &trunkline_model::tenant::EntryPoint| Target {
            to: Destination::EntryPoint { id: point.id.to_string() },
            name: point.name.clone(),
            reach: Reach::Reachable,
            since_ms: None,
            waiting: None,
            team: None,
        };
        points.map(target).collect()
    }
}

fn reach_of(kind: StateKind) -> Reach {
    match kind {
        StateKind::SignedOut => Reach::SignedOut,
        StateKind::Idle | StateKind::Rona => Reach::Idle,
        StateKind::Available => Reach::Reachable,
        StateKind::Offered | StateKind::Engaged | StateKind::WrapUp => Reach::Busy,
    }
}

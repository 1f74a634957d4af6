//! What does not change while a domain runs: the tenant's queues, teams, agents and skills, with
//! ids made indexes, names resolved, and everything prepared that matching asks for.
//!
//! An *audience* is a set of teams that serves contacts: the teams of a queue's first groups up to
//! some level. Queues (and levels) with the same teams share one, so that an agent is compared with
//! the few audiences of the agent's team and not with all queues.

use trunkline_model::tenant::routing::RoutingType;
use trunkline_model::tenant::{Queue, Tenant};
use trunkline_model::{AgentId, QueueId, TeamId};

use crate::bits::BitSet;
use crate::limits::{
    MAX_AGENTS, MAX_GROUPS, MAX_PROBLEMS, MAX_QUEUES, MAX_RING_S, MAX_TEAMS, MAX_TIME_IN_QUEUE_S,
};
use crate::map::Map;
use crate::problem::Problem;
use crate::skills::{Profile, Skills};

/// Seconds that a device rings when the tenant's setting cannot be used (the model's default).
const DEFAULT_RING_S: u32 = 12;

/// A queue.
#[derive(Clone, Debug)]
pub(crate) struct QueuePlan {
    pub(crate) id: QueueId,
    pub(crate) name: String,
    /// Whether contacts bring skill requirements.
    pub(crate) skills_based: bool,
    pub(crate) max_wait_ms: i64,
    pub(crate) overflow_number: Option<String>,
    /// Its distribution groups; never empty.
    pub(crate) levels: Vec<Level>,
}

/// What a distribution group makes of a queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    /// The teams of this group and all earlier ones.
    pub(crate) audience: usize,
    /// How long a contact stays before the next group joins.
    pub(crate) duration_ms: i64,
}

/// A team.
#[derive(Clone, Debug)]
pub(crate) struct TeamPlan {
    pub(crate) id: TeamId,
    pub(crate) name: String,
    /// The audiences that it belongs to.
    pub(crate) audiences: BitSet,
    /// Its pools.
    pub(crate) pools: Vec<usize>,
}

/// A pool: the agents of one team who have the same skills.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolPlan {
    pub(crate) team: usize,
    pub(crate) profile: usize,
}

/// An agent.
#[derive(Clone, Debug)]
pub(crate) struct AgentPlan {
    pub(crate) id: AgentId,
    pub(crate) name: String,
    pub(crate) email: String,
    /// The pools of the teams that the agent may sign in to; the first is the default.
    pub(crate) pools: Vec<usize>,
}

/// The unchanging part of a domain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) queues: Vec<QueuePlan>,
    pub(crate) teams: Vec<TeamPlan>,
    pub(crate) agents: Vec<AgentPlan>,
    pub(crate) pools: Vec<PoolPlan>,
    /// The teams of each audience.
    pub(crate) audiences: Vec<BitSet>,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) skills: Skills,
    pub(crate) ring_ms: i64,
    /// None: wrap-up waits for the agent.
    pub(crate) auto_wrap_up_ms: Option<i64>,
    pub(crate) problems: Vec<Problem>,
    queue_by_id: Map<QueueId, usize>,
    agent_by_id: Map<AgentId, usize>,
    team_by_name: Map<String, usize>,
    audience_by_teams: Map<BitSet, usize>,
    profile_by_skills: Map<Profile, usize>,
    pool_by_parts: Map<(usize, usize), usize>,
}

impl Plan {
    pub(crate) fn new(tenant: &Tenant) -> Self {
        let mut plan = Self { skills: Skills::new(&tenant.skills), ..Self::default() };
        plan.add_settings(tenant);
        plan.add_teams(tenant);
        plan.add_agents(tenant);
        plan.add_queues(tenant);
        plan
    }

    pub(crate) fn queue(&self, id: &QueueId) -> Option<usize> {
        self.queue_by_id.get(id).copied()
    }

    pub(crate) fn agent(&self, id: &AgentId) -> Option<usize> {
        self.agent_by_id.get(id).copied()
    }

    /// The team with this id, or else with this name.
    pub(crate) fn team(&self, id_or_name: &str) -> Option<usize> {
        self.team_by_name.get(id_or_name).copied()
    }

    fn add_settings(&mut self, tenant: &Tenant) {
        let ring_s = tenant.routing.ring_timeout_s;
        let ring_s = self.in_range(ring_s, MAX_RING_S, DEFAULT_RING_S, || "ring_timeout_s".into());
        self.ring_ms = ms(ring_s);
        let wrap_up_s = tenant.routing.auto_wrap_up_s;
        self.auto_wrap_up_ms = (wrap_up_s > 0).then(|| ms(wrap_up_s));
    }

    /// The tenant's teams; one that everybody is in, when it has none.
    fn add_teams(&mut self, tenant: &Tenant) {
        if tenant.teams.is_empty() {
            self.add_team(TeamId::new("everyone"), "Everyone".into());
            return;
        }
        for team in self.at_most(&tenant.teams, MAX_TEAMS, "teams") {
            self.add_team(team.id.clone(), team.name.clone());
        }
        // Ids win over names, so names come second.
        for at in 0..self.teams.len() {
            self.team_by_name.entry(self.teams[at].name.clone()).or_insert(at);
        }
    }

    fn add_team(&mut self, id: TeamId, name: String) {
        if self.team_by_name.contains_key(id.as_str()) {
            return self.duplicate("team", id.as_str());
        }
        self.team_by_name.insert(id.as_str().to_owned(), self.teams.len());
        self.teams.push(TeamPlan { id, name, audiences: BitSet::default(), pools: Vec::new() });
    }

    fn add_agents(&mut self, tenant: &Tenant) {
        for agent in self.at_most(&tenant.agents, MAX_AGENTS, "agents") {
            if self.agent_by_id.contains_key(&agent.id) {
                self.duplicate("agent", agent.id.as_str());
                continue;
            }
            let profile = self.profile(agent);
            let teams = self.teams_of(agent);
            let pools = teams.into_iter().map(|team| self.pool(team, profile)).collect();
            self.agent_by_id.insert(agent.id.clone(), self.agents.len());
            self.agents.push(AgentPlan {
                id: agent.id.clone(),
                name: agent.name.clone(),
                email: agent.email.clone(),
                pools,
            });
        }
    }

    /// An agent who names no team may sign in to any; names that are not found are left out.
    fn teams_of(&mut self, agent: &trunkline_model::tenant::Agent) -> Vec<usize> {
        if agent.teams.is_empty() {
            return (0..self.teams.len()).collect();
        }
        let mut teams = Vec::new();
        for name in &agent.teams {
            match self.team(name) {
                Some(team) if teams.contains(&team) => {}
                Some(team) => teams.push(team),
                None => {
                    let (agent, team) = (agent.id.to_string(), name.clone());
                    self.report(Problem::UnknownTeamOfAgent { agent, team });
                }
            }
        }
        teams
    }

    fn profile(&mut self, agent: &trunkline_model::tenant::Agent) -> usize {
        let mut profile = Profile::new();
        for (name, value) in &agent.skills {
            let (agent, skill) = (agent.id.to_string(), name.clone());
            let Some(at) = self.skills.find(name) else {
                self.report(Problem::UnknownSkill { agent, skill });
                continue;
            };
            match self.skills.agent_value(at, value) {
                Some(value) => profile.push((at, value)),
                None => self.report(Problem::WrongSkillValue { agent, skill }),
            }
        }
        profile.sort_unstable();
        let fresh = self.profiles.len();
        let at = *self.profile_by_skills.entry(profile.clone()).or_insert(fresh);
        if at == fresh {
            self.profiles.push(profile);
        }
        at
    }

    fn pool(&mut self, team: usize, profile: usize) -> usize {
        let fresh = self.pools.len();
        let at = *self.pool_by_parts.entry((team, profile)).or_insert(fresh);
        if at == fresh {
            self.pools.push(PoolPlan { team, profile });
            self.teams[team].pools.push(at);
        }
        at
    }

    fn add_queues(&mut self, tenant: &Tenant) {
        for queue in self.at_most(&tenant.queues, MAX_QUEUES, "queues") {
            if self.queue_by_id.contains_key(&queue.id) {
                self.duplicate("queue", queue.id.as_str());
                continue;
            }
            let max_wait_s = self.in_range(
                queue.max_time_in_queue_s,
                MAX_TIME_IN_QUEUE_S,
                MAX_TIME_IN_QUEUE_S,
                || format!("max_time_in_queue_s of queue `{}`", queue.id),
            );
            let levels = self.levels(queue);
            self.queue_by_id.insert(queue.id.clone(), self.queues.len());
            self.queues.push(QueuePlan {
                id: queue.id.clone(),
                name: queue.name.clone(),
                skills_based: queue.routing == RoutingType::SkillsBased,
                max_wait_ms: ms(max_wait_s),
                overflow_number: queue.overflow_number.clone(),
                levels,
            });
        }
    }

    /// A queue without groups is served by all teams.
    fn levels(&mut self, queue: &Queue) -> Vec<Level> {
        let mut teams = BitSet::default();
        if queue.groups.is_empty() {
            (0..self.teams.len()).for_each(|team| teams.insert(team));
            return vec![Level { audience: self.audience(&teams), duration_ms: 0 }];
        }
        let mut levels = Vec::new();
        let what = || format!("groups of queue `{}`", queue.id);
        for group in self.at_most(&queue.groups, MAX_GROUPS, what()) {
            for name in &group.teams {
                match self.team(name) {
                    Some(team) => teams.insert(team),
                    None => self.report(Problem::UnknownTeamOfQueue {
                        queue: queue.id.to_string(),
                        team: name.clone(),
                    }),
                }
            }
            let (audience, duration_ms) = (self.audience(&teams), ms(group.duration_s));
            levels.push(Level { audience, duration_ms });
        }
        levels
    }

    fn audience(&mut self, teams: &BitSet) -> usize {
        let fresh = self.audiences.len();
        let at = *self.audience_by_teams.entry(teams.clone()).or_insert(fresh);
        if at == fresh {
            self.audiences.push(teams.clone());
            teams.iter().for_each(|team| self.teams[team].audiences.insert(at));
        }
        at
    }

    fn at_most<'a, T>(&mut self, all: &'a [T], limit: usize, what: impl Into<String>) -> &'a [T] {
        if all.len() > limit {
            self.report(Problem::TooMany { what: what.into(), limit });
        }
        &all[..all.len().min(limit)]
    }

    fn in_range(&mut self, value: u32, max: u32, used: u32, what: impl Fn() -> String) -> u32 {
        if (1..=max).contains(&value) {
            return value;
        }
        self.report(Problem::TimeOutOfRange { what: what(), max, used });
        used
    }

    fn duplicate(&mut self, kind: &'static str, id: &str) {
        self.report(Problem::DuplicateId { kind, id: id.to_owned() });
    }

    fn report(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }
}

fn ms(seconds: u32) -> i64 {
    i64::from(seconds) * 1_000
}

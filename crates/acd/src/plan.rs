//! The tenant's queues, teams, agents and skills, with ids made indexes, names resolved, and
//! everything prepared that matching asks for. Only an operator changes any of it
//! (the module `operator`).
//!
//! An *audience* is a set of teams that serves contacts: the teams of a queue's first groups up to
//! some level. Queues (and levels) with the same teams share one, so that an agent is compared with
//! the few audiences of the agent's team and not with all queues. A queue that agents serve
//! themselves has an audience of its own.
//!
//! A *roster* is a list of agents in an order that people chose: the agents of a team, in the
//! tenant's order, or those of a queue that agents serve themselves, in the queue's.

use trunkline_model::tenant::routing::{AgentSelection, RoutingType};
use trunkline_model::tenant::{Queue, Tenant};
use trunkline_model::{AgentId, QueueId, TeamId};

use crate::bits::BitSet;
use crate::limits::{
    MAX_AGENTS, MAX_GROUPS, MAX_PROBLEMS, MAX_QUEUES, MAX_RING_S, MAX_TEAMS, MAX_TIME_IN_QUEUE_S,
};
use crate::map::Map;
use crate::problem::Problem;
use crate::skills::{Profile, Skills};
use crate::stats::Thresholds;

/// Seconds that a device rings when the tenant's setting cannot be used (the model's default).
const DEFAULT_RING_S: u32 = 12;

/// A queue.
#[derive(Clone, Debug)]
pub(crate) struct QueuePlan {
    pub(crate) id: QueueId,
    pub(crate) name: String,
    /// Whether contacts bring skill requirements.
    pub(crate) skills_based: bool,
    pub(crate) pick: Pick,
    /// Whether contacts go from group to group.
    pub(crate) has_groups: bool,
    pub(crate) max_active: usize,
    pub(crate) thresholds: Thresholds,
    pub(crate) max_wait_ms: i64,
    pub(crate) overflow_number: Option<String>,
    /// Its distribution groups; never empty.
    pub(crate) levels: Vec<Level>,
    /// The rosters of all its groups, in their order, each once.
    pub(crate) rosters: Vec<usize>,
}

/// Which of the agents who may take a contact is offered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pick {
    /// Who has been Available longest.
    Longest,
    /// Who has the highest score; of equals, the longest Available.
    Best,
    /// Who comes after the one who was offered the last contact.
    Circular,
    /// The first from the top.
    Linear,
}

/// Who serves contacts.
#[derive(Clone, Debug)]
pub(crate) struct Audience {
    pub(crate) teams: BitSet,
    /// Agents who serve a queue themselves; then there are no teams.
    pub(crate) roster: Option<usize>,
}

/// What a distribution group makes of a queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    /// The teams of this group and all earlier ones.
    pub(crate) audience: usize,
    /// How long a contact stays before the next group joins.
    pub(crate) duration_ms: i64,
    /// How many of the queue's rosters serve by now.
    pub(crate) rosters: usize,
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
    /// Whether queues may offer calls.
    pub(crate) takes_voice: bool,
    /// None: wrap-up waits for the agent.
    pub(crate) auto_wrap_up_ms: Option<i64>,
    /// The queues that the agent serves without a team: their rosters, and the places there.
    pub(crate) rosters: Vec<(usize, usize)>,
    /// The audiences of these queues.
    pub(crate) audiences: BitSet,
}

/// What a domain knows of its tenant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub(crate) queues: Vec<QueuePlan>,
    pub(crate) teams: Vec<TeamPlan>,
    pub(crate) agents: Vec<AgentPlan>,
    pub(crate) pools: Vec<PoolPlan>,
    pub(crate) audiences: Vec<Audience>,
    /// The agents of the rosters that come after those of the teams.
    pub(crate) members: Vec<Vec<usize>>,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) skills: Skills,
    pub(crate) ring_ms: i64,
    pub(crate) problems: Vec<Problem>,
    queue_by_id: Map<QueueId, usize>,
    agent_by_id: Map<AgentId, usize>,
    agent_by_name: Map<String, usize>,
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
            self.agent_by_name.entry(agent.name.clone()).or_insert(self.agents.len());
            let wrap_up_s = tenant.desktop_profile(agent).and_then(|it| it.auto_wrap_up_s);
            let wrap_up_s = wrap_up_s.unwrap_or(tenant.routing.auto_wrap_up_s);
            self.agents.push(AgentPlan {
                id: agent.id.clone(),
                name: agent.name.clone(),
                email: agent.email.clone(),
                pools,
                takes_voice: tenant.takes_voice(agent),
                auto_wrap_up_ms: (wrap_up_s > 0).then(|| ms(wrap_up_s)),
                rosters: Vec::new(),
                audiences: BitSet::default(),
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
        self.profile_of(profile)
    }

    /// The profile of these skills.
    pub(crate) fn profile_of(&mut self, mut profile: Profile) -> usize {
        profile.sort_unstable();
        let fresh = self.profiles.len();
        let at = *self.profile_by_skills.entry(profile.clone()).or_insert(fresh);
        if at == fresh {
            self.profiles.push(profile);
        }
        at
    }

    /// The pool of a team's agents with these skills.
    pub(crate) fn pool(&mut self, team: usize, profile: usize) -> usize {
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
            let (levels, rosters) = self.served_by(queue);
            self.queue_by_id.insert(queue.id.clone(), self.queues.len());
            self.queues.push(QueuePlan {
                id: queue.id.clone(),
                name: queue.name.clone(),
                skills_based: queue.routing == RoutingType::SkillsBased,
                pick: pick(queue),
                has_groups: !queue.groups.is_empty(),
                max_active: queue.max_active_contacts.map_or(usize::MAX, |it| it as usize),
                thresholds: Thresholds {
                    service_level_ms: ms(queue.service_level_s),
                    short_abandon_ms: ms(queue.short_abandon_s),
                },
                max_wait_ms: ms(max_wait_s),
                overflow_number: queue.overflow_number.clone(),
                levels,
                rosters,
            });
        }
    }

    /// A queue without groups is served by all teams, unless it names agents.
    fn served_by(&mut self, queue: &Queue) -> (Vec<Level>, Vec<usize>) {
        let mut teams = BitSet::default();
        if !queue.agents.is_empty() {
            return self.served_by_agents(queue);
        }
        if queue.groups.is_empty() {
            let rosters: Vec<usize> = (0..self.teams.len()).collect();
            rosters.iter().for_each(|team| teams.insert(*team));
            let audience = self.audience(&teams);
            return (vec![Level { audience, duration_ms: 0, rosters: rosters.len() }], rosters);
        }
        let (mut levels, mut rosters) = (Vec::new(), Vec::new());
        let what = || format!("groups of queue `{}`", queue.id);
        for group in self.at_most(&queue.groups, MAX_GROUPS, what()) {
            for name in &group.teams {
                match self.team(name) {
                    Some(team) if teams.contains(team) => {}
                    Some(team) => {
                        teams.insert(team);
                        rosters.push(team);
                    }
                    None => self.report(Problem::UnknownTeamOfQueue {
                        queue: queue.id.to_string(),
                        team: name.clone(),
                    }),
                }
            }
            let (audience, duration_ms) = (self.audience(&teams), ms(group.duration_s));
            levels.push(Level { audience, duration_ms, rosters: rosters.len() });
        }
        (levels, rosters)
    }

    fn served_by_agents(&mut self, queue: &Queue) -> (Vec<Level>, Vec<usize>) {
        let (audience, roster) = (self.audiences.len(), self.teams.len() + self.members.len());
        let mut members = Vec::new();
        for name in &queue.agents {
            let id = AgentId::new(name);
            let found = self.agent(&id).or_else(|| self.agent_by_name.get(name).copied());
            match found {
                Some(agent) if members.contains(&agent) => {}
                Some(agent) => {
                    self.agents[agent].rosters.push((roster, members.len()));
                    self.agents[agent].audiences.insert(audience);
                    members.push(agent);
                }
                None => self.report(Problem::UnknownAgentOfQueue {
                    queue: queue.id.to_string(),
                    agent: name.clone(),
                }),
            }
        }
        self.members.push(members);
        self.audiences.push(Audience { teams: BitSet::default(), roster: Some(roster) });
        (vec![Level { audience, duration_ms: 0, rosters: 1 }], vec![roster])
    }

    fn audience(&mut self, teams: &BitSet) -> usize {
        let fresh = self.audiences.len();
        let at = *self.audience_by_teams.entry(teams.clone()).or_insert(fresh);
        if at == fresh {
            self.audiences.push(Audience { teams: teams.clone(), roster: None });
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

fn pick(queue: &Queue) -> Pick {
    match (queue.routing, queue.selection) {
        (RoutingType::LongestAvailableAgent, _)
        | (RoutingType::SkillsBased, AgentSelection::LongestAvailable) => Pick::Longest,
        (RoutingType::SkillsBased, AgentSelection::BestAvailable) => Pick::Best,
        (RoutingType::Circular, _) => Pick::Circular,
        (RoutingType::Linear, _) => Pick::Linear,
    }
}

fn ms(seconds: u32) -> i64 {
    i64::from(seconds) * 1_000
}

//! What an operator changes while a domain runs: agents' skills and teams. It counts at once.

use std::collections::BTreeMap;

use trunkline_model::tenant::routing::SkillValue;
use trunkline_model::{AgentId, TeamId};

use crate::agent::State;
use crate::faults::{self, Fault};
use crate::limits::{MAX_PROFILES, MAX_REQUIREMENTS};
use crate::refusal::Refusal;
use crate::routing::Routing;
use crate::skills::Profile;

impl Routing {
    pub(crate) fn set_agent_skills(
        &mut self,
        agent: &AgentId,
        skills: &BTreeMap<String, SkillValue>,
    ) -> Result<(), Refusal> {
        let agent = self.agent(agent)?;
        let profile = self.checked_profile(skills)?;
        if self.plan.profiles.len() >= MAX_PROFILES {
            return Err(Refusal::Full);
        }
        let known = self.plan.profiles.len();
        let profile = self.plan.profile_of(profile);
        if profile == known {
            self.sets.add_profile(&self.plan.profiles[profile]);
        }
        let present = self.plan.pools[self.agents[agent].pool].team;
        let teams: Vec<usize> =
            self.plan.agents[agent].pools.iter().map(|pool| self.plan.pools[*pool].team).collect();
        let pools = teams.iter().map(|team| self.plan.pool(*team, profile)).collect();
        self.plan.agents[agent].pools = pools;
        let pool = self.plan.pool(present, profile);
        if !faults::has(Fault::AgentSkillsLater) {
            self.move_to(agent, pool);
        }
        Ok(())
    }

    fn checked_profile(&self, skills: &BTreeMap<String, SkillValue>) -> Result<Profile, Refusal> {
        if skills.len() > MAX_REQUIREMENTS {
            return Err(Refusal::WrongSkill);
        }
        let value = |(name, value): (&String, &SkillValue)| {
            let skill = self.plan.skills.find(name).ok_or(Refusal::WrongSkill)?;
            let value = self.plan.skills.agent_value(skill, value).ok_or(Refusal::WrongSkill)?;
            Ok((skill, value))
        };
        skills.iter().map(value).collect()
    }

    pub(crate) fn set_agent_team(&mut self, agent: &AgentId, team: &TeamId) -> Result<(), Refusal> {
        let agent = self.agent(agent)?;
        let team = self.plan.team(team.as_str()).ok_or(Refusal::UnknownTeam)?;
        let pools = &self.plan.agents[agent].pools;
        let present = pools.first().map(|pool| self.plan.pools[*pool].profile);
        // An agent without teams has no pool, and so no skills that could be found.
        let profile = match present {
            Some(profile) => profile,
            None => self.plan.profile_of(Profile::new()),
        };
        let pool = self.plan.pool(team, profile);
        if profile + 1 == self.plan.profiles.len() && present.is_none() {
            self.sets.add_profile(&self.plan.profiles[profile]);
        }
        let pools = &mut self.plan.agents[agent].pools;
        pools.retain(|it| *it != pool);
        pools.insert(0, pool);
        self.move_to(agent, pool);
        Ok(())
    }

    /// The agent belongs to this pool from now on, whatever they do; their place stays.
    fn move_to(&mut self, agent: usize, pool: usize) {
        let old = std::mem::replace(&mut self.agents[agent].pool, pool);
        self.agents[agent].details = None;
        let (from, to) = (self.plan.pools[old].team, self.plan.pools[pool].team);
        if self.agents[agent].state == State::SignedOut {
            return;
        }
        self.pools.sign_out(from);
        self.pools.sign_in(to);
        let plan = &self.plan.agents[agent];
        if let State::Available { turn } = self.agents[agent].state
            && plan.takes_voice
        {
            self.pools.remove(old, from, turn, agent, &plan.rosters);
            self.pools.insert(pool, to, turn, agent, &plan.rosters);
            self.fresh_agents.push(agent);
        }
        self.report_state(agent);
    }
}

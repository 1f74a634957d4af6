//! Who is signed in and who is Available, by team and skills.

use std::cmp::Reverse;

use crate::bits::BitSet;
use crate::faults::{self, Fault};
use crate::ordered::OrderedList;
use crate::plan::{Audience, Plan, PoolPlan};
use crate::queueing::count;

/// A place among Available agents.
///
/// The lower number has been Available longer; of two agents who became Available in the same
/// millisecond it is the one whose input came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) number: u64,
    pub(crate) since_ms: i64,
}

/// How many of the longest Available are looked at before the search goes by team and skills.
const LOOK_FIRST: usize = 16;

/// Agents by team.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pools {
    /// Available agents of each pool, by the number of their turn.
    available: Vec<OrderedList<(u64, usize)>>,
    /// All Available agents with their pools, by the number of their turn.
    in_order: OrderedList<(u64, usize, usize)>,
    /// Per team.
    available_of_team: Vec<u32>,
    signed_in_of_team: Vec<u32>,
    /// Teams with an Available agent.
    teams: BitSet,
    /// Available agents of each roster, by their places.
    rosters: Vec<OrderedList<(usize, usize)>>,
    /// Available agents of each roster that is no team's, by the number of their turn.
    rosters_in_order: Vec<OrderedList<(u64, usize)>>,
    next_turn: u64,
}

impl Pools {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            available: vec![OrderedList::default(); plan.pools.len()],
            available_of_team: vec![0; plan.teams.len()],
            signed_in_of_team: vec![0; plan.teams.len()],
            rosters: vec![OrderedList::default(); plan.teams.len() + plan.members.len()],
            rosters_in_order: vec![OrderedList::default(); plan.members.len()],
            ..Self::default()
        }
    }

    /// The last place among the Available.
    pub(crate) fn next_turn(&mut self, since_ms: i64) -> Turn {
        self.next_turn += 1;
        Turn { number: self.next_turn, since_ms }
    }

    /// Turns are numbered after those of another domain.
    pub(crate) fn count_from(&mut self, other: &Self) {
        self.next_turn = other.next_turn;
    }

    pub(crate) fn sign_in(&mut self, team: usize) {
        self.signed_in_of_team[team] += 1;
    }

    pub(crate) fn sign_out(&mut self, team: usize) {
        self.signed_in_of_team[team] -= 1;
    }

    /// `rosters` are those beside the team's, with the agent's places.
    pub(crate) fn insert(
        &mut self,
        pool: usize,
        team: usize,
        turn: Turn,
        agent: usize,
        rosters: &[(usize, usize)],
    ) {
        if self.available.len() <= pool {
            self.available.resize(pool + 1, OrderedList::default());
        }
        self.available[pool].insert((turn.number, agent));
        self.rosters[team].insert((agent, agent));
        for (roster, place) in rosters {
            self.rosters[*roster].insert((*place, agent));
            let beside = *roster - self.signed_in_of_team.len();
            self.rosters_in_order[beside].insert((turn.number, agent));
        }
        self.in_order.insert((turn.number, agent, pool));
        self.available_of_team[team] += 1;
        self.teams.insert(team);
    }

    pub(crate) fn remove(
        &mut self,
        pool: usize,
        team: usize,
        turn: Turn,
        agent: usize,
        rosters: &[(usize, usize)],
    ) {
        self.rosters[team].remove(&(agent, agent));
        for (roster, place) in rosters {
            self.rosters[*roster].remove(&(*place, agent));
            let beside = *roster - self.signed_in_of_team.len();
            self.rosters_in_order[beside].remove(&(turn.number, agent));
        }
        let removed = self.available[pool].remove(&(turn.number, agent));
        debug_assert!(removed, "an Available agent is in the pool of the team and skills");
        self.in_order.remove(&(turn.number, agent, pool));
        self.available_of_team[team] -= 1;
        if self.available_of_team[team] == 0 {
            self.teams.remove(team);
        }
    }

    /// The agent of these teams who has been Available longest, among those whose profile fits.
    ///
    /// Usually one of the first few does. When none of them does, the contact wants something rare,
    /// and the pools say quickly who has it.
    pub(crate) fn longest_available(
        &self,
        plan: &Plan,
        teams: &BitSet,
        fits: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        if faults::has(Fault::ShortestAvailable) {
            let all = self.in_order.iter().filter(|(_, _, pool)| {
                let PoolPlan { team, profile } = plan.pools[*pool];
                teams.contains(team) && fits(profile)
            });
            return all.last().map(|(_, agent, _)| *agent);
        }
        let mut first = self.in_order.iter().take(LOOK_FIRST);
        let found = first.find(|(_, _, pool)| {
            let PoolPlan { team, profile } = plan.pools[*pool];
            teams.contains(team) && fits(profile)
        });
        if let Some((_, agent, _)) = found {
            return Some(*agent);
        }
        if self.in_order.len() <= LOOK_FIRST {
            return None;
        }
        let longest = self.fitting(plan, teams, fits).map(|(_, first)| first).min();
        longest.map(|(_, agent)| agent)
    }

    /// The agent of these teams with the highest score among those whose profile fits; of equals
    /// the one who has been Available longest.
    pub(crate) fn best_available(
        &self,
        plan: &Plan,
        teams: &BitSet,
        fits: impl Fn(usize) -> bool,
        score: impl Fn(usize) -> u16,
    ) -> Option<usize> {
        let all = self.fitting(plan, teams, fits);
        let worst = faults::has(Fault::WorstAvailable);
        let rank = |profile| if worst { u16::MAX - score(profile) } else { score(profile) };
        let best = all.max_by_key(|(profile, first)| (rank(*profile), Reverse(*first)));
        best.map(|(_, (_, agent))| agent)
    }

    /// The pools of these teams with somebody Available whose profile fits: the profile, and who
    /// has been Available longest in it.
    fn fitting<'a>(
        &'a self,
        plan: &'a Plan,
        teams: &'a BitSet,
        fits: impl Fn(usize) -> bool + 'a,
    ) -> impl Iterator<Item = (usize, (u64, usize))> + 'a {
        let pools = self.teams.and(teams).flat_map(|team| &plan.teams[team].pools);
        pools.filter_map(move |pool| {
            let first = *self.available.get(*pool)?.first()?;
            let PoolPlan { profile, .. } = plan.pools[*pool];
            fits(profile).then_some((profile, first))
        })
    }

    /// Who has been Available longest of a roster that is no team's.
    pub(crate) fn longest_of_roster(&self, roster: usize) -> Option<usize> {
        let beside = roster - self.signed_in_of_team.len();
        self.rosters_in_order[beside].first().map(|(_, agent)| *agent)
    }

    /// The first Available agent of a roster, from a place on.
    pub(crate) fn first_of_roster(&self, roster: usize, after: Option<usize>) -> Option<usize> {
        let list = &self.rosters[roster];
        let found = match after {
            // No agent's number is that high, so this is the end of the place.
            Some(place) => list.after(&(place, usize::MAX)),
            None => list.first(),
        };
        found.map(|(_, agent)| *agent)
    }

    /// Who of the audience is signed in. `is_signed_in` is asked about agents who serve it
    /// themselves.
    pub(crate) fn signed_in(
        &self,
        plan: &Plan,
        audience: &Audience,
        is_signed_in: impl Fn(usize) -> bool,
    ) -> u32 {
        let Some(roster) = audience.roster else {
            return audience.teams.iter().map(|team| self.signed_in_of_team[team]).sum();
        };
        let members = &plan.members[roster - plan.teams.len()];
        count(members.iter().filter(|agent| is_signed_in(**agent)).count())
    }

    /// Who of the audience is Available.
    pub(crate) fn available(&self, audience: &Audience) -> u32 {
        match audience.roster {
            Some(roster) => count(self.rosters[roster].len()),
            None => audience.teams.iter().map(|team| self.available_of_team[team]).sum(),
        }
    }
}

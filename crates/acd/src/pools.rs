//! Who is signed in and who is Available, by team and skills.

use crate::bits::BitSet;
use crate::ordered::OrderedList;
use crate::plan::{Plan, PoolPlan};

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
    next_turn: u64,
}

impl Pools {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            available: vec![OrderedList::default(); plan.pools.len()],
            available_of_team: vec![0; plan.teams.len()],
            signed_in_of_team: vec![0; plan.teams.len()],
            ..Self::default()
        }
    }

    /// The last place among the Available.
    pub(crate) fn next_turn(&mut self, since_ms: i64) -> Turn {
        self.next_turn += 1;
        Turn { number: self.next_turn, since_ms }
    }

    pub(crate) fn sign_in(&mut self, team: usize) {
        self.signed_in_of_team[team] += 1;
    }

    pub(crate) fn sign_out(&mut self, team: usize) {
        self.signed_in_of_team[team] -= 1;
    }

    pub(crate) fn insert(&mut self, pool: usize, team: usize, turn: Turn, agent: usize) {
        self.available[pool].insert((turn.number, agent));
        self.in_order.insert((turn.number, agent, pool));
        self.available_of_team[team] += 1;
        self.teams.insert(team);
    }

    pub(crate) fn remove(&mut self, pool: usize, team: usize, turn: Turn, agent: usize) {
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
        let pools = self.teams.and(teams).flat_map(|team| &plan.teams[team].pools);
        let fitting = pools.filter(|pool| {
            let PoolPlan { profile, .. } = plan.pools[**pool];
            !self.available[**pool].is_empty() && fits(profile)
        });
        let longest = fitting.filter_map(|pool| self.available[*pool].first()).min();
        longest.map(|(_, agent)| *agent)
    }

    pub(crate) fn signed_in(&self, teams: &BitSet) -> u32 {
        teams.iter().map(|team| self.signed_in_of_team[team]).sum()
    }

    pub(crate) fn available(&self, teams: &BitSet) -> u32 {
        teams.iter().map(|team| self.available_of_team[team]).sum()
    }
}

//! The different sets of skill requirements in use, each with the profiles that meet it.

use std::collections::VecDeque;

use crate::bits::BitSet;
use crate::faults::{self, Fault};
use crate::limits::MAX_SKILL_SETS;
use crate::map::Map;
use crate::skills::{Profile, Requirement, meets, score};

/// The set without requirements, which every agent meets.
pub(crate) const NO_SKILLS: usize = 0;

/// One set of requirements.
#[derive(Clone, Debug)]
pub(crate) struct SkillSet {
    requirements: Vec<Requirement>,
    /// The profiles that meet all of them.
    profiles: BitSet,
    /// How well each profile meets them; only of meaning for those that do.
    scores: Vec<u16>,
    /// Contacts that have it.
    users: usize,
    /// Whether it is in the list of unused sets.
    listed: bool,
}

/// All sets in use. One that nobody has is kept until its place is needed, since flows ask for the
/// same few again and again.
#[derive(Clone, Debug)]
pub(crate) struct SkillSets {
    sets: Vec<SkillSet>,
    by_requirements: Map<Vec<Requirement>, usize>,
    /// Sets that nobody has, the longest unused first; may name sets that are in use again.
    unused: VecDeque<usize>,
}

impl SkillSet {
    fn new(requirements: Vec<Requirement>, profiles: &[Profile]) -> Self {
        let (matching, scores) = (BitSet::default(), Vec::with_capacity(profiles.len()));
        let mut set = Self { requirements, profiles: matching, scores, users: 0, listed: false };
        profiles.iter().for_each(|profile| set.add(profile));
        set
    }

    /// Takes the next profile in.
    fn add(&mut self, profile: &Profile) {
        let meets = meets(profile, &self.requirements);
        if meets {
            self.profiles.insert(self.scores.len());
        }
        self.scores.push(if meets { score(profile, &self.requirements) } else { 0 });
    }
}

impl SkillSets {
    pub(crate) fn new() -> Self {
        let empty = SkillSet::new(Vec::new(), &[]);
        Self { sets: vec![empty], by_requirements: Map::default(), unused: VecDeque::new() }
    }

    /// The set with these requirements, with one more user; none when too many are in use.
    pub(crate) fn take(
        &mut self,
        requirements: Vec<Requirement>,
        profiles: &[Profile],
    ) -> Option<usize> {
        if requirements.is_empty() {
            return Some(NO_SKILLS);
        }
        let set = match self.by_requirements.get(&requirements) {
            Some(set) => *set,
            None => self.add(requirements, profiles)?,
        };
        self.sets[set].users += 1;
        Some(set)
    }

    /// What a set asks for.
    pub(crate) fn requirements(&self, set: usize) -> &[Requirement] {
        &self.sets[set].requirements
    }

    /// One user less.
    pub(crate) fn give_back(&mut self, set: usize) {
        if set == NO_SKILLS {
            return;
        }
        let given = &mut self.sets[set];
        given.users -= 1;
        if given.users == 0 && !given.listed {
            given.listed = true;
            self.unused.push_back(set);
        }
    }

    /// Whether agents with this profile meet the set.
    pub(crate) fn met_by(&self, set: usize, profile: usize) -> bool {
        set == NO_SKILLS
            || faults::has(Fault::IgnoreSkills)
            || self.sets[set].profiles.contains(profile)
    }

    /// How well agents with this profile meet the set: the sum of the proficiencies asked for.
    pub(crate) fn score(&self, set: usize, profile: usize) -> u16 {
        if set == NO_SKILLS { 0 } else { self.sets[set].scores.get(profile).copied().unwrap_or(0) }
    }

    /// Agents have a profile that nobody had before; it comes after all others.
    pub(crate) fn add_profile(&mut self, profile: &Profile) {
        self.sets.iter_mut().skip(1).for_each(|set| set.add(profile));
    }

    fn add(&mut self, requirements: Vec<Requirement>, profiles: &[Profile]) -> Option<usize> {
        let set = self.place()?;
        self.by_requirements.insert(requirements.clone(), set);
        self.sets[set] = SkillSet::new(requirements, profiles);
        Some(set)
    }

    /// A place for a new set: a fresh one, or the one that has been unused longest.
    fn place(&mut self) -> Option<usize> {
        if self.sets.len() <= MAX_SKILL_SETS {
            self.sets.push(self.sets[NO_SKILLS].clone());
            return Some(self.sets.len() - 1);
        }
        while let Some(set) = self.unused.pop_front() {
            self.sets[set].listed = false;
            if self.sets[set].users == 0 {
                self.by_requirements.remove(&self.sets[set].requirements);
                return Some(set);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skills::Skills;
    use trunkline_model::routing::{SkillCondition, SkillRequirement};
    use trunkline_model::tenant::Skill;
    use trunkline_model::tenant::routing::SkillType;

    fn requirements(region: usize) -> Vec<Requirement> {
        let skill = Skill { name: "region".into(), kind: SkillType::Text, values: vec![] };
        let wanted = SkillRequirement {
            skill: "region".into(),
            condition: SkillCondition::Is,
            value: region.to_string(),
        };
        Skills::new(&[skill]).requirements(&[wanted]).unwrap()
    }

    #[test]
    fn equal_sets_are_one_and_unused_places_are_used_again() {
        let mut sets = SkillSets::new();
        let first = sets.take(requirements(0), &[]).unwrap();
        assert_eq!(sets.take(requirements(0), &[]), Some(first));
        for region in 1..MAX_SKILL_SETS {
            assert!(sets.take(requirements(region), &[]).is_some());
        }
        assert_eq!(sets.take(requirements(5_000), &[]), None, "all are in use");
        sets.give_back(first);
        assert_eq!(sets.take(requirements(5_000), &[]), None, "one user is left");
        sets.give_back(first);
        assert_eq!(sets.take(requirements(5_000), &[]), Some(first));
        assert_eq!(sets.take(requirements(0), &[]), None, "it lost its place");
        assert_eq!(sets.take(Vec::new(), &[]), Some(NO_SKILLS));
    }
}

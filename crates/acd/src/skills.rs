//! Skills: what a tenant declares, what agents have, what contacts need.
//!
//! Both sides are made comparable once: an agent's values become a profile (agents with equal
//! skills share one), a contact's requirements become a [`SkillSet`](crate::skill_sets::SkillSet)
//! that knows which profiles meet it. Matching is then a bit.
//!
//! An agent who lacks a skill meets no requirement on it, not even IS NOT: "another value" needs
//! a value.

use trunkline_model::routing::{SkillCondition, SkillRequirement};
use trunkline_model::tenant::Skill;
use trunkline_model::tenant::routing::{SkillType, SkillValue};

use crate::limits::{MAX_REQUIREMENTS, MAX_TEXT};
use crate::map::Map;
use crate::refusal::SkillProblem;

/// The highest proficiency.
const MAX_PROFICIENCY: u8 = 10;

/// A value in the form that its skill's type gives it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Value {
    Boolean(bool),
    Proficiency(u8),
    Text(Box<str>),
}

/// One requirement, checked against the skill's type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Requirement {
    skill: usize,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Test {
    Is(Value),
    IsNot(Value),
    AtLeast(u8),
    AtMost(u8),
}

/// An agent's skills, ascending by skill.
pub(crate) type Profile = Vec<(usize, Value)>;

/// The skills that a tenant declares.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Skills {
    by_name: Map<String, usize>,
    declared: Vec<Skill>,
}

impl Skills {
    pub(crate) fn new(declared: &[Skill]) -> Self {
        let mut by_name = Map::default();
        for (at, skill) in declared.iter().enumerate() {
            by_name.entry(skill.name.clone()).or_insert(at);
        }
        Self { by_name, declared: declared.to_vec() }
    }

    /// The skill's index.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// An agent's value in the form of the skill's type; none if it cannot be one.
    pub(crate) fn agent_value(&self, skill: usize, value: &SkillValue) -> Option<Value> {
        let text = match value {
            SkillValue::Boolean(flag) => flag.to_string(),
            SkillValue::Proficiency(level) => level.to_string(),
            SkillValue::Text(text) => text.clone(),
        };
        self.value(skill, &text)
    }

    /// A contact's requirements, sorted and without repetitions.
    pub(crate) fn requirements(
        &self,
        wanted: &[SkillRequirement],
    ) -> Result<Vec<Requirement>, SkillProblem> {
        if wanted.len() > MAX_REQUIREMENTS {
            return Err(SkillProblem::TooMany);
        }
        let checked: Result<Vec<_>, _> = wanted.iter().map(|it| self.requirement(it)).collect();
        let mut requirements = checked?;
        requirements.sort_unstable();
        requirements.dedup();
        Ok(requirements)
    }

    fn requirement(&self, wanted: &SkillRequirement) -> Result<Requirement, SkillProblem> {
        let skill_name = || wanted.skill.clone();
        let Some(skill) = self.find(&wanted.skill) else {
            return Err(SkillProblem::UnknownSkill { skill: skill_name() });
        };
        let ranked = self.declared[skill].kind == SkillType::Proficiency;
        let comparison = match wanted.condition {
            SkillCondition::Is | SkillCondition::IsNot => !ranked,
            SkillCondition::AtLeast | SkillCondition::AtMost => ranked,
        };
        if !comparison {
            return Err(SkillProblem::WrongCondition { skill: skill_name() });
        }
        let Some(value) = self.value(skill, &wanted.value) else {
            let value = wanted.value.clone();
            return Err(SkillProblem::WrongValue { skill: skill_name(), value });
        };
        Ok(Requirement { skill, test: Test::new(wanted.condition, value) })
    }

    fn value(&self, skill: usize, text: &str) -> Option<Value> {
        let declared = &self.declared[skill];
        match declared.kind {
            SkillType::Boolean if text.eq_ignore_ascii_case("true") => Some(Value::Boolean(true)),
            SkillType::Boolean if text.eq_ignore_ascii_case("false") => Some(Value::Boolean(false)),
            SkillType::Boolean => None,
            SkillType::Proficiency => {
                let level = text.trim().parse().ok().filter(|level| *level <= MAX_PROFICIENCY)?;
                Some(Value::Proficiency(level))
            }
            SkillType::Text => (text.len() <= MAX_TEXT).then(|| Value::Text(text.into())),
            SkillType::Enum => {
                declared.values.iter().any(|it| it == text).then(|| Value::Text(text.into()))
            }
        }
    }
}

impl Test {
    /// A ranked comparison comes with a proficiency, as `requirement` has checked.
    fn new(condition: SkillCondition, value: Value) -> Self {
        match (condition, value) {
            (SkillCondition::AtLeast, Value::Proficiency(level)) => Self::AtLeast(level),
            (SkillCondition::AtMost, Value::Proficiency(level)) => Self::AtMost(level),
            (SkillCondition::IsNot, value) => Self::IsNot(value),
            (SkillCondition::Is | SkillCondition::AtLeast | SkillCondition::AtMost, value) => {
                Self::Is(value)
            }
        }
    }

    fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Is(wanted), value) => value == wanted,
            (Self::IsNot(wanted), value) => value != wanted,
            (Self::AtLeast(level), Value::Proficiency(has)) => has >= level,
            (Self::AtMost(level), Value::Proficiency(has)) => has <= level,
            (Self::AtLeast(_) | Self::AtMost(_), Value::Boolean(_) | Value::Text(_)) => false,
        }
    }
}

/// Whether an agent with this profile meets all requirements.
pub(crate) fn meets(profile: &Profile, requirements: &[Requirement]) -> bool {
    requirements.iter().all(|requirement| {
        let found = profile.binary_search_by_key(&requirement.skill, |(skill, _)| *skill);
        found.is_ok_and(|at| requirement.test.holds(&profile[at].1))
    })
}

/// How well a profile that meets the requirements does so: the sum of the proficiencies asked for,
/// those asked for with "at most" taken from 10, as Webex does.
pub(crate) fn score(profile: &Profile, requirements: &[Requirement]) -> u16 {
    let value = |skill: usize| {
        let at = profile.binary_search_by_key(&skill, |(skill, _)| *skill).ok()?;
        match profile[at].1 {
            Value::Proficiency(level) => Some(level),
            Value::Boolean(_) | Value::Text(_) => None,
        }
    };
    let points = requirements.iter().filter_map(|requirement| match requirement.test {
        Test::AtLeast(_) => value(requirement.skill),
        Test::AtMost(_) => value(requirement.skill).map(|it| MAX_PROFICIENCY.saturating_sub(it)),
        Test::Is(_) | Test::IsNot(_) => None,
    });
    points.map(u16::from).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skills() -> Skills {
        let skill = |name: &str, kind, values: &[&str]| Skill {
            name: name.into(),
            kind,
            values: values.iter().map(|it| (*it).to_owned()).collect(),
        };
        Skills::new(&[
            skill("english", SkillType::Proficiency, &[]),
            skill("vip", SkillType::Boolean, &[]),
            skill("region", SkillType::Text, &[]),
            skill("tier", SkillType::Enum, &["gold", "silver"]),
        ])
    }

    fn wanted(skill: &str, condition: SkillCondition, value: &str) -> SkillRequirement {
        SkillRequirement { skill: skill.into(), condition, value: value.into() }
    }

    #[test]
    fn each_comparison_against_an_agent() {
        use SkillCondition::{AtLeast, AtMost, Is, IsNot};
        let skills = skills();
        let profile: Profile = vec![
            (0, Value::Proficiency(7)),
            (1, Value::Boolean(true)),
            (3, Value::Text("gold".into())),
        ];
        for (skill, condition, value, met) in [
            ("english", AtLeast, "7", true),
            ("english", AtLeast, "8", false),
            ("english", AtMost, "7", true),
            ("english", AtMost, "6", false),
            ("vip", Is, "TRUE", true),
            ("vip", Is, "false", false),
            ("vip", IsNot, "false", true),
            ("tier", Is, "gold", true),
            ("tier", IsNot, "gold", false),
            ("tier", IsNot, "silver", true),
            ("region", Is, "north", false),
            ("region", IsNot, "north", false),
        ] {
            let requirements = skills.requirements(&[wanted(skill, condition, value)]).unwrap();
            assert_eq!(meets(&profile, &requirements), met, "{skill} {condition:?} {value}");
        }
        let both = [wanted("vip", Is, "true"), wanted("english", AtLeast, "9")];
        assert!(!meets(&profile, &skills.requirements(&both).unwrap()), "all must be met");
        assert!(meets(&profile, &[]));
    }

    #[test]
    fn wrong_requirements_are_named() {
        use SkillCondition::{AtLeast, Is};
        let skills = skills();
        for (requirement, expected) in [
            (wanted("welsh", Is, "1"), "no skill `welsh`"),
            (wanted("english", Is, "7"), "cannot be compared so"),
            (wanted("vip", AtLeast, "7"), "cannot be compared so"),
            (wanted("english", AtLeast, "11"), "cannot have the value `11`"),
            (wanted("english", AtLeast, "-1"), "cannot have the value `-1`"),
            (wanted("vip", Is, "yes"), "cannot have the value `yes`"),
            (wanted("tier", Is, "bronze"), "cannot have the value `bronze`"),
        ] {
            let problem = skills.requirements(&[requirement]).unwrap_err();
            assert!(problem.to_string().contains(expected), "{problem}");
        }
        let many = vec![wanted("vip", Is, "true"); MAX_REQUIREMENTS + 1];
        assert_eq!(skills.requirements(&many), Err(SkillProblem::TooMany));
        let long = wanted("region", Is, &"x".repeat(MAX_TEXT + 1));
        assert!(skills.requirements(&[long]).is_err());
    }

    #[test]
    fn order_and_repetition_do_not_make_another_set() {
        use SkillCondition::Is;
        let (a, b) = (wanted("vip", Is, "true"), wanted("tier", Is, "gold"));
        let one = skills().requirements(&[a.clone(), b.clone()]);
        assert_eq!(one, skills().requirements(&[b, a.clone(), a]));
    }
}

//! Agents: their teams and skills exist, and the skills' values fit.

use std::collections::HashMap;

use super::{Names, ParseOptions, Path, Report, Tenant, did_you_mean, shown, teams};
use crate::tenant::Skill;
use crate::tenant::routing::{SkillType, SkillValue};

/// Reports teams and skills that do not exist, and values that do not fit.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    let teams = teams(tenant);
    let names = tenant.skills.iter().map(|skill| (skill.name.as_str(), skill.name.as_str()));
    let names = Names::new("skill", "skills", names);
    let skills: HashMap<&str, &Skill> =
        tenant.skills.iter().map(|skill| (skill.name.as_str(), skill)).collect();
    for (index, agent) in tenant.agents.iter().enumerate() {
        let path = Path::root("agents").index(index);
        for (position, team) in agent.teams.iter().enumerate() {
            teams.check(team, &path.key("teams").index(position), report);
        }
        for (name, value) in &agent.skills {
            let path = path.key("skills").key(name);
            match skills.get(name.as_str()) {
                Some(skill) => fits(skill, value, &path, report),
                None => names.check(name, &path, report),
            }
        }
    }
}

fn fits(skill: &Skill, value: &SkillValue, path: &Path, report: &mut Report<'_>) {
    let problem = match (skill.kind, value) {
        (SkillType::Boolean, SkillValue::Boolean(_))
        | (SkillType::Proficiency, SkillValue::Proficiency(0..=10))
        | (SkillType::Text, SkillValue::Text(_)) => return,
        (SkillType::Enum, SkillValue::Text(text)) if skill.values.contains(text) => return,
        (SkillType::Enum, SkillValue::Text(text)) => {
            let guess = did_you_mean(text, skill.values.iter().map(String::as_str));
            format!("{} is none of its values ({}){guess}", shown(text), skill.values.join(", "))
        }
        (SkillType::Boolean, SkillValue::Proficiency(_) | SkillValue::Text(_)) => {
            "expected true or false".to_owned()
        }
        (SkillType::Proficiency, SkillValue::Proficiency(number)) => {
            format!("{number} is out of range (allowed: 0 to 10)")
        }
        (SkillType::Proficiency, SkillValue::Boolean(_) | SkillValue::Text(_)) => {
            "expected a number from 0 to 10".to_owned()
        }
        (SkillType::Text, SkillValue::Boolean(_) | SkillValue::Proficiency(_)) => {
            "expected text; put quotes around it".to_owned()
        }
        (SkillType::Enum, SkillValue::Boolean(_) | SkillValue::Proficiency(_)) => {
            format!("expected one of its values ({}), in quotes", skill.values.join(", "))
        }
    };
    report.at(path, || format!("the skill {} does not fit: {problem}", shown(&skill.name)));
}

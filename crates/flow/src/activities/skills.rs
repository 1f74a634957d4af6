//! What agents must be able to do, as the queue activities write it: requirements, and relaxations
//! that replace them after some time.

use trunkline_model::Failure;
use trunkline_model::routing::{Relaxation, SkillCondition, SkillRequirement};

use crate::diagnostic::Severity;
use crate::json::Json;
use crate::read::{Properties, Templated};
use crate::run::Cx;

/// The most skill requirements of one list, and the most relaxations.
const MAX_SKILLS: usize = 50;

/// Seconds before a relaxation that does not say (the editor's default).
const DEFAULT_WAIT_S: u32 = 60;

/// The longest time before a relaxation: a day, as long as anybody waits.
const MAX_WAIT_S: u32 = 86_400;

/// `skills`
#[derive(Debug)]
pub(super) struct Skills {
    /// `requirements`
    requirements: Vec<Skill>,
    /// `relaxations`, unless `relaxationToggle` is off
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    /// `waitingPeriod`, in seconds after the step before
    after_s: u32,
    requirements: Vec<Skill>,
}

#[derive(Debug)]
struct Skill {
    name: String,
    condition: SkillCondition,
    value: Templated,
}

impl Skills {
    pub(super) fn read(properties: &mut Properties<'_>) -> Self {
        let skills = properties.raw("skills");
        let requirements = read_list(properties, skills.get("requirements"), &["requirements"]);
        let is_on = skills.get("relaxationToggle").as_bool().unwrap_or(true);
        let relaxations = skills.get("relaxations").elements();
        let mut steps = Vec::new();
        for (place, json) in relaxations.iter().take(MAX_SKILLS).filter(|_| is_on).enumerate() {
            let place = place.to_string();
            let path = ["relaxations", &place, "requirements"];
            let requirements = read_list(properties, json.get("requirements"), &path);
            steps.push(Step { after_s: waiting_period_s(json), requirements });
        }
        Self { requirements, steps }
    }

    pub(super) fn templates(&self) -> impl Iterator<Item = &Templated> {
        let steps = self.steps.iter().flat_map(|step| &step.requirements);
        self.requirements.iter().chain(steps).map(|skill| &skill.value)
    }

    /// What the agent must be able to do at once, and what later on.
    pub(super) fn render(
        &self,
        cx: &Cx<'_>,
    ) -> Result<(Vec<SkillRequirement>, Vec<Relaxation>), Failure> {
        let step = |step: &Step| {
            let skills = render(cx, &step.requirements)?;
            Ok(Relaxation { after_s: step.after_s, skills })
        };
        let relaxations: Result<_, Failure> = self.steps.iter().map(step).collect();
        Ok((render(cx, &self.requirements)?, relaxations?))
    }
}

fn render(cx: &Cx<'_>, skills: &[Skill]) -> Result<Vec<SkillRequirement>, Failure> {
    let render = |skill: &Skill| {
        Ok(SkillRequirement {
            skill: skill.name.clone(),
            condition: skill.condition,
            value: cx.text(&skill.value)?.trim().to_owned(),
        })
    };
    skills.iter().map(render).collect()
}

fn waiting_period_s(json: &Json) -> u32 {
    // A number as text, or as a number.
    let text = json.get("waitingPeriod").to_text();
    let seconds = text.trim_matches('"').trim().parse().unwrap_or(DEFAULT_WAIT_S);
    seconds.min(MAX_WAIT_S)
}

fn read_list(properties: &mut Properties<'_>, list: &Json, path: &[&str]) -> Vec<Skill> {
    let mut skills = Vec::new();
    for (place, json) in list.elements().iter().take(MAX_SKILLS).enumerate() {
        let name = json.get("skillName").as_text().or(json.get("skillId").as_text());
        let word = json.get("condition").as_text().unwrap_or_default();
        let (Some(name), Some(condition)) = (name, condition(word)) else {
            let text = format!("the skill requirement {} cannot be understood", json.to_text());
            properties.report("skill-requirement", Severity::Warning, &["skills"], text, None);
            continue;
        };
        let place = place.to_string();
        let mut full = vec!["skills"];
        full.extend(path);
        full.extend([place.as_str(), "skillValue"]);
        let value = properties.template_of(skill_value(json), "skills", &full);
        skills.push(Skill { name: name.to_owned(), condition, value });
    }
    skills
}

fn skill_value(json: &Json) -> &Json {
    ["skillValue", "value", "skillValueVariable"]
        .into_iter()
        .map(|key| json.get(key))
        .find(|value| !value.is_null())
        .unwrap_or(&Json::Null)
}

fn condition(word: &str) -> Option<SkillCondition> {
    Some(match word.to_ascii_lowercase().as_str() {
        "gte" | ">=" | "ge" => SkillCondition::AtLeast,
        "lte" | "<=" | "le" => SkillCondition::AtMost,
        "eq" | "is" | "==" | "=" => SkillCondition::Is,
        "neq" | "ne" | "is_not" | "isnot" | "!=" => SkillCondition::IsNot,
        _ => return None,
    })
}

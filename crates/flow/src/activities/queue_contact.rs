//! `queue-contact` (Queue Contact): puts the contact into a queue and goes on at once.
//!
//! Ports: `default`, `failure`. Outputs `QueueId`, `FailureCode`, `FailureDescription`. The flow
//! goes on with the queue's treatment (music, messages) until an agent answers.

use trunkline_model::routing::{Priority, SkillCondition, SkillRequirement};
use trunkline_model::{Failure, FailureCode};

use crate::diagnostic::Severity;
use crate::json::Json;
use crate::read::{Properties, Templated};
use crate::run::{Cx, Effect};

use super::queues::QueueChoice;
use super::{Activity, Descriptor, Need, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "queue-contact",
    title: "Queue Contact",
    summary: "Puts the contact into a queue; the flow goes on.",
    ports: &["default", "failure"],
    outputs: &["QueueId", "FailureCode", "FailureDescription"],
    loop_limit: Some(100),
    is_caller_facing: true,
    read,
    ..Descriptor::PLAIN
};

/// Webex's number for a contact that an agent has.
const OWNER_ASSIGNED_TO_INTERACTION: i32 = 8;

/// Webex's number for an operation that does not fit the contact's state.
const INVALID_OPERATION_FOR_INTERACTION_STATE: i32 = 12;

/// The most skill requirements of one activity.
const MAX_SKILLS: usize = 50;

#[derive(Debug)]
struct QueueContact {
    queue: QueueChoice,
    /// `priority`, or `priorityVariable` when `priorityRadioGroup` says so; `toggle` switches it.
    priority: Option<Templated>,
    /// `skills.requirements`
    skills: Vec<Skill>,
    /// `toggleAgentAvailability`
    checks_availability: bool,
}

#[derive(Debug)]
struct Skill {
    name: String,
    condition: SkillCondition,
    value: Templated,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let is_variable = properties.text("priorityRadioGroup") == Some("variablePriority");
    let key = if is_variable { "priorityVariable" } else { "priority" };
    let is_on = properties.raw("toggle").as_bool().unwrap_or(true);
    let is_chosen = is_on && properties.text(key).is_some();
    let priority = is_chosen.then(|| properties.template(key));
    Box::new(QueueContact {
        queue: QueueChoice::read(properties),
        priority,
        skills: read_skills(properties),
        checks_availability: properties.flag("toggleAgentAvailability"),
    })
}

fn read_skills(properties: &mut Properties<'_>) -> Vec<Skill> {
    let requirements = properties.raw("skills").get("requirements").elements();
    let mut skills = Vec::new();
    for (place, json) in requirements.iter().take(MAX_SKILLS).enumerate() {
        let name = json.get("skillName").as_text().or(json.get("skillId").as_text());
        let word = json.get("condition").as_text().unwrap_or_default();
        let (Some(name), Some(condition)) = (name, condition(word)) else {
            let text = format!("the skill requirement {} cannot be understood", json.to_text());
            properties.report("skill-requirement", Severity::Warning, &["skills"], text, None);
            continue;
        };
        let place = place.to_string();
        let path = ["skills", "requirements", &place, "skillValue"];
        let value = properties.template_of(skill_value(json), "skills", &path);
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

impl Activity for QueueContact {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.enqueue(cx).into()
    }

    fn templates(&self) -> Vec<&Templated> {
        let skills = self.skills.iter().map(|skill| &skill.value);
        self.queue.templates().into_iter().chain(&self.priority).chain(skills).collect()
    }

    fn needs(&self) -> Vec<Need<'_>> {
        self.queue.needs()
    }
}

impl QueueContact {
    fn enqueue(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        if !cx.is_caller_there() {
            let text = "the caller is gone: the contact cannot be queued";
            let number = INVALID_OPERATION_FOR_INTERACTION_STATE;
            return Err(Failure::numbered(FailureCode::State, number, text));
        }
        if cx.is_with_agent() {
            let text = "the caller talks to an agent: the contact cannot be queued";
            let number = OWNER_ASSIGNED_TO_INTERACTION;
            return Err(Failure::numbered(FailureCode::State, number, text));
        }
        let queue = self.queue.find(cx)?;
        let (id, name) = (queue.id.clone(), queue.name.clone());
        let priority = self.priority(cx)?;
        let skills = self.requirements(cx)?;
        cx.show_in("queue", |_| name.into());
        cx.show_in("priority", |_| i64::from(priority.get()).into());
        cx.set_output("QueueId", id.as_str().to_owned());
        cx.enter_queue();
        cx.emit(Effect::Enqueue {
            queue: id,
            priority,
            skills,
            check_availability: self.checks_availability,
        });
        Ok(Step::exit("default"))
    }

    fn priority(&self, cx: &Cx<'_>) -> Result<Priority, Failure> {
        let Some(template) = &self.priority else { return Ok(Priority::LOWEST) };
        let text = cx.text(template)?;
        // A variable may hold the editor's text, P1.
        let digits = text.trim().trim_start_matches(['P', 'p']);
        Ok(digits.parse().map_or(Priority::LOWEST, Priority::new))
    }

    fn requirements(&self, cx: &Cx<'_>) -> Result<Vec<SkillRequirement>, Failure> {
        let render = |skill: &Skill| {
            Ok(SkillRequirement {
                skill: skill.name.clone(),
                condition: skill.condition,
                value: cx.text(&skill.value)?.trim().to_owned(),
            })
        };
        self.skills.iter().map(render).collect()
    }
}

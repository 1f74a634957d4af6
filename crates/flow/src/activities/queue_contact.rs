//! `queue-contact` (Queue Contact): puts the contact into a queue and goes on at once.
//!
//! Ports: `default`, `failure`. Outputs `QueueId`, `FailureCode`, `FailureDescription`. The flow
//! goes on with the queue's treatment (music, messages) until an agent answers.
//!
//! In a queue by skills an agent must meet all of `skills.requirements`; `skills.relaxations`
//! replace them one after the other, each `waitingPeriod` seconds after the one before (60 without
//! one), if `relaxationToggle` is on. Requirements that cannot be met for a mistake in them are
//! left out: the contact goes to the agent who has been Available longest.
//! `toggleAgentAvailability`, or `agentAvailabilityVariable`, skips distribution groups in which
//! nobody is Available for the contact.

use trunkline_model::{Failure, FailureCode};

use crate::read::{Properties, Templated};
use crate::run::{Cx, Effect};

use super::queues::{PriorityChoice, QueueChoice};
use super::skills::Skills;
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

#[derive(Debug)]
struct QueueContact {
    queue: QueueChoice,
    /// `toggle` switches it.
    priority: PriorityChoice,
    skills: Skills,
    /// `toggleAgentAvailability`
    checks_availability: bool,
    /// `agentAvailabilityVariable`, in place of it
    availability: Option<Templated>,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let radio = properties.text("agentAvailabilityRadioGroup").unwrap_or_default();
    let has_variable = properties.text("agentAvailabilityVariable").is_some();
    let is_variable = has_variable && radio.starts_with("variable");
    let availability = is_variable.then(|| properties.template("agentAvailabilityVariable"));
    Box::new(QueueContact {
        queue: QueueChoice::read(properties),
        priority: PriorityChoice::read(properties, "toggle", true),
        skills: Skills::read(properties),
        checks_availability: properties.flag("toggleAgentAvailability"),
        availability,
    })
}

impl Activity for QueueContact {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.enqueue(cx).into()
    }

    fn templates(&self) -> Vec<&Templated> {
        let all = self.queue.templates().into_iter().chain(self.priority.templates());
        all.chain(&self.availability).chain(self.skills.templates()).collect()
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
        let priority = self.priority.find(cx)?;
        let (skills, relaxations) = self.skills.render(cx)?;
        let check_availability = self.checks_availability(cx)?;
        cx.show_in("queue", |_| name.into());
        cx.show_in("priority", |_| i64::from(priority.get()).into());
        cx.set_output("QueueId", id.as_str().to_owned());
        cx.enter_queue();
        cx.emit(Effect::Enqueue { queue: id, priority, skills, relaxations, check_availability });
        Ok(Step::exit("default"))
    }

    fn checks_availability(&self, cx: &Cx<'_>) -> Result<bool, Failure> {
        let Some(template) = &self.availability else { return Ok(self.checks_availability) };
        Ok(cx.text(template)?.trim().eq_ignore_ascii_case("true"))
    }
}

//! `advanced-queue-info` (Advanced Queue Information): a queue's figures by distribution group,
//! before or after queueing.
//!
//! Ports: `default`, `failure`. Outputs: `PIQ` and `PositionInQueue` (the same),
//! `LoggedOnAgentsCurrent`, `LoggedOnAgentsAll`, `AvailableAgentsCurrent`, `AvailableAgentsAll`,
//! `CurrentGroup`, `TotalGroups`. For a contact that is not in the queue the position is one behind
//! all that wait, and what depends on its group is -1. There is no estimated wait: Get Queue Info
//! has it. Queues by skills have no such figures: a failure (5).

use trunkline_model::routing::QueueFigures;
use trunkline_model::tenant::routing::RoutingType;
use trunkline_model::{Failure, FailureCode};

use crate::read::{Properties, Templated};
use crate::run::convert::whole;
use crate::run::{Cx, Effect, Wait};

use super::queues::QueueChoice;
use super::{Activity, Descriptor, Need, Resume, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "advanced-queue-info",
    title: "Advanced Queue Information",
    summary: "Asks for a queue's figures by distribution group.",
    ports: &["default", "failure"],
    outputs: &[
        "PIQ",
        "PositionInQueue",
        "LoggedOnAgentsCurrent",
        "LoggedOnAgentsAll",
        "AvailableAgentsCurrent",
        "AvailableAgentsAll",
        "CurrentGroup",
        "TotalGroups",
        "FailureCode",
        "FailureDescription",
    ],
    loop_limit: Some(1_500),
    read,
    ..Descriptor::PLAIN
};

/// Webex's number for figures that cannot be had.
const DATABASE_OPERATION_FAILURE: i32 = 4;

/// Webex's number for a queue that has no such figures.
const INVALID_QUEUE: i32 = 5;

/// Webex's number for a queue that is not there.
const QUEUE_NOT_FOUND: i32 = 2;

/// The lookback of an estimate that nobody reads, in minutes.
const LOOKBACK_MIN: u32 = 5;

#[derive(Debug)]
struct AdvancedQueueInfo {
    queue: QueueChoice,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    Box::new(AdvancedQueueInfo { queue: QueueChoice::read(properties) })
}

impl Activity for AdvancedQueueInfo {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.ask(cx).into()
    }

    fn resume(&self, cx: &mut Cx<'_>, event: Resume<'_>) -> Step {
        if let Resume::Figures(Some(figures)) = event {
            return answer(cx, figures);
        }
        let text = "the queue's figures could not be had";
        let number = DATABASE_OPERATION_FAILURE;
        Step::Fail(Failure::numbered(FailureCode::QueueUnknown, number, text))
    }

    fn templates(&self) -> Vec<&Templated> {
        self.queue.templates()
    }

    fn needs(&self) -> Vec<Need<'_>> {
        self.queue.needs()
    }
}

impl AdvancedQueueInfo {
    fn ask(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        let queue = self.queue.find(cx).map_err(|mut failure| {
            failure.number = QUEUE_NOT_FOUND;
            failure
        })?;
        let (id, name, routing) = (queue.id.clone(), queue.name.clone(), queue.routing);
        cx.show_in("queue", |_| name.clone().into());
        if routing == RoutingType::SkillsBased {
            let text = format!("the queue {name} goes by skills: it has no figures by group");
            return Err(Failure::numbered(FailureCode::Property, INVALID_QUEUE, text));
        }
        let ask = cx.new_id();
        cx.emit(Effect::QueryQueue { id: ask, queue: id, lookback_min: LOOKBACK_MIN });
        Ok(Step::Wait(Wait::Figures(ask)))
    }
}

fn answer(cx: &mut Cx<'_>, figures: &QueueFigures) -> Step {
    let is_queued = figures.current_group > 0;
    let current = |count: u32| if is_queued { i64::from(count) } else { -1 };
    let values = [
        ("PIQ", i64::from(figures.position)),
        ("PositionInQueue", i64::from(figures.position)),
        ("LoggedOnAgentsCurrent", current(figures.logged_on_agents_current)),
        ("LoggedOnAgentsAll", i64::from(figures.logged_on_agents_all)),
        ("AvailableAgentsCurrent", current(figures.available_agents_current)),
        ("AvailableAgentsAll", i64::from(figures.available_agents_all)),
        ("CurrentGroup", current(figures.current_group)),
        ("TotalGroups", i64::from(figures.total_groups)),
    ];
    for (name, value) in values {
        cx.set_output(name, whole(value));
    }
    Step::exit("default")
}

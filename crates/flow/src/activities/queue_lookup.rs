//! `queue-lookup` (Get Queue Info): a queue's figures, before or after queueing.
//!
//! Ports: `default`, `insufficientdata` (the position is good, the estimate is -1), `failure`.
//! Outputs: `PIQ` and `PositionInQueue` (the same), `EWT` in milliseconds, `LoggedOnAgentsCurrent`,
//! `LoggedOnAgentsAll`, `AvailableAgentsCurrent`, `AvailableAgentsAll`, `CallsQueuedNow`,
//! `OldestCallTime` in milliseconds.

use trunkline_model::routing::QueueFigures;
use trunkline_model::{Failure, FailureCode};

use crate::read::{Properties, Templated};
use crate::run::convert::whole;
use crate::run::{Cx, Effect, Wait};

use super::queues::QueueChoice;
use super::{Activity, Descriptor, Need, Resume, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "queue-lookup",
    title: "Get Queue Info",
    summary: "Asks for a queue's figures: position, estimated wait, agents.",
    ports: &["default", "insufficientdata", "failure"],
    outputs: &[
        "PIQ",
        "PositionInQueue",
        "EWT",
        "LoggedOnAgentsCurrent",
        "LoggedOnAgentsAll",
        "AvailableAgentsCurrent",
        "AvailableAgentsAll",
        "CallsQueuedNow",
        "OldestCallTime",
        "FailureCode",
        "FailureDescription",
    ],
    read,
    ..Descriptor::PLAIN
};

/// Webex's number for figures that cannot be had.
const SYSTEM_ERROR: i32 = 1;

#[derive(Debug)]
struct QueueLookup {
    queue: QueueChoice,
    /// `ewtLookbackMinutes`
    lookback_min: u32,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let lookback_min = properties.number("ewtLookbackMinutes", 5, 5..=240) as u32;
    Box::new(QueueLookup { queue: QueueChoice::read(properties), lookback_min })
}

impl Activity for QueueLookup {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.ask(cx).into()
    }

    fn resume(&self, cx: &mut Cx<'_>, event: Resume<'_>) -> Step {
        if let Resume::Figures(Some(figures)) = event {
            return answer(cx, figures);
        }
        let text = "the queue's figures could not be had";
        Step::Fail(Failure::numbered(FailureCode::QueueUnknown, SYSTEM_ERROR, text))
    }

    fn templates(&self) -> Vec<&Templated> {
        self.queue.templates()
    }

    fn needs(&self) -> Vec<Need<'_>> {
        self.queue.needs()
    }
}

impl QueueLookup {
    fn ask(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        let queue = self.queue.find(cx)?;
        let (queue, name) = (queue.id.clone(), queue.name.clone());
        cx.show_in("queue", |_| name.into());
        let id = cx.new_id();
        cx.emit(Effect::QueryQueue { id, queue, lookback_min: self.lookback_min });
        Ok(Step::Wait(Wait::Figures(id)))
    }
}

fn answer(cx: &mut Cx<'_>, figures: &QueueFigures) -> Step {
    let estimate = figures.estimated_wait_ms.and_then(|ms| i64::try_from(ms).ok());
    let oldest = i64::try_from(figures.oldest_call_ms).unwrap_or(i64::MAX);
    let values = [
        ("PIQ", i64::from(figures.position)),
        ("PositionInQueue", i64::from(figures.position)),
        ("EWT", estimate.unwrap_or(-1)),
        ("LoggedOnAgentsCurrent", i64::from(figures.logged_on_agents_current)),
        ("LoggedOnAgentsAll", i64::from(figures.logged_on_agents_all)),
        ("AvailableAgentsCurrent", i64::from(figures.available_agents_current)),
        ("AvailableAgentsAll", i64::from(figures.available_agents_all)),
        ("CallsQueuedNow", i64::from(figures.calls_queued_now)),
        ("OldestCallTime", oldest),
    ];
    for (name, value) in values {
        cx.set_output(name, whole(value));
    }
    Step::exit(if estimate.is_some() { "default" } else { "insufficientdata" })
}

//! `set-contact-priority` (Set Contact Priority): changes the priority of a contact that waits in a
//! queue, at once.
//!
//! Ports: `default`, `failure`. `priority`, 1 (the highest) to 9, or `priorityVariable` when
//! `priorityRadioGroup` is `variablePriority`; anything else is 10, the lowest. The contact keeps
//! its first enqueue time. A contact that waits in no queue is a failure (6).

use trunkline_model::{Failure, FailureCode};

use crate::read::{Properties, Templated};
use crate::run::{Cx, Effect};

use super::queues::PriorityChoice;
use super::{Activity, Descriptor, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "set-contact-priority",
    title: "Set Contact Priority",
    summary: "Changes the priority of a contact that waits in a queue.",
    ports: &["default", "failure"],
    loop_limit: Some(100),
    read,
    ..Descriptor::PLAIN
};

/// Webex's number for a priority that cannot be set.
const SYSTEM_ERROR: i32 = 6;

#[derive(Debug)]
struct SetContactPriority {
    priority: PriorityChoice,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    // There is no switch: the activity is there to set it.
    Box::new(SetContactPriority { priority: PriorityChoice::read(properties, "", true) })
}

impl Activity for SetContactPriority {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.set(cx).into()
    }

    fn templates(&self) -> Vec<&Templated> {
        self.priority.templates().collect()
    }
}

impl SetContactPriority {
    fn set(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        let priority = self.priority.find(cx)?;
        cx.show_in("priority", |_| i64::from(priority.get()).into());
        if !cx.is_queued() {
            let text = "the contact waits in no queue: it has no priority";
            return Err(Failure::numbered(FailureCode::State, SYSTEM_ERROR, text));
        }
        cx.emit(Effect::SetPriority { priority });
        Ok(Step::exit("default"))
    }
}

//! `escalate-cdg` (Escalate Call Distribution Group): lets distribution groups of the contact's
//! queue join before their time.
//!
//! Ports: `default`, `error`. `callDistributionGroup`: `nextGroup` adds the next group's teams,
//! `lastGroup` those of all groups. Outputs `CurrentGroup`, `TotalGroups`. Failures: 2, the contact
//! waits in no queue; 1, its queue has no groups, or it waits for one agent. At the last group
//! nothing changes and nothing fails.

use trunkline_model::routing::RoutingReply;
use trunkline_model::{Failure, FailureCode};

use crate::read::Properties;
use crate::run::convert::whole;
use crate::run::{Cx, Effect, Wait};

use super::{Activity, Descriptor, Resume, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "escalate-cdg",
    title: "Escalate Call Distribution Group",
    summary: "Lets more distribution groups serve the contact before their time.",
    ports: &["default", "error"],
    outputs: &["CurrentGroup", "TotalGroups", "FailureCode", "FailureDescription"],
    loop_limit: Some(750),
    read,
    ..Descriptor::PLAIN
};

/// Webex's number for a queue that cannot be escalated.
const INVALID_REQUEST: i32 = 1;

/// Webex's number for a contact that waits in no queue.
const CONTACT_NOT_QUEUED: i32 = 2;

#[derive(Debug)]
struct EscalateCdg {
    /// `callDistributionGroup`
    all: bool,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    Box::new(EscalateCdg { all: properties.text("callDistributionGroup") == Some("lastGroup") })
}

impl Activity for EscalateCdg {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        let all = self.all;
        cx.show_in("group", |_| if all { "last" } else { "next" }.into());
        if !cx.is_queued() {
            return Step::Fail(not_queued());
        }
        let id = cx.new_id();
        cx.emit(Effect::Escalate { id, all });
        Step::Wait(Wait::Reply(id))
    }

    fn resume(&self, cx: &mut Cx<'_>, event: Resume<'_>) -> Step {
        let Resume::Routed(reply) = event else { return Step::Fail(not_queued()) };
        match reply {
            RoutingReply::Groups { current, total } => {
                cx.set_output("CurrentGroup", whole(i64::from(*current)));
                cx.set_output("TotalGroups", whole(i64::from(*total)));
                Step::exit("default")
            }
            RoutingReply::NoGroups => {
                let text = "the contact's queue has no distribution groups";
                Step::Fail(Failure::numbered(FailureCode::State, INVALID_REQUEST, text))
            }
            RoutingReply::NotQueued | RoutingReply::ToAgent(_) => Step::Fail(not_queued()),
        }
    }
}

fn not_queued() -> Failure {
    let text = "the contact waits in no queue: it has no distribution group";
    Failure::numbered(FailureCode::State, CONTACT_NOT_QUEUED, text)
}

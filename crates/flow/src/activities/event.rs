//! Event activities: where an event flow begins.
//!
//! Ports: `out`. Outputs belong to the event and can be read in its own flow only.

use crate::read::Properties;
use crate::run::Cx;

use super::{Activity, Descriptor, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "event",
    title: "Event",
    summary: "An event flow begins: something happened to the contact.",
    ports: &["out"],
    outputs: &[],
    read,
    ..Descriptor::PLAIN
};

/// Names of an event's outputs, by its specification.
pub fn outputs_of(specification: &str) -> &'static [&'static str] {
    match crate::flow::bare_specification(specification) {
        "AgentContactAssigned" | "AgentOfferContact" => &[
            "AgentId",
            "AgentName",
            "AgentEmailId",
            "AgentSessionId",
            "QueueId",
            "QueueName",
            "TeamId",
            "TeamName",
            "TenantId",
            "CAD",
            "CallAssociatedData",
        ],
        "ContactLastAgentRemoved" | "ContactEnded" => {
            &["AgentId", "AgentEmailId", "QueueId", "TeamId", "InboundChannel", "RoutingStrategyId"]
        }
        "ContactPredial" => &[
            "direction",
            "participantType",
            "dialNumber",
            "otherPartyDn",
            "epDn",
            "agentSelectedAni",
            "operationType",
        ],
        "ContactOutboundCampaignResult" => &["CPAResult", "CPAResultCode"],
        "ContactCallbackFailed" => &["reason"],
        "GlobalErrorHandling" => &["FailureCode", "FailureDescription"],
        _ => &[],
    }
}

#[derive(Debug)]
struct Event {
    name: String,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let name = properties.text("event").or(properties.text("displayName")).unwrap_or_default();
    Box::new(Event { name: name.to_owned() })
}

impl Activity for Event {
    fn start(&self, _: &mut Cx<'_>) -> Step {
        Step::exit("out")
    }

    fn event_name(&self) -> Option<&str> {
        (!self.name.is_empty()).then_some(&self.name)
    }
}

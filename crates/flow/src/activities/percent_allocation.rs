//! `percent-allocation` (Percent Allocation): spreads contacts over ways by weight.
//!
//! Ports: the ways' places (`0`, `1`, …), `error`. Outputs `percentage` and `description` of the
//! way taken. It is a weighted round robin, not random.

use std::borrow::Cow;

use trunkline_model::{Failure, FailureCode};

use crate::diagnostic::Severity;
use crate::json;
use crate::read::Properties;
use crate::run::convert::whole;
use crate::run::{Cx, Effect, Wait};

use super::{Activity, Descriptor, Resume, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "percent-allocation",
    title: "Percent Allocation",
    summary: "Spreads contacts over several ways by weight.",
    ports: &["error"],
    outputs: &["percentage", "description", "FailureCode", "FailureDescription"],
    read,
    ..Descriptor::PLAIN
};

/// The most ways; Webex's editor stops at ten.
const MAX_WAYS: usize = 100;

#[derive(Debug)]
struct PercentAllocation {
    /// `allocations` (ports) with `allocations:input` (JSON texts) at the same places.
    ways: Vec<Way>,
}

#[derive(Debug)]
struct Way {
    port: String,
    percent: u32,
    description: String,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let inputs = properties.list_beside("allocations");
    let ports = properties.raw("allocations").elements().iter().take(MAX_WAYS);
    let way = |(port, input): (&json::Json, &json::Json)| {
        let parsed = json::read(input.as_text().unwrap_or_default()).unwrap_or(json::Json::Null);
        let percent = parsed.get("percent").as_text().and_then(|text| text.parse().ok());
        Way {
            port: port.as_text().unwrap_or_default().to_owned(),
            percent: percent.unwrap_or(0),
            description: parsed.get("desc").as_text().unwrap_or_default().to_owned(),
        }
    };
    let ways: Vec<_> = ports.zip(inputs).map(way).collect();
    let total: u32 = ways.iter().map(|way| way.percent.min(1_000)).sum();
    if total != 100 {
        let text = format!("the percentages add up to {total}, not to 100");
        properties.report("percentages", Severity::Error, &["allocations:input"], text, None);
    }
    Box::new(PercentAllocation { ways })
}

impl Activity for PercentAllocation {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        if self.ways.iter().all(|way| way.percent == 0) {
            let text = "allocations: no way has a percentage above 0";
            return Step::Fail(Failure::new(FailureCode::Property, text));
        }
        let id = cx.new_id();
        let flow = cx.flow();
        let counter = format!("{}/{}/{}", flow.id, flow.version, cx.label());
        let weights = self.ways.iter().map(|way| way.percent).collect();
        cx.emit(Effect::Allocate { id, counter, weights });
        Step::Wait(Wait::Allocation(id))
    }

    fn resume(&self, cx: &mut Cx<'_>, event: Resume<'_>) -> Step {
        let way = match event {
            Resume::Allocated(index) => self.ways.get(index),
            Resume::Http(_)
            | Resume::Played
            | Resume::Digit(_)
            | Resume::Timer
            | Resume::Transfer(_)
            | Resume::DigitsSent
            | Resume::Recorded(_)
            | Resume::Figures(_)
            | Resume::Routed(_)
            | Resume::Returned { .. } => None,
        };
        let Some(way) = way else {
            let text = "no way was allocated";
            return Step::Fail(Failure::new(FailureCode::Property, text));
        };
        cx.set_output("percentage", whole(i64::from(way.percent)));
        cx.set_output("description", way.description.clone());
        Step::Exit(Cow::Owned(way.port.clone()))
    }

    fn own_ports(&self) -> Vec<String> {
        self.ways.iter().map(|way| way.port.clone()).collect()
    }
}

//! `subflow-handoff` (Subflow): runs a subflow and goes on when it ends.
//!
//! Ports: `default`, `error`. `subflowInputVariables` go from the caller to the subflow,
//! `subflowOutputVariables` back. In both lists `src` names the caller's variable and `target` the
//! subflow's, in every real export. A subflow cannot call a subflow; global
//! variables of the caller are not visible in it; the caller's event flows stay in charge.

use std::sync::Arc;

use trunkline_expr::Value;
use trunkline_model::{Failure, FailureCode};

use crate::json::Json;
use crate::read::Properties;
use crate::run::{Assignment, Cx};

use super::{Activity, Descriptor, Need, Resume, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "subflow-handoff",
    title: "Subflow",
    summary: "Runs a subflow and goes on when it ends.",
    read,
    ..Descriptor::PLAIN
};

#[derive(Debug)]
struct SubflowHandoff {
    /// `subflowId`
    id: String,
    /// `subflowName`
    name: String,
    /// `subflowInputVariables`
    inputs: Vec<Mapping>,
    /// `subflowOutputVariables`
    outputs: Vec<Mapping>,
}

#[derive(Debug)]
struct Mapping {
    /// `src`: the caller's variable.
    ours: String,
    /// `target`: the subflow's variable.
    theirs: String,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    Box::new(SubflowHandoff {
        id: properties.text("subflowId").unwrap_or_default().to_owned(),
        name: properties.text("subflowName").unwrap_or_default().to_owned(),
        inputs: mappings(properties.raw("subflowInputVariables")),
        outputs: mappings(properties.raw("subflowOutputVariables")),
    })
}

fn mappings(json: &Json) -> Vec<Mapping> {
    let read = |json: &Json| {
        let text = |key| json.get(key).as_text().filter(|text: &&str| !text.is_empty());
        Some(Mapping { ours: text("src")?.to_owned(), theirs: text("target")?.to_owned() })
    };
    json.elements().iter().filter_map(read).collect()
}

impl Activity for SubflowHandoff {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        let Some(flow) = cx.site().subflow(&self.id, &self.name).map(Arc::clone) else {
            let text = format!(
                "there is no subflow {:?} ({}); name its export under `flows:` in tenant.yaml",
                self.name, self.id
            );
            return Step::Fail(Failure::new(FailureCode::Target, text));
        };
        cx.show_in("subflow", |_| self.name.as_str().into());
        let value = |mapping: &Mapping| {
            let value = cx.lookup(&mapping.ours).unwrap_or(Value::Null);
            Assignment { name: mapping.theirs.clone(), value, is_set: cx.is_set(&mapping.ours) }
        };
        let inputs = self.inputs.iter().map(value).collect();
        Step::Call { flow, inputs }
    }

    fn resume(&self, cx: &mut Cx<'_>, event: Resume<'_>) -> Step {
        let Resume::Returned { scope } = event else { return Step::exit("default") };
        for mapping in &self.outputs {
            let Some(theirs) = cx.subflow_variable(scope, &mapping.theirs) else { continue };
            if let Err(failure) = cx.assign(&mapping.ours, theirs.value) {
                return Step::Fail(failure);
            }
            if !theirs.is_set {
                cx.mark_unset(&mapping.ours);
            }
        }
        Step::exit("default")
    }

    fn assigns(&self) -> Vec<&str> {
        self.outputs.iter().map(|mapping| mapping.ours.as_str()).collect()
    }

    fn hands_over(&self) -> Vec<&str> {
        self.inputs.iter().map(|mapping| mapping.ours.as_str()).collect()
    }

    fn needs(&self) -> Vec<Need<'_>> {
        vec![Need::Subflow { id: &self.id, name: &self.name }]
    }
}

//! `hand-off` (Go To): another flow takes the place of this one, its event flows too.
//!
//! Ports: `error` (the target does not exist). The target is a flow or an entry point. Variables
//! of the same name and type are handed over; JSON variables are not, nor secure ones to
//! variables that are not secure. Chosen mappings come on top.

use std::sync::Arc;

use trunkline_model::tenant::VariableType;
use trunkline_model::{Failure, FailureCode};

use crate::flow::Flow;
use crate::read::{Properties, Templated};
use crate::run::{Assignment, Cx};

use super::{Activity, Descriptor, Need, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "hand-off",
    title: "Go To",
    summary: "Another flow takes the place of this one.",
    ports: &["error"],
    is_caller_facing: true,
    read,
    ..Descriptor::PLAIN
};

/// How often a contact may go to another flow.
const MAX_HAND_OFFS: usize = 100;

#[derive(Debug)]
struct HandOff {
    /// `handOffFlow.handOffTo`; an expression when `handOffFlow.isDynamic`.
    target: Templated,
    /// `handOffFlow.handOffToName`
    name: String,
    /// `handOffFlow.isEntryPoint`
    is_entry_point: bool,
    /// `flowVariableMapping` or `variableMapping`: source and target names.
    mappings: Vec<(String, String)>,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let target = properties.raw("handOffFlow");
    let mapping = ["flowVariableMapping", "variableMapping", "handOffVariables"]
        .into_iter()
        .find(|key| !properties.raw(key).elements().is_empty());
    let mappings = mapping.map_or(&[][..], |key| properties.raw(key).elements()).iter();
    let pair = |json: &crate::json::Json| {
        Some((json.get("src").as_text()?.to_owned(), json.get("target").as_text()?.to_owned()))
    };
    Box::new(HandOff {
        target: properties.template_of(
            target.get("handOffTo"),
            "handOffFlow",
            &["handOffFlow", "handOffTo"],
        ),
        name: target.get("handOffToName").as_text().unwrap_or_default().to_owned(),
        is_entry_point: target.get("isEntryPoint").as_bool().unwrap_or(false),
        mappings: mappings.filter_map(pair).collect(),
    })
}

impl Activity for HandOff {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.go(cx).into()
    }

    fn templates(&self) -> Vec<&Templated> {
        vec![&self.target]
    }

    fn hands_over(&self) -> Vec<&str> {
        self.mappings.iter().map(|(source, _)| source.as_str()).collect()
    }

    fn needs(&self) -> Vec<Need<'_>> {
        if self.is_entry_point || !self.target.references().is_empty() {
            return Vec::new();
        }
        vec![Need::Flow { id: self.target.source(), name: &self.name }]
    }
}

impl HandOff {
    fn go(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        cx.require_caller()?;
        let wanted = cx.text(&self.target)?.trim().to_owned();
        let flow = self.find(cx, &wanted)?;
        if cx.hand_off_count() >= MAX_HAND_OFFS {
            let text = format!("the contact went to another flow more than {MAX_HAND_OFFS} times");
            return Err(Failure::new(FailureCode::LoopLimit, text));
        }
        let mut inputs = cx.same_variables(&flow);
        for (source, name) in &self.mappings {
            if let Some(why) = barred(cx.flow(), source, &flow, name) {
                cx.warn(|| format!("{source} is not handed over: {why}"));
            } else if let Some(value) = cx.lookup(source) {
                inputs.push(Assignment { name: name.clone(), value, is_set: true });
            }
        }
        let name = flow.name.clone();
        cx.show_in("flow", |_| name.into());
        Ok(Step::GoTo { flow, inputs })
    }

    fn find(&self, cx: &Cx<'_>, wanted: &str) -> Result<Arc<Flow>, Failure> {
        let site = cx.site();
        let entry_point = || {
            let tenant = &site.tenant;
            let by_id = tenant.entry_point(wanted);
            site.flow_of(by_id.or_else(|| tenant.entry_point(&self.name))?)
        };
        let name = if self.name.is_empty() { wanted } else { &self.name };
        let found = if self.is_entry_point { entry_point() } else { site.flow(wanted, name) };
        if let Some(flow) = found.filter(|flow| flow.start.is_none()) {
            let text = format!("the flow {} has no start activity", flow.name);
            return Err(Failure::new(FailureCode::Target, text));
        }
        found.cloned().ok_or_else(|| {
            let kind = if self.is_entry_point { "entry point" } else { "flow" };
            let text = format!(
                "there is no {kind} {wanted:?} ({name}); name its export under `flows:` in \
                 tenant.yaml"
            );
            Failure::new(FailureCode::Target, text)
        })
    }
}

/// Why a variable may not be handed over (as in Webex).
fn barred(ours: &Flow, source: &str, theirs: &Flow, name: &str) -> Option<&'static str> {
    let variable = &ours.variables[ours.variable(source)?];
    if variable.kind == VariableType::Json {
        return Some("it is a JSON variable");
    }
    let target = theirs.variable(name).map(|place| &theirs.variables[place])?;
    let leaks = variable.is_secure && !target.is_secure;
    leaks.then_some("it is secure and the variable of the other flow is not")
}

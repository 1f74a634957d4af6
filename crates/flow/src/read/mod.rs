//! Reads an exported flow.

mod graph;
mod json_prints;
mod properties;
mod templated;
mod variables;

use std::collections::{HashMap, HashSet};

use trunkline_model::FlowId;
use trunkline_model::tenant::VariableType;

use crate::diagnostic::{Diagnostic, Severity};
use crate::flow::{Flow, FlowKind, Variable};
use crate::json::{self, Json};

pub use properties::Properties;
pub use templated::{TemplateFault, Templated};
pub(crate) use variables::default_value;

/// Why a text is no flow at all. Anything less is a [`Diagnostic`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// The text is no JSON, or too large, or nested too deep.
    #[error("this is not a flow export: {0}")]
    Json(#[from] json::ReadError),
    /// The JSON is something else.
    #[error("this is not a flow export: {reason}")]
    NotAFlow {
        /// What is missing, and what the file looks like instead.
        reason: String,
    },
}

impl Flow {
    /// Reads an exported flow. Strange content is kept and reported, never refused.
    pub fn read(text: &str) -> Result<(Flow, Vec<Diagnostic>), FlowError> {
        let source = json::read(text)?;
        recognise(&source)?;
        let mut found = Vec::new();
        let mut variables = variables::read(&source, &mut found);
        let json: Vec<_> = variables.iter().filter(|it| it.kind == VariableType::Json).collect();
        let json = json.into_iter().map(|variable| variable.name.clone()).collect();
        let graph = graph::read(&source, &json, &mut found);
        mark_assigned(&mut variables, &graph.nodes, &mut found);
        let label_index = index(graph.nodes.iter().map(|node| &node.label));
        let mut flow = Flow {
            id: FlowId::new(source.get("flowId").as_text().unwrap_or_default()),
            name: source.get("name").as_text().unwrap_or_default().to_owned(),
            version: integer(source.get("version")),
            kind: kind(&source),
            has_secure_variables: variables.iter().any(|variable| variable.is_secure),
            variable_index: index(variables.iter().map(|variable| &variable.name)),
            variables,
            label_index,
            attributes_read: attributes(&graph.nodes),
            nodes: graph.nodes,
            start: graph.start,
            events: graph.events,
            pop_over: pop_over(&source),
            source,
        };
        if flow.start.is_none() {
            found.push(Diagnostic::new("no-start", Severity::Error, "the flow has no start"));
        }
        mark_secret(&mut flow);
        Ok((flow, found))
    }
}

fn recognise(source: &Json) -> Result<(), FlowError> {
    let fault = |reason: &str| Err(FlowError::NotAFlow { reason: reason.to_owned() });
    if !matches!(source, Json::Object(_)) {
        return fault("the file holds no JSON object");
    }
    if source.find("nodes").is_some() && source.find("process").is_none() {
        return fault(
            "it looks like the flow store's v2 format (nodes and edges); export the flow with \
             Flow Designer's Export instead",
        );
    }
    if !matches!(source.get("process").get("activities"), Json::Object(_)) {
        return fault("there is no object process.activities, which every export has");
    }
    Ok(())
}

fn kind(source: &Json) -> FlowKind {
    match source.get("flowType").as_text() {
        Some(text) if text.eq_ignore_ascii_case("SUBFLOW") => FlowKind::Subflow,
        Some(_) | None => FlowKind::Flow,
    }
}

fn integer(value: &Json) -> i64 {
    value.as_text().and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn pop_over(source: &Json) -> Vec<String> {
    let entries = source.get("variableOrders").get("pop-over").elements().iter();
    entries.filter_map(|entry| entry.get("name").as_text().map(str::to_owned)).collect()
}

fn index<'n>(names: impl Iterator<Item = &'n Box<str>>) -> HashMap<Box<str>, usize> {
    let mut index = HashMap::new();
    for (place, name) in names.enumerate() {
        index.entry(name.clone()).or_insert(place);
    }
    index
}

/// The attributes that expressions and parse activities read, in lower case.
fn attributes(nodes: &[crate::flow::Node]) -> HashSet<Box<str>> {
    let mut attributes = HashSet::new();
    for node in nodes {
        for template in node.activity.templates() {
            let references = template.references().iter();
            let read = references.flat_map(|reference| reference.attributes.iter());
            attributes.extend(read.map(|name| name.to_ascii_lowercase().into_boxed_str()));
        }
        let dotted = node.activity.reads().and_then(|name| name.split_once('.'));
        attributes.extend(dotted.map(|(_, name)| name.to_ascii_lowercase().into_boxed_str()));
    }
    attributes
}

/// Marks the variables that some activity assigns, and reports assignments to none.
fn mark_assigned(
    variables: &mut [Variable],
    nodes: &[crate::flow::Node],
    found: &mut Vec<Diagnostic>,
) {
    for node in nodes {
        for name in node.activity.assigns() {
            match variables.iter_mut().find(|variable| *variable.name == *name) {
                Some(variable) => variable.is_assigned = true,
                None => found.push(
                    Diagnostic::new(
                        "unknown-variable",
                        Severity::Warning,
                        format!("{name} is assigned here, but the flow has no such variable"),
                    )
                    .in_activity(&node.label, node.path.clone())
                    .help("declare the variable, or correct its name (upper and lower case count)"),
                ),
            }
        }
    }
}

/// Marks the activities whose outputs go into a secure variable: what they bring is secret.
fn mark_secret(flow: &mut Flow) {
    let secure = |name: &str, flow: &Flow| {
        flow.variable(name).is_some_and(|place| flow.variables[place].is_secure)
    };
    let mut secret = Vec::new();
    for (place, node) in flow.nodes.iter().enumerate() {
        if !node.activity.assigns().iter().any(|name| secure(name, flow)) {
            continue;
        }
        secret.push(place);
        let read = node.activity.reads().and_then(|name| name.split('.').next());
        secret.extend(read.and_then(|root| flow.labelled(root)));
        for template in node.activity.templates() {
            let roots = template.references().iter().map(|reference| &*reference.root);
            secret.extend(roots.filter_map(|root| flow.labelled(root)));
        }
    }
    for place in secret {
        flow.nodes[place].is_secret = true;
    }
    let handed = flow.nodes.iter().flat_map(|node| node.activity.hands_over());
    let roots = handed.filter_map(|dotted| dotted.trim().split('.').next());
    let handed: Vec<_> = roots.filter_map(|root| flow.labelled(root)).collect();
    for place in handed {
        flow.nodes[place].is_handed_over = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_flow_is_refused_with_the_reason() {
        let cases = [
            ("[]", "the file holds no JSON object"),
            ("{\"nodes\": []}", "flow store's v2 format"),
            ("{\"name\": \"x\"}", "there is no object process.activities"),
            ("<html>", "line 1, column 1"),
        ];
        for (text, expected) in cases {
            let error = Flow::read(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn an_empty_flow_is_read_with_a_finding() {
        let (flow, found) = Flow::read(r#"{"process": {"activities": {}}}"#).unwrap();
        assert!(flow.nodes.is_empty());
        assert_eq!(found[0].rule, "no-start");
    }
}

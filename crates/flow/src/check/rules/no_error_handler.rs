//! `no-error-handler` (note): no OnGlobalError flow takes over the caller.
//!
//! # Finds
//! Flows whose OnGlobalError event is missing, has no link, or reaches no activity that speaks to
//! the caller or moves them (decision 1). Subflows have no event flows of their own.
//!
//! # Why
//! A failure that no port handles is then handled by nobody: Webex drops the caller in silence,
//! Trunkline goes on by the `default` port and records it.
//!
//! # Example
//! OnGlobalError that leads straight to End Flow.

use crate::check::{Rule, Subject};
use crate::diagnostic::{Diagnostic, Severity};
use crate::flow::FlowKind;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "no-error-handler",
    severity: Severity::Note,
    summary: "No OnGlobalError flow takes over the caller after a failure.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let flow = subject.flow;
    if flow.kind == FlowKind::Subflow {
        return Vec::new();
    }
    let help = "let it apologise, and queue, transfer or disconnect the caller";
    let Some(event) = flow.event("GlobalErrorHandling") else {
        return vec![rule.of_flow("the flow has no OnGlobalError event").help(help)];
    };
    let node = &flow.nodes[event.node];
    if node.link("out").is_none() {
        return vec![rule.of_node(node, "the OnGlobalError event has no flow").help(help)];
    }
    let reached = super::super::subject::reach(flow, Some(event.node), |_, _| true);
    let speaks = subject.nodes().any(|(place, node)| {
        reached[place] && node.descriptor.is_some_and(|descriptor| descriptor.is_caller_facing)
    });
    if speaks {
        return Vec::new();
    }
    let message = "the OnGlobalError flow ends without doing anything for the caller";
    vec![rule.of_node(node, message).help(help)]
}

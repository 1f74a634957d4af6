//! `unsupported-activity` (warning): the flow reaches an activity that Trunkline does not run.
//!
//! # Finds
//! Activities of kinds that are imported and shown, but not run yet. Kinds that are not known at
//! all are found when the flow is read (`unknown-activity`).
//!
//! # Why
//! When it is reached, it leaves by its port for failures.
//!
//! # Example
//! A Virtual Agent in the middle of the main flow.

use crate::check::{Rule, Subject};
use crate::diagnostic::Diagnostic;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "unsupported-activity",
    summary: "The flow reaches an activity that is imported but not run.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (place, node) in subject.nodes() {
        let descriptor = node.descriptor.filter(|descriptor| !descriptor.is_executable);
        let Some(descriptor) = descriptor.filter(|_| subject.is_reached(place)) else { continue };
        let title = descriptor.title;
        let message = format!("{}: {title} is imported, but not run yet", node.label);
        let help = "when it is reached it fails; link its port for errors";
        found.push(rule.of_node(node, message).help(help));
    }
    found
}

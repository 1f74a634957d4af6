//! `unreachable-activity` (warning): no link leads to an activity.
//!
//! # Finds
//! Activities that neither the start nor an event reaches, however one goes. Of several that are
//! linked among themselves, each is found.
//!
//! # Why
//! It never runs. Often a link was lost when a part of the flow was moved.
//!
//! # Example
//! A Play Message with an apology to which nothing leads.

use crate::check::{Rule, Subject};
use crate::diagnostic::Diagnostic;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "unreachable-activity",
    summary: "No path leads from the start or from an event to this activity.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    // Without a start nothing is reached, which is another finding.
    if subject.flow.start.is_none() {
        return Vec::new();
    }
    let lost = subject
        .nodes()
        .filter(|(place, node)| &*node.group != "event" && !subject.is_reached(*place));
    let report = |node: &crate::flow::Node| {
        let message = format!("no path leads to {}", node.label);
        rule.of_node(node, message).help("link it, or delete it")
    };
    lost.map(|(_, node)| report(node)).collect()
}

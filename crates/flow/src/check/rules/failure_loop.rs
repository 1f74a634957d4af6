//! `failure-loop` (warning): an activity's port for failures leads back to it.
//!
//! # Finds
//! `error` and `failure` ports that lead to their own activity. HTTP Requests and Subflows are
//! left out: they take their time to fail, and trying again may help.
//!
//! # Why
//! What has failed at once fails again at once: a missing audio file, a broken expression. It goes
//! round until the limit on steps stops it, and the caller hears nothing meanwhile.
//!
//! # Example
//! A menu whose `timeout`, `invalid` and `error` ports all lead to the menu.

use crate::check::subject::is_failure_port;
use crate::check::{Rule, Subject};
use crate::diagnostic::Diagnostic;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "failure-loop",
    summary: "What has failed is tried again at once, and fails again.",
    check,
    ..Rule::PLAIN
};

/// The kinds that take time until they have failed.
const SLOW_TO_FAIL: [&str; 2] = ["http-request-v2", "subflow-handoff"];

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (place, node) in subject.nodes() {
        let is_back =
            |(port, target): &&(Box<str>, usize)| is_failure_port(port) && *target == place;
        let Some((port, _)) = node.links.iter().find(is_back) else { continue };
        if !subject.is_reached(place) || SLOW_TO_FAIL.contains(&&*node.kind) {
            continue;
        }
        let message = format!("{}: its port {port} leads back to it", node.label);
        let help = "let it lead elsewhere: what failed at once fails again at once";
        found.push(rule.of_node(node, message).help(help));
    }
    found
}

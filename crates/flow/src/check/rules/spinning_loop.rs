//! `spinning-loop` (error): a loop that no port leaves and in which no time passes.
//!
//! # Finds
//! Activities that lead back to themselves, all of them over at once (conditions, Set Variable,
//! Parse, a prompt with nothing to play), with no way out but a failure; and an activity whose
//! `error` or `failure` port leads back to it, because what has failed at once fails again.
//!
//! # Why
//! It goes round until the limit on steps stops it, and the call with it.
//!
//! # Example
//! A menu whose `error` port leads to the menu: its audio file is missing, and it fails, and fails,
//! and fails.

use crate::check::loops::{self, takes_time_to_fail};
use crate::check::subject::is_failure_port;
use crate::check::{Rule, Subject};
use crate::diagnostic::{Diagnostic, Severity};
use crate::flow::Node;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "spinning-loop",
    severity: Severity::Error,
    summary: "A loop that is never left, and in which no time passes.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let flow = subject.flow;
    let is_reached = |place: &usize| subject.is_reached(*place);
    let spinning = subject.loops().iter().filter(|it| !it.takes_time && is_reached(&it.nodes[0]));
    let closed = spinning.map(|it| {
        let message = format!("{} go round for ever, and no time passes", it.names(flow));
        let message = match it.nodes.len() {
            1 => format!("{} leads back to itself for ever, and no time passes", it.names(flow)),
            _ => message,
        };
        rule.of_node(&flow.nodes[it.nodes[0]], message).help("let one of its ports lead out")
    });
    let failing = subject.nodes().filter(|(place, node)| {
        is_reached(place) && fails_into(node, *place) && !takes_time_to_fail(node)
    });
    let failing = failing.map(|(_, node)| {
        let message = format!("{} fails into itself: what failed at once fails again", node.label);
        rule.of_node(node, message).help("let the port for errors lead elsewhere")
    });
    closed.chain(failing).collect()
}

fn fails_into(node: &Node, place: usize) -> bool {
    node.links.iter().any(|(port, target)| is_failure_port(port) && *target == place)
}

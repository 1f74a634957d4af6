//! `dangling-port` (warning): the main flow can leave an activity by a port that leads nowhere.
//!
//! # Finds
//! Ports without a link, of activities that the main flow reaches; the ports for failures are the
//! matter of `open-error-port`. In event flows an open port is an end like any other.
//!
//! # Why
//! Who leaves by such a port is an unhandled error: Webex drops the call, Trunkline keeps the
//! caller as decision 1 says.
//!
//! # Example
//! A menu whose `invalid` port has no link: whoever presses a wrong key falls out of the flow.

use crate::check::subject::{is_failure_port, ports};
use crate::check::{Rule, Subject};
use crate::diagnostic::Diagnostic;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "dangling-port",
    summary: "A port of the main flow leads nowhere; who leaves by it falls out of the flow.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (place, node) in subject.nodes() {
        if !subject.is_in_main(place) {
            continue;
        }
        let is_open = |port: &String| !is_failure_port(port) && node.link(port).is_none();
        let open: Vec<_> = ports(node).into_iter().filter(is_open).collect();
        if open.is_empty() {
            continue;
        }
        let verb = if open.len() == 1 { "port leads" } else { "ports lead" };
        let message = format!("{}: the {} {verb} nowhere", node.label, open.join(", "));
        let help = "link it: a caller who leaves by it is an unhandled error";
        found.push(rule.of_node(node, message).help(help));
    }
    found
}

//! `open-error-port` (note): activities whose failures have no link of their own.
//!
//! # Finds
//! All activities of the main flow whose `error` or `failure` port has no link, in one note for
//! the whole flow: most real flows leave most of them open.
//!
//! # Why
//! A failure that no port takes goes to the OnGlobalError flow, and in most flows there is none
//! that does anything (decision 1). For requests and queues it is worth a path of its own.
//!
//! # Example
//! An HTTP Request without an `error` link: when the CRM does not answer, the flow goes on without
//! the customer's data, and says so nowhere.

use crate::check::subject::{is_failure_port, ports};
use crate::check::{Rule, Subject};
use crate::diagnostic::{Diagnostic, Severity};
use crate::flow::Node;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "open-error-port",
    severity: Severity::Note,
    summary: "Failures of these activities have no link of their own.",
    check,
    ..Rule::PLAIN
};

/// The kinds that depend on something outside the flow.
const OUTWARD: [&str; 4] = ["http-request-v2", "queue-contact", "queue-lookup", "subflow-handoff"];

/// How many labels the note names.
const NAMED: usize = 5;

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let has_open = |node: &Node| {
        let failures = ports(node).into_iter().filter(|port| is_failure_port(port));
        let failures: Vec<_> = failures.collect();
        !failures.is_empty() && failures.iter().all(|port| node.link(port).is_none())
    };
    let is_open = |(place, node): &(usize, &Node)| {
        OUTWARD.contains(&&*node.kind) && subject.is_in_main(*place) && has_open(node)
    };
    let open: Vec<&Node> = subject.nodes().filter(is_open).map(|(_, node)| node).collect();
    let Some(first) = open.first() else { return Vec::new() };
    let mut names: Vec<&str> = open.iter().take(NAMED).map(|node| &*node.label).collect();
    if open.len() > NAMED {
        names.push("…");
    }
    let names = names.join(", ");
    let message = match open.len() {
        1 => format!("{names} depends on something outside the flow and has no link for errors"),
        count => format!("{count} activities that may fail have no link for errors: {names}"),
    };
    vec![rule.of_node(first, message)]
}

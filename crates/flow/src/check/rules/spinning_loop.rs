//! `spinning-loop` (error): a loop that no port leaves and in which no time passes.
//!
//! # Finds
//! Activities that lead back to themselves, all of them over at once (conditions, Set Variable,
//! Parse, a prompt with nothing to play), with no way out but a failure.
//!
//! # Why
//! It goes round until the limit on steps stops it, and the call with it.
//!
//! # Example
//! Two Set Variables that count, and lead to each other: the Condition between them was deleted.

use crate::check::loops::Loop;
use crate::check::{Rule, Subject};
use crate::diagnostic::{Diagnostic, Severity};

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
    let report = |it: &Loop| {
        let names = it.names(flow);
        let message = match it.nodes.len() {
            1 => format!("{names} leads back to itself for ever, and no time passes"),
            _ => format!("{names} go round for ever, and no time passes"),
        };
        rule.of_node(&flow.nodes[it.nodes[0]], message).help("let one of its ports lead out")
    };
    spinning.map(report).collect()
}

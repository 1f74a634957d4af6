//! `endless-loop` (warning): a loop that a caller can leave only by hanging up.
//!
//! # Finds
//! Music, messages or menus that lead back to themselves with no way out but a failure, where the
//! caller may come without having been queued. After a Queue Contact the same loop is the usual
//! treatment: the agent who answers ends it. Subflows and event flows are left out, since the
//! contact may be in a queue already; so are loops behind a Subflow, which may queue.
//!
//! # Why
//! Nobody ever answers: the caller listens until they give up.
//!
//! # Example
//! Play Music whose `default` port leads to itself, reached by the menu's `timeout`.

use crate::check::{Rule, Subject, subject::reach};
use crate::diagnostic::Diagnostic;
use crate::flow::{FlowKind, Node};

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "endless-loop",
    summary: "A loop that an unqueued caller can leave only by hanging up.",
    check,
    ..Rule::PLAIN
};

/// The activities after which the contact may be in a queue, or in other hands.
const HANDS_OVER: [&str; 4] = ["queue-contact", "queue-to-agent", "subflow-handoff", "callback"];

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let flow = subject.flow;
    if flow.kind == FlowKind::Subflow {
        return Vec::new();
    }
    let hands_over = |node: &Node| HANDS_OVER.contains(&&*node.kind);
    let unqueued = reach(flow, flow.start, |node, _| !hands_over(node));
    let is_bad = |nodes: &[usize]| {
        let holds_queue = nodes.iter().any(|place| hands_over(&flow.nodes[*place]));
        !holds_queue && nodes.iter().any(|place| unqueued[*place])
    };
    let bad = subject.loops().iter().filter(|it| it.takes_time && is_bad(&it.nodes));
    let report = |it: &crate::check::loops::Loop| {
        let message = match it.nodes.len() {
            1 => format!("{} repeats until the caller hangs up", it.names(flow)),
            _ => format!("{} repeat until the caller hangs up", it.names(flow)),
        };
        let help = "queue the contact before it, or let one of its ports lead out";
        rule.of_node(&flow.nodes[it.nodes[0]], message).help(help)
    };
    bad.map(report).collect()
}

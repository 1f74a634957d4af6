//! `event-output-elsewhere` (warning): an event's output is read outside the event's own flow.
//!
//! # Finds
//! `{{AgentAnswered.AgentName}}` at an activity that the AgentAnswered event flow does not reach.
//!
//! # Why
//! An event's outputs exist while its own flow runs. Anywhere else they are empty.
//!
//! # Example
//! The PhoneContactEnded flow writes `{{AgentAnswered.AgentName}}` to the CRM: the name is blank.
//! Keep it in a flow variable while the AgentAnswered flow runs.

use crate::check::names::Meaning;
use crate::check::{Rule, Subject};
use crate::diagnostic::Diagnostic;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "event-output-elsewhere",
    summary: "An event's output is read outside the event's own flow, where it is empty.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (place, node, text) in subject.texts() {
        if !subject.is_reached(place) {
            continue;
        }
        for reference in text.references() {
            let Meaning::Event(event) = subject.meaning(&reference.root) else { continue };
            if subject.is_in_event(event, place) {
                continue;
            }
            let name = &reference.root;
            let message = format!("{name} is empty outside the event flow {name}");
            let help = format!("set a flow variable in the event flow {name}, and read that");
            found.push(rule.of_text(node, text, reference.offset, message).help(help));
        }
    }
    found
}

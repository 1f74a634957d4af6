//! `secure-on-desktop` (warning): a secure variable that the agent sees.
//!
//! # Finds
//! Variables that are both secure and CAD, that is, shown on the agent's desktop.
//!
//! # Why
//! Secure says that nobody shall see the value; CAD shows it to every agent who gets the contact.
//!
//! # Example
//! A caller's date of birth, marked as secure and shown with the contact.

use crate::check::{Rule, Subject};
use crate::diagnostic::Diagnostic;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "secure-on-desktop",
    summary: "A variable is secure, and shown on the agent's desktop.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let variables = subject.flow.variables.iter().enumerate();
    let shown = variables.filter(|(_, variable)| variable.is_secure && variable.is_cad);
    let report = |place, name: &str| {
        let message = format!("the variable {name} is secure, and shown to the agent (CAD)");
        rule.of_variable(place, message).help("it can be one of the two")
    };
    shown.map(|(place, variable)| report(place, &variable.name)).collect()
}

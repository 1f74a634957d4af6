//! `null-text` (note): a variable's default is the word `null`.
//!
//! # Finds
//! STRING variables of the flow whose default is the text `null`.
//!
//! # Why
//! It is a text of four letters, not an empty one: `{{name == ""}}` is false, and a caller is
//! greeted as null.
//!
//! # Example
//! `customerName` with the default `null`. Clear the default.

use trunkline_model::tenant::VariableType;

use crate::check::{Rule, Subject};
use crate::diagnostic::{Diagnostic, Severity};

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "null-text",
    severity: Severity::Note,
    summary: "A text variable's default is the word null, which is not empty.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let variables = subject.flow.variables.iter().enumerate();
    let null = variables.filter(|(_, variable)| {
        variable.kind == VariableType::String && variable.default_text.as_deref() == Some("null")
    });
    let report = |place, name: &str| {
        let message = format!("the default of {name} is the text null, which is not empty");
        rule.of_variable(place, message).help("clear the default")
    };
    null.map(|(place, variable)| report(place, &variable.name)).collect()
}

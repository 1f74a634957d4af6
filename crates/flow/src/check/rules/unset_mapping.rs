//! `unset-mapping` (note): an output mapping that was never filled in.
//!
//! # Finds
//! Rows of `outputVariableArray` with no path, and no variable or the editor's prompt `Select`.
//! Rows of which one half is filled in are found when the flow is read (`half-mapping`).
//!
//! # Why
//! The row does nothing. If something was meant to be kept from the answer, it is not.
//!
//! # Example
//! `{"outputVariable": "Select", "jsonPathExp": ""}`.

use crate::check::{Rule, Subject};
use crate::diagnostic::{Diagnostic, Severity};
use crate::json::Json;

/// The registry's line.
pub static RULE: Rule = Rule {
    name: "unset-mapping",
    severity: Severity::Note,
    summary: "An output mapping was never filled in; it does nothing.",
    check,
    ..Rule::PLAIN
};

fn check(rule: &Rule, subject: &Subject<'_>) -> Vec<Diagnostic> {
    let is_unset = |row: &Json| {
        let text = |key| row.get(key).as_text().unwrap_or_default().trim();
        text("jsonPathExp").is_empty() && matches!(text("outputVariable"), "" | "Select")
    };
    let mut found = Vec::new();
    for node in &subject.flow.nodes {
        let rows = subject.properties(node).get("outputVariableArray").elements();
        let Some(first) = rows.iter().position(is_unset) else { continue };
        let path = ["outputVariableArray", &first.to_string()];
        found.push(rule.of_property(node, &path, "an output mapping was never filled in"));
    }
    found
}

//! Prints findings: [`text()`] for people, [`json()`] for programs, [`sarif()`] for tools that
//! review code. All three take the file's name as it shall be shown, its text, and the findings
//! in the order in which they shall stand.

mod json;
mod sarif;
mod text;

pub use json::json;
pub use sarif::sarif;
pub use text::text;

use crate::diagnostic::{Diagnostic, Severity};

use super::rules;

/// The word for a severity.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// How many findings are of this severity.
fn count(found: &[Diagnostic], severity: Severity) -> usize {
    found.iter().filter(|finding| finding.severity == severity).count()
}

/// Whether a report may show the text at fault.
fn shows_text(finding: &Diagnostic) -> bool {
    rules::find(finding.rule).is_none_or(|rule| rule.shows_text)
}

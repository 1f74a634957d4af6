//! Findings for programs, as one JSON document.

use serde::Serialize;

use crate::check::places::{Lines, places};
use crate::diagnostic::{Diagnostic, Severity};

use super::{count, shows_text};

#[derive(Serialize)]
struct Report<'r> {
    file: &'r str,
    errors: usize,
    warnings: usize,
    notes: usize,
    findings: Vec<Entry<'r>>,
}

#[derive(Serialize)]
struct Entry<'r> {
    line: usize,
    column: usize,
    #[serde(flatten)]
    finding: &'r Diagnostic,
}

/// Findings as `{file, errors, warnings, notes, findings: [{line, column, rule, severity, activity,
/// path, message, excerpt, help, fix}]}`. Lines and columns count from 1, columns in characters;
/// `excerpt.offset` counts bytes of the string's value. What is absent has no key.
pub fn json(file_name: &str, file_text: &str, found: &[Diagnostic]) -> String {
    let lines = Lines::new(file_text);
    let hidden: Vec<Diagnostic> = found.iter().map(without_secrets).collect();
    let entry = |(finding, place): (_, Option<crate::check::places::Place>)| {
        let (line, column) = place.map_or((1, 1), |place| lines.position(place.at));
        Entry { line, column, finding }
    };
    let report = Report {
        file: file_name,
        errors: count(found, Severity::Error),
        warnings: count(found, Severity::Warning),
        notes: count(found, Severity::Note),
        findings: hidden.iter().zip(places(file_text, found)).map(entry).collect(),
    };
    serde_json::to_string_pretty(&report).expect("names, numbers and texts are always JSON")
}

fn without_secrets(finding: &Diagnostic) -> Diagnostic {
    let mut finding = finding.clone();
    if !shows_text(&finding) {
        (finding.excerpt, finding.fix) = (None, None);
    }
    finding
}

//! Findings for programs.

use crate::diagnostic::Diagnostic;

/// Findings as a JSON document.
pub fn sarif(file_name: &str, file_text: &str, found: &[Diagnostic]) -> String {
    let _ = (file_name, file_text);
    serde_json::to_string_pretty(found).unwrap_or_default()
}

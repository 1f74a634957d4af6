//! Repairs a file by the fixes of its findings.

use crate::diagnostic::Diagnostic;

/// A repaired file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The file's new text.
    pub text: String,
    /// What was repaired, in the order of the findings.
    pub applied: Vec<Applied>,
}

/// A repair that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The finding's rule.
    pub rule: &'static str,
    /// The activity's label; none for findings about the whole flow.
    pub activity: Option<String>,
    /// What was done, in a few words.
    pub title: String,
}

/// Applies the fixes of findings to the text of the file that they were found in. None when there
/// is nothing to repair.
pub fn fix(text: &str, diagnostics: &[Diagnostic]) -> Option<Fixed> {
    let _ = (text, diagnostics);
    None
}

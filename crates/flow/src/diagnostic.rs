//! What reading or checking a flow found.

use serde::Serialize;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; does not make a check fail.
    Note,
    /// Likely a mistake.
    Warning,
    /// Fails when it is reached.
    Error,
}

/// A finding, with the place in the export that it is about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnostic {
    /// The rule's name, stable: `expression-syntax`, `unknown-variable`, ….
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The activity's label; none for findings about the whole flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity: Option<String>,
    /// Keys and indexes from the file's root to the value at fault.
    pub path: Vec<String>,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The text at fault and where in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Excerpt>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// A change of the text at fault that repairs it for certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// A text of the export with a place in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Excerpt {
    /// The whole text of the property.
    pub text: String,
    /// Byte offset of the fault in `text`.
    pub offset: usize,
}

/// A change of one string of the export.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fix {
    /// What it does, in a few words.
    pub title: String,
    /// The string's new text.
    pub replacement: String,
}

impl Diagnostic {
    /// A finding about the flow as a whole.
    pub fn new(rule: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity,
            activity: None,
            path: Vec::new(),
            message: message.into(),
            excerpt: None,
            help: None,
            fix: None,
        }
    }

    /// The same about one activity.
    #[must_use]
    pub fn in_activity(mut self, label: &str, path: Vec<String>) -> Self {
        self.activity = Some(label.to_owned());
        self.path = path;
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

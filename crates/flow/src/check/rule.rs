//! What a rule is, and how it says where it found something.

use std::fmt;

use crate::diagnostic::{Diagnostic, Excerpt, Fix, Severity};
use crate::flow::Node;
use crate::read::Templated;

use super::Subject;

/// A rule: one file in `rules/` and one line in [`super::rules::REGISTRY`].
pub struct Rule {
    /// Its name, stable: what a report shows and a configuration may name.
    pub name: &'static str,
    /// How bad each of its findings is.
    pub severity: Severity,
    /// What it finds, in a sentence.
    pub summary: &'static str,
    /// Whether a report may show the text at fault. Not where that text is a secret.
    pub shows_text: bool,
    /// Finds.
    pub(super) check: fn(&Rule, &Subject<'_>) -> Vec<Diagnostic>,
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rule({})", self.name)
    }
}

impl Rule {
    /// What most rules have; a rule names what differs.
    pub(super) const PLAIN: Rule = Rule {
        name: "",
        severity: Severity::Warning,
        summary: "",
        shows_text: true,
        check: |_, _| Vec::new(),
    };

    /// A finding about the flow as a whole.
    pub(super) fn of_flow(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.name, self.severity, message)
    }

    /// A finding about a variable, by its place.
    pub(super) fn of_variable(&self, place: usize, message: impl Into<String>) -> Diagnostic {
        let mut finding = self.of_flow(message);
        finding.path = vec!["variables".to_owned(), place.to_string()];
        finding
    }

    /// A finding about an activity.
    pub(super) fn of_node(&self, node: &Node, message: impl Into<String>) -> Diagnostic {
        self.of_flow(message).in_activity(&node.label, node.path.clone())
    }

    /// A finding about a property of an activity; `inner` leads from the properties to it.
    pub(super) fn of_property(
        &self,
        node: &Node,
        inner: &[&str],
        message: impl Into<String>,
    ) -> Diagnostic {
        let below = std::iter::once("properties").chain(inner.iter().copied());
        let path = node.path.iter().cloned().chain(below.map(str::to_owned)).collect();
        self.of_flow(message).in_activity(&node.label, path)
    }

    /// A finding at a byte of a text with expressions.
    pub(super) fn of_text(
        &self,
        node: &Node,
        text: &Templated,
        offset: usize,
        message: impl fmt::Display,
    ) -> Diagnostic {
        let message = format!("{}: {message}", text.property());
        let mut finding = self.of_flow(message).in_activity(&node.label, text.path().to_vec());
        if self.shows_text {
            finding.excerpt = Some(Excerpt { text: text.source().to_owned(), offset });
        }
        finding
    }
}

/// The same finding with a repair that puts `new` in the place of the `old_len` bytes at the fault.
pub(super) fn replace_at_fault(
    mut finding: Diagnostic,
    old_len: usize,
    new: &str,
    title: String,
) -> Diagnostic {
    let repaired = finding.excerpt.as_ref().and_then(|excerpt| {
        let (before, rest) = excerpt.text.split_at_checked(excerpt.offset)?;
        Some(format!("{before}{new}{}", rest.get(old_len..)?))
    });
    finding.fix = repaired.map(|replacement| Fix { title, replacement });
    finding
}

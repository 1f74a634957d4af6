//! What reading a flow reports by itself, so that reports can name and explain those rules too.

use crate::check::Rule;
use crate::diagnostic::Severity;

const fn warning(name: &'static str, summary: &'static str) -> Rule {
    Rule { name, summary, ..Rule::PLAIN }
}

const fn error(name: &'static str, summary: &'static str) -> Rule {
    Rule { name, summary, severity: Severity::Error, ..Rule::PLAIN }
}

/// Every rule of the reader. `unknown-variable` is not among them: it is a check as well.
pub static REGISTRY: &[&Rule] = &[
    &error("broken-event", "An event begins at an activity that is not there."),
    &error("broken-link", "A link leads from or to an activity that is not there."),
    &error("double-link", "A port has two links; the first one counts."),
    &error("duplicate-label", "Two activities have the same name."),
    &warning("duplicate-variable", "A variable is declared twice."),
    &warning("empty-prompt", "A prompt has nothing to play."),
    &error("expression-syntax", "An expression cannot be compiled."),
    &error("expression-name", "A filter, test or function does not exist or does not fit."),
    &warning("half-mapping", "An output mapping has only a variable, or only a path."),
    &error("http-method", "A request's method does not exist."),
    &error("jsonpath-syntax", "A JSONPath cannot be compiled."),
    &error("missing-property", "An activity lacks what it cannot do without."),
    &error("no-start", "The flow has no start."),
    &error("percentages", "The percentages of an allocation do not add up to 100."),
    &warning("property-range", "A number is outside its range."),
    &warning("skill-requirement", "A skill requirement cannot be understood."),
    &warning("unknown-activity", "An activity of a kind that Trunkline does not know."),
    &warning("variable-type", "A variable's type or default cannot be understood."),
];

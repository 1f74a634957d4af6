//! Reads an activity's properties into types, reporting what is missing or out of range.

use std::collections::HashSet;

use trunkline_expr::CompileError;

use crate::diagnostic::{Diagnostic, Excerpt, Fix, Severity};
use crate::json::Json;

use super::Templated;

/// The properties of one activity while it is read.
pub struct Properties<'r> {
    json: &'r Json,
    label: &'r str,
    path: &'r [String],
    json_variables: &'r HashSet<Box<str>>,
    found: &'r mut Vec<Diagnostic>,
}

impl<'r> Properties<'r> {
    /// The properties of the activity with this label; `path` leads to them. `json_variables` are
    /// the flow's JSON variables, which print as JSON.
    pub fn new(
        json: &'r Json,
        label: &'r str,
        path: &'r [String],
        json_variables: &'r HashSet<Box<str>>,
        found: &'r mut Vec<Diagnostic>,
    ) -> Self {
        Self { json, label, path, json_variables, found }
    }

    /// The property as it is.
    pub fn raw(&self, name: &str) -> &'r Json {
        self.json.get(name)
    }

    /// The text of a property; none when it is absent, null or blank.
    pub fn text(&self, name: &str) -> Option<&'r str> {
        self.raw(name).as_text().filter(|text| !text.trim().is_empty())
    }

    /// The name that the editor keeps beside an id (`x:name`, in some exports only `x_name`).
    pub fn name_beside(&self, name: &str) -> Option<&'r str> {
        let twin = self.text(&format!("{name}:name"));
        twin.or_else(|| self.text(&format!("{name}_name")))
    }

    /// The choice of a radio group (`x:radioName`, in some exports only `x_radioName`).
    pub fn radio_beside(&self, name: &str) -> Option<&'r str> {
        let twin = self.text(&format!("{name}:radioName"));
        twin.or_else(|| self.text(&format!("{name}_radioName")))
    }

    /// The elements of a list property, or of its twin (`x:input`, `x_input`).
    pub fn list_beside(&self, name: &str) -> &'r [Json] {
        let twin = self.raw(&format!("{name}:input")).elements();
        if twin.is_empty() { self.raw(&format!("{name}_input")).elements() } else { twin }
    }

    /// True only where the property says true.
    pub fn flag(&self, name: &str) -> bool {
        self.raw(name).as_bool().unwrap_or(false)
    }

    /// A whole number within a range; the default when absent. Out of range: the nearest number of
    /// the range, and a finding. No number: the default, and a finding.
    pub fn number(
        &mut self,
        name: &str,
        default: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> u64 {
        let Some(text) = self.text(name) else { return default };
        let number = text.trim().parse::<f64>().ok().filter(|it| it.fract() == 0.0 && *it >= 0.0);
        let number = number.map(|it| it as u64);
        if let Some(number) = number.filter(|it| range.contains(it)) {
            return number;
        }
        let (low, high) = (*range.start(), *range.end());
        let used = number.map_or(default, |it| it.clamp(low, high));
        let message = format!("{name} is {text}; it must be from {low} to {high}");
        let help = Some(format!("Trunkline uses {used}"));
        self.report("property-range", Severity::Warning, &[name], message, help);
        used
    }

    /// A text property with expressions; blank when absent.
    pub fn template(&mut self, name: &str) -> Templated {
        self.template_of(self.raw(name), name, &[name])
    }

    /// A text with expressions somewhere inside a property. Objects and lists are taken as their
    /// JSON text.
    pub fn template_of(&mut self, value: &Json, name: &str, inner: &[&str]) -> Templated {
        let text = match value {
            Json::Null => String::new(),
            Json::Array(_) | Json::Object(_) => value.to_text(),
            Json::Bool(_) | Json::Number(_) | Json::String(_) => {
                value.as_text().unwrap_or_default().to_owned()
            }
        };
        let templated = Templated::new(name, self.path_to(inner), &text);
        self.report_broken(&templated);
        templated.printing_json(self.json_variables)
    }

    /// An object property of texts with expressions, in order.
    pub fn templates(&mut self, name: &str) -> Vec<(String, Templated)> {
        let members = self.raw(name).members();
        let read = |(key, value): &(String, Json)| {
            (key.clone(), self.template_of(value, name, &[name, key]))
        };
        members.iter().map(read).collect()
    }

    /// Reports something about this activity.
    pub fn report(
        &mut self,
        rule: &'static str,
        severity: Severity,
        inner: &[&str],
        message: String,
        help: Option<String>,
    ) {
        let path = self.path_to(inner);
        let mut finding = Diagnostic::new(rule, severity, message).in_activity(self.label, path);
        finding.help = help;
        self.found.push(finding);
    }

    /// Reports a mistake at a place in a text of this activity.
    pub fn report_text(
        &mut self,
        rule: &'static str,
        inner: &[&str],
        message: String,
        (text, offset): (&str, usize),
        help: Option<String>,
    ) {
        let path = self.path_to(inner);
        let mut finding =
            Diagnostic::new(rule, Severity::Error, message).in_activity(self.label, path);
        finding.excerpt = Some(Excerpt { text: text.to_owned(), offset });
        finding.help = help;
        self.found.push(finding);
    }

    /// The names of the text properties that hold an expression.
    pub fn expression_properties(&self) -> Vec<&'r str> {
        let members = self.json.members().iter();
        let is_expression = |value: &Json| value.as_str().is_some_and(|it| it.contains("{{"));
        // Names with `:` or `_` are the editor's copies of a property beside them.
        let named = members.filter(|(name, value)| {
            is_expression(value) && !name.contains(':') && !name.contains('_')
        });
        named.map(|(name, _)| name.as_str()).collect()
    }

    fn path_to(&self, inner: &[&str]) -> Vec<String> {
        self.path.iter().cloned().chain(inner.iter().map(|it| (*it).to_owned())).collect()
    }

    fn report_broken(&mut self, templated: &Templated) {
        if let Some(error) = templated.error() {
            return self.report_expression("expression-syntax", templated, error);
        }
        for problem in templated.problems() {
            self.report_expression("expression-name", templated, problem);
        }
    }

    fn report_expression(
        &mut self,
        rule: &'static str,
        templated: &Templated,
        error: &CompileError,
    ) {
        let text = templated.source();
        let message = format!("{}: {}", templated.property(), error.message);
        let mut finding = Diagnostic::new(rule, Severity::Error, message)
            .in_activity(self.label, templated.path().to_vec());
        finding.excerpt = Some(Excerpt { text: text.to_owned(), offset: error.offset });
        if let Some(suggestion) = &error.suggestion {
            finding.help = Some(suggestion.message.clone());
            finding.fix = suggestion.edit.as_ref().and_then(|edit| {
                let (before, after) = (text.get(..edit.start)?, text.get(edit.end..)?);
                let replacement = format!("{before}{}{after}", edit.replacement);
                Some(Fix { title: suggestion.message.clone(), replacement })
            });
        }
        self.found.push(finding);
    }
}

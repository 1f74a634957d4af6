//! `set-variable` (Set Variable): sets one flow variable, or in newer exports up to ten.
//!
//! Ports: `out`, `error`. The value is an expression or a literal; text around `{{ }}` is literal.
//! Entries of `setVariablesArray` are taken from top to bottom, later ones seeing earlier results.

use crate::diagnostic::Severity;
use crate::json::Json;
use crate::read::{Properties, Templated};
use crate::run::Cx;

use super::{Activity, Descriptor, Step};
use trunkline_model::Failure;

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "set-variable",
    title: "Set Variable",
    summary: "Sets flow variables.",
    ports: &["out", "error"],
    read,
    ..Descriptor::PLAIN
};

/// The most variables that one activity sets. Webex's editor stops at ten.
const MAX_ENTRIES: usize = 100;

#[derive(Debug)]
struct SetVariable {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// `srcVariable`: the variable that is set.
    variable: String,
    /// `expr`: the value.
    value: Templated,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let array = properties.raw("setVariablesArray").elements();
    let mut entries = Vec::new();
    for (place, json) in array.iter().take(MAX_ENTRIES).enumerate() {
        let place = place.to_string();
        let value = properties.template_of(
            value_of(json),
            "expr",
            &["setVariablesArray", &place, value_key(json)],
        );
        entries.push(entry(properties, json.get("srcVariable").as_text(), value));
    }
    if array.is_empty() {
        let key = if properties.raw("expr").is_null() { "literal" } else { "expr" };
        let value = properties.template(key);
        let variable = properties.text("srcVariable");
        entries.push(entry(properties, variable, value));
    }
    Box::new(SetVariable { entries })
}

fn value_key(json: &Json) -> &'static str {
    if json.get("expr").is_null() { "literal" } else { "expr" }
}

fn value_of(json: &Json) -> &Json {
    json.get(value_key(json))
}

fn entry(properties: &mut Properties<'_>, variable: Option<&str>, value: Templated) -> Entry {
    if variable.is_none() {
        let text = "no variable is chosen".to_owned();
        properties.report("missing-property", Severity::Error, &["srcVariable"], text, None);
    }
    Entry { variable: variable.unwrap_or_default().to_owned(), value }
}

impl Activity for SetVariable {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.set_all(cx).into()
    }

    fn templates(&self) -> Vec<&Templated> {
        self.entries.iter().map(|entry| &entry.value).collect()
    }

    fn assigns(&self) -> Vec<&str> {
        self.entries.iter().map(|entry| entry.variable.as_str()).collect()
    }
}

impl SetVariable {
    fn set_all(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        for entry in &self.entries {
            let value = cx.value_for(&entry.value, &entry.variable)?;
            cx.assign(&entry.variable, value)?;
        }
        Ok(Step::exit("out"))
    }
}

//! Reads a flow's variables.

use trunkline_expr::Value;
use trunkline_model::tenant::VariableType;

use crate::diagnostic::{Diagnostic, Severity};
use crate::flow::{Variable, VariableSource};
use crate::json::Json;
use crate::run::convert;

/// The most variables that are read.
const MAX_VARIABLES: usize = 5_000;

pub(super) fn read(source: &Json, found: &mut Vec<Diagnostic>) -> Vec<Variable> {
    let elements = source.get("variables").elements();
    let numbered = elements.iter().take(MAX_VARIABLES).enumerate();
    let variables: Vec<_> = numbered.map(|(place, json)| variable(place, json, found)).collect();
    for (place, variable) in variables.iter().enumerate() {
        if variables[..place].iter().any(|earlier| earlier.name == variable.name) {
            let message = format!("the variable {} is declared twice", variable.name);
            found.push(Diagnostic::new("duplicate-variable", Severity::Warning, message));
        }
    }
    variables
}

fn variable(place: usize, json: &Json, found: &mut Vec<Diagnostic>) -> Variable {
    let name = json.get("name").as_text().unwrap_or_default();
    let type_name = json.get("type").as_text().unwrap_or("STRING");
    let mut report = |rule, message: String| {
        let mut finding = Diagnostic::new(rule, Severity::Warning, message);
        finding.path = vec!["variables".into(), place.to_string()];
        found.push(finding);
    };
    let kind = VariableType::parse(type_name).unwrap_or_else(|| {
        let message = format!("the variable {name} has the unknown type {type_name}");
        report("variable-type", format!("{message}; it is taken as STRING"));
        VariableType::String
    });
    let default_text = json.get("value").as_text().map(str::to_owned);
    let default = default_value(kind, default_text.as_deref()).unwrap_or_else(|problem| {
        report("variable-type", format!("the default of the variable {name} {problem}"));
        Value::Null
    });
    Variable {
        name: name.into(),
        kind,
        default,
        default_text,
        is_cad: json.get("isCAD").as_bool().unwrap_or(false),
        desktop_label: json.get("desktopLabel").as_text().unwrap_or_default().to_owned(),
        is_agent_editable: json.get("isAgentEditable").as_bool().unwrap_or(false),
        is_secure: json.get("isSecure").as_bool().unwrap_or(false),
        source: variable_source(json.get("source").as_text().unwrap_or_default()),
        is_assigned: false,
    }
}

fn variable_source(text: &str) -> VariableSource {
    match text {
        "SUBFLOW_INPUT" => VariableSource::SubflowInput,
        "SUBFLOW_OUTPUT" => VariableSource::SubflowOutput,
        // GLOBAL and GLOBAL_TM name a variable of the tenant.
        global if global.starts_with("GLOBAL") => VariableSource::Global,
        _ => VariableSource::Local,
    }
}

/// The value of a default text. A text that is null or blank is the empty text for texts and no
/// value for the other types.
pub(crate) fn default_value(
    kind: VariableType,
    text: Option<&str>,
) -> Result<Value<'static>, String> {
    match (kind, text.unwrap_or_default()) {
        (VariableType::String | VariableType::DateTime, text) => Ok(Value::from(text.to_owned())),
        (_, text) if text.trim().is_empty() || text == "null" => Ok(Value::Null),
        (kind, text) => convert::from_text(kind, text),
    }
}

//! Global variables: their values fit their types.

use super::{ParseOptions, Path, Report, Tenant, shown};
use crate::tenant::VariableType;

/// Reports values that do not fit the variable's type.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    for (index, variable) in tenant.variables.iter().enumerate() {
        let Some(value) = &variable.value else { continue };
        if let Some(expected) = problem(variable.kind, value) {
            let path = Path::root("variables").index(index).key("value");
            report.at(&path, || format!("{} does not fit: expected {expected}", shown(value)));
        }
    }
}

/// What a value of this type should have been; nothing when it fits. Blank is no value.
pub(in crate::tenant) fn problem(kind: VariableType, value: &str) -> Option<&'static str> {
    let text = value.trim();
    if text.is_empty() {
        return None;
    }
    let (fits, expected) = match kind {
        VariableType::String | VariableType::DateTime => (true, "text"),
        VariableType::Integer => (text.parse::<i64>().is_ok(), "a whole number"),
        VariableType::Decimal => (text.parse::<f64>().is_ok_and(f64::is_finite), "a number"),
        VariableType::Boolean => {
            let is = |word: &str| text.eq_ignore_ascii_case(word);
            (is("true") || is("false"), "true or false")
        }
        VariableType::Json => (serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(), "JSON"),
    };
    (!fits).then_some(expected)
}

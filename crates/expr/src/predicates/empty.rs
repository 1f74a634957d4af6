//! `is empty`: whether a value is null, blank text, or an empty list or map.
//!
//! Example: `{{ ' ' is empty }}` gives `true`.

use super::Predicate;
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const TEST: Predicate = Predicate {
    name: "empty",
    examples: &[("{{ ' ' is empty }}", "true"), ("{{ 0 is empty }}", "false")],
    tolerant: false,
    holds,
};

fn holds(value: &Value<'_>) -> Evaluated<bool> {
    Ok(is_empty(value))
}

/// Whether a value counts as empty. Numbers and booleans never do.
pub(crate) fn is_empty(value: &Value<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::Str(text) => crate::text::java_trim(text).is_empty(),
        Value::List(list) => list.items().is_empty(),
        Value::Map(map) => map.is_empty(),
        _ => false,
    }
}

//! `is odd`: whether a whole number is odd.
//!
//! Example: `{{ 3 is odd }}` gives `true`.

use super::Predicate;
use crate::error::type_error;
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const TEST: Predicate =
    Predicate { name: "odd", examples: &[("{{ 3 is odd }}", "true")], tolerant: false, holds };

fn holds(value: &Value<'_>) -> Evaluated<bool> {
    is_odd("odd", value)
}

/// The last bit of a whole number, for the tests `odd` and `even`.
pub(super) fn is_odd(test: &str, value: &Value<'_>) -> Evaluated<bool> {
    match value {
        Value::Int(number) => Ok(number % 2 != 0),
        Value::Long(number) => Ok(number % 2 != 0),
        other => type_error(format!("`is {test}` wants a whole number, not {}", other.type_name())),
    }
}

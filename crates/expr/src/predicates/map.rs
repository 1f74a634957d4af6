//! `is map`: whether a value is a map.
//!
//! Example: `{{ {'a': 1} is map }}` gives `true`.

use super::Predicate;
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const TEST: Predicate = Predicate {
    name: "map",
    examples: &[("{{ {'a': 1} is map }}", "true")],
    tolerant: false,
    holds,
};

fn holds(value: &Value<'_>) -> Evaluated<bool> {
    Ok(matches!(value, Value::Map(_)))
}

//! `is iterable`: whether `for` can go through a value as a list.
//!
//! Example: `{{ [1] is iterable }}` gives `true`.

use super::Predicate;
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const TEST: Predicate = Predicate {
    name: "iterable",
    examples: &[("{{ [1] is iterable }}", "true")],
    tolerant: false,
    holds,
};

fn holds(value: &Value<'_>) -> Evaluated<bool> {
    Ok(matches!(value, Value::List(_)))
}

//! `is null`: whether a value is null or missing.
//!
//! Example: `{{ null is null }}` gives `true`.

use super::Predicate;
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const TEST: Predicate =
    Predicate { name: "null", examples: &[("{{ null is null }}", "true")], tolerant: false, holds };

fn holds(value: &Value<'_>) -> Evaluated<bool> {
    Ok(value.is_null())
}

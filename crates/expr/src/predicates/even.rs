//! `is even`: whether a whole number is even.
//!
//! Example: `{{ 4 is even }}` gives `true`.

use super::Predicate;
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const TEST: Predicate =
    Predicate { name: "even", examples: &[("{{ 4 is even }}", "true")], tolerant: false, holds };

fn holds(value: &Value<'_>) -> Evaluated<bool> {
    Ok(!super::odd::is_odd("even", value)?)
}

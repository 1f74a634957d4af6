//! `is defined`: whether a value is there and not null; in strict mode also for a missing name.
//!
//! Example: `{{ missing is defined }}` gives `false`.

use super::Predicate;
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const TEST: Predicate = Predicate {
    name: "defined",
    examples: &[("{{ missing is defined }}", "false")],
    tolerant: true,
    holds,
};

fn holds(value: &Value<'_>) -> Evaluated<bool> {
    Ok(!value.is_null())
}

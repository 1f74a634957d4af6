//! `max`: the greatest of some numbers; null is passed over.
//!
//! Arguments: any number of numbers.
//!
//! Example: `{{ max(1, 3, 2) }}` gives `3`.

use super::{Call, Function};
use crate::eval::Evaluated;
use crate::eval::operators::compare;
use crate::syntax::tree::Comparison;
use crate::value::Value;

pub(super) const FUNCTION: Function =
    Function { name: "max", parameters: None, examples: &[("{{ max(1, 3, 2) }}", "3")], apply };

fn apply<'v>(call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    pick(call, Comparison::Greater)
}

/// The argument that stands in a relation to all others, for `max` and `min`.
pub(super) fn pick<'v>(call: &mut Call<'v, '_>, wanted: Comparison) -> Evaluated<Value<'v>> {
    let mut best = Value::Null;
    for candidate in call.arguments.drain(..) {
        if best.is_null() || compare(wanted, &candidate, &best)? {
            best = candidate;
        }
    }
    Ok(best)
}

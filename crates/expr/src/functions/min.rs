//! `min`: the least of some numbers; null is passed over.
//!
//! Arguments: any number of numbers.
//!
//! Example: `{{ min(1, 3, 2) }}` gives `1`.

use super::{Call, Function};
use crate::eval::Evaluated;
use crate::syntax::tree::Comparison;
use crate::value::Value;

pub(super) const FUNCTION: Function =
    Function { name: "min", parameters: None, examples: &[("{{ min(1, 3, 2) }}", "1")], apply };

fn apply<'v>(call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    super::max::pick(call, Comparison::Less)
}

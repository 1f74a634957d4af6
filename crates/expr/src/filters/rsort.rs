//! `rsort`: a list in descending order. It changes the list itself, as in Pebble.
//!
//! Arguments: none.
//!
//! Example: `{{ [3, 1, 2] | rsort }}` gives `[3, 2, 1]`.

use super::{Call, Filter};
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "rsort",
    parameters: &[],
    examples: &[("{{ [3, 1, 2] | rsort }}", "[3, 2, 1]")],
    tolerant: false,
    in_place: true,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    super::sort::sorted("rsort", input, call, true)
}

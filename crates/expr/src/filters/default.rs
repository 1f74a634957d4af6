//! `default`: another value in place of null, blank text, or an empty list or map; in strict mode
//! also of a name that is missing. Zero and false stay.
//!
//! Arguments: `default`: the other value.
//!
//! Example: `{{ missing | default('none') }}` gives `none`.

use super::{Call, Filter};
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "default",
    parameters: &["default"],
    examples: &[("{{ missing | default('none') }}", "none"), ("{{ 0 | default(5) }}", "0")],
    tolerant: true,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let empty = crate::predicates::empty::is_empty(&input);
    Ok(if empty { std::mem::take(&mut call.arguments[0]) } else { input })
}

//! `length`: the length of text (in UTF-16 units), of a list or of a map; 0 for null and everything
//! else.
//!
//! Arguments: none.
//!
//! Example: `{{ 'abc' | length }}` gives `3`.

use super::{Call, Filter};
use crate::eval::Evaluated;
use crate::text::utf16_len;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "length",
    parameters: &[],
    examples: &[("{{ 'abc' | length }}", "3")],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let _ = call;
    let length = match &input {
        Value::Str(text) => utf16_len(text),
        Value::Safe(text) => utf16_len(text),
        Value::List(list) => list.items().len(),
        Value::Map(map) => map.len(),
        _ => 0,
    };
    Ok(Value::Int(i32::try_from(length).unwrap_or(i32::MAX)))
}

//! `first`: the first element of a list, or the first character of text. A character is never equal
//! to text.
//!
//! Arguments: none.
//!
//! Example: `{{ [3, 1] | first }}` gives `3`.

use super::wants_list;
use super::{Call, Filter};
use crate::error::value_error;
use crate::eval::Evaluated;
use crate::text::first_unit;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "first",
    parameters: &[],
    examples: &[("{{ [3, 1] | first }}", "3")],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let _ = call;
    match input {
        Value::Null => Ok(Value::Null),
        Value::Str(text) => match first_unit(&text) {
            Some(c) => Ok(Value::Char(c)),
            None => value_error("empty text has no first character"),
        },
        Value::List(list) => Ok(list.items().first().cloned().unwrap_or_default()),
        other => wants_list("first", &other),
    }
}

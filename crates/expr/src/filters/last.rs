//! `last`: the last element of a list, or the last character of text.
//!
//! Arguments: none.
//!
//! Example: `{{ 'a,b' | split(',') | last }}` gives `b`.

use super::wants_list;
use super::{Call, Filter};
use crate::error::value_error;
use crate::eval::Evaluated;
use crate::text::last_unit;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "last",
    parameters: &[],
    examples: &[("{{ 'a,b' | split(',') | last }}", "b")],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let _ = call;
    match input {
        Value::Null => Ok(Value::Null),
        Value::Str(text) => match last_unit(&text) {
            Some(c) => Ok(Value::Char(c)),
            None => value_error("empty text has no last character"),
        },
        Value::List(list) => Ok(list.items().last().cloned().unwrap_or_default()),
        other => wants_list("last", &other),
    }
}

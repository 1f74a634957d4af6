//! `trim`: text without white space at its ends.
//!
//! Arguments: none.
//!
//! Example: `[{{ '  a b ' | trim }}]` gives `[a b]`.

use super::{Call, Filter};
use std::borrow::Cow;

use super::wants_text;
use crate::eval::Evaluated;
use crate::text::java_trim;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "trim",
    parameters: &[],
    examples: &[("[{{ '  a b ' | trim }}]", "[a b]")],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let _ = call;
    match input {
        Value::Null => Ok(Value::Null),
        Value::Str(Cow::Borrowed(text)) => Ok(Value::from(java_trim(text))),
        Value::Str(text) => Ok(Value::from(java_trim(&text).to_owned())),
        other => wants_text("trim", &other),
    }
}

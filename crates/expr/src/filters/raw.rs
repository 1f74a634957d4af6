//! `raw`: the text of a value, marked as escaped already.
//!
//! Arguments: none.
//!
//! Example: `{{ '<b>' | upper | raw }}` gives `<B>`.

use super::{Call, Filter};
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "raw",
    parameters: &[],
    examples: &[("{{ '<b>' | upper | raw }}", "<B>")],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let _ = call;
    match input {
        Value::Null => Ok(Value::Null),
        other => Ok(Value::safe(other.to_text())),
    }
}

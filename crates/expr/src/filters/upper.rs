//! `upper`: the text of a value in upper case.
//!
//! Arguments: none.
//!
//! Example: `{{ 'ada' | upper }}` gives `ADA`.

use super::{Call, Filter};
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "upper",
    parameters: &[],
    examples: &[("{{ 'ada' | upper }}", "ADA")],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let _ = call;
    match input {
        Value::Null => Ok(Value::Null),
        other => Ok(Value::from(other.to_text().to_uppercase())),
    }
}

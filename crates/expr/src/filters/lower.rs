//! `lower`: the text of a value in lower case.
//!
//! Arguments: none.
//!
//! Example: `{{ 'ADA' | lower }}` gives `ada`.

use super::{Call, Filter};
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "lower",
    parameters: &[],
    examples: &[("{{ 'ADA' | lower }}", "ada")],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let _ = call;
    match input {
        Value::Null => Ok(Value::Null),
        other => Ok(Value::from(other.to_text().to_lowercase())),
    }
}

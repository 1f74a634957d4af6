//! `json`: a value as JSON, an addition of Webex.
//!
//! Arguments: none.
//!
//! Example: `{{ {'a': [1, true, null]} | json }}` gives `{"a":[1,true,null]}`.

use super::{Call, Filter};
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "json",
    parameters: &[],
    examples: &[("{{ {'a': [1, true, null]} | json }}", r#"{"a":[1,true,null]}"#)],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let _ = call;
    Ok(Value::from(input.to_json()))
}

//! `now`: the present moment in UTC, an addition of Webex. It prints as
//! `2025-02-06T21:09:02.712Z[UTC]`.
//!
//! Arguments: none.
//!
//! Example: `{{ now() }}` gives `1970-01-01T00:00Z[UTC]`.

use super::{Call, Function};
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const FUNCTION: Function = Function {
    name: "now",
    parameters: Some(&[]),
    examples: &[
        ("{{ now() }}", "1970-01-01T00:00Z[UTC]"),
        ("{{ now() | replace({'[UTC]': ''}) }}", "1970-01-01T00:00Z"),
    ],
    apply,
};

fn apply<'v>(call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    Ok(Value::Time(call.env.now_ms))
}

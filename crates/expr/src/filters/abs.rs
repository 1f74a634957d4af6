//! `abs`: the absolute value of a number.
//!
//! Arguments: none.
//!
//! Example: `{{ (2 - 9) | abs }}` gives `7`.

use super::{Call, Filter};
use crate::error::type_error;
use crate::eval::Evaluated;
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "abs",
    parameters: &[],
    examples: &[("{{ (2 - 9) | abs }}", "7")],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let _ = call;
    match input {
        Value::Int(number) => Ok(Value::Int(number.wrapping_abs())),
        Value::Long(number) => Ok(Value::Long(number.wrapping_abs())),
        Value::Double(number) => Ok(Value::Double(number.abs())),
        Value::Big(digits) => Ok(Value::Big(digits.trim_start_matches('-').into())),
        other => type_error(format!("`abs` wants a number, not {}", other.type_name())),
    }
}

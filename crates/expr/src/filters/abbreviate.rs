//! `abbreviate`: cuts text to a length, ending it with `...` where something was cut off.
//!
//! Arguments: `length`: the length of the result, dots included. It must be a Long, such as a
//! literal.
//!
//! Example: `{{ 'a long sentence' | abbreviate(9) }}` gives `a long...`.

use super::wants_text;
use super::{Call, Filter};
use crate::error::{type_error, value_error};
use crate::eval::Evaluated;
use crate::text::{utf16_len, utf16_slice};
use crate::value::Value;

pub(super) const FILTER: Filter = Filter {
    name: "abbreviate",
    parameters: &["length"],
    examples: &[("{{ 'a long sentence' | abbreviate(9) }}", "a long...")],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let text = match input {
        Value::Null => return Ok(Value::Null),
        Value::Str(text) => text,
        other => return wants_text("abbreviate", &other),
    };
    let Value::Long(length) = call.arguments[0] else {
        return type_error("`abbreviate` wants a length: a literal, or `n + 0`");
    };
    let Ok(length) = usize::try_from(length) else {
        return value_error("`abbreviate` wants a length of at least 0");
    };
    let have = utf16_len(&text);
    if have < length || have <= 3 {
        return Ok(Value::Str(text));
    }
    if length <= 3 {
        return Ok(Value::Str(utf16_slice(&text, 0, length)));
    }
    let kept = utf16_slice(&text, 0, (length - 3).min(have));
    Ok(Value::from(format!("{kept}...")))
}

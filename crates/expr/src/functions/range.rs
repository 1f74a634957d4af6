//! `range`: the whole numbers, or the letters, from one to another.
//!
//! Arguments: `start`, `end` (which is included), and `increment`, 1 if it is left out.
//!
//! Example: `{{ range(1, 7, 3) }}` gives `[1, 4, 7]`.

use super::{Call, Function};
use crate::error::{type_error, value_error};
use crate::eval::Evaluated;
use crate::eval::Meter;
use crate::value::Number;
use crate::value::Value;

pub(super) const FUNCTION: Function = Function {
    name: "range",
    parameters: Some(&["start", "end", "increment"]),
    examples: &[("{{ range(1, 7, 3) }}", "[1, 4, 7]"), ("{{ range('a', 'c') | join }}", "abc")],
    apply,
};

fn apply<'v>(call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    let increment = match &call.arguments[2] {
        Value::Null => 1,
        other => match Number::of(other) {
            Some(number) => number.to_i64(),
            None => {
                let kind = other.type_name();
                return type_error(format!("the increment of `range` is a number, not {kind}"));
            }
        },
    };
    range(&call.arguments[0], &call.arguments[1], increment, call.meter)
}

/// A range has at most this many elements.
const MAX_LENGTH: i128 = 100_000;

/// The elements of a range, for the function and the operator `..`.
pub(crate) fn range<'v>(
    start: &Value<'_>,
    end: &Value<'_>,
    increment: i64,
    meter: &mut Meter,
) -> Evaluated<Value<'v>> {
    if let (Some(start), Some(end)) = (Number::of(start), Number::of(end)) {
        let numbers = steps(start.to_i64(), end.to_i64(), increment, meter)?;
        return Ok(Value::list(numbers.map(Value::Long).collect()));
    }
    let (Some(start), Some(end)) = (letter(start), letter(end)) else {
        let (start, end) = (start.type_name(), end.type_name());
        let message =
            format!("`range` goes between two numbers or two letters, not {start} and {end}");
        return type_error(message);
    };
    let letters = steps(i64::from(start), i64::from(end), increment, meter)?;
    let letters = letters.map(|code| {
        let letter = u32::try_from(code).ok().and_then(char::from_u32).unwrap_or('?');
        Value::from(letter.to_string())
    });
    Ok(Value::list(letters.collect()))
}

fn letter(value: &Value<'_>) -> Option<u16> {
    let Value::Str(text) = value else { return None };
    let mut units = text.encode_utf16();
    units.next().filter(|_| units.next().is_none())
}

fn steps(
    start: i64,
    end: i64,
    increment: i64,
    meter: &mut Meter,
) -> Evaluated<impl Iterator<Item = i64>> {
    if increment == 0 {
        return value_error("the increment of `range` is not 0");
    }
    let distance = i128::from(end) - i128::from(start);
    let count = (distance / i128::from(increment) + 1).max(0);
    let count = if distance.signum() == -i128::from(increment.signum()) { 0 } else { count };
    if count > MAX_LENGTH {
        return value_error(format!("`range` gives at most {MAX_LENGTH} elements, not {count}"));
    }
    let count = usize::try_from(count).unwrap_or(0);
    meter.charge(count * 16)?;
    Ok((0i64..).take(count).map(move |n| start.wrapping_add(n.wrapping_mul(increment))))
}

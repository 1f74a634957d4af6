//! `index(n)`: the element of an array at the first number among the arguments.

use super::{Invocation, numbers, sequence};
use crate::eval::{Found, Stop};
use crate::json::Json;
use crate::number::Number;

pub(super) fn call<'m>(invocation: &Invocation<'_, 'm>) -> Result<Found<'m>, Stop> {
    sequence::element(invocation, || {
        for argument in invocation.values()? {
            let number = numbers::all(&argument).iter().find_map(Json::as_number);
            if let Some(number) = number {
                return Ok(narrowed(number));
            }
        }
        Err(Stop::OutOfBounds("`index` needs a number".to_owned()))
    })
}

/// Java's `intValue`: integers keep their low 32 bits, doubles go to the nearest `int`.
fn narrowed(number: &Number) -> i32 {
    match number.as_i64() {
        Some(value) => value as i32,
        None if number.is_double() => number.as_f64() as i32,
        None => number.to_decimal().map_or(0, |decimal| decimal.to_i32_wrapping()),
    }
}

//! `slice`: a part of text (in UTF-16 units) or of a list. Outside of its bounds is an error.
//!
//! Arguments: `fromIndex`: where it begins, from 0; `toIndex`: where it ends, the end if it is left
//! out.
//!
//! Example: `{{ '+14085551234' | slice(2, 5) }}` gives `408`.

use super::wants_list;
use super::{Call, Filter};
use crate::error::{type_error, value_error};
use crate::eval::Evaluated;
use crate::text::{utf16_len, utf16_slice};
use crate::value::{ListKind, Number, Value};

pub(super) const FILTER: Filter = Filter {
    name: "slice",
    parameters: &["fromIndex", "toIndex"],
    examples: &[
        ("{{ '+14085551234' | slice(2, 5) }}", "408"),
        ("{{ 'abc' | slice(toIndex=2) }}", "ab"),
    ],
    tolerant: false,
    in_place: false,
    prepare: None,
    apply,
};

fn apply<'v>(input: Value<'v>, call: &mut Call<'v, '_>) -> Evaluated<Value<'v>> {
    if input.is_null() {
        return Ok(Value::Null);
    }
    let from = index(&call.arguments[0], "fromIndex")?;
    let to = index(&call.arguments[1], "toIndex")?;
    let size = match &input {
        Value::Str(text) => utf16_len(text),
        Value::List(list) if list.kind() != ListKind::Collection => list.items().len(),
        other => return wants_list("slice", other),
    };
    let (from, to) = bounds(from, to, size)?;
    match input {
        Value::Str(text) => Ok(Value::Str(utf16_slice(&text, from, to))),
        Value::List(list) => {
            let items = list.items()[from..to].to_vec();
            call.meter.charge(items.len() * 16)?;
            let array = list.kind() == ListKind::Array;
            Ok(if array { Value::array(items) } else { Value::list(items) })
        }
        other => Ok(other),
    }
}

/// Decimals are cut off, as in Java.
#[inline]
fn index(value: &Value<'_>, name: &str) -> Evaluated<Option<i64>> {
    match value {
        Value::Null => Ok(None),
        Value::Long(index) => Ok(Some(*index)),
        other => match Number::of(other) {
            Some(number) => Ok(Some(number.to_i64())),
            None => type_error(format!("`{name}` is a number, not {}", other.type_name())),
        },
    }
}

#[inline]
fn bounds(from: Option<i64>, to: Option<i64>, size: usize) -> Evaluated<(usize, usize)> {
    let from = from.unwrap_or(0);
    let length = i64::try_from(size).unwrap_or(i64::MAX);
    let end = to.unwrap_or(length);
    if from < 0 {
        return value_error(format!("`slice` begins at {from}, before the start"));
    }
    if to.is_some() && end <= from {
        return value_error(format!("`slice` ends at {end}, not after its start {from}"));
    }
    if end > length || from > length {
        let beyond = end.max(from);
        return value_error(format!("`slice` reaches to {beyond}, but the length is {size}"));
    }
    // Both are between 0 and the length.
    Ok((usize::try_from(from).unwrap_or(size), usize::try_from(end).unwrap_or(size)))
}

//! What operators do with values, by Pebble's rules.

use std::borrow::Cow;

use super::{Evaluated, Meter};
use crate::error::{RenderErrorKind, Suggestion, failure, type_error, value_error};
use crate::syntax::tree::{Arithmetic, Comparison};
use crate::value::{List, ListKind, Number, Shared, Value};

/// Computes with two numbers: in doubles if one is a double, else in 64 bits if one is a Long, else
/// in 32 bits. Overflow wraps round.
#[inline]
pub(crate) fn compute<'v>(
    operation: Arithmetic,
    left: Number,
    right: Number,
) -> Evaluated<Value<'v>> {
    match (left, right) {
        (Number::Int(a), Number::Int(b)) => int(operation, a, b).map(|sum| Value::Long(sum.into())),
        (Number::Int(a), Number::Long(b)) => long(operation, a.into(), b).map(Value::Long),
        (Number::Long(a), Number::Int(b)) => long(operation, a, b.into()).map(Value::Long),
        (Number::Long(a), Number::Long(b)) => long(operation, a, b).map(Value::Long),
        (a, b) => Ok(Value::Double(double(operation, widen(a), widen(b)))),
    }
}

#[allow(clippy::cast_precision_loss)] // as in Java
fn widen(number: Number) -> f64 {
    match number {
        Number::Int(number) => number.into(),
        Number::Long(number) => number as f64,
        Number::Double(number) => number,
    }
}

fn int(operation: Arithmetic, a: i32, b: i32) -> Evaluated<i32> {
    Ok(match operation {
        Arithmetic::Add => a.wrapping_add(b),
        Arithmetic::Subtract => a.wrapping_sub(b),
        Arithmetic::Multiply => a.wrapping_mul(b),
        Arithmetic::Divide if b != 0 => a.wrapping_div(b),
        Arithmetic::Modulo if b != 0 => a.wrapping_rem(b),
        Arithmetic::Divide | Arithmetic::Modulo => return division_by_zero(),
    })
}

#[inline]
fn long(operation: Arithmetic, a: i64, b: i64) -> Evaluated<i64> {
    Ok(match operation {
        Arithmetic::Add => a.wrapping_add(b),
        Arithmetic::Subtract => a.wrapping_sub(b),
        Arithmetic::Multiply => a.wrapping_mul(b),
        Arithmetic::Divide if b != 0 => a.wrapping_div(b),
        Arithmetic::Modulo if b != 0 => a.wrapping_rem(b),
        Arithmetic::Divide | Arithmetic::Modulo => return division_by_zero(),
    })
}

fn double(operation: Arithmetic, a: f64, b: f64) -> f64 {
    match operation {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::Modulo => a % b,
    }
}

#[cold]
fn division_by_zero<T>() -> Evaluated<T> {
    value_error("a whole number cannot be divided by zero")
}

/// `+` and `-` on what are not two numbers: text is joined, lists get longer or shorter.
pub(crate) fn add<'v>(
    operation: Arithmetic,
    left: &Value<'v>,
    right: &Value<'v>,
    meter: &mut Meter,
) -> Evaluated<Value<'v>> {
    let is_text = |value: &Value<'_>| matches!(value, Value::Str(_) | Value::Safe(_));
    match operation {
        Arithmetic::Add if is_text(left) || is_text(right) => {
            let mut text = String::new();
            left.write_java(&mut text);
            meter.allow(text.len())?;
            right.write_java(&mut text);
            meter.charge(text.len())?;
            Ok(Value::from(text))
        }
        Arithmetic::Add | Arithmetic::Subtract => match left {
            Value::List(list) if list.kind() == ListKind::List => {
                change_list(operation, list, right, meter)
            }
            _ => cannot_compute(operation, left, right),
        },
        _ => cannot_compute(operation, left, right),
    }
}

fn change_list<'v>(
    operation: Arithmetic,
    list: &Shared<'v, List>,
    right: &Value<'v>,
    meter: &mut Meter,
) -> Evaluated<Value<'v>> {
    let mut items = list.items().to_vec();
    meter.charge(items.len() * 16)?;
    match (operation, right) {
        (Arithmetic::Add, Value::List(more)) if more.kind() != ListKind::Array => {
            meter.charge(more.items().len() * 16)?;
            items.extend_from_slice(more.items());
        }
        (Arithmetic::Add, one) => items.push(one.clone().into_owned()),
        (_, Value::List(less)) if less.kind() != ListKind::Array => {
            meter.charge(items.len().saturating_mul(less.items().len()).saturating_mul(16))?;
            items.retain(|item| !less.items().contains(item));
        }
        (_, one) => {
            if let Some(at) = items.iter().position(|item| item == one) {
                items.remove(at);
            }
        }
    }
    super::bounded(Value::list(items))
}

#[cold]
fn cannot_compute<T>(operation: Arithmetic, left: &Value<'_>, right: &Value<'_>) -> Evaluated<T> {
    let (left_type, right_type) = (left.type_name(), right.type_name());
    let message = match operation {
        Arithmetic::Add => format!("{left_type} and {right_type} cannot be added"),
        Arithmetic::Subtract => format!("{right_type} cannot be subtracted from {left_type}"),
        Arithmetic::Multiply => format!("{left_type} cannot be multiplied by {right_type}"),
        Arithmetic::Divide => format!("{left_type} cannot be divided by {right_type}"),
        Arithmetic::Modulo => format!("{left_type} has no remainder by {right_type}"),
    };
    let mut error = failure(RenderErrorKind::Type, message);
    let numeric =
        |value: &Value<'_>| value.as_str().is_some_and(|text| text.parse::<f64>().is_ok());
    if numeric(left) || numeric(right) {
        let message = "text of digits is not a number here; make the variable an Integer".into();
        error.suggestion = Some(Suggestion { message, edit: None });
    }
    Err(error)
}

/// `-x`.
pub(crate) fn minus<'v>(value: &Value<'_>) -> Evaluated<Value<'v>> {
    match Number::of(value) {
        Some(number) => compute(Arithmetic::Multiply, number, Number::Int(-1)),
        None => type_error(format!("`-` before {} means nothing", value.type_name())),
    }
}

/// `+x`.
pub(crate) fn plus(value: Value<'_>) -> Evaluated<Value<'_>> {
    match Number::of(&value) {
        Some(number) => compute(Arithmetic::Multiply, number, Number::Int(1)),
        None => type_error(format!("`+` before {} means nothing", value.type_name())),
    }
}

/// Orders two numbers, as doubles; anything is neither above nor below null.
#[inline]
pub(crate) fn compare(
    comparison: Comparison,
    left: &Value<'_>,
    right: &Value<'_>,
) -> Evaluated<bool> {
    let (Some(a), Some(b)) = (float(left), float(right)) else {
        return incomparable(left, right);
    };
    Ok(match comparison {
        Comparison::Less => a < b,
        Comparison::Greater => a > b,
        Comparison::AtMost => a <= b,
        Comparison::AtLeast => a >= b,
    })
}

#[cold]
fn incomparable(left: &Value<'_>, right: &Value<'_>) -> Evaluated<bool> {
    if left.is_null() || right.is_null() {
        return Ok(false);
    }
    let (left, right) = (left.type_name(), right.type_name());
    type_error(format!("only numbers can be ordered, not {left} and {right}"))
}

/// `==`: numbers by value, everything else as Java's `equals`.
#[inline]
#[allow(clippy::float_cmp)] // Java compares so
pub(crate) fn equal(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Str(a), Value::Str(b)) => a == b,
        _ => match (float(left), float(right)) {
            (Some(a), Some(b)) => a == b,
            (None, None) => left == right,
            _ => false,
        },
    }
}

#[inline]
#[allow(clippy::cast_precision_loss)] // as in Java
fn float(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Int(number) => Some(f64::from(*number)),
        Value::Long(number) => Some(*number as f64),
        Value::Double(number) => Some(*number),
        Value::Big(_) => value.as_f64(),
        _ => None,
    }
}

/// Whether a value counts as true. Null counts as false, in strict mode it is an error.
#[inline]
pub(crate) fn truth(value: &Value<'_>, strict: bool) -> Evaluated<bool> {
    match value {
        Value::Bool(value) => Ok(*value),
        Value::Int(value) => Ok(*value != 0),
        Value::Long(value) => Ok(*value != 0),
        Value::Double(value) => Ok(*value != 0.0),
        Value::Big(_) => Ok(true),
        Value::Str(text) => Ok(!text.is_empty()),
        Value::Null if !strict => Ok(false),
        Value::Null => type_error("null cannot be a condition in strict mode"),
        other => type_error(format!("{} cannot be a condition", other.type_name())),
    }
}

/// `a contains b`.
pub(crate) fn contains(left: &Value<'_>, right: &Value<'_>, meter: &mut Meter) -> Evaluated<bool> {
    match left {
        Value::Null => Ok(false),
        Value::Str(text) => {
            let part = match right {
                Value::Str(part) => Cow::Borrowed(&**part),
                other => Cow::Owned(other.to_java_text()),
            };
            meter.charge(text.len())?;
            Ok(text.contains(&*part))
        }
        Value::List(list) => {
            meter.charge(list.items().len() * 16)?;
            match right {
                Value::List(all)
                    if list.kind() != ListKind::Array && all.kind() != ListKind::Array =>
                {
                    meter.charge(list.items().len().saturating_mul(all.items().len()))?;
                    Ok(all.items().iter().all(|item| list.items().contains(item)))
                }
                one => Ok(list.items().iter().any(|item| item == one)),
            }
        }
        Value::Map(map) => Ok(map.get(right).is_some()),
        other => type_error(format!(
            "`contains` searches text, lists and maps, not {}",
            other.type_name()
        )),
    }
}

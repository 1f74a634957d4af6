//! `a.b`, `a['b']`, `a[0]` and `a.b()`.

use super::{Evaluated, Meter, members};
use crate::error::{RenderErrorKind, fail, type_error, value_error};
use crate::text::utf16_len;
use crate::value::{List, Number, Shared, Value};

type Found<'v> = Evaluated<Option<Value<'v>>>;

/// `object.name`. Nothing found is `None`, or an error in strict mode.
#[inline]
pub(crate) fn attribute<'v>(object: Value<'v>, name: &str, strict: bool) -> Found<'v> {
    let found = match &object {
        Value::Map(map) => match map.as_borrowed() {
            Some(map) => map.get_str(name).map(Value::by_ref),
            None => map.get_str(name).cloned(),
        },
        Value::Object(object) => object.attribute(name),
        Value::Null => None,
        Value::Str(text) if name == "length" => Some(length(text)),
        other => members::member(other, name, &[])?,
    };
    if found.is_none() && strict { missing(&object, name) } else { Ok(found) }
}

/// The length of text, as Java's `int`.
#[inline]
pub(crate) fn length<'v>(text: &str) -> Value<'v> {
    Value::Int(i32::try_from(utf16_len(text)).unwrap_or(i32::MAX))
}

#[cold]
fn missing<'v>(object: &Value<'_>, name: &str) -> Found<'v> {
    let message = match object {
        Value::Null => format!("`{name}` is asked of null"),
        other => format!("{} has no `{name}`", other.type_name()),
    };
    fail(RenderErrorKind::MissingName, message)
}

/// `object[key]`.
pub(crate) fn index<'v>(object: Value<'v>, key: &Value<'v>, strict: bool) -> Found<'v> {
    let found = match &object {
        Value::Map(map) => {
            let found = match (Number::of(key), map.iter().next()) {
                (Some(number), Some((first, _))) => map.get(&number_key(number, first)?),
                _ => map.get(key),
            };
            found.cloned()
        }
        Value::List(list) => match key.to_java_text().parse::<i32>() {
            Ok(at) => usize::try_from(at).ok().and_then(|at| item(list, at)),
            Err(_) => member(&object, key)?,
        },
        Value::Null => None,
        Value::Object(object) => object.attribute(&key.to_java_text()),
        _ => member(&object, key)?,
    };
    if found.is_none() && strict {
        return missing(&object, &key.to_java_text());
    }
    Ok(found)
}

fn item<'v>(list: &Shared<'v, List>, at: usize) -> Option<Value<'v>> {
    match list.as_borrowed() {
        Some(list) => list.items().get(at).map(Value::by_ref),
        None => list.items().get(at).cloned(),
    }
}

/// A number as a key of the type that the first key of the map has.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // as in Java
fn number_key(number: Number, first: &Value<'_>) -> Evaluated<Value<'static>> {
    match first {
        Value::Int(_) => Ok(Value::Int(number.to_i64() as i32)),
        Value::Long(_) => Ok(Value::Long(number.to_i64())),
        Value::Double(_) => Ok(Value::Double(match number {
            Number::Double(number) => number,
            whole => whole.to_i64() as f64,
        })),
        other => type_error(format!(
            "a number cannot be the key of a map whose keys are {}; put it in quotes",
            other.type_name()
        )),
    }
}

fn member<'v>(object: &Value<'v>, key: &Value<'_>) -> Found<'v> {
    let name = key.to_java_text();
    if name.is_empty() {
        return value_error(format!("an empty name is asked of {}", object.type_name()));
    }
    members::member(object, &name, &[])
}

/// `object.name(arguments)`.
pub(crate) fn method<'v>(
    object: Value<'v>,
    name: &str,
    arguments: &[Value<'v>],
    strict: bool,
    meter: &mut Meter,
) -> Found<'v> {
    if let Some(text) = object.as_str() {
        meter.charge(text.len())?;
    }
    let found = match &object {
        Value::Null => None,
        other => members::member(other, name, arguments)?,
    };
    match &found {
        Some(Value::Str(text)) => meter.charge(text.len())?,
        Some(Value::List(list)) => meter.charge(list.items().len() * 16)?,
        None if strict => return missing(&object, name),
        _ => {}
    }
    Ok(found)
}

//! Whether a condition holds for an item.

use std::cmp::Ordering;

use super::operand::Value;
use super::{Filter, Operand, Operator};
use crate::eval::{Scope, Stop};
use crate::json::Json;

/// Whether the condition holds for the item.
///
/// # Errors
/// [`Stop::Invalid`] and [`Stop::NotFound`] mean that the item does not match at all, whatever
/// stands around the comparison; the rest fails the read.
pub(crate) fn holds(filter: &Filter, scope: &Scope<'_>, item: &Json) -> Result<bool, Stop> {
    scope.spend(1)?;
    match filter {
        Filter::Or(parts) => {
            for part in parts {
                if holds(part, scope, item)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Filter::And(parts) => {
            for part in parts {
                if !holds(part, scope, item)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Filter::Not(part) => holds(part, scope, item).map(|holds| !holds),
        Filter::Exists { path, expected } => {
            let found = scope.requiring_properties().read_in_filter(path, item);
            match found {
                Ok(_) => Ok(*expected),
                Err(Stop::NotFound(_)) => Ok(!*expected),
                Err(stop) => Err(stop),
            }
        }
        Filter::Compare { left, operator, right } => compare(left, *operator, right, scope, item),
    }
}

fn compare(
    left: &Operand,
    operator: Operator,
    right: &Operand,
    scope: &Scope<'_>,
    item: &Json,
) -> Result<bool, Stop> {
    let left = &Value::of(left, scope, item)?;
    let right = &Value::of(right, scope, item)?;
    scope.spend((left.weight() + right.weight()) / 16)?;
    match operator {
        Operator::Equal => equal(left, right),
        Operator::NotEqual => equal(left, right).map(|equal| !equal),
        Operator::SameTypeAndEqual => Ok(left.same_type(right) && equal(left, right)?),
        Operator::NotSameTypeOrEqual => Ok(!(left.same_type(right) && equal(left, right)?)),
        Operator::Less => Ok(order(left, right).is_some_and(Ordering::is_lt)),
        Operator::LessOrEqual => Ok(order(left, right).is_some_and(Ordering::is_le)),
        Operator::Greater => Ok(order(left, right).is_some_and(Ordering::is_gt)),
        Operator::GreaterOrEqual => Ok(order(left, right).is_some_and(Ordering::is_ge)),
        Operator::Matches => matches(left, right, scope),
        Operator::In => is_in(left, right, scope),
        Operator::NotIn => is_in(left, right, scope).map(|is_in| !is_in),
        Operator::Contains => contains(left, right, scope),
        Operator::Size => size(left, right),
        Operator::Empty => empty(left, right),
        Operator::SubsetOf => subset(left, right, scope),
        Operator::AnyOf => any_in_common(left, right, scope, true),
        Operator::NoneOf => any_in_common(left, right, scope, false),
        Operator::Exists => exists(left, right),
        // Jayway offers these to Java code; written in a path they match nothing.
        Operator::All | Operator::Type | Operator::Predicate => {
            Err(Stop::invalid("this operator cannot be used in a path"))
        }
    }
}

/// An array or object that was written on the left is still text and equals nothing.
fn equal(left: &Value<'_>, right: &Value<'_>) -> Result<bool, Stop> {
    if !left.is_json() || !right.is_json() {
        return Ok(left.equals(right));
    }
    match (left, right.json()?) {
        (Value::Json(left), Some(right)) => Ok(left.java_equals(right)),
        _ => Ok(false),
    }
}

fn order(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => Some(a.compare(b)),
        // Java orders strings by UTF-16 units.
        (Value::Text(a), Value::Text(b)) => Some(a.encode_utf16().cmp(b.encode_utf16())),
        _ => None,
    }
}

fn matches(left: &Value<'_>, right: &Value<'_>, scope: &Scope<'_>) -> Result<bool, Stop> {
    let (pattern, input) = match (left, right) {
        (Value::Pattern(_), Value::Pattern(_)) => return Ok(false),
        (Value::Pattern(pattern), input) | (input, Value::Pattern(pattern)) => (pattern, input),
        _ => return Ok(false),
    };
    let matched = |input: &Value<'_>| {
        let text = input_text(input);
        scope.spend(text.len() as u64)?;
        pattern.matches(&text).map_err(Stop::Failed)
    };
    if let Some(Json::Array(_)) = input.json()? {
        for element in input.list(scope)?.unwrap_or_default() {
            if matched(&element)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    matched(input)
}

fn input_text(input: &Value<'_>) -> String {
    match input {
        Value::Text(text) => text.to_string(),
        Value::Number(number) => number.to_text(),
        Value::Bool(value) => value.to_string(),
        Value::Null
        | Value::Undefined
        | Value::Json(_)
        | Value::Literal(_)
        | Value::Pattern(_)
        | Value::Path => String::new(),
    }
}

fn is_in(left: &Value<'_>, right: &Value<'_>, scope: &Scope<'_>) -> Result<bool, Stop> {
    let list = right.list(scope)?;
    Ok(list.is_some_and(|list| list.iter().any(|element| left.equals(element))))
}

fn contains(left: &Value<'_>, right: &Value<'_>, scope: &Scope<'_>) -> Result<bool, Stop> {
    match (left, right) {
        (Value::Text(text), Value::Text(part)) => Ok(text.contains(part.as_ref())),
        _ if left.is_json() => is_in(right, left, scope),
        _ => Ok(false),
    }
}

fn size(left: &Value<'_>, right: &Value<'_>) -> Result<bool, Stop> {
    let Value::Number(expected) = right else { return Ok(false) };
    let size = match (left, left.json()?) {
        (Value::Text(text), _) => text.encode_utf16().count() as i64,
        (_, Some(Json::Array(elements))) => elements.len() as i64,
        (_, Some(_)) => -1,
        _ => return Ok(false),
    };
    Ok(size == i64::from(expected.to_i32_wrapping()))
}

fn empty(left: &Value<'_>, right: &Value<'_>) -> Result<bool, Stop> {
    let is_empty = match (left, left.json()?) {
        (Value::Text(text), _) => text.is_empty(),
        (_, Some(Json::Array(elements))) => elements.is_empty(),
        (_, Some(_)) => return Err(Stop::failed("`empty` cannot be asked of an object")),
        _ => return Ok(false),
    };
    truth(right).map(|expected| is_empty == expected)
}

fn truth(value: &Value<'_>) -> Result<bool, Stop> {
    match value {
        Value::Bool(value) => Ok(*value),
        _ => Err(Stop::invalid("true or false is needed here")),
    }
}

fn exists(left: &Value<'_>, right: &Value<'_>) -> Result<bool, Stop> {
    if !matches!(left, Value::Bool(_)) && !matches!(right, Value::Bool(_)) {
        return Err(Stop::failed("`exists` needs true or false on one side"));
    }
    Ok(truth(left)? == truth(right)?)
}

fn subset(left: &Value<'_>, right: &Value<'_>, scope: &Scope<'_>) -> Result<bool, Stop> {
    let Some(right) = right.list(scope)? else { return Ok(false) };
    let Some(left) = left.list(scope)? else { return Ok(false) };
    scope.spend((left.len() * right.len()) as u64)?;
    Ok(left.iter().all(|element| right.iter().any(|other| element.equals(other))))
}

fn any_in_common(
    left: &Value<'_>,
    right: &Value<'_>,
    scope: &Scope<'_>,
    wanted: bool,
) -> Result<bool, Stop> {
    let Some(right) = right.list(scope)? else { return Ok(false) };
    let Some(left) = left.list(scope)? else { return Ok(false) };
    scope.spend((left.len() * right.len()) as u64)?;
    let common = left.iter().any(|element| right.iter().any(|other| element.equals(other)));
    Ok(common == wanted)
}

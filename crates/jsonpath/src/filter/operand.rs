//! The value of one side of a comparison.

use std::borrow::Cow;

use super::pattern::Pattern;
use super::{JsonLiteral, Operand};
use crate::decimal::Decimal;
use crate::eval::{Scope, Stop};
use crate::json::Json;
use crate::number::Number;
use crate::path::{Path, unescape};

/// What an operand is for one item.
pub(super) enum Value<'v> {
    Text(Cow<'v, str>),
    Number(Cow<'v, Decimal>),
    Bool(bool),
    Null,
    /// The path found nothing.
    Undefined,
    /// An array or object of the document.
    Json(Cow<'v, Json>),
    /// An array or object that was written as text.
    Literal(Cow<'v, JsonLiteral>),
    Pattern(&'v Pattern),
    /// A string in a list that reads as a path; equal to nothing.
    Path,
}

impl<'v> Value<'v> {
    pub(super) fn of<'d: 'v>(
        operand: &'v Operand,
        scope: &Scope<'d>,
        item: &'v Json,
    ) -> Result<Value<'v>, Stop> {
        Ok(match operand {
            Operand::Text(text) => Value::Text(text.into()),
            Operand::Number(number) => Value::Number(Cow::Borrowed(number)),
            Operand::Bool(value) => Value::Bool(*value),
            Operand::Null => Value::Null,
            Operand::Json(literal) => Value::Literal(Cow::Borrowed(literal)),
            Operand::Pattern(pattern) => Value::Pattern(pattern),
            Operand::Path(path) => match scope.in_filter().read_in_filter(path, item) {
                Ok(found) if found.is_key_set => {
                    return Err(Stop::failed("the names of an object cannot be compared"));
                }
                Ok(found) => Value::found(found.value)?,
                Err(Stop::NotFound(_)) => Value::Undefined,
                Err(stop) => return Err(stop),
            },
        })
    }

    fn found(value: Cow<'v, Json>) -> Result<Value<'v>, Stop> {
        Ok(match value {
            Cow::Borrowed(Json::String(text)) => Value::Text(text.into()),
            Cow::Owned(Json::String(text)) => Value::Text(text.into()),
            value => match value.as_ref() {
                Json::Null => Value::Null,
                Json::Bool(value) => Value::Bool(*value),
                Json::Number(number) => Value::Number(Cow::Owned(decimal(number)?)),
                Json::String(_) | Json::Array(_) | Json::Object(_) => Value::Json(value),
            },
        })
    }

    /// An element of a list, in which text is looked at once more: `$.a` is a path there, `[1]`
    /// an array, and quotes around the text are taken off.
    fn element(element: &'v Json) -> Result<Value<'v>, Stop> {
        Ok(match element {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => Value::Number(Cow::Owned(decimal(number)?)),
            Json::String(text) => Value::element_text(text)?,
            Json::Array(_) | Json::Object(_) => {
                return Err(Stop::failed("a list inside a list cannot be compared"));
            }
        })
    }

    fn element_text(text: &'v str) -> Result<Value<'v>, Stop> {
        let trimmed = text.trim_matches(|c| c <= ' ');
        if trimmed.starts_with(['@', '$']) && Path::compile(trimmed).is_ok() {
            return Ok(Value::Path);
        }
        let brackets = (trimmed.starts_with('[') && trimmed.ends_with(']'))
            || (trimmed.starts_with('{') && trimmed.ends_with('}'));
        if trimmed.len() > 1 && brackets {
            let literal = JsonLiteral::new(text.to_owned());
            if literal.value.is_ok() {
                return Ok(Value::Literal(Cow::Owned(literal)));
            }
        }
        let quoted = text.len() > 1
            && ['\'', '"'].iter().any(|quote| text.starts_with(*quote) && text.ends_with(*quote));
        let inner = if quoted { &text[1..text.len() - 1] } else { text };
        // A single character is not unescaped.
        if !inner.contains('\\') || text.encode_utf16().nth(1).is_none() {
            return Ok(Value::Text(inner.into()));
        }
        let units: Vec<u16> = inner.encode_utf16().collect();
        unescape(&units).map(|text| Value::Text(text.into())).map_err(Stop::Failed)
    }

    /// Whether this is an array or object.
    pub(super) fn is_json(&self) -> bool {
        matches!(self, Value::Json(_) | Value::Literal(_))
    }

    /// The array or object.
    pub(super) fn json(&self) -> Result<Option<&Json>, Stop> {
        match self {
            Value::Json(json) => Ok(Some(json)),
            Value::Literal(literal) => match &literal.value {
                Ok(json) => Ok(Some(json)),
                Err(message) => Err(Stop::failed(message.as_str())),
            },
            Value::Text(_)
            | Value::Number(_)
            | Value::Bool(_)
            | Value::Null
            | Value::Undefined
            | Value::Pattern(_)
            | Value::Path => Ok(None),
        }
    }

    /// The elements of an array; none for an object.
    ///
    /// # Errors
    /// What is neither cannot stand where a list is wanted: the condition does not hold then.
    pub(super) fn list(&self, scope: &Scope<'_>) -> Result<Option<Vec<Value<'_>>>, Stop> {
        match self.json()? {
            Some(Json::Array(elements)) => {
                scope.spend(elements.len() as u64)?;
                elements.iter().map(Value::element).collect::<Result<_, _>>().map(Some)
            }
            Some(_) => Ok(None),
            None => Err(Stop::invalid("a list is needed here")),
        }
    }

    /// Java's `equals` between the nodes of a condition; `self` is the one that is asked.
    pub(super) fn equals(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::Text(a), Value::Number(b)) => *a == b.to_text(),
            (Value::Number(a), Value::Number(b)) => a.compare(b).is_eq(),
            (Value::Number(a), Value::Text(b)) => {
                Decimal::parse(b).is_some_and(|b| a.compare(&b).is_eq())
            }
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Null, Value::Null) => true,
            (Value::Json(a), Value::Json(b)) => a.java_equals(b),
            (Value::Literal(a), Value::Literal(b)) => a.text == b.text,
            _ => false,
        }
    }

    /// Whether both are of one type, as `===` asks.
    pub(super) fn same_type(&self, other: &Value<'_>) -> bool {
        (self.is_json() && other.is_json())
            || std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// About how many bytes there are to look at when this is compared.
    pub(super) fn weight(&self) -> u64 {
        match self {
            Value::Text(text) => text.len() as u64,
            Value::Literal(literal) => literal.text.len() as u64,
            Value::Json(json) => 32 * json.len() as u64,
            Value::Number(_)
            | Value::Bool(_)
            | Value::Null
            | Value::Undefined
            | Value::Pattern(_)
            | Value::Path => 1,
        }
    }
}

fn decimal(number: &Number) -> Result<Decimal, Stop> {
    number.to_decimal().ok_or_else(|| Stop::failed("NaN and the infinities cannot be compared"))
}

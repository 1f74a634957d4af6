//! The values that expressions work with, typed as Java types them.

mod extent;
mod json;
mod list;
mod map;
mod number;
mod print;
mod shared;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub(crate) use extent::Extent;
pub use json::JsonError;
pub use list::{List, ListKind};
pub use map::Map;
pub(crate) use map::java_hash;
pub(crate) use number::{Number, push_double};
pub use shared::Shared;

use crate::context::Object;

/// A value. `'a` is what it may borrow from: the context or the template.
#[derive(Clone, Default)]
pub enum Value<'a> {
    /// Nothing.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number of 32 bits (Java's Integer): what JSON numbers become.
    Int(i32),
    /// A whole number of 64 bits (Java's Long): literals, and every result of arithmetic.
    Long(i64),
    /// A floating-point number (Java's Double).
    Double(f64),
    /// A whole number beyond 64 bits (Java's BigInteger), as decimal digits.
    Big(Arc<str>),
    /// One UTF-16 unit (Java's Character), as `first` takes it from text. Never equal to text.
    Char(char),
    /// Text.
    Str(Cow<'a, str>),
    /// Text that is escaped already (Pebble's SafeString), as `escape`, `raw` and `date` give it.
    Safe(Arc<str>),
    /// A moment in UTC, in milliseconds since the Unix epoch, as `now()` gives it.
    Time(i64),
    /// A list, an array, or a view of a map.
    List(Shared<'a, List>),
    /// A map.
    Map(Shared<'a, Map>),
    /// A key of a map with its value.
    Entry(Arc<(Value<'static>, Value<'static>)>),
    /// Something that answers for its attributes itself.
    Object(&'a dyn Object),
}

impl<'a> Value<'a> {
    /// The same value, borrowing from nothing. An object becomes its description.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
            Value::Bool(value) => Value::Bool(value),
            Value::Int(value) => Value::Int(value),
            Value::Long(value) => Value::Long(value),
            Value::Double(value) => Value::Double(value),
            Value::Big(value) => Value::Big(value),
            Value::Char(value) => Value::Char(value),
            Value::Str(value) => Value::Str(Cow::Owned(value.into_owned())),
            Value::Safe(value) => Value::Safe(value),
            Value::Time(value) => Value::Time(value),
            Value::List(value) => Value::List(value.into_static()),
            Value::Map(value) => Value::Map(value.into_static()),
            Value::Entry(value) => Value::Entry(value),
            Value::Object(value) => Value::Str(Cow::Owned(value.describe())),
        }
    }

    /// Whether this is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The truth value, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The text, if it is text (escaped or not).
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text),
            Value::Safe(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one of at most 64 bits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(i64::from(*value)),
            Value::Long(value) => Some(*value),
            _ => None,
        }
    }

    /// The number as a floating-point number, if it is a number.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        Number::of(self).map(|number| number.to_f64(self))
    }

    /// What kind of value this is, in the words of error messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) | Value::Long(_) | Value::Big(_) => "a whole number",
            Value::Double(_) => "a decimal number",
            Value::Char(_) => "a single character",
            Value::Str(_) => "text",
            Value::Safe(_) => "escaped text",
            Value::Time(_) => "a moment in time",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Entry(_) => "a map entry",
            Value::Object(_) => "an object",
        }
    }

    pub(crate) fn string(text: impl Into<String>) -> Value<'a> {
        Value::Str(Cow::Owned(text.into()))
    }

    pub(crate) fn safe(text: impl Into<Arc<str>>) -> Value<'a> {
        Value::Safe(text.into())
    }

    pub(crate) fn list(items: Vec<Value<'static>>) -> Value<'a> {
        Value::List(Shared::new(List::new(ListKind::List, items)))
    }

    pub(crate) fn array(items: Vec<Value<'static>>) -> Value<'a> {
        Value::List(Shared::new(List::new(ListKind::Array, items)))
    }
}

impl<'a> Value<'a> {
    /// A copy, if that needs no reference count or allocation. It is made word by word: a value
    /// that a callee has just written in words would otherwise be read as one wide load, which has
    /// to wait until the words have left the processor's store buffer.
    #[inline(always)]
    pub(crate) fn copied(&self) -> Option<Value<'a>> {
        Some(match self {
            Value::Str(Cow::Borrowed(text)) => Value::Str(Cow::Borrowed(text)),
            Value::Int(value) => Value::Int(*value),
            Value::Long(value) => Value::Long(*value),
            Value::Bool(value) => Value::Bool(*value),
            Value::Map(map) => Value::Map(Shared::from_borrowed(map.as_borrowed_arc()?)),
            _ => return None,
        })
    }

    /// Whether there is nothing to drop in it.
    #[inline(always)]
    pub(crate) fn is_plain(&self) -> bool {
        matches!(
            self,
            Value::Null
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Long(_)
                | Value::Double(_)
                | Value::Str(Cow::Borrowed(_))
        )
    }

    /// The same value, moved as [`Value::copied`] does where it can.
    #[inline(always)]
    pub(crate) fn in_words(self) -> Value<'a> {
        match self.copied() {
            Some(copy) => {
                // What can be copied has nothing to drop.
                std::mem::forget(self);
                copy
            }
            None => self,
        }
    }
}

impl Value<'static> {
    /// The same value, borrowing from this one: costs no allocation.
    #[must_use]
    #[inline]
    pub fn by_ref(&self) -> Value<'_> {
        match self {
            Value::Str(text) => Value::Str(Cow::Borrowed(text)),
            Value::Int(value) => Value::Int(*value),
            Value::Bool(value) => Value::Bool(*value),
            Value::List(value) => Value::List(value.by_ref()),
            Value::Map(value) => Value::Map(value.by_ref()),
            other => other.clone(),
        }
    }
}

/// Compares as Java's `equals` does: types count, so an Int is never equal to a Long.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Long(a), Value::Long(b)) => a == b,
            (Value::Double(a), Value::Double(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Value::Big(a), Value::Big(b)) => a == b,
            (Value::Char(a), Value::Char(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Safe(a), Value::Safe(b)) => Arc::ptr_eq(a, b),
            (Value::Time(a), Value::Time(b)) => a == b,
            (Value::List(a), Value::List(b)) => Shared::same(a, b) || **a == **b,
            (Value::Map(a), Value::Map(b)) => Shared::same(a, b) || **a == **b,
            (Value::Entry(a), Value::Entry(b)) => a == b,
            (Value::Object(a), Value::Object(b)) => std::ptr::addr_eq(*a, *b),
            _ => false,
        }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write_to(&mut text);
        write!(f, "{}: {text:?}", self.type_name())
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Str(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Str(Cow::Owned(text))
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i32> for Value<'_> {
    fn from(value: i32) -> Self {
        Value::Int(value)
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Long(value)
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Value::Double(value)
    }
}

impl From<Vec<Value<'static>>> for Value<'_> {
    fn from(items: Vec<Value<'static>>) -> Self {
        Value::list(items)
    }
}

impl From<Map> for Value<'_> {
    fn from(map: Map) -> Self {
        Value::Map(Shared::new(map))
    }
}

impl<'a> From<&'a dyn Object> for Value<'a> {
    fn from(object: &'a dyn Object) -> Self {
        Value::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_small_and_can_be_sent() {
        fn sent<T: Send + Sync>() {}
        sent::<Value<'static>>();
        assert!(size_of::<Value<'_>>() <= 24);
        assert!(size_of::<Result<Value<'_>, crate::error::Failure>>() <= 24);
    }
}

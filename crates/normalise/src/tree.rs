//! The value between a format and JSON: ordered, bounded in depth, number and size.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::error::NormaliseError;

/// The deepest nesting.
pub(crate) const MAX_DEPTH: usize = 100;

/// The most values.
pub(crate) const MAX_NODES: usize = 200_000;

/// The most text, keys included, in bytes; aliases make text grow.
pub(crate) const MAX_TEXT_BYTES: usize = 16 << 20;

/// The key under which `toml` hands over a date.
const TOML_DATE: &str = "$__toml_private_datetime";

/// A value with its keys in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// A finite number with a fraction.
    Float(f64),
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Tree>),
    /// An object.
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// A number; what JSON has no number for becomes a text, as in Jackson.
    fn float(value: f64) -> Self {
        if value.is_finite() {
            return Self::Float(value);
        }
        let name = match (value.is_nan(), value.is_sign_negative()) {
            (true, _) => "NaN",
            (false, false) => "Infinity",
            (false, true) => "-Infinity",
        };
        Self::Text(name.to_owned())
    }

    /// A value as an object's key.
    fn into_key(self) -> Option<String> {
        match self {
            Self::Null => Some("null".to_owned()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Integer(value) => Some(value.to_string()),
            Self::Float(value) => Some(value.to_string()),
            Self::Text(text) => Some(text),
            Self::List(_) | Self::Map(_) => None,
        }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i128(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

/// What may still be built.
#[derive(Debug)]
pub(crate) struct Budget {
    nodes: Cell<usize>,
    bytes: Cell<usize>,
    passed: Cell<Option<&'static str>>,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self {
            nodes: Cell::new(MAX_NODES),
            bytes: Cell::new(MAX_TEXT_BYTES),
            passed: Cell::new(None),
        }
    }

    /// Takes one value with so much text at this depth.
    pub(crate) fn take(&self, depth: usize, bytes: usize) -> Result<(), &'static str> {
        let left = (self.nodes.get().checked_sub(1), self.bytes.get().checked_sub(bytes));
        let limit = match left {
            _ if depth > MAX_DEPTH => "is nested more than 100 levels deep",
            (None, _) => "has more than 200,000 values",
            (_, None) => "grows beyond 16 MiB of text",
            (Some(nodes), Some(bytes)) => {
                self.nodes.set(nodes);
                self.bytes.set(bytes);
                return Ok(());
            }
        };
        self.passed.set(Some(limit));
        Err(limit)
    }

    /// The error for the limit that was passed, if one was.
    pub(crate) fn passed(&self, kind: &'static str) -> Option<NormaliseError> {
        self.passed.get().map(|limit| NormaliseError::Limit { kind, limit })
    }
}

/// Reads a [`Tree`] within a budget.
#[derive(Clone, Copy)]
pub(crate) struct Seed<'b> {
    pub(crate) budget: &'b Budget,
    pub(crate) depth: usize,
}

impl Seed<'_> {
    fn take<E: Error>(&self, bytes: usize) -> Result<(), E> {
        self.budget.take(self.depth, bytes).map_err(E::custom)
    }

    fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    fn text<E: Error>(&self, text: String) -> Result<Tree, E> {
        self.take(text.len())?;
        Ok(Tree::Text(text))
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Tree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree, E> {
        self.take(0)?;
        Ok(Tree::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Tree, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Tree, D::Error> {
        self.deserialize(inner)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Tree, E> {
        self.take(0)?;
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Tree, E> {
        self.visit_i128(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Tree, E> {
        self.visit_i128(value.into())
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Tree, E> {
        self.take(0)?;
        Ok(Tree::Integer(value))
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Tree, E> {
        match i128::try_from(value) {
            Ok(value) => self.visit_i128(value),
            Err(_) => self.text(value.to_string()),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Tree, E> {
        self.take(0)?;
        Ok(Tree::float(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Tree, E> {
        self.text(text.to_owned())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Tree, E> {
        self.text(text)
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Tree, E> {
        self.text(String::from_utf8_lossy(bytes).into_owned())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        self.take(0)?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self.deeper())? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        self.take(0)?;
        let mut entries = Vec::new();
        while let Some(key) = access.next_key_seed(self.deeper())? {
            let key = key.into_key().ok_or_else(|| A::Error::custom("a key is not a text"))?;
            let value = access.next_value_seed(self.deeper())?;
            if key == TOML_DATE {
                return Ok(value);
            }
            entries.push((key, value));
        }
        Ok(Tree::Map(entries))
    }
}

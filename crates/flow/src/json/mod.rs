//! An ordered JSON value: what an exported flow is kept as, so that exporting an import gives an
//! equal value with the same key order and every number exactly as written (decision 15).

mod read;
mod write;

pub(crate) use write::string as write_string;

use std::ops::Range;

pub use read::{MAX_BYTES, MAX_DEPTH, ReadError, read};

/// A JSON value with its key order and its number tokens.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written.
    Number(Box<str>),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object's members in the order written, repeated keys included.
    Object(Vec<(String, Json)>),
}

static NULL: Json = Json::Null;

impl Json {
    /// The member of this name; null when there is none or this is no object. The last one
    /// counts where a key is repeated.
    pub fn get(&self, key: &str) -> &Json {
        self.find(key).unwrap_or(&NULL)
    }

    /// The member of this name.
    pub fn find(&self, key: &str) -> Option<&Json> {
        match self {
            Self::Object(members) => {
                members.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Array(_) => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// The text of a string, a number's token, or `true` and `false`: properties of exports are
    /// freely one or the other (`"5000"`, `2000`).
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Number(token) => Some(token),
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Null | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// True or false, also as text.
    pub fn as_bool(&self) -> Option<bool> {
        match self.as_text()? {
            text if text.eq_ignore_ascii_case("true") => Some(true),
            text if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// The elements of an array; none for anything else.
    pub fn elements(&self) -> &[Json] {
        match self {
            Self::Array(elements) => elements,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Object(_) => &[],
        }
    }

    /// The members of an object; none for anything else.
    pub fn members(&self) -> &[(String, Json)] {
        match self {
            Self::Object(members) => members,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Array(_) => &[],
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Compact JSON text.
    pub fn to_text(&self) -> String {
        write::compact(self)
    }

    /// JSON text indented by two spaces.
    pub fn to_pretty_text(&self) -> String {
        write::pretty(self)
    }
}

/// Where in `text` the value at this path of keys and indexes stands, or none.
pub fn locate(text: &str, path: &[&str]) -> Option<Range<usize>> {
    read::locate(text, path)
}

/// A position in a text as line and column, both from 1; the column counts characters.
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line, before.get(line_start..).unwrap_or_default().chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_keeps_order_numbers_and_escapes() {
        let text = r#"{"z":1.50,"a":[1e5,-0,"\u00e9\n\"\\"],"z2":null,"b":{"t":true,"f":false}}"#;
        let value = read(text).unwrap();
        assert_eq!(read(&value.to_text()).unwrap(), value);
        assert_eq!(read(&value.to_pretty_text()).unwrap(), value);
        assert_eq!(value.get("z"), &Json::Number("1.50".into()));
        assert_eq!(value.get("a").elements()[2].as_str(), Some("é\n\"\\"));
        let keys: Vec<_> = value.members().iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["z", "a", "z2", "b"]);
    }

    #[test]
    fn values_are_located_in_their_text() {
        let text = r#"{"a": [10, {"b": "x\"y"}], "c" : 3}"#;
        assert_eq!(&text[locate(text, &["a", "1", "b"]).unwrap()], r#""x\"y""#);
        assert_eq!(&text[locate(text, &["c"]).unwrap()], "3");
        assert_eq!(locate(text, &["a", "2"]), None);
        assert_eq!(line_and_column("ab\nçd", 5), (2, 2));
    }
}

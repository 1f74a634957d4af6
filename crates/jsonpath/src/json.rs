//! The ordered JSON value that paths give back.

use crate::error::ParseError;
use crate::limits::Limits;
use crate::number::Number;
use crate::{strict, write};

/// A JSON value whose objects keep the order of their members.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Json {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, with the token that the source wrote.
    Number(Number),
    /// A string; an unpaired surrogate of the source is the replacement character.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object; every name is there once when it came out of a document.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads JSON as RFC 8259 defines it; of a repeated name the last value counts, at the place of
    /// the first.
    ///
    /// # Errors
    /// Says what is wrong and where; also when the text goes over the default [`Limits`].
    pub fn parse_strict(text: &str) -> Result<Json, ParseError> {
        strict::parse(text, &Limits::default())
    }

    /// Compact JSON. Numbers are written as the source wrote them; NaN and the infinities that a
    /// function computed become `null`, as in json-smart.
    pub fn to_json_text(&self) -> String {
        let mut text = String::new();
        write::compact(self, &mut text);
        text
    }

    /// What a STRING variable receives: a string bare, a number as its token, `true` or `false`,
    /// null as the empty string, objects and arrays as compact JSON.
    pub fn to_plain_text(&self) -> String {
        match self {
            Json::Null => String::new(),
            Json::Bool(value) => value.to_string(),
            Json::Number(number) => number.to_string(),
            Json::String(text) => text.clone(),
            Json::Array(_) | Json::Object(_) => self.to_json_text(),
        }
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Json::String(text) = self { Some(text) } else { None }
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Json::Bool(value) = self { Some(*value) } else { None }
    }

    /// The number, if this is one.
    pub fn as_number(&self) -> Option<&Number> {
        if let Json::Number(number) = self { Some(number) } else { None }
    }

    /// The integer, if this is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    /// The number rounded to a double, if this is a number.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number().map(Number::as_f64)
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    /// The member of that name, if this is an object that has one.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.members().iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The element at that place, if this is an array that has one.
    pub fn at(&self, index: usize) -> Option<&Json> {
        self.elements().get(index)
    }

    /// The elements of an array; nothing for any other value.
    pub fn elements(&self) -> &[Json] {
        if let Json::Array(elements) = self { elements } else { &[] }
    }

    /// The members of an object in their order; nothing for any other value.
    pub fn members(&self) -> &[(String, Json)] {
        if let Json::Object(members) = self { members } else { &[] }
    }

    /// How many elements or members there are; 0 for plain values.
    pub fn len(&self) -> usize {
        self.elements().len() + self.members().len()
    }

    /// Whether there is no element or member.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Java's `equals` on json-smart's values: numbers by class and value, objects without order.
    pub(crate) fn java_equals(&self, other: &Json) -> bool {
        match (self, other) {
            (Json::Number(a), Json::Number(b)) => a.java_equals(b),
            (Json::Array(a), Json::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.java_equals(b))
            }
            (Json::Object(a), Json::Object(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(key, a)| other.get(key).is_some_and(|b| a.java_equals(b)))
            }
            _ => self == other,
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::String(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Json::String(text)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Json::Bool(value)
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Json::Number(value.into())
    }
}

impl From<f64> for Json {
    fn from(value: f64) -> Self {
        Json::Number(value.into())
    }
}

impl std::fmt::Display for Json {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_json_text())
    }
}

/// Below this many members a repeated name is looked for by going through them.
const FEW: usize = 16;

/// Keeps the last value of each repeated name, at the place of the first, as Java's
/// `LinkedHashMap` does.
pub(crate) fn without_repeated_names(members: &mut Vec<(String, Json)>) {
    if !has_repeated_name(members) {
        return;
    }
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by(|a, b| members[*a].0.cmp(&members[*b].0).then(a.cmp(b)));
    let mut dropped = vec![false; members.len()];
    let mut first = order[0];
    for &place in &order[1..] {
        if members[place].0 == members[first].0 {
            members[first].1 = std::mem::take(&mut members[place].1);
            dropped[place] = true;
        } else {
            first = place;
        }
    }
    let mut keep = dropped.into_iter().map(|dropped| !dropped);
    members.retain(|_| keep.next().unwrap_or(true));
}

fn has_repeated_name(members: &[(String, Json)]) -> bool {
    if members.len() <= FEW {
        return (1..members.len())
            .any(|later| members[..later].iter().any(|(key, _)| *key == members[later].0));
    }
    let mut names: Vec<&str> = members.iter().map(|(key, _)| key.as_str()).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair[0] == pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(names: &[&str]) -> Vec<(String, Json)> {
        names.iter().enumerate().map(|(i, n)| ((*n).to_owned(), Json::from(i as i64))).collect()
    }

    #[test]
    fn a_repeated_name_keeps_its_first_place_and_its_last_value() {
        let mut few = object(&["a", "b", "a", "c", "a"]);
        without_repeated_names(&mut few);
        assert_eq!(Json::Object(few).to_json_text(), r#"{"a":4,"b":1,"c":3}"#);

        let names: Vec<String> = (0..40).map(|i| format!("n{}", i % 30)).collect();
        let mut many = object(&names.iter().map(String::as_str).collect::<Vec<_>>());
        without_repeated_names(&mut many);
        assert_eq!(many.len(), 30);
        assert_eq!(many[0], ("n0".to_owned(), Json::from(30)));
        assert_eq!(many[29], ("n29".to_owned(), Json::from(29)));
    }

    #[test]
    fn plain_text_is_what_a_string_variable_receives() {
        let value = Json::parse_strict(r#"["x",1.10,true,null,{"a":[1]}]"#).unwrap();
        let plain: Vec<String> = value.elements().iter().map(Json::to_plain_text).collect();
        assert_eq!(plain, ["x", "1.10", "true", "", r#"{"a":[1]}"#]);
    }

    #[test]
    fn java_equality_tells_integers_from_doubles_and_ignores_order() {
        let value = |text| Json::parse_strict(text).unwrap();
        assert!(value(r#"{"a":1,"b":[2]}"#).java_equals(&value(r#"{"b":[2],"a":1}"#)));
        assert!(!value("[1]").java_equals(&value("[1.0]")));
        assert!(!value("[1,2]").java_equals(&value("[1]")));
    }
}

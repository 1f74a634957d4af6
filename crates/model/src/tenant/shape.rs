//! Compares a document with the JSON Schema of `tenant.yaml`: keys, types, ranges, choices.
//!
//! The editor of the person who writes the file checks it by the same schema, so both say the
//! same, but for one thing: here a number may stand for a name without quotes. Unlike
//! deserialization, which stops at the first mistake, this finds them all. Only the keywords that
//! occur in our own schema are known here.

use std::sync::LazyLock;

use jiff::civil::{Date, Time};
use serde_json::{Map, Value as Json};

use super::guess::did_you_mean;
use super::path::Path;
use super::report::{Report, shown};
use super::tree::{Entry, Node, Value};

/// The schema, made once, as it is always the same; sorted, so that messages list keys in the
/// same order whatever features of `serde_json` the rest of the program switches on.
static SCHEMA: LazyLock<Json> = LazyLock::new(|| {
    let mut schema = schemars::schema_for!(super::Tenant).to_value();
    schema.sort_all_objects();
    schema
});

/// Reports where the document does not have the shape of a `tenant.yaml`.
pub(super) fn check(root: &Node, report: &mut Report<'_>) {
    Shape { report }.value(&SCHEMA, root, &Path::default(), Scalars::AsText);
}

/// Whether a number, `true` or `false` may stand for text.
#[derive(Clone, Copy, PartialEq)]
enum Scalars {
    /// Yes: a name may be `2024`.
    AsText,
    /// No: where the type of the value decides what it means, or where deserialization has
    /// forgotten how it was written.
    Typed,
}

struct Shape<'r, 'a> {
    report: &'r mut Report<'a>,
}

impl Shape<'_, '_> {
    fn value(&mut self, schema: &Json, node: &Node, path: &Path, scalars: Scalars) {
        if is_left_out(schema, node) {
            return;
        }
        let whole = resolve(schema);
        match variants(whole) {
            Some([only]) => self.value(only, node, path, scalars),
            Some(several) => self.choice(several, node, path, scalars),
            None if accepts(whole, node, scalars) => self.content(whole, node, path, scalars),
            None => self.wrong_type(&[whole], node, path),
        }
        // Limits may stand beside a reference to the type.
        if !std::ptr::eq(whole, schema) {
            self.limits(schema, node, path);
        }
    }

    fn content(&mut self, schema: &Json, node: &Node, path: &Path, scalars: Scalars) {
        match &node.value {
            Value::Map(entries) => self.map(schema, node, entries, path, scalars),
            Value::List(list) => {
                for (index, item) in list.iter().enumerate() {
                    self.value(&schema["items"], item, &path.index(index), scalars);
                }
            }
            Value::Null | Value::Bool | Value::Integer(_) | Value::Decimal | Value::Text(_) => {}
        }
        self.limits(schema, node, path);
    }

    fn map(&mut self, schema: &Json, node: &Node, map: &[Entry], path: &Path, scalars: Scalars) {
        let none = Map::new();
        let known = schema["properties"].as_object().unwrap_or(&none);
        for entry in map {
            let below = path.key(&entry.key);
            match known.get(&entry.key) {
                Some(property) => self.value(property, &entry.node, &below, scalars),
                None if schema["additionalProperties"].is_object() => {
                    self.value(&schema["additionalProperties"], &entry.node, &below, scalars);
                }
                None => self.unknown_key(entry, known.keys().map(String::as_str), path),
            }
        }
        for name in texts(&schema["required"]) {
            if !map.iter().any(|entry| entry.key == name) {
                self.report.put(node.place, path, || format!("the key `{name}` is missing"));
            }
        }
    }

    fn unknown_key<'k>(
        &mut self,
        entry: &Entry,
        known: impl Iterator<Item = &'k str> + Clone,
        path: &Path,
    ) {
        self.report.put(entry.place, path, || {
            let allowed = known.clone().collect::<Vec<_>>().join(", ");
            let guess = did_you_mean(&entry.key, known);
            format!("unknown key {} (allowed: {allowed}){guess}", shown(&entry.key))
        });
    }

    /// A value that may have one of several shapes.
    fn choice(&mut self, several: &[Json], node: &Node, path: &Path, scalars: Scalars) {
        let words: Vec<&str> = several.iter().filter_map(|it| it["const"].as_str()).collect();
        if words.len() == several.len() {
            return self.word(&words, node, path);
        }
        let whole: Vec<&Json> = several.iter().map(resolve).collect();
        if let Value::Map(entries) = &node.value {
            let maps: Vec<&Json> =
                whole.iter().filter(|it| it["type"] == "object").copied().collect();
            if !maps.is_empty() {
                return self.one_map(&maps, node, entries, path, scalars);
            }
        }
        match whole.iter().find(|it| accepts(it, node, Scalars::Typed)) {
            Some(fitting) => self.content(fitting, node, path, Scalars::Typed),
            None => self.wrong_type(&whole, node, path),
        }
    }

    /// A map that may have one of several shapes, told apart by the word under `type` or by the
    /// keys that it has.
    fn one_map(
        &mut self,
        maps: &[&Json],
        node: &Node,
        entries: &[Entry],
        path: &Path,
        scalars: Scalars,
    ) {
        let tags: Vec<&str> = maps.iter().filter_map(|it| tag(it)).collect();
        if tags.len() == maps.len() {
            let Some(entry) = entries.iter().find(|entry| entry.key == "type") else {
                let allowed = tags.join(", ");
                return self.report.put(node.place, path, || {
                    format!("the key `type` is missing (allowed: {allowed})")
                });
            };
            let chosen = maps.iter().find(|it| {
                matches!(&entry.node.value,
                Value::Text(word) if tag(it) == Some(word))
            });
            return match chosen {
                Some(map) => self.content(map, node, path, Scalars::Typed),
                None => self.word(&tags, &entry.node, &path.key("type")),
            };
        }
        let has =
            |it: &&&Json| entries.iter().any(|entry| it["properties"].get(&entry.key).is_some());
        match maps.iter().find(has) {
            Some(map) => self.content(map, node, path, scalars),
            None => self.no_map(maps, node, entries, path),
        }
    }

    fn no_map(&mut self, maps: &[&Json], node: &Node, entries: &[Entry], path: &Path) {
        let known = maps.iter().flat_map(|it| texts(&it["required"]));
        let known: Vec<&str> = known.collect();
        match entries.first() {
            Some(entry) => self.unknown_key(entry, known.iter().copied(), path),
            None => self
                .report
                .put(node.place, path, || format!("expected one of the keys {}", known.join(", "))),
        }
    }

    fn word(&mut self, allowed: &[&str], node: &Node, path: &Path) {
        let list = || allowed.join(", ");
        match &node.value {
            Value::Text(word) if allowed.contains(&word.as_str()) => {}
            Value::Text(word) => self.report.put(node.place, path, || {
                let guess = did_you_mean(word, allowed.iter().copied());
                format!("{} is not allowed here (allowed: {}){guess}", shown(word), list())
            }),
            other => self.report.put(node.place, path, || {
                format!("expected one of {}, found {}", list(), found(other))
            }),
        }
    }

    fn wrong_type(&mut self, schemas: &[&Json], node: &Node, path: &Path) {
        self.report.put(node.place, path, || {
            let mut expected: Vec<String> = schemas.iter().map(|it| expected(it)).collect();
            expected.dedup();
            let expected = expected.join(", or ");
            let advice = advice(schemas, &node.value);
            format!("expected {expected}, found {}{advice}", found(&node.value))
        });
    }

    fn limits(&mut self, schema: &Json, node: &Node, path: &Path) {
        let problem = match &node.value {
            Value::Integer(number) if !has_type(resolve(schema), "string") => {
                range_problem(schema, *number)
            }
            Value::Text(text) => text_problem(schema, text),
            Value::List(list) if list.is_empty() && schema["minItems"].is_u64() => {
                Some("the list must not be empty".to_owned())
            }
            Value::Null
            | Value::Bool
            | Value::Integer(_)
            | Value::Decimal
            | Value::List(_)
            | Value::Map(_) => None,
        };
        if let Some(problem) = problem {
            self.report.put(node.place, path, || problem);
        }
    }
}

fn range_problem(schema: &Json, number: i128) -> Option<String> {
    let bound = |name: &str| schema[name].as_number().and_then(serde_json::Number::as_i128);
    let (least, most) = (bound("minimum"), bound("maximum"));
    if least.is_none_or(|it| it <= number) && most.is_none_or(|it| number <= it) {
        return None;
    }
    let range = match (least, most) {
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("{least} or more"),
        (None, Some(most)) => format!("{most} or less"),
        (None, None) => return None,
    };
    Some(format!("{number} is out of range (allowed: {range})"))
}

fn text_problem(schema: &Json, text: &str) -> Option<String> {
    if text.trim().is_empty() && schema["minLength"].is_u64() {
        return Some("must not be empty".to_owned());
    }
    let words: Vec<&str> = texts(&schema["enum"]).collect();
    if !words.is_empty() && !words.contains(&text) {
        let guess = did_you_mean(text, words.iter().copied());
        let allowed = words.join(", ");
        return Some(format!("{} is not allowed here (allowed: {allowed}){guess}", shown(text)));
    }
    match schema["format"].as_str() {
        Some("date") if text.parse::<Date>().is_err() => {
            Some(format!("{} is not a day (allowed: YYYY-MM-DD)", shown(text)))
        }
        Some("civil-time") if text.parse::<Time>().is_err() => {
            Some(format!("{} is not a time of day (allowed: 00:00 to 23:59)", shown(text)))
        }
        Some(_) | None => None,
    }
}

/// `key:` with nothing after it is the same as no key, where the value may be nothing.
fn is_left_out(schema: &Json, node: &Node) -> bool {
    if !matches!(node.value, Value::Null) {
        return false;
    }
    let whole = resolve(schema);
    let variants = ["anyOf", "oneOf"].iter().find_map(|key| whole[*key].as_array());
    let nullable = variants.is_some_and(|all| all.iter().any(|it| it["type"] == "null"));
    has_type(whole, "null") || nullable
}

fn resolve(schema: &Json) -> &Json {
    match schema["$ref"].as_str().and_then(|it| it.strip_prefix('#')) {
        Some(pointer) => SCHEMA.pointer(pointer).unwrap_or(&Json::Null),
        None => schema,
    }
}

/// The shapes that the value may have, without `null`.
fn variants(schema: &Json) -> Option<&[Json]> {
    let all = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array())?;
    // The generator puts `null` last.
    match all.split_last() {
        Some((last, others)) if last["type"] == "null" => Some(others),
        Some(_) | None => Some(all),
    }
}

fn accepts(schema: &Json, node: &Node, scalars: Scalars) -> bool {
    let is = |name| has_type(schema, name);
    let as_text = scalars == Scalars::AsText && is("string");
    match &node.value {
        Value::Null => is("null"),
        Value::Bool => is("boolean") || as_text,
        Value::Integer(_) => is("integer") || is("number") || as_text,
        Value::Decimal => is("number") || as_text,
        Value::Text(_) => is("string"),
        Value::List(_) => is("array"),
        Value::Map(_) => is("object"),
    }
}

fn has_type(schema: &Json, name: &str) -> bool {
    schema["type"] == name || texts(&schema["type"]).any(|it| it == name)
}

/// The word under `type` that marks this shape.
fn tag(schema: &Json) -> Option<&str> {
    schema["properties"]["type"]["const"].as_str()
}

fn texts(list: &Json) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str)
}

fn expected(schema: &Json) -> String {
    match (schema["format"].as_str(), schema["type"].as_str()) {
        (_, Some("object")) if tag(schema).is_some() => "keys with values (type, …)".to_owned(),
        (_, Some("object")) => match texts(&schema["required"]).collect::<Vec<_>>().join(", ") {
            keys if keys.is_empty() => "keys with values".to_owned(),
            keys => format!("keys with values ({keys})"),
        },
        (_, Some("array")) => "a list".to_owned(),
        (_, Some("boolean")) => "true or false".to_owned(),
        (Some("date"), _) => "a day (YYYY-MM-DD)".to_owned(),
        (Some("civil-time"), _) => "a time of day (HH:MM)".to_owned(),
        _ if has_type(schema, "integer") => "a whole number".to_owned(),
        _ if has_type(schema, "number") => "a number".to_owned(),
        _ if has_type(schema, "boolean") => "true or false".to_owned(),
        _ => "text".to_owned(),
    }
}

/// What to do about a value of the wrong type.
fn advice(schemas: &[&Json], value: &Value) -> &'static str {
    let is = |name| schemas.iter().any(|it| has_type(it, name));
    match value {
        Value::Null if is("array") => "; write `[]` or leave the key out",
        Value::Null => "; write a value or leave the key out",
        Value::Bool | Value::Integer(_) | Value::Decimal if is("string") => {
            "; put quotes around it to make it text"
        }
        Value::Bool
        | Value::Integer(_)
        | Value::Decimal
        | Value::Text(_)
        | Value::List(_)
        | Value::Map(_) => "",
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool => "true or false",
        Value::Integer(_) => "a whole number",
        Value::Decimal => "a number that is not whole or too large",
        Value::Text(_) => "text",
        Value::List(_) => "a list",
        Value::Map(_) => "keys with values",
    }
}

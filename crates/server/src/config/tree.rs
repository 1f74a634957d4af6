//! The text as a tree in which everything knows its line and column.

use std::collections::HashMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use trunkline_model::tenant::Path;

use super::mistake::Problem;

/// A line and a column, both from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u64,
    pub(super) column: u64,
}

/// Where lines begin in a text.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The place of a byte.
    pub(super) fn place(&self, at: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= at);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(start..at).unwrap_or_default();
        Place { line: line as u64, column: before.chars().count() as u64 + 1 }
    }
}

/// A value and its place.
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

/// What a value is.
pub(super) enum Value {
    Text(String),
    Integer(i128),
    /// A number that is not whole, or a date: no key wants one.
    Other(&'static str),
    Bool,
    List(Vec<Node>),
    /// Keys, their places and values.
    Table(Vec<(String, Place, Node)>),
}

impl Node {
    pub(super) fn of_table(table: &DeTable<'_>, at: usize, lines: &Lines<'_>) -> Self {
        let entries = table.iter().map(|(key, value)| {
            let place = lines.place(key.span().start);
            (key.get_ref().to_string(), place, Self::of(value, lines))
        });
        Self { place: lines.place(at), value: Value::Table(entries.collect()) }
    }

    fn of(value: &Spanned<DeValue<'_>>, lines: &Lines<'_>) -> Self {
        let at = value.span().start;
        let kind = match value.get_ref() {
            DeValue::Table(table) => return Self::of_table(table, at, lines),
            DeValue::Array(list) => {
                Value::List(list.iter().map(|item| Self::of(item, lines)).collect())
            }
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => {
                let parsed = i128::from_str_radix(number.as_str(), number.radix());
                // Beyond every range, so that only its size matters.
                Value::Integer(parsed.unwrap_or(i128::MAX))
            }
            DeValue::Boolean(_) => Value::Bool,
            DeValue::Float(_) => Value::Other("a number that is not whole"),
            DeValue::Datetime(_) => Value::Other("a date or time"),
        };
        Self { place: lines.place(at), value: kind }
    }

    pub(super) fn found(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "text",
            Value::Integer(_) => "a whole number",
            Value::Other(name) => name,
            Value::Bool => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// Where everything is in a `trunkline.toml`, for checks that come after reading.
#[derive(Clone, Debug, Default)]
pub struct Places {
    file: String,
    places: HashMap<String, Place>,
}

impl Places {
    pub(super) fn of(file: &str, root: &Node) -> Self {
        let mut places = Self { file: file.to_owned(), places: HashMap::new() };
        places.add(root, &Path::default());
        places
    }

    fn add(&mut self, node: &Node, path: &Path) {
        self.places.insert(path.to_string(), node.place);
        match &node.value {
            Value::Table(entries) => {
                for (key, place, value) in entries {
                    let path = path.key(key);
                    self.add(value, &path);
                    // A table is where its key is; its own span is that of its header.
                    self.places.insert(path.to_string(), *place);
                }
            }
            Value::List(list) => {
                for (index, item) in list.iter().enumerate() {
                    self.add(item, &path.index(index));
                }
            }
            Value::Text(_) | Value::Integer(_) | Value::Other(_) | Value::Bool => {}
        }
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// A problem with what is at this path, at its place or that of what is around it; without a
    /// place where the key is not in the file.
    pub fn problem(&self, path: &Path, message: impl Into<String>) -> Problem {
        let (key, message) = (path.to_string(), message.into());
        let mut around = key.as_str();
        let place = loop {
            if let Some(place) = self.places.get(around).filter(|_| !around.is_empty()) {
                break *place;
            }
            match around.rfind(['.', '[']) {
                Some(end) => around = &around[..end],
                None => break Place::default(),
            }
        };
        let Place { line, column } = place;
        Problem { file: self.file.clone(), line, column, key, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_its_line_and_column() {
        let text = "tenant = 't.yaml'\n[sip]\nlisten = [\n  'ä',  'x'\n]\n[[trunk]]\nname = 'a'\n";
        let table = DeTable::parse(text).unwrap();
        let root = Node::of_table(table.get_ref(), 0, &Lines::of(text));
        let places = Places::of("f.toml", &root);
        let at = |path: Path| {
            let problem = places.problem(&path, "m");
            (problem.line, problem.column)
        };
        assert_eq!(at(Path::root("sip").key("listen").index(1)), (4, 9));
        assert_eq!(at(Path::root("trunk").index(0).key("name")), (7, 1));
        assert_eq!(at(Path::root("trunk").index(0).key("networks")), (6, 1));
        assert_eq!(at(Path::root("http").key("listen")), (0, 0));
    }
}

//! How values turn into text.

use super::{List, Map, Value, push_double};

/// Lists and maps deeper than this print as `…`: JSON cannot nest so deep, only `list + list` can.
const MAX_DEPTH: usize = 64;

impl Value<'_> {
    /// Appends the value as `{{ }}` prints it; null prints nothing.
    #[inline]
    pub fn write_to(&self, out: &mut String) {
        match self {
            Value::Str(text) => out.push_str(text),
            Value::Int(value) => out.push_str(itoa::Buffer::new().format(*value)),
            Value::Long(value) => out.push_str(itoa::Buffer::new().format(*value)),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Null => {}
            other => other.write_deep(out, 0),
        }
    }

    /// The value as Java's `String.valueOf` gives it: null is `null`.
    pub(crate) fn write_java(&self, out: &mut String) {
        self.write_deep(out, 0);
    }

    /// The value as text, null as nothing.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        self.write_to(&mut text);
        text
    }

    /// The value as Java's `String.valueOf` gives it: null is `null`.
    pub(crate) fn to_java_text(&self) -> String {
        let mut text = String::new();
        self.write_java(&mut text);
        text
    }

    fn write_deep(&self, out: &mut String, depth: usize) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Int(value) => out.push_str(itoa::Buffer::new().format(*value)),
            Value::Long(value) => out.push_str(itoa::Buffer::new().format(*value)),
            Value::Double(value) => push_double(out, *value),
            Value::Big(digits) => out.push_str(digits),
            Value::Char(value) => out.push(*value),
            Value::Str(text) => out.push_str(text),
            Value::Safe(text) => out.push_str(text),
            Value::Time(ms) => crate::date::push_zoned(out, *ms),
            Value::List(_) | Value::Map(_) if depth >= MAX_DEPTH => out.push('…'),
            Value::List(list) => write_list(list, out, depth),
            Value::Map(map) => write_map(map, out, depth),
            Value::Entry(entry) => write_pair(entry, out, depth),
            Value::Object(object) => out.push_str(&object.describe()),
        }
    }
}

fn write_list(list: &List, out: &mut String, depth: usize) {
    out.push('[');
    for (n, item) in list.items().iter().enumerate() {
        if n > 0 {
            out.push_str(", ");
        }
        item.write_deep(out, depth + 1);
    }
    out.push(']');
}

fn write_map(map: &Map, out: &mut String, depth: usize) {
    out.push('{');
    for (n, pair) in map.iter().enumerate() {
        if n > 0 {
            out.push_str(", ");
        }
        write_pair(pair, out, depth);
    }
    out.push('}');
}

fn write_pair((key, value): &(Value<'static>, Value<'static>), out: &mut String, depth: usize) {
    key.write_deep(out, depth + 1);
    out.push('=');
    value.write_deep(out, depth + 1);
}

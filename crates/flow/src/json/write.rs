//! Writes JSON, compact or indented.

use super::Json;

pub(super) fn compact(value: &Json) -> String {
    let mut out = String::new();
    write(value, None, 0, &mut out);
    out
}

pub(super) fn pretty(value: &Json) -> String {
    let mut out = String::new();
    write(value, Some(2), 0, &mut out);
    out.push('\n');
    out
}

fn write(value: &Json, indent: Option<usize>, depth: usize, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Number(token) => out.push_str(token),
        Json::String(text) => string(text, out),
        Json::Array(elements) if elements.is_empty() => out.push_str("[]"),
        Json::Object(members) if members.is_empty() => out.push_str("{}"),
        Json::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                separate(index, indent, depth + 1, out);
                write(element, indent, depth + 1, out);
            }
            line(indent, depth, out);
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                separate(index, indent, depth + 1, out);
                string(key, out);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write(member, indent, depth + 1, out);
            }
            line(indent, depth, out);
            out.push('}');
        }
    }
}

fn separate(index: usize, indent: Option<usize>, depth: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
    line(indent, depth, out);
}

fn line(indent: Option<usize>, depth: usize, out: &mut String) {
    let Some(width) = indent else { return };
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', width * depth));
}

/// Writes a string token.
pub(crate) fn string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            plain => out.push(plain),
        }
    }
    out.push('"');
}

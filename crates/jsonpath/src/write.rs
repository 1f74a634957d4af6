//! JSON values as text: compact JSON, and the text that Java's `toString` would give.

use crate::json::Json;

/// Writes compact JSON as RFC 8259 defines it.
pub(crate) fn compact(value: &Json, out: &mut String) {
    write(value, Style::Compact, out);
}

/// Java's `toString`: strings bare, maps as `{k=v, k=v}`, lists as JSON with `\/`.
pub(crate) fn java(value: &Json) -> String {
    let mut out = String::new();
    match value {
        Json::Object(members) => java_map(members, &mut out),
        Json::String(text) => out.push_str(text),
        Json::Number(number) => out.push_str(&number.to_java_text()),
        Json::Null | Json::Bool(_) | Json::Array(_) => write(value, Style::JsonSmart, &mut out),
    }
    out
}

/// Java's `toString` of a set of names: `[a, b]`.
pub(crate) fn java_names(names: &[Json]) -> String {
    let names: Vec<&str> = names.iter().filter_map(Json::as_str).collect();
    format!("[{}]", names.join(", "))
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Compact,
    /// As json-smart prints a list: numbers as Java prints them, `/` escaped.
    JsonSmart,
}

fn java_map(members: &[(String, Json)], out: &mut String) {
    out.push('{');
    for (place, (name, value)) in members.iter().enumerate() {
        out.push_str(if place == 0 { "" } else { ", " });
        out.push_str(name);
        out.push('=');
        out.push_str(&java(value));
    }
    out.push('}');
}

fn write(value: &Json, style: Style, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Number(number) if style == Style::Compact => match number.to_string() {
            text if matches!(text.as_str(), "NaN" | "Infinity" | "-Infinity") => {
                out.push_str("null");
            }
            text => out.push_str(&text),
        },
        Json::Number(number) if !number.as_f64().is_finite() => out.push_str("null"),
        Json::Number(number) => out.push_str(&number.to_java_text()),
        Json::String(text) => string(text, style, out),
        Json::Array(elements) => {
            out.push('[');
            for (place, element) in elements.iter().enumerate() {
                out.push_str(if place == 0 { "" } else { "," });
                write(element, style, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (place, (name, value)) in members.iter().enumerate() {
                out.push_str(if place == 0 { "" } else { "," });
                string(name, style, out);
                out.push(':');
                write(value, style, out);
            }
            out.push('}');
        }
    }
}

fn string(text: &str, style: Style, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, c) in text.char_indices() {
        let Some(escape) = escape(c, style) else { continue };
        out.push_str(&text[plain..at]);
        out.push_str(&escape);
        plain = at + c.len_utf8();
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

fn escape(c: char, style: Style) -> Option<std::borrow::Cow<'static, str>> {
    let smart = style == Style::JsonSmart;
    Some(match c {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        '\u{8}' => "\\b".into(),
        '\u{c}' => "\\f".into(),
        '/' if smart => "\\/".into(),
        '\u{0}'..='\u{1f}' => format!("\\u{:04x}", u32::from(c)).into(),
        '\u{7f}'..='\u{9f}' | '\u{2000}'..='\u{20ff}' if smart => {
            format!("\\u{:04X}", u32::from(c)).into()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_escapes_what_json_must_escape() {
        let value = Json::Array(vec![Json::from("a\"\\\n\u{1}/é\u{7f}")]);
        assert_eq!(value.to_json_text(), "[\"a\\\"\\\\\\n\\u0001/é\u{7f}\"]");
    }

    #[test]
    fn computed_infinities_are_null_in_json() {
        let value = Json::Array(vec![Json::from(f64::INFINITY), Json::from(2.5)]);
        assert_eq!(value.to_json_text(), "[null,2.5]");
        assert_eq!(Json::from(f64::NAN).to_plain_text(), "NaN");
    }

    #[test]
    fn java_prints_maps_with_equals_signs_and_lists_as_json() {
        let value = Json::parse_strict(r#"{"a":[{"b":1,"x":"y/z"}],"c":{"d":1.10},"e":null}"#);
        assert_eq!(java(&value.unwrap()), r#"{a=[{"b":1,"x":"y\/z"}], c={d=1.1}, e=null}"#);
    }
}

//! The JSON Schema of `trunkline.toml`, and the table of its keys.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;

use super::Config;

/// The schema, made of the types and their docstrings: the text of `docs/trunkline.schema.json`.
pub fn config_schema() -> String {
    format!("{:#}\n", schema())
}

/// The schema with its keys in alphabetical order, whatever features of `serde_json` the rest of
/// the program switches on.
pub(super) fn schema() -> Json {
    let mut value = schemars::schema_for!(Config).to_value();
    value.sort_all_objects();
    value
}

/// A text with a form of its own, by the name that [`super::shape`] knows.
fn text(format: &str) -> Schema {
    json_schema!({"type": "string", "format": format})
}

fn list(format: &str) -> Schema {
    json_schema!({"type": "array", "items": text(format)})
}

pub(super) fn socket_address(_: &mut SchemaGenerator) -> Schema {
    text("socket-address")
}

pub(super) fn optional_socket_address(_: &mut SchemaGenerator) -> Schema {
    text("socket-address")
}

pub(super) fn socket_addresses(_: &mut SchemaGenerator) -> Schema {
    list("socket-address")
}

pub(super) fn optional_address(_: &mut SchemaGenerator) -> Schema {
    text("ip-address")
}

pub(super) fn addresses(_: &mut SchemaGenerator) -> Schema {
    list("ip-address")
}

pub(super) fn networks(_: &mut SchemaGenerator) -> Schema {
    list("network")
}

pub(super) fn port_range(_: &mut SchemaGenerator) -> Schema {
    text("port-range")
}

pub(super) fn host_ports(_: &mut SchemaGenerator) -> Schema {
    let items = text("host-port");
    json_schema!({"type": "array", "items": items, "minItems": 1})
}

/// The table of all keys in Markdown, made of the schema, for `docs/serve.md`.
pub fn key_table() -> String {
    let schema = schema();
    let mut table = Table { schema: &schema, rows: Vec::new() };
    table.keys(&schema, "", MAX_DEPTH);
    let mut text = "| key | value | default | meaning |\n| --- | --- | --- | --- |\n".to_owned();
    for row in table.rows {
        text.push_str(&row);
        text.push('\n');
    }
    text
}

/// Tables in tables: `[trunk.outbound]` has three.
const MAX_DEPTH: usize = 6;

struct Table<'s> {
    schema: &'s Json,
    rows: Vec<String>,
}

impl Table<'_> {
    fn keys(&mut self, of: &Json, prefix: &str, depth: usize) {
        let Some(properties) = of["properties"].as_object() else { return };
        for (name, property) in properties {
            if depth > 0 {
                self.key(property, &format!("{prefix}{name}"), depth, is_required(of, name));
            }
        }
    }

    fn key(&mut self, property: &Json, key: &str, depth: usize, required: bool) {
        let target = self.target(property);
        let is_list = target["type"] == "array";
        let items = self.target(&target["items"]).clone();
        let inner = if is_list { items } else { target.clone() };
        let value = self.value(&target, &inner);
        let meaning = property["description"].as_str().or(target["description"].as_str());
        let default = match (&property["default"], required) {
            (_, true) => "must be there".to_owned(),
            (Json::Null, false) => String::new(),
            (Json::Object(_), false) => String::new(),
            (Json::Array(list), false) if list.is_empty() || inner["type"] == "object" => {
                String::new()
            }
            (default, false) => format!("`{default}`"),
        };
        let meaning = meaning.unwrap_or_default().replace('\n', " ").replace('|', "\\|");
        self.rows.push(format!("| `{key}` | {value} | {default} | {meaning} |"));
        let below = if is_list { format!("{key}[].") } else { format!("{key}.") };
        self.keys(&inner, &below, depth - 1);
        let kinds = inner["oneOf"].as_array().filter(|_| inner.get("properties").is_some());
        for kind in kinds.into_iter().flatten() {
            let word = kind["properties"]["kind"]["const"].as_str().unwrap_or_default();
            let text = kind["description"].as_str().unwrap_or_default();
            self.rows.push(format!("| `{below}kind` | `\"{word}\"` | must be there | {text} |"));
            self.keys(&self.target(&json_reference(kind)).clone(), &below, depth - 1);
        }
    }

    /// What a schema refers to, without `null`.
    fn target(&self, schema: &Json) -> Json {
        if let Some(pointer) = schema["$ref"].as_str().and_then(|it| it.strip_prefix('#')) {
            return self.schema.pointer(pointer).cloned().unwrap_or_default();
        }
        let choices = schema["anyOf"].as_array();
        let others = choices.into_iter().flatten().filter(|it| it["type"] != "null");
        let others: Vec<&Json> = others.collect();
        match others.as_slice() {
            [only] => self.target(only),
            _ => schema.clone(),
        }
    }

    fn value(&self, target: &Json, inner: &Json) -> String {
        if inner["anyOf"].is_array() {
            return "secret".to_owned();
        }
        let words: Vec<String> = choices(inner).map(|word| format!("`\"{word}\"`")).collect();
        let list = if target["type"] == "array" { "list of " } else { "" };
        if !words.is_empty() {
            return format!("{list}{}", words.join(", "));
        }
        let types = &inner["type"];
        let kind = types.as_str().or_else(|| types[0].as_str()).unwrap_or("any");
        let name = match (kind, inner["format"].as_str()) {
            ("object", _) if inner["additionalProperties"].is_object() => "table of any keys",
            ("object", _) => "table",
            ("integer", _) => "number",
            ("boolean", _) => "`true`, `false`",
            ("string", Some("network")) => "network",
            ("string", Some("ip-address")) => "address",
            ("string", Some("socket-address")) => "address:port",
            ("string", Some("port-range")) => "port-port",
            ("string", Some("host-port")) => "host or host:port",
            ("string", _) => "text",
            (other, _) => other,
        };
        match (inner["minimum"].as_i64(), inner["maximum"].as_i64()) {
            (least, Some(most)) => format!("{list}{name}, {} to {most}", least.unwrap_or(0)),
            _ => format!("{list}{name}"),
        }
    }
}

fn json_reference(schema: &Json) -> Json {
    serde_json::json!({"$ref": schema["$ref"]})
}

fn choices(schema: &Json) -> impl Iterator<Item = &str> {
    schema["oneOf"].as_array().into_iter().flatten().filter_map(|it| it["const"].as_str())
}

fn is_required(schema: &Json, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|all| all.iter().any(|it| it == name))
}

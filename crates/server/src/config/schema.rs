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

pub(super) fn socket_addresses(_: &mut SchemaGenerator) -> Schema {
    list("socket-address")
}

pub(super) fn address(_: &mut SchemaGenerator) -> Schema {
    text("ip-address")
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

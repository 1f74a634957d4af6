//! The trace: what happened to a contact, a line per step (decision 13).
//!
//! One schema serves `flow run --json`, the desktop, replay, tests and the debugger:
//! `docs/trace.schema.json`, generated from these types.

use schemars::JsonSchema;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::failure::Failure;
use crate::ids::ContactId;

/// The version of the trace's schema, raised when a reader of the former one would fail.
pub const SCHEMA_VERSION: u32 = 1;

/// What stands in a trace for the value of a secure variable.
pub const MASK: &str = "•••";

/// One line of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// The first line: what was run, under which assumptions.
    Head(Head),
    /// One step of one contact.
    Step(Step),
}

/// The first line of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Head {
    /// [`SCHEMA_VERSION`] of the writer.
    pub version: u32,
    /// The flow's name.
    pub flow: String,
    /// The flow's own revision number, as exported.
    pub flow_version: i64,
    /// The contact.
    pub contact: ContactId,
    /// When the contact arrived, in milliseconds since the Unix epoch.
    pub started_ms: i64,
    /// What the reader must know: stand-ins used, defaults assumed.
    pub notes: Vec<String>,
}

/// One step: an activity left by one of its ports, or something that happened to the contact.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Step {
    /// When, in milliseconds since the contact arrived.
    pub t_ms: i64,
    /// The contact.
    pub contact: ContactId,
    /// `main` or `event:<name>`: the thread of the flow; `contact` for what happened outside it.
    pub thread: String,
    /// The activity's label in the flow; empty for what happened outside it.
    pub activity: String,
    /// The activity's kind (`activityName` of the export), or `contact.<what happened>`.
    pub kind: String,
    /// The port by which the activity was left; none while it waits or when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    /// What went in: rendered properties.
    #[serde(rename = "in", default, skip_serializing_if = "Fields::is_empty")]
    pub input: Fields,
    /// What came out: outputs and variables changed.
    #[serde(rename = "out", default, skip_serializing_if = "Fields::is_empty")]
    pub output: Fields,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// What the reader should notice: a screen pop built from defaults, an error kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// Named values in order; an object in JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(pub Vec<(String, Datum)>);

impl Fields {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field at the end.
    pub fn put(&mut self, name: impl Into<String>, value: impl Into<Datum>) {
        self.0.push((name.into(), value.into()));
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Datum>) -> Self {
        self.put(name, value);
        self
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first field of this name.
    pub fn get(&self, name: &str) -> Option<&Datum> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl JsonSchema for Fields {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fields".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "object", "additionalProperties": true })
    }
}

/// A value in a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Datum {
    /// No value.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Decimal(f64),
    /// Text.
    Text(String),
    /// Several values.
    List(Vec<Datum>),
    /// Named values.
    #[serde(skip_deserializing)]
    Fields(Fields),
}

impl From<&str> for Datum {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Datum {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Datum {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Datum {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<i32> for Datum {
    fn from(value: i32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<u32> for Datum {
    fn from(value: u32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<u16> for Datum {
    fn from(value: u16) -> Self {
        Self::Integer(value.into())
    }
}

impl From<u64> for Datum {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or(Self::Decimal(value as f64), Self::Integer)
    }
}

impl From<Fields> for Datum {
    fn from(fields: Fields) -> Self {
        Self::Fields(fields)
    }
}

impl<T: Into<Datum>> From<Option<T>> for Datum {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Datum>> From<Vec<T>> for Datum {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

/// The JSON Schema of a trace's lines, as shipped in `docs/trace.schema.json`.
pub fn json_schema() -> schemars::Schema {
    schemars::schema_for!(Line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_one_json_object_with_its_fields_in_order() {
        let step = Step {
            t_ms: 12,
            contact: ContactId::new("c1"),
            thread: "main".into(),
            activity: "SetPhone".into(),
            kind: "set-variable".into(),
            port: Some("out".into()),
            input: Fields::new(),
            output: Fields::new().with("zeta", "1").with("alpha", 2),
            failure: None,
            warnings: Vec::new(),
        };
        assert_eq!(
            serde_json::to_string(&Line::Step(step)).unwrap(),
            "{\"line\":\"step\",\"t_ms\":12,\"contact\":\"c1\",\"thread\":\"main\",\
             \"activity\":\"SetPhone\",\"kind\":\"set-variable\",\"port\":\"out\",\
             \"out\":{\"zeta\":\"1\",\"alpha\":2}}"
        );
    }
}

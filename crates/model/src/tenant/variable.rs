//! Global variables of a tenant.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A variable's type, as exports spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum VariableType {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number with decimals.
    Decimal,
    /// True or false.
    Boolean,
    /// A date and time, as text.
    DateTime,
    /// A JSON document.
    Json,
}

impl VariableType {
    /// The type with this name in an export.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "STRING" => Self::String,
            "INTEGER" => Self::Integer,
            "DECIMAL" => Self::Decimal,
            "BOOLEAN" => Self::Boolean,
            "DATETIME" => Self::DateTime,
            "JSON" => Self::Json,
            _ => return None,
        })
    }
}

/// A global variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GlobalVariable {
    /// Id, as flows name it.
    #[serde(default)]
    pub id: String,
    /// Name, as expressions use it.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Type.
    #[serde(rename = "type")]
    pub kind: VariableType,
    /// Value at the start of each contact, as text; none for no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

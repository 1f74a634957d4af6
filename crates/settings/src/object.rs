//! Objects of the configuration.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::kind::Kind;

/// An object of the configuration, as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ConfigurationObject)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// Its id; for kinds of which there is one, the kind's word.
    pub id: String,
    /// Grows with each change, also when the object was deleted and made again; 0 when a single
    /// object was never changed.
    pub version: u64,
    /// Its value, as in `tenant.yaml`, with all keys. Secrets are `{"kept": true}`.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    pub value: Value,
    /// When it was last changed.
    pub changed_ms: i64,
    /// Who changed it last.
    pub who: String,
    /// Why, in their words.
    pub note: String,
}

/// An object as it was after a change.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PastObject {
    /// The version that the change made.
    pub version: u64,
    /// The value then; none when the change deleted it.
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>)]
    pub value: Option<Value>,
    /// When.
    pub changed_ms: i64,
    /// Who.
    pub who: String,
    /// Why.
    pub note: String,
    /// The revision of the whole configuration that the change made.
    pub revision: u64,
}

//! What a flow refers to in its tenant.

use super::VariableType;

/// What one flow needs of its tenant, as collected from the flow's export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The flow's name.
    pub flow: String,
    /// Path of the exported flow, relative to the `tenant.yaml`; empty when it is not known.
    pub file: String,
    /// Queues: (id, name); either may be empty.
    pub queues: Vec<(String, String)>,
    /// Connectors: (id, name); either may be empty.
    pub connectors: Vec<(String, String)>,
    /// Business hours: (id, name); either may be empty.
    pub business_hours: Vec<(String, String)>,
    /// Names of audio files, extension included.
    pub audio: Vec<String>,
    /// Global variables: (name, type, value in the export).
    pub globals: Vec<(String, VariableType, Option<String>)>,
}

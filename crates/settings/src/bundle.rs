//! A `tenant.yaml` with the flows that it names.

use std::collections::BTreeMap;

/// A `tenant.yaml` with the flows that it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The text of the `tenant.yaml`.
    pub yaml: String,
    /// The texts of the exported flows, by their paths as the `tenant.yaml` writes them.
    pub flows: BTreeMap<String, String>,
}

//! A `tenant.yaml` with the flows that it names.

use std::collections::BTreeMap;
use std::fmt;

/// A `tenant.yaml` with the flows that it names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The text of the `tenant.yaml`.
    pub yaml: String,
    /// The texts of the exported flows, by their paths as the `tenant.yaml` writes them.
    pub flows: BTreeMap<String, String>,
}

impl fmt::Debug for Bundle {
    /// Without the texts: secrets may stand in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flows: Vec<&String> = self.flows.keys().collect();
        f.debug_struct("Bundle").field("flows", &flows).finish_non_exhaustive()
    }
}

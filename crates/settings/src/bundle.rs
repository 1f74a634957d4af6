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
    /// The SHA-256 of sounds, by the names of the audio files that they are for; they were given
    /// before ([`crate::Settings::keep_sound`]).
    pub sounds: BTreeMap<String, String>,
}

impl fmt::Debug for Bundle {
    /// Without the texts: secrets may stand in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flows: Vec<&String> = self.flows.keys().collect();
        f.debug_struct("Bundle").field("flows", &flows).finish_non_exhaustive()
    }
}

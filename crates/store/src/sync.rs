//! When entries reach the disk for good.

use serde::{Deserialize, Serialize};

/// The setting `journal.sync` (D17). An append always survives the death of the process; this
/// says when it also survives a power cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum JournalSync {
    /// Each append is on the disk before it is acknowledged.
    #[serde(rename = "always")]
    Always,
    /// At most [`JournalSync::WINDOW_MS`] after the append, and before any outbound write, for
    /// which the caller asks by `sync()`.
    #[default]
    #[serde(rename = "50ms")]
    Within50Ms,
    /// When the operating system sees fit; `sync()` does nothing. A power cut loses the last
    /// entries but does not damage the journal.
    #[serde(rename = "never")]
    Never,
}

impl JournalSync {
    /// How long an entry may wait for the disk under [`JournalSync::Within50Ms`], in ms.
    pub const WINDOW_MS: i64 = 50;
}

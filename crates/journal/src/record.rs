//! What entries say.

use serde::{Deserialize, Serialize};
use trunkline_acd as acd;
use trunkline_contact::{Arrival, Output};
use trunkline_exchange::{ContactRecord, RoutingRecord};
use trunkline_store::StreamId;

use crate::routing::Seat;

/// The first record of a contact's stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ContactHead {
    /// `SEMANTICS` of the writer.
    pub(crate) semantics: u32,
    /// How the contact arrived.
    pub(crate) arrival: Arrival,
    /// The stream of the tenant and its flows.
    pub(crate) site: StreamId,
}

/// One record of a contact's stream, to be written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Written<'w> {
    /// What the contact was started with.
    Head(&'w ContactHead),
    /// What happened.
    Input(&'w ContactRecord),
    /// What the contact wanted done, for people: it is not read back.
    Outputs(&'w [Output]),
    /// From here on a release of other semantics goes on from a snapshot: replay ends before.
    Continued {
        /// The number of the release that goes on.
        semantics: u32,
    },
    /// Inputs before this were lost while the journal could not be written: replay ends here.
    Gap {
        /// The number of the last one that was lost.
        inputs: u64,
    },
    /// The end.
    Closed {
        /// How many inputs there were.
        inputs: u64,
    },
}

/// One record of a contact's stream, as read. Outputs are not read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Record {
    Head(Box<ContactHead>),
    Input(Box<ContactRecord>),
    Continued { semantics: u32 },
    Gap { inputs: u64 },
    Closed { inputs: u64 },
}

/// What is read of a record that another release wrote.
#[derive(Debug, Deserialize)]
pub(crate) struct Outline {
    pub(crate) input: Option<InputOutline>,
    pub(crate) gap: Option<CountOutline>,
    pub(crate) closed: Option<CountOutline>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct InputOutline {
    pub(crate) number: u64,
    pub(crate) now_ms: i64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct CountOutline {
    pub(crate) inputs: u64,
}

/// The first record of a routing domain's era.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct EraHead {
    /// `SEMANTICS` of the writer.
    pub(crate) semantics: u32,
    /// How many inputs the domain had taken before.
    pub(crate) inputs: u64,
    /// The agents who are signed in.
    pub(crate) seats: Vec<Seat>,
}

/// One record of a routing domain's stream, to be written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WrittenRouting<'w> {
    /// How the era begins.
    Era(&'w EraHead),
    /// What the domain took in, and what it decided.
    Step(StepRef<'w>),
    /// The end.
    Closed {
        /// How many inputs there were.
        inputs: u64,
    },
}

#[derive(Debug, Serialize)]
pub(crate) struct StepRef<'w> {
    #[serde(flatten)]
    pub(crate) record: &'w RoutingRecord,
    pub(crate) outputs: &'w [acd::Output],
}

/// One record of a routing domain's stream, as read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RoutingEntry {
    Era(EraHead),
    Step(Box<Step>),
    Closed {},
}

#[derive(Debug, Deserialize)]
pub(crate) struct Step {
    #[serde(flatten)]
    pub(crate) record: RoutingRecord,
    #[serde(default)]
    pub(crate) outputs: Vec<acd::Output>,
}

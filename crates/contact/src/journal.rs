//! What is written down of a contact, and how the same contact is built again from it.
//!
//! A contact's journal begins with a [`Head`], which holds all that the contact was started with;
//! then come its inputs, each with its time. Outputs are written too, so that one can tell after
//! a crash what was in doubt; replay does not need them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use trunkline_flow::{Flow, FlowError, Site};
use trunkline_model::tenant::Tenant;
use trunkline_model::trace::Step;

use crate::arrival::{Arrival, ArrivalError};
use crate::{Contact, Input, Output, SEMANTICS};

/// The first entry: what the contact was started with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// [`SEMANTICS`] of the writer.
    pub semantics: u32,
    /// The arrival.
    pub arrival: Arrival,
    /// The tenant, with its secrets named and not contained.
    pub tenant: Tenant,
    /// The exports of the tenant's flows.
    pub flows: Vec<String>,
}

/// An input with its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputRecord {
    /// When, in milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// What happened.
    pub input: Input,
}

/// Why a journal cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// Another release wrote it, and the same inputs may mean something else now.
    #[error(
        "the journal was written with semantics {found}, this program has {SEMANTICS}: replay it \
         with the release that wrote it"
    )]
    Semantics {
        /// The writer's number.
        found: u32,
    },
    /// A flow in the head cannot be read.
    #[error("a flow in the journal: {0}")]
    Flow(#[from] FlowError),
    /// The contact cannot arrive.
    #[error(transparent)]
    Arrival(#[from] ArrivalError),
}

impl Head {
    /// The tenant and its flows as the contact saw them.
    pub fn site(&self) -> Result<Site, ReplayError> {
        if self.semantics != SEMANTICS {
            return Err(ReplayError::Semantics { found: self.semantics });
        }
        self.site_for_snapshot()
    }

    /// The same whatever release wrote the head: enough for a contact that goes on from a
    /// [snapshot](crate::snapshot), too little for replay.
    pub fn site_for_snapshot(&self) -> Result<Site, ReplayError> {
        let read = |text: &String| Flow::read(text).map(|(flow, _)| Arc::new(flow));
        let flows = self.flows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(Site::new(self.tenant.clone(), flows))
    }
}

/// A contact built again from its journal.
pub struct Replayed {
    /// The contact after its last input.
    pub contact: Contact,
    /// Its trace so far.
    pub trace: Vec<Step>,
    /// What it wanted done so far.
    pub outputs: Vec<Output>,
}

/// Builds a contact again: the same inputs give the same outputs and the same trace.
pub fn replay(
    head: &Head,
    inputs: impl IntoIterator<Item = InputRecord>,
) -> Result<Replayed, ReplayError> {
    let site = Arc::new(head.site()?);
    let mut contact = Contact::arrive(&site, &head.arrival, true)?;
    let (mut trace, mut outputs) = (Vec::new(), Vec::new());
    let mut drain = |contact: &mut Contact| {
        outputs.extend(std::iter::from_fn(|| contact.poll()));
        trace.extend(contact.take_trace());
    };
    drain(&mut contact);
    for record in inputs {
        contact.handle(record.now_ms, record.input);
        drain(&mut contact);
    }
    Ok(Replayed { contact, trace, outputs })
}

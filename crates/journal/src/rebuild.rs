//! A contact built again from its journal, and what it still waits for.

use std::collections::BTreeMap;
use std::sync::Arc;

use trunkline_contact::{Arrival, Contact, Input, Output, SEMANTICS};
use trunkline_exchange::ContactRecord;
use trunkline_flow::Site;
use trunkline_model::http::{Outcome, Request, Target};
use trunkline_model::tenant::Tenant;
use trunkline_model::trace::Step;
use trunkline_model::{Failure, FailureCode};

use crate::{JournalError, ReadContact};

/// A request that was wanted and whose answer was not written down (decision 18).
#[derive(Clone, Debug, PartialEq)]
pub struct InDoubt {
    /// Its id in the contact.
    pub id: u32,
    /// The request.
    pub request: Box<Request>,
    /// Whether an event flow after the call asked for it.
    pub may_repeat: bool,
}

/// A contact built again, and what it did so far.
#[derive(Debug)]
pub struct Replayed {
    /// The contact after its last input.
    pub contact: Contact,
    /// Its trace; empty unless it was asked for.
    pub trace: Vec<Step>,
    /// What it wanted done.
    pub outputs: Vec<Output>,
}

/// Builds a contact again: the same inputs give the same outputs and the same trace.
///
/// # Errors
/// [`JournalError::Arrival`].
pub fn replay(
    site: &Arc<Site>,
    arrival: &Arrival,
    inputs: &[ContactRecord],
    is_traced: bool,
) -> Result<Replayed, JournalError> {
    let mut contact = Contact::arrive(site, arrival, is_traced)?;
    let (mut trace, mut outputs) = (Vec::new(), Vec::new());
    let mut drain = |contact: &mut Contact| {
        outputs.extend(std::iter::from_fn(|| contact.poll()));
        trace.extend(contact.take_trace());
    };
    drain(&mut contact);
    for input in inputs {
        contact.handle(input.record.now_ms, input.record.input.clone());
        drain(&mut contact);
    }
    Ok(Replayed { contact, trace, outputs })
}

/// A contact as its journal gives it, and what it still waits for.
#[derive(Debug)]
pub struct Rebuilt {
    /// The contact after its last input; it does not know yet that its call is gone.
    pub contact: Contact,
    /// Its trace so far; empty unless it was asked for.
    pub trace: Vec<Step>,
    /// Requests without an answer, by id.
    pub in_doubt: Vec<InDoubt>,
    /// What else has no answer and can be answered without a caller: questions to queues and
    /// counters, and prompts.
    pub unanswered: Vec<Output>,
    /// What the reader of its trace should know.
    pub note: String,
}

/// Builds a contact again: by replay, or from its snapshot where replay would not be exact
/// (decision 21).
///
/// # Errors
/// [`JournalError::Arrival`].
pub fn rebuild(read: &ReadContact, is_traced: bool) -> Result<Rebuilt, JournalError> {
    if read.check_replayable().is_err() {
        return from_snapshot(read, is_traced);
    }
    let replayed = replay(read.site.site(), &read.arrival, &read.inputs, is_traced)?;
    Ok(Rebuilt {
        in_doubt: in_doubt(&replayed.outputs, &read.inputs),
        unanswered: unanswered(&replayed.outputs, &read.inputs),
        contact: replayed.contact,
        trace: replayed.trace,
        note: "recovered from a journal".to_owned(),
    })
}

/// What the contact waited for is not known, and only ContactEnded, which begins anew, asks again.
fn from_snapshot(read: &ReadContact, is_traced: bool) -> Result<Rebuilt, JournalError> {
    let (site, arrival, now_ms) = (read.site.site(), &read.arrival, read.last_ms);
    let contact = match &read.snapshot {
        Some(snapshot) => Contact::from_snapshot(site, arrival, snapshot, now_ms, is_traced)?,
        None => Contact::without_snapshot(site, arrival, now_ms, is_traced)?,
    };
    let why = if read.is_foreign() {
        format!(
            "recovered from a journal of semantics {}, which this program (semantics {SEMANTICS}) \
             cannot replay",
            read.semantics
        )
    } else {
        "recovered from a journal that lacks what happened while it could not be written".to_owned()
    };
    let note = format!("{why}: only ContactEnded runs, with the variables of the last snapshot");
    // The first line of the trace, with what could not be taken over, is still in the contact.
    let trace = Vec::new();
    Ok(Rebuilt { contact, trace, in_doubt: Vec::new(), unanswered: Vec::new(), note })
}

/// The requests are taken from the replay: a crash may come between an input and the entries of
/// what it led to.
fn in_doubt(outputs: &[Output], inputs: &[ContactRecord]) -> Vec<InDoubt> {
    let mut open: BTreeMap<u32, InDoubt> = BTreeMap::new();
    for output in outputs {
        if let Output::Http { id, request, may_repeat } = output {
            let (id, request, may_repeat) = (*id, request.clone(), *may_repeat);
            open.insert(id, InDoubt { id, request, may_repeat });
        }
    }
    for input in inputs {
        if let Input::Flow(trunkline_flow::Input::Http { id, .. }) = &input.record.input {
            open.remove(id);
        }
    }
    open.into_values().collect()
}

fn unanswered(outputs: &[Output], inputs: &[ContactRecord]) -> Vec<Output> {
    use trunkline_flow::Input::{Allocated, Figures, PlayFailed, Played, Routed};
    let is_answered = |wanted: u32| {
        inputs.iter().any(|input| match &input.record.input {
            Input::Flow(
                Figures { id, .. }
                | Routed { id, .. }
                | Allocated { id, .. }
                | Played { id }
                | PlayFailed { id, .. },
            ) => *id == wanted,
            _ => false,
        })
    };
    let is_stopped = |wanted: u32| {
        outputs.iter().any(|it| matches!(it, Output::StopPlaying { id } if *id == wanted))
    };
    let open = outputs.iter().filter(|output| match output {
        Output::QueryQueue { id, .. }
        | Output::Escalate { id, .. }
        | Output::EnqueueToAgent { id, .. }
        | Output::Allocate { id, .. } => !is_answered(*id),
        Output::Play { id, .. } | Output::PlayMusic { id, .. } => {
            !is_answered(*id) && !is_stopped(*id)
        }
        // What else is wanted needs the caller or an agent, or nobody answers it.
        _ => false,
    });
    open.cloned().collect()
}

/// Whether a request in doubt may be sent again as far as its connector is concerned (decision 18).
#[must_use]
pub fn may_resend(tenant: &Tenant, request: &Request) -> bool {
    match &request.target {
        Target::Connector { id, name, .. } => {
            tenant.connector(id, name.as_deref()).is_none_or(|connector| connector.resend_in_doubt)
        }
        Target::Url(_) => true,
    }
}

/// What becomes of a request in doubt that is not sent again.
#[must_use]
pub fn lost() -> Outcome {
    let text = "the process ended before the answer came; whether the request had effect is not \
                known, and it is not sent again";
    Outcome {
        result: Err(Failure::new(FailureCode::InDoubt, text)),
        duration_ms: 0,
        attempts: 0,
        stand_in: None,
    }
}

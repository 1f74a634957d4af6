//! Requests of flows, sent beside the switchboard.

use std::time::Duration;

use tracing::Instrument;
use trunkline_contact::Output as Wanted;
use trunkline_exchange::Output;
use trunkline_model::http::{Outcome, Request, Target};
use trunkline_model::{ContactId, Failure, FailureCode};

use super::{Event, Switchboard};
use crate::ops::{DipOutcome, contact_span};

/// Whether an output writes to another system, and so waits until the journal is on the disk
/// (decision 17).
pub(super) fn writes(output: &Output) -> bool {
    let Output::Contact { output: Wanted::Http { request, .. }, .. } = output else { return false };
    request.method.writes()
}

impl Switchboard {
    pub(super) fn send(&mut self, contact: ContactId, id: u32, request: Box<Request>) {
        let (client, events) = (self.io.client.clone(), self.io.events.clone());
        let key = (contact.clone(), id);
        let stop = self.requests.entry(key).or_default().clone();
        let metrics = self.io.metrics.clone();
        let span = contact_span(&contact);
        let sending = async move {
            let outcome = Box::new(client.send_until(&request, request.retries, &stop).await);
            let took = Duration::from_millis(outcome.duration_ms);
            metrics.dip_ended(connector_of(&request), kind_of(&outcome), took);
            // The switchboard ends before its requests only when the process does.
            let _ = events.send(Event::Http { contact, id, outcome });
        };
        self.io.runtime.spawn(sending.instrument(span));
    }

    /// A request is going to be sent: its retries may be ended before it is.
    pub(super) fn expect_request(&mut self, output: &Output) {
        if let Output::Contact { contact, output: Wanted::Http { id, .. } } = output {
            self.requests.entry((contact.clone(), *id)).or_default();
        }
    }

    pub(super) fn stop_retries(&mut self, contact: &ContactId, id: u32) {
        if let Some(stop) = self.requests.get(&(contact.clone(), id)) {
            stop.set();
        }
    }

    pub(super) fn answered(&mut self, contact: ContactId, id: u32, outcome: Box<Outcome>) {
        self.requests.remove(&(contact.clone(), id));
        self.tell_flow(contact, trunkline_flow::Input::Http { id, outcome });
    }

    /// The journal is not on the disk, so that the request must not leave: it fails.
    pub(super) fn not_sent(&mut self, output: Output) {
        let Output::Contact { contact, output: Wanted::Http { id, .. } } = output else { return };
        self.requests.remove(&(contact.clone(), id));
        let text =
            "the journal cannot be brought to the disk, so that nothing is written elsewhere";
        let result = Err(Failure::new(FailureCode::JournalFailed, text));
        let outcome = Outcome { result, duration_ms: 0, attempts: 0, stand_in: None };
        let input = trunkline_flow::Input::Http { id, outcome: Box::new(outcome) };
        self.tell_flow_later(contact, input);
    }
}

fn connector_of(request: &Request) -> &str {
    match &request.target {
        Target::Connector { name, id, .. } => name.as_deref().unwrap_or(id.as_str()),
        Target::Url(_) => "none",
    }
}

fn kind_of(outcome: &Outcome) -> DipOutcome {
    match &outcome.result {
        Ok(answer) => DipOutcome::of_status(answer.status),
        Err(failure) => match failure.code {
            FailureCode::Timeout => DipOutcome::Timeout,
            FailureCode::WriteDenied | FailureCode::SoqlGuard => DipOutcome::Denied,
            _ => DipOutcome::Unreachable,
        },
    }
}

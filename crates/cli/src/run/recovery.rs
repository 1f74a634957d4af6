//! A contact that a crash cut off: built again from its journal, told that its call is gone, and
//! carried through what follows a call.

use std::collections::HashMap;
use std::path::Path;

use trunkline_contact::journal::{InputRecord, replay};
use trunkline_contact::{Contact, Input, Output};
use trunkline_model::http::{Outcome, Request, Target};
use trunkline_model::tenant::connector::ConnectorKind;
use trunkline_model::tenant::{Auth, Secret, Tenant};
use trunkline_model::trace::{Head, SCHEMA_VERSION};
use trunkline_model::{Failure, FailureCode};
use trunkline_store::JournalSync;

use super::journal::{Journal, ReadContact};
use super::printer::Printer;
use super::shell::Client;
use crate::problem::{Problem, Result};

/// A request that was wanted and not answered.
struct Open {
    id: u32,
    request: Request,
    may_repeat: bool,
}

/// Finishes a contact that was cut off.
pub(crate) fn finish(
    path: &Path,
    read: ReadContact,
    tenant: &Tenant,
    client: &Client,
    printer: Printer,
) -> Result<()> {
    let journal = Journal::resume(path, &read, JournalSync::default())?;
    let open = in_doubt(&read);
    let now_ms = read.inputs.last().map_or(read.head.arrival.at_ms, |record| record.now_ms);
    let replayed = replay(&read.head, read.inputs).map_err(Problem::misuse)?;
    let mut recovery = Recovery {
        contact: replayed.contact,
        arrival: read.head.arrival,
        journal,
        client,
        tenant,
        printer,
        now_ms,
    };
    recovery.head()?;
    recovery.run(open)
}

/// The requests whose effect was written and whose answer was not (decision 18).
fn in_doubt(read: &ReadContact) -> Vec<Open> {
    let mut open: HashMap<u32, Open> = HashMap::new();
    for output in &read.outputs {
        if let Output::Http { id, request, may_repeat } = output {
            let request = request.as_ref().clone();
            open.insert(*id, Open { id: *id, request, may_repeat: *may_repeat });
        }
    }
    for record in &read.inputs {
        if let Input::Flow(trunkline_flow::Input::Http { id, .. }) = &record.input {
            open.remove(id);
        }
    }
    let mut open: Vec<_> = open.into_values().collect();
    open.sort_by_key(|open| open.id);
    open
}

struct Recovery<'r> {
    contact: Contact,
    arrival: trunkline_contact::Arrival,
    journal: Journal,
    client: &'r Client,
    tenant: &'r Tenant,
    printer: Printer,
    now_ms: i64,
}

impl Recovery<'_> {
    fn head(&mut self) -> Result<()> {
        let flow = self.contact.run().flow().clone();
        self.printer.head(&Head {
            version: SCHEMA_VERSION,
            flow: flow.name.clone(),
            flow_version: flow.version,
            contact: self.contact.id().clone(),
            started_ms: self.arrival.at_ms,
            notes: vec!["recovered from a journal".to_owned()],
        })
    }

    fn run(&mut self, open: Vec<Open>) -> Result<()> {
        let mut wanted = self.give(Input::Recovered)?;
        for request in open {
            let outcome = if request.may_repeat && self.may_resend(&request.request) {
                self.send(&request.request)?
            } else {
                lost()
            };
            wanted.extend(self.answered(request.id, outcome)?);
        }
        // Event flows may want more after each answer.
        while let Some(output) = (!wanted.is_empty()).then(|| wanted.remove(0)) {
            if let Output::Http { id, request, .. } = output {
                let outcome = self.send(&request)?;
                wanted.extend(self.answered(id, outcome)?);
            }
        }
        Ok(())
    }

    fn answered(&mut self, id: u32, outcome: Outcome) -> Result<Vec<Output>> {
        self.now_ms += i64::try_from(outcome.duration_ms).unwrap_or(0);
        self.give(Input::Flow(trunkline_flow::Input::Http { id, outcome: Box::new(outcome) }))
    }

    fn send(&mut self, request: &Request) -> Result<Outcome> {
        self.journal.sync()?;
        Ok(self.client.send(request))
    }

    fn may_resend(&self, request: &Request) -> bool {
        match &request.target {
            Target::Connector { id, name, .. } => self
                .tenant
                .connector(id, name.as_deref())
                .is_none_or(|connector| connector.resend_in_doubt),
            Target::Url(_) => true,
        }
    }

    /// Gives the contact an input; what it wants is written before it is done.
    fn give(&mut self, input: Input) -> Result<Vec<Output>> {
        let record = InputRecord { now_ms: self.now_ms, input: input.clone() };
        self.contact.handle(self.now_ms, input);
        let outputs: Vec<_> = std::iter::from_fn(|| self.contact.poll()).collect();
        self.journal.append(&self.arrival, Some(&record), &outputs)?;
        self.contact.take_trace().into_iter().try_for_each(|step| self.printer.step(step))?;
        Ok(outputs)
    }
}

fn lost() -> Outcome {
    let text = "the process ended before the answer came; whether the request had effect is not \
                known, and it is not sent again";
    Outcome {
        result: Err(Failure::new(FailureCode::InDoubt, text)),
        duration_ms: 0,
        attempts: 0,
        stand_in: None,
    }
}

/// A journal's tenant with the sandbox's well-known credentials for its Salesforce connectors, for
/// runs that had no tenant.yaml.
pub(crate) fn tenant_with_sandbox_credentials(tenant: &Tenant) -> Tenant {
    let mut tenant = tenant.clone();
    for connector in &mut tenant.connectors {
        let is_local = connector.base_url.starts_with("http://127.0.0.1");
        if connector.kind == ConnectorKind::Salesforce && is_local {
            connector.auth = Auth::ClientCredentials {
                token_url: "/services/oauth2/token".to_owned(),
                client_id: "trunkline".to_owned(),
                client_secret: Secret::Literal("sandbox".to_owned()),
                scopes: Vec::new(),
            };
        }
    }
    tenant
}

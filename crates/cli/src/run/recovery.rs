//! A contact that a crash cut off: built again from its journal, told that its call is gone, and
//! carried through what follows a call. Where a release of other semantics wrote the journal, it
//! goes on from its snapshot instead (decision 21).

use std::collections::VecDeque;
use std::path::Path;

use trunkline_contact::journal::InputRecord;
use trunkline_contact::{Contact, Input, Output};
use trunkline_journal::{InDoubt, ReadContact, lost, may_resend, rebuild};
use trunkline_model::http::{Outcome, Request};
use trunkline_model::routing::RoutingReply;
use trunkline_model::tenant::connector::{Connector, ConnectorKind};
use trunkline_model::tenant::{Auth, Secret, Tenant};
use trunkline_model::trace::{Head, SCHEMA_VERSION};
use trunkline_store::JournalSync;

use super::journal::Journal;
use super::printer::Printer;
use super::shell::Client;
use crate::problem::{Problem, Result};

/// What became of a contact that was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    /// It has ended.
    Ended,
    /// Another process is finishing it, and nothing was done here.
    TakenOver,
}

/// A contact ends after this many inputs of its recovery; more means that it goes round.
const MAX_INPUTS: u32 = 10_000;

/// Finishes a contact that was cut off.
pub(crate) fn finish(
    path: &Path,
    read: ReadContact,
    tenant: &Tenant,
    client: &Client,
    printer: Printer,
) -> Result<Finish> {
    let journal = Journal::resume(path, &read, JournalSync::default())?;
    let rebuilt = rebuild(&read, true).map_err(Problem::misuse)?;
    let mut recovery = Recovery {
        contact: rebuilt.contact,
        arrival: read.arrival,
        journal,
        client,
        tenant,
        printer,
        notes: vec![rebuilt.note],
        now_ms: read.last_ms,
        is_begun: false,
        wanted: rebuilt.unanswered.into(),
    };
    match recovery.run(rebuilt.in_doubt) {
        Err(_) if recovery.journal.is_fenced() => Ok(Finish::TakenOver),
        result => result.map(|()| Finish::Ended),
    }
}

struct Recovery<'r> {
    contact: Contact,
    arrival: trunkline_contact::Arrival,
    journal: Journal,
    client: &'r Client,
    tenant: &'r Tenant,
    printer: Printer,
    /// For the head of the trace.
    notes: Vec<String>,
    now_ms: i64,
    /// Whether anything was written: only then is the contact this process's.
    is_begun: bool,
    /// What the contact wants and has not got yet.
    wanted: VecDeque<Output>,
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
            notes: std::mem::take(&mut self.notes),
        })
    }

    fn run(&mut self, in_doubt: Vec<InDoubt>) -> Result<()> {
        if self.contact.is_ended() {
            return self.journal.close();
        }
        self.give(Input::Recovered)?;
        for request in in_doubt {
            let may_resend = may_resend(self.tenant, &request.request);
            let outcome = if request.may_repeat && may_resend {
                self.send(&request.request)?
            } else {
                lost()
            };
            self.answered(request.id, outcome)?;
        }
        // Event flows may want more after each answer.
        for _ in 0..MAX_INPUTS {
            if self.contact.is_ended() {
                return self.journal.sync();
            }
            match self.wanted.pop_front() {
                Some(output) => self.carry_out(output)?,
                None => self.tick()?,
            }
        }
        Err(self.stuck("its flow goes round in circles"))
    }

    /// Does what can still be done without a caller, an agent or queues.
    fn carry_out(&mut self, output: Output) -> Result<()> {
        match output {
            Output::Http { id, request, .. } => {
                let outcome = self.send(&request)?;
                self.answered(id, outcome)
            }
            Output::Play { id, .. } | Output::PlayMusic { id, .. } => {
                self.give(Input::Flow(trunkline_flow::Input::Played { id }))
            }
            Output::QueryQueue { id, .. } => {
                self.give(Input::Flow(trunkline_flow::Input::Figures { id, figures: None }))
            }
            Output::Escalate { id, .. } | Output::EnqueueToAgent { id, .. } => {
                let reply = RoutingReply::NotQueued;
                self.give(Input::Flow(trunkline_flow::Input::Routed { id, reply }))
            }
            // The counters are gone; the first way is as good as any.
            Output::Allocate { id, .. } => {
                self.give(Input::Flow(trunkline_flow::Input::Allocated { id, index: 0 }))
            }
            Output::Answer
            | Output::StopRetries { .. }
            | Output::StopPlaying { .. }
            | Output::QueueMusic { .. }
            | Output::SetCallerId { .. }
            | Output::SendDigits { .. }
            | Output::Record { .. }
            | Output::StopRecording { .. }
            | Output::Enqueue { .. }
            | Output::SetPriority { .. }
            | Output::Withdraw
            | Output::LeaveAgent
            | Output::Arrange(_)
            | Output::Ask { .. }
            | Output::EnqueueConsult { .. }
            | Output::Ring { .. }
            | Output::RecordCall { .. }
            | Output::PauseCallRecording { .. }
            | Output::StopCallRecording { .. }
            | Output::Dial { .. }
            | Output::HangUpParty { .. }
            | Output::Part { .. }
            | Output::TakeOver { .. }
            | Output::ScreenPop { .. }
            | Output::Disconnect
            | Output::Transfer { .. }
            | Output::Notice(_)
            | Output::Ended => Ok(()),
        }
    }

    /// Lets time pass until the contact's next timer.
    fn tick(&mut self) -> Result<()> {
        let Some(at_ms) = self.contact.wake_at() else {
            return Err(self.stuck("it waits for something that cannot come any more"));
        };
        self.now_ms = self.now_ms.max(at_ms);
        self.give(Input::Flow(trunkline_flow::Input::Tick))
    }

    fn stuck(&self, why: &str) -> Problem {
        Problem::failed(format!("contact {} cannot be finished: {why}", self.contact.id()))
    }

    fn answered(&mut self, id: u32, outcome: Outcome) -> Result<()> {
        self.now_ms += i64::try_from(outcome.duration_ms).unwrap_or(0);
        self.give(Input::Flow(trunkline_flow::Input::Http { id, outcome: Box::new(outcome) }))
    }

    fn send(&mut self, request: &Request) -> Result<Outcome> {
        self.journal.sync()?;
        Ok(self.client.send(request))
    }

    /// Gives the contact an input; what it wants is written before it is done, or even shown.
    fn give(&mut self, input: Input) -> Result<()> {
        let record = InputRecord { now_ms: self.now_ms, input: input.clone() };
        self.contact.handle(self.now_ms, input);
        let outputs: Vec<_> = std::iter::from_fn(|| self.contact.poll()).collect();
        self.journal.took(Some(&record), &outputs, &self.contact)?;
        if !std::mem::replace(&mut self.is_begun, true) {
            self.head()?;
        }
        self.wanted.extend(outputs);
        self.contact.take_trace().into_iter().try_for_each(|step| self.printer.step(step))
    }
}

/// A journal's tenant with the sandbox's well-known credentials for its Salesforce connectors, for
/// runs that had no tenant.yaml.
pub(crate) fn tenant_with_sandbox_credentials(tenant: &Tenant) -> Tenant {
    let mut tenant = tenant.clone();
    let local = tenant.connectors.iter_mut().filter(|connector| is_local_salesforce(connector));
    local.for_each(|connector| connector.auth = sandbox_auth());
    tenant
}

/// Whether a connector has credentials other than the sandbox's well-known ones.
pub(crate) fn has_secret_auth(connector: &Connector) -> bool {
    let is_well_known = is_local_salesforce(connector) && connector.auth == sandbox_auth();
    connector.auth != Auth::None && !is_well_known
}

fn is_local_salesforce(connector: &Connector) -> bool {
    connector.kind == ConnectorKind::Salesforce && is_loopback(&connector.base_url)
}

/// Whether a base URL names this machine.
fn is_loopback(base_url: &str) -> bool {
    let Some(rest) = base_url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| {
        let port = authority.strip_prefix(host);
        port.is_some_and(|it| it.is_empty() || it.strip_prefix(':').is_some_and(is_port))
    })
}

fn sandbox_auth() -> Auth {
    Auth::ClientCredentials {
        token_url: "/services/oauth2/token".to_owned(),
        client_id: "trunkline".to_owned(),
        client_secret: Secret::Literal("sandbox".to_owned()),
        scopes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for url in
            ["http://127.0.0.1", "http://127.0.0.1:8090/x", "http://localhost:1", "http://[::1]:80"]
        {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "http://127.0.0.1.evil.example",
            "http://localhost.example:80",
            "https://127.0.0.1",
            "http://127.0.0.1:80@evil.example",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}

//! An exchange with a shell that does nothing: outputs as lines, records kept.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};
use trunkline_acd::{self as acd, AgentChoice, AgentState};
use trunkline_contact::journal::Head;
use trunkline_contact::{Arrival, Contact, Input as ContactInput, Output as Wanted, SEMANTICS};
use trunkline_exchange::{ContactRecord, Exchange, Input, Output, Recorder, RoutingRecord};
use trunkline_flow::{Flow, Input as FlowInput, Site};
use trunkline_model::http::{Answer, Outcome};
use trunkline_model::tenant::Tenant;
use trunkline_model::{AgentId, ContactId, EntryPointId};

use crate::builder::Builder;

/// When everything begins.
pub(crate) const START_MS: i64 = 1_000_000;

/// What a recorder is told of one contact.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) arrival: Option<Arrival>,
    pub(crate) records: Vec<ContactRecord>,
    pub(crate) outputs: Vec<Wanted>,
}

/// Everything that a recorder is told.
#[derive(Default)]
pub(crate) struct Books {
    pub(crate) contacts: HashMap<ContactId, Book>,
    pub(crate) routing: Vec<RoutingRecord>,
    pub(crate) routed: Vec<acd::Output>,
}

impl Recorder for Books {
    fn arrived(&mut self, arrival: &Arrival, contact: &Contact, outputs: &[Wanted]) {
        let book = self.contacts.entry(contact.id().clone()).or_default();
        book.arrival = Some(arrival.clone());
        book.outputs.extend_from_slice(outputs);
    }

    fn contact(&mut self, contact: &Contact, record: &ContactRecord, outputs: &[Wanted]) {
        let book = self.contacts.get_mut(contact.id()).unwrap();
        book.records.push(record.clone());
        book.outputs.extend_from_slice(outputs);
    }

    fn routing(&mut self, record: &RoutingRecord, outputs: &[acd::Output]) {
        self.routing.push(record.clone());
        self.routed.extend_from_slice(outputs);
    }
}

/// An exchange with everything that came out of it.
pub(crate) struct Floor {
    pub(crate) exchange: Exchange,
    pub(crate) books: Books,
    pub(crate) now_ms: i64,
    pub(crate) outputs: Vec<Output>,
    pub(crate) tenant: Tenant,
    pub(crate) flow: String,
    read: usize,
}

fn tenant(more: Value) -> Tenant {
    let agent = |id: &str| json!({ "id": id, "name": id, "teams": ["Desk"] });
    let mut entry = json!({ "id": "main", "name": "Main", "flow": "f" });
    crate::builder::merge(&mut entry, more);
    let tenant = json!({
        "name": "Acme", "entry_points": [entry],
        "queues": [{ "id": "q", "name": "Support", "groups": [{ "teams": ["Desk"] }] }],
        "teams": [{ "id": "desk", "name": "Desk" }],
        "agents": [agent("ann"), agent("bob")],
        "routing": { "ring_timeout_s": 10, "auto_wrap_up_s": 5 },
    });
    serde_json::from_value(tenant).unwrap()
}

impl Floor {
    pub(crate) fn new(flow: &Builder) -> Self {
        Self::with(flow, json!({}))
    }

    /// With these keys of the entry point.
    pub(crate) fn with(flow: &Builder, entry: Value) -> Self {
        Self::at(tenant(entry), flow)
    }

    /// With another tenant.
    pub(crate) fn of(flow: &Builder, tenant: Value) -> Self {
        Self::at(serde_json::from_value(tenant).unwrap(), flow)
    }

    fn at(tenant: Tenant, flow: &Builder) -> Self {
        let flow = flow.text();
        let read = Arc::new(Flow::read(&flow).unwrap().0);
        let exchange = Exchange::new(Arc::new(Site::new(tenant.clone(), vec![read])));
        let (books, outputs) = (Books::default(), Vec::new());
        Self { exchange, books, now_ms: START_MS, outputs, tenant, flow, read: 0 }
    }

    /// Time passes; what is due on the way happens at its time.
    pub(crate) fn pass(&mut self, ms: i64) -> &mut Self {
        let until_ms = self.now_ms + ms;
        while let Some(at_ms) = self.exchange.wake_at().filter(|at_ms| *at_ms <= until_ms) {
            self.now_ms = at_ms.max(self.now_ms);
            self.take(Input::Tick);
        }
        self.now_ms = until_ms;
        self
    }

    pub(crate) fn take(&mut self, input: Input) {
        self.exchange.handle(self.now_ms, input, &mut self.books).unwrap();
        self.outputs.extend(std::iter::from_fn(|| self.exchange.poll()));
    }

    /// A second later something happens.
    pub(crate) fn give(&mut self, input: Input) -> &mut Self {
        self.pass(1_000).take(input);
        self
    }

    pub(crate) fn call(&mut self, id: &str) -> &mut Self {
        let arrival = self.arrival(id, "main");
        self.give(Input::Arrived(Box::new(Arrival { at_ms: self.now_ms + 1_000, ..arrival })))
    }

    pub(crate) fn arrival(&self, id: &str, entry_point: &str) -> Arrival {
        Arrival {
            contact: ContactId::new(id),
            at_ms: self.now_ms,
            ani_received: "+14806754111".into(),
            dnis_received: "+18005550100".into(),
            entry_point: EntryPointId::new(entry_point),
            headers: Vec::new(),
            rescue: None,
            outdial: None,
        }
    }

    pub(crate) fn tell(&mut self, id: &str, input: ContactInput) -> &mut Self {
        self.give(Input::Contact { contact: ContactId::new(id), input })
    }

    pub(crate) fn hang_up(&mut self, id: &str) -> &mut Self {
        self.tell(id, ContactInput::CallerHungUp)
    }

    /// The last request of a contact is answered.
    pub(crate) fn respond(&mut self, id: &str) -> &mut Self {
        let http = self.books.contacts[&ContactId::new(id)].outputs.iter().rev();
        let mut ids = http.filter_map(|output| match output {
            Wanted::Http { id, .. } => Some(*id),
            _ => None,
        });
        let request = ids.next().unwrap();
        let result = Ok(Answer { status: 200, headers: Vec::new(), body: "{}".into() });
        let outcome = Outcome { result, duration_ms: 80, attempts: 1, stand_in: None };
        let input = FlowInput::Http { id: request, outcome: Box::new(outcome) };
        self.tell(id, ContactInput::Flow(input))
    }

    pub(crate) fn sign_in(&mut self, agent: &str) -> &mut Self {
        let agent = AgentId::new(agent);
        let session_id = format!("session of {agent}");
        let sign_in = acd::Input::SignIn { agent: agent.clone(), session_id, team: None };
        self.give(Input::Routing(sign_in));
        let state = AgentChoice::Available;
        self.give(Input::Routing(acd::Input::SetState { agent, state }))
    }

    pub(crate) fn answer(&mut self, agent: &str, id: &str) -> &mut Self {
        let (agent, contact) = (AgentId::new(agent), ContactId::new(id));
        self.give(Input::Routing(acd::Input::Answer { agent, contact }))
    }

    pub(crate) fn agent_hangs_up(&mut self, agent: &str, id: &str) -> &mut Self {
        self.give(Input::AgentHungUp { contact: ContactId::new(id), agent: AgentId::new(agent) })
    }

    pub(crate) fn state(&self, agent: &str) -> AgentState {
        self.exchange.routing().agent_state(&AgentId::new(agent)).unwrap()
    }

    /// The outputs since the last call, a line each, but for agents' states.
    pub(crate) fn news(&mut self) -> Vec<String> {
        let news = self.outputs[self.read..].iter();
        let lines = news.filter_map(line).collect();
        self.read = self.outputs.len();
        lines
    }

    /// What a contact was started with, for replay.
    pub(crate) fn head(&self, id: &ContactId) -> Head {
        Head {
            semantics: SEMANTICS,
            arrival: self.books.contacts[id].arrival.clone().unwrap(),
            tenant: self.tenant.clone(),
            flows: vec![self.flow.clone()],
        }
    }
}

fn line(output: &Output) -> Option<String> {
    Some(match output {
        Output::Contact { contact, output } => format!("{contact}: {}", wanted(output)),
        Output::Ended { contact } => format!("{contact}: ended"),
        Output::Crashed { contact, successor, .. } => format!("{contact}: crashed {successor:?}"),
        Output::Queued { contact, queue } => format!("{contact}: queued {queue}"),
        Output::Ring { contact, agent, .. } => format!("{contact}: ring {}", agent.id),
        Output::StopRinging { contact, agent, reason } => {
            format!("{contact}: stop ringing {agent} {reason:?}")
        }
        Output::TakenOver { contact, consult, agent } => {
            format!("{contact}: taken over by {agent} from {consult}")
        }
        Output::Connect { contact, agent } => format!("{contact}: connect {}", agent.id),
        Output::Release { contact, agent, .. } => format!("{contact}: release {agent}"),
        Output::Refused { reason, .. } => format!("refused: {reason}"),
        Output::AgentState { .. } | Output::AgentNext { .. } | Output::WrapUpExtended { .. } => {
            return None;
        }
    })
}

fn wanted(output: &Wanted) -> String {
    match output {
        Wanted::Http { request, .. } => format!("{:?}", request.method),
        Wanted::QueueMusic { file } => match file {
            Some(_) => "queue music".into(),
            None => "stop queue music".into(),
        },
        Wanted::Answer => "answer".into(),
        Wanted::Disconnect => "disconnect".into(),
        other => format!("{other:?}").split([' ', '{', '(']).next().unwrap_or_default().to_owned(),
    }
}

/// A flow that queues, tells a server when the contact has ended, and holds what happened in its
/// variables.
pub(crate) fn queues() -> Builder {
    let flow = Builder::flow("f").queue("Queue", "Support").end("End").row("Start Queue End");
    let flow = flow.event("ContactEnded", "PhoneContactEnded");
    flow.get("Tell", "https://x/ended", &[]).end("Told").row("ContactEnded Tell Told")
}

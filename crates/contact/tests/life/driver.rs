//! A contact by hand: inputs one at a time, outputs as lines.

use std::sync::Arc;

use serde_json::{Value, json};
use trunkline_acd::OfferEnd;
use trunkline_contact::{Arrival, Contact, Input, Output};
use trunkline_flow::Site;
use trunkline_model::call::TransferOutcome;
use trunkline_model::http::{Answer, Outcome};
use trunkline_model::prompt::PlayFailure;
use trunkline_model::routing::AgentDetails;
use trunkline_model::tenant::Tenant;
use trunkline_model::trace::Step;
use trunkline_model::{AgentId, ContactId, EntryPointId, Failure, FailureCode};

use crate::builder::{Builder, merge};
use crate::lines::line;

/// A contact with everything that came out of it.
pub(crate) struct Life {
    pub(crate) contact: Contact,
    pub(crate) now_ms: i64,
    pub(crate) outputs: Vec<Output>,
    /// How many outputs [`Life::news`] has told.
    read: usize,
    pub(crate) steps: Vec<Step>,
}

/// What a contact is set up with: keys of its entry point and of its tenant.
pub(crate) struct Setup {
    pub(crate) entry: Value,
    pub(crate) tenant: Value,
}

impl Setup {
    pub(crate) fn new() -> Self {
        Self { entry: json!({}), tenant: json!({}) }
    }

    pub(crate) fn entry(mut self, more: Value) -> Self {
        merge(&mut self.entry, more);
        self
    }

    pub(crate) fn tenant(mut self, more: Value) -> Self {
        merge(&mut self.tenant, more);
        self
    }

    pub(crate) fn compat(mut self, key: &str, value: &str) -> Self {
        self.tenant = json!({ "compatibility": { key: value } });
        self
    }

    /// The call arrives.
    pub(crate) fn arrive(self, flow: &Builder) -> Life {
        let mut entry = json!({ "id": "ep", "name": "Main", "flow": "f" });
        merge(&mut entry, self.entry);
        let mut tenant = json!({
            "name": "Acme", "entry_points": [entry],
            "queues": [{ "id": "q1", "name": "Sales", "music": "hello.wav" },
                       { "id": "q2", "name": "Support" }],
            "audio": [{ "name": "hello.wav", "duration_ms": 4000 }],
        });
        merge(&mut tenant, self.tenant);
        let tenant: Tenant = serde_json::from_value(tenant).unwrap();
        let site = Arc::new(Site::new(tenant, vec![flow.read()]));
        let arrival = Arrival {
            contact: ContactId::new("c1"),
            at_ms: 1_000_000,
            ani_received: "+14806754111".into(),
            dnis_received: "+18005550100".into(),
            entry_point: EntryPointId::new("ep"),
            headers: Vec::new(),
            rescue: None,
            outdial: None,
        };
        let contact = Contact::arrive(&site, &arrival, true).unwrap();
        let (outputs, steps) = (Vec::new(), Vec::new());
        let mut life = Life { contact, now_ms: arrival.at_ms, outputs, read: 0, steps };
        life.drain();
        life
    }
}

/// The call arrives at the ordinary entry point.
pub(crate) fn arrive(flow: &Builder) -> Life {
    Setup::new().arrive(flow)
}

/// The agent of this name.
pub(crate) fn agent(name: &str) -> AgentDetails {
    serde_json::from_value(json!({
        "id": format!("id-{name}"), "name": name, "email": format!("{name}@x"),
        "session_id": "s", "team_id": "t1", "team_name": "Team", "queue_id": "q1",
        "queue_name": "Sales",
    }))
    .unwrap()
}

fn id(name: &str) -> AgentId {
    agent(name).id
}

impl Life {
    fn drain(&mut self) {
        self.outputs.extend(std::iter::from_fn(|| self.contact.poll()));
        self.steps.extend(self.contact.take_trace());
    }

    pub(crate) fn give(&mut self, input: Input) -> &mut Self {
        self.now_ms += 1_000;
        self.contact.handle(self.now_ms, input);
        self.drain();
        self
    }

    pub(crate) fn offer(&mut self, name: &str) -> &mut Self {
        self.give(Input::Offered { agent: agent(name), ring_timeout_ms: 12_000 })
    }

    pub(crate) fn offer_ends(&mut self, name: &str, reason: OfferEnd) -> &mut Self {
        self.give(Input::OfferEnded { agent: id(name), reason })
    }

    pub(crate) fn answer(&mut self, name: &str) -> &mut Self {
        self.give(Input::Answered { agent: agent(name) })
    }

    /// Offered and answered.
    pub(crate) fn talk(&mut self, name: &str) -> &mut Self {
        self.offer(name).answer(name)
    }

    pub(crate) fn agent_hangs_up(&mut self, name: &str) -> &mut Self {
        self.give(Input::AgentHungUp { agent: id(name) });
        self.give(Input::WrapUpStarted { agent: id(name) })
    }

    pub(crate) fn wrap_up(&mut self, name: &str) -> &mut Self {
        self.give(Input::WrapUpEnded { agent: id(name), code: Some("Done".into()) })
    }

    pub(crate) fn hang_up(&mut self) -> &mut Self {
        self.give(Input::CallerHungUp)
    }

    pub(crate) fn edit(&mut self, name: &str, value: &str) -> &mut Self {
        self.give(Input::Edited { name: name.into(), value: value.into() })
    }

    pub(crate) fn press(&mut self, key: char) -> &mut Self {
        self.give(Input::Flow(trunkline_flow::Input::Digit(key)))
    }

    /// What plays ends.
    pub(crate) fn played(&mut self) -> &mut Self {
        let id = self.outputs.iter().rev().find_map(|output| match output {
            Output::Play { id, .. } | Output::PlayMusic { id, .. } => Some(*id),
            _ => None,
        });
        self.give(Input::Flow(trunkline_flow::Input::Played { id: id.unwrap() }))
    }

    /// What plays fails.
    pub(crate) fn play_fails(&mut self, reason: PlayFailure) -> &mut Self {
        let id = self.outputs.iter().rev().find_map(|output| match output {
            Output::Play { id, .. } | Output::PlayMusic { id, .. } => Some(*id),
            _ => None,
        });
        let text = "cannot be played".to_owned();
        self.give(Input::Flow(trunkline_flow::Input::PlayFailed { id: id.unwrap(), reason, text }))
    }

    /// Something becomes of the last transfer.
    pub(crate) fn transferred(&mut self, outcome: TransferOutcome) -> &mut Self {
        let id = self.outputs.iter().rev().find_map(|output| match output {
            Output::Transfer { id, .. } => Some(*id),
            _ => None,
        });
        self.give(Input::Flow(trunkline_flow::Input::TransferEnded { id: id.unwrap(), outcome }))
    }

    /// The last request is answered with 200.
    pub(crate) fn respond(&mut self, body: &str) -> &mut Self {
        self.outcome(Ok(Answer { status: 200, headers: Vec::new(), body: body.to_owned() }))
    }

    /// The last request fails.
    pub(crate) fn refuse(&mut self) -> &mut Self {
        self.outcome(Err(Failure::new(FailureCode::Dns, "no such host")))
    }

    fn outcome(&mut self, result: Result<Answer, Failure>) -> &mut Self {
        let id = self.outputs.iter().rev().find_map(|output| match output {
            Output::Http { id, .. } => Some(*id),
            _ => None,
        });
        let outcome = Outcome { result, duration_ms: 80, attempts: 1, stand_in: None };
        let input = trunkline_flow::Input::Http { id: id.unwrap(), outcome: Box::new(outcome) };
        self.give(Input::Flow(input))
    }

    /// A variable as text.
    pub(crate) fn var(&self, name: &str) -> String {
        let value = self.contact.run().variable(name).unwrap();
        trunkline_flow::run::convert::text_of(&value)
    }

    /// The outputs since the last call, a line each, but for the answer of the call, and for
    /// agents who are rung as they always are.
    pub(crate) fn news(&mut self) -> Vec<String> {
        let news = self.outputs[self.read..].iter();
        let is_usual =
            |it: &Output| matches!(it, Output::Answer | Output::Ring { caller_id: None, .. });
        let lines = news.filter(|output| !is_usual(output)).map(line).collect();
        self.read = self.outputs.len();
        lines
    }

    /// All outputs, a line each, with the answer of the call.
    pub(crate) fn all(&self) -> Vec<String> {
        self.outputs.iter().map(line).collect()
    }

    /// How often something happened, by the names that the trace gives.
    pub(crate) fn happened(&self, what: &str) -> usize {
        let kind = format!("contact.{what}");
        self.steps.iter().filter(|step| step.kind == kind).count()
    }

    /// The trace as one text.
    pub(crate) fn trace(&self) -> String {
        serde_json::to_string(&self.steps).unwrap()
    }
}

//! Runs a scenario in a world and keeps everything that was written down.

use std::fmt::Write;
use std::sync::Arc;

use serde_json::{Value, json};
use trunkline_contact::journal::{Head, InputRecord};
use trunkline_contact::{Arrival, Output, SEMANTICS};
use trunkline_flow::Site;
use trunkline_model::tenant::Tenant;
use trunkline_model::trace::{Fields, Step};
use trunkline_model::{ContactId, EntryPointId};
use trunkline_sim::{Advance, Recorder, Script, World, WorldOptions};

use crate::builder::{Builder, merge};
use crate::lines::line;

/// A call to be simulated.
#[derive(Clone)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) flows: Vec<Builder>,
    /// Keys of the tenant beside the ordinary ones.
    pub(crate) tenant: Value,
    /// Keys of the entry point.
    pub(crate) entry: Value,
    /// `call.yaml`
    pub(crate) script: &'static str,
}

/// Everything that was written down of one contact.
#[derive(Default)]
pub(crate) struct Tape {
    pub(crate) arrival: Option<Arrival>,
    pub(crate) inputs: Vec<InputRecord>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) steps: Vec<Step>,
    /// Steps and outputs in their order, a line each.
    pub(crate) text: String,
    /// Outputs that wait for the steps of their moment.
    pending: String,
}

impl Tape {
    fn take(&mut self, at_ms: i64, outputs: &[Output]) {
        self.flush();
        for output in outputs {
            writeln!(self.pending, "{at_ms:>7}         > {}", line(output)).unwrap();
        }
        self.outputs.extend(outputs.iter().cloned());
    }

    fn flush(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        self.text.push_str(&pending);
    }
}

impl Recorder for Tape {
    fn arrived(&mut self, arrival: &Arrival) {
        self.arrival = Some(arrival.clone());
    }

    fn input(&mut self, arrival: &Arrival, record: &InputRecord, outputs: &[Output]) {
        self.inputs.push(record.clone());
        self.take(record.now_ms - arrival.at_ms, outputs);
    }

    fn started(&mut self, _: &Arrival, outputs: &[Output]) {
        self.take(0, outputs);
    }

    fn trace(&mut self, _: &Arrival, steps: Vec<Step>) {
        for step in &steps {
            writeln!(self.text, "{:>7} {}", step.t_ms, step_line(step)).unwrap();
        }
        self.flush();
        self.steps.extend(steps);
    }

    fn wants_inputs(&self) -> bool {
        true
    }

    fn wants_trace(&self) -> bool {
        true
    }
}

fn step_line(step: &Step) -> String {
    let mut text = format!("{:<7} {} {}", step.thread, step.activity, step.kind);
    if let Some(port) = &step.port {
        write!(text, " -> {port}").unwrap();
    }
    let mut fields = |name: &str, fields: &Fields| {
        if !fields.is_empty() {
            write!(text, " {name}={}", serde_json::to_string(fields).unwrap()).unwrap();
        }
    };
    fields("in", &step.input);
    fields("out", &step.output);
    if let Some(failure) = &step.failure {
        write!(text, " FAILED {} {}", failure.code.as_str(), failure.description).unwrap();
    }
    for warning in &step.warnings {
        write!(text, " ({warning})").unwrap();
    }
    text
}

impl Scenario {
    pub(crate) fn new(name: &'static str, flow: Builder, script: &'static str) -> Self {
        let (tenant, entry) = (json!({}), json!({}));
        Self { name, flows: vec![flow], tenant, entry, script }
    }

    pub(crate) fn entry(mut self, more: Value) -> Self {
        merge(&mut self.entry, more);
        self
    }

    pub(crate) fn tenant(mut self, more: Value) -> Self {
        merge(&mut self.tenant, more);
        self
    }

    pub(crate) fn with_flow(mut self, flow: Builder) -> Self {
        self.flows.push(flow);
        self
    }

    pub(crate) fn tenant_of(&self) -> Tenant {
        let mut entry = json!({ "id": "ep", "name": "Main", "flow": "f" });
        merge(&mut entry, self.entry.clone());
        let mut tenant = json!({
            "name": "Acme", "entry_points": [entry],
            "teams": [{ "id": "t1", "name": "Agents" }],
            "queues": [{ "id": "q1", "name": "Sales", "groups": [{ "teams": ["t1"] }] }],
            "agents": [{ "id": "a1", "name": "Ann", "email": "ann@example.com", "teams": ["t1"] }],
            "audio": [{ "name": "hello.wav", "duration_ms": 4000 }],
        });
        merge(&mut tenant, self.tenant.clone());
        serde_json::from_value(tenant).unwrap()
    }

    pub(crate) fn world(&self) -> World<Tape> {
        let script = Script::parse(self.script).unwrap();
        let flows = self.flows.iter().map(Builder::read).collect();
        let site = Arc::new(Site::new(self.tenant_of(), flows));
        let options = WorldOptions { start_ms: script.start_ms(), script, is_interactive: false };
        World::new(site, options, Tape::default())
    }

    pub(crate) fn arrival(&self, contact: &str, at_ms: i64) -> Arrival {
        Arrival {
            contact: ContactId::new(contact),
            at_ms,
            ani_received: "+14806754111".into(),
            dnis_received: "+18005550100".into(),
            entry_point: EntryPointId::new("ep"),
            headers: Vec::new(),
            rescue: None,
            outdial: None,
        }
    }

    /// The whole call.
    pub(crate) fn run(&self) -> Tape {
        let mut world = self.world();
        let now_ms = world.now_ms();
        world.call(self.arrival("c1", now_ms)).unwrap();
        run_out(&mut world);
        let mut tape = std::mem::take(world.recorder());
        tape.flush();
        tape
    }

    /// The head of the contact's journal.
    pub(crate) fn head(&self, tape: &Tape) -> Head {
        Head {
            semantics: SEMANTICS,
            arrival: tape.arrival.clone().unwrap(),
            tenant: self.tenant_of(),
            flows: self.flows.iter().map(Builder::text).collect(),
        }
    }
}

/// Lets everything happen. Scenarios script every answer.
pub(crate) fn run_out(world: &mut World<Tape>) {
    loop {
        match world.advance() {
            Advance::Moment => {}
            Advance::Idle => return,
            Advance::Request(request) => panic!("no stub answers {:?}", request.request),
            Advance::Exhausted(why) => panic!("{why}"),
        }
    }
}

impl Tape {
    /// What happened to the contact, in order: `arrived offered answered …`.
    pub(crate) fn story(&self) -> String {
        let happened = self.steps.iter().filter_map(|step| step.kind.strip_prefix("contact."));
        happened.collect::<Vec<_>>().join(" ")
    }

    /// The last value that an activity gave a variable.
    pub(crate) fn last(&self, name: &str) -> String {
        let found = self.steps.iter().rev().find_map(|step| step.output.get(name));
        serde_json::to_string(&found).unwrap()
    }

    /// When something first happened, in milliseconds after the arrival.
    pub(crate) fn when(&self, kind: &str) -> i64 {
        let found = self.steps.iter().find(|step| step.kind == format!("contact.{kind}"));
        found.unwrap_or_else(|| panic!("no {kind} in {}", self.story())).t_ms
    }
}

//! Builds small exports for the tests of the checks.

use serde_json::{Value, json};

/// An export in the making. Activities are known by their labels, which are their ids too.
#[derive(Clone, Default)]
pub(crate) struct Export {
    kind: &'static str,
    variables: Vec<Value>,
    main: Process,
    events: Process,
    on_events: serde_json::Map<String, Value>,
}

#[derive(Clone, Default)]
struct Process {
    activities: serde_json::Map<String, Value>,
    links: Vec<Value>,
}

impl Process {
    fn add(&mut self, label: &str, group: &str, mut properties: Value) {
        properties["name"] = json!(label);
        let activity =
            json!({"id": label, "name": label, "group": group, "properties": properties});
        self.activities.insert(label.to_owned(), activity);
    }

    fn to_json(&self) -> Value {
        json!({"activities": self.activities, "links": self.links})
    }
}

fn group(kind: &str) -> &'static str {
    match kind {
        "end" | "end-subflow" | "hand-off" => "end",
        "disconnect-contact" => "terminating-action",
        "set-variable" => "set-variable",
        "condition-activity" | "case-statement" => "enum-gateway",
        _ => "action",
    }
}

/// A flow with a start, and an OnGlobalError flow that disconnects the caller.
pub(crate) fn export() -> Export {
    let mut export = Export { kind: "FLOW", ..Export::default() };
    export.main.add("Start", "start", json!({"activityName": "NewPhoneContact"}));
    export
        .event("GlobalErrorHandling", "OnGlobalError")
        .in_event("HangUp", "disconnect-contact", json!({}))
        .link("GlobalErrorHandling.out -> HangUp")
}

impl Export {
    pub(crate) fn subflow(mut self) -> Self {
        self.kind = "SUBFLOW";
        self
    }

    pub(crate) fn without_events(mut self) -> Self {
        self.events = Process::default();
        self.on_events.clear();
        self
    }

    pub(crate) fn variable(self, name: &str, kind: &str) -> Self {
        self.variable_with(name, json!({"type": kind}))
    }

    pub(crate) fn variable_with(mut self, name: &str, more: Value) -> Self {
        let mut variable = json!({"name": name, "type": "STRING", "value": "", "source": ""});
        for (key, value) in more.as_object().unwrap() {
            variable[key] = value.clone();
        }
        self.variables.push(variable);
        self
    }

    /// An activity of the main flow.
    pub(crate) fn node(mut self, label: &str, kind: &str, properties: Value) -> Self {
        self.main.add(label, group(kind), named(properties, kind));
        self
    }

    /// An event; its activity has the name of its specification, as in real exports.
    pub(crate) fn event(mut self, specification: &str, name: &str) -> Self {
        self.events.add(specification, "event", json!({"event": name}));
        self.on_events.insert(specification.to_owned(), json!(specification));
        self
    }

    /// An activity of the event flows.
    pub(crate) fn in_event(mut self, label: &str, kind: &str, properties: Value) -> Self {
        self.events.add(label, group(kind), named(properties, kind));
        self
    }

    /// Links: `From.port -> To`, one a line.
    pub(crate) fn link(mut self, links: &str) -> Self {
        for line in links.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (from, to) = line.split_once(" -> ").expect(line);
            let (from, port) = from.rsplit_once('.').expect(line);
            let link = json!({"id": line, "sourceActivityId": from, "targetActivityId": to,
                              "conditionExpr": port, "properties": {"value": port}});
            let in_main = self.main.activities.contains_key(from);
            let process = if in_main { &mut self.main } else { &mut self.events };
            process.links.push(link);
        }
        self
    }

    pub(crate) fn text(&self) -> String {
        let events = json!({"GLOBAL_EVENTS": {
            "process": self.events.to_json(), "onEvents": self.on_events, "diagram": {}}});
        let export = json!({
            "flowId": "f1", "name": "A flow", "version": 1, "flowType": self.kind,
            "variables": self.variables, "variableOrders": {},
            "process": self.main.to_json(), "diagram": {},
            "eventFlows": {"eventsMap": events, "properties": {}},
        });
        serde_json::to_string_pretty(&export).unwrap()
    }
}

fn named(mut properties: Value, kind: &str) -> Value {
    properties["activityName"] = json!(kind);
    properties
}

//! Builds small exports of flows.
#![allow(dead_code, reason = "each test file uses a part")]

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

/// An export in the making. Activities are known by their labels, which are their ids too.
#[derive(Clone)]
pub(crate) struct Export {
    name: String,
    kind: &'static str,
    variables: Vec<Value>,
    main: Process,
    events: Process,
    on_events: Map<String, Value>,
}

#[derive(Clone, Default)]
struct Process {
    activities: Map<String, Value>,
    links: Vec<Value>,
}

impl Process {
    fn add(&mut self, label: &str, group: &str, kind: &str, mut properties: Value) {
        properties["name"] = json!(label);
        properties["activityName"] = json!(kind);
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
        "end" | "end-subflow" => "end",
        "disconnect-contact" => "terminating-action",
        "set-variable" => "set-variable",
        "condition-activity" => "enum-gateway",
        _ => "action",
    }
}

impl Export {
    /// A flow that has nothing but its start, `Start`.
    pub(crate) fn new(name: &str) -> Self {
        let mut main = Process::default();
        main.add("Start", "start", "NewContact", json!({"event": "NewContact"}));
        Self {
            name: name.to_owned(),
            kind: "FLOW",
            variables: Vec::new(),
            main,
            events: Process::default(),
            on_events: Map::new(),
        }
    }

    /// A subflow that has nothing but its start, `Start`.
    pub(crate) fn subflow(name: &str) -> Self {
        let mut export = Self::new(name);
        export.kind = "SUBFLOW";
        export
    }

    pub(crate) fn variable(self, name: &str, value: &str) -> Self {
        self.any_variable(name, value, &json!({}))
    }

    /// A variable that agents see and may edit.
    pub(crate) fn desktop_variable(self, name: &str, value: &str) -> Self {
        self.any_variable(name, value, &json!({"isCAD": true, "isAgentEditable": true}))
    }

    pub(crate) fn secure_variable(self, name: &str, value: &str) -> Self {
        self.any_variable(name, value, &json!({"isSecure": true}))
    }

    fn any_variable(mut self, name: &str, value: &str, more: &Value) -> Self {
        let mut variable = json!({"name": name, "type": "STRING", "value": value, "source": "",
            "isCAD": false, "isAgentEditable": false, "isSecure": false, "desktopLabel": name});
        for (key, value) in more.as_object().unwrap() {
            variable[key] = value.clone();
        }
        self.variables.push(variable);
        self
    }

    /// An activity of the main flow.
    pub(crate) fn node(mut self, label: &str, kind: &str, properties: Value) -> Self {
        self.main.add(label, group(kind), kind, properties);
        self
    }

    /// An event, whose activity has its name.
    pub(crate) fn event(mut self, name: &str) -> Self {
        self.events.add(name, "event", "Event", json!({"event": name}));
        self.on_events.insert(name.to_owned(), json!(name));
        self
    }

    /// An activity of the event flows.
    pub(crate) fn in_event(mut self, label: &str, kind: &str, properties: Value) -> Self {
        self.events.add(label, group(kind), kind, properties);
        self
    }

    /// Links: `From.port -> To`, one a line.
    pub(crate) fn link(mut self, links: &str) -> Self {
        for line in links.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (from, to) = line.split_once(" -> ").expect(line);
            let (from, port) = from.rsplit_once('.').expect(line);
            let link = json!({"id": line, "sourceActivityId": from, "targetActivityId": to,
                              "conditionExpr": port, "properties": {"value": port}});
            let is_in_main = self.main.activities.contains_key(from);
            let process = if is_in_main { &mut self.main } else { &mut self.events };
            process.links.push(link);
        }
        self
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "flowId": self.name, "name": self.name, "version": 1, "flowType": self.kind,
            "variables": self.variables, "variableOrders": {},
            "process": self.main.to_json(), "diagram": {},
            "eventFlows": {"eventsMap": {"GLOBAL_EVENTS": {
                "process": self.events.to_json(), "onEvents": self.on_events, "diagram": {}}}},
        })
    }

    /// Writes it into a folder as `NAME.json`.
    pub(crate) fn write(&self, folder: &Path) -> PathBuf {
        let path = folder.join(format!("{}.json", self.name));
        std::fs::write(&path, serde_json::to_string_pretty(&self.json()).unwrap()).unwrap();
        path
    }
}

/// A spoken text.
pub(crate) fn speech(text: &str) -> Value {
    json!({"toggle": true, "connector": "Cisco Cloud Text-to-Speech",
           "promptsTts": [{"type": "tts", "value": text, "name": text}]})
}

/// A request through the connector `CRM`.
pub(crate) fn request(method: &str, path: &str, body: &str) -> Value {
    json!({"authenticated": true, "connectorId": "crm", "connectorId_name": "CRM",
           "httpRequestMethod": method, "httpRequestPath": path, "httpRequestBody": body,
           "httpContentType": "Application/JSON", "httpResponseTimeout": 2000,
           "retryAttempts": 0, "contentType": "JSON"})
}

/// A request to a whole URL.
pub(crate) fn request_to(method: &str, url: &str, timeout_ms: u64) -> Value {
    json!({"authenticated": false, "httpRequestMethod": method, "httpRequestUrl": url,
           "httpContentType": "Application/JSON", "httpResponseTimeout": timeout_ms,
           "retryAttempts": 0, "contentType": "JSON"})
}

/// The same with a part of the answer taken into a variable.
pub(crate) fn taking(mut request: Value, variable: &str, path: &str) -> Value {
    request["outputVariableArray"] = json!([{"outputVariable": variable, "jsonPathExp": path}]);
    request
}

/// The queue `Support`.
pub(crate) fn queue() -> Value {
    json!({"destination": "support", "destination_name": "Support", "queueRadioGroup": "staticQueue"})
}

/// An assignment.
pub(crate) fn set(variable: &str, expression: &str) -> Value {
    json!({"srcVariable": variable, "expr": expression,
           "setVariablesArray": [{"srcVariable": variable, "expr": expression}]})
}

/// A tenant with the flow of this name in `NAME.json`, its entry point, the queue `Support` with
/// an agent, and the connector `CRM` to `base_url`.
pub(crate) fn tenant(name: &str, base_url: &str, auth: &str) -> String {
    format!(
        "name: Test\nflows:\n  - file: {name}.json\nentry_points:\n  - id: line\n    name: Line\n    \
         dnis: [\"+12025550100\"]\n    flow: {name}\nqueues:\n  - id: support\n    \
         name: Support\n    groups:\n      - teams: [Desk]\nteams:\n  - {{id: desk, name: Desk}}\n\
         agents:\n  - id: maria\n    name: Maria Lind\n    email: maria@test.example\n    \
         teams: [Desk]\nconnectors:\n  - id: crm\n    name: CRM\n    kind: custom\n    \
         base_url: {base_url}\n    auth: {auth}\n    writes: allow\n"
    )
}

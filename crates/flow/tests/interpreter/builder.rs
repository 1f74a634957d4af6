//! Builds exports of flows for tests: activities by label, links, events, variables.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use trunkline_flow::{Diagnostic, Flow};

/// A flow under construction. Its start activity is called `Start`.
#[derive(Clone)]
pub(crate) struct Builder {
    name: String,
    kind: &'static str,
    variables: Vec<Value>,
    activities: [Map<String, Value>; 2],
    links: [Vec<Value>; 2],
    on_events: Map<String, Value>,
    /// Whether what is added belongs to the event flows.
    in_events: bool,
}

impl Builder {
    /// A flow.
    pub(crate) fn flow(name: &str) -> Self {
        Self::new(name, "FLOW").activity("Start", "start", "NewPhoneContact", json!({}))
    }

    /// A subflow.
    pub(crate) fn subflow(name: &str) -> Self {
        Self::new(name, "SUBFLOW").activity("Start", "start-subflow", "NewSubFlowStart", json!({}))
    }

    fn new(name: &str, kind: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            variables: Vec::new(),
            activities: [Map::new(), Map::new()],
            links: [Vec::new(), Vec::new()],
            on_events: Map::new(),
            in_events: false,
        }
    }

    /// A variable: `name`, `TYPE`, default text.
    pub(crate) fn var(self, name: &str, kind: &str, value: &str) -> Self {
        self.var_with(name, kind, value, json!({}))
    }

    /// A variable with more keys of the export (`isSecure`, `isCAD`, `source`, …).
    pub(crate) fn var_with(mut self, name: &str, kind: &str, value: &str, more: Value) -> Self {
        let mut variable = json!({ "name": name, "type": kind, "value": value });
        merge(&mut variable, more);
        self.variables.push(variable);
        self
    }

    /// An activity in the ordinary group of its kind.
    pub(crate) fn act(self, label: &str, kind: &str, properties: Value) -> Self {
        let group = match kind {
            "end" | "end-subflow" | "hand-off" => "end",
            "set-variable" => "set-variable",
            "ivr-menu" | "condition-activity" | "case-statement" | "business-hours"
            | "percent-allocation" => "enum-gateway",
            "disconnect-contact" => "terminating-action",
            _ => "action",
        };
        self.activity(label, group, kind, properties)
    }

    fn activity(mut self, label: &str, group: &str, kind: &str, properties: Value) -> Self {
        let mut all = json!({ "activityName": kind, "activityId": kind, "name": label });
        merge(&mut all, properties);
        let activity = json!({ "id": label, "name": label, "group": group, "properties": all });
        self.activities[usize::from(self.in_events)].insert(label.to_owned(), activity);
        self
    }

    /// An event flow: what is added from now on belongs to the event flows. The event activity is
    /// labelled with its specification, as in exports.
    pub(crate) fn event(mut self, specification: &str, name: &str) -> Self {
        self.in_events = true;
        self.on_events.insert(specification.to_owned(), json!(specification));
        self.activity(specification, "event", "Event", json!({ "event": name }))
    }

    /// Links, as `Start out Ask; Ask 1 Queue`.
    pub(crate) fn links(mut self, text: &str) -> Self {
        for link in text.split(';').map(str::trim).filter(|link| !link.is_empty()) {
            let words: Vec<_> = link.split_whitespace().collect();
            let [source, port, target] = words[..] else { panic!("no link: {link}") };
            let value = json!({
                "id": link, "sourceActivityId": source, "targetActivityId": target,
                "conditionExpr": port,
            });
            self.links[usize::from(self.in_events)].push(value);
        }
        self
    }

    /// Activities in a row, each left by the port that leads on from its kind: `out` from the
    /// start, from events and from set-variable, `default` from the others.
    pub(crate) fn row(self, labels: &str) -> Self {
        let labels: Vec<_> = labels.split_whitespace().collect();
        let links: Vec<_> = labels.windows(2).map(|pair| self.link_between(pair)).collect();
        self.links(&links.join(";"))
    }

    fn link_between(&self, pair: &[&str]) -> String {
        let activity = &self.activities[usize::from(self.in_events)][pair[0]];
        let group = activity["group"].as_str().unwrap();
        let is_out = matches!(group, "start" | "start-subflow" | "event" | "set-variable");
        format!("{} {} {}", pair[0], if is_out { "out" } else { "default" }, pair[1])
    }

    /// `Set Variable` in its older form.
    pub(crate) fn set(self, label: &str, variable: &str, value: &str) -> Self {
        let properties = json!({
            "srcVariable": variable, "setTo": "set-to-literal", "expr": value,
        });
        self.act(label, "set-variable", properties)
    }

    /// `Play Message` of one spoken text.
    pub(crate) fn say(self, label: &str, text: &str) -> Self {
        self.act(label, "play-message", spoken(text))
    }

    /// A GET of a URL; pairs of variable and path map parts of the answer.
    pub(crate) fn get(self, label: &str, url: &str, mappings: &[(&str, &str)]) -> Self {
        self.http(label, "GET", url, json!({}), mappings)
    }

    /// A request to a URL with more properties.
    pub(crate) fn http(
        self,
        label: &str,
        method: &str,
        url: &str,
        more: Value,
        mappings: &[(&str, &str)],
    ) -> Self {
        let row = |(variable, path): &(&str, &str)| json!({ "outputVariable": variable, "jsonPathExp": path });
        let mut properties = json!({
            "authenticated": false, "httpRequestMethod": method, "httpRequestUrl": url,
            "outputVariableArray": mappings.iter().map(row).collect::<Vec<_>>(),
        });
        merge(&mut properties, more);
        self.act(label, "http-request-v2", properties)
    }

    /// `Queue Contact` into a queue by name.
    pub(crate) fn queue(self, label: &str, queue: &str) -> Self {
        self.act(label, "queue-contact", json!({ "destination": queue }))
    }

    /// `Play Music` of the built-in file, whole.
    pub(crate) fn music(self, label: &str) -> Self {
        self.act(label, "play-music", json!({ "prompt": "defaultmusic_on_hold.wav" }))
    }

    /// `End Flow`.
    pub(crate) fn end(self, label: &str) -> Self {
        self.act(label, "end", json!({}))
    }

    /// The export's text.
    pub(crate) fn text(&self) -> String {
        let [main, events] = &self.activities;
        let [main_links, event_links] = &self.links;
        let export = json!({
            "id": "export", "flowId": format!("id-of-{}", self.name), "name": self.name,
            "flowType": self.kind, "version": 1, "variables": self.variables,
            "process": { "activities": main, "links": main_links },
            "eventFlows": { "eventsMap": { "GLOBAL_EVENTS": {
                "process": { "activities": events, "links": event_links },
                "onEvents": self.on_events,
            } } },
        });
        export.to_string()
    }

    /// The flow with what reading it found.
    pub(crate) fn read_with_findings(&self) -> (Flow, Vec<Diagnostic>) {
        Flow::read(&self.text()).unwrap()
    }

    /// The flow.
    pub(crate) fn read(&self) -> Arc<Flow> {
        Arc::new(self.read_with_findings().0)
    }
}

/// The properties of a prompt of one spoken text.
pub(crate) fn spoken(text: &str) -> Value {
    json!({ "toggle": true, "promptsTts": [{ "type": "tts", "value": text }] })
}

/// Puts the members of one object into another.
pub(crate) fn merge(into: &mut Value, more: Value) {
    let (Value::Object(into), Value::Object(more)) = (into, more) else { panic!("no objects") };
    into.extend(more);
}

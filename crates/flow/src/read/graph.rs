//! Reads activities, links and event flows.

use std::collections::{HashMap, HashSet};

use crate::activities;
use crate::diagnostic::{Diagnostic, Severity};
use crate::flow::{EventFlow, Node};
use crate::json::Json;

use super::Properties;

/// The most activities that are read; the largest real flow has under 200.
const MAX_ACTIVITIES: usize = 20_000;

#[derive(Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) start: Option<usize>,
    pub(super) events: Vec<EventFlow>,
}

const EVENT_PROCESS: [&str; 4] = ["eventFlows", "eventsMap", "GLOBAL_EVENTS", "process"];

pub(super) fn read(
    source: &Json,
    json_variables: &HashSet<Box<str>>,
    found: &mut Vec<Diagnostic>,
) -> Graph {
    let mut graph = Graph::default();
    let mut places = HashMap::new();
    let global = source.get("eventFlows").get("eventsMap").get("GLOBAL_EVENTS");
    let main = (source.get("process"), &["process"][..]);
    read_process(&mut graph, main, json_variables, &mut places, found);
    let main_count = graph.nodes.len();
    let events = (global.get("process"), &EVENT_PROCESS[..]);
    read_process(&mut graph, events, json_variables, &mut places, found);
    for node in &mut graph.nodes[main_count..] {
        node.in_events = true;
    }
    graph.start = graph.nodes[..main_count].iter().position(is_start);
    graph.events = read_events(&graph.nodes, global.get("onEvents"), &places, found);
    report_duplicates(&graph.nodes, found);
    graph
}

fn is_start(node: &Node) -> bool {
    matches!(&*node.group, "start" | "start-subflow")
}

fn read_process(
    graph: &mut Graph,
    (process, path): (&Json, &[&str]),
    json_variables: &HashSet<Box<str>>,
    places: &mut HashMap<String, usize>,
    found: &mut Vec<Diagnostic>,
) {
    let room = MAX_ACTIVITIES.saturating_sub(graph.nodes.len());
    for (id, json) in process.get("activities").members().iter().take(room) {
        let path = [path, &["activities", id]].concat();
        let path = path.into_iter().map(str::to_owned).collect();
        places.insert(id.clone(), graph.nodes.len());
        graph.nodes.push(read_node(id, (json, path), json_variables, found));
    }
    for link in process.get("links").elements() {
        add_link(&mut graph.nodes, link, places, found);
    }
}

fn read_node(
    id: &str,
    (json, path): (&Json, Vec<String>),
    json_variables: &HashSet<Box<str>>,
    found: &mut Vec<Diagnostic>,
) -> Node {
    let group = json.get("group").as_text().unwrap_or_default();
    let properties = json.get("properties");
    let label = json.get("name").as_text().or(properties.get("name").as_text()).unwrap_or(id);
    let name = properties.get("activityName").as_text();
    let name = name.or(properties.get("activityId").as_text()).unwrap_or_default();
    let kind = if group == "event" { "event" } else { name };
    let inner_path = [path.clone(), vec!["properties".to_owned()]].concat();
    let descriptor = activities::find(kind, group);
    let mut reader = Properties::new(properties, label, &inner_path, json_variables, found);
    let activity = match descriptor {
        Some(descriptor) => (descriptor.read)(&mut reader),
        None => {
            let message = format!("Trunkline does not know the activity {kind:?}");
            let help = "it is kept, and leaves by its error port when it is reached".to_owned();
            reader.report("unknown-activity", Severity::Warning, &[], message, Some(help));
            activities::unsupported::unknown(kind)
        }
    };
    Node {
        id: id.into(),
        label: label.into(),
        group: group.into(),
        kind: kind.into(),
        descriptor,
        activity,
        links: Vec::new(),
        path,
        in_events: false,
        is_secret: false,
        is_handed_over: false,
    }
}

fn add_link(
    nodes: &mut [Node],
    link: &Json,
    places: &HashMap<String, usize>,
    found: &mut Vec<Diagnostic>,
) {
    let end = |key: &str| link.get(key).as_text().and_then(|id| places.get(id)).copied();
    let port = link.get("conditionExpr").as_text();
    let port = port.or(link.get("properties").get("value").as_text()).unwrap_or("default");
    let (source, target) = (end("sourceActivityId"), end("targetActivityId"));
    let (Some(source), Some(target)) = (source, target) else {
        let id = link.get("id").as_text().unwrap_or("without id");
        let message = format!("the link {id} (port {port}) leads from or to no activity");
        found.push(Diagnostic::new("broken-link", Severity::Error, message));
        return;
    };
    let node = &mut nodes[source];
    if node.link(port).is_some() {
        let message = format!("the port {port} has two links; the first one counts");
        let finding = Diagnostic::new("double-link", Severity::Error, message);
        found.push(finding.in_activity(&node.label, node.path.clone()));
    }
    node.links.push((port.into(), target));
}

fn read_events(
    nodes: &[Node],
    on_events: &Json,
    places: &HashMap<String, usize>,
    found: &mut Vec<Diagnostic>,
) -> Vec<EventFlow> {
    let mut events = Vec::new();
    for (specification, id) in on_events.members() {
        let Some(&node) = id.as_text().and_then(|id| places.get(id)) else {
            let message = format!("the event {specification} begins at no activity");
            found.push(Diagnostic::new("broken-event", Severity::Error, message));
            continue;
        };
        let name = nodes[node].activity.event_name().unwrap_or(specification);
        events.push(EventFlow {
            specification: specification.as_str().into(),
            name: name.into(),
            node,
        });
    }
    events
}

fn report_duplicates(nodes: &[Node], found: &mut Vec<Diagnostic>) {
    let mut seen = HashMap::new();
    for node in nodes {
        if seen.insert(&node.label, ()).is_some() {
            let message = format!("two activities are called {}", node.label);
            let finding = Diagnostic::new("duplicate-label", Severity::Error, message);
            found.push(finding.in_activity(&node.label, node.path.clone()));
        }
    }
}

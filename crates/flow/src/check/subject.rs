//! A flow under inspection, with what several rules ask about it.

use crate::flow::{Flow, Node};
use crate::json::Json;
use crate::read::Templated;
use crate::site::Site;

use super::loops::{self, Loop};

/// The most event flows whose reach is computed; Webex has about a dozen events.
const MAX_EVENTS: usize = 64;

/// The ports by which a failure leaves.
const FAILURE_PORTS: [&str; 2] = ["error", "failure"];

/// A flow under inspection.
pub(crate) struct Subject<'f> {
    pub(super) flow: &'f Flow,
    pub(super) site: Option<&'f Site>,
    /// For each activity, whether the main flow can come to it.
    in_main: Vec<bool>,
    /// The same for each event flow.
    in_event: Vec<Vec<bool>>,
    loops: Vec<Loop>,
}

impl<'f> Subject<'f> {
    pub(super) fn new(flow: &'f Flow, site: Option<&'f Site>) -> Self {
        let follow = |_: &Node, _: &str| true;
        let events = flow.events.iter().take(MAX_EVENTS);
        Self {
            flow,
            site,
            in_main: reach(flow, flow.start, follow),
            loops: loops::endless(flow),
            in_event: events.map(|event| reach(flow, Some(event.node), follow)).collect(),
        }
    }

    /// Activities with their places.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (usize, &'f Node)> {
        self.flow.nodes.iter().enumerate()
    }

    /// Activities of a kind.
    pub(super) fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &'f Node> {
        self.flow.nodes.iter().filter(move |node| *node.kind == *kind)
    }

    /// Texts with expressions, with their activities and the places of these.
    pub(super) fn texts(&self) -> impl Iterator<Item = (usize, &'f Node, &'f Templated)> {
        let texts = |(place, node): (usize, &'f Node)| {
            node.activity.templates().into_iter().map(move |text| (place, node, text))
        };
        self.nodes().flat_map(texts)
    }

    /// Whether the main flow can come to the activity.
    pub(super) fn is_in_main(&self, node: usize) -> bool {
        self.in_main.get(node).copied().unwrap_or(false)
    }

    /// Whether this event flow can come to the activity.
    pub(super) fn is_in_event(&self, event: usize, node: usize) -> bool {
        self.in_event.get(event).is_none_or(|reached| reached.get(node) == Some(&true))
    }

    /// Whether the main flow or an event flow can come to the activity.
    pub(super) fn is_reached(&self, node: usize) -> bool {
        self.is_in_main(node) || (0..self.flow.events.len()).any(|it| self.is_in_event(it, node))
    }

    /// The loops of the flow that are never left but by a failure.
    pub(super) fn loops(&self) -> &[Loop] {
        &self.loops
    }

    /// The properties of an activity as exported.
    pub(super) fn properties(&self, node: &Node) -> &'f Json {
        let start = &self.flow.source;
        node.path.iter().fold(start, |json, key| json.get(key)).get("properties")
    }
}

/// The activities to which one can come from `start`, by the links for which `follow` says so.
pub(super) fn reach(
    flow: &Flow,
    start: Option<usize>,
    follow: impl Fn(&Node, &str) -> bool,
) -> Vec<bool> {
    let mut reached = vec![false; flow.nodes.len()];
    let mut open: Vec<_> = start.into_iter().collect();
    while let Some(place) = open.pop() {
        let Some(slot) = reached.get_mut(place) else { continue };
        if std::mem::replace(slot, true) {
            continue;
        }
        let node = &flow.nodes[place];
        let next = node.links.iter().filter(|(port, _)| follow(node, port));
        open.extend(next.map(|(_, target)| *target));
    }
    reached
}

/// Whether a port is one by which a failure leaves.
pub(super) fn is_failure_port(port: &str) -> bool {
    FAILURE_PORTS.contains(&port)
}

/// The ports of an activity that Trunkline runs: those of its kind, and its own.
pub(super) fn ports(node: &Node) -> Vec<String> {
    let Some(descriptor) = node.descriptor.filter(|descriptor| descriptor.is_executable) else {
        return Vec::new();
    };
    let of_kind = descriptor.ports.iter().map(|port| (*port).to_owned());
    node.activity.own_ports().into_iter().chain(of_kind).collect()
}

//! A flow as it was read: variables, activities with their links, event flows.

use std::collections::{HashMap, HashSet};

use trunkline_expr::Value;
use trunkline_model::FlowId;
use trunkline_model::tenant::VariableType;

use crate::activities::{Activity, Descriptor};
use crate::json::Json;

/// A flow read from an export, ready to run.
#[derive(Debug)]
pub struct Flow {
    /// The flow's id, the same for all of its revisions.
    pub id: FlowId,
    /// The flow's name.
    pub name: String,
    /// The flow's own revision number.
    pub version: i64,
    /// Flow or subflow.
    pub kind: FlowKind,
    /// Variables, in the export's order.
    pub variables: Vec<Variable>,
    /// Activities: those of the main flow, then those of the event flows.
    pub nodes: Vec<Node>,
    /// The start activity, by its place in `nodes`.
    pub start: Option<usize>,
    /// Event flows, in the export's order.
    pub events: Vec<EventFlow>,
    /// What the agent sees while a contact is offered, in order.
    pub pop_over: Vec<String>,
    /// Whether any variable is secure.
    pub has_secure_variables: bool,
    /// Attributes that any expression reads, in lower case: long outputs are kept only if needed.
    pub(crate) attributes_read: HashSet<Box<str>>,
    pub(crate) variable_index: HashMap<Box<str>, usize>,
    pub(crate) label_index: HashMap<Box<str>, usize>,
    pub(crate) source: Json,
}

/// Flow or subflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowKind {
    /// A flow that an entry point can run.
    Flow,
    /// A subflow that a flow can call.
    Subflow,
}

/// A flow variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Name, as expressions use it; its case counts.
    pub name: Box<str>,
    /// Type.
    pub kind: VariableType,
    /// The text of the default value; none where the export has `null`.
    pub default_text: Option<String>,
    /// The default value.
    pub default: Value<'static>,
    /// Whether the agent sees it (Webex: CAD variable).
    pub is_cad: bool,
    /// The agent's label for it.
    pub desktop_label: String,
    /// Whether the agent may change it.
    pub is_agent_editable: bool,
    /// Whether its value must not appear in logs and traces.
    pub is_secure: bool,
    /// Where it comes from.
    pub source: VariableSource,
    /// Whether any activity of the flow assigns it.
    pub is_assigned: bool,
}

/// Where a variable comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableSource {
    /// The flow itself.
    Local,
    /// The tenant's global variable of that name.
    Global,
    /// The caller of this subflow.
    SubflowInput,
    /// This subflow, for its caller.
    SubflowOutput,
}

/// An activity in its flow.
#[derive(Debug)]
pub struct Node {
    /// Id in the export.
    pub id: Box<str>,
    /// Label: unique in the flow, and the name that expressions use.
    pub label: Box<str>,
    /// Group in the export (`action`, `enum-gateway`, …).
    pub group: Box<str>,
    /// Kind: the export's `activityName`; `event` for event activities.
    pub kind: Box<str>,
    /// What the registry says about this kind; none for kinds that Trunkline does not know.
    pub descriptor: Option<&'static Descriptor>,
    /// What it does.
    pub activity: Box<dyn Activity>,
    /// Where its ports lead: port name and place in [`Flow::nodes`].
    pub links: Vec<(Box<str>, usize)>,
    /// Keys from the file's root to the activity.
    pub path: Vec<String>,
    /// Whether it belongs to the event flows.
    pub in_events: bool,
    /// Whether one of its outputs goes into a secure variable.
    pub is_secret: bool,
    /// Whether one of its outputs is given to another flow, where it may be secret.
    pub is_handed_over: bool,
}

impl Node {
    /// Where the port of this name leads.
    pub fn link(&self, port: &str) -> Option<usize> {
        self.links.iter().find(|(name, _)| &**name == port).map(|(_, target)| *target)
    }
}

/// The flow that runs when something happens to the contact.
#[derive(Clone, Debug)]
pub struct EventFlow {
    /// The specification name as exported (`AgentContactAssigned`,
    /// `FCAsk(ContactLastAgentRemoved)`).
    pub specification: Box<str>,
    /// The name that expressions use for its outputs (`AgentAnswered`).
    pub name: Box<str>,
    /// The event activity, by its place in [`Flow::nodes`].
    pub node: usize,
}

impl Flow {
    /// The flow again as it was read: an equal JSON value with the same key order.
    pub fn export(&self) -> &Json {
        &self.source
    }

    /// Whether any expression, or any parse activity, may read an output of this name.
    pub fn reads_output(&self, name: &str) -> bool {
        self.attributes_read.contains(&*name.to_ascii_lowercase())
    }

    /// The variable of this name.
    pub fn variable(&self, name: &str) -> Option<usize> {
        self.variable_index.get(name).copied()
    }

    /// The activity with this label; `NewContact` and `NewPhoneContact` both mean the start
    /// (decision 14).
    pub fn labelled(&self, label: &str) -> Option<usize> {
        let by_label = self.label_index.get(label).copied();
        by_label.or_else(|| is_start_name(label).then_some(self.start).flatten())
    }

    /// The event flow for this specification, whether or not it is wrapped in `FCAsk(…)`.
    pub fn event(&self, specification: &str) -> Option<&EventFlow> {
        let wanted = bare_specification(specification);
        self.events.iter().find(|event| bare_specification(&event.specification) == wanted)
    }
}

/// Whether this is one of the two names of the start activity.
pub fn is_start_name(name: &str) -> bool {
    matches!(name, "NewPhoneContact" | "NewContact")
}

/// A specification name without the `FCAsk(…)` that some exports wrap it in.
pub fn bare_specification(name: &str) -> &str {
    name.strip_prefix("FCAsk(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(name)
}

/// Whether two names mean the same event to an expression: `AgentAccepted` is the newer text for
/// `AgentAnswered`, and an event may be called by its specification.
pub fn same_event_name(event: &EventFlow, name: &str) -> bool {
    let answered = |it: &str| matches!(it, "AgentAnswered" | "AgentAccepted");
    let ended = |it: &str| matches!(it, "PhoneContactEnded" | "ContactEnded");
    *event.name == *name
        || bare_specification(&event.specification) == bare_specification(name)
        || (answered(&event.name) && answered(name))
        || (ended(&event.name) && ended(name))
}

//! What flows refer to and the tenant does not have, with a proposal for each.

use rusqlite::Connection;
use serde::Serialize;
use serde_json::Value;
use trunkline_flow::Flow;
use trunkline_flow::activities::{Need, prompts::is_built_in};
use trunkline_flow::flow::VariableSource;
use trunkline_model::tenant::{Needs, Tenant};
use utoipa::ToSchema;

use crate::check;
use crate::database::Fault;
use crate::error::SettingsError;
use crate::flows;
use crate::kind::Kind;
use crate::labels::Known;
use crate::settings::Settings;
use crate::whole::{self, Whole};

/// At most so many are listed.
const MAX_MISSING: usize = 500;

/// Something that a flow refers to and the tenant does not have.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Missing {
    /// What kind of object it would be; none for another flow.
    pub kind: Option<Kind>,
    /// Its id, as the flow has it.
    pub id: String,
    /// Its name, as the flow has it; else the id.
    pub name: String,
    /// The id of the flow that refers to it.
    pub flow: String,
    /// That flow's name.
    pub flow_name: String,
    /// The activity's label; none for a variable.
    pub activity: Option<String>,
    /// An object that would do, to be looked through and put under `id` of it; none where only a
    /// person knows, such as for audio files.
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>)]
    pub proposal: Option<Value>,
}

impl Settings {
    /// What flows with a label refer to and the tenant does not have; at most 500.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn missing(&self) -> Result<Vec<Missing>, SettingsError> {
        self.db.read("look for what is missing", |db| missing(db, &Whole::read(db)?))
    }
}

fn missing(db: &Connection, whole: &Whole) -> Result<Vec<Missing>, Fault> {
    // A tenant that is not in order has problems of its own, which whoever changes it is told.
    let tenant = check::check(whole).unwrap_or_default();
    let mut found: Vec<Missing> = Vec::new();
    for known in &whole.flows {
        for number in known.numbers() {
            let text = flows::text(db, &known.id, number)?.unwrap_or_default();
            let Ok((flow, _)) = Flow::read(&text) else { continue };
            for one in of_flow(&flow, known, whole, &tenant) {
                let is_known = |it: &Missing| (it.kind, &it.id) == (one.kind, &one.id);
                if found.len() < MAX_MISSING && !found.iter().any(is_known) {
                    found.push(one);
                }
            }
        }
    }
    Ok(found)
}

fn of_flow(flow: &Flow, known: &Known, whole: &Whole, tenant: &Tenant) -> Vec<Missing> {
    let new = |kind, id: &str, name: &str, activity: Option<&str>, proposal| Missing {
        kind,
        id: id.to_owned(),
        name: name.to_owned(),
        flow: known.id.clone(),
        flow_name: known.name.clone(),
        activity: activity.map(str::to_owned),
        proposal,
    };
    let mut found = Vec::new();
    for node in &flow.nodes {
        for need in node.activity.needs().iter().filter(|need| lacks(need, whole, tenant)) {
            let (kind, id, name) = parts(need);
            // A flow that names a thing by its name only has no id for it.
            let id = if id.trim().is_empty() { name } else { id };
            if !id.trim().is_empty() {
                found.push(new(kind, id, name, Some(&node.label), proposal(need)));
            }
        }
    }
    for it in flow.variables.iter().filter(|it| it.source == VariableSource::Global) {
        if !tenant.variables.iter().any(|known| *known.name == *it.name) {
            let globals = vec![(it.name.to_string(), it.kind, it.default_text.clone())];
            let proposal = first(Kind::Variable, &Needs { globals, ..Needs::default() });
            found.push(new(Some(Kind::Variable), &it.name, &it.name, None, proposal));
        }
    }
    found
}

/// Whether the tenant does not have it.
fn lacks(need: &Need<'_>, whole: &Whole, tenant: &Tenant) -> bool {
    let named = |name: &Option<&str>| name.unwrap_or_default().to_owned();
    let is_flow = |it: &Known, id: &str, name: &str| it.id == id || it.name == name;
    match need {
        Need::Queue { id, name } => {
            tenant.queue(id).or_else(|| tenant.queue(&named(name))).is_none()
        }
        Need::Connector { id, name } => tenant.connector(id, *name).is_none(),
        Need::BusinessHours { id, name } => {
            let by_name = || tenant.business_hours(&named(name));
            tenant.business_hours(id).or_else(by_name).is_none()
        }
        Need::Audio(file) => {
            !is_built_in(file) && !tenant.audio.iter().any(|audio| audio.name == *file)
        }
        Need::Subflow { id, name } => {
            !whole.flows.iter().any(|it| it.is_subflow && is_flow(it, id, name))
        }
        Need::Flow { id, name } => {
            !whole.flows.iter().any(|it| !it.is_subflow && is_flow(it, id, name))
        }
    }
}

fn parts<'a>(need: &Need<'a>) -> (Option<Kind>, &'a str, &'a str) {
    match *need {
        Need::Queue { id, name } => (Some(Kind::Queue), id, name.unwrap_or(id)),
        Need::Connector { id, name } => (Some(Kind::Connector), id, name.unwrap_or(id)),
        Need::BusinessHours { id, name } => (Some(Kind::BusinessHours), id, name.unwrap_or(id)),
        Need::Audio(file) => (Some(Kind::Audio), file, file),
        Need::Subflow { id, name } | Need::Flow { id, name } => (None, id, name),
    }
}

/// An object that would do.
fn proposal(need: &Need<'_>) -> Option<Value> {
    let pair = |id: &str, name: Option<&str>| vec![(id.to_owned(), name.unwrap_or(id).to_owned())];
    let none = Needs::default();
    match *need {
        Need::Queue { id, name } => {
            let mut queue = first(Kind::Queue, &Needs { queues: pair(id, name), ..none })?;
            // All teams serve it until somebody chooses.
            queue["groups"] = Value::Array(Vec::new());
            Some(queue)
        }
        Need::Connector { id, name } => {
            first(Kind::Connector, &Needs { connectors: pair(id, name), ..none })
        }
        Need::BusinessHours { id, name } => {
            first(Kind::BusinessHours, &Needs { business_hours: pair(id, name), ..none })
        }
        Need::Audio(_) | Need::Subflow { .. } | Need::Flow { .. } => None,
    }
}

/// The first object of a kind that stands in for what is needed.
fn first(kind: Kind, needs: &Needs) -> Option<Value> {
    let (tenant, _) = trunkline_model::tenant::stand_in(needs);
    let json = serde_json::to_value(tenant).ok()?;
    whole::values(kind, &json).into_iter().next()
}

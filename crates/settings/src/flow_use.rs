//! What flows refer to. Only versions that have a label count: others run for nobody.

use rusqlite::Connection;
use trunkline_flow::Flow;
use trunkline_flow::activities::Need;
use trunkline_flow::flow::VariableSource;

use crate::database::Fault;
use crate::error::Usage;
use crate::flows;
use crate::kind::Kind;
use crate::labels::Known;

/// The activities that refer to an object.
pub(crate) fn of(
    db: &Connection,
    all: &[Known],
    kind: Kind,
    id: &str,
    name: &str,
) -> Result<Vec<Usage>, Fault> {
    let is = |by_id: &str, by_name: Option<&str>| {
        by_id == id || by_id == name || by_name.is_some_and(|it| it == name)
    };
    let is_meant = |need: &Need<'_>| match (kind, need) {
        (Kind::Queue, Need::Queue { id, name })
        | (Kind::Connector, Need::Connector { id, name })
        | (Kind::BusinessHours, Need::BusinessHours { id, name }) => is(id, *name),
        (Kind::Audio, Need::Audio(file)) => *file == id,
        (_, _) => false,
    };
    let reads = |flow: &Flow| {
        let mut variables = flow.variables.iter();
        kind == Kind::Variable
            && variables.any(|it| it.source == VariableSource::Global && &*it.name == id)
    };
    users(db, all, |flow| {
        let mut fields = labels(flow, is_meant);
        if reads(flow) {
            fields.push("variables".to_owned());
        }
        fields
    })
}

/// The activities that call a flow or go to it.
pub(crate) fn of_flow(db: &Connection, all: &[Known], wanted: &Known) -> Result<Vec<Usage>, Fault> {
    let is = |id: &str, name: &str| id == wanted.id || name == wanted.name;
    let is_meant = |need: &Need<'_>| match need {
        Need::Subflow { id, name } => wanted.is_subflow && is(id, name),
        Need::Flow { id, name } => !wanted.is_subflow && is(id, name),
        Need::Queue { .. }
        | Need::Connector { .. }
        | Need::BusinessHours { .. }
        | Need::Audio(_) => false,
    };
    let others: Vec<Known> = all.iter().filter(|it| it.id != wanted.id).cloned().collect();
    users(db, &others, |flow| labels(flow, is_meant))
}

fn labels(flow: &Flow, is_meant: impl Fn(&Need<'_>) -> bool) -> Vec<String> {
    let nodes = flow.nodes.iter().filter(|node| node.activity.needs().iter().any(&is_meant));
    nodes.map(|node| node.label.to_string()).collect()
}

fn users(
    db: &Connection,
    all: &[Known],
    fields: impl Fn(&Flow) -> Vec<String>,
) -> Result<Vec<Usage>, Fault> {
    let mut users = Vec::new();
    for known in all {
        for number in known.numbers() {
            let text = flows::text(db, &known.id, number)?.unwrap_or_default();
            let Ok((flow, _)) = Flow::read(&text) else { continue };
            users.extend(fields(&flow).into_iter().map(|field| Usage {
                kind: "flow".to_owned(),
                id: known.id.clone(),
                name: known.name.clone(),
                field: format!("version {number}, {field}"),
            }));
        }
    }
    Ok(users)
}

//! The steps after the first sign-in: what is still to be done, and the test of a connector.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use trunkline_accounts::{AuditEvent, AuditOutcome, AuditRecord, AuditSearch, Role, Scope};
use trunkline_settings::{
    FlowSummary, Kind, Label, Missing, Object, Put, Settings as Configuration, SettingsError, Trust,
};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::access::{Allowed, Caller, Table};
use crate::app::App;
use crate::body::Body;
use crate::centre::ConnectorReport;
use crate::client::Client;
use crate::json::Json;
use crate::problem::Problem;

/// What the audit log calls a test that passed.
const TESTED: &str = "connector.tested";

/// So many tests are looked through for those of the connectors that there are.
const TESTS: usize = 200;

pub(super) fn routes(table: Table) -> Table {
    let readers = Allowed::roles(&[Role::Administrator, Role::FlowDeveloper]);
    let testers = Allowed::roles(&[Role::Administrator]);
    table
        .route(readers.or_token(Scope::ConfigurationRead), routes!(steps))
        .route(testers.or_token(Scope::ConfigurationWrite), routes!(test_connector))
}

/// What has to be done before calls can be taken.
#[derive(Debug, Serialize, ToSchema)]
struct SetupSteps {
    /// The steps, in a sensible order.
    steps: Vec<SetupStep>,
    /// Whether all that are not optional are done.
    is_complete: bool,
}

/// A step.
#[derive(Debug, Serialize, ToSchema)]
struct SetupStep {
    /// Which step.
    step: StepName,
    /// Whether it is done.
    is_done: bool,
    /// Whether calls can be taken without it.
    is_optional: bool,
    /// What flows refer to and the tenant does not have, as far as this step brings it.
    missing: Vec<Missing>,
}

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StepName {
    /// There is an administrator: whoever sees this has done it.
    Administrator,
    /// Flows have the connectors that they name, and there is one.
    Connector,
    /// Each connector passed its test since it was changed.
    ConnectorTest,
    /// There is a flow that callers can reach by a label, and the flows that it calls.
    Flow,
    /// A number leads to a flow.
    EntryPoint,
    /// Flows have the queues, opening hours and variables that they name, and there is a queue.
    Queue,
    /// There is an agent who takes calls.
    Agent,
    /// Flows have the audio files that they name.
    Audio,
}

/// What is still to be done before calls can be taken.
#[utoipa::path(
    get, path = "/setup/steps", tag = "setup", responses((status = 200, body = SetupSteps))
)]
async fn steps(State(app): State<Arc<App>>) -> Result<Json<SetupSteps>, Problem> {
    let (what, limit) = (Some(TESTED.to_owned()), TESTS);
    let search = AuditSearch { what, limit, ..AuditSearch::default() };
    let tests = app.blocking(move |accounts| accounts.audit(&search)).await?.records;
    let steps = app.configuration(move |settings| all_steps(settings, &tests)).await?;
    let is_complete = steps.iter().all(|step| step.is_done || step.is_optional);
    Ok(Json(SetupSteps { steps, is_complete }))
}

fn all_steps(
    settings: &Configuration,
    tests: &[AuditRecord],
) -> Result<Vec<SetupStep>, SettingsError> {
    let (connectors, points) = (settings.list(Kind::Connector)?, settings.list(Kind::EntryPoint)?);
    let has = |kind: Kind| Ok::<_, SettingsError>(!settings.list(kind)?.is_empty());
    let is_reachable = |flow: &FlowSummary| {
        !flow.is_subflow && flow.labels.iter().any(|it| it.label != Label::Latest)
    };
    let has_flow = settings.flows()?.iter().any(is_reachable);
    let has_number = points.iter().any(|it| has_some(&it.value["dnis"]));
    let is_tested = connectors.iter().all(|it| has_passed(it, tests));
    let conditions = [
        (StepName::Administrator, true),
        (StepName::Connector, !connectors.is_empty()),
        (StepName::ConnectorTest, is_tested && !connectors.is_empty()),
        (StepName::Flow, has_flow),
        (StepName::EntryPoint, has_number),
        (StepName::Queue, has(Kind::Queue)?),
        (StepName::Agent, has(Kind::Agent)?),
        (StepName::Audio, true),
    ];
    let missing = settings.missing()?;
    let step = |(step, holds): (StepName, bool)| {
        let missing: Vec<Missing> =
            missing.iter().filter(|it| step_of(it) == step).cloned().collect();
        let is_optional = matches!(step, StepName::ConnectorTest)
            // A flow may need no connector at all.
            || (step == StepName::Connector && missing.is_empty());
        SetupStep { step, is_done: holds && missing.is_empty(), is_optional, missing }
    };
    Ok(conditions.into_iter().map(step).collect())
}

fn has_some(list: &Value) -> bool {
    list.as_array().is_some_and(|list| !list.is_empty())
}

/// The step that brings what is missing.
fn step_of(missing: &Missing) -> StepName {
    match missing.kind {
        Some(Kind::Connector) => StepName::Connector,
        Some(Kind::Audio) => StepName::Audio,
        Some(_) => StepName::Queue,
        None => StepName::Flow,
    }
}

/// Whether the newest test of a connector came after its newest change, and passed.
fn has_passed(connector: &Object, tests: &[AuditRecord]) -> bool {
    let is_its =
        |test: &&AuditRecord| test.object.as_ref().is_some_and(|object| object.id == connector.id);
    let newest = tests.iter().find(is_its);
    newest.is_some_and(|test| {
        test.at_ms >= connector.changed_ms && test.outcome == AuditOutcome::Done
    })
}

/// A connector to be tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConnectorToTest {
    /// Its id.
    id: String,
    /// Its value, as it would be put; the one that is kept when left out. `{"kept": true}` is the
    /// secret that is there.
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>)]
    value: Option<Value>,
}

/// Tries a connector step by step: address, connection, certificate, token, API. Reads only, and
/// keeps nothing.
#[utoipa::path(
    post, path = "/setup/connector-test", tag = "setup", request_body = ConnectorToTest,
    responses((status = 200, body = ConnectorReport))
)]
async fn test_connector(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    Body(wanted): Body<ConnectorToTest>,
) -> Result<Json<ConnectorReport>, Problem> {
    let ConnectorToTest { id, value } = wanted;
    let is_kept = value.is_none();
    let connector = id.clone();
    let trial = app.configuration(move |settings| match value {
        None => settings.trial(&connector),
        Some(value) => {
            let (kind, trust) = (Kind::Connector, Trust::Interface);
            settings.trial_of(&Put { kind, id: connector, expected: 0, value, trust })
        }
    });
    let report = app.centre.test_connector(trial.await?).await?;
    let what = if is_kept { TESTED } else { "connector.tried" };
    let event = match report.passed {
        true => AuditEvent::done(what),
        false => AuditEvent::refused(what, "connector-test-failed"),
    };
    let event = event.on("connector", id, &report.connector).detail(&*report.base_url);
    app.record(&caller, &client, event).await?;
    Ok(Json(report))
}

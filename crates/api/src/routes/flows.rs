//! Flows: uploads, their versions, what the checks find, and labels (decision 12).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use trunkline_accounts::{AuditEvent, Role, Scope};
use trunkline_settings::{
    Finding, FlowSummary, FlowUpload, FlowVersion, Label, LabelMove, Labelled, Missing,
    Settings as Configuration, SettingsError,
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::desk::Done;
use crate::access::{Allowed, Caller, Table};
use crate::app::App;
use crate::body::{Ask, At, Body, LargeBody};
use crate::client::Client;
use crate::codes::Code;
use crate::json::Json;
use crate::problem::Problem;

pub(super) fn routes(table: Table) -> Table {
    let readers = Allowed::roles(&[
        Role::Administrator,
        Role::FlowDeveloper,
        Role::Supervisor,
        Role::Auditor,
    ]);
    let readers = readers.or_token(Scope::FlowsRead);
    let writers = Allowed::roles(&[Role::Administrator, Role::FlowDeveloper]);
    let writers = writers.or_token(Scope::FlowsWrite);
    table
        .route(readers, routes!(list))
        .route(writers, routes!(upload))
        .route(readers, routes!(get))
        .route(writers, routes!(delete))
        .route(readers, routes!(text))
        .route(readers, routes!(findings))
        .route(writers, routes!(move_label))
        .route(readers, routes!(label_history))
}

/// The flow with this id, or else the one with this name.
fn find(settings: &Configuration, id_or_name: &str) -> Result<FlowSummary, SettingsError> {
    match settings.flow(id_or_name) {
        Err(SettingsError::NotFound { .. }) => {
            let mut all = settings.flows()?.into_iter();
            let named = all.find(|flow| flow.name == id_or_name);
            named.ok_or(SettingsError::NotFound { what: "flow" })
        }
        other => other,
    }
}

/// All flows, in the order of `tenant.yaml`.
#[utoipa::path(
    get, path = "/flows", tag = "flows", responses((status = 200, body = Vec<FlowSummary>))
)]
async fn list(State(app): State<Arc<App>>) -> Result<Json<Vec<FlowSummary>>, Problem> {
    Ok(Json(app.configuration(Configuration::flows).await?))
}

/// An export to be uploaded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Upload {
    /// The export, as it was written.
    text: String,
    /// The file's name, for a new flow.
    file: Option<String>,
    /// The id of the flow that it is a version of; when left out, the one with the export's id, or
    /// else its name, or else a new one.
    flow: Option<String>,
    /// A label to be moved to the version at once; none when left out. A new flow gets Live only
    /// if it is asked for.
    label: Option<Label>,
    /// Why.
    #[serde(default)]
    note: String,
}

/// What an upload led to.
#[derive(Debug, Serialize, ToSchema)]
struct FlowUploaded {
    /// The flow's id.
    flow: String,
    /// The flow's name.
    name: String,
    /// The number of the version.
    number: u64,
    /// Whether a version was made: the text of the newest one makes none.
    is_new: bool,
    /// The flow's labels now.
    labels: Vec<Labelled>,
    /// What the checks found.
    findings: Vec<Finding>,
    /// What flows with a label refer to and the tenant does not have.
    missing: Vec<Missing>,
}

/// Uploads an exported flow as the next version, which never changes.
///
/// Strange content is not refused: it is found by the checks, and kept. 422 `not-a-flow` for a
/// text that is no export. At most 32 MiB.
#[utoipa::path(
    post, path = "/flows", tag = "flows", request_body = Upload,
    responses((status = 200, body = FlowUploaded))
)]
async fn upload(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    LargeBody(upload): LargeBody<Upload>,
) -> Result<Json<FlowUploaded>, Problem> {
    let Upload { text, file, flow, label, note } = upload;
    if label == Some(Label::Latest) {
        return Err(Problem::invalid("label", "Latest moves by itself; name Live, Test or Dev."));
    }
    let author = app.author(&caller, &note);
    let (done, is_moved) = app
        .configuration(move |settings| {
            let done = settings.upload(&author, FlowUpload { flow, file, text })?;
            let mut is_moved = false;
            if let Some(label) = label {
                let labels = settings.flow(&done.flow)?.labels;
                let old = labels.iter().find(|it| it.label == label);
                let version = old.map_or(0, |it| it.version);
                settings.move_label(&author, &done.flow, label, done.number, version)?;
                is_moved = old.is_none_or(|it| it.number != done.number);
            }
            let FlowSummary { name, labels, .. } = settings.flow(&done.flow)?;
            let missing = settings.missing()?;
            let (flow, number) = (done.flow, done.number);
            let (is_new, findings) = (done.is_new, done.findings);
            let done = FlowUploaded { flow, name, number, is_new, labels, findings, missing };
            Ok((done, is_moved))
        })
        .await?;
    if done.is_new {
        let event = AuditEvent::done("flow.uploaded").on("flow", &done.flow, &done.name);
        let detail = format!("version {} {note}", done.number);
        app.record(&caller, &client, event.detail(detail.trim_end())).await?;
    }
    if let Some(label) = label.filter(|_| is_moved) {
        let event = AuditEvent::done("flow.label_moved").on("flow", &done.flow, &done.name);
        let event = event.detail(format!("{label} to version {}", done.number));
        app.record(&caller, &client, event).await?;
    }
    Ok(Json(done))
}

/// A flow with its versions.
#[derive(Debug, Serialize, ToSchema)]
struct FlowDetails {
    /// The flow.
    flow: FlowSummary,
    /// Its versions, the newest first.
    versions: Vec<FlowVersion>,
}

/// One flow with its versions.
#[utoipa::path(
    get, path = "/flows/{flow}", tag = "flows",
    params(("flow" = String, Path, description = "The flow's id or name.")),
    responses((status = 200, body = FlowDetails))
)]
async fn get(
    State(app): State<Arc<App>>,
    At(flow): At<String>,
) -> Result<Json<FlowDetails>, Problem> {
    let details = app.configuration(move |settings| {
        let flow = find(settings, &flow)?;
        let versions = settings.flow_versions(&flow.id)?;
        Ok(FlowDetails { flow, versions })
    });
    Ok(Json(details.await?))
}

/// Which version is the newest.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Newest {
    /// The number of the newest version that whoever deletes the flow has seen.
    latest: u64,
}

/// Deletes a flow. 409 `in-use` with `usages` while entry points or flows refer to it, `stale`
/// with `label` where there is a newer version.
#[utoipa::path(
    delete, path = "/flows/{flow}", tag = "flows",
    params(("flow" = String, Path, description = "The flow's id or name."), Newest),
    responses((status = 204, description = "Done."))
)]
async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    At(flow): At<String>,
    Ask(ask): Ask<Newest>,
) -> Done {
    let author = app.author(&caller, "");
    let deleted = app
        .configuration(move |settings| {
            let flow = find(settings, &flow)?;
            settings.delete_flow(&author, &flow.id, ask.latest)?;
            Ok(flow)
        })
        .await?;
    let event = AuditEvent::done("flow.deleted").on("flow", &deleted.id, &deleted.name);
    app.record(&caller, &client, event).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A version of a flow as it was uploaded: the export.
#[utoipa::path(
    get, path = "/flows/{flow}/versions/{number}", tag = "flows",
    params(
        ("flow" = String, Path, description = "The flow's id or name."),
        ("number" = u64, Path, description = "The version's number."),
    ),
    responses((status = 200, description = "The export.", body = String,
               content_type = "application/json"))
)]
async fn text(
    State(app): State<Arc<App>>,
    At((flow, number)): At<(String, u64)>,
) -> Result<Response, Problem> {
    let text = app.configuration(move |settings| {
        let flow = find(settings, &flow)?;
        settings.flow_text(&flow.id, number)
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, text.await?).into_response())
}

/// What the checks find in a version, against the configuration as it is.
#[utoipa::path(
    get, path = "/flows/{flow}/versions/{number}/findings", tag = "flows",
    params(
        ("flow" = String, Path, description = "The flow's id or name."),
        ("number" = u64, Path, description = "The version's number."),
    ),
    responses((status = 200, body = Vec<Finding>))
)]
async fn findings(
    State(app): State<Arc<App>>,
    At((flow, number)): At<(String, u64)>,
) -> Result<Json<Vec<Finding>>, Problem> {
    let findings = app.configuration(move |settings| {
        let flow = find(settings, &flow)?;
        settings.flow_findings(&flow.id, number)
    });
    Ok(Json(findings.await?))
}

/// Where a label is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LabelToBe {
    /// The number of the flow's version.
    number: u64,
    /// The label's version that the move builds on; 0 where it was never set.
    version: u64,
    /// Why.
    #[serde(default)]
    note: String,
}

fn label_of(word: &str) -> Result<Label, Problem> {
    let unknown = || Problem::new(Code::NotFound, "The labels are Latest, Live, Test and Dev.");
    Label::parse(word).ok_or_else(unknown)
}

/// Moves a label to a version: new contacts meet it at once, contacts that are there keep theirs.
/// 409 `stale` with `label` where somebody moved it meanwhile.
#[utoipa::path(
    put, path = "/flows/{flow}/labels/{label}", tag = "flows", request_body = LabelToBe,
    params(
        ("flow" = String, Path, description = "The flow's id or name."),
        ("label" = String, Path, description = "`Live`, `Test` or `Dev`."),
    ),
    responses((status = 200, body = Labelled))
)]
async fn move_label(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    At((flow, label)): At<(String, String)>,
    Body(wanted): Body<LabelToBe>,
) -> Result<Json<Labelled>, Problem> {
    let label = label_of(&label)?;
    let author = app.author(&caller, &wanted.note);
    let LabelToBe { number, version, note } = wanted;
    let (flow, moved) = app
        .configuration(move |settings| {
            let flow = find(settings, &flow)?;
            let moved = settings.move_label(&author, &flow.id, label, number, version)?;
            Ok((flow, moved))
        })
        .await?;
    if moved.version != version {
        let event = AuditEvent::done("flow.label_moved").on("flow", &flow.id, &flow.name);
        let detail = format!("{label} to version {number} {note}");
        app.record(&caller, &client, event.detail(detail.trim_end())).await?;
    }
    Ok(Json(moved))
}

/// The moves of a label, the newest first.
#[utoipa::path(
    get, path = "/flows/{flow}/labels/{label}/history", tag = "flows",
    params(
        ("flow" = String, Path, description = "The flow's id or name."),
        ("label" = String, Path, description = "`Live`, `Test` or `Dev`."),
    ),
    responses((status = 200, body = Vec<LabelMove>))
)]
async fn label_history(
    State(app): State<Arc<App>>,
    At((flow, label)): At<(String, String)>,
) -> Result<Json<Vec<LabelMove>>, Problem> {
    let label = label_of(&label)?;
    let moves = app.configuration(move |settings| {
        let flow = find(settings, &flow)?;
        settings.label_history(&flow.id, label)
    });
    Ok(Json(moves.await?))
}

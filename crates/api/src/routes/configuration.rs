//! The tenant's configuration: its objects with their history, and all of it at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use trunkline_accounts::{AuditEvent, Role, Scope};
use trunkline_settings::{
    Action, Applied, ApplyOptions, Bundle, Kind, Object, PastObject, Plan, Put, Revision, Trust,
    Usage,
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::desk::Done;
use crate::access::{Allowed, Caller, Table};
use crate::app::App;
use crate::body::{Ask, At, LargeBody};
use crate::client::Client;
use crate::codes::Code;
use crate::json::Json;
use crate::problem::Problem;

pub(super) fn routes(table: Table) -> Table {
    let readers = Allowed::roles(&[Role::Administrator, Role::FlowDeveloper, Role::Auditor]);
    let readers = readers.or_token(Scope::ConfigurationRead);
    let writers = Allowed::roles(&[Role::Administrator]).or_token(Scope::ConfigurationWrite);
    table
        .route(readers, routes!(overview))
        .route(readers, routes!(revisions))
        .route(readers, routes!(export))
        .route(writers, routes!(plan))
        .route(writers, routes!(apply))
        .route(readers, routes!(list))
        .route(readers, routes!(get))
        .route(readers, routes!(history))
        .route(readers, routes!(usages))
        .route(writers, routes!(put))
        .route(writers, routes!(delete))
}

/// What there is of the configuration.
#[derive(Debug, Serialize, ToSchema)]
struct Overview {
    /// The newest revision.
    revision: u64,
    /// The revision that new contacts meet; older for a moment after a change.
    in_force: u64,
    /// What of the newest revision is not taken over, and why; for people.
    notes: Vec<String>,
    /// All kinds, in the order of `tenant.yaml`.
    kinds: Vec<KindCount>,
}

/// How many objects of a kind there are.
#[derive(Debug, Serialize, ToSchema)]
struct KindCount {
    /// The kind.
    kind: Kind,
    /// How many.
    count: usize,
    /// Whether there is exactly one, whose id is the kind's word.
    is_single: bool,
}

/// What there is, and which revision is in force.
#[utoipa::path(
    get, path = "/configuration", tag = "configuration",
    responses((status = 200, body = Overview))
)]
async fn overview(State(app): State<Arc<App>>) -> Result<Json<Overview>, Problem> {
    let in_force = app.centre.in_force().await?;
    let (revision, kinds) = app
        .configuration(|settings| {
            let count = |kind: Kind| {
                let count = settings.list(kind)?.len();
                Ok(KindCount { kind, count, is_single: kind.is_single() })
            };
            let kinds = Kind::ALL.into_iter().map(count).collect::<Result<_, _>>()?;
            Ok((settings.revision()?, kinds))
        })
        .await?;
    let (in_force, notes) = (in_force.revision, in_force.notes);
    Ok(Json(Overview { revision, in_force, notes, kinds }))
}

/// Which revisions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct After {
    /// Only revisions after this one.
    #[serde(default)]
    after: u64,
}

/// What was changed when, by whom and why; the oldest first, at most 1,000.
#[utoipa::path(
    get, path = "/configuration/revisions", tag = "configuration", params(After),
    responses((status = 200, body = Vec<Revision>))
)]
async fn revisions(
    State(app): State<Arc<App>>,
    Ask(ask): Ask<After>,
) -> Result<Json<Vec<Revision>>, Problem> {
    Ok(Json(app.configuration(move |it| it.revisions_after(ask.after)).await?))
}

/// The configuration as files.
#[derive(Debug, Serialize, ToSchema)]
struct Exported {
    /// The `tenant.yaml`.
    yaml: String,
    /// The flows, by their paths as the `tenant.yaml` has them: each in its Live version, or else
    /// its newest.
    flows: BTreeMap<String, String>,
    /// Environment variables that stand for secrets, which are not given away. Applied here again,
    /// the secrets stay as they are.
    left_out: Vec<String>,
    /// The revision.
    revision: u64,
}

/// The whole configuration as a `tenant.yaml` with its flows. Secrets are not in it.
#[utoipa::path(
    get, path = "/configuration/export", tag = "configuration",
    responses((status = 200, body = Exported))
)]
async fn export(State(app): State<Arc<App>>) -> Result<Json<Exported>, Problem> {
    let export = app.configuration(trunkline_settings::Settings::export).await?;
    let Bundle { yaml, flows, .. } = export.bundle;
    let (left_out, revision) = (export.left_out, export.revision);
    Ok(Json(Exported { yaml, flows, left_out, revision }))
}

/// A configuration as files.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ToApply {
    /// The `tenant.yaml`.
    yaml: String,
    /// The texts of the flows that it names, by their paths as it writes them.
    #[serde(default)]
    flows: BTreeMap<String, String>,
    /// The SHA-256 of sounds for its audio files, by their names; uploaded by `POST /sounds`
    /// before.
    #[serde(default)]
    sounds: BTreeMap<String, String>,
    /// Whether what it does not name is kept; otherwise that is deleted.
    #[serde(default)]
    keep_others: bool,
    /// The revision that the plan was made for: applied only if it is the newest.
    revision: Option<u64>,
    /// Why.
    #[serde(default)]
    note: String,
}

impl ToApply {
    fn options(&self) -> ApplyOptions {
        let (keep_others, expected_revision) = (self.keep_others, self.revision);
        ApplyOptions { keep_others, expected_revision, ..ApplyOptions::of_interface() }
    }
}

/// What applying these files would do. Nothing is changed.
#[utoipa::path(
    post, path = "/configuration/plan", tag = "configuration", request_body = ToApply,
    responses((status = 200, body = Plan))
)]
async fn plan(
    State(app): State<Arc<App>>,
    LargeBody(wanted): LargeBody<ToApply>,
) -> Result<Json<Plan>, Problem> {
    let options = wanted.options();
    let bundle = Bundle { yaml: wanted.yaml, flows: wanted.flows, sounds: wanted.sounds };
    Ok(Json(app.configuration(move |it| it.plan(&bundle, options)).await?))
}

/// Makes the configuration what these files say: all of it, or nothing.
///
/// Flows whose texts are new become versions with the label Live. 409 `stale-plan` where
/// `revision` is not the newest.
#[utoipa::path(
    post, path = "/configuration/apply", tag = "configuration", request_body = ToApply,
    responses((status = 200, body = Applied))
)]
async fn apply(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    LargeBody(wanted): LargeBody<ToApply>,
) -> Result<Json<Applied>, Problem> {
    let (options, author) = (wanted.options(), app.author(&caller, &wanted.note));
    let bundle = Bundle { yaml: wanted.yaml, flows: wanted.flows, sounds: wanted.sounds };
    let applied = app.configuration(move |it| it.apply(&author, &bundle, options)).await?;
    if !applied.plan.is_empty() {
        let count = |action| applied.plan.steps.iter().filter(|it| it.action == action).count();
        let [made, changed, gone] = [Action::Create, Action::Update, Action::Delete].map(count);
        let detail = format!(
            "revision {}: {made} made, {changed} changed, {gone} deleted",
            applied.revision
        );
        let event = AuditEvent::done("configuration.applied").detail(detail);
        app.record(&caller, &client, event).await?;
    }
    Ok(Json(applied))
}

/// The kind with this word.
fn kind_of(word: &str) -> Result<Kind, Problem> {
    Kind::parse(word).ok_or_else(|| {
        let known: Vec<&str> = Kind::ALL.into_iter().map(Kind::as_str).collect();
        Problem::new(Code::NotFound, format!("The kinds are {}.", known.join(", ")))
    })
}

/// Objects of a kind.
#[derive(Debug, Serialize, ToSchema)]
struct Objects {
    /// The objects, in the order of `tenant.yaml`.
    objects: Vec<Object>,
}

/// All objects of a kind. Secrets are `{"kept": true}`.
#[utoipa::path(
    get, path = "/configuration/{kind}", tag = "configuration",
    params(("kind" = String, Path, description = "The kind's word, such as `queue`.")),
    responses((status = 200, body = Objects))
)]
async fn list(State(app): State<Arc<App>>, At(kind): At<String>) -> Result<Json<Objects>, Problem> {
    let kind = kind_of(&kind)?;
    let objects = app.configuration(move |it| it.list(kind)).await?;
    Ok(Json(Objects { objects }))
}

/// One object. Secrets are `{"kept": true}`.
#[utoipa::path(
    get, path = "/configuration/{kind}/{id}", tag = "configuration",
    params(
        ("kind" = String, Path, description = "The kind's word, such as `queue`."),
        ("id" = String, Path, description = "The object's id, or its name where it has none."),
    ),
    responses((status = 200, body = Object))
)]
async fn get(
    State(app): State<Arc<App>>,
    At((kind, id)): At<(String, String)>,
) -> Result<Json<Object>, Problem> {
    let kind = kind_of(&kind)?;
    Ok(Json(app.configuration(move |it| it.get(kind, &id)).await?))
}

/// The versions of an object, the newest first, also when it was deleted.
#[utoipa::path(
    get, path = "/configuration/{kind}/{id}/history", tag = "configuration",
    params(
        ("kind" = String, Path, description = "The kind's word."),
        ("id" = String, Path, description = "The object's id."),
    ),
    responses((status = 200, body = Vec<PastObject>))
)]
async fn history(
    State(app): State<Arc<App>>,
    At((kind, id)): At<(String, String)>,
) -> Result<Json<Vec<PastObject>>, Problem> {
    let kind = kind_of(&kind)?;
    Ok(Json(app.configuration(move |it| it.history(kind, &id)).await?))
}

/// Everything that refers to an object, flows too.
#[utoipa::path(
    get, path = "/configuration/{kind}/{id}/usages", tag = "configuration",
    params(
        ("kind" = String, Path, description = "The kind's word."),
        ("id" = String, Path, description = "The object's id."),
    ),
    responses((status = 200, body = Vec<Usage>))
)]
async fn usages(
    State(app): State<Arc<App>>,
    At((kind, id)): At<(String, String)>,
) -> Result<Json<Vec<Usage>>, Problem> {
    let kind = kind_of(&kind)?;
    Ok(Json(app.configuration(move |it| it.usages(kind, &id)).await?))
}

/// An object to be put.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ObjectToBe {
    /// The version that the change builds on; 0 makes an object that is not there yet.
    version: u64,
    /// The value, as in `tenant.yaml`. A secret is a text, or `{"kept": true}` for the one that is
    /// there.
    #[schema(value_type = BTreeMap<String, Value>)]
    value: Value,
    /// Why.
    #[serde(default)]
    note: String,
}

/// Makes an object, or puts a value in the place of the one at `version`.
///
/// The whole configuration is checked: 422 `invalid-configuration` with `problems`. 409 `stale`
/// with `stale_object` where somebody changed it meanwhile. New contacts meet it at once.
#[utoipa::path(
    put, path = "/configuration/{kind}/{id}", tag = "configuration", request_body = ObjectToBe,
    params(
        ("kind" = String, Path, description = "The kind's word."),
        ("id" = String, Path, description = "The object's id; the value has the same."),
    ),
    responses((status = 200, body = Object))
)]
async fn put(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    At((kind, id)): At<(String, String)>,
    LargeBody(wanted): LargeBody<ObjectToBe>,
) -> Result<Json<Object>, Problem> {
    let kind = kind_of(&kind)?;
    let author = app.author(&caller, &wanted.note);
    let (expected, value) = (wanted.version, wanted.value);
    let put = Put { kind, id, expected, value, trust: Trust::Interface };
    let object = app.configuration(move |it| it.put(&author, put)).await?;
    if object.version != expected {
        let name = object.value.get("name").and_then(Value::as_str).unwrap_or_default();
        let event = AuditEvent::done("configuration.changed").on(kind.as_str(), &object.id, name);
        let detail = format!("version {} {}", object.version, wanted.note);
        app.record(&caller, &client, event.detail(detail.trim_end())).await?;
    }
    Ok(Json(object))
}

/// Which version is deleted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct AtVersion {
    /// The version that the deletion builds on.
    version: u64,
}

/// Deletes an object. 409 `in-use` with `usages` while something refers to it, `stale` where
/// somebody changed it meanwhile.
#[utoipa::path(
    delete, path = "/configuration/{kind}/{id}", tag = "configuration",
    params(
        ("kind" = String, Path, description = "The kind's word."),
        ("id" = String, Path, description = "The object's id."),
        AtVersion,
    ),
    responses((status = 204, description = "Done."))
)]
async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    At((kind, id)): At<(String, String)>,
    Ask(ask): Ask<AtVersion>,
) -> Done {
    let kind = kind_of(&kind)?;
    let (author, object) = (app.author(&caller, ""), id.clone());
    app.configuration(move |it| it.delete(&author, kind, &object, ask.version)).await?;
    let event = AuditEvent::done("configuration.deleted").on(kind.as_str(), id, "");
    app.record(&caller, &client, event).await?;
    Ok(StatusCode::NO_CONTENT)
}

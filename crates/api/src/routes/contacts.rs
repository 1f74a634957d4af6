//! Contacts of now and of the past: agents see their own, supervisors those of their teams,
//! administrators, auditors and flow developers all.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use trunkline_accounts::{Role, Scope};
use trunkline_desk::{PastContact, PathStep, Reason, Refusal, VariableView};
use trunkline_model::{AgentId, ContactId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::desk::Page;
use crate::access::{Allowed, Caller, Table};
use crate::app::App;
use crate::body::{Ask, At, Body};
use crate::centre::{ContactRecord, ContactSearch};
use crate::codes::Code;
use crate::json::Json;
use crate::problem::Problem;

/// Who sees any contacts at all.
const READERS: &[Role] = &Role::ALL;

pub(super) fn routes(table: Table) -> Table {
    let readers = Allowed::roles(READERS).or_token(Scope::ContactsRead);
    table
        .route(readers, routes!(list))
        .route(readers, routes!(search))
        .route(readers, routes!(record))
        .route(readers, routes!(trace))
}

/// Which contacts a user may see.
#[derive(Debug, PartialEq, Eq)]
enum Sight {
    All,
    /// Those of agents of these teams, and of this agent.
    Some {
        teams: Vec<String>,
        agent: Option<AgentId>,
    },
}

impl Sight {
    fn of(caller: &Caller) -> Self {
        if caller.has_any(&[Role::Administrator, Role::Auditor, Role::FlowDeveloper]) {
            return Self::All;
        }
        let is_supervisor = caller.has_any(&[Role::Supervisor]);
        let teams = if is_supervisor { &*caller.user.teams } else { &[] };
        let teams = teams.iter().map(ToString::to_string).collect();
        Self::Some { teams, agent: caller.own_agent().cloned() }
    }

    /// The search narrowed to what may be seen; none where that is nothing.
    fn narrow(self, search: ContactSearch) -> Option<ContactSearch> {
        match self {
            Self::All => Some(search),
            Self::Some { teams, .. } if !teams.is_empty() => {
                Some(ContactSearch { teams: Some(teams), ..search })
            }
            Self::Some { agent, .. } => Some(ContactSearch { agent: Some(agent?), ..search }),
        }
    }

    fn covers(&self, record: &ContactRecord) -> bool {
        match self {
            Self::All => true,
            Self::Some { teams, agent } => {
                agent.as_ref().is_some_and(|agent| record.agents.contains(agent))
                    || record.teams.iter().any(|team| teams.contains(team))
            }
        }
    }
}

/// Contacts, the newest first.
#[utoipa::path(
    get, path = "/contacts", tag = "contacts", params(Page),
    responses((status = 200, body = Vec<PastContact>))
)]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ask(page): Ask<Page>,
) -> Result<Json<Vec<PastContact>>, Problem> {
    find(&app, &caller, page.search()?).await
}

/// Which contacts to find.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Find {
    /// Only contacts of this caller's number.
    ani: Option<String>,
    /// Only contacts that arrived before this moment.
    before_ms: Option<i64>,
    /// Only contacts that arrived at or after this moment.
    from_ms: Option<i64>,
    /// At most so many, 1 to 200; 50 when left out.
    limit: Option<usize>,
}

/// Contacts by what does not belong into an address, such as numbers.
#[utoipa::path(
    post, path = "/contacts/search", tag = "contacts", request_body = Find,
    responses((status = 200, body = Vec<PastContact>))
)]
async fn search(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(wanted): Body<Find>,
) -> Result<Json<Vec<PastContact>>, Problem> {
    let Find { ani, before_ms, from_ms, limit } = wanted;
    let page = Page { before_ms, from_ms, limit };
    find(&app, &caller, ContactSearch { ani, ..page.search()? }).await
}

async fn find(
    app: &App,
    caller: &Caller,
    search: ContactSearch,
) -> Result<Json<Vec<PastContact>>, Problem> {
    match Sight::of(caller).narrow(search) {
        Some(search) => Ok(Json(app.centre.contacts(search).await?)),
        None => Ok(Json(Vec::new())),
    }
}

/// A contact with its variables and what happened, for people.
#[derive(Debug, Serialize, ToSchema)]
struct Contact {
    /// Its line in lists.
    contact: PastContact,
    /// The entry point's name.
    entry_point: String,
    /// The number that was called.
    dnis: String,
    /// The flow's name and version.
    flow: String,
    /// The ids of all agents who have had it.
    agents: Vec<String>,
    /// The ids of these agents' teams.
    teams: Vec<String>,
    /// Its variables with their last values; secure ones masked.
    variables: Vec<VariableView>,
    /// What happened, for people.
    path: Vec<PathStep>,
}

impl From<ContactRecord> for Contact {
    fn from(record: ContactRecord) -> Self {
        Self {
            contact: record.contact,
            entry_point: record.entry_point,
            dnis: record.dnis,
            flow: record.flow,
            agents: record.agents.iter().map(ToString::to_string).collect(),
            teams: record.teams,
            variables: record.variables,
            path: record.path,
        }
    }
}

/// One contact.
#[utoipa::path(
    get, path = "/contacts/{id}", tag = "contacts",
    params(("id" = String, Path, description = "The contact's id.")),
    responses((status = 200, body = Contact))
)]
async fn record(
    State(app): State<Arc<App>>,
    caller: Caller,
    At(id): At<String>,
) -> Result<Json<Contact>, Problem> {
    Ok(Json(seen(&app, &caller, &id).await?.into()))
}

/// How the trace is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct TraceAs {
    /// `json` (a list), or `ndjson`: a file to keep, with a line for each step.
    #[serde(default)]
    #[param(inline)]
    format: TraceFormat,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TraceFormat {
    #[default]
    Json,
    Ndjson,
}

/// A contact's steps, in the form of `docs/trace.schema.json`.
#[utoipa::path(
    get, path = "/contacts/{id}/trace", tag = "contacts",
    params(("id" = String, Path, description = "The contact's id."), TraceAs),
    responses((status = 200, content(
        (Vec<Object> = "application/json"),
        (String = "application/x-ndjson"),
    )))
)]
async fn trace(
    State(app): State<Arc<App>>,
    caller: Caller,
    At(id): At<String>,
    Ask(how): Ask<TraceAs>,
) -> Result<Response, Problem> {
    let steps = seen(&app, &caller, &id).await?.trace;
    Ok(match how.format {
        TraceFormat::Json => Json(steps).into_response(),
        TraceFormat::Ndjson => file(&steps),
    })
}

/// Steps as a file. Its name is not the id as it was sent, which could be anything.
fn file(steps: &[serde_json::Value]) -> Response {
    let lines: String = steps.iter().map(|step| format!("{step}\n")).collect();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"trace.ndjson\""),
        ),
    ];
    (headers, lines).into_response()
}

/// A contact, if the user may see it.
async fn seen(app: &App, caller: &Caller, id: &str) -> Result<ContactRecord, Problem> {
    let record =
        app.centre.contact(&ContactId::new(id)).await.map_err(|refusal| match refusal {
            Refusal::Unreachable(Reason::NoContact) => {
                Problem::new(Code::NotFound, "There is no such contact.")
            }
            other => other.into(),
        })?;
    if Sight::of(caller).covers(&record) {
        return Ok(record);
    }
    Err(Problem::of(Code::NotYourContact))
}

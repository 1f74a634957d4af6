//! The agent's own desktop: what it shows, signing in and out, states, calls to numbers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use trunkline_accounts::Scope;
use trunkline_desk::{Choice, Command, DeskView, PastContact, SignIn, Target};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::access::{Agent, Allowed, Table};
use crate::app::App;
use crate::body::{Ask, Body};
use crate::centre::ContactSearch;
use crate::json::Json;
use crate::problem::Problem;

/// What handlers that only do something answer.
pub(super) type Done = Result<StatusCode, Problem>;

/// Contacts in one answer unless fewer are asked for.
const PAGE: usize = 50;

/// The most contacts in one answer.
const LARGEST_PAGE: usize = 200;

/// The longest text to search targets by, in characters.
const SEARCH: usize = 100;

pub(super) fn routes(table: Table) -> Table {
    let own = Allowed::own_agent().or_token(Scope::Desk);
    table
        .route(own, routes!(view))
        .route(own, routes!(sign_in))
        .route(own, routes!(sign_out))
        .route(own, routes!(set_state))
        .route(own, routes!(clear_next))
        .route(own, routes!(outdial))
        .route(own, routes!(targets))
        .route(own, routes!(history))
}

/// Everything that the desktop shows now.
#[utoipa::path(get, path = "/desk", tag = "desk", responses((status = 200, body = DeskView)))]
async fn view(State(app): State<Arc<App>>, agent: Agent) -> Result<Json<DeskView>, Problem> {
    Ok(Json(app.centre.view(&agent.id).await?))
}

/// Signs in to a team with a device, Idle.
///
/// 409 `signed-in-elsewhere` with `elsewhere` where another desktop has the agent and `take_over`
/// is not set.
#[utoipa::path(
    post, path = "/desk/sign-in", tag = "desk", request_body = SignIn,
    responses((status = 204, description = "Done; the next view shows it."))
)]
async fn sign_in(State(app): State<Arc<App>>, agent: Agent, Body(how): Body<SignIn>) -> Done {
    command(&app, &agent, Command::SignIn(how)).await
}

/// Signs out.
#[utoipa::path(
    post, path = "/desk/sign-out", tag = "desk",
    responses((status = 204, description = "Done; the next view shows it."))
)]
async fn sign_out(State(app): State<Arc<App>>, agent: Agent) -> Done {
    command(&app, &agent, Command::SignOut).await
}

/// Chooses a state: at once, or for after the contact.
#[utoipa::path(
    put, path = "/desk/state", tag = "desk", request_body = Choice,
    responses((status = 204, description = "Done; the next view shows it."))
)]
async fn set_state(State(app): State<Arc<App>>, agent: Agent, Body(choice): Body<Choice>) -> Done {
    command(&app, &agent, Command::SetState(choice)).await
}

/// Takes back the state that was chosen for after the contact.
#[utoipa::path(
    delete, path = "/desk/next", tag = "desk",
    responses((status = 204, description = "Done; the next view shows it."))
)]
async fn clear_next(State(app): State<Arc<App>>, agent: Agent) -> Done {
    command(&app, &agent, Command::ClearNext).await
}

/// A number to be called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OutdialTo {
    /// The number, as typed.
    number: String,
    /// The id of the outdial ANI; the first when left out.
    ani: Option<String>,
}

/// Calls a number.
#[utoipa::path(
    post, path = "/desk/outdial", tag = "desk", request_body = OutdialTo,
    responses((status = 204, description = "Done; the next view shows it."))
)]
async fn outdial(State(app): State<Arc<App>>, agent: Agent, Body(to): Body<OutdialTo>) -> Done {
    let OutdialTo { number, ani } = to;
    command(&app, &agent, Command::Outdial { number, ani }).await
}

/// What to look for: names and numbers of people, which belong into no address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TargetSearch {
    /// A part of a name, up to 100 characters; all targets when empty.
    #[serde(default)]
    search: String,
}

/// Whom the agent may consult or transfer to, at most 200, the reachable first.
#[utoipa::path(
    post, path = "/desk/targets", tag = "desk", request_body = TargetSearch,
    responses((status = 200, body = Vec<Target>))
)]
async fn targets(
    State(app): State<Arc<App>>,
    agent: Agent,
    Body(ask): Body<TargetSearch>,
) -> Result<Json<Vec<Target>>, Problem> {
    if ask.search.chars().count() > SEARCH {
        return Err(Problem::invalid("search", format!("at most {SEARCH} characters")));
    }
    Ok(Json(app.centre.targets(&agent.id, &ask.search).await?))
}

/// Which page of a list of contacts.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// Only contacts that arrived before this moment: `arrived_ms` of the last one for the next
    /// page.
    pub(super) before_ms: Option<i64>,
    /// Only contacts that arrived at or after this moment.
    pub(super) from_ms: Option<i64>,
    /// At most so many, 1 to 200; 50 when left out.
    pub(super) limit: Option<usize>,
}

impl Page {
    /// A search for the contacts of this page.
    pub(super) fn search(&self) -> Result<ContactSearch, Problem> {
        let limit = self.limit.unwrap_or(PAGE);
        if !(1..=LARGEST_PAGE).contains(&limit) {
            return Err(Problem::invalid("limit", format!("1 to {LARGEST_PAGE}")));
        }
        let (before_ms, from_ms) = (self.before_ms, self.from_ms);
        Ok(ContactSearch { before_ms, from_ms, limit, ..ContactSearch::default() })
    }
}

/// The contacts that the agent has had or missed, the newest first.
#[utoipa::path(
    get, path = "/desk/history", tag = "desk", params(Page),
    responses((status = 200, body = Vec<PastContact>))
)]
async fn history(
    State(app): State<Arc<App>>,
    agent: Agent,
    Ask(page): Ask<Page>,
) -> Result<Json<Vec<PastContact>>, Problem> {
    let search = ContactSearch { agent: Some(agent.id), ..page.search()? };
    Ok(Json(app.centre.contacts(search).await?))
}

/// Has a command carried out.
pub(super) async fn command(app: &App, agent: &Agent, command: Command) -> Done {
    app.centre.command(&agent.id, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Users.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use trunkline_accounts::{
    Language, NewUser, Password, Role, Roles, Scope, User, UserChange, UserId, UserPage, UserSearch,
};
use trunkline_model::{AgentId, TeamId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::desk::Done;
use crate::access::{Allowed, Caller, Table};
use crate::app::App;
use crate::body::{Ask, At, Body};
use crate::client::Client;
use crate::json::Json;
use crate::problem::Problem;

/// Users in one answer unless fewer are asked for.
const PAGE: usize = 50;

/// The most users in one answer.
const LARGEST_PAGE: usize = 200;

pub(super) fn routes(table: Table) -> Table {
    let readers = Allowed::roles(&[Role::Administrator, Role::Auditor]);
    let readers = readers.or_token(Scope::UsersRead);
    let writers = Allowed::roles(&[Role::Administrator]).or_token(Scope::UsersWrite);
    table
        .route(readers, routes!(list))
        .route(readers, routes!(get))
        .route(writers, routes!(create))
        .route(writers, routes!(change))
        .route(writers, routes!(delete))
        .route(writers, routes!(unlock))
        .route(writers, routes!(set_password))
}

/// Which users.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Search {
    /// A part of a name; all users when empty.
    #[serde(default)]
    search: String,
    /// Only users with this role.
    role: Option<Role>,
    /// `next` of the page before.
    after: Option<String>,
    /// At most so many, 1 to 200; 50 when left out.
    limit: Option<usize>,
}

/// Users, by sign-in name.
#[derive(Debug, Serialize, ToSchema)]
struct Users {
    /// The users.
    users: Vec<User>,
    /// `after` of the next page; none when this is the last one.
    next: Option<String>,
    /// Until when those of these users are locked who are, by id.
    #[schema(value_type = BTreeMap<String, i64>)]
    locked: BTreeMap<UserId, i64>,
}

/// Users, by sign-in name.
#[utoipa::path(
    get, path = "/users", tag = "users", params(Search), responses((status = 200, body = Users))
)]
async fn list(State(app): State<Arc<App>>, Ask(ask): Ask<Search>) -> Result<Json<Users>, Problem> {
    let Search { search: text, role, after, limit } = ask;
    let limit = limit.unwrap_or(PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(Problem::invalid("limit", format!("1 to {LARGEST_PAGE}")));
    }
    let search = UserSearch { text, role, after, limit };
    let now_ms = app.now();
    let (page, mut locked) = app
        .blocking(move |accounts| Ok((accounts.users(&search)?, accounts.locked_users(now_ms)?)))
        .await?;
    let UserPage { users, next } = page;
    locked.retain(|id, _| users.iter().any(|user| user.id == *id));
    Ok(Json(Users { users, next, locked }))
}

/// One user.
#[utoipa::path(
    get, path = "/users/{id}", tag = "users",
    params(("id" = UserId, Path, description = "The user's id.")),
    responses((status = 200, body = User))
)]
async fn get(State(app): State<Arc<App>>, At(id): At<UserId>) -> Result<Json<User>, Problem> {
    Ok(Json(app.blocking(move |accounts| accounts.user(id)).await?))
}

/// A user to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserToMake {
    /// The sign-in name: 1 to 254 letters, digits and `.`, `_`, `-`, `@`, `+`.
    name: String,
    /// The name for people, 1 to 100 characters.
    display_name: String,
    /// The language of the pages.
    #[serde(default)]
    language: Language,
    /// One role or more.
    #[schema(value_type = Vec<Role>)]
    roles: Roles,
    /// The id of the agent of the tenant that the user is.
    #[schema(value_type = Option<String>)]
    agent: Option<AgentId>,
    /// The ids of the teams that a supervisor may see.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    teams: Vec<TeamId>,
    /// The password; without one the user cannot sign in until one is set.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Password>,
    /// Whether the user has to choose another password at the first sign-in.
    #[serde(default = "yes")]
    must_change_password: bool,
}

fn yes() -> bool {
    true
}

/// Makes a user.
#[utoipa::path(
    post, path = "/users", tag = "users", request_body = UserToMake,
    responses((status = 201, body = User))
)]
async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    Body(new): Body<UserToMake>,
) -> Result<(StatusCode, Json<User>), Problem> {
    let new = NewUser {
        name: new.name,
        display_name: new.display_name,
        language: new.language,
        roles: new.roles,
        agent: new.agent,
        teams: new.teams,
        password: new.password,
        must_change_password: new.must_change_password,
    };
    let (now_ms, by) = (app.now(), caller.actor(&client));
    let user = app.blocking(move |accounts| accounts.create_user(now_ms, &by, &new)).await?;
    Ok((StatusCode::CREATED, Json(user)))
}

/// What a user is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserToBe {
    /// The version that the change builds on.
    version: u64,
    /// The sign-in name.
    name: String,
    /// The name for people.
    display_name: String,
    /// The language of the pages.
    language: Language,
    /// One role or more.
    #[schema(value_type = Vec<Role>)]
    roles: Roles,
    /// The id of the agent of the tenant that the user is.
    #[schema(value_type = Option<String>)]
    agent: Option<AgentId>,
    /// The ids of the teams that a supervisor may see.
    #[schema(value_type = Vec<String>)]
    teams: Vec<TeamId>,
    /// Whether the user may not sign in, nor use tokens.
    disabled: bool,
}

/// Changes a user. 409 `stale` with `user` where somebody changed them meanwhile.
#[utoipa::path(
    put, path = "/users/{id}", tag = "users", request_body = UserToBe,
    params(("id" = UserId, Path, description = "The user's id.")),
    responses((status = 200, body = User))
)]
async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    At(id): At<UserId>,
    Body(wanted): Body<UserToBe>,
) -> Result<Json<User>, Problem> {
    let change = UserChange {
        name: wanted.name,
        display_name: wanted.display_name,
        language: wanted.language,
        roles: wanted.roles,
        agent: wanted.agent,
        teams: wanted.teams,
        disabled: wanted.disabled,
    };
    let (now_ms, by, version) = (app.now(), caller.actor(&client), wanted.version);
    let changed = app
        .blocking(move |accounts| accounts.change_user(now_ms, &by, id, version, change))
        .await?;
    Ok(Json(changed))
}

/// Deletes a user with their sessions and tokens.
#[utoipa::path(
    delete, path = "/users/{id}", tag = "users",
    params(("id" = UserId, Path, description = "The user's id.")),
    responses((status = 204, description = "Done."))
)]
async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    At(id): At<UserId>,
) -> Done {
    let (now_ms, by) = (app.now(), caller.actor(&client));
    app.blocking(move |accounts| accounts.delete_user(now_ms, &by, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a user sign in again after too many failures.
#[utoipa::path(
    post, path = "/users/{id}/unlock", tag = "users",
    params(("id" = UserId, Path, description = "The user's id.")),
    responses((status = 204, description = "Done."))
)]
async fn unlock(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    At(id): At<UserId>,
) -> Done {
    let (now_ms, by) = (app.now(), caller.actor(&client));
    app.blocking(move |accounts| accounts.unlock(now_ms, &by, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A password for a user.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GivenPassword {
    /// The password.
    #[schema(value_type = String, format = Password)]
    password: Password,
    /// Whether the user has to choose another one at the next sign-in.
    #[serde(default = "yes")]
    must_change_password: bool,
}

/// Sets a user's password; their sessions end.
#[utoipa::path(
    post, path = "/users/{id}/password", tag = "users", request_body = GivenPassword,
    params(("id" = UserId, Path, description = "The user's id.")),
    responses((status = 204, description = "Done."))
)]
async fn set_password(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    At(id): At<UserId>,
    Body(given): Body<GivenPassword>,
) -> Done {
    let GivenPassword { password, must_change_password } = given;
    let (now_ms, by) = (app.now(), caller.actor(&client));
    app.blocking(move |accounts| {
        accounts.set_password(now_ms, &by, id, &password, must_change_password)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

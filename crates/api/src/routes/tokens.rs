//! API tokens. Users have their own; administrators see and revoke all.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use trunkline_accounts::{ApiToken, NewToken, Role, Scope, Scopes, TokenId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::desk::Done;
use crate::access::{Allowed, Caller, Table};
use crate::app::App;
use crate::body::{Ask, At, Body};
use crate::client::Client;
use crate::codes::Code;
use crate::json::Json;
use crate::problem::Problem;

pub(super) fn routes(table: Table) -> Table {
    // No token makes tokens: one that leaked could make itself immortal.
    let user = Allowed::signed_in();
    table.route(user, routes!(list)).route(user, routes!(create)).route(user, routes!(revoke))
}

/// Whose tokens.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Whose {
    /// Everybody's; for administrators.
    #[serde(default)]
    everybody: bool,
}

/// The user's API tokens, or everybody's; without their texts.
#[utoipa::path(
    get, path = "/tokens", tag = "tokens", params(Whose),
    responses((status = 200, body = Vec<ApiToken>))
)]
async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ask(whose): Ask<Whose>,
) -> Result<Json<Vec<ApiToken>>, Problem> {
    if whose.everybody && !caller.has_any(&[Role::Administrator]) {
        return Err(Problem::new(Code::WrongRole, "Everybody's tokens are for administrators."));
    }
    let user = (!whose.everybody).then_some(caller.user.id);
    Ok(Json(app.blocking(move |accounts| accounts.tokens(user)).await?))
}

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenToMake {
    /// What it is for: 1 to 100 characters.
    name: String,
    /// What it may be used for: one scope or more.
    #[schema(value_type = Vec<Scope>)]
    scopes: Scopes,
    /// When it ends: later than now, within 366 days.
    expires_ms: i64,
}

/// A new token.
#[derive(Serialize, ToSchema)]
struct MadeToken {
    /// The token's text, shown this once: `Authorization: Bearer …`.
    text: String,
    /// The token.
    token: ApiToken,
}

/// Makes a token in the user's name.
#[utoipa::path(
    post, path = "/tokens", tag = "tokens", request_body = TokenToMake,
    responses((status = 201, body = MadeToken))
)]
async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    Body(wanted): Body<TokenToMake>,
) -> Result<(StatusCode, Json<MadeToken>), Problem> {
    let TokenToMake { name, scopes, expires_ms } = wanted;
    let new = NewToken { name, scopes, expires_ms };
    let (now_ms, by, user) = (app.now(), caller.actor(&client), caller.user.id);
    let (shown, token) =
        app.blocking(move |accounts| accounts.create_token(now_ms, &by, user, &new)).await?;
    Ok((StatusCode::CREATED, Json(MadeToken { text: shown.reveal().to_owned(), token })))
}

/// Revokes a token of the user, or, as an administrator, anybody's.
#[utoipa::path(
    delete, path = "/tokens/{id}", tag = "tokens",
    params(("id" = TokenId, Path, description = "The token's id.")),
    responses((status = 204, description = "Done."))
)]
async fn revoke(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    At(id): At<TokenId>,
) -> Done {
    let token = app.blocking(move |accounts| accounts.token_by_id(id)).await?;
    if token.user != caller.user.id && !caller.has_any(&[Role::Administrator]) {
        return Err(Problem::new(Code::NotFound, "There is no such token."));
    }
    let (now_ms, by) = (app.now(), caller.actor(&client));
    app.blocking(move |accounts| accounts.revoke_token(now_ms, &by, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! The first administrator, by the link that the server printed at its start.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use trunkline_accounts::{FirstAdministrator, Language, Password};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::desk::Done;
use super::session::{Me, device, welcome};
use crate::access::{Allowed, Table};
use crate::app::App;
use crate::body::{At, Body};
use crate::client::Client;
use crate::problem::Problem;

pub(super) fn routes(table: Table) -> Table {
    let anybody = Allowed::anybody();
    table.route(anybody, routes!(look)).route(anybody, routes!(create))
}

/// Whether the link is valid. 410 `setup-over` where it is not, or not any more.
#[utoipa::path(
    get, path = "/setup/{token}", tag = "setup",
    params(("token" = String, Path, description = "The link's last part.")),
    responses((status = 204, description = "It is valid."))
)]
async fn look(State(app): State<Arc<App>>, At(token): At<String>) -> Done {
    let now_ms = app.now();
    app.blocking(move |accounts| accounts.check_setup(now_ms, &token)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The first administrator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAdministrator {
    /// The sign-in name.
    name: String,
    /// The name for people.
    display_name: String,
    /// The password: 12 to 128 characters, not the name, none that is tried first.
    #[schema(value_type = String, format = Password)]
    password: Password,
    /// The language of the pages.
    language: Language,
}

/// Makes the first administrator and signs them in; the link is used up.
#[utoipa::path(
    post, path = "/setup/{token}", tag = "setup", request_body = NewAdministrator,
    params(("token" = String, Path, description = "The link's last part.")),
    responses((status = 200, body = Me))
)]
async fn create(
    State(app): State<Arc<App>>,
    client: Client,
    headers: HeaderMap,
    At(token): At<String>,
    Body(new): Body<NewAdministrator>,
) -> Result<Response, Problem> {
    let NewAdministrator { name, display_name, password, language } = new;
    let first = FirstAdministrator { name, display_name, password: Some(password), language };
    let (now_ms, address, device) = (app.now(), client.address, device(&headers));
    let signed_in = app
        .blocking(move |accounts| accounts.set_up(now_ms, &token, &first, address, &device))
        .await?;
    welcome(&client, signed_in)
}

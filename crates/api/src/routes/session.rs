//! Signing in and out, and what users change about themselves.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use trunkline_accounts::{
    Density, Language, Password, Preferences, Role, SignedIn, Theme, User, UserId,
};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::desk::Done;
use crate::access::{
    Allowed, By, Caller, SESSION_COOKIE, SESSION_COOKIE_SECURE, Table, session_cookie,
};
use crate::app::App;
use crate::body::Body;
use crate::client::Client;
use crate::codes::Code;
use crate::json::Json;
use crate::problem::Problem;

pub(super) fn routes(table: Table) -> Table {
    let user = Allowed::signed_in();
    table
        .route(Allowed::anybody(), routes!(sign_in))
        .route(Allowed::anybody(), routes!(sign_in_by_link))
        .route(user.even_with_given_password(), routes!(me))
        .route(user.even_with_given_password(), routes!(sign_out))
        .route(user.even_with_given_password(), routes!(change_password))
        .route(user, routes!(set_preferences))
}

/// A name with its password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// The sign-in name.
    name: String,
    /// The password.
    #[schema(value_type = String, format = Password)]
    password: Password,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    /// The user's id.
    id: UserId,
    /// The sign-in name.
    name: String,
    /// The name for people.
    display_name: String,
    /// The roles.
    roles: Vec<Role>,
    /// The language of the pages.
    language: Language,
    /// The id of the agent whose desktop the user may use; none for who is no agent.
    agent: Option<String>,
    /// The ids of the teams that the user may see as a supervisor.
    teams: Vec<String>,
    /// Whether the user has to choose another password before anything else.
    must_change_password: bool,
    /// What the user has chosen for the pages.
    preferences: Preferences,
    /// What unsafe requests carry in the header `X-Trunkline-CSRF`.
    csrf: String,
    /// When the session ends, however it is used.
    ends_ms: i64,
}

impl Me {
    fn new(caller: &Caller) -> Result<Self, Problem> {
        let By::Session(session) = &caller.by else {
            return Err(Problem::fault("a token asks for its session"));
        };
        let User { id, name, display_name, roles, language, teams, .. } = caller.user.clone();
        Ok(Self {
            id,
            name,
            display_name,
            roles: roles.into_iter().collect(),
            language,
            agent: caller.own_agent().map(ToString::to_string),
            teams: teams.iter().map(ToString::to_string).collect(),
            must_change_password: caller.user.must_change_password,
            preferences: caller.user.preferences.clone(),
            csrf: session.csrf.reveal().to_owned(),
            ends_ms: session.ends_ms,
        })
    }
}

/// Signs in.
///
/// Sets the session's cookie. 401 `wrong-sign-in`, 429 `locked-out`, 403 `disabled`.
#[utoipa::path(
    post, path = "/session", tag = "session", request_body = Credentials,
    responses((status = 200, body = Me))
)]
async fn sign_in(
    State(app): State<Arc<App>>,
    client: Client,
    headers: HeaderMap,
    Body(Credentials { name, password }): Body<Credentials>,
) -> Result<Response, Problem> {
    let (now_ms, address, device) = (app.now(), client.address, device(&headers));
    let signed_in = app
        .blocking(move |accounts| accounts.sign_in(now_ms, &name, &password, address, &device))
        .await?;
    welcome(&client, signed_in)
}

/// A link that signs in once.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Link {
    /// The link's last part.
    #[schema(format = Password)]
    token: String,
}

/// Signs in by a link, which is used up: `trunkline demo` prints one. 410 `link-over`.
#[utoipa::path(
    post, path = "/session/link", tag = "session", request_body = Link,
    responses((status = 200, body = Me))
)]
async fn sign_in_by_link(
    State(app): State<Arc<App>>,
    client: Client,
    headers: HeaderMap,
    Body(Link { token }): Body<Link>,
) -> Result<Response, Problem> {
    let (now_ms, address, device) = (app.now(), client.address, device(&headers));
    let signed_in = app
        .blocking(move |accounts| accounts.sign_in_by_link(now_ms, &token, address, &device))
        .await?;
    welcome(&client, signed_in)
}

/// What the browser calls itself.
pub(super) fn device(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    agent.unwrap_or_default().to_owned()
}

/// Answers who has just signed in, with the cookie.
pub(super) fn welcome(client: &Client, signed_in: SignedIn) -> Result<Response, Problem> {
    let SignedIn { token, session } = signed_in;
    let me = Json(Me::new(&Caller::from(session))?);
    let cookie = set_cookie(client, token.reveal(), "")?;
    Ok(([(header::SET_COOKIE, cookie)], me).into_response())
}

/// The cookie has no end of its own: browsers forget it when they are closed, the server knows
/// when the session is over.
fn set_cookie(client: &Client, value: &str, more: &str) -> Result<HeaderValue, Problem> {
    let (name, secure) = match client.is_https {
        true => (SESSION_COOKIE_SECURE, "; Secure"),
        false => (SESSION_COOKIE, ""),
    };
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{more}");
    let mut cookie = HeaderValue::from_str(&cookie).map_err(Problem::fault)?;
    cookie.set_sensitive(true);
    Ok(cookie)
}

/// Who is signed in.
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = Me)))]
async fn me(caller: Caller) -> Result<Json<Me>, Problem> {
    Me::new(&caller).map(Json)
}

/// Signs out: the session ends at once, with its pages.
#[utoipa::path(
    delete, path = "/session", tag = "session",
    responses((status = 204, description = "Done."))
)]
async fn sign_out(
    State(app): State<Arc<App>>,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let token = session_cookie(&headers, &client).map(str::to_owned);
    let token = token.ok_or_else(|| Problem::of(Code::NotSignedIn))?;
    let (now_ms, address) = (app.now(), Some(client.address));
    app.blocking(move |accounts| accounts.sign_out(now_ms, &token, address)).await?;
    let cookie = set_cookie(&client, "", "; Max-Age=0")?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// A new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    /// The present one.
    #[schema(value_type = String, format = Password)]
    old: Password,
    /// The new one: 12 to 128 characters, not the name, none that is tried first.
    #[schema(value_type = String, format = Password)]
    new: Password,
}

/// Changes the user's own password; their other sessions end.
#[utoipa::path(
    put, path = "/session/password", tag = "session", request_body = PasswordChange,
    responses((status = 204, description = "Done."))
)]
async fn change_password(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    Body(PasswordChange { old, new }): Body<PasswordChange>,
) -> Done {
    let By::Session(session) = caller.by else {
        return Err(Problem::fault("a token changes a password"));
    };
    let (now_ms, address) = (app.now(), client.address);
    let changed = app
        .blocking(move |accounts| accounts.change_password(now_ms, &session, &old, &new, address))
        .await;
    changed.map_err(|problem| match problem.code() {
        // 401 would say that the session is over.
        "wrong-sign-in" => Problem::invalid("old", "This is not your password."),
        "invalid" => problem.at_field("new"),
        _ => problem,
    })?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a user chooses for the pages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Chosen {
    /// The language of the pages.
    language: Language,
    /// Light or dark.
    theme: Theme,
    /// How close rows are.
    density: Density,
    /// Shortcuts that were remapped: action to key combination.
    #[serde(default)]
    shortcuts: std::collections::BTreeMap<String, String>,
}

/// Keeps what the user has chosen for the pages.
#[utoipa::path(
    put, path = "/session/preferences", tag = "session", request_body = Chosen,
    responses((status = 204, description = "Done."))
)]
async fn set_preferences(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(chosen): Body<Chosen>,
) -> Done {
    let Chosen { language, theme, density, shortcuts } = chosen;
    let preferences = Preferences { theme, density, shortcuts };
    let user = caller.user.id;
    app.blocking(move |accounts| accounts.set_preferences(user, language, &preferences)).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! The page "Try it": a caller's phone, typed speech, and the CRM's case. Addresses answer
//! `try-off` where the configuration does not switch it on.

mod socket;

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use trunkline_desk::{CaseOf, CaseView, FromCaller, ToCaller, TrialView};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use utoipa_axum::routes;

use crate::access::{Allowed, By, Caller, Table};
use crate::app::App;
use crate::body::{Ask, Body};
use crate::centre::TryIt;
use crate::codes::Code;
use crate::json::Json;
use crate::problem::Problem;

/// The longest text that is spoken, in characters.
const TEXT: usize = 300;

/// The longest number or id.
const NAME: usize = 64;

/// The largest message of a phone: an answer of a browser (SDP) takes some 3 KiB.
const MESSAGE: usize = 32 * 1024;

pub(super) fn routes(mut table: Table) -> Table {
    let mut schemas = vec![
        (ToCaller::name().into_owned(), ToCaller::schema()),
        (FromCaller::name().into_owned(), FromCaller::schema()),
    ];
    ToCaller::schemas(&mut schemas);
    FromCaller::schemas(&mut schemas);
    table.add_schemas(schemas);
    let user = Allowed::signed_in();
    table
        .route(user, routes!(view))
        .route(user, routes!(case))
        .route(user, routes!(speech))
        .route(user, routes!(phone))
}

fn trial(app: &App) -> Result<Arc<dyn TryIt>, Problem> {
    app.centre.try_it().ok_or_else(|| Problem::of(Code::TryOff))
}

/// What may be tried. 404 `try-off` where nothing may.
#[utoipa::path(get, path = "/try", tag = "try", responses((status = 200, body = TrialView)))]
async fn view(State(app): State<Arc<App>>) -> Result<Json<TrialView>, Problem> {
    Ok(Json(trial(&app)?.view().await?))
}

/// Which case.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// The case's id.
    id: Option<String>,
    /// The number of whoever has it: the newest that is open.
    number: Option<String>,
}

/// A case as the CRM has it now; null if there is none.
#[utoipa::path(
    get, path = "/try/case", tag = "try", params(Which),
    responses((status = 200, body = Option<CaseView>))
)]
async fn case(
    State(app): State<Arc<App>>,
    Ask(which): Ask<Which>,
) -> Result<Json<Option<CaseView>>, Problem> {
    let trial = trial(&app)?;
    let of = match which {
        Which { id: Some(id), number: None } => CaseOf::Id(short("id", id)?),
        Which { id: None, number: Some(number) } => CaseOf::Number(short("number", number)?),
        Which { .. } => return Err(Problem::invalid("id", "Name an id or a number.")),
    };
    Ok(Json(trial.case(of).await?))
}

fn short(field: &str, value: String) -> Result<String, Problem> {
    if value.len() <= NAME {
        return Ok(value);
    }
    Err(Problem::invalid(field, format!("It has at most {NAME} characters.")))
}

/// What a caller says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Speech {
    /// The text, 1 to 300 characters.
    text: String,
}

/// A text in the caller's voice: a WAV file, mono, 16 bits.
#[utoipa::path(
    post, path = "/try/speech", tag = "try", request_body = Speech,
    responses((status = 200, description = "The voice.", content_type = "audio/wav"))
)]
async fn speech(
    State(app): State<Arc<App>>,
    Body(Speech { text }): Body<Speech>,
) -> Result<Response, Problem> {
    let trial = trial(&app)?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TEXT {
        return Err(Problem::invalid("text", format!("It has 1 to {TEXT} characters.")));
    }
    let wav = trial.speak(text).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("audio/wav")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, wav).into_response())
}

/// A caller's phone (WebSocket): `ToCaller` comes, `FromCaller` is sent, as JSON texts.
///
/// Only for pages of this origin with a session. Its end is the end of its call. Limits and codes
/// of the end as for `/live`.
#[utoipa::path(
    get, path = "/try/phone", tag = "try",
    responses((status = 101, description = "The connection stands.", body = ToCaller))
)]
async fn phone(
    State(app): State<Arc<App>>,
    caller: Caller,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let trial = trial(&app)?;
    let upgrade = upgrade.map_err(|error| Problem::new(Code::Unreadable, error.body_text()))?;
    let By::Session(session) = caller.by else {
        return Err(Problem::fault("a phone with a token"));
    };
    let place = app.pages.enter(caller.user.id)?;
    // Subscribed before it is asked whether the session lives: no end is missed.
    let ended = app.accounts.ended_sessions();
    let link = trial.phone().await?;
    let phone = socket::Phone { app: Arc::clone(&app), session: session.id, ended, place, link };
    let upgrade = upgrade.max_message_size(MESSAGE).max_frame_size(MESSAGE);
    Ok(upgrade.on_upgrade(|socket| phone.run(socket)))
}

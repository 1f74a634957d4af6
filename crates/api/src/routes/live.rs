//! The WebSocket of a desktop's page: what the centre tells goes out, what the page says goes in.

mod pages;
mod socket;

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use trunkline_desk::{FromDesk, ToDesk};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::routes;

use crate::access::{Agent, Allowed, By, Table};
use crate::app::App;
use crate::codes::Code;
use crate::problem::Problem;

pub(crate) use pages::{Pages, Place};

/// The largest message of a page: an answer of a browser (SDP) takes some 3 KiB.
const MESSAGE: usize = 32 * 1024;

pub(super) fn routes(mut table: Table) -> Table {
    let mut schemas = vec![
        (ToDesk::name().into_owned(), ToDesk::schema()),
        (FromDesk::name().into_owned(), FromDesk::schema()),
    ];
    ToDesk::schemas(&mut schemas);
    FromDesk::schemas(&mut schemas);
    table.add_schemas(schemas);
    table.route(Allowed::own_agent(), routes!(live))
}

/// The desktop's live connection (WebSocket): `ToDesk` comes, `FromDesk` is sent, as JSON texts.
///
/// Only for pages of this origin with a session. A page that is not heard of for 30 s is let go;
/// a message has at most 32 KiB; a user has at most eight pages. Closed with 4001 `signed_out` when
/// the session ends, 4002 `detached` when the desktop lets go of the page, 4008 `silent`,
/// 4029 `too_many_messages`, 1007 for what is no `FromDesk`, and 1001 when the server stops.
#[utoipa::path(
    get, path = "/live", tag = "desk",
    responses((status = 101, description = "The connection stands.", body = ToDesk))
)]
async fn live(
    State(app): State<Arc<App>>,
    agent: Agent,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|error| Problem::new(Code::Unreadable, error.body_text()))?;
    let By::Session(session) = agent.caller.by else {
        return Err(Problem::fault("a page with a token"));
    };
    let place = app.pages.enter(agent.caller.user.id)?;
    // Subscribed before it is asked below whether the session lives: no end is missed.
    let ended = app.accounts.ended_sessions();
    let link = app.centre.attach(&agent.id).await?;
    let page = socket::Page { app: Arc::clone(&app), session: session.id, ended, place, link };
    let upgrade = upgrade.max_message_size(MESSAGE).max_frame_size(MESSAGE);
    Ok(upgrade.on_upgrade(|socket| page.run(socket)))
}

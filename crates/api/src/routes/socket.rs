//! What the connections of pages have in common: how they are asked, heard, told, and let go.

use std::ops::ControlFlow::{self, Break, Continue};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use trunkline_accounts::{EndedSession, SessionId};

use crate::app::App;
use crate::rate::Rate;

/// How often the page is asked whether it is there, and its session whether it lives.
pub(super) const ASK_EVERY: Duration = Duration::from_secs(10);

/// A page that was not heard of for this long is let go.
const SILENCE: Duration = Duration::from_secs(30);

/// A page that does not read for this long is let go.
const UNREAD: Duration = Duration::from_secs(10);

/// How quickly a page may talk.
pub(super) const MESSAGES: Rate = Rate { per_second: 20.0, burst: 100.0 };

/// Why a connection ends: a code of RFC 6455 or of ours, and its word; none when the page went.
pub(super) type End = Option<(u16, &'static str)>;

pub(super) const STOPPING: End = Some((1001, "stopping"));
pub(super) const SIGNED_OUT: End = Some((4001, "signed_out"));
pub(super) const DETACHED: End = Some((4002, "detached"));
const SILENT: End = Some((4008, "silent"));
pub(super) const TOO_MANY: End = Some((4029, "too_many_messages"));

const NOT_UNDERSTOOD: u16 = 1007;

/// Hands on what a page sends.
pub(super) async fn hear<T: DeserializeOwned>(
    message: Option<Result<Message, axum::Error>>,
    say: &mpsc::Sender<T>,
) -> ControlFlow<End> {
    let text = match message {
        Some(Ok(Message::Text(text))) => text,
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Continue(()),
        Some(Ok(Message::Binary(_))) => return Break(Some((NOT_UNDERSTOOD, "binary"))),
        Some(Ok(Message::Close(_)) | Err(_)) | None => return Break(None),
    };
    let Ok(message) = serde_json::from_str(&text) else {
        return Break(Some((NOT_UNDERSTOOD, "not_understood")));
    };
    match timeout(UNREAD, say.send(message)).await {
        Ok(Ok(())) => Continue(()),
        Ok(Err(_)) | Err(_) => Break(DETACHED),
    }
}

/// Sends a message; false when the page is gone or does not read.
pub(super) async fn send(socket: &mut WebSocket, message: &impl Serialize) -> bool {
    let text = match serde_json::to_string(message) {
        Ok(text) => text,
        Err(error) => {
            tracing::error!("a message to a page could not be written: {error}");
            return false;
        }
    };
    matches!(timeout(UNREAD, socket.send(Message::Text(text.into()))).await, Ok(Ok(())))
}

/// Asks whether the page is there, which was last heard of then.
pub(super) async fn ask(socket: &mut WebSocket, heard: Instant) -> ControlFlow<End> {
    if heard.elapsed() > SILENCE {
        return Break(SILENT);
    }
    match timeout(UNREAD, socket.send(Message::Ping(Default::default()))).await {
        Ok(Ok(())) => Continue(()),
        Ok(Err(_)) | Err(_) => Break(None),
    }
}

/// Says why it is over. A page that is gone needs no reason.
pub(super) async fn close(socket: &mut WebSocket, (code, reason): (u16, &'static str)) {
    let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
    let _ = timeout(UNREAD, socket.send(close)).await;
}

/// Whether the session is over, after news of sessions that have ended.
pub(super) async fn is_over(
    app: &App,
    session: SessionId,
    ended: Result<EndedSession, RecvError>,
) -> bool {
    match ended {
        Ok(ended) => ended.session == session,
        Err(RecvError::Lagged(_)) => !is_live(app, session).await,
        Err(RecvError::Closed) => true,
    }
}

/// Whether the session lives. Where that cannot be read, the page stays: a call may go on.
pub(super) async fn is_live(app: &App, session: SessionId) -> bool {
    let now_ms = app.now();
    let live = app.blocking(move |accounts| accounts.is_live(now_ms, session)).await;
    live.unwrap_or(true)
}

//! The connection of one caller's phone.

use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use tokio::sync::broadcast;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use trunkline_accounts::{EndedSession, SessionId};
use trunkline_desk::{FromCaller, ToCaller};

use crate::app::App;
use crate::centre::PhoneLink;
use crate::rate::{Buckets, Rate};
use crate::routes::live::Place;
use crate::serve::stopped;

/// How often the page is asked whether it is there, and its session whether it lives.
const ASK_EVERY: Duration = Duration::from_secs(10);

/// A page that was not heard of for this long is let go.
const SILENCE: Duration = Duration::from_secs(30);

/// A page that does not read for this long is let go.
const UNREAD: Duration = Duration::from_secs(10);

/// How quickly a page may talk.
const MESSAGES: Rate = Rate { per_second: 20.0, burst: 100.0 };

const GOING_AWAY: u16 = 1001;
const NOT_UNDERSTOOD: u16 = 1007;
const SIGNED_OUT: u16 = 4001;
const DETACHED: u16 = 4002;
const SILENT: u16 = 4008;
const TOO_MANY: u16 = 4029;

/// Why the connection ends.
type End = Option<(u16, &'static str)>;

/// One caller's phone.
pub(super) struct Phone {
    pub app: Arc<App>,
    pub session: SessionId,
    pub ended: broadcast::Receiver<EndedSession>,
    pub place: Place,
    pub link: PhoneLink,
}

impl Phone {
    /// Carries messages until one of both ends, the session or the server has enough.
    pub(super) async fn run(mut self, mut socket: WebSocket) {
        if let Some((code, reason)) = self.talk(&mut socket).await {
            let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
            // A page that is gone needs no reason.
            let _ = timeout(UNREAD, socket.send(close)).await;
        }
    }

    async fn talk(&mut self, socket: &mut WebSocket) -> End {
        let mut ticks = interval(ASK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        let mut rate = Buckets::new(MESSAGES);
        loop {
            let step = tokio::select! {
                message = socket.recv() => {
                    heard = Instant::now();
                    match rate.take((), self.app.now()) {
                        Ok(()) => self.hear(message).await,
                        Err(_) => Break(Some((TOO_MANY, "too_many_messages"))),
                    }
                }
                told = self.link.events.recv() => match told {
                    Some(told) if send(socket, &told).await => Continue(()),
                    Some(_) => Break(None),
                    None => Break(Some((DETACHED, "detached"))),
                },
                ended = self.ended.recv() => self.session_ended(ended).await,
                () = stopped(&mut self.place.stops) => Break(Some((GOING_AWAY, "stopping"))),
                _ = ticks.tick() => self.ask(socket, heard).await,
            };
            if let Break(end) = step {
                return end;
            }
        }
    }

    /// What the page sends.
    async fn hear(&self, message: Option<Result<Message, axum::Error>>) -> ControlFlow<End> {
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Continue(()),
            Some(Ok(Message::Binary(_))) => return Break(Some((NOT_UNDERSTOOD, "binary"))),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Break(None),
        };
        let Ok(message) = serde_json::from_str::<FromCaller>(&text) else {
            return Break(Some((NOT_UNDERSTOOD, "not_understood")));
        };
        match timeout(UNREAD, self.link.say.send(message)).await {
            Ok(Ok(())) => Continue(()),
            Ok(Err(_)) | Err(_) => Break(Some((DETACHED, "detached"))),
        }
    }

    async fn session_ended(
        &self,
        ended: Result<EndedSession, broadcast::error::RecvError>,
    ) -> ControlFlow<End> {
        let is_over = match ended {
            Ok(ended) => ended.session == self.session,
            Err(broadcast::error::RecvError::Lagged(_)) => !self.is_live().await,
            Err(broadcast::error::RecvError::Closed) => true,
        };
        if is_over { Break(Some((SIGNED_OUT, "signed_out"))) } else { Continue(()) }
    }

    /// Asks whether the page is there and its session lives.
    async fn ask(&self, socket: &mut WebSocket, heard: Instant) -> ControlFlow<End> {
        if heard.elapsed() > SILENCE {
            return Break(Some((SILENT, "silent")));
        }
        if !self.is_live().await {
            return Break(Some((SIGNED_OUT, "signed_out")));
        }
        match timeout(UNREAD, socket.send(Message::Ping(Default::default()))).await {
            Ok(Ok(())) => Continue(()),
            Ok(Err(_)) | Err(_) => Break(None),
        }
    }

    /// Whether the session lives. Where that cannot be read, the call goes on.
    async fn is_live(&self) -> bool {
        let (now_ms, session) = (self.app.now(), self.session);
        let live = self.app.blocking(move |accounts| accounts.is_live(now_ms, session)).await;
        live.unwrap_or(true)
    }
}

/// Sends a message; false when the page is gone or does not read.
async fn send(socket: &mut WebSocket, message: &ToCaller) -> bool {
    let text = match serde_json::to_string(message) {
        Ok(text) => text,
        Err(error) => {
            tracing::error!("a message to a caller's page could not be written: {error}");
            return false;
        }
    };
    matches!(timeout(UNREAD, socket.send(Message::Text(text.into()))).await, Ok(Ok(())))
}

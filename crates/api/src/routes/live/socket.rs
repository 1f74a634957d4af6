//! One page's connection.

use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use tokio::sync::broadcast;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use trunkline_accounts::{EndedSession, SessionId};
use trunkline_desk::{FromDesk, Gone, ToDesk};

use super::pages::Place;
use crate::app::App;
use crate::centre::PageLink;
use crate::rate::{Buckets, Rate};
use crate::serve::stopped;

/// How often the page is asked whether it is there, and its session whether it lives.
const ASK_EVERY: Duration = Duration::from_secs(10);

/// A page that was not heard of for this long is let go.
const SILENCE: Duration = Duration::from_secs(30);

/// A page that does not read for this long is let go.
const UNREAD: Duration = Duration::from_secs(10);

/// How long a page has to answer that it has heard the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// An open page counts as use of its session, which is noted so often.
const NOTE_EVERY_MS: i64 = 5 * 60_000;

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

/// One page.
pub(super) struct Page {
    pub app: Arc<App>,
    pub session: SessionId,
    pub ended: broadcast::Receiver<EndedSession>,
    pub place: Place,
    pub link: PageLink,
}

impl Page {
    /// Carries messages until one of both ends, the session or the server has enough.
    pub(super) async fn run(mut self, mut socket: WebSocket) {
        let end = self.talk(&mut socket).await;
        if let Some((code, reason)) = end {
            let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
            let _ = timeout(UNREAD, socket.send(close)).await;
            // The desktop need not wait for the page to have heard it.
            drop(self);
            // What the page sent meanwhile is read and dropped: a connection that is closed with
            // something unread is reset, and the page would not hear why.
            let rest = async { while let Some(Ok(_)) = socket.recv().await {} };
            let _ = timeout(FAREWELL, rest).await;
        }
    }

    async fn talk(&mut self, socket: &mut WebSocket) -> End {
        let mut ticks = interval(ASK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        let mut noted_ms = self.app.now();
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
                told = self.link.events.recv() => self.tell(socket, told).await,
                ended = self.ended.recv() => self.session_ended(socket, ended).await,
                () = stopped(&mut self.place.stops) => {
                    say_gone(socket, Gone::Stopping).await;
                    Break(Some((GOING_AWAY, "stopping")))
                }
                _ = ticks.tick() => self.ask(socket, heard, &mut noted_ms).await,
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
        match serde_json::from_str(&text) {
            Ok::<FromDesk, _>(message) => {
                match timeout(UNREAD, self.link.say.send(message)).await {
                    Ok(Ok(())) => Continue(()),
                    Ok(Err(_)) | Err(_) => Break(Some((DETACHED, "detached"))),
                }
            }
            Err(_) => Break(Some((NOT_UNDERSTOOD, "not_understood"))),
        }
    }

    /// What the centre tells. Of views that wait together the newest alone is sent.
    async fn tell(&mut self, socket: &mut WebSocket, told: Option<ToDesk>) -> ControlFlow<End> {
        let Some(first) = told else {
            return Break(Some((DETACHED, "detached")));
        };
        let mut waiting = vec![first];
        while let Ok(next) = self.link.events.try_recv() {
            waiting.push(next);
        }
        let newest = waiting.iter().rposition(|told| matches!(told, ToDesk::View { .. }));
        for (at, told) in waiting.iter().enumerate() {
            let is_old_view = matches!(told, ToDesk::View { .. }) && Some(at) != newest;
            if !is_old_view && !send(socket, told).await {
                return Break(None);
            }
        }
        Continue(())
    }

    async fn session_ended(
        &self,
        socket: &mut WebSocket,
        ended: Result<EndedSession, broadcast::error::RecvError>,
    ) -> ControlFlow<End> {
        let is_over = match ended {
            Ok(ended) => ended.session == self.session,
            Err(broadcast::error::RecvError::Lagged(_)) => !self.is_live().await,
            Err(broadcast::error::RecvError::Closed) => true,
        };
        if is_over { self.sign_out(socket).await } else { Continue(()) }
    }

    /// Asks whether the page is there and its session lives.
    async fn ask(
        &self,
        socket: &mut WebSocket,
        heard: Instant,
        noted_ms: &mut i64,
    ) -> ControlFlow<End> {
        if heard.elapsed() > SILENCE {
            return Break(Some((SILENT, "silent")));
        }
        if !self.is_live().await {
            return self.sign_out(socket).await;
        }
        let now_ms = self.app.now();
        if now_ms - *noted_ms >= NOTE_EVERY_MS {
            *noted_ms = now_ms;
            let session = self.session;
            let noted = self.app.blocking(move |accounts| accounts.touch(now_ms, session)).await;
            if let Err(problem) = noted {
                tracing::warn!("a session's use could not be noted: {}", problem.detail());
            }
        }
        match timeout(UNREAD, socket.send(Message::Ping(Default::default()))).await {
            Ok(Ok(())) => Continue(()),
            Ok(Err(_)) | Err(_) => Break(None),
        }
    }

    /// Whether the session lives. Where that cannot be read, the page stays: a call may go on.
    async fn is_live(&self) -> bool {
        let (now_ms, session) = (self.app.now(), self.session);
        let live = self.app.blocking(move |accounts| accounts.is_live(now_ms, session)).await;
        live.unwrap_or(true)
    }

    async fn sign_out(&self, socket: &mut WebSocket) -> ControlFlow<End> {
        say_gone(socket, Gone::SessionEnded).await;
        Break(Some((SIGNED_OUT, "signed_out")))
    }
}

async fn say_gone(socket: &mut WebSocket, why: Gone) {
    send(socket, &ToDesk::SignedOut { why }).await;
}

/// Sends a message; false when the page is gone or does not read.
async fn send(socket: &mut WebSocket, message: &ToDesk) -> bool {
    let text = match serde_json::to_string(message) {
        Ok(text) => text,
        Err(error) => {
            tracing::error!("a message to a page could not be written: {error}");
            return false;
        }
    };
    matches!(timeout(UNREAD, socket.send(Message::Text(text.into()))).await, Ok(Ok(())))
}

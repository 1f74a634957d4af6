//! One page's connection.

use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::WebSocket;
use tokio::sync::broadcast;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use trunkline_accounts::{EndedSession, SessionId};
use trunkline_desk::{Gone, ToDesk};

use super::pages::Place;
use crate::app::App;
use crate::centre::PageLink;
use crate::rate::Buckets;
use crate::routes::socket::{
    self, ASK_EVERY, DETACHED, End, MESSAGES, SIGNED_OUT, STOPPING, TOO_MANY,
};
use crate::serve::stopped;

/// How long a page has to answer that it has heard the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// An open page counts as use of its session, which is noted so often.
const NOTE_EVERY_MS: i64 = 5 * 60_000;

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
        if let Some(end) = self.talk(&mut socket).await {
            socket::close(&mut socket, end).await;
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
                        Ok(()) => socket::hear(message, &self.link.say).await,
                        Err(_) => Break(TOO_MANY),
                    }
                }
                told = self.link.events.recv() => self.tell(socket, told).await,
                ended = self.ended.recv() => {
                    match socket::is_over(&self.app, self.session, ended).await {
                        true => sign_out(socket).await,
                        false => Continue(()),
                    }
                }
                () = stopped(&mut self.place.stops) => {
                    say_gone(socket, Gone::Stopping).await;
                    Break(STOPPING)
                }
                _ = ticks.tick() => self.ask(socket, heard, &mut noted_ms).await,
            };
            if let Break(end) = step {
                return end;
            }
        }
    }

    /// What the centre tells. Of views that wait together the newest alone is sent.
    async fn tell(&mut self, socket: &mut WebSocket, told: Option<ToDesk>) -> ControlFlow<End> {
        let Some(first) = told else { return Break(DETACHED) };
        let mut waiting = vec![first];
        while let Ok(next) = self.link.events.try_recv() {
            waiting.push(next);
        }
        let newest = waiting.iter().rposition(|told| matches!(told, ToDesk::View { .. }));
        for (at, told) in waiting.iter().enumerate() {
            let is_old_view = matches!(told, ToDesk::View { .. }) && Some(at) != newest;
            if !is_old_view && !socket::send(socket, told).await {
                return Break(None);
            }
        }
        Continue(())
    }

    /// Asks whether the page is there and its session lives.
    async fn ask(
        &self,
        socket: &mut WebSocket,
        heard: Instant,
        noted_ms: &mut i64,
    ) -> ControlFlow<End> {
        if !socket::is_live(&self.app, self.session).await {
            return sign_out(socket).await;
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
        socket::ask(socket, heard).await
    }
}

async fn sign_out(socket: &mut WebSocket) -> ControlFlow<End> {
    say_gone(socket, Gone::SessionEnded).await;
    Break(SIGNED_OUT)
}

async fn say_gone(socket: &mut WebSocket, why: Gone) {
    socket::send(socket, &ToDesk::SignedOut { why }).await;
}

//! The connection of one caller's phone.

use std::ops::ControlFlow::{Break, Continue};
use std::sync::Arc;

use axum::extract::ws::WebSocket;
use tokio::sync::broadcast;
use tokio::time::{Instant, MissedTickBehavior, interval};
use trunkline_accounts::{EndedSession, SessionId};

use crate::app::App;
use crate::centre::PhoneLink;
use crate::rate::Buckets;
use crate::routes::live::Place;
use crate::routes::socket::{
    self, ASK_EVERY, DETACHED, End, MESSAGES, SIGNED_OUT, STOPPING, TOO_MANY,
};
use crate::serve::stopped;

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
        if let Some(end) = self.talk(&mut socket).await {
            socket::close(&mut socket, end).await;
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
                        Ok(()) => socket::hear(message, &self.link.say).await,
                        Err(_) => Break(TOO_MANY),
                    }
                }
                told = self.link.events.recv() => match told {
                    Some(told) if socket::send(socket, &told).await => Continue(()),
                    Some(_) => Break(None),
                    None => Break(DETACHED),
                },
                ended = self.ended.recv() => {
                    match socket::is_over(&self.app, self.session, ended).await {
                        true => Break(SIGNED_OUT),
                        false => Continue(()),
                    }
                }
                () = stopped(&mut self.place.stops) => Break(STOPPING),
                _ = ticks.tick() => match socket::is_live(&self.app, self.session).await {
                    true => socket::ask(socket, heard).await,
                    false => Break(SIGNED_OUT),
                },
            };
            if let Break(end) = step {
                return end;
            }
        }
    }
}

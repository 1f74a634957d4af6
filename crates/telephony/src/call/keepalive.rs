//! Asking now and then whether the other side is still there.
//!
//! A session timer (RFC 4028) tells when a peer has gone without a BYE. With a peer that knows no
//! timers nothing would, until the call's longest duration: it is asked with OPTIONS inside the
//! dialog, which changes nothing (RFC 3261, section 11.2). Any answer is a sign of life but 481,
//! which says that the dialog is gone, and 408, which says that nobody answers (section 12.2.1.2).

use super::{Call, Cause, Effect, Phase, Timer};
use crate::message::{Method, Response};
use crate::sdp;

impl Call {
    /// Begins to ask, or stops where a session timer does the same.
    pub(super) fn keep_alive(&mut self, now_ms: u64, has_session_timer: bool) {
        match self.config.keepalive_ms.filter(|_| !has_session_timer) {
            Some(every_ms) => self.timers.set(Timer::KeepAlive, now_ms.saturating_add(every_ms)),
            None => self.timers.clear(Timer::KeepAlive),
        }
    }

    /// The time to ask has come.
    pub(super) fn ask_for_life(&mut self, now_ms: u64) {
        let is_talking = matches!(self.phase, Phase::Talking) && !self.has_ended;
        if !is_talking || self.ack_wait.is_some() || self.probe.is_some() {
            return self.keep_alive(now_ms, false);
        }
        let tx = self.new_tx();
        let mut options = self.dialog.request(tx, Method::Options, &self.config.contact);
        options.headers.push("Accept", sdp::CONTENT_TYPE);
        self.probe = Some(tx);
        self.out.push_back(Effect::Request(options));
    }

    /// Takes the response to such a question. False when it is to another request.
    pub(super) fn on_life(&mut self, now_ms: u64, response: &Response) -> bool {
        if self.probe != Some(response.tx) {
            return false;
        }
        if response.status < 200 {
            return true;
        }
        self.probe = None;
        if !matches!(self.phase, Phase::Talking) || self.has_ended {
            return true;
        }
        match response.status {
            481 => self.leave(Cause::Lost { status: 481 }),
            408 => {
                self.end(Cause::Lost { status: 408 });
                self.say_bye();
            }
            _ => self.keep_alive(now_ms, self.has_session_timer()),
        }
        true
    }
}

//! Requests of the other side inside the dialog.

use super::incoming::{EXTENSIONS, strange_body, unsupported, warning};
use super::session_timer::too_small;
use super::{AckWait, Asked, Call, Cause, Effect, Event, Phase, keys};
use crate::message::{ALLOW, Headers, Method, Request};
use crate::offer_answer::Refusal;
use crate::sdp::{self, Sdp};

/// The longest wait that a 500 asks for, in seconds (RFC 3261, section 14.2).
const MAX_RETRY_AFTER_S: u64 = 10;

impl Call {
    pub(super) fn on_request(&mut self, now_ms: u64, request: Request) {
        match request.method {
            Method::Ack => return self.on_ack(&request),
            Method::Cancel => return self.on_cancel(&request),
            Method::Bye
            | Method::Invite
            | Method::Update
            | Method::Info
            | Method::Options
            | Method::Prack
            | Method::Message
            | Method::Notify
            | Method::Publish
            | Method::Refer
            | Method::Register
            | Method::Subscribe => {}
        }
        if matches!(self.phase, Phase::Gone) || (self.has_ended && request.method != Method::Bye) {
            return self.respond(request.tx, 481, Headers::default(), Vec::new());
        }
        // RFC 3261, section 12.2.2: an older number is out of order.
        if self.dialog.remote_cseq.is_some_and(|last| request.cseq <= last) {
            return self.respond(request.tx, 500, Headers::default(), Vec::new());
        }
        self.dialog.remote_cseq = Some(request.cseq);
        if let Some((status, headers)) = unsupported(&request, EXTENSIONS) {
            return self.respond(request.tx, status, headers, Vec::new());
        }
        self.grant(now_ms, &request);
    }

    fn grant(&mut self, now_ms: u64, request: &Request) {
        let tx = request.tx;
        match request.method {
            Method::Bye => self.on_bye(request),
            Method::Invite => self.on_reinvite(now_ms, request),
            Method::Update => self.on_update(now_ms, request),
            Method::Info => self.on_info(request),
            Method::Options => {
                let headers = Headers::default().with("Allow", ALLOW);
                self.respond(tx, 200, headers.with("Accept", sdp::CONTENT_TYPE), Vec::new());
            }
            Method::Prack => self.on_prack(now_ms, request),
            Method::Ack
            | Method::Cancel
            | Method::Message
            | Method::Notify
            | Method::Publish
            | Method::Refer
            | Method::Register
            | Method::Subscribe => {
                self.respond(tx, 405, Headers::default().with("Allow", ALLOW), Vec::new());
            }
        }
    }

    fn on_bye(&mut self, bye: &Request) {
        self.respond(bye.tx, 200, Headers::default(), Vec::new());
        self.forget_reliable();
        // RFC 3261, section 15.1.2: an INVITE that is still open is answered with 487.
        if let Some(invite) = self.open_invite() {
            self.respond(invite, 487, Headers::default(), Vec::new());
        }
        if let Phase::Calling(calling) = &self.phase {
            let tx = calling.tx();
            self.out.push_back(Effect::Abandon(tx));
        }
        match self.asked.take() {
            // Both hung up at once: the answer to the own BYE does not matter any more.
            Some(Asked::Bye { tx, .. } | Asked::Reinvite { tx, .. } | Asked::Update { tx, .. }) => {
                self.out.push_back(Effect::Abandon(tx));
            }
            None => {}
        }
        self.leave(Cause::HungUpThere);
    }

    fn on_reinvite(&mut self, now_ms: u64, invite: &Request) {
        if let Some((status, headers)) = self.out_of_turn() {
            return self.respond(invite.tx, status, headers, Vec::new());
        }
        if let Some((status, headers)) = strange_body(invite).or_else(|| too_small(invite)) {
            return self.respond(invite.tx, status, headers, Vec::new());
        }
        let has_offer = !invite.has_sdp();
        match self.describe(invite) {
            Ok(description) => {
                self.dialog.refresh_target(invite.contact());
                let timer = self.agree_timer(now_ms, invite);
                self.accept(invite, &description, timer);
                let (cseq, is_first) = (invite.cseq, false);
                self.wait_for_ack(now_ms, AckWait { cseq, has_offer, is_first });
                self.announce_agreed();
            }
            Err(refusal) => self.respond(invite.tx, 488, warning(&refusal), Vec::new()),
        }
    }

    fn on_update(&mut self, now_ms: u64, update: &Request) {
        if let Some((status, headers)) = strange_body(update).or_else(|| too_small(update)) {
            return self.respond(update.tx, status, headers, Vec::new());
        }
        if !update.has_sdp() {
            self.dialog.refresh_target(update.contact());
            let mut headers = self.dialog_headers();
            let timer = self.agree_timer(now_ms, update);
            timer.iter().for_each(|(name, value)| headers.push(name, value));
            return self.respond(update.tx, 200, headers, Vec::new());
        }
        if let Some((status, headers)) = self.out_of_turn() {
            return self.respond(update.tx, status, headers, Vec::new());
        }
        match self.describe(update) {
            Ok(description) => {
                self.dialog.refresh_target(update.contact());
                let timer = self.agree_timer(now_ms, update);
                self.accept(update, &description, timer);
                self.announce_agreed();
            }
            Err(refusal) => self.respond(update.tx, 488, warning(&refusal), Vec::new()),
        }
    }

    fn on_info(&mut self, info: &Request) {
        let ok = |call: &mut Self| call.respond(info.tx, 200, Headers::default(), Vec::new());
        if info.body.is_empty() {
            return ok(self);
        }
        match keys::parse(info.content_type().unwrap_or_default(), &info.body) {
            None => {
                let headers = Headers::default().with("Accept", keys::CONTENT_TYPES);
                self.respond(info.tx, 415, headers, Vec::new());
            }
            Some(None) => self.respond(info.tx, 400, Headers::default(), Vec::new()),
            Some(Some((key, duration_ms))) => {
                ok(self);
                self.out.push_back(Effect::Event(Event::KeyPressed { key, duration_ms }));
            }
        }
    }

    /// The status for a description that comes while another one is open (RFC 6337, section 2).
    fn out_of_turn(&mut self) -> Option<(u16, Headers)> {
        let is_asking = matches!(self.asked, Some(Asked::Reinvite { .. }));
        let is_calling = matches!(self.phase, Phase::Calling(_));
        if self.session.has_open_offer() || is_asking || is_calling {
            return Some((491, Headers::default()));
        }
        // The INVITE's own offer waits for its answer.
        if self.open_invite().is_some() && !self.reliable.has_answered {
            let wait_s = self.random() % (MAX_RETRY_AFTER_S + 1);
            return Some((500, Headers::default().with("Retry-After", wait_s.to_string())));
        }
        None
    }

    /// The answer to the request's offer, or an offer when it has none.
    pub(super) fn describe(&mut self, request: &Request) -> Result<Sdp, Refusal> {
        if !request.has_sdp() {
            return self.session.offer();
        }
        let offer = Sdp::parse(&request.body)?;
        self.session.answer(&offer)
    }

    pub(super) fn accept(&mut self, request: &Request, description: &Sdp, more: Headers) {
        let mut headers = self.dialog_headers().with("Content-Type", sdp::CONTENT_TYPE);
        more.iter().for_each(|(name, value)| headers.push(name, value));
        let body = description.to_string().into_bytes();
        self.respond(request.tx, 200, headers.with("Allow", ALLOW), body);
    }
}

//! A call that comes in: from its INVITE to the ACK of the answer.

use super::reliable::{Reliable, Waiting};
use super::{AckWait, Call, Cause, Config, Dialog, Effect, Event, Phase, Timer, session_timer};
use crate::message::{ALLOW, Headers, OutResponse, Request, SUPPORTED, ServerTx};
use crate::offer_answer::Refusal;
use crate::sdp::{self, Sdp};

/// A provisional response is repeated after this time, so that no proxy gives the call up.
const PROVISIONAL_EVERY_MS: u64 = 60_000;

impl Call {
    /// A call from the INVITE that begins it. When it cannot be taken, it is refused and over.
    pub fn incoming(now_ms: u64, invite: Request, config: Config) -> Self {
        let dialog = Dialog::of_invite(&invite, &config.tag, config.first_cseq);
        let ring_limit_ms = config.ring_limit_ms;
        let tx = invite.tx;
        let refusal = unsupported(&invite, EXTENSIONS)
            .or_else(|| strange_body(&invite))
            .or_else(|| session_timer::too_small(&invite));
        let reliable = Reliable::of_invite(&invite, config.seed);
        let offer = Sdp::parse(&invite.body).map_err(Refusal::from);
        let has_offer = invite.has_sdp();
        let phase = Phase::Ringing { invite: Box::new(invite), offer: None };
        let mut call = Self::new(config, phase, dialog);
        call.reliable = reliable;
        if let Some((status, headers)) = refusal {
            call.refuse(tx, status, headers, Cause::RejectedHere { status });
            return call;
        }
        call.timers.set(Timer::RingLimit, now_ms.saturating_add(ring_limit_ms));
        if has_offer {
            // Whether the offer fits is found out now, before anything is done for the call.
            match offer.and_then(|offer| call.session.clone().answer(&offer).map(|_| offer)) {
                Ok(sdp) => call.keep_offer(sdp),
                Err(refusal) => call.refuse_offer(tx, &refusal),
            }
        }
        call
    }

    fn keep_offer(&mut self, sdp: Sdp) {
        if let Phase::Ringing { offer, .. } = &mut self.phase {
            *offer = Some(sdp);
        }
    }

    fn refuse_offer(&mut self, tx: ServerTx, refusal: &Refusal) {
        let cause = Cause::NoMedia { reason: refusal.to_string() };
        self.refuse(tx, 488, warning(refusal), cause);
    }

    pub(super) fn refuse(&mut self, tx: ServerTx, status: u16, headers: Headers, cause: Cause) {
        self.forget_reliable();
        self.respond(tx, status, headers, Vec::new());
        self.leave(cause);
    }

    pub(super) fn ring(&mut self, now_ms: u64) {
        let Some(tx) = self.open_invite() else { return };
        if self.reliable.is_wanted {
            self.respond_reliably(now_ms, 180, Vec::new(), None);
        } else {
            let headers = self.dialog_headers();
            self.respond(tx, 180, headers, Vec::new());
        }
        self.timers.set(Timer::Provisional, now_ms.saturating_add(PROVISIONAL_EVERY_MS));
    }

    pub(super) fn progress(&mut self, now_ms: u64) {
        let Phase::Ringing { invite, offer } = &self.phase else { return };
        let Some(offer) = offer.clone() else { return self.ring(now_ms) };
        let tx = invite.tx;
        if self.reliable.is_wanted {
            return self.progress_reliably(now_ms, &offer);
        }
        // The same answer is given again with the 200, as RFC 6337 advises.
        if let Ok(answer) = self.session.answer(&offer) {
            let headers = self.dialog_headers().with("Content-Type", sdp::CONTENT_TYPE);
            self.respond(tx, 183, headers, answer.to_string().into_bytes());
            self.timers.set(Timer::Provisional, now_ms.saturating_add(PROVISIONAL_EVERY_MS));
            self.announce_agreed();
        }
    }

    fn progress_reliably(&mut self, now_ms: u64, offer: &Sdp) {
        self.timers.set(Timer::Provisional, now_ms.saturating_add(PROVISIONAL_EVERY_MS));
        let waiting = Some(Waiting::Progress);
        if self.reliable.has_answered {
            self.respond_reliably(now_ms, 183, Vec::new(), None);
        } else if let Ok(answer) = self.session.clone().answer(offer)
            && self.respond_reliably(now_ms, 183, answer.to_string().into_bytes(), waiting)
        {
            // It fits, as the copy has shown.
            let _ = self.session.answer(offer);
            self.announce_agreed();
        }
    }

    pub(super) fn repeat_provisional(&mut self, now_ms: u64) {
        match self.announced {
            Some(_) => self.progress(now_ms),
            None => self.ring(now_ms),
        }
    }

    pub(super) fn answer(&mut self, now_ms: u64, more: Headers) {
        let Phase::Ringing { invite, offer } = &self.phase else { return };
        let (invite, offer) = (invite.clone(), offer.clone());
        let (tx, cseq) = (invite.tx, invite.cseq);
        if self.holds_answer(&more) {
            return;
        }
        let description = match (&offer, self.reliable.has_answered) {
            // The answer went out before, in a response that arrived (RFC 6337, section 2.2).
            (Some(_), true) => Ok(None),
            (Some(offer), false) => self.session.answer(offer).map(Some),
            (None, _) => self.session.offer().map(Some),
        };
        let description = match description {
            Ok(description) => description.map(|sdp| sdp.to_string().into_bytes()),
            Err(refusal) => return self.refuse_offer(tx, &refusal),
        };
        let mut headers = self.dialog_headers();
        if description.is_some() {
            headers.push("Content-Type", sdp::CONTENT_TYPE);
        }
        headers.push("Allow", ALLOW);
        headers.push("Supported", SUPPORTED);
        let timer = self.agree_timer(now_ms, &invite);
        timer.iter().chain(more.iter()).for_each(|(name, value)| headers.push(name, value));
        self.respond(tx, 200, headers, description.unwrap_or_default());
        self.timers.clear(Timer::Provisional);
        self.timers.clear(Timer::RingLimit);
        self.phase = Phase::Talking;
        self.wait_for_ack(now_ms, AckWait { cseq, has_offer: offer.is_none(), is_first: true });
        self.timers.set(Timer::Duration, now_ms.saturating_add(self.config.duration_limit_ms));
        if offer.is_some() {
            self.announce_agreed();
            self.out.push_back(Effect::Event(Event::Answered));
        }
    }

    pub(super) fn reject(&mut self, status: u16, headers: Headers) {
        let Some(tx) = self.open_invite() else { return };
        let status = if (300..700).contains(&status) { status } else { 500 };
        self.refuse(tx, status, headers, Cause::RejectedHere { status });
    }

    pub(super) fn on_cancel(&mut self, cancel: &Request) {
        // After a final response a CANCEL changes nothing (RFC 3261, section 9.2).
        if self.open_invite() == Some(cancel.tx) {
            self.refuse(cancel.tx, 487, Headers::default(), Cause::Cancelled);
        }
    }

    pub(super) fn wait_for_ack(&mut self, now_ms: u64, wait: AckWait) {
        self.ack_wait = Some(wait);
        self.timers.set(Timer::Ack, now_ms.saturating_add(self.config.patience_ms()));
    }

    pub(super) fn on_ack(&mut self, ack: &Request) {
        let Some(wait) = self.ack_wait.filter(|wait| wait.cseq == ack.cseq) else { return };
        self.ack_wait = None;
        self.timers.clear(Timer::Ack);
        if self.owes_bye {
            return self.say_bye();
        }
        if !wait.has_offer || !matches!(self.phase, Phase::Talking) {
            return;
        }
        let answer = Sdp::parse(&ack.body).map_err(Refusal::from);
        match answer.and_then(|answer| self.session.take_answer(&answer)) {
            Ok(()) => {
                self.announce_agreed();
                if wait.is_first {
                    self.out.push_back(Effect::Event(Event::Answered));
                }
            }
            Err(refusal) => {
                self.end(Cause::NoMedia { reason: refusal.to_string() });
                self.say_bye();
            }
        }
    }

    /// RFC 3261, section 13.3.1.4: after 64 T1 without an ACK the session is ended with a BYE.
    pub(super) fn on_ack_missing(&mut self) {
        self.ack_wait = None;
        self.end(Cause::AckMissing);
        self.say_bye();
    }

    /// `Contact` and the route that the INVITE recorded: they make the dialog at the other side.
    pub(super) fn dialog_headers(&self) -> Headers {
        let mut headers = Headers::default();
        if let Phase::Ringing { invite, .. } = &self.phase {
            for route in invite.headers.all("Record-Route") {
                headers.push("Record-Route", route);
            }
        }
        headers.with("Contact", format!("<{}>", self.config.contact))
    }

    pub(super) fn respond(&mut self, tx: ServerTx, status: u16, headers: Headers, body: Vec<u8>) {
        let to_tag = self.config.tag.clone();
        self.out.push_back(Effect::Respond(OutResponse { tx, status, to_tag, headers, body }));
    }
}

/// The extensions that an INVITE may demand.
pub(super) const EXTENSIONS: &[&str] = &["100rel", "timer"];

/// 420 for an extension that the request demands and that is not known.
pub(crate) fn unsupported(request: &Request, known: &[&str]) -> Option<(u16, Headers)> {
    let is_unknown = |tag: &&str| !known.iter().any(|known| tag.eq_ignore_ascii_case(known));
    let wanted: Vec<&str> = request.headers.list("Require").filter(is_unknown).collect();
    let headers = || Headers::default().with("Unsupported", wanted.join(", "));
    (!wanted.is_empty()).then(|| (420, headers()))
}

/// 415 for a body that is no session description.
pub(super) fn strange_body(request: &Request) -> Option<(u16, Headers)> {
    let is_strange = !request.body.is_empty() && !request.has_sdp();
    is_strange.then(|| (415, Headers::default().with("Accept", sdp::CONTENT_TYPE)))
}

/// Says why an offer was not taken.
pub(super) fn warning(refusal: &Refusal) -> Headers {
    Headers::default().with("Warning", format!("399 trunkline \"{refusal}\""))
}

//! Reliable provisional responses (RFC 3262), for callers that demand them.
//!
//! One response at a time is open until its PRACK comes; a 200 waits for the PRACK of a response
//! that carried the answer. A caller that demands them and made no offer gets no provisional
//! response but 100: the first reliable one would have to carry the offer.

use super::{Call, Cause, Phase, Timer};
use crate::message::{Headers, OutResponse, Request};
use crate::sdp;

/// The state of a call's reliable responses.
#[derive(Clone, Debug, Default)]
pub(super) struct Reliable {
    /// Whether the caller demands them.
    pub(super) is_wanted: bool,
    last_rseq: u32,
    open: Option<Open>,
    /// The answer went out in a response whose PRACK has come.
    pub(super) has_answered: bool,
    /// What waits for the open response's PRACK.
    waiting: Option<Waiting>,
}

#[derive(Clone, Debug)]
pub(super) enum Waiting {
    /// Early media.
    Progress,
    /// The answer, with its headers.
    Answer(Headers),
}

#[derive(Clone, Debug)]
struct Open {
    response: OutResponse,
    cseq: u32,
    interval_ms: u64,
    gives_up_at_ms: u64,
}

impl Reliable {
    /// For an INVITE; `seed` makes the first number.
    pub(super) fn of_invite(invite: &Request, seed: u64) -> Self {
        let is_wanted =
            invite.headers.list("Require").any(|tag| tag.eq_ignore_ascii_case("100rel"));
        // The first number is chosen at random below 2^31 (RFC 3262, section 3).
        let last_rseq = u32::try_from(seed >> 34).unwrap_or(1);
        Self { is_wanted, last_rseq, ..Self::default() }
    }
}

impl Call {
    /// Sends a provisional response so that it arrives. False when another one is still open: then
    /// `waiting` comes after it.
    pub(super) fn respond_reliably(
        &mut self,
        now_ms: u64,
        status: u16,
        body: Vec<u8>,
        waiting: Option<Waiting>,
    ) -> bool {
        if self.reliable.open.is_some() {
            self.reliable.waiting = self.reliable.waiting.take().or(waiting);
            return false;
        }
        let Phase::Ringing { invite, offer } = &self.phase else { return false };
        if offer.is_none() {
            return false;
        }
        let (tx, cseq) = (invite.tx, invite.cseq);
        self.reliable.last_rseq += 1;
        let mut headers = self.dialog_headers().with("Require", "100rel");
        headers.push("RSeq", self.reliable.last_rseq.to_string());
        if !body.is_empty() {
            headers.push("Content-Type", sdp::CONTENT_TYPE);
        }
        self.respond(tx, status, headers.clone(), body.clone());
        let to_tag = self.config.tag.clone();
        let interval_ms = self.config.t1_ms;
        self.reliable.open = Some(Open {
            response: OutResponse { tx, status, to_tag, headers, body },
            cseq,
            interval_ms,
            gives_up_at_ms: now_ms.saturating_add(self.config.patience_ms()),
        });
        self.timers.set(Timer::Reliable, now_ms.saturating_add(interval_ms));
        true
    }

    /// Whether an answer has to wait for a PRACK (RFC 3262, section 3). Then it is kept.
    pub(super) fn holds_answer(&mut self, headers: &Headers) -> bool {
        let is_held =
            self.reliable.open.as_ref().is_some_and(|open| !open.response.body.is_empty());
        if is_held {
            self.reliable.waiting = Some(Waiting::Answer(headers.clone()));
        } else {
            self.forget_reliable();
        }
        is_held
    }

    /// Nothing is sent again any more: the INVITE has its final response.
    pub(super) fn forget_reliable(&mut self) {
        self.reliable.open = None;
        self.reliable.waiting = None;
        self.timers.clear(Timer::Reliable);
    }

    /// Sends the open response again, or gives the caller up.
    pub(super) fn repeat_reliable(&mut self, now_ms: u64) {
        let Some(open) = &mut self.reliable.open else { return };
        if now_ms >= open.gives_up_at_ms {
            self.forget_reliable();
            if let Some(tx) = self.open_invite() {
                let cause = Cause::RejectedHere { status: 504 };
                self.refuse(tx, 504, Headers::default(), cause);
            }
            return;
        }
        open.interval_ms = open.interval_ms.saturating_mul(2);
        let at_ms = now_ms.saturating_add(open.interval_ms).min(open.gives_up_at_ms);
        let response = open.response.clone();
        self.timers.set(Timer::Reliable, at_ms);
        self.out.push_back(super::Effect::Respond(response));
    }

    pub(super) fn on_prack(&mut self, now_ms: u64, prack: &Request) {
        let named = prack.headers.get("RAck").and_then(rack);
        let open = self.reliable.open.as_ref();
        let is_open = open.is_some_and(|open| named == Some((self.reliable.last_rseq, open.cseq)));
        if !is_open {
            return self.respond(prack.tx, 481, Headers::default(), Vec::new());
        }
        let had_answer = open.is_some_and(|open| !open.response.body.is_empty());
        self.reliable.has_answered |= had_answer;
        self.reliable.open = None;
        self.timers.clear(Timer::Reliable);
        self.grant_prack(prack);
        match self.reliable.waiting.take() {
            Some(Waiting::Progress) => self.progress(now_ms),
            Some(Waiting::Answer(headers)) => self.answer(now_ms, headers),
            None => {}
        }
    }

    /// A PRACK may carry an offer of its own once the INVITE's has been answered.
    fn grant_prack(&mut self, prack: &Request) {
        if !prack.has_sdp() {
            return self.respond(prack.tx, 200, Headers::default(), Vec::new());
        }
        if !self.reliable.has_answered {
            return self.respond(prack.tx, 488, Headers::default(), Vec::new());
        }
        match self.describe(prack) {
            Ok(description) => {
                self.accept(prack, &description, Headers::default());
                self.announce_agreed();
            }
            Err(refusal) => {
                self.respond(prack.tx, 488, super::incoming::warning(&refusal), Vec::new());
            }
        }
    }
}

/// `776656 1 INVITE`: the numbers of the response and of its INVITE.
fn rack(value: &str) -> Option<(u32, u32)> {
    let mut words = value.split_ascii_whitespace();
    let numbers = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    (words.next() == Some("INVITE")).then_some(numbers)
}

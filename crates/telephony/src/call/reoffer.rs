//! Changes and the end that this side asks for: hold, resume, a new address, BYE.

use std::net::SocketAddr;

use super::{Asked, Call, Cause, Effect, Event, Phase, Timer};
use crate::message::{ALLOW, ClientTx, Headers, Method, OutRequest, Response};
use crate::offer_answer::Refusal;
use crate::sdp::{self, Direction, Sdp};

/// What the application wants to be different.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) hold: Option<bool>,
    pub(super) address: Option<SocketAddr>,
    /// Ask even when nothing changes (RFC 4028).
    pub(super) is_refresh: bool,
}

impl Call {
    pub(super) fn want_hold(&mut self, hold: bool) {
        self.want(Wish { hold: Some(hold), ..Wish::default() });
    }

    pub(super) fn want_address(&mut self, address: SocketAddr) {
        self.want(Wish { address: Some(address), ..Wish::default() });
    }

    pub(super) fn want_refresh(&mut self) {
        self.want(Wish { is_refresh: true, ..Wish::default() });
    }

    /// Notes a wish over what was wished before; [`Self::settle`] sends it when it may.
    fn want(&mut self, wish: Wish) {
        if self.has_ended {
            return;
        }
        let before = self.wish.unwrap_or_default();
        let (hold, address) = (wish.hold.or(before.hold), wish.address.or(before.address));
        let is_refresh = wish.is_refresh || before.is_refresh;
        self.wish = Some(Wish { hold, address, is_refresh });
    }

    /// Sends what is wanted, unless another exchange is open or a wait is on.
    pub(super) fn settle(&mut self) {
        let is_free = matches!(self.phase, Phase::Talking)
            && !self.has_ended
            && self.asked.is_none()
            && self.ack_wait.is_none()
            && !self.timers.is_set(Timer::Glare)
            && !self.session.has_open_offer();
        if is_free && let Some(wish) = self.wish.take() {
            self.reoffer(wish);
        }
    }

    fn reoffer(&mut self, wish: Wish) {
        let hold = wish.hold.unwrap_or(!self.session.wish().receives());
        let direction = Direction::new(true, !hold);
        let address = wish.address.unwrap_or(self.session.address());
        let is_same = (direction, address) == (self.session.wish(), self.session.address());
        if is_same && !wish.is_refresh {
            return;
        }
        self.refreshing.is_under_way = is_same;
        self.session.set_wish(direction);
        self.session.set_address(address);
        let Ok(offer) = self.session.offer() else { return };
        let tx = self.new_tx();
        let mut invite = self.dialog.request(tx, Method::Invite, &self.config.contact);
        invite.headers.push("Allow", ALLOW);
        self.ask_timer(&mut invite.headers);
        invite.headers.push("Content-Type", sdp::CONTENT_TYPE);
        invite.body = offer.to_string().into_bytes();
        self.send_reinvite(invite, false);
    }

    fn send_reinvite(&mut self, invite: OutRequest, has_credentials: bool) {
        self.asked = Some(Asked::Reinvite { tx: invite.tx, has_credentials });
        self.out.push_back(Effect::Request(invite));
    }

    pub(super) fn on_reinvite_response(
        &mut self,
        now_ms: u64,
        response: &Response,
        has_credentials: bool,
    ) {
        match response.status {
            0..200 => return,
            200..300 => {
                self.asked = None;
                return self.on_reinvite_success(now_ms, response);
            }
            300.. => self.asked = None,
        }
        let is_challenge = matches!(response.status, 401 | 407) && !has_credentials;
        if is_challenge && let Some(invite) = self.reinvite_again(response) {
            return self.send_reinvite(invite, true);
        }
        let wish = Wish {
            hold: Some(!self.session.wish().receives()),
            address: Some(self.session.address()),
            is_refresh: self.refreshing.is_under_way,
        };
        self.session.withdraw();
        match response.status {
            // The dialog is gone there (RFC 3261, section 12.2.1.2).
            481 => self.leave(Cause::Lost { status: 481 }),
            408 => {
                self.end(Cause::Lost { status: 408 });
                self.say_bye();
            }
            491 => {
                self.wish.get_or_insert(wish);
                let wait_ms = self.glare_wait_ms();
                self.timers.set(Timer::Glare, now_ms.saturating_add(wait_ms));
            }
            422 if self.takes_longer(response) => {
                self.wish.get_or_insert(wish);
            }
            _ if self.refreshing.is_under_way => self.refresh_later(now_ms),
            status => self.out.push_back(Effect::Event(Event::ChangeRefused { status })),
        }
    }

    /// The re-INVITE once more, with credentials. The open offer goes with it as it is.
    fn reinvite_again(&mut self, response: &Response) -> Option<OutRequest> {
        let offer = self.session.open_offer()?.to_string();
        let mut invite = self.dialog.request(ClientTx(0), Method::Invite, &self.config.contact);
        // `with_credentials` takes the next number.
        self.dialog.local_cseq -= 1;
        invite.headers.push("Allow", ALLOW);
        self.ask_timer(&mut invite.headers);
        invite.headers.push("Content-Type", sdp::CONTENT_TYPE);
        invite.body = offer.into_bytes();
        self.with_credentials(invite, response)
    }

    fn on_reinvite_success(&mut self, now_ms: u64, response: &Response) {
        self.dialog.refresh_target(response.contact());
        self.learn_timer(now_ms, response);
        let answer = Sdp::parse(&response.body).map_err(Refusal::from);
        match answer.and_then(|answer| self.session.take_answer(&answer)) {
            Ok(()) => self.announce_agreed(),
            Err(refusal) => {
                self.end(Cause::NoMedia { reason: refusal.to_string() });
                self.say_bye();
            }
        }
    }

    /// RFC 3261, section 14.1: the owner of the Call-ID waits longer, so that only one is next.
    fn glare_wait_ms(&mut self) -> u64 {
        let random = self.random();
        match self.dialog.is_caller {
            true => 2_100 + random % 191 * 10,
            false => random % 201 * 10,
        }
    }

    pub(super) fn hang_up(&mut self, now_ms: u64, cause: Cause) {
        match &self.phase {
            Phase::Ringing { invite, .. } => {
                let tx = invite.tx;
                self.refuse(tx, 480, Headers::default(), cause);
            }
            Phase::Calling(_) => self.give_up(now_ms, cause),
            Phase::Talking if !self.has_ended => {
                self.end(cause);
                self.say_bye();
            }
            Phase::Talking | Phase::Leaving | Phase::Gone => {}
        }
    }

    /// Sends the BYE, or notes that it is owed: whoever was called must not send one before the
    /// ACK (RFC 3261, section 15).
    pub(super) fn say_bye(&mut self) {
        self.phase = Phase::Leaving;
        if self.ack_wait.is_some_and(|wait| wait.is_first) {
            self.owes_bye = true;
            return;
        }
        self.owes_bye = false;
        if let Some(Asked::Reinvite { tx, .. } | Asked::Update { tx, .. }) = self.asked.take() {
            self.out.push_back(Effect::Abandon(tx));
        }
        let tx = self.new_tx();
        let bye = self.dialog.request(tx, Method::Bye, &self.config.contact);
        self.asked = Some(Asked::Bye { tx, has_credentials: false });
        self.out.push_back(Effect::Request(bye));
    }

    pub(super) fn on_bye_response(&mut self, response: &Response, has_credentials: bool) {
        if response.status < 200 {
            return;
        }
        self.asked = None;
        let is_challenge = matches!(response.status, 401 | 407) && !has_credentials;
        let bye = self.dialog.request(ClientTx(0), Method::Bye, &self.config.contact);
        // `with_credentials` takes the next number.
        self.dialog.local_cseq -= 1;
        if is_challenge && let Some(bye) = self.with_credentials(bye, response) {
            self.asked = Some(Asked::Bye { tx: bye.tx, has_credentials: true });
            self.out.push_back(Effect::Request(bye));
            return;
        }
        self.leave(Cause::HungUpHere);
    }
}

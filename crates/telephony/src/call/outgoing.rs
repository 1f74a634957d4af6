//! A call that goes out: an agent's phone, or a number behind the trunk.

use super::stray::cancel_of;
use super::{Call, Cause, Config, Dialog, Effect, Event, Phase, Timer};
use crate::address::{NameAddr, Uri};
use crate::digest;
use crate::message::{ALLOW, ClientTx, Headers, Method, OutRequest, Response};
use crate::sdp::{self, Sdp};

/// The most redirections of a call that are followed.
const MAX_REDIRECTS: u8 = 3;

/// The most targets of one redirection that are tried.
const MAX_REDIRECT_TARGETS: usize = 5;

/// Whom an outgoing call is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The Request-URI.
    pub uri: String,
    /// The called party for `To`: a URI in brackets, with a name or without.
    pub to: String,
    /// The calling party for `From`, without a tag.
    pub from: String,
    /// The call's `Call-ID`, unique in the world.
    pub call_id: String,
    /// Headers to add to the INVITE.
    pub headers: Headers,
}

/// An INVITE that has no final response.
#[derive(Clone, Debug)]
pub(super) struct Calling {
    invite: Box<OutRequest>,
    early_answer: Option<Sdp>,
    has_provisional: bool,
    has_credentials: bool,
    /// Why it is being given up, and whether a CANCEL has been sent.
    given_up: Option<(Cause, bool)>,
}

impl Calling {
    pub(super) fn tx(&self) -> ClientTx {
        self.invite.tx
    }
}

impl Call {
    /// Begins a call.
    pub fn outgoing(now_ms: u64, target: &Target, config: Config) -> Self {
        let dialog = Dialog {
            call_id: target.call_id.clone(),
            local: format!("{};tag={}", target.from, config.tag),
            remote: target.to.clone(),
            remote_tag: None,
            target: target.uri.clone(),
            routes: Vec::new(),
            local_cseq: config.first_cseq,
            remote_cseq: None,
            is_caller: true,
        };
        let ring_limit_ms = config.ring_limit_ms;
        let mut call = Self::new(config, Phase::Gone, dialog);
        let tx = call.new_tx();
        let mut invite = call.dialog.request(tx, Method::Invite, &call.config.contact);
        target.headers.iter().for_each(|(name, value)| invite.headers.push(name, value));
        invite.headers.push("Allow", ALLOW);
        call.ask_timer(&mut invite.headers);
        invite.headers.push("Content-Type", sdp::CONTENT_TYPE);
        // A fresh session has no open offer, so that this cannot fail.
        if let Ok(offer) = call.session.offer() {
            invite.body = offer.to_string().into_bytes();
        }
        call.timers.set(Timer::RingLimit, now_ms.saturating_add(ring_limit_ms));
        call.send_invite(now_ms, invite, false);
        call
    }

    fn send_invite(&mut self, now_ms: u64, invite: OutRequest, has_credentials: bool) {
        self.timers.clear(Timer::Target);
        if !self.config.alternatives.is_empty() {
            let patience_ms = self.config.target_patience_ms;
            self.timers.set(Timer::Target, now_ms.saturating_add(patience_ms));
        }
        self.first_invite = Some(invite.tx);
        self.phase = Phase::Calling(Calling {
            invite: Box::new(invite.clone()),
            early_answer: None,
            has_provisional: false,
            has_credentials,
            given_up: None,
        });
        self.out.push_back(Effect::Request(invite));
    }

    pub(super) fn on_invite_response(&mut self, now_ms: u64, response: &Response) {
        let status = response.status;
        match &self.phase {
            Phase::Calling(calling) if calling.tx() == response.tx => match status {
                0..200 => self.on_provisional(now_ms, response),
                200..300 => self.on_success(now_ms, response),
                _ => self.on_failure(now_ms, response),
            },
            // Another branch of a forked INVITE has answered too: it gets a BYE (section 13.2.2.4).
            Phase::Talking | Phase::Leaving | Phase::Gone if (200..300).contains(&status) => {
                self.drop_fork(response);
            }
            Phase::Ringing { .. }
            | Phase::Calling(_)
            | Phase::Talking
            | Phase::Leaving
            | Phase::Gone => {}
        }
    }

    fn on_provisional(&mut self, now_ms: u64, response: &Response) {
        let Phase::Calling(calling) = &mut self.phase else { return };
        calling.has_provisional = true;
        self.timers.clear(Timer::Target);
        if let Some((_, is_sent)) = &mut calling.given_up {
            if !std::mem::replace(is_sent, true) {
                self.send_cancel(now_ms);
            }
            return;
        }
        if response.status <= 100 {
            return;
        }
        if response.has_sdp() && calling.early_answer.is_none() {
            let Ok(answer) = Sdp::parse(&response.body) else { return };
            // Only a preview (RFC 3261, section 13.2.1): the offer stays open for the 2xx.
            let mut preview = self.session.clone();
            if preview.take_answer(&answer).is_ok() {
                calling.early_answer = Some(answer);
                if let Some(plan) = preview.plan().copied() {
                    self.announce(plan);
                }
            }
        }
        let status = response.status;
        self.out.push_back(Effect::Event(Event::Progressed { status }));
    }

    fn on_success(&mut self, now_ms: u64, response: &Response) {
        let Phase::Calling(calling) = &self.phase else { return };
        let given_up = calling.given_up.clone();
        let early = calling.early_answer.clone();
        self.dialog.learn(response);
        self.timers.clear(Timer::RingLimit);
        self.timers.clear(Timer::Cancel);
        self.timers.clear(Timer::Target);
        self.phase = Phase::Talking;
        if given_up.is_some() {
            return self.say_bye();
        }
        let answer = match (response.has_sdp(), early) {
            (false, Some(early)) => Ok(early),
            (true, _) | (false, None) => Sdp::parse(&response.body),
        };
        match answer.map_err(Into::into).and_then(|answer| self.session.take_answer(&answer)) {
            Ok(()) => {
                let limit_ms = self.config.duration_limit_ms;
                self.timers.set(Timer::Duration, now_ms.saturating_add(limit_ms));
                self.learn_timer(now_ms, response);
                self.announce_agreed();
                self.out.push_back(Effect::Event(Event::Answered));
            }
            Err(refusal) => {
                self.end(Cause::NoMedia { reason: refusal.to_string() });
                self.say_bye();
            }
        }
    }

    fn on_failure(&mut self, now_ms: u64, response: &Response) {
        let Phase::Calling(calling) = &self.phase else { return };
        let status = response.status;
        if let Some((cause, _)) = calling.given_up.clone() {
            return self.leave(cause);
        }
        if !calling.has_credentials {
            let invite = (*calling.invite).clone();
            if let Some(invite) = self.with_credentials(invite, response) {
                return self.send_invite(now_ms, invite, true);
            }
        }
        let next = match status {
            300..400 => self.redirected(response),
            422 if self.takes_longer(response) => Some(calling_uri(&self.phase)),
            408 | 500 | 502..=504 => self.next_target(),
            _ => None,
        };
        if let Some(uri) = next {
            return self.try_target(now_ms, uri);
        }
        self.leave(Cause::Refused { status });
    }

    fn next_target(&mut self) -> Option<String> {
        let targets = &mut self.config.alternatives;
        (!targets.is_empty()).then(|| targets.remove(0))
    }

    /// The first target of a redirection that may be followed; its others come next.
    fn redirected(&mut self, response: &Response) -> Option<String> {
        self.redirects += 1;
        if self.redirects > MAX_REDIRECTS {
            return None;
        }
        let contacts = response.headers.list("Contact").filter_map(NameAddr::parse);
        let hosts = &self.config.redirect_hosts;
        let is_allowed = |uri: &str| {
            let host = Uri::parse(uri).filter(|uri| uri.scheme.eq_ignore_ascii_case("sip"));
            host.is_some_and(|uri| hosts.iter().any(|host| host.eq_ignore_ascii_case(uri.host)))
        };
        let found: Vec<String> = contacts
            .map(|contact| contact.uri.to_owned())
            .filter(|uri| is_allowed(uri))
            .take(MAX_REDIRECT_TARGETS)
            .collect();
        self.config.alternatives.splice(0..0, found.iter().skip(1).cloned());
        found.into_iter().next()
    }

    /// The INVITE once more, to another target: a new request of the same call.
    fn try_target(&mut self, now_ms: u64, uri: String) {
        let Phase::Calling(calling) = &self.phase else { return };
        let mut invite = (*calling.invite).clone();
        invite.tx = self.new_tx();
        self.dialog.local_cseq += 1;
        invite.cseq = self.dialog.local_cseq;
        for name in
            ["Authorization", "Proxy-Authorization", "Supported", "Session-Expires", "Min-SE"]
        {
            invite.headers.remove(name);
        }
        self.ask_timer(&mut invite.headers);
        self.dialog.target.clone_from(&uri);
        invite.uri = uri;
        self.send_invite(now_ms, invite, false);
    }

    /// A target has not even said 100: the next one is tried, if there is one.
    pub(super) fn on_target_silent(&mut self, now_ms: u64) {
        let Phase::Calling(calling) = &self.phase else { return };
        if calling.given_up.is_some() || calling.has_provisional {
            return;
        }
        let invite = (*calling.invite).clone();
        if let Some(uri) = self.next_target() {
            self.try_target(now_ms, uri);
            self.leave_behind(now_ms, invite);
        }
    }

    /// The request again, with credentials and a new number, when the response asks for them.
    pub(super) fn with_credentials(
        &mut self,
        mut request: OutRequest,
        response: &Response,
    ) -> Option<OutRequest> {
        let nonce = self.random();
        let credentials = self.config.credentials.as_ref()?;
        let method = request.method.as_str();
        let cnonce = format!("{nonce:016x}");
        let (name, value) =
            digest::client::respond(response, credentials, method, &request.uri, &cnonce)?;
        request.tx = self.new_tx();
        self.dialog.local_cseq += 1;
        request.cseq = self.dialog.local_cseq;
        request.headers.push(name, value);
        Some(request)
    }

    /// Gives the INVITE up: CANCEL, as soon as a provisional response allows it (section 9.1).
    pub(super) fn give_up(&mut self, now_ms: u64, cause: Cause) {
        let Phase::Calling(calling) = &mut self.phase else { return };
        if calling.given_up.is_some() {
            return;
        }
        calling.given_up = Some((cause.clone(), calling.has_provisional));
        let is_allowed = calling.has_provisional;
        self.end(cause);
        if is_allowed {
            self.send_cancel(now_ms);
        }
    }

    fn send_cancel(&mut self, now_ms: u64) {
        let tx = self.new_tx();
        let Phase::Calling(calling) = &self.phase else { return };
        let cancel = cancel_of(&calling.invite, tx);
        self.out.push_back(Effect::Request(cancel));
        self.timers.set(Timer::Cancel, now_ms.saturating_add(self.config.patience_ms()));
    }

    /// No final response in 64 T1 after the CANCEL: the INVITE is taken as cancelled.
    pub(super) fn on_cancel_unanswered(&mut self) {
        if let Phase::Calling(calling) = &self.phase {
            let tx = calling.tx();
            self.out.push_back(Effect::Abandon(tx));
            self.leave(Cause::NotAnswered);
        }
    }

    pub(super) fn on_ring_limit(&mut self, now_ms: u64) {
        match self.open_invite() {
            Some(tx) => self.refuse(tx, 480, Headers::default(), Cause::NotAnswered),
            None => self.give_up(now_ms, Cause::NotAnswered),
        }
    }

    fn drop_fork(&mut self, response: &Response) {
        let tag = response.to_tag().map(str::to_owned);
        if self.first_invite != Some(response.tx) || tag == self.dialog.remote_tag {
            return;
        }
        self.end_elsewhere(response);
    }
}

fn calling_uri(phase: &Phase) -> String {
    match phase {
        Phase::Calling(calling) => calling.invite.uri.clone(),
        Phase::Ringing { .. } | Phase::Talking | Phase::Leaving | Phase::Gone => String::new(),
    }
}

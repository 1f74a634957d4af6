//! Session timers (RFC 4028): a call whose other side has gone without a word comes to its end.
//!
//! One side refreshes the session at half its time, with UPDATE where the other takes that, else
//! with a re-INVITE that changes nothing. The other side ends the call when no refresh comes.

use super::{Asked, Call, Cause, Effect, Phase, Timer};
use crate::message::{Headers, Method, OutRequest, Request, Response};

/// The shortest session that is accepted, in seconds (RFC 4028, section 5).
pub(super) const MIN_SESSION_S: u32 = 90;

/// The longest one, in seconds: whatever more a peer asks for is as good as no timer.
const MAX_SESSION_S: u32 = 86_400;

/// How long a refresh waits when something else is going on, in milliseconds.
const BUSY_WAIT_MS: u64 = 2_000;

/// How often one refresh is asked for again with a longer session.
const MAX_TOO_SMALL: u8 = 3;

/// What is known about refreshing a session.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Refreshing {
    /// The session's time in seconds and whether this side refreshes it; None without a timer.
    agreed: Option<(u32, bool)>,
    /// The least that the other side has asked for, in seconds.
    min_s: u32,
    /// Whether the other side takes UPDATE.
    takes_update: bool,
    /// How often the other side has found the session too short.
    too_small: u8,
    /// The re-INVITE that is under way only refreshes.
    pub(super) is_under_way: bool,
}

/// `1800;refresher=uac`: the time in seconds, and whether the request's sender refreshes.
fn session_expires(headers: &Headers) -> Option<(u32, Option<bool>)> {
    let value = headers.get("Session-Expires").or_else(|| headers.get("x"))?;
    let mut parts = value.split(';').map(str::trim);
    let time_s = parts.next()?.parse::<u32>().ok()?.min(MAX_SESSION_S);
    let refresher = parts.find_map(|part| part.strip_prefix("refresher="));
    let is_sender = refresher.and_then(|who| match who.to_ascii_lowercase().as_str() {
        "uac" => Some(true),
        "uas" => Some(false),
        _ => None,
    });
    Some((time_s, is_sender))
}

fn min_se_s(headers: &Headers) -> u32 {
    headers.get("Min-SE").and_then(|text| text.trim().parse().ok()).unwrap_or(0).min(MAX_SESSION_S)
}

fn knows_timers(headers: &Headers) -> bool {
    let names = ["Supported", "k", "Require"];
    names.iter().any(|name| headers.list(name).any(|tag| tag.eq_ignore_ascii_case("timer")))
}

/// 422 for a session that is too short (RFC 4028, section 9).
pub(super) fn too_small(request: &Request) -> Option<(u16, Headers)> {
    let (time_s, _) = session_expires(&request.headers)?;
    let is_too_small = time_s < MIN_SESSION_S && knows_timers(&request.headers);
    is_too_small.then(|| (422, Headers::default().with("Min-SE", MIN_SESSION_S.to_string())))
}

impl Call {
    /// Notes what the other side can do.
    pub(super) fn learn_methods(&mut self, headers: &Headers) {
        let mut allowed = headers.list("Allow").peekable();
        if allowed.peek().is_some() {
            self.refreshing.takes_update = allowed.any(|m| m.eq_ignore_ascii_case("UPDATE"));
        }
    }

    /// Agrees on a timer with a request of the other side; the headers go into the 2xx.
    pub(super) fn agree_timer(&mut self, now_ms: u64, request: &Request) -> Headers {
        self.learn_methods(&request.headers);
        let is_known = knows_timers(&request.headers);
        let asked = session_expires(&request.headers);
        let (time_s, is_theirs) = match (asked, self.config.session_expires_s) {
            (Some((time_s, refresher)), _) => {
                (time_s.max(MIN_SESSION_S), is_known && refresher.unwrap_or(true))
            }
            (None, Some(time_s)) if is_known => {
                (time_s.max(MIN_SESSION_S).max(min_se_s(&request.headers)), false)
            }
            (None, _) => {
                self.set_timer(now_ms, None);
                return Headers::default();
            }
        };
        self.set_timer(now_ms, Some((time_s, !is_theirs)));
        let who = if is_theirs { "uac" } else { "uas" };
        let headers =
            Headers::default().with("Session-Expires", format!("{time_s};refresher={who}"));
        if is_theirs { headers.with("Require", "timer") } else { headers }
    }

    /// The headers that ask for a timer in a request of this side.
    pub(super) fn ask_timer(&self, headers: &mut Headers) {
        headers.push("Supported", "timer");
        let min_s = self.refreshing.min_s.max(MIN_SESSION_S);
        match (self.refreshing.agreed, self.config.session_expires_s) {
            (Some((time_s, is_ours)), _) => {
                let who = if is_ours { "uac" } else { "uas" };
                let time_s = time_s.max(min_s);
                headers.push("Session-Expires", format!("{time_s};refresher={who}"));
            }
            (None, Some(time_s)) => {
                headers.push("Session-Expires", time_s.max(min_s).to_string());
            }
            (None, None) => {}
        }
        if self.refreshing.min_s > MIN_SESSION_S {
            headers.push("Min-SE", self.refreshing.min_s.to_string());
        }
    }

    /// Takes what the other side has agreed to.
    pub(super) fn learn_timer(&mut self, now_ms: u64, response: &Response) {
        self.learn_methods(&response.headers);
        self.refreshing.too_small = 0;
        let agreed = session_expires(&response.headers);
        self.set_timer(
            now_ms,
            agreed.map(|(time_s, is_ours)| (time_s.max(MIN_SESSION_S), is_ours.unwrap_or(true))),
        );
    }

    /// Takes a 422. True when it is worth asking again.
    pub(super) fn takes_longer(&mut self, response: &Response) -> bool {
        let min_s = min_se_s(&response.headers);
        self.refreshing.too_small = self.refreshing.too_small.saturating_add(1);
        let is_more = min_s > self.refreshing.min_s && self.refreshing.too_small <= MAX_TOO_SMALL;
        self.refreshing.min_s = self.refreshing.min_s.max(min_s);
        is_more
    }

    fn set_timer(&mut self, now_ms: u64, agreed: Option<(u32, bool)>) {
        self.refreshing.agreed = agreed;
        self.timers.clear(Timer::Refresh);
        self.timers.clear(Timer::SessionEnd);
        self.keep_alive(now_ms, agreed.is_some());
        let Some((time_s, is_ours)) = agreed else { return };
        let time_ms = u64::from(time_s) * 1_000;
        // Who waits for the other's refresh gives up a little early (RFC 4028, section 10).
        let early_ms = if is_ours { 0 } else { (time_ms / 3).min(32_000) };
        self.timers.set(Timer::SessionEnd, now_ms.saturating_add(time_ms - early_ms));
        if is_ours {
            self.timers.set(Timer::Refresh, now_ms.saturating_add(time_ms / 2));
        }
    }

    pub(super) fn has_session_timer(&self) -> bool {
        self.refreshing.agreed.is_some()
    }

    /// The time for a refresh has come.
    pub(super) fn refresh(&mut self, now_ms: u64) {
        if !matches!(self.phase, Phase::Talking) || self.has_ended {
            return;
        }
        if self.asked.is_some() || self.ack_wait.is_some() || self.session.has_open_offer() {
            return self.timers.set(Timer::Refresh, now_ms.saturating_add(BUSY_WAIT_MS));
        }
        if !self.refreshing.takes_update {
            return self.want_refresh();
        }
        let tx = self.new_tx();
        let mut update = self.dialog.request(tx, Method::Update, &self.config.contact);
        self.ask_timer(&mut update.headers);
        self.send_update(update, false);
    }

    fn send_update(&mut self, update: OutRequest, has_credentials: bool) {
        self.asked = Some(Asked::Update { tx: update.tx, has_credentials });
        self.out.push_back(Effect::Request(update));
    }

    pub(super) fn on_update_response(
        &mut self,
        now_ms: u64,
        response: &Response,
        has_credentials: bool,
    ) {
        if response.status < 200 {
            return;
        }
        self.asked = None;
        let soon_ms = now_ms.saturating_add(BUSY_WAIT_MS);
        match response.status {
            200..300 => {
                self.dialog.refresh_target(response.contact());
                self.learn_timer(now_ms, response);
            }
            481 => self.leave(Cause::Lost { status: 481 }),
            408 => {
                self.end(Cause::Lost { status: 408 });
                self.say_bye();
            }
            401 | 407 if !has_credentials => {
                let tx = self.new_tx();
                let mut update = self.dialog.request(tx, Method::Update, &self.config.contact);
                // `with_credentials` takes the next number.
                self.dialog.local_cseq -= 1;
                self.ask_timer(&mut update.headers);
                if let Some(update) = self.with_credentials(update, response) {
                    self.send_update(update, true);
                }
            }
            422 if self.takes_longer(response) => self.timers.set(Timer::Refresh, now_ms),
            405 | 420 | 501 => {
                self.refreshing.takes_update = false;
                self.timers.set(Timer::Refresh, soon_ms);
            }
            // The session's end comes if no later refresh is granted.
            _ => self.timers.set(Timer::Refresh, soon_ms),
        }
    }

    /// A refresh was not granted: it is asked for again, until the session's end.
    pub(super) fn refresh_later(&mut self, now_ms: u64) {
        self.timers.set(Timer::Refresh, now_ms.saturating_add(BUSY_WAIT_MS));
    }

    /// No refresh has come, or none was granted.
    pub(super) fn on_session_end(&mut self) {
        if matches!(self.phase, Phase::Talking) && !self.has_ended {
            self.end(Cause::Lost { status: 408 });
            self.say_bye();
        }
    }
}

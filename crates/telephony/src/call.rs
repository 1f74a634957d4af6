//! One call as a state machine: a dialog, its session, its end.
//!
//! [`Call`] takes an [`Input`] and the time, and gives [`Effect`]s. It opens no socket and reads no
//! clock; the time is in milliseconds from any start. Its rules:
//!
//! - The transaction layer below resends requests and responses, the 2xx included, and confirms
//!   final responses with ACK. What only a dialog can know is decided here: who may ask what when,
//!   when a lost ACK ends the call, who waits how long after both sides asked at once.
//! - A call ends once: [`Effect::StopMedia`] and [`Event::Ended`] come exactly one time, whoever
//!   hangs up and in whatever state. [`Effect::Release`] follows when nothing is open any more.
//! - A request that cannot be granted leaves the call as it was.

mod command;
mod dialog;
mod effect;
mod incoming;
mod keepalive;
mod keys;
mod outgoing;
mod reliable;
mod reoffer;
mod requests;
mod session_timer;
mod stray;
mod timers;

use std::collections::VecDeque;
use std::net::SocketAddr;

use crate::digest::Credentials;
use crate::message::{ClientTx, Request, Response, ServerTx};
use crate::offer_answer::{Local, MediaPlan, Session};
use crate::sdp::Sdp;

pub use command::{Command, Input};
use dialog::Dialog;
pub use effect::{Cause, Effect, Event};
pub(crate) use incoming::unsupported;
pub use outgoing::Target;
use timers::{Timer, Timers};

/// What a call needs to know before it begins.
#[derive(Clone, Debug)]
pub struct Config {
    /// This side's media: address, session number, codecs.
    pub media: Local,
    /// This side's `Contact` URI, without brackets.
    pub contact: String,
    /// This side's tag, unique and not to be guessed.
    pub tag: String,
    /// The number of the first request that this side sends, at most 2^31.
    pub first_cseq: u32,
    /// Randomness for waits and client nonces; different for each call.
    pub seed: u64,
    /// Name and password for an outgoing call's challenges.
    pub credentials: Option<Credentials>,
    /// Where an outgoing call goes when its target fails, in this order: Request-URIs.
    pub alternatives: Vec<String>,
    /// How long a target that says nothing at all is waited for before the next is tried, in
    /// milliseconds. The last one has as long as the call may ring.
    pub target_patience_ms: u64,
    /// Hosts, with ports as written, to which a redirection (3xx) is followed; with none it is a
    /// refusal.
    pub redirect_hosts: Vec<String>,
    /// How long a session lasts without a refresh (RFC 4028), in seconds, 90 at the least; None
    /// asks for no timer and yet grants one.
    pub session_expires_s: Option<u32>,
    /// How often a peer without a session timer is asked whether it is still there, in
    /// milliseconds; None: never.
    pub keepalive_ms: Option<u64>,
    /// How long it may ring: the flow's time to answer, or an agent's.
    pub ring_limit_ms: u64,
    /// How long a call may last after it was answered.
    pub duration_limit_ms: u64,
    /// The round-trip time that retransmissions begin with (T1), 500 by default.
    pub t1_ms: u64,
}

impl Config {
    /// The usual limits: three minutes of ringing, twelve hours of talk.
    pub fn new(
        media: Local,
        contact: impl Into<String>,
        tag: impl Into<String>,
        seed: u64,
    ) -> Self {
        Self {
            media,
            contact: contact.into(),
            tag: tag.into(),
            first_cseq: 1,
            seed,
            credentials: None,
            alternatives: Vec::new(),
            target_patience_ms: 4_000,
            redirect_hosts: Vec::new(),
            session_expires_s: Some(1_800),
            keepalive_ms: Some(900_000),
            ring_limit_ms: 180_000,
            duration_limit_ms: 12 * 3_600_000,
            t1_ms: 500,
        }
    }

    /// 64 T1: how long an ACK or a final response is waited for.
    fn patience_ms(&self) -> u64 {
        self.t1_ms.saturating_mul(64)
    }
}

/// Where the call is.
#[derive(Clone, Debug)]
enum Phase {
    /// The other side's INVITE has no final response.
    Ringing { invite: Box<Request>, offer: Option<Sdp> },
    /// This side's INVITE has no final response.
    Calling(outgoing::Calling),
    /// The dialog is confirmed, or waits for its ACK.
    Talking,
    /// It is over, and a response or an ACK is still waited for.
    Leaving,
    /// Nothing is open.
    Gone,
}

/// A 2xx of this side that has no ACK.
#[derive(Clone, Copy, Debug)]
struct AckWait {
    cseq: u32,
    /// The 2xx carried an offer: the ACK carries the answer.
    has_offer: bool,
    /// It is the 2xx of the INVITE that began the call.
    is_first: bool,
}

/// What this side has asked for inside the dialog and waits for.
#[derive(Clone, Debug)]
enum Asked {
    Reinvite { tx: ClientTx, has_credentials: bool },
    Bye { tx: ClientTx, has_credentials: bool },
    Update { tx: ClientTx, has_credentials: bool },
}

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    config: Config,
    phase: Phase,
    dialog: Dialog,
    session: Session,
    ack_wait: Option<AckWait>,
    asked: Option<Asked>,
    /// The INVITE that began an outgoing call, in its last form: forks answer it too.
    first_invite: Option<ClientTx>,
    /// What the application wants of the session and the other side has not got yet.
    wish: Option<reoffer::Wish>,
    timers: Timers,
    reliable: reliable::Reliable,
    refreshing: session_timer::Refreshing,
    /// The OPTIONS that is under way.
    probe: Option<ClientTx>,
    /// INVITEs that were left behind and may be answered still.
    strays: Vec<stray::Stray>,
    /// How many redirections have been followed.
    redirects: u8,
    announced: Option<MediaPlan>,
    has_ended: bool,
    owes_bye: bool,
    next_tx: u64,
    random: u64,
    out: VecDeque<Effect>,
}

impl Call {
    fn new(config: Config, phase: Phase, dialog: Dialog) -> Self {
        let (session, random) = (Session::new(config.media.clone()), config.seed);
        Self {
            config,
            phase,
            dialog,
            session,
            ack_wait: None,
            asked: None,
            first_invite: None,
            wish: None,
            timers: Timers::default(),
            reliable: reliable::Reliable::default(),
            refreshing: session_timer::Refreshing::default(),
            probe: None,
            strays: Vec::new(),
            redirects: 0,
            announced: None,
            has_ended: false,
            owes_bye: false,
            next_tx: 0,
            random,
            out: VecDeque::new(),
        }
    }

    /// Takes an input; then [`Self::poll`] gives what follows from it.
    pub fn handle(&mut self, now_ms: u64, input: Input) {
        match input {
            Input::Request(request) => self.on_request(now_ms, *request),
            Input::Response(response) => self.on_response(now_ms, &response),
            Input::Command(command) => self.on_command(now_ms, command),
            Input::TimePassed => self.on_time(now_ms),
        }
        self.settle();
    }

    /// The next effect, until there is none.
    pub fn poll(&mut self) -> Option<Effect> {
        self.out.pop_front()
    }

    /// When [`Input::TimePassed`] is due, if ever.
    pub fn wake_at_ms(&self) -> Option<u64> {
        self.timers.next_ms()
    }

    /// What has been agreed about media, when anything has.
    pub fn media(&self) -> Option<&MediaPlan> {
        self.session.plan()
    }

    /// Whether the call is over.
    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    fn on_command(&mut self, now_ms: u64, command: Command) {
        match command {
            Command::Ring => self.ring(now_ms),
            Command::Progress => self.progress(now_ms),
            Command::Answer { headers } => self.answer(now_ms, headers),
            Command::Reject { status, headers } => self.reject(status, headers),
            Command::HangUp => self.hang_up(now_ms, Cause::HungUpHere),
            Command::Hold => self.want_hold(true),
            Command::Resume => self.want_hold(false),
            Command::SendKey { key, duration_ms } => self.send_key(key, duration_ms),
            Command::Move(address) => self.want_address(address),
        }
    }

    fn on_response(&mut self, now_ms: u64, response: &Response) {
        if self.on_life(now_ms, response) || self.on_stray_response(now_ms, response) {
            return;
        }
        match self.asked.clone() {
            Some(Asked::Reinvite { tx, has_credentials }) if tx == response.tx => {
                self.on_reinvite_response(now_ms, response, has_credentials);
            }
            Some(Asked::Bye { tx, has_credentials }) if tx == response.tx => {
                self.on_bye_response(response, has_credentials);
            }
            Some(Asked::Update { tx, has_credentials }) if tx == response.tx => {
                self.on_update_response(now_ms, response, has_credentials);
            }
            Some(_) | None => self.on_invite_response(now_ms, response),
        }
    }

    fn on_time(&mut self, now_ms: u64) {
        while let Some(timer) = self.timers.take_due(now_ms) {
            match timer {
                Timer::RingLimit => self.on_ring_limit(now_ms),
                Timer::Provisional => self.repeat_provisional(now_ms),
                Timer::Ack => self.on_ack_missing(),
                Timer::Duration => self.hang_up(now_ms, Cause::TooLong),
                // `settle` sends what is wanted now that nothing holds it back.
                Timer::Glare => {}
                Timer::Cancel => self.on_cancel_unanswered(),
                Timer::Target => self.on_target_silent(now_ms),
                Timer::Reliable => self.repeat_reliable(now_ms),
                Timer::Refresh => self.refresh(now_ms),
                Timer::SessionEnd => self.on_session_end(),
                Timer::KeepAlive => self.ask_for_life(now_ms),
                Timer::Stray => self.on_stray_silent(now_ms),
            }
        }
    }

    /// Ends the call for the application. What is owed to the other side is the caller's affair.
    fn end(&mut self, cause: Cause) {
        if std::mem::replace(&mut self.has_ended, true) {
            return;
        }
        self.timers.clear(Timer::Duration);
        self.timers.clear(Timer::RingLimit);
        self.timers.clear(Timer::Provisional);
        self.timers.clear(Timer::Glare);
        self.timers.clear(Timer::Target);
        self.timers.clear(Timer::Reliable);
        self.timers.clear(Timer::Refresh);
        self.timers.clear(Timer::SessionEnd);
        self.timers.clear(Timer::KeepAlive);
        self.wish = None;
        if self.announced.take().is_some() {
            self.out.push_back(Effect::StopMedia);
        }
        self.out.push_back(Effect::Event(Event::Ended(cause)));
    }

    /// Ends the call when no BYE is owed and nothing is waited for.
    fn leave(&mut self, cause: Cause) {
        self.end(cause);
        if !matches!(self.phase, Phase::Gone) {
            self.phase = Phase::Gone;
            self.timers = Timers::default();
            if !self.wait_for_strays() {
                self.out.push_back(Effect::Release);
            }
        }
    }

    /// Tells the media engine and the application what has changed.
    fn announce(&mut self, plan: MediaPlan) {
        if self.has_ended || self.announced == Some(plan) {
            return;
        }
        let was_held = self.announced.is_some_and(|old| old.is_held_by_remote());
        let is_held = plan.is_held_by_remote();
        self.out.push_back(match self.announced {
            None => Effect::StartMedia(plan),
            Some(_) => Effect::ChangeMedia(plan),
        });
        self.announced = Some(plan);
        match (was_held, is_held) {
            (false, true) => self.out.push_back(Effect::Event(Event::Held)),
            (true, false) => self.out.push_back(Effect::Event(Event::Resumed)),
            (true, true) | (false, false) => {}
        }
    }

    fn announce_agreed(&mut self) {
        if let Some(plan) = self.session.plan().copied() {
            self.announce(plan);
        }
    }

    fn new_tx(&mut self) -> ClientTx {
        self.next_tx += 1;
        ClientTx(self.next_tx)
    }

    /// SplitMix64: waits and nonces need to differ, not to be secret.
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The address where this side receives RTP.
    pub fn local_media(&self) -> SocketAddr {
        self.session.address()
    }

    /// The transaction of the INVITE that waits for this side's final response.
    pub fn open_invite(&self) -> Option<ServerTx> {
        match &self.phase {
            Phase::Ringing { invite, .. } => Some(invite.tx),
            Phase::Calling(_) | Phase::Talking | Phase::Leaving | Phase::Gone => None,
        }
    }
}

#[cfg(test)]
mod tests;

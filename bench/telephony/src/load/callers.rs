//! The callers: one INVITE each, from one socket.

use std::collections::BTreeMap;
use std::net::{SocketAddrV4, UdpSocket};

use super::streams::Streams;
use super::timers::{Alarm, Timers, What};
use super::{Answered, Calls, End, Options, Placed, Report, Shared};
use crate::clock::{MS, SECOND, now_ns};
use crate::net::{Poller, Received};
use crate::random::Random;
use crate::sip::{self, Message, Request};
use crate::summary::Spread;

/// RFC 3261's T1.
const T1_NS: u64 = 500 * MS;

/// RFC 3261's timer B: how long an INVITE is tried.
const GIVE_UP_NS: u64 = 32 * SECOND;

/// How often a message is sent at the most.
const MOST_RESENT: u8 = 7;

/// A session description when nobody listens: the discard port.
const NOWHERE: u16 = 9;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Invited,
    /// A provisional response came: the INVITE is not sent again.
    Proceeding,
    Talking,
    /// Our BYE is on the way.
    Leaving,
    Over,
}

struct Call {
    state: State,
    sent_ns: u64,
    answered_ns: u64,
    acked_ns: u64,
    stream: Option<usize>,
    /// `To` with the server's tag, and where it wants requests.
    to: String,
    target: String,
}

/// A load has settled so many seconds after its first call.
const SETTLED_S: f64 = 0.5;

#[derive(Default)]
struct Times {
    answer: Vec<f64>,
    settled: Vec<f64>,
    refusal: Vec<f64>,
    bye: Vec<f64>,
    packet: Vec<f64>,
    sound: Vec<f64>,
}

pub(super) struct Callers<'a> {
    options: &'a Options,
    shared: &'a Shared,
    socket: UdpSocket,
    local: SocketAddrV4,
    calls: Vec<Call>,
    active: usize,
    figures: Calls,
    failed: BTreeMap<String, u64>,
    times: Times,
    random: Random,
    out: String,
}

impl<'a> Callers<'a> {
    pub(super) fn new(
        options: &'a Options,
        shared: &'a Shared,
        socket: UdpSocket,
        local: SocketAddrV4,
    ) -> Self {
        Self {
            options,
            shared,
            socket,
            local,
            calls: Vec::new(),
            active: 0,
            figures: Calls::default(),
            failed: BTreeMap::new(),
            times: Times::default(),
            random: Random::new(options.seed),
            out: String::with_capacity(1500),
        }
    }

    pub(super) fn socket(&self) -> &UdpSocket {
        &self.socket
    }

    pub(super) fn count(&self) -> usize {
        self.calls.len()
    }

    pub(super) fn active(&self) -> usize {
        self.active
    }

    /// Sends a new INVITE.
    pub(super) fn place(&mut self, streams: &mut Streams, timers: &mut Timers, poller: &Poller) {
        let number = self.calls.len();
        let stream = self.options.audio.then(|| streams.take(poller));
        let stream = match stream {
            Some(Err(_)) => {
                *self.failed.entry("no port for audio".into()).or_default() += 1;
                None
            }
            Some(Ok((stream, _))) => Some(stream),
            None => None,
        };
        self.figures.placed += 1;
        self.active += 1;
        let sent_ns = now_ns();
        let caller = self.options.first_caller + number as u64;
        self.shared.note_placed(Placed { caller, at_ns: sent_ns });
        self.calls.push(Call {
            state: State::Invited,
            sent_ns,
            answered_ns: 0,
            acked_ns: 0,
            stream,
            to: String::new(),
            target: String::new(),
        });
        self.invite(number, streams);
        let sent_ns = self.calls[number].sent_ns;
        timers.set(sent_ns + T1_NS, Alarm::Call(number, What::Resend(0)));
        timers.set(sent_ns + GIVE_UP_NS, Alarm::Call(number, What::GiveUp));
    }

    fn invite(&mut self, number: usize, streams: &mut Streams) {
        let media = match self.calls[number].stream {
            Some(stream) => streams.stream(stream).local,
            None => SocketAddrV4::new(self.options.address, NOWHERE),
        };
        let contact = format!("Contact: <sip:bench@{}>\r\n", self.local);
        self.request(number, "INVITE", 1, &contact, &sip::session(media));
        self.send(self.options.server);
    }

    /// Writes a request of a call.
    fn request(&mut self, number: usize, method: &str, cseq: u32, more: &str, body: &str) {
        let (options, call) = (self.options, &self.calls[number]);
        let server = options.server;
        let dialled = format!("sip:{}@{server}", options.dial);
        let to = format!("<{dialled}>");
        let in_dialog = !call.target.is_empty();
        let request = Request {
            method,
            uri: if in_dialog { &call.target } else { &dialled },
            local: self.local,
            // An ACK to a refusal belongs to its INVITE; one to a 200 does not.
            branch: &format!("{number}{}{}", options.run, if in_dialog { method } else { "" }),
            from: &format!(
                "<sip:+1480{:07}@{}>;tag=c{number}",
                options.first_caller + number as u64,
                options.address
            ),
            to: if call.to.is_empty() { &to } else { &call.to },
            call_id: &format!("{number}-{}", options.run),
            cseq,
            more,
        };
        sip::write_request(&mut self.out, &request, body);
    }

    fn send(&self, to: SocketAddrV4) {
        // What cannot be sent is sent again by its timer.
        let _ = self.socket.send_to(self.out.as_bytes(), to);
    }

    /// Takes a datagram.
    pub(super) fn take(
        &mut self,
        bytes: &[u8],
        got: Received,
        streams: &mut Streams,
        timers: &mut Timers,
    ) {
        let Some(message) = Message::parse(bytes) else { return };
        let number = message.call_id().and_then(|id| {
            let (number, run) = id.split_once('-')?;
            let number: usize = number.parse().ok()?;
            (run == self.options.run && number < self.calls.len()).then_some(number)
        });
        let Some(number) = number else { return };
        match message.status() {
            Some(status) => self.response(number, &message, status, got, streams, timers),
            None => self.asked(number, &message, got, streams),
        }
    }

    fn response(
        &mut self,
        number: usize,
        message: &Message,
        status: u16,
        got: Received,
        streams: &mut Streams,
        timers: &mut Timers,
    ) {
        let Some((_, method)) = message.cseq() else { return };
        match (method, status) {
            ("INVITE", 100..=199) if self.calls[number].state == State::Invited => {
                self.calls[number].state = State::Proceeding;
            }
            ("INVITE", 100..=199) => {}
            ("INVITE", 200..=299) => self.answered(number, message, got, streams, timers),
            ("INVITE", _) => self.refused(number, message, status, got, streams),
            ("BYE", 200..) if self.calls[number].state == State::Leaving => {
                if status == 200 {
                    self.figures.completed += 1;
                } else {
                    self.fail(format!("status {status} for BYE"));
                }
                self.end(number, streams);
            }
            _ => {}
        }
    }

    fn answered(
        &mut self,
        number: usize,
        message: &Message,
        got: Received,
        streams: &mut Streams,
        timers: &mut Timers,
    ) {
        let is_first = matches!(self.calls[number].state, State::Invited | State::Proceeding);
        if !is_first {
            self.figures.answers_repeated += 1;
        }
        let call = &mut self.calls[number];
        if is_first {
            call.to = message.header("To", "t").unwrap_or_default().to_owned();
            call.target = message.contact().unwrap_or_default().to_owned();
            call.state = State::Talking;
            call.answered_ns = got.at_ns;
        }
        self.request(number, "ACK", 1, "", "");
        self.send(got.from);
        if is_first {
            self.calls[number].acked_ns = now_ns();
            self.begin(number, message.media(), got.at_ns, streams, timers);
        }
    }

    /// What follows from an answer.
    fn begin(
        &mut self,
        number: usize,
        media: Option<SocketAddrV4>,
        at_ns: u64,
        streams: &mut Streams,
        timers: &mut Timers,
    ) {
        self.figures.answered += 1;
        let caller = self.options.first_caller + number as u64;
        self.shared.note_answered(Answered { caller, at_ns });
        let call = &self.calls[number];
        let took_ms = at_ns.saturating_sub(call.sent_ns) as f64 / MS as f64;
        self.times.answer.push(took_ms);
        if number as f64 >= SETTLED_S * self.options.rate {
            self.times.settled.push(took_ms);
        }
        if let Some(stream) = call.stream {
            streams.stream(stream).far = media;
        }
        match self.options.end {
            End::Server(limit_ms) => {
                timers.set(at_ns + limit_ms * MS, Alarm::Call(number, What::HangUp));
            }
            End::Caller(low_ms, high_ms) => {
                let after_ms = self.random.between(low_ms, high_ms);
                timers.set(at_ns + after_ms * MS, Alarm::Call(number, What::HangUp));
            }
            End::Told => {}
        }
        if let Some((_, after_ms)) = &self.options.keys {
            timers.set(at_ns + after_ms * MS, Alarm::Call(number, What::Keys));
        }
    }

    fn refused(
        &mut self,
        number: usize,
        message: &Message,
        status: u16,
        got: Received,
        streams: &mut Streams,
    ) {
        self.calls[number].to = message.header("To", "t").unwrap_or_default().to_owned();
        self.request(number, "ACK", 1, "", "");
        self.send(got.from);
        let call = &self.calls[number];
        if !matches!(call.state, State::Invited | State::Proceeding) {
            return;
        }
        if status == 503 {
            self.figures.refused += 1;
            let took_ns = got.at_ns.saturating_sub(call.sent_ns);
            self.times.refusal.push(took_ns as f64 / MS as f64);
        } else {
            self.fail(format!("status {status}"));
        }
        self.end(number, streams);
    }

    /// The server asks something.
    fn asked(&mut self, number: usize, message: &Message, got: Received, streams: &mut Streams) {
        let method = message.method();
        if method == "ACK" {
            return;
        }
        let call = &self.calls[number];
        let body = match (method, call.stream) {
            ("INVITE", Some(stream)) => sip::session(streams.stream(stream).local),
            ("INVITE", None) => sip::session(SocketAddrV4::new(self.options.address, NOWHERE)),
            _ => String::new(),
        };
        let contact = Some(self.local);
        sip::write_response(&mut self.out, message, "200 OK", "", contact, &body);
        self.send(got.from);
        match (method, call.state) {
            ("BYE", State::Talking) => {
                let took_ns = got.at_ns.saturating_sub(call.answered_ns);
                self.times.bye.push(took_ns as f64 / MS as f64);
                if matches!(self.options.end, End::Server(_)) {
                    self.figures.completed += 1;
                } else {
                    self.fail("hung up by the server".into());
                }
                self.end(number, streams);
            }
            // Both hung up at once.
            ("BYE", State::Leaving) => {
                self.figures.completed += 1;
                self.end(number, streams);
            }
            ("BYE", _) => self.figures.requests_repeated += 1,
            ("INVITE" | "UPDATE", State::Talking) => {
                if let (Some(stream), Some(media)) = (call.stream, message.media()) {
                    streams.stream(stream).far = Some(media);
                }
            }
            _ => {}
        }
    }

    /// A time has come.
    pub(super) fn alarm(
        &mut self,
        number: usize,
        what: What,
        streams: &mut Streams,
        timers: &mut Timers,
    ) {
        let state = self.calls[number].state;
        match (what, state) {
            (What::Resend(count), State::Invited) => {
                self.figures.invites_resent += 1;
                self.invite(number, streams);
                self.again(number, count, timers);
            }
            (What::Resend(count), State::Leaving) => {
                self.figures.byes_resent += 1;
                self.bye(number);
                self.again(number, count, timers);
            }
            (What::HangUp, State::Talking) => {
                if matches!(self.options.end, End::Server(_)) {
                    self.fail("no BYE of the server".into());
                    // Counted already: nobody may count it as completed.
                    self.bye(number);
                    return self.end(number, streams);
                }
                self.leave(number, timers);
            }
            (What::GiveUp, State::Invited | State::Proceeding) => {
                self.fail("no answer".into());
                self.end(number, streams);
            }
            (What::GiveUp, State::Leaving) => {
                self.fail("BYE not answered".into());
                self.end(number, streams);
            }
            (What::Keys, State::Talking) => {
                if let (Some(stream), Some((keys, _))) =
                    (self.calls[number].stream, &self.options.keys)
                {
                    streams.stream(stream).press(keys);
                }
            }
            _ => {}
        }
    }

    fn again(&mut self, number: usize, count: u8, timers: &mut Timers) {
        if count < MOST_RESENT {
            let after_ns = T1_NS << (count + 1).min(3);
            timers.set(now_ns() + after_ns, Alarm::Call(number, What::Resend(count + 1)));
        }
    }

    fn leave(&mut self, number: usize, timers: &mut Timers) {
        self.calls[number].state = State::Leaving;
        self.bye(number);
        let now = now_ns();
        timers.set(now + T1_NS, Alarm::Call(number, What::Resend(0)));
        timers.set(now + GIVE_UP_NS, Alarm::Call(number, What::GiveUp));
    }

    fn bye(&mut self, number: usize) {
        self.request(number, "BYE", 2, "", "");
        self.send(self.options.server);
    }

    /// Everybody who talks hangs up; who has no answer yet gives up.
    pub(super) fn hang_up_all(&mut self, timers: &mut Timers) {
        let now = now_ns();
        for number in 0..self.calls.len() {
            match self.calls[number].state {
                // A hundred in each 10 ms: a burst would measure the socket's buffer.
                State::Talking => {
                    let after_ns = number as u64 * MS / 10;
                    timers.set(now + after_ns, Alarm::Call(number, What::HangUp));
                }
                State::Invited | State::Proceeding => {
                    timers.set(now, Alarm::Call(number, What::GiveUp));
                }
                State::Leaving | State::Over => {}
            }
        }
    }

    fn fail(&mut self, why: String) {
        *self.failed.entry(why).or_default() += 1;
    }

    fn end(&mut self, number: usize, streams: &mut Streams) {
        let call = &mut self.calls[number];
        call.state = State::Over;
        self.active -= 1;
        self.shared.note_ended();
        let Some(stream) = call.stream.take() else { return };
        let acked_ns = call.acked_ns;
        let it = streams.stream(stream);
        let since_ack = |at_ns: u64| at_ns.saturating_sub(acked_ns) as f64 / MS as f64;
        if acked_ns > 0 {
            self.times.packet.extend(it.first_ns.map(since_ack));
            self.times.sound.extend(it.sound_ns.map(since_ack));
        }
        streams.give_back(stream);
    }

    pub(super) fn report(&mut self, report: &mut Report) {
        let times = std::mem::take(&mut self.times);
        report.calls = Calls { failed: self.failed.clone(), ..self.figures.clone() };
        report.invite_to_answer_ms = Spread::of(times.answer);
        report.invite_to_answer_settled_ms = Spread::of(times.settled);
        report.invite_to_refusal_ms = Spread::of(times.refusal);
        report.answer_to_bye_ms = Spread::of(times.bye);
        report.ack_to_packet_ms = Spread::of(times.packet);
        report.ack_to_sound_ms = Spread::of(times.sound);
    }
}

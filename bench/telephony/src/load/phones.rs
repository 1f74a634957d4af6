//! Agents' phones: they register, ring, answer, talk. All share one socket.

use std::collections::HashMap;
use std::net::{SocketAddrV4, UdpSocket};

use super::streams::Streams;
use super::timers::{Alarm, Timers, What};
use super::{Options, PhoneFigures, PhoneOptions, Shared};
use crate::clock::{MS, SECOND, now_ns};
use crate::digest::{self, Credentials};
use crate::net::Poller;
use crate::sip::{self, Message, Request};

/// RFC 3261's T1.
const T1_NS: u64 = 500 * MS;

/// How often a 200 or a BYE is sent at the most.
const MOST_RESENT: u8 = 7;

/// How long a registration lasts, in seconds.
const EXPIRES_S: u64 = 3_600;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Registration {
    /// Sent so often without an answer.
    Asked(u32),
    Registered,
    Refused(u16),
}

struct Phone {
    user: String,
    registration: Registration,
    cseq: u32,
    /// Challenges answered since it last registered.
    tries: u32,
    /// When to register again, in ns since 1970.
    again_ns: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ringing,
    /// 200 is sent, its ACK has not come.
    Answered,
    Talking,
    Leaving,
    Over,
}

struct Leg {
    state: State,
    /// The INVITE, for its responses.
    invite: Vec<u8>,
    server: SocketAddrV4,
    stream: Option<usize>,
    tag: String,
}

pub(super) struct Phones<'a> {
    options: &'a Options,
    of: &'a PhoneOptions,
    shared: &'a Shared,
    socket: UdpSocket,
    local: SocketAddrV4,
    phones: Vec<Phone>,
    legs: Vec<Leg>,
    by_call_id: HashMap<String, usize>,
    talking: usize,
    figures: PhoneFigures,
    out: String,
}

impl<'a> Phones<'a> {
    pub(super) fn new(
        options: &'a Options,
        of: &'a PhoneOptions,
        shared: &'a Shared,
        socket: UdpSocket,
        local: SocketAddrV4,
    ) -> Self {
        let phone = |number: usize| Phone {
            user: (of.first_user + number as u64).to_string(),
            registration: Registration::Asked(0),
            cseq: 0,
            tries: 0,
            again_ns: 0,
        };
        Self {
            options,
            of,
            shared,
            socket,
            local,
            phones: (0..of.count).map(phone).collect(),
            legs: Vec::new(),
            by_call_id: HashMap::new(),
            talking: 0,
            figures: PhoneFigures::default(),
            out: String::with_capacity(1500),
        }
    }

    pub(super) fn socket(&self) -> &UdpSocket {
        &self.socket
    }

    pub(super) fn talking(&self) -> usize {
        self.talking
    }

    pub(super) fn are_registered(&self) -> bool {
        self.phones.iter().all(|phone| phone.registration == Registration::Registered)
    }

    /// How the registrations stand, for a message.
    pub(super) fn registrations(&self) -> String {
        let all = self.phones.iter().filter(|phone| phone.registration != Registration::Registered);
        let some: Vec<String> =
            all.take(3).map(|phone| format!("{} {:?}", phone.user, phone.registration)).collect();
        some.join(", ")
    }

    /// Registers all, a thousand a second.
    pub(super) fn register(&mut self, timers: &mut Timers) {
        let now = now_ns();
        for phone in 0..self.phones.len() {
            timers.set(now + phone as u64 * MS, Alarm::Phone(phone, What::Register));
        }
    }

    fn send_register(&mut self, phone: usize, authorization: Option<String>) {
        let it = &mut self.phones[phone];
        it.cseq += 1;
        let server = self.options.server;
        let mut more = format!(
            "Contact: <sip:{}@{}>;expires={EXPIRES_S}\r\nExpires: {EXPIRES_S}\r\n",
            it.user, self.local
        );
        if let Some(value) = authorization {
            more += &format!("Authorization: {value}\r\n");
        }
        let address = format!("<sip:{}@{server}>", it.user);
        let request = Request {
            method: "REGISTER",
            uri: &format!("sip:{server}"),
            local: self.local,
            branch: &format!("r{phone}x{}{}", it.cseq, self.options.run),
            from: &format!("{address};tag=r{phone}"),
            to: &address,
            call_id: &format!("r{phone}-{}", self.options.run),
            cseq: it.cseq,
            more: &more,
        };
        sip::write_request(&mut self.out, &request, "");
        self.send(server);
    }

    fn send(&self, to: SocketAddrV4) {
        let _ = self.socket.send_to(self.out.as_bytes(), to);
    }

    /// Takes a datagram.
    pub(super) fn take(
        &mut self,
        bytes: &[u8],
        from: SocketAddrV4,
        streams: &mut Streams,
        timers: &mut Timers,
        poller: &Poller,
    ) {
        let Some(message) = Message::parse(bytes) else { return };
        let Some(call_id) = message.call_id() else { return };
        match message.status() {
            Some(status) => self.response(&message, call_id, status, streams, timers),
            None => self.asked(&message, bytes, from, streams, timers, poller),
        }
    }

    fn response(
        &mut self,
        message: &Message,
        call_id: &str,
        status: u16,
        streams: &mut Streams,
        timers: &mut Timers,
    ) {
        match message.cseq() {
            Some((_, "REGISTER")) => self.registered(message, call_id, status, timers),
            Some((_, "BYE")) => {
                let Some(&leg) = self.by_call_id.get(call_id) else { return };
                self.end(leg, streams);
            }
            _ => {}
        }
    }

    fn registered(&mut self, message: &Message, call_id: &str, status: u16, timers: &mut Timers) {
        let number = call_id.strip_prefix('r').and_then(|id| id.split_once('-'));
        let phone: Option<usize> = number.and_then(|(number, _)| number.parse().ok());
        let Some(phone) = phone.filter(|phone| *phone < self.phones.len()) else { return };
        let it = &mut self.phones[phone];
        match status {
            200 => {
                if it.registration != Registration::Registered {
                    self.figures.registered += 1;
                }
                it.registration = Registration::Registered;
                it.tries = 0;
                it.again_ns = now_ns() + EXPIRES_S / 2 * SECOND;
                timers.set(it.again_ns, Alarm::Phone(phone, What::Register));
            }
            401 => {
                let credentials =
                    Credentials { user: it.user.clone(), password: self.of.password.clone() };
                let uri = format!("sip:{}", self.options.server);
                // The server may offer several; the first one with MD5 is taken.
                let challenges = message.head.split("\r\n").filter_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    name.eq_ignore_ascii_case("WWW-Authenticate").then_some(value)
                });
                let answer = challenges
                    .filter_map(|value| digest::answer(value, &credentials, "REGISTER", &uri))
                    .next();
                match answer {
                    // More than a few tries mean that the password is wrong.
                    Some(answer) if it.tries < 3 => {
                        it.tries += 1;
                        self.send_register(phone, Some(answer));
                    }
                    _ => it.registration = Registration::Refused(401),
                }
            }
            300.. => it.registration = Registration::Refused(status),
            _ => {}
        }
    }

    fn asked(
        &mut self,
        message: &Message,
        bytes: &[u8],
        from: SocketAddrV4,
        streams: &mut Streams,
        timers: &mut Timers,
        poller: &Poller,
    ) {
        let known = message.call_id().and_then(|id| self.by_call_id.get(id)).copied();
        match (message.method(), known) {
            ("INVITE", None) => self.offered(message, bytes, from, streams, timers, poller),
            ("INVITE", Some(leg)) => self.asked_again(leg, message, from, streams),
            ("ACK", Some(leg)) => {
                if self.legs[leg].state == State::Answered {
                    self.legs[leg].state = State::Talking;
                    if let Some(after_ms) = self.of.talk_ms {
                        let at_ns = now_ns() + after_ms * MS;
                        timers.set(at_ns, Alarm::Phone(leg, What::HangUp));
                    }
                }
            }
            ("CANCEL", Some(leg)) => {
                self.respond(message, "200 OK", leg, "", from);
                if self.legs[leg].state == State::Ringing {
                    self.figures.cancelled += 1;
                    self.respond_to_invite(leg, "487 Request Terminated", "");
                    self.end(leg, streams);
                }
            }
            ("BYE", Some(leg)) => {
                self.respond(message, "200 OK", leg, "", from);
                self.end(leg, streams);
            }
            ("ACK", None) => {}
            (_, Some(leg)) => self.respond(message, "200 OK", leg, "", from),
            (_, None) => {
                sip::write_response(&mut self.out, message, "200 OK", "x", Some(self.local), "");
                self.send(from);
            }
        }
    }

    fn offered(
        &mut self,
        message: &Message,
        bytes: &[u8],
        from: SocketAddrV4,
        streams: &mut Streams,
        timers: &mut Timers,
        poller: &Poller,
    ) {
        let leg = self.legs.len();
        let stream = self.options.audio.then(|| streams.take(poller).ok()).flatten();
        self.figures.offers += 1;
        self.by_call_id.insert(message.call_id().unwrap_or_default().to_owned(), leg);
        self.legs.push(Leg {
            state: State::Ringing,
            invite: bytes.to_vec(),
            server: from,
            stream: stream.map(|(stream, _)| stream),
            tag: format!("p{leg}{}", self.options.run),
        });
        if let (Some((stream, _)), Some(media)) = (stream, message.media()) {
            streams.stream(stream).far = Some(media);
        }
        self.respond_to_invite(leg, "180 Ringing", "");
        timers.set(now_ns() + self.of.ring_ms * MS, Alarm::Phone(leg, What::Answer));
    }

    /// An INVITE that came again, or one that changes the session.
    fn asked_again(
        &mut self,
        leg: usize,
        message: &Message,
        from: SocketAddrV4,
        streams: &mut Streams,
    ) {
        let is_new = message.header("To", "t").is_some_and(|to| to.contains(";tag="));
        if !is_new || self.legs[leg].state == State::Over {
            return;
        }
        let media = self.session(leg, streams);
        if let (Some(stream), Some(far)) = (self.legs[leg].stream, message.media()) {
            streams.stream(stream).far = Some(far);
        }
        self.respond(message, "200 OK", leg, &media, from);
    }

    fn session(&self, leg: usize, streams: &mut Streams) -> String {
        let nowhere = SocketAddrV4::new(self.of.address, 9);
        let stream = self.legs[leg].stream;
        sip::session(stream.map_or(nowhere, |stream| streams.stream(stream).local))
    }

    fn respond(&mut self, to: &Message, status: &str, leg: usize, body: &str, from: SocketAddrV4) {
        let tag = &self.legs[leg].tag;
        sip::write_response(&mut self.out, to, status, tag, Some(self.local), body);
        self.send(from);
    }

    fn respond_to_invite(&mut self, leg: usize, status: &str, body: &str) {
        let it = &self.legs[leg];
        let Some(invite) = Message::parse(&it.invite) else { return };
        sip::write_response(&mut self.out, &invite, status, &it.tag, Some(self.local), body);
        self.send(it.server);
    }

    /// A time has come.
    pub(super) fn alarm(
        &mut self,
        number: usize,
        what: What,
        streams: &mut Streams,
        timers: &mut Timers,
    ) {
        if what == What::Register {
            return self.register_again(number, timers);
        }
        let state = self.legs[number].state;
        match (what, state) {
            (What::Answer, State::Ringing) => {
                self.figures.answered += 1;
                self.legs[number].state = State::Answered;
                self.note_talking(1);
                self.answer(number, 0, streams, timers);
            }
            (What::Resend(MOST_RESENT..), State::Answered) => {
                self.figures.unacknowledged += 1;
                self.end(number, streams);
            }
            (What::Resend(count), State::Answered) => {
                self.answer(number, count + 1, streams, timers);
            }
            (What::HangUp, State::Talking) => {
                self.legs[number].state = State::Leaving;
                self.bye(number, 0, timers);
            }
            (What::Resend(MOST_RESENT..), State::Leaving) => self.end(number, streams),
            (What::Resend(count), State::Leaving) => self.bye(number, count + 1, timers),
            _ => {}
        }
    }

    fn register_again(&mut self, phone: usize, timers: &mut Timers) {
        let it = &mut self.phones[phone];
        match it.registration {
            Registration::Asked(count) if count < 8 => {
                it.registration = Registration::Asked(count + 1);
                timers.set(now_ns() + SECOND, Alarm::Phone(phone, What::Register));
            }
            Registration::Registered if now_ns() >= it.again_ns => {}
            Registration::Registered | Registration::Asked(_) | Registration::Refused(_) => return,
        }
        self.send_register(phone, None);
    }

    fn answer(&mut self, leg: usize, count: u8, streams: &mut Streams, timers: &mut Timers) {
        let media = self.session(leg, streams);
        self.respond_to_invite(leg, "200 OK", &media);
        let after_ns = T1_NS << count.min(3);
        timers.set(now_ns() + after_ns, Alarm::Phone(leg, What::Resend(count)));
    }

    fn bye(&mut self, leg: usize, count: u8, timers: &mut Timers) {
        let it = &self.legs[leg];
        let Some(invite) = Message::parse(&it.invite) else { return };
        let to = invite.header("From", "f").unwrap_or_default().to_owned();
        let from = format!("{};tag={}", invite.header("To", "t").unwrap_or_default(), it.tag);
        let target = invite.contact().unwrap_or_default().to_owned();
        let call_id = invite.call_id().unwrap_or_default().to_owned();
        let request = Request {
            method: "BYE",
            uri: &target,
            local: self.local,
            branch: &format!("b{leg}{}", self.options.run),
            from: &from,
            to: &to,
            call_id: &call_id,
            cseq: 1,
            more: "",
        };
        let server = it.server;
        sip::write_request(&mut self.out, &request, "");
        self.send(server);
        timers.set(now_ns() + (T1_NS << count.min(3)), Alarm::Phone(leg, What::Resend(count)));
    }

    fn note_talking(&mut self, change: isize) {
        self.talking = self.talking.saturating_add_signed(change);
        self.figures.most_talking = self.figures.most_talking.max(self.talking as u64);
        self.shared.set_talking(self.talking);
    }

    fn end(&mut self, leg: usize, streams: &mut Streams) {
        let it = &mut self.legs[leg];
        if it.state == State::Over {
            return;
        }
        let was_talking = it.state != State::Ringing;
        it.state = State::Over;
        it.invite = Vec::new();
        if let Some(stream) = it.stream.take() {
            streams.give_back(stream);
        }
        if was_talking {
            self.note_talking(-1);
        }
    }

    pub(super) fn figures(&self) -> PhoneFigures {
        self.figures.clone()
    }
}

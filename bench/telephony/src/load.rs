//! The load: callers, phones of agents and their RTP, all on one thread.
//!
//! It is open-loop: each call is placed at its own moment, however slow the answers to others are.

mod callers;
mod phones;
mod report;
mod shared;
mod streams;
mod timers;

pub use report::{Calls, PhoneFigures, Report};
pub use shared::{Answered, Placed, Shared};

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::clock::{MS, SECOND, now_ns};
use crate::net::{self, Inbox, Poller};
use callers::Callers;
use phones::Phones;
use streams::Streams;
use timers::{Alarm, Timers};

/// Numbers of the sockets in the poller; streams come after them.
const CALLERS: u64 = 0;
const PHONES: u64 = 1;
const FIRST_STREAM: u64 = 2;

/// Enough for a second of answers to 2,000 calls a second while this thread is busy.
const SIP_BUFFER: usize = 8 << 20;

/// How long the load waits for the last answers after it has hung up everything.
const FAREWELL_NS: u64 = 10 * SECOND;

/// Who ends a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The server does. The caller waits so long for its BYE, in ms after the answer.
    Server(u64),
    /// The caller does, at a random moment of this range, in ms after the answer.
    Caller(u64, u64),
    /// The caller does when [`Shared::hang_up`] is set.
    Told,
}

/// Agents' phones.
#[derive(Clone, Debug)]
pub struct PhoneOptions {
    /// How many.
    pub count: usize,
    /// The number of the first; the others follow.
    pub first_user: u64,
    /// The password of them all.
    pub password: String,
    /// How long each rings, in ms.
    pub ring_ms: u64,
    /// How long after its answer each hangs up, in ms; nothing: it waits for the server's BYE.
    pub talk_ms: Option<u64>,
    /// Where they are reached.
    pub address: Ipv4Addr,
}

/// What the load does.
#[derive(Clone, Debug)]
pub struct Options {
    /// The server.
    pub server: SocketAddrV4,
    /// The number that is called.
    pub dial: String,
    /// The callers' address.
    pub address: Ipv4Addr,
    /// Calls a second.
    pub rate: f64,
    /// How many calls in all.
    pub calls: usize,
    /// How many at once at the most; more wait until others have ended.
    pub most: usize,
    /// Who ends them.
    pub end: End,
    /// The first caller's number after `+1480`; the others follow.
    pub first_caller: u64,
    /// If sockets for audio are opened at all. Without, nobody listens at the offered port.
    pub audio: bool,
    /// If callers and phones send audio, too.
    pub speaks: bool,
    /// If that audio carries the time at which it was sent, to measure bridges.
    pub stamped: bool,
    /// Keys that each caller presses, and how long after the answer, in ms.
    pub keys: Option<(String, u64)>,
    /// The first port for audio; even.
    pub first_port: u16,
    /// Phones of agents.
    pub phones: Option<PhoneOptions>,
    /// A word that makes `Call-ID`s of this run different from those of others.
    pub run: String,
    /// What the random moments depend on.
    pub seed: u64,
}

impl Options {
    /// A hundred calls a second to this server, which it ends; without audio.
    pub fn new(server: SocketAddrV4) -> Self {
        Self {
            server,
            dial: "+12025550100".into(),
            address: Ipv4Addr::LOCALHOST,
            rate: 100.0,
            calls: 1_000,
            most: usize::MAX,
            end: End::Server(10_000),
            first_caller: 0,
            audio: false,
            speaks: false,
            stamped: false,
            keys: None,
            first_port: 10_000,
            phones: None,
            run: format!("{:x}", now_ns() / MS),
            seed: 1,
        }
    }
}

/// Runs the load to its end.
///
/// # Errors
/// When sockets cannot be opened. What the server does wrong is in the report.
pub fn run(options: &Options, shared: &Shared) -> io::Result<Report> {
    run_when(options, shared, &AtomicBool::new(true))
}

/// The same, but calls begin when `is_open` says so; phones are there before.
///
/// # Errors
/// As [`run`].
pub fn run_when(options: &Options, shared: &Shared, is_open: &AtomicBool) -> io::Result<Report> {
    let mut load = Load::new(options, shared)?;
    load.register()?;
    shared.set_ready();
    while !is_open.load(Ordering::Relaxed) && !shared.is_aborted() {
        load.turn(5);
    }
    load.place_and_wait();
    Ok(load.report())
}

struct Load<'a> {
    options: &'a Options,
    shared: &'a Shared,
    poller: Poller,
    inbox: Inbox,
    timers: Timers,
    streams: Streams,
    callers: Callers<'a>,
    phones: Option<Phones<'a>>,
    /// When calls began to be placed.
    began_ns: u64,
    /// When the last was placed.
    placed_ns: u64,
    /// The most that a call was placed too late.
    worst_lag_ns: u64,
    told_ns: Option<u64>,
}

impl<'a> Load<'a> {
    fn new(options: &'a Options, shared: &'a Shared) -> io::Result<Self> {
        let poller = Poller::new()?;
        let open = |address: Ipv4Addr| -> io::Result<(UdpSocket, SocketAddrV4)> {
            let socket = net::open(SocketAddrV4::new(address, 0), SIP_BUFFER)?;
            let local = SocketAddrV4::new(address, socket.local_addr()?.port());
            Ok((socket, local))
        };
        let (socket, local) = open(options.address)?;
        poller.watch(&socket, CALLERS)?;
        let callers = Callers::new(options, shared, socket, local);
        let phones = match &options.phones {
            Some(of) => {
                let (socket, local) = open(of.address)?;
                poller.watch(&socket, PHONES)?;
                Some(Phones::new(options, of, shared, socket, local))
            }
            None => None,
        };
        Ok(Self {
            options,
            shared,
            poller,
            inbox: Inbox::default(),
            timers: Timers::default(),
            streams: Streams::new(options),
            callers,
            phones,
            began_ns: 0,
            placed_ns: 0,
            worst_lag_ns: 0,
            told_ns: None,
        })
    }

    /// Registers the phones and waits until all are.
    fn register(&mut self) -> io::Result<()> {
        let Some(phones) = &mut self.phones else { return Ok(()) };
        phones.register(&mut self.timers);
        let until = now_ns() + 20 * SECOND;
        while !self.phones.as_ref().is_some_and(Phones::are_registered) {
            if self.shared.is_aborted() {
                return Ok(());
            }
            if now_ns() > until {
                let states = self.phones.as_ref().map(Phones::registrations).unwrap_or_default();
                return Err(io::Error::other(format!("phones do not register: {states}")));
            }
            self.turn(1);
        }
        Ok(())
    }

    fn place_and_wait(&mut self) {
        self.began_ns = now_ns();
        self.placed_ns = self.began_ns;
        let mut last_tick_ms = self.began_ns / MS;
        while !self.shared.is_aborted() && !self.is_over() {
            self.place();
            let tick_ms = now_ns() / MS;
            // After a long stall only the last 100 ms are caught up.
            last_tick_ms = last_tick_ms.max(tick_ms.saturating_sub(100));
            while last_tick_ms < tick_ms {
                last_tick_ms += 1;
                self.streams.tick(last_tick_ms, self.shared.is_measuring());
            }
            self.farewell();
            self.turn(self.patience_ms());
        }
    }

    /// Places the calls that are due.
    fn place(&mut self) {
        while self.callers.count() < self.options.calls
            && self.callers.active() < self.options.most
            && self.told_ns.is_none()
        {
            let after_s = self.callers.count() as f64 / self.options.rate;
            let due_ns = self.began_ns + (after_s * SECOND as f64) as u64;
            let now = now_ns();
            if due_ns > now {
                return;
            }
            if self.options.most == usize::MAX {
                self.worst_lag_ns = self.worst_lag_ns.max(now - due_ns);
            }
            self.placed_ns = now;
            self.callers.place(&mut self.streams, &mut self.timers, &self.poller);
        }
    }

    /// Hangs up everything once the load is told to.
    fn farewell(&mut self) {
        if self.told_ns.is_some() || !self.shared.is_told_to_hang_up() {
            return;
        }
        self.told_ns = Some(now_ns());
        self.callers.hang_up_all(&mut self.timers);
    }

    fn is_over(&self) -> bool {
        let is_told = self.told_ns.is_some();
        let all_placed = self.callers.count() >= self.options.calls || is_told;
        let is_quiet = self.callers.active() == 0
            && self.phones.as_ref().is_none_or(|phones| phones.talking() == 0);
        let is_tired = self.told_ns.is_some_and(|at| now_ns() > at + FAREWELL_NS);
        all_placed && (is_quiet || is_tired)
    }

    fn patience_ms(&self) -> u16 {
        let is_busy = self.callers.count() < self.options.calls || self.streams.in_use() > 0;
        if is_busy { 1 } else { 5 }
    }

    /// Waits a little, then takes what has come and what is due.
    fn turn(&mut self, timeout_ms: u16) {
        self.poller.wait(timeout_ms);
        let is_measuring = self.shared.is_measuring();
        for place in 0..self.poller.count() {
            match self.poller.ready(place) {
                CALLERS => {
                    while let Some(got) = self.inbox.take(self.callers.socket()) {
                        let bytes = self.inbox.bytes(got);
                        self.callers.take(bytes, got, &mut self.streams, &mut self.timers);
                    }
                }
                PHONES => {
                    let Some(phones) = &mut self.phones else { continue };
                    while let Some(got) = self.inbox.take(phones.socket()) {
                        let bytes = self.inbox.bytes(got);
                        let (streams, timers) = (&mut self.streams, &mut self.timers);
                        phones.take(bytes, got.from, streams, timers, &self.poller);
                    }
                }
                number => {
                    let stream = (number - FIRST_STREAM) as usize;
                    self.streams.receive(stream, &mut self.inbox, is_measuring);
                }
            }
        }
        self.alarms();
    }

    fn alarms(&mut self) {
        let now = now_ns();
        while let Some(alarm) = self.timers.due(now) {
            match alarm {
                Alarm::Call(call, what) => {
                    self.callers.alarm(call, what, &mut self.streams, &mut self.timers);
                }
                Alarm::Phone(leg, what) => {
                    let Some(phones) = &mut self.phones else { continue };
                    phones.alarm(leg, what, &mut self.streams, &mut self.timers);
                }
            }
        }
    }

    fn report(mut self) -> Report {
        let placing_s = self.placed_ns.saturating_sub(self.began_ns) as f64 / SECOND as f64;
        let mut report = Report {
            rate_asked: self.options.rate,
            worst_lag_ms: self.worst_lag_ns as f64 / MS as f64,
            rtp: self.streams.tally(),
            relay_ms: self.streams.relayed(),
            ..Report::default()
        };
        if placing_s > 0.0 {
            let placed = self.callers.count().saturating_sub(1) as f64;
            report.rate_reached = (placed / placing_s * 10.0).round() / 10.0;
        }
        self.callers.report(&mut report);
        if let Some(phones) = &self.phones {
            report.phones = Some(phones.figures());
        }
        report
    }
}

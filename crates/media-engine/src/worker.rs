//! A media thread: its legs, their sockets, and its clock.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::{Events, Interest, Poll, Token};
use trunkline_media::FRAME_SAMPLES;
use trunkline_media::codec::PayloadKind;
use trunkline_media::mix::Mix;
use trunkline_media::plan::MediaPlan;
use trunkline_media::rtp::{MAX_PACKET_BYTES, Packet};
use trunkline_webrtc::Via;

use crate::browser::MAX_STREAMS;
use crate::clock::{Clock, Due, FRAME, SLOTS};
use crate::command::Command;
use crate::counters::Counters;
use crate::event::{LegEvent, LegQuality, Sink};
use crate::keys::Script;
use crate::line::{Cx, Line};
use crate::mailbox::{Mail, Mailbox, Shared};
use crate::ports::{self, Ports};
use crate::record::RecordEnd;
use crate::seat::Seat;
use crate::stream::Stream;
use crate::watching::{self, TELLS_AGAIN};

/// Tokens of a leg: those of its sockets, then those of a browser's TCP connections.
const TOKENS: usize = 2 + MAX_STREAMS;
const RTP: usize = 0;
const RTCP: usize = 1;
const FIRST_STREAM: usize = 2;

/// The token of the mailbox.
pub(crate) const WAKER: Token = Token(usize::MAX);

/// Events that are taken at once.
const MAX_EVENTS: usize = 1_024;

/// Datagrams that are read of a socket before others have their turn.
const MAX_READS: usize = 32;

/// Threads that a leg goes through for a bridge whose other leg moves too.
const MAX_HOPS: u8 = 64;

/// A thread's state.
pub(crate) struct Worker {
    number: usize,
    mailboxes: Arc<[Mailbox]>,
    ports: Arc<Ports>,
    published: Arc<Mutex<Counters>>,
    epoch: Instant,
    /// Sockets whose packets are relayed at once, and the mailbox.
    eager: Poll,
    /// Sockets that are read at the clock's slots.
    lazy: Poll,
    lines: Vec<Option<Box<Line>>>,
    /// Whose each of them is, and its port.
    owners: Vec<Option<(Arc<Shared>, u16)>>,
    free: Vec<usize>,
    by_id: HashMap<u64, usize>,
    slots: [Vec<usize>; SLOTS],
    /// How many legs of each slot need it on time, or may, for a command has come.
    clocked: [usize; SLOTS],
    /// How many legs are bridged: their packets wake the thread.
    bridged: usize,
    /// Who sits at each conference's table.
    tables: HashMap<u64, Vec<usize>>,
    last_table: u64,
    clock: Clock,
    /// Sockets that were not read to their end.
    unfinished: Vec<Token>,
    mail: VecDeque<Mail>,
    /// The leg that is being worked on: it is to blame for a panic.
    current: Option<usize>,
    inbox: Box<[u8; MAX_PACKET_BYTES + 1]>,
    cx: Cx,
    is_shut_down: bool,
}

impl Worker {
    /// A thread without legs.
    pub(crate) fn new(
        number: usize,
        (eager, lazy): (Poll, Poll),
        mailboxes: Arc<[Mailbox]>,
        epoch: Instant,
        settings: WorkerSettings,
    ) -> Self {
        let WorkerSettings { sink, ports, counters: published, media_timeout } = settings;
        Self {
            number,
            mailboxes,
            ports,
            published,
            epoch,
            eager,
            lazy,
            lines: Vec::new(),
            owners: Vec::new(),
            free: Vec::new(),
            by_id: HashMap::new(),
            slots: Default::default(),
            clocked: [0; SLOTS],
            bridged: 0,
            tables: HashMap::new(),
            last_table: 0,
            clock: Clock::default(),
            unfinished: Vec::new(),
            mail: VecDeque::new(),
            current: None,
            inbox: Box::new([0; MAX_PACKET_BYTES + 1]),
            cx: Cx {
                epoch,
                now: Duration::ZERO,
                out: Vec::with_capacity(MAX_PACKET_BYTES),
                counters: Counters::default(),
                sink,
                media_timeout,
            },
            is_shut_down: false,
        }
    }

    /// Works until the engine and its legs are gone. A panic ends the leg that it is about.
    pub(crate) fn run(mut self) {
        let mut events = Events::with_capacity(MAX_EVENTS);
        while !self.is_shut_down || !self.by_id.is_empty() {
            let turn = AssertUnwindSafe(|| self.turn(&mut events));
            if catch_unwind(turn).is_err() {
                self.bury();
            }
        }
    }

    /// Waits and does what is to be done then.
    fn turn(&mut self, events: &mut Events) {
        let timeout = self.timeout();
        wait(&mut self.eager, events, timeout);
        self.look_at_the_time();
        // Commands come before packets that may have come after them.
        if events.iter().any(|event| event.token() == WAKER) {
            self.mailboxes[self.number].take(&mut self.mail);
        }
        self.take_mail();
        self.take_events(events);
        if self.by_id.is_empty() || self.cx.now < self.clock.deadline() {
            return;
        }
        wait(&mut self.lazy, events, Some(Duration::ZERO));
        self.take_events(events);
        self.look_at_the_time();
        while let Some(due) = self.clock.due(self.cx.now) {
            self.run_slot(due);
        }
    }

    /// How long to wait for packets to relay; without end if there are no legs.
    fn timeout(&mut self) -> Option<Duration> {
        if !self.unfinished.is_empty() || !self.mail.is_empty() {
            return Some(Duration::ZERO);
        }
        if self.by_id.is_empty() {
            self.publish();
            return None;
        }
        let deadline = if self.bridged < self.by_id.len() {
            self.clock.deadline()
        } else {
            self.clock.deadline_of(|slot| self.clocked[slot] > 0)
        };
        Some(deadline.saturating_sub(self.epoch.elapsed()))
    }

    fn look_at_the_time(&mut self) {
        self.cx.now = self.epoch.elapsed();
    }

    fn publish(&mut self) {
        self.cx.counters.legs_open = self.by_id.len() as u64;
        *self.published.lock().unwrap_or_else(PoisonError::into_inner) = self.cx.counters;
    }

    /// Reads what can be read.
    fn take_events(&mut self, events: &Events) {
        for token in std::mem::take(&mut self.unfinished) {
            self.read(token);
        }
        for token in events.iter().map(Event::token).filter(|token| *token != WAKER) {
            self.read(token);
        }
    }

    fn run_slot(&mut self, due: Due) {
        let late = self.cx.now.saturating_sub(due.at);
        let legs = self.slots[due.slot].len() as u64;
        let counters = &mut self.cx.counters;
        counters.worst_lateness = counters.worst_lateness.max(late + FRAME * due.left_out as u32);
        counters.late_frames += legs * (due.left_out + u64::from(late > FRAME));
        self.clocked[due.slot] = 0;
        for place in 0..self.slots[due.slot].len() {
            let at = self.slots[due.slot][place];
            self.current = Some(at);
            self.mix(at);
            let Some(line) = &mut self.lines[at] else { continue };
            line.tick(due.at, &mut self.cx);
            self.clocked[due.slot] += usize::from(line.needs_clock(self.cx.now));
        }
        if due.slot == 0 {
            self.publish();
        }
    }

    /// Reads a socket to its end, or for as long as is fair.
    fn read(&mut self, token: Token) {
        let (at, what) = (token.0 / TOKENS, token.0 % TOKENS);
        let Some(mut line) = self.lines.get_mut(at).and_then(Option::take) else { return };
        self.current = Some(at);
        let is_finished = match what {
            RTP | RTCP => self.read_socket(&mut line, what == RTCP),
            stream => self.read_stream(&mut line, stream - FIRST_STREAM),
        };
        if !is_finished {
            self.unfinished.push(token);
        }
        self.lines[at] = Some(line);
    }

    /// Reads a UDP socket. False if there may be more.
    fn read_socket(&mut self, line: &mut Line, is_rtcp: bool) -> bool {
        for _ in 0..MAX_READS {
            let socket = match (&line.sockets.rtcp, is_rtcp) {
                (Some(rtcp), true) => rtcp,
                // The RTCP socket was closed by a new plan; nothing more comes of it.
                (None, true) => return true,
                (_, false) => &line.sockets.rtp,
            };
            match socket.recv_from(&mut self.inbox[..]) {
                Ok((length, from)) if is_rtcp => {
                    line.receive_rtcp(from, &self.inbox[..length], &mut self.cx);
                }
                // Somebody's audio comes packet by packet; what is not the peer's may come in
                // heaps, and is taken away at once.
                Ok((length, from)) if self.receive(line, from, length) && TELLS_AGAIN => {
                    return true;
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                // Some systems tell here that the peer has no such port: it is not ours to act on.
                Err(_) => {}
            }
        }
        false
    }

    /// Reads a browser's TCP connection. False if there may be more.
    fn read_stream(&mut self, line: &mut Line, place: usize) -> bool {
        for _ in 0..MAX_READS {
            let Some(stream) = stream_at(line, place) else { return true };
            let filled = stream.flush().and_then(|()| stream.fill(&mut self.inbox[..]));
            let Ok(has_more) = filled else {
                // Dropping it ends it.
                line.transport.browser().and_then(|browser| browser.streams[place].take());
                return true;
            };
            self.take_frames(line, place);
            if !has_more {
                return true;
            }
        }
        false
    }

    /// Takes the datagrams that a connection has brought.
    fn take_frames(&mut self, line: &mut Line, place: usize) {
        while let Some(stream) = stream_at(line, place) {
            let from = stream.remote;
            match stream.next() {
                Ok(Some(datagram)) => {
                    line.receive_secured(from, Via::Tcp, &datagram, &mut self.cx);
                    self.take_heard(line);
                }
                Ok(None) => return,
                Err(_) => {
                    line.transport.browser().and_then(|browser| browser.streams[place].take());
                }
            }
        }
    }

    /// Takes a datagram of an RTP socket. Whether it was a packet of the peer's audio or keys.
    fn receive(&mut self, line: &mut Line, from: SocketAddr, length: usize) -> bool {
        let datagram = &self.inbox[..length];
        if line.transport.browser().is_some() {
            line.receive_secured(from, Via::Udp, datagram, &mut self.cx);
            return self.take_heard(line);
        }
        let received = line.receive(from, datagram, &mut self.cx);
        let Some((packet, kind)) = received else { return false };
        pass_on(line, &packet, kind, &mut self.lines, &mut self.cx);
        true
    }

    /// Takes the packets that a browser's transport has decrypted. Whether there were any.
    fn take_heard(&mut self, line: &mut Line) -> bool {
        let mut has_heard = false;
        while let Some(sound) = line.heard(&mut self.cx) {
            if let Some((packet, kind)) = line.take_heard(&sound, &mut self.cx) {
                pass_on(line, &packet, kind, &mut self.lines, &mut self.cx);
                has_heard = true;
            }
        }
        has_heard
    }

    fn take_mail(&mut self) {
        while let Some(mail) = self.mail.pop_front() {
            match mail {
                Mail::Adopt(line) => self.adopt(line),
                Mail::Wake(shared) => match self.by_id.get(&shared.id) {
                    Some(at) => self.obey(*at),
                    None => self.forward(shared),
                },
                Mail::Shutdown => self.is_shut_down = true,
            }
        }
    }

    /// Mail for a leg that has gone to another thread, or is just coming back from there: then it
    /// waits behind the leg in our own mailbox.
    fn forward(&self, shared: Arc<Shared>) {
        let thread = shared.thread.load(Ordering::Acquire);
        if !shared.is_closed.load(Ordering::Acquire) {
            self.mailboxes[thread].post(Mail::Wake(shared));
        }
    }

    /// Takes a leg over.
    fn adopt(&mut self, mut line: Box<Line>) {
        if self.by_id.is_empty() {
            self.clock.restart(self.cx.now);
        }
        let at = self.free.pop().unwrap_or_else(|| {
            self.lines.push(None);
            self.owners.push(None);
            self.lines.len() - 1
        });
        let emptiest = (0..SLOTS).min_by_key(|slot| self.slots[*slot].len());
        line.slot = emptiest.unwrap_or_default();
        self.slots[line.slot].push(at);
        self.by_id.insert(line.shared.id, at);
        self.owners[at] = Some((line.shared.clone(), line.sockets.port));
        let token = |what| Token(at * TOKENS + what);
        let rtp = watching::watch(&self.lazy, &mut line.sockets.rtp, token(RTP));
        let rtcp = match &mut line.sockets.rtcp {
            Some(rtcp) => watching::watch(&self.lazy, rtcp, token(RTCP)),
            None => Ok(()),
        };
        complain(rtp.and(rtcp));
        watch_streams(&mut line, at, &self.lazy);
        self.lines[at] = Some(line);
    }

    /// Lets go of a leg, which is not bridged.
    fn release(&mut self, at: usize) -> Option<Box<Line>> {
        let mut line = self.lines[at].take()?;
        self.forget(at);
        let rtp = watching::forget(&self.lazy, &mut line.sockets.rtp);
        let rtcp = line.sockets.rtcp.as_mut();
        let rtcp = rtcp.map_or(Ok(()), |rtcp| watching::forget(&self.lazy, rtcp));
        complain(rtp.and(rtcp));
        ignore_streams(&mut line, &self.lazy);
        Some(line)
    }

    /// Carries out the next command of a leg.
    fn obey(&mut self, at: usize) {
        let Some(line) = &self.lines[at] else { return };
        self.current = Some(at);
        self.clocked[line.slot] += 1;
        match line.shared.next_command() {
            Some(Command::Bridge { other, hops }) => self.meet(at, other, hops, Meeting::Bridge),
            Some(Command::Confer { other, hops }) => self.meet(at, other, hops, Meeting::Table),
            Some(Command::Unbridge) => {
                self.stand_up(at);
                self.part(at);
            }
            Some(Command::Start(plan, signaller)) => self.start(at, plan, signaller),
            Some(Command::Stream(stream)) => self.add_stream(at, *stream),
            Some(Command::PassKeys(script)) => self.pass_keys(at, script),
            Some(Command::Close) => self.close(at),
            Some(command) => self.tell(at, command),
            None => {}
        }
    }

    /// Keys of a party that cannot send them as packets go where its packets would.
    fn pass_keys(&mut self, at: usize, script: Script) {
        let Some(line) = &self.lines[at] else { return };
        let partner = line.partner.filter(|_| !line.hearing.is_on_hold());
        let Some(partner) = partner.and_then(|partner| self.lines[partner].as_mut()) else {
            return;
        };
        if partner.hearing.hears_partner() {
            partner.keys_out.queue(script);
            self.clocked[partner.slot] += 1;
        }
    }

    /// Commands that concern the leg alone.
    fn tell(&mut self, at: usize, command: Command) {
        let Some(line) = &mut self.lines[at] else { return };
        match command {
            Command::Connect(peer) => line.connect(*peer, &mut self.cx),
            Command::Stop => line.stop(&mut self.cx),
            Command::Play { id, items, is_open } => line.hearing.play(id, &items, is_open),
            Command::Push { id, item } => line.hearing.push(id, &item),
            Command::Finish { id } => line.hearing.finish(id),
            Command::Background { id, item } => line.hearing.set_background(id, item.as_ref()),
            Command::StopPlaying { id } => line.hearing.stop(id),
            Command::SendKeys(script) => line.keys_out.queue(script),
            Command::Hold(item) => line.hearing.hold(item.as_ref()),
            Command::Resume => line.hearing.resume(),
            Command::Mute(is_muted) => line.is_muted = is_muted,
            Command::Suspect(is_suspect) => line.is_suspect = is_suspect,
            Command::Record(order) => line.record(*order, &self.cx),
            Command::PauseRecording(is_paused) => line.pause_recording(is_paused),
            Command::StopRecording => line.stop_recording(RecordEnd::Stopped, &self.cx),
            Command::Start(..)
            | Command::Stream(_)
            | Command::Bridge { .. }
            | Command::Confer { .. }
            | Command::Unbridge
            | Command::PassKeys(_)
            | Command::Close => {}
        }
    }

    /// A browser has come by TCP. If it has more connections than it may, the oldest is closed.
    fn add_stream(&mut self, at: usize, stream: Stream) {
        let Some(mut line) = self.lines[at].take() else { return };
        let poll = if line.partner.is_some() { &self.eager } else { &self.lazy };
        if let Some(browser) = line.transport.browser() {
            let place = browser.place_for_stream();
            let stream = browser.streams[place].insert(stream);
            watch(stream, at, place, poll);
            self.take_frames(&mut line, place);
        }
        self.lines[at] = Some(line);
    }

    fn start(&mut self, at: usize, plan: MediaPlan, signaller: Option<IpAddr>) {
        let Some(line) = &mut self.lines[at] else { return };
        line.start_from(plan, signaller, self.cx.now);
        if line.transport.browser().is_some() {
            return;
        }
        match (&mut line.sockets.rtcp, plan.rtcp_mux) {
            (Some(rtcp), true) => {
                complain(watching::forget(&self.lazy, rtcp));
                line.sockets.rtcp = None;
            }
            (rtcp @ None, false) => {
                // Another program may have taken the port meanwhile; then RTCP comes from RTP's.
                let address = SocketAddr::new(line.bind.ip(), line.bind.port() + 1);
                let Ok(mut socket) = ports::bind(address) else { return };
                let token = Token(at * TOKENS + RTCP);
                complain(watching::watch(&self.lazy, &mut socket, token));
                *rtcp = Some(socket);
            }
            (Some(_), false) | (None, true) => {}
        }
    }

    /// Joins a leg with another. If that one is on another thread, the leg goes there with the
    /// command.
    fn meet(&mut self, at: usize, other: Arc<Shared>, hops: u8, meeting: Meeting) {
        if let Some(partner) = self.by_id.get(&other.id).copied() {
            return match meeting {
                Meeting::Bridge => self.join(at, partner),
                Meeting::Table => self.sit_down(at, partner),
            };
        }
        let Some(shared) = self.lines[at].as_ref().map(|line| line.shared.clone()) else { return };
        if other.is_closed.load(Ordering::Acquire) || hops == MAX_HOPS {
            return (self.cx.sink)(LegEvent::Unbridged { tag: shared.tag });
        }
        // Of two that look for each other one must stay, or they may never meet.
        let stays = hops % 4 == 2 && shared.id < other.id;
        let thread = other.thread.load(Ordering::Acquire);
        let hops = hops + 1;
        shared.put_back(match meeting {
            Meeting::Bridge => Command::Bridge { other, hops },
            Meeting::Table => Command::Confer { other, hops },
        });
        if stays || thread == self.number {
            return self.mailboxes[self.number].post(Mail::Wake(shared));
        }
        self.leave(at);
        if let Some(line) = self.release(at) {
            self.mailboxes[thread].hand_over(line, thread);
            self.mailboxes[thread].post(Mail::Wake(shared));
        }
    }

    fn join(&mut self, at: usize, partner: usize) {
        let is_joined = self.lines[at].as_ref().is_some_and(|line| line.partner == Some(partner));
        if at == partner || is_joined {
            return;
        }
        for (one, other) in [(at, partner), (partner, at)] {
            self.leave(one);
            let Some(line) = &mut self.lines[one] else { continue };
            line.partner = Some(other);
            self.bridged += 1;
            line.hearing.clear();
            move_socket(line, one, &self.lazy, &self.eager);
        }
    }

    /// Gives a leg a place at the table of another, who gets one too.
    fn sit_down(&mut self, at: usize, other: usize) {
        if at == other {
            return;
        }
        let table_of = |it: &Self, at: usize| {
            it.lines[at].as_ref().and_then(|line| line.seat.as_ref()).map(|seat| seat.table)
        };
        let table = match table_of(self, other) {
            Some(table) => table,
            None => {
                self.last_table += 1;
                self.last_table
            }
        };
        for one in [at, other] {
            if table_of(self, one) == Some(table) {
                continue;
            }
            self.leave(one);
            let Some(line) = &mut self.lines[one] else { continue };
            line.seat = Some(Box::new(Seat::new(table)));
            line.hearing.clear();
            self.tables.entry(table).or_default().push(one);
        }
    }

    /// Takes a leg's place at its table away, if it has one.
    fn stand_up(&mut self, at: usize) {
        let seat = self.lines[at].as_mut().and_then(|line| line.seat.take());
        if let Some(seat) = seat {
            self.clear_seat(seat.table, at);
        }
    }

    fn clear_seat(&mut self, table: u64, at: usize) {
        let Some(members) = self.tables.get_mut(&table) else { return };
        members.retain(|member| *member != at);
        if members.is_empty() {
            self.tables.remove(&table);
        }
    }

    /// The next frame at the table: what this leg says, and what it hears of the others.
    fn mix(&mut self, at: usize) {
        let now = self.cx.now;
        let Some(line) = &mut self.lines[at] else { return };
        let is_quiet = line.hearing.is_on_hold() || line.is_muted;
        let Some(seat) = &mut line.seat else { return };
        seat.speak(now, is_quiet);
        let Some(members) = self.tables.get(&seat.table) else { return };
        let mut mix = Mix::default();
        for other in members.iter().filter(|member| **member != at) {
            let line = self.lines[*other].as_ref();
            if let Some(seat) = line.and_then(|line| line.seat.as_ref()) {
                mix.add(seat.said());
            }
        }
        let mut heard = [0; FRAME_SAMPLES];
        mix.all(&mut heard);
        let line = self.lines[at].as_mut();
        line.and_then(|line| line.seat.as_mut()).into_iter().for_each(|seat| seat.hear(&heard));
    }

    /// Parts a leg from its partner, whose place is given back.
    fn part(&mut self, at: usize) -> Option<usize> {
        let partner = self.lines[at].as_mut()?.partner?;
        for one in [at, partner] {
            let Some(line) = &mut self.lines[one] else { continue };
            line.partner = None;
            self.bridged -= 1;
            move_socket(line, one, &self.eager, &self.lazy);
        }
        Some(partner)
    }

    /// Parts a leg from its partner, who is told, and from its conference.
    fn leave(&mut self, at: usize) {
        self.stand_up(at);
        let Some(partner) = self.part(at) else { return };
        if let Some(line) = &self.lines[partner] {
            (self.cx.sink)(LegEvent::Unbridged { tag: line.shared.tag });
        }
    }

    fn close(&mut self, at: usize) {
        self.leave(at);
        let Some(mut line) = self.release(at) else { return };
        line.stop(&mut self.cx);
        line.stop_recording(RecordEnd::LegClosed, &self.cx);
        let (shared, port, quality) = (line.shared.clone(), line.sockets.port, line.quality());
        drop(line);
        self.report_closed(&shared, port, quality);
    }

    fn report_closed(&mut self, shared: &Shared, port: u16, quality: LegQuality) {
        shared.is_closed.store(true, Ordering::Release);
        self.ports.give_back(port);
        self.publish();
        (self.cx.sink)(LegEvent::Closed { tag: shared.tag, quality });
    }

    /// Strikes a leg off the lists.
    fn forget(&mut self, at: usize) -> Option<(Arc<Shared>, u16)> {
        let owner = self.owners[at].take()?;
        self.by_id.remove(&owner.0.id);
        self.slots.iter_mut().for_each(|slot| slot.retain(|other| *other != at));
        self.free.push(at);
        Some(owner)
    }

    /// Something about a leg has panicked: it is closed as it is, and the others go on.
    fn bury(&mut self) {
        let Some(at) = self.current.take() else { return };
        for other in 0..self.lines.len() {
            let Some(line) = self.lines[other].as_mut() else { continue };
            if line.partner == Some(at) {
                line.partner = None;
                self.bridged -= 2;
                move_socket(line, other, &self.eager, &self.lazy);
                (self.cx.sink)(LegEvent::Unbridged { tag: line.shared.tag });
            }
        }
        self.tables.values_mut().for_each(|members| members.retain(|member| *member != at));
        self.tables.retain(|_, members| !members.is_empty());
        // If it was being read it is gone already; its sockets are closed with it.
        drop(self.lines[at].take());
        let Some((shared, port)) = self.forget(at) else { return };
        tracing::error!(tag = shared.tag, "a panic has ended a leg; its media stop");
        self.report_closed(&shared, port, LegQuality::default());
    }
}

/// How two legs are to be joined.
#[derive(Clone, Copy, Debug)]
enum Meeting {
    /// Each hears the other's packets.
    Bridge,
    /// In a conference.
    Table,
}

/// What a thread needs of the engine.
pub(crate) struct WorkerSettings {
    pub(crate) sink: Sink,
    pub(crate) ports: Arc<Ports>,
    pub(crate) counters: Arc<Mutex<Counters>>,
    pub(crate) media_timeout: Duration,
}

/// From now on a leg's packets are read by the other poller.
fn move_socket(line: &mut Line, at: usize, from: &Poll, to: &Poll) {
    let socket = &mut line.sockets.rtp;
    complain(watching::forget(from, socket));
    complain(watching::watch(to, socket, Token(at * TOKENS + RTP)));
    ignore_streams(line, from);
    watch_streams(line, at, to);
}

/// A browser's TCP connection, if it is still there.
fn stream_at(line: &mut Line, place: usize) -> Option<&mut Stream> {
    line.transport.browser()?.streams[place].as_mut()
}

fn watch_streams(line: &mut Line, at: usize, poll: &Poll) {
    let Some(browser) = line.transport.browser() else { return };
    for (place, stream) in browser.streams.iter_mut().enumerate() {
        if let Some(stream) = stream {
            watch(stream, at, place, poll);
        }
    }
}

fn watch(stream: &mut Stream, at: usize, place: usize, poll: &Poll) {
    let token = Token(at * TOKENS + FIRST_STREAM + place);
    let interest = Interest::READABLE | Interest::WRITABLE;
    complain(poll.registry().register(&mut stream.socket, token, interest));
}

fn ignore_streams(line: &mut Line, poll: &Poll) {
    let Some(browser) = line.transport.browser() else { return };
    for stream in browser.streams.iter_mut().flatten() {
        complain(poll.registry().deregister(&mut stream.socket));
    }
}

/// Gives a packet to the other side of the bridge.
fn pass_on(
    line: &Line,
    packet: &Packet<'_>,
    kind: PayloadKind,
    lines: &mut [Option<Box<Line>>],
    cx: &mut Cx,
) {
    let is_sound = !matches!(kind, PayloadKind::TelephoneEvent);
    if line.hearing.is_on_hold() || line.is_muted && is_sound {
        return;
    }
    let partner = line.partner.and_then(|partner| lines[partner].as_mut());
    if let Some(partner) = partner {
        partner.relay(packet, kind, cx);
    }
}

fn wait(poll: &mut Poll, events: &mut Events, timeout: Option<Duration>) {
    let Err(error) = poll.poll(events, timeout) else { return };
    events.clear();
    if error.kind() != io::ErrorKind::Interrupted {
        tracing::error!(%error, "a media thread cannot wait for packets");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn complain(result: io::Result<()>) {
    if let Err(error) = result {
        tracing::error!(%error, "a media socket cannot be watched; its leg will hear nothing");
    }
}

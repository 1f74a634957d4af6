//! The sockets for audio: opened when first needed, used again, each sending on its own grid.

use std::io;
use std::net::SocketAddrV4;

use super::{FIRST_STREAM, Options};
use crate::clock::MS;
use crate::net::{self, Inbox, Poller};
use crate::rtp::{self, PACKET, Stream, Tally};
use crate::summary::Spread;

/// Milliseconds between two packets of a stream.
const GRID_MS: usize = 20;

/// As for 250 ms of packets, and what else a kernel counts.
const AUDIO_BUFFER: usize = 64 << 10;

/// The most travelling times that are kept.
const MOST_TIMES: usize = 2_000_000;

pub(super) struct Streams {
    address: std::net::Ipv4Addr,
    next_port: u16,
    speaks: bool,
    stamped: bool,
    all: Vec<Stream>,
    free: Vec<usize>,
    /// Which streams send in which millisecond of 20.
    wheel: [Vec<usize>; GRID_MS],
    packet: [u8; PACKET],
    ended: Tally,
    travelled_ms: Vec<f64>,
}

impl Streams {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            address: options.address,
            next_port: options.first_port,
            speaks: options.speaks || options.keys.is_some(),
            stamped: options.stamped,
            all: Vec::new(),
            free: Vec::new(),
            wheel: Default::default(),
            packet: rtp::sound(options.speaks),
            ended: Tally::default(),
            travelled_ms: Vec::new(),
        }
    }

    /// A stream for a call, with its address for the session description.
    pub(super) fn take(&mut self, poller: &Poller) -> io::Result<(usize, SocketAddrV4)> {
        if let Some(stream) = self.free.pop() {
            return Ok((stream, self.all[stream].local));
        }
        let (socket, local) = loop {
            if self.next_port > 65_000 {
                return Err(io::Error::other("no ports are left for audio"));
            }
            let local = SocketAddrV4::new(self.address, self.next_port);
            self.next_port += 2;
            if let Ok(socket) = net::open(local, AUDIO_BUFFER) {
                break (socket, local);
            }
        };
        let number = self.all.len();
        poller.watch(&socket, FIRST_STREAM + number as u64)?;
        self.all.push(Stream::new(socket, local, 0x1000 + number as u32));
        self.wheel[number % GRID_MS].push(number);
        Ok((number, local))
    }

    pub(super) fn stream(&mut self, stream: usize) -> &mut Stream {
        &mut self.all[stream]
    }

    /// The call is over: another may have the stream.
    pub(super) fn give_back(&mut self, stream: usize) {
        let it = &mut self.all[stream];
        it.release();
        self.ended.add(&std::mem::take(&mut it.tally));
        self.free.push(stream);
    }

    pub(super) fn in_use(&self) -> usize {
        self.all.len() - self.free.len()
    }

    /// Sends what is due in this millisecond.
    pub(super) fn tick(&mut self, tick_ms: u64, counting: bool) {
        if !self.speaks {
            return;
        }
        for &stream in &self.wheel[tick_ms as usize % GRID_MS] {
            self.all[stream].send(&mut self.packet, self.stamped, counting);
        }
    }

    pub(super) fn receive(&mut self, stream: usize, inbox: &mut Inbox, counting: bool) {
        let Some(it) = self.all.get_mut(stream) else { return };
        while let Some(got) = inbox.take(&it.socket) {
            let heard = it.take(inbox.bytes(got), got.from, got.at_ns, counting);
            let travelled = heard.and_then(|heard| heard.travelled_ns);
            if let Some(ns) = travelled.filter(|_| counting && self.travelled_ms.len() < MOST_TIMES)
            {
                self.travelled_ms.push(ns as f64 / MS as f64);
            }
        }
    }

    pub(super) fn tally(&self) -> Tally {
        let mut tally = self.ended.clone();
        self.all.iter().for_each(|stream| tally.add(&stream.tally));
        tally
    }

    pub(super) fn relayed(&mut self) -> Spread {
        Spread::of(std::mem::take(&mut self.travelled_ms))
    }
}

//! A leg's place in a conference: what it says there, and what it hears of the others.
//!
//! Legs of a conference tick at their own moments, each once in 20 ms. At its tick a leg's jitter
//! buffer gives the next frame of what it says, and it hears the sum of the last frames of the
//! others (N-1): each frame is heard once by each of them, and nobody hears themselves.

use std::time::Duration;

use trunkline_media::codec::Codec;
use trunkline_media::jitter::{Config, JitterBuffer};
use trunkline_media::rtp::Packet;
use trunkline_media::{FRAME_SAMPLES, Samples};

/// Frames that wait to be sent: a packet holds fewer.
const MAX_HEARD: usize = 16 * FRAME_SAMPLES;

/// A place in a conference.
#[derive(Debug)]
pub(crate) struct Seat {
    /// Which conference.
    pub(crate) table: u64,
    ear: JitterBuffer,
    said: Samples,
    heard: Vec<i16>,
}

impl Seat {
    pub(crate) fn new(table: u64) -> Self {
        let ear = JitterBuffer::new(Config::default());
        Self { table, ear, said: [0; FRAME_SAMPLES], heard: Vec::new() }
    }

    /// Takes audio of the peer.
    pub(crate) fn push(&mut self, now: Duration, packet: &Packet<'_>, codec: Codec) {
        self.ear.push(now, packet, codec);
    }

    /// The next frame of what the peer says; silence while it is on hold or muted.
    pub(crate) fn speak(&mut self, now: Duration, is_quiet: bool) {
        self.ear.tick(now, &mut self.said);
        if is_quiet {
            self.said = [0; FRAME_SAMPLES];
        }
    }

    pub(crate) fn said(&self) -> &Samples {
        &self.said
    }

    /// Keeps a frame of what the others say, until a packet of them is sent.
    pub(crate) fn hear(&mut self, frame: &Samples) {
        if self.heard.len() < MAX_HEARD {
            self.heard.extend_from_slice(frame);
        }
    }

    /// What was heard is not sent: something else is.
    pub(crate) fn miss(&mut self) {
        self.heard.clear();
    }

    /// Fills a packet with what was heard, one byte a sample.
    pub(crate) fn fill(&mut self, codec: Codec, sound: &mut [u8]) {
        self.heard.resize(sound.len(), 0);
        let mut bytes = Vec::with_capacity(sound.len());
        codec.encode(&self.heard, &mut bytes);
        sound.copy_from_slice(&bytes);
        self.heard.clear();
    }
}

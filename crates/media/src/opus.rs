//! Opus at the edge of a leg (RFC 7587): what comes in as Opus goes on as G.711, and the other way.
//!
//! A telephone's audio has 8 kHz, so that all behind the edge (jitter buffer, bridge, prompts,
//! recordings) is G.711, whatever a browser speaks. Opus is decoded and encoded at 8 kHz; its RTP
//! clock runs at 48 kHz all the same (RFC 7587, section 4.1).
//!
//! Lost packets are made up for where Opus can do that better than what lies behind: the last one
//! before a packet from that packet's copy of it (in-band FEC), earlier ones by concealment. Longer
//! gaps stay gaps.
//!
//! ```
//! use trunkline_media::g711::Law;
//! use trunkline_media::opus::{OpusIn, OpusOut};
//! use trunkline_media::rtp::{Header, Packet};
//!
//! # fn main() -> Result<(), trunkline_media::Error> {
//! let (mut encoder, mut decoder) = (OpusOut::new(Law::Mu, 111)?, OpusIn::new(Law::Mu)?);
//! let header = Header { marker: false, payload_type: 0, sequence: 7, timestamp: 160, ssrc: 1 };
//! let mut frames = 0;
//! encoder.frame(header, &[0xFF; 160], &mut |header, payload| {
//!     let packet = Packet { header, csrc: &[], extension: None, payload, padding: 0 };
//!     decoder.packet(&packet, &mut |_, payload| frames += payload.len() / 160);
//! });
//! assert_eq!(frames, 1);
//! # Ok(())
//! # }
//! ```

use opus_pure::{Application, OpusDecoder, OpusEncoder};

use crate::g711::{self, Law};
use crate::rtp::{Header, Packet};
use crate::{Error, FRAME_SAMPLES, SAMPLE_RATE_HZ};

/// Name in SDP.
pub const NAME: &str = "opus";

/// RTP clock in Hz, whatever is encoded (RFC 7587, section 4.1).
pub const CLOCK_RATE_HZ: u32 = 48_000;

/// The usual payload type; what is negotiated counts.
pub const PAYLOAD_TYPE: u8 = 111;

/// Parameters of our `fmtp` line: no stereo, nothing above 4 kHz, copies of frames against loss.
pub const FMTP: &str = "minptime=10;useinbandfec=1;maxplaybackrate=8000;stereo=0";

/// 48 kHz ticks in one sample at 8 kHz.
const TICKS: u32 = CLOCK_RATE_HZ / SAMPLE_RATE_HZ;

/// The longest packet that Opus allows: 120 ms (RFC 6716, section 2.1.4).
const MAX_PACKET_SAMPLES: usize = SAMPLE_RATE_HZ as usize / 1_000 * 120;

/// So many lost frames are made up for.
const MAX_MADE_UP: u16 = 3;

/// A tone of 440 Hz stays 28 dB over what the codec adds (24 dB at 28 kbit/s, 20 dB at 20 kbit/s:
/// measured by the tests below); speech needs less, and G.711 takes 64.
const BITRATE_BPS: i32 = 40_000;

/// Between quality and CPU time: a third of the time of the highest, without a difference at 8 kHz.
const COMPLEXITY: i32 = 5;

/// How much loss the encoder expects, in percent: it decides how much goes into copies of frames.
const EXPECTED_LOSS_PERCENT: i32 = 5;

/// An encoded frame is at most so long (RFC 6716, section 3.4).
const MAX_FRAME_BYTES: usize = 1_275;

/// Takes packets: their header, and their payload.
pub type Take<'t> = dyn FnMut(Header, &[u8]) + 't;

/// Opus in, G.711 out.
pub struct OpusIn {
    decoder: OpusDecoder,
    law: Law,
    last: Option<Last>,
    pcm: Vec<i16>,
    bytes: Vec<u8>,
}

/// The newest packet.
#[derive(Clone, Copy)]
struct Last {
    ssrc: u32,
    sequence: u16,
    /// At 48 kHz, as received.
    timestamp: u32,
    /// At 8 kHz, as given on.
    given: u32,
    samples: usize,
}

impl OpusIn {
    /// A decoder that gives G.711 of this law.
    ///
    /// # Errors
    /// [`Error::Opus`] if the codec cannot be set up, which would be a fault of this program.
    pub fn new(law: Law) -> Result<Self, Error> {
        let decoder = OpusDecoder::new(SAMPLE_RATE_HZ as i32, 1).map_err(|_| Error::Opus)?;
        let pcm = vec![0; MAX_PACKET_SAMPLES];
        Ok(Self { decoder, law, last: None, pcm, bytes: Vec::new() })
    }

    /// Takes a packet and gives on what comes of it: frames that are made up for, then its own.
    /// False if it is not Opus, or older than the last one; then nothing is given on.
    pub fn packet(&mut self, packet: &Packet<'_>, take: &mut Take<'_>) -> bool {
        let header = packet.header;
        let last = self.last.filter(|last| last.ssrc == header.ssrc);
        let ahead = last.map_or(1, |last| header.sequence.wrapping_sub(last.sequence));
        if ahead == 0 || ahead > u16::MAX / 2 || packet.payload.is_empty() {
            return false;
        }
        if last.is_none() && self.decoder.reset_state().is_err() {
            return false;
        }
        let given = last.map_or(header.timestamp / TICKS, |last| {
            let ticks = header.timestamp.wrapping_sub(last.timestamp).cast_signed();
            last.given.wrapping_add_signed(ticks / TICKS.cast_signed())
        });
        if let Some(last) = last {
            self.make_up(last, packet, given, take);
        }
        let Ok(samples) =
            self.decoder.decode_s16(packet.payload, MAX_PACKET_SAMPLES, &mut self.pcm)
        else {
            return false;
        };
        let samples = samples.min(MAX_PACKET_SAMPLES);
        self.give(Header { timestamp: given, ..header }, samples, take);
        let (ssrc, sequence, timestamp) = (header.ssrc, header.sequence, header.timestamp);
        self.last = Some(Last { ssrc, sequence, timestamp, given, samples });
        true
    }

    /// The header of an event that came between packets of Opus, on the clock of 8 kHz.
    pub fn event(&mut self, header: Header) -> Header {
        let Some(last) = self.last.as_mut().filter(|last| last.ssrc == header.ssrc) else {
            return Header { timestamp: header.timestamp / TICKS, ..header };
        };
        // Its number is not a lost packet's.
        if header.sequence.wrapping_sub(last.sequence) <= u16::MAX / 2 {
            last.sequence = header.sequence;
        }
        let ticks = header.timestamp.wrapping_sub(last.timestamp).cast_signed();
        let steps = ticks.div_euclid(TICKS.cast_signed());
        Header { timestamp: last.given.wrapping_add_signed(steps), ..header }
    }

    /// Frames between the last packet and this one, if few are missing and no pause explains it.
    fn make_up(&mut self, last: Last, packet: &Packet<'_>, given: u32, take: &mut Take<'_>) {
        let header = packet.header;
        let missing = header.sequence.wrapping_sub(last.sequence) - 1;
        let gap = given.wrapping_sub(last.given) as usize;
        if missing == 0 || missing > MAX_MADE_UP || gap != last.samples * usize::from(missing + 1) {
            return;
        }
        for number in 1..=missing {
            let decoder = &mut self.decoder;
            let made = if number == missing {
                decoder.decode_fec_s16(packet.payload, last.samples, &mut self.pcm)
            } else {
                decoder.decode_s16(&[], last.samples, &mut self.pcm)
            };
            let Ok(samples) = made else { return };
            let made_up = Header {
                marker: false,
                sequence: last.sequence.wrapping_add(number),
                timestamp: last.given.wrapping_add(last.samples as u32 * u32::from(number)),
                ..header
            };
            self.give(made_up, samples.min(last.samples), take);
        }
    }

    fn give(&mut self, header: Header, samples: usize, take: &mut Take<'_>) {
        self.bytes.resize(samples, 0);
        g711::encode(self.law, &self.pcm[..samples], &mut self.bytes);
        take(Header { payload_type: payload_type(self.law), ..header }, &self.bytes);
    }
}

impl std::fmt::Debug for OpusIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpusIn").field("law", &self.law).finish_non_exhaustive()
    }
}

/// G.711 in, Opus out.
pub struct OpusOut {
    encoder: OpusEncoder,
    law: Law,
    payload_type: u8,
    /// The newest frame: sequence and timestamp as they came, sequence and timestamp as given on.
    last: Option<(Header, Header)>,
    pcm: [i16; FRAME_SAMPLES],
    bytes: Vec<u8>,
}

impl OpusOut {
    /// An encoder that takes G.711 of this law and gives packets of this payload type.
    ///
    /// # Errors
    /// [`Error::Opus`] if the codec cannot be set up, which would be a fault of this program.
    pub fn new(law: Law, payload_type: u8) -> Result<Self, Error> {
        let encoder = OpusEncoder::new(SAMPLE_RATE_HZ as i32, 1, Application::Voip);
        let mut encoder = encoder.map_err(|_| Error::Opus)?;
        encoder.bitrate_bps = BITRATE_BPS;
        encoder.complexity = COMPLEXITY;
        encoder.use_inband_fec = true;
        encoder.packet_loss_perc = EXPECTED_LOSS_PERCENT;
        let (pcm, bytes) = ([0; FRAME_SAMPLES], vec![0; MAX_FRAME_BYTES]);
        Ok(Self { encoder, law, payload_type, last: None, pcm, bytes })
    }

    /// Encodes a packet's payload: in frames of 20 ms, and of 10 ms what is left. Less is left out,
    /// and so is a packet that comes twice or late: no number may be given to other content again
    /// (RFC 3711, section 9.1).
    pub fn frame(&mut self, header: Header, payload: &[u8], take: &mut Take<'_>) {
        let Some(mut next) = self.number(header) else { return };
        let mut rest = payload;
        while rest.len() >= FRAME_SAMPLES / 2 {
            let samples =
                if rest.len() >= FRAME_SAMPLES { FRAME_SAMPLES } else { FRAME_SAMPLES / 2 };
            let (frame, after) = rest.split_at(samples);
            let pcm = &mut self.pcm[..samples];
            g711::decode(self.law, frame, pcm);
            let Ok(length) = self.encoder.encode_s16(pcm, samples, &mut self.bytes) else { return };
            take(next, &self.bytes[..length]);
            self.last = Some((header, next));
            rest = after;
            next.sequence = next.sequence.wrapping_add(1);
            next.timestamp = next.timestamp.wrapping_add(samples as u32 * TICKS);
            next.marker = false;
        }
    }

    /// The header of an event between the frames, on the clock of 48 kHz. None if it comes twice or
    /// late.
    pub fn event(&mut self, header: Header) -> Option<Header> {
        let next = self.number(header)?;
        self.last = Some((header, next));
        Some(Header { payload_type: header.payload_type, ..next })
    }

    /// Gaps stay gaps, on the other clock. None for what is not newer than the last one.
    fn number(&self, header: Header) -> Option<Header> {
        let known = self.last.filter(|(_, given)| given.ssrc == header.ssrc);
        let steps = known.map_or(1, |(came, _)| header.sequence.wrapping_sub(came.sequence));
        if steps == 0 || steps > u16::MAX / 2 {
            return None;
        }
        let next = |(_, given): (Header, Header)| given.sequence.wrapping_add(steps);
        let sequence = known.map_or(header.sequence, next);
        let timestamp = header.timestamp.wrapping_mul(TICKS);
        Some(Header { payload_type: self.payload_type, sequence, timestamp, ..header })
    }
}

impl std::fmt::Debug for OpusOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpusOut").field("law", &self.law).finish_non_exhaustive()
    }
}

fn payload_type(law: Law) -> u8 {
    match law {
        Law::Mu => crate::codec::PCMU,
        Law::A => crate::codec::PCMA,
    }
}

#[cfg(test)]
mod tests;

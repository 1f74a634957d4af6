//! The numbers of a stream that we send: SSRC, sequence, timestamp, and what a report says of it.
//!
//! A stream may carry frames of our own (prompts, music), events, and packets relayed from another
//! stream, in turn. Its receiver sees one source whose numbers never jump.

use core::time::Duration;

use crate::dtmf::EventPacket;
use crate::rtcp::{NtpTime, SenderInfo};
use crate::rtp::Header;
use crate::{FRAME_MS, FRAME_SAMPLES};

/// Ticks of the timestamp in a frame.
const STEP: u32 = FRAME_SAMPLES as u32;

/// Up to here after the frame before, a frame is the next one; later ones leave a gap.
const ON_TIME: Duration = Duration::from_millis(50);

/// A relayed number this far from the newest means that its source began anew.
const MAX_DROPOUT: u16 = 3_000;

/// How late a relayed packet may be.
const MAX_MISORDER: u16 = 100;

/// Where the packets come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// Nothing was sent yet.
    Nowhere,
    /// From here.
    Own,
    /// From another stream.
    Relayed {
        ssrc: u32,
        /// The number of the first relayed packet; older ones belong to the time before.
        first: u16,
        /// The newest number relayed.
        newest: u16,
        sequence_offset: u16,
        timestamp_offset: u32,
    },
}

/// A stream on its way out. The codec's clock has 8 kHz.
#[derive(Clone, Debug)]
pub struct OutStream {
    ssrc: u32,
    /// The number of the next packet.
    next: u16,
    /// The timestamp of the newest audio.
    timestamp: u32,
    last_at: Duration,
    origin: Origin,
    /// Frames in a packet of our own.
    frames: u32,
    packets: u32,
    octets: u32,
}

impl OutStream {
    /// A stream that begins with these numbers, which should be random (RFC 3550 section 5.1).
    pub fn new(ssrc: u32, sequence: u16, timestamp: u32) -> Self {
        Self {
            ssrc,
            next: sequence,
            timestamp,
            last_at: Duration::ZERO,
            origin: Origin::Nowhere,
            frames: 1,
            packets: 0,
            octets: 0,
        }
    }

    /// From now on packets of our own hold so many frames of 20 ms: 1 to 3.
    pub fn set_frames(&mut self, frames: u32) {
        self.frames = frames.clamp(1, 3);
    }

    /// The stream's source.
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The header of a frame of our own. After a pause or another origin it carries the marker.
    pub fn frame(&mut self, now: Duration, payload_type: u8, octets: usize) -> Header {
        let is_on_time = now.saturating_sub(self.last_at) < self.on_time();
        let marker = self.origin != Origin::Own || !is_on_time;
        self.timestamp = self.timestamp_at(now);
        self.origin = Origin::Own;
        self.last_at = now;
        self.send(marker, payload_type, self.timestamp, octets)
    }

    fn on_time(&self) -> Duration {
        ON_TIME + Duration::from_millis(u64::from(FRAME_MS * (self.frames - 1)))
    }

    /// The timestamp that a frame sent `now` would have; events begin with it.
    pub fn timestamp_at(&self, now: Duration) -> u32 {
        if self.origin == Origin::Nowhere {
            return self.timestamp;
        }
        // To the nearest frame: one that was left out is a gap in time for whoever listens, and
        // not a stream that falls behind its own grid.
        let elapsed = now.saturating_sub(self.last_at);
        let frames = (elapsed.as_millis() as u64 + 10) / u64::from(FRAME_MS);
        let frames = (frames as u32).max(self.frames);
        self.timestamp.wrapping_add(frames.wrapping_mul(STEP))
    }

    /// The header of an event packet, which takes the place of the tick's frame. The packet is what
    /// [`crate::dtmf::Sender::tick`] gave for [`OutStream::timestamp_at`] this time.
    pub fn event(&mut self, now: Duration, payload_type: u8, event: &EventPacket) -> Header {
        self.timestamp = self.timestamp_at(now);
        self.origin = Origin::Own;
        self.last_at = now;
        self.send(event.marker, payload_type, event.timestamp, event.payload.len())
    }

    /// The header for a packet of another stream. None if it is from before the last change of
    /// origin, or from too long ago.
    pub fn relay(
        &mut self,
        now: Duration,
        header: &Header,
        payload_type: u8,
        octets: usize,
    ) -> Option<Header> {
        let is_known = matches!(self.origin, Origin::Relayed { ssrc, newest, .. }
            if ssrc == header.ssrc && !is_far(header.sequence, newest));
        if !is_known {
            self.begin_relaying(now, header);
        }
        let Origin::Relayed { first, newest, sequence_offset, timestamp_offset, .. } =
            &mut self.origin
        else {
            return None;
        };
        if header.sequence.wrapping_sub(*first).cast_signed() < 0 {
            return None;
        }
        // Only the last half of all numbers can be told from the future.
        if header.sequence.wrapping_sub(*newest).cast_signed() > 0 {
            *newest = header.sequence;
        }
        if newest.wrapping_sub(*first) > 0x4000 {
            *first = newest.wrapping_sub(0x2000);
        }
        let sequence = header.sequence.wrapping_add(*sequence_offset);
        let timestamp = header.timestamp.wrapping_add(*timestamp_offset);
        if sequence.wrapping_sub(self.next).cast_signed() >= 0 {
            self.next = sequence.wrapping_add(1);
        }
        if timestamp.wrapping_sub(self.timestamp).cast_signed() > 0 {
            self.timestamp = timestamp;
            self.last_at = now;
        }
        self.count(octets);
        let marker = header.marker || !is_known;
        Some(Header { marker, payload_type, sequence, timestamp, ssrc: self.ssrc })
    }

    fn begin_relaying(&mut self, now: Duration, header: &Header) {
        self.origin = Origin::Relayed {
            ssrc: header.ssrc,
            first: header.sequence,
            newest: header.sequence,
            sequence_offset: self.next.wrapping_sub(header.sequence),
            timestamp_offset: self.timestamp_at(now).wrapping_sub(header.timestamp),
        };
    }

    fn send(&mut self, marker: bool, payload_type: u8, timestamp: u32, octets: usize) -> Header {
        let sequence = self.next;
        self.next = sequence.wrapping_add(1);
        self.count(octets);
        Header { marker, payload_type, sequence, timestamp, ssrc: self.ssrc }
    }

    fn count(&mut self, octets: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(octets as u32);
    }

    /// What a sender report says; none before the first packet.
    pub fn sender_info(&self, now: Duration) -> Option<SenderInfo> {
        if self.origin == Origin::Nowhere {
            return None;
        }
        let since = now.saturating_sub(self.last_at).as_micros() / 125;
        let rtp_timestamp = self.timestamp.wrapping_add(since as u32);
        let (packets, octets) = (self.packets, self.octets);
        Some(SenderInfo { ntp: NtpTime::at(now), rtp_timestamp, packets, octets })
    }
}

/// Whether a number is too far from the newest to belong to the same run.
fn is_far(sequence: u16, newest: u16) -> bool {
    let step = sequence.wrapping_sub(newest);
    (MAX_DROPOUT..=u16::MAX - MAX_MISORDER).contains(&step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(tick: u32) -> Duration {
        Duration::from_millis(20) * tick
    }

    fn numbers(header: Header) -> (u16, u32, bool) {
        (header.sequence, header.timestamp, header.marker)
    }

    fn stream() -> OutStream {
        OutStream::new(5, 65_535, u32::MAX - 159)
    }

    fn other(sequence: u16, timestamp: u32) -> Header {
        Header { sequence, timestamp, ssrc: 77, ..Header::default() }
    }

    #[test]
    fn frames_of_our_own_go_on_over_the_wrap_and_over_pauses() {
        let mut stream = stream();
        assert_eq!(stream.sender_info(at(0)), None);
        assert_eq!(numbers(stream.frame(at(0), 0, 160)), (65_535, u32::MAX - 159, true));
        assert_eq!(numbers(stream.frame(at(1), 0, 160)), (0, 0, false));
        let late = at(2) + Duration::from_millis(9);
        assert_eq!(numbers(stream.frame(late, 0, 160)), (1, 160, false), "a late tick");
        assert_eq!(numbers(stream.frame(at(12), 0, 160)), (2, 160 + 10 * 160, true));
        let info = stream.sender_info(at(13)).unwrap();
        assert_eq!((info.packets, info.octets, info.rtp_timestamp), (4, 640, 1_920));
    }

    #[test]
    fn a_frame_that_is_left_out_shows_in_the_timestamp() {
        let mut stream = stream();
        let first = stream.frame(at(0), 0, 160);
        let next = stream.frame(at(2), 0, 160);
        assert_eq!(next.sequence, first.sequence.wrapping_add(1), "nothing was lost");
        assert_eq!(next.timestamp, first.timestamp.wrapping_add(2 * STEP));
    }

    #[test]
    fn relaying_begins_and_ends_without_a_jump() {
        let mut stream = stream();
        stream.frame(at(0), 0, 160);
        let first = stream.relay(at(1), &other(500, 9_000), 8, 160).unwrap();
        assert_eq!(numbers(first), (0, 0, true));
        assert_eq!((first.ssrc, first.payload_type), (5, 8));
        let lost = stream.relay(at(3), &other(502, 9_320), 8, 160).unwrap();
        assert_eq!(numbers(lost), (2, 320, false), "a loss stays visible");
        let late = stream.relay(at(3), &other(501, 9_160), 8, 160).unwrap();
        assert_eq!(numbers(late), (1, 160, false), "disorder too");
        assert_eq!(stream.relay(at(3), &other(499, 8_840), 8, 160), None, "from before");
        assert_eq!(numbers(stream.frame(at(4), 0, 160)), (3, 480, true));
        let again = stream.relay(at(5), &other(505, 9_800), 8, 160).unwrap();
        assert_eq!(numbers(again), (4, 640, true));
    }

    #[test]
    fn a_source_that_begins_anew_is_no_jump_either() {
        let mut stream = stream();
        stream.relay(at(0), &other(500, 9_000), 0, 160);
        let new = Header { ssrc: 78, ..other(40_000, 77) };
        assert_eq!(numbers(stream.relay(at(1), &new, 0, 160).unwrap()), (0, 0, true));
        let restarted = Header { ssrc: 78, ..other(10, 0) };
        assert_eq!(numbers(stream.relay(at(2), &restarted, 0, 160).unwrap()), (1, 160, true));
    }

    #[test]
    fn long_calls_are_relayed() {
        let mut stream = stream();
        for n in 0..200_000_u32 {
            let header = other(n as u16, n * 160);
            let sent = stream.relay(at(n), &header, 0, 160).unwrap();
            assert_eq!(sent.sequence, (n as u16).wrapping_sub(1));
        }
    }
}

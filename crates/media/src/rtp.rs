//! RTP packets: reading and writing (RFC 3550 section 5), numbers that wrap, changes of source.

use core::time::Duration;

use crate::Error;

/// The longest datagram that is taken for RTP or RTCP, in bytes.
pub const MAX_PACKET_BYTES: usize = 2_048;

/// Bytes of a header without contributing sources and extension.
pub const HEADER_BYTES: usize = 12;

const VERSION: u8 = 2;

/// The fixed part of a header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The marker: for audio, the first packet after a silence.
    pub marker: bool,
    /// What the payload is, 0 to 127.
    pub payload_type: u8,
    /// Grows by one with every packet; wraps.
    pub sequence: u16,
    /// When the first sample of the payload was taken, in ticks of the codec's clock; wraps.
    pub timestamp: u32,
    /// The source of the stream.
    pub ssrc: u32,
}

impl Header {
    /// The header as bytes: no padding, extension or contributing sources.
    pub fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[0] = VERSION << 6;
        bytes[1] = u8::from(self.marker) << 7 | self.payload_type & 0x7F;
        bytes[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        bytes[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        bytes
    }
}

/// A header extension (RFC 3550 section 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// What the extension is: 0xBEDE for the elements of RFC 8285.
    pub profile: u16,
    /// Its content, whole words of four bytes.
    pub data: &'a [u8],
}

/// A packet, borrowed from the datagram that it came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The fixed part of the header.
    pub header: Header,
    /// Contributing sources, four bytes each, at most fifteen.
    pub csrc: &'a [u8],
    /// The header extension.
    pub extension: Option<Extension<'a>>,
    /// The payload without padding; may be empty.
    pub payload: &'a [u8],
    /// Bytes of padding, the last of them counting.
    pub padding: u8,
}

impl<'a> Packet<'a> {
    /// Reads a datagram. Nothing is copied.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, Error> {
        if datagram.len() > MAX_PACKET_BYTES {
            return Err(broken("it is longer than 2,048 bytes", MAX_PACKET_BYTES));
        }
        let Some((fixed, mut rest)) = datagram.split_first_chunk::<HEADER_BYTES>() else {
            return Err(broken("it is shorter than a header", datagram.len()));
        };
        if fixed[0] >> 6 != VERSION {
            return Err(broken("its version is not 2", 0));
        }
        let csrc_bytes = usize::from(fixed[0] & 15) * 4;
        let Some((csrc, after)) = rest.split_at_checked(csrc_bytes) else {
            return Err(broken("it ends within the contributing sources", datagram.len()));
        };
        rest = after;
        let mut extension = None;
        if fixed[0] & 0x10 != 0 {
            let (found, after) = split_extension(rest)
                .ok_or_else(|| broken("it ends within the header extension", datagram.len()))?;
            extension = Some(found);
            rest = after;
        }
        let mut padding = 0;
        if fixed[0] & 0x20 != 0 {
            padding = rest.last().copied().unwrap_or(0);
            if padding == 0 || usize::from(padding) > rest.len() {
                return Err(broken("its padding does not fit", datagram.len()));
            }
        }
        let payload = &rest[..rest.len() - usize::from(padding)];
        Ok(Self { header: fixed_header(fixed), csrc, extension, payload, padding })
    }

    /// The contributing sources.
    pub fn contributing_sources(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.csrc
            .chunks_exact(4)
            .map(|word| u32::from_be_bytes([word[0], word[1], word[2], word[3]]))
    }

    /// Writes the packet to the end of `out`. Contributing sources beyond fifteen, and bytes of an
    /// extension beyond whole words, are left out.
    pub fn write(&self, out: &mut Vec<u8>) {
        let csrc = &self.csrc[..self.csrc.len().min(60) / 4 * 4];
        let start = out.len();
        out.extend_from_slice(&self.header.to_bytes());
        out[start] |= (csrc.len() / 4) as u8;
        out.extend_from_slice(csrc);
        if let Some(extension) = self.extension {
            let words = (extension.data.len() / 4).min(usize::from(u16::MAX));
            out[start] |= 0x10;
            out.extend_from_slice(&extension.profile.to_be_bytes());
            out.extend_from_slice(&(words as u16).to_be_bytes());
            out.extend_from_slice(&extension.data[..words * 4]);
        }
        out.extend_from_slice(self.payload);
        if self.padding > 0 {
            out[start] |= 0x20;
            out.resize(out.len() + usize::from(self.padding) - 1, 0);
            out.push(self.padding);
        }
    }
}

fn broken(what: &'static str, at: usize) -> Error {
    Error::Packet { protocol: "RTP", what, at }
}

fn fixed_header(bytes: &[u8; HEADER_BYTES]) -> Header {
    let [_, second, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3] = *bytes;
    Header {
        marker: second & 0x80 != 0,
        payload_type: second & 0x7F,
        sequence: u16::from_be_bytes([s0, s1]),
        timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
        ssrc: u32::from_be_bytes([i0, i1, i2, i3]),
    }
}

fn split_extension(bytes: &[u8]) -> Option<(Extension<'_>, &[u8])> {
    let (&[p0, p1, l0, l1], rest) = bytes.split_first_chunk::<4>()?;
    let words = usize::from(u16::from_be_bytes([l0, l1]));
    let (data, rest) = rest.split_at_checked(words * 4)?;
    Some((Extension { profile: u16::from_be_bytes([p0, p1]), data }, rest))
}

/// What a datagram on a media port is, by its first bytes (RFC 7983, RFC 5761 section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatagramKind {
    /// A STUN message.
    Stun,
    /// A DTLS record.
    Dtls,
    /// An RTP packet.
    Rtp,
    /// An RTCP packet.
    Rtcp,
    /// None of these.
    Other,
}

/// Tells RTP and RTCP apart where they share a port. Payload types 64 to 95 must not be used there.
pub fn classify(datagram: &[u8]) -> DatagramKind {
    match datagram {
        [0..=3, ..] => DatagramKind::Stun,
        [20..=63, ..] => DatagramKind::Dtls,
        [128..=191, 192..=223, ..] => DatagramKind::Rtcp,
        [128..=191, _, ..] => DatagramKind::Rtp,
        _ => DatagramKind::Other,
    }
}

/// Sequence numbers without wraps: each is taken for the one nearest to the newest so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct SequenceUnwrapper {
    newest: Option<i64>,
}

impl SequenceUnwrapper {
    /// The number that goes on where 16 bits end. The first is itself.
    pub fn unwrap(&mut self, sequence: u16) -> i64 {
        let Some(newest) = self.newest else {
            self.newest = Some(i64::from(sequence));
            return i64::from(sequence);
        };
        let step = sequence.wrapping_sub(newest as u16).cast_signed();
        let number = newest + i64::from(step);
        self.newest = Some(newest.max(number));
        number
    }
}

/// Timestamps without wraps: each is taken for the one nearest to the newest so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimestampUnwrapper {
    newest: Option<i64>,
}

impl TimestampUnwrapper {
    /// The timestamp that goes on where 32 bits end. The first is itself.
    pub fn unwrap(&mut self, timestamp: u32) -> i64 {
        let Some(newest) = self.newest else {
            self.newest = Some(i64::from(timestamp));
            return i64::from(timestamp);
        };
        let step = timestamp.wrapping_sub(newest as u32).cast_signed();
        let number = newest + i64::from(step);
        self.newest = Some(newest.max(number));
        number
    }
}

/// What a packet's source means for its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceVerdict {
    /// It is the stream's source.
    Current,
    /// It may be a new source; not yet believed.
    Candidate,
    /// It is the stream's source from this packet on; what was known of the old one is void.
    Changed,
}

/// Finds out when a stream changes its source, as at a transfer, without following strays.
///
/// A new SSRC is believed when two of its packets come in sequence (RFC 3550 appendix A.1) and none
/// of the old one between them, or at once when the old one has been silent for
/// [`SourceWatch::SILENCE`].
#[derive(Clone, Copy, Debug, Default)]
pub struct SourceWatch {
    current: Option<u32>,
    last_at: Duration,
    candidate: Option<(u32, u16)>,
}

impl SourceWatch {
    /// How long the old source must be silent for a new one to be believed at once.
    pub const SILENCE: Duration = Duration::from_millis(100);

    /// Judges one packet.
    pub fn receive(&mut self, now: Duration, header: &Header) -> SourceVerdict {
        let Header { ssrc, sequence, .. } = *header;
        if self.current == Some(ssrc) {
            self.last_at = now;
            self.candidate = None;
            return SourceVerdict::Current;
        }
        let is_silent = now.saturating_sub(self.last_at) >= Self::SILENCE;
        let is_second = self.candidate == Some((ssrc, sequence.wrapping_sub(1)));
        if self.current.is_none() || is_silent || is_second {
            *self = Self { current: Some(ssrc), last_at: now, candidate: None };
            return SourceVerdict::Changed;
        }
        self.candidate = Some((ssrc, sequence));
        SourceVerdict::Candidate
    }

    /// The source that is believed.
    pub fn current(&self) -> Option<u32> {
        self.current
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn parse(bytes: &[u8]) -> Result<Packet<'_>, String> {
        Packet::parse(bytes).map_err(|error| error.to_string())
    }

    /// The layout of RFC 3550 section 5.1, bit by bit.
    #[test]
    fn reads_the_fixed_header() {
        let bytes = [0x80, 0x88, 0x12, 0x34, 0xDE, 0xAD, 0xBE, 0xEF, 1, 2, 3, 4, 0xD5, 0x55];
        let packet = parse(&bytes).unwrap();
        let header = Header {
            marker: true,
            payload_type: 8,
            sequence: 0x1234,
            timestamp: 0xDEAD_BEEF,
            ssrc: 0x0102_0304,
        };
        let wanted = Packet { header, payload: &[0xD5, 0x55], ..Packet::default() };
        assert_eq!(packet, wanted);
    }

    #[test]
    fn reads_sources_extension_and_padding() {
        let mut bytes = vec![0xB2, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        bytes.extend([0, 0, 0, 10, 0, 0, 0, 11]);
        bytes.extend([0xBE, 0xDE, 0, 1, 0x10, 0x7F, 0, 0]);
        bytes.extend([1, 2, 3, 0, 0, 3]);
        let packet = parse(&bytes).unwrap();
        assert_eq!(packet.contributing_sources().collect::<Vec<_>>(), [10, 11]);
        let extension = Extension { profile: 0xBEDE, data: &[0x10, 0x7F, 0, 0] };
        assert_eq!(packet.extension, Some(extension));
        assert_eq!((packet.payload, packet.padding), (&[1, 2, 3][..], 3));
        let mut written = Vec::new();
        packet.write(&mut written);
        assert_eq!(written, bytes);
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let good = Header::default().to_bytes();
        let with = |first: u8, more: &[u8]| {
            let mut bytes = good.to_vec();
            bytes[0] = first;
            bytes.extend(more);
            bytes
        };
        let cases: [(Vec<u8>, &str); 9] = [
            (Vec::new(), "shorter than a header"),
            (good[..11].to_vec(), "shorter than a header"),
            (with(0x40, &[]), "version"),
            (with(0x8F, &[0; 59]), "contributing sources"),
            (with(0x90, &[0, 0, 0]), "header extension"),
            (with(0x90, &[0, 0, 255, 255, 0]), "header extension"),
            (with(0xA0, &[]), "padding"),
            (with(0xA0, &[1, 3]), "padding"),
            (with(0x80, &[0; 2048]), "longer"),
        ];
        for (bytes, wanted) in cases {
            let error = parse(&bytes).unwrap_err();
            assert!(error.contains(wanted), "{error}: {wanted}");
        }
        assert_eq!(parse(&with(0xA0, &[0, 2])).unwrap().payload, b"", "padding alone");
        assert!(parse(&with(0xA0, &[0])).is_err(), "padding of no bytes");
    }

    #[test]
    fn any_bytes_are_read_or_refused_and_written_back() {
        let mut seed = 0x2545_F491_4F6C_DD1D_u64;
        let mut read = 0;
        for round in 0..20_000 {
            let mut bytes: Vec<u8> = Vec::new();
            while bytes.len() < round % 90 {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                bytes.extend(seed.to_le_bytes());
            }
            if let Some(first) = bytes.first_mut() {
                *first = 0x80 | *first & 0x33;
            }
            let Ok(packet) = Packet::parse(&bytes) else { continue };
            read += 1;
            let mut written = Vec::new();
            packet.write(&mut written);
            assert_eq!(Packet::parse(&written).unwrap(), packet);
            assert_eq!(written.len(), bytes.len());
        }
        assert!(read > 4_000, "{read}");
    }

    #[test]
    fn tells_datagrams_apart() {
        let cases: [(&[u8], DatagramKind); 9] = [
            (&[0x80, 0], DatagramKind::Rtp),
            (&[0x80, 0x80 | 63], DatagramKind::Rtp),
            (&[0x80, 0x80 | 96], DatagramKind::Rtp),
            (&[0x80, 200], DatagramKind::Rtcp),
            (&[0x81, 207], DatagramKind::Rtcp),
            (&[0, 1], DatagramKind::Stun),
            (&[22, 0xFE], DatagramKind::Dtls),
            (&[0x80], DatagramKind::Other),
            (b"INVITE sip:", DatagramKind::Other),
        ];
        for (bytes, wanted) in cases {
            assert_eq!(classify(bytes), wanted, "{bytes:?}");
        }
    }

    #[test]
    fn numbers_go_on_where_they_wrap() {
        let mut sequence = SequenceUnwrapper::default();
        let numbers = [65_534, 65_535, 1, 0, 65_533, 2].map(|number| sequence.unwrap(number));
        assert_eq!(numbers, [65_534, 65_535, 65_537, 65_536, 65_533, 65_538]);
        let mut timestamp = TimestampUnwrapper::default();
        let numbers = [u32::MAX - 159, 0, 320, 160].map(|number| timestamp.unwrap(number));
        let end = 1_i64 << 32;
        assert_eq!(numbers, [end - 160, end, end + 320, end + 160]);
    }

    #[test]
    fn follows_a_new_source_but_no_stray() {
        let mut watch = SourceWatch::default();
        let mut receive = |at_ms: u32, ssrc, sequence| {
            let header = Header { ssrc, sequence, ..Header::default() };
            watch.receive(MS * at_ms, &header)
        };
        assert_eq!(receive(0, 1, 10), SourceVerdict::Changed);
        assert_eq!(receive(20, 1, 11), SourceVerdict::Current);
        assert_eq!(receive(21, 2, 500), SourceVerdict::Candidate, "a stray");
        assert_eq!(receive(40, 1, 12), SourceVerdict::Current);
        assert_eq!(receive(41, 2, 501), SourceVerdict::Candidate, "the old one still speaks");
        assert_eq!(receive(61, 2, 503), SourceVerdict::Candidate, "not in sequence");
        assert_eq!(receive(81, 2, 504), SourceVerdict::Changed);
        assert_eq!(receive(90, 1, 13), SourceVerdict::Candidate, "an old packet, late");
        assert_eq!(receive(181, 3, 7), SourceVerdict::Changed, "after a silence");
    }
}

//! RTCP: sender and receiver reports, source descriptions, goodbyes (RFC 3550 section 6).
//!
//! A datagram is a compound of packets. What other packets it holds (feedback, extended reports) is
//! skipped by its length. Where RTP and RTCP share a port, [`crate::rtp::classify`] tells which is
//! which.

use core::time::Duration;

use crate::Error;
use crate::rtp::MAX_PACKET_BYTES;

/// The most packets that are read of one compound.
pub const MAX_PACKETS: usize = 32;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const BYE: u8 = 203;

/// The item type of a canonical name (RFC 3550 section 6.5.1).
const CNAME: u8 = 1;

/// The most entries that the count in a header allows.
const MAX_COUNT: usize = 31;

/// A time in seconds with 32 bits of fraction, as reports carry it. Ours count from the start of
/// the caller's clock, which RFC 3550 section 6.4.1 allows: only differences are ever used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct NtpTime(pub u64);

impl NtpTime {
    /// The time `now`.
    pub fn at(now: Duration) -> Self {
        let fraction = (u64::from(now.subsec_nanos()) << 32) / 1_000_000_000;
        Self(now.as_secs() << 32 | fraction)
    }

    /// The middle 32 bits: units of 1/65,536 s.
    pub fn middle(self) -> u32 {
        (self.0 >> 16) as u32
    }
}

/// What a receiver says of one source (RFC 3550 section 6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportBlock {
    /// The source.
    pub ssrc: u32,
    /// Share of packets lost since the report before, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost since the beginning, 24 bits with a sign: duplicates count against it.
    pub cumulative_lost: i32,
    /// Highest sequence number, with the count of wraps in the upper half.
    pub highest_sequence: u32,
    /// Jitter in ticks of the timestamp.
    pub jitter: u32,
    /// Middle bits of the newest sender report's time, 0 if there was none.
    pub last_sr: u32,
    /// Time since that report, in 1/65,536 s.
    pub delay_since_last_sr: u32,
}

impl ReportBlock {
    /// The time to the receiver and back, if it has seen a report of ours: `now` must be on the
    /// clock that those were made with. None too if the numbers cannot be right.
    pub fn round_trip(&self, now: Duration) -> Option<Duration> {
        if self.last_sr == 0 {
            return None;
        }
        let there = NtpTime::at(now).middle().wrapping_sub(self.last_sr);
        let units = there.checked_sub(self.delay_since_last_sr)?;
        Some(Duration::from_nanos(u64::from(units) * 1_000_000_000 / 65_536))
    }
}

/// What a sender says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SenderInfo {
    /// When the report was made.
    pub ntp: NtpTime,
    /// The same moment in ticks of the RTP timestamp.
    pub rtp_timestamp: u32,
    /// Packets sent; wraps.
    pub packets: u32,
    /// Bytes of payload sent; wraps.
    pub octets: u32,
}

/// A source and its canonical name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunk {
    /// The source.
    pub ssrc: u32,
    /// Its canonical name, empty if it gives none; at most 255 bytes are written.
    pub cname: String,
}

/// One packet of a compound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rtcp {
    /// A report of a participant that sends.
    SenderReport {
        /// The participant.
        ssrc: u32,
        /// What it sent.
        info: SenderInfo,
        /// What it received, at most 31.
        reports: Vec<ReportBlock>,
    },
    /// A report of a participant that only listens.
    ReceiverReport {
        /// The participant.
        ssrc: u32,
        /// What it received, at most 31.
        reports: Vec<ReportBlock>,
    },
    /// Who sources are, at most 31.
    SourceDescription(Vec<Chunk>),
    /// Sources that leave.
    Bye {
        /// The sources, at most 31.
        ssrcs: Vec<u32>,
        /// Why, empty if not said.
        reason: String,
    },
    /// Something else.
    Other {
        /// The packet type.
        packet_type: u8,
    },
}

/// Reads a compound. A single packet that is no report is taken too (RFC 5506).
pub fn parse(datagram: &[u8]) -> Result<Vec<Rtcp>, Error> {
    if datagram.is_empty() || datagram.len() > MAX_PACKET_BYTES {
        return Err(broken("its length is not 4 to 2,048 bytes", 0));
    }
    let mut packets = Vec::new();
    let mut at = 0;
    while at < datagram.len() {
        if packets.len() == MAX_PACKETS {
            return Err(broken("it holds more than 32 packets", at));
        }
        let rest = &datagram[at..];
        let Some((&[first, packet_type, l0, l1], body)) = rest.split_first_chunk::<4>() else {
            return Err(broken("it ends within a header", at));
        };
        if first >> 6 != 2 {
            return Err(broken("its version is not 2", at));
        }
        let length = usize::from(u16::from_be_bytes([l0, l1])) * 4;
        let Some(mut body) = body.get(..length) else {
            return Err(broken("it ends within a packet", at));
        };
        if first & 0x20 != 0 {
            body = without_padding(body, at + 4 + length == datagram.len(), at)?;
        }
        let count = usize::from(first & 31);
        let packet = parse_one(packet_type, count, body)
            .ok_or_else(|| broken("a packet is shorter than its count says", at))?;
        packets.push(packet);
        at += 4 + length;
    }
    Ok(packets)
}

fn broken(what: &'static str, at: usize) -> Error {
    Error::Packet { protocol: "RTCP", what, at }
}

fn without_padding(body: &[u8], is_last: bool, at: usize) -> Result<&[u8], Error> {
    let padding = usize::from(body.last().copied().unwrap_or(0));
    if !is_last || padding == 0 || padding % 4 != 0 {
        return Err(broken("its padding does not fit", at));
    }
    let length = body.len().checked_sub(padding);
    length.map(|length| &body[..length]).ok_or_else(|| broken("its padding does not fit", at))
}

fn parse_one(packet_type: u8, count: usize, mut body: &[u8]) -> Option<Rtcp> {
    match packet_type {
        SENDER_REPORT => {
            let ssrc = word(&mut body)?;
            let ntp = NtpTime(u64::from(word(&mut body)?) << 32 | u64::from(word(&mut body)?));
            let rtp_timestamp = word(&mut body)?;
            let (packets, octets) = (word(&mut body)?, word(&mut body)?);
            let info = SenderInfo { ntp, rtp_timestamp, packets, octets };
            Some(Rtcp::SenderReport { ssrc, info, reports: parse_reports(count, body)? })
        }
        RECEIVER_REPORT => {
            let ssrc = word(&mut body)?;
            Some(Rtcp::ReceiverReport { ssrc, reports: parse_reports(count, body)? })
        }
        SOURCE_DESCRIPTION => {
            let mut chunks = Vec::with_capacity(count);
            for _ in 0..count {
                chunks.push(parse_chunk(&mut body)?);
            }
            Some(Rtcp::SourceDescription(chunks))
        }
        BYE => {
            let mut ssrcs = Vec::with_capacity(count);
            for _ in 0..count {
                ssrcs.push(word(&mut body)?);
            }
            let reason = match body.split_first() {
                Some((length, text)) => text.get(..usize::from(*length))?,
                None => &[],
            };
            Some(Rtcp::Bye { ssrcs, reason: String::from_utf8_lossy(reason).into_owned() })
        }
        packet_type => Some(Rtcp::Other { packet_type }),
    }
}

fn word(body: &mut &[u8]) -> Option<u32> {
    let (word, rest) = body.split_first_chunk::<4>()?;
    *body = rest;
    Some(u32::from_be_bytes(*word))
}

fn parse_reports(count: usize, mut body: &[u8]) -> Option<Vec<ReportBlock>> {
    let mut reports = Vec::with_capacity(count);
    for _ in 0..count {
        let (ssrc, loss) = (word(&mut body)?, word(&mut body)?);
        reports.push(ReportBlock {
            ssrc,
            fraction_lost: (loss >> 24) as u8,
            // The sign is the uppermost of 24 bits.
            cumulative_lost: (loss << 8).cast_signed() >> 8,
            highest_sequence: word(&mut body)?,
            jitter: word(&mut body)?,
            last_sr: word(&mut body)?,
            delay_since_last_sr: word(&mut body)?,
        });
    }
    Some(reports)
}

fn parse_chunk(body: &mut &[u8]) -> Option<Chunk> {
    let whole = *body;
    let mut chunk = Chunk { ssrc: word(body)?, ..Chunk::default() };
    loop {
        let (&item, rest) = body.split_first()?;
        *body = rest;
        if item == 0 {
            // The list of items ends at the next whole word.
            let used = (whole.len() - body.len()).next_multiple_of(4);
            *body = whole.get(used..)?;
            return Some(chunk);
        }
        let (&length, rest) = body.split_first()?;
        let (text, rest) = rest.split_at_checked(usize::from(length))?;
        *body = rest;
        if item == CNAME {
            chunk.cname = String::from_utf8_lossy(text).into_owned();
        }
    }
}

/// Writes a compound to the end of `out`. [`Rtcp::Other`] is left out; of lists longer than 31 and
/// texts longer than 255 bytes the rest is left out.
pub fn write(packets: &[Rtcp], out: &mut Vec<u8>) {
    for packet in packets {
        let start = out.len();
        let (packet_type, count) = match packet {
            Rtcp::SenderReport { ssrc, info, reports } => {
                begin(out, *ssrc);
                out.extend_from_slice(&info.ntp.0.to_be_bytes());
                for word in [info.rtp_timestamp, info.packets, info.octets] {
                    out.extend_from_slice(&word.to_be_bytes());
                }
                (SENDER_REPORT, write_reports(reports, out))
            }
            Rtcp::ReceiverReport { ssrc, reports } => {
                begin(out, *ssrc);
                (RECEIVER_REPORT, write_reports(reports, out))
            }
            Rtcp::SourceDescription(chunks) => {
                out.extend_from_slice(&[0; 4]);
                let chunks = &chunks[..chunks.len().min(MAX_COUNT)];
                chunks.iter().for_each(|chunk| write_chunk(chunk, start, out));
                (SOURCE_DESCRIPTION, chunks.len())
            }
            Rtcp::Bye { ssrcs, reason } => {
                out.extend_from_slice(&[0; 4]);
                let ssrcs = &ssrcs[..ssrcs.len().min(MAX_COUNT)];
                ssrcs.iter().for_each(|ssrc| out.extend_from_slice(&ssrc.to_be_bytes()));
                if !reason.is_empty() {
                    write_text(reason, out);
                    pad(start, out);
                }
                (BYE, ssrcs.len())
            }
            Rtcp::Other { .. } => continue,
        };
        let words = ((out.len() - start) / 4 - 1) as u16;
        out[start] = 0x80 | count as u8;
        out[start + 1] = packet_type;
        out[start + 2..start + 4].copy_from_slice(&words.to_be_bytes());
    }
}

/// Leaves room for the header and writes who speaks.
fn begin(out: &mut Vec<u8>, ssrc: u32) {
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&ssrc.to_be_bytes());
}

fn write_reports(reports: &[ReportBlock], out: &mut Vec<u8>) -> usize {
    let reports = &reports[..reports.len().min(MAX_COUNT)];
    for report in reports {
        let lost = report.cumulative_lost.clamp(-0x80_0000, 0x7F_FFFF).cast_unsigned() & 0xFF_FFFF;
        let words = [
            report.ssrc,
            u32::from(report.fraction_lost) << 24 | lost,
            report.highest_sequence,
            report.jitter,
            report.last_sr,
            report.delay_since_last_sr,
        ];
        words.iter().for_each(|word| out.extend_from_slice(&word.to_be_bytes()));
    }
    reports.len()
}

fn write_chunk(chunk: &Chunk, start: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&chunk.ssrc.to_be_bytes());
    out.push(CNAME);
    write_text(&chunk.cname, out);
    out.push(0);
    pad(start, out);
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    let length = text.floor_char_boundary(255);
    out.push(length as u8);
    out.extend_from_slice(&text.as_bytes()[..length]);
}

fn pad(start: usize, out: &mut Vec<u8>) {
    let length = (out.len() - start).next_multiple_of(4);
    out.resize(start + length, 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block() -> ReportBlock {
        ReportBlock {
            ssrc: 9,
            fraction_lost: 64,
            cumulative_lost: -2,
            highest_sequence: 0x0001_0203,
            jitter: 77,
            last_sr: 0xB705_2000,
            delay_since_last_sr: 0x0005_4000,
        }
    }

    fn compound() -> Vec<Rtcp> {
        let info = SenderInfo { ntp: NtpTime(7 << 32), rtp_timestamp: 1, packets: 2, octets: 3 };
        vec![
            Rtcp::SenderReport { ssrc: 5, info, reports: vec![block(), block()] },
            Rtcp::ReceiverReport { ssrc: 6, reports: Vec::new() },
            Rtcp::SourceDescription(vec![
                Chunk { ssrc: 5, cname: "caller@example".into() },
                Chunk { ssrc: 6, cname: "ab".into() },
            ]),
            Rtcp::Bye { ssrcs: vec![5, 6], reason: "over".into() },
            Rtcp::Bye { ssrcs: vec![7], reason: String::new() },
        ]
    }

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = Vec::new();
        write(&compound(), &mut bytes);
        assert_eq!(parse(&bytes).unwrap(), compound());
        // Header and length of RFC 3550 section 6.4.1: 28 + 2 * 24 bytes are 19 words.
        assert_eq!(bytes[..4], [0x82, 200, 0, 18]);
        assert_eq!(bytes[32..36], [64, 0xFF, 0xFF, 0xFE], "-2 in 24 bits");
    }

    #[test]
    fn other_packets_and_padding_are_skipped() {
        let bytes = [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0xA0, 203, 0, 1, 0, 0, 0, 4];
        let bye = Rtcp::Bye { ssrcs: Vec::new(), reason: String::new() };
        assert_eq!(parse(&bytes).unwrap(), [Rtcp::Other { packet_type: 206 }, bye]);
    }

    #[test]
    fn refuses_what_does_not_fit() {
        let cases: [(&[u8], &str); 9] = [
            (&[], "length"),
            (&[0x80, 200, 0], "within a header"),
            (&[0x40, 200, 0, 0], "version"),
            (&[0x80, 201, 0, 1, 0, 0], "within a packet"),
            (&[0x81, 201, 0, 1, 0, 0, 0, 1], "count"),
            (&[0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, 65, 0], "count"),
            (&[0x81, 203, 0, 2, 0, 0, 0, 1, 4, 65, 66, 67], "count"),
            (&[0xA0, 201, 0, 1, 0, 0, 0, 3], "padding"),
            (&[0xA0, 201, 0, 1, 0, 0, 0, 8], "padding"),
        ];
        for (bytes, wanted) in cases {
            let error = parse(bytes).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}: {wanted}");
        }
        let many = [0x80, 206, 0, 0].repeat(MAX_PACKETS + 1);
        assert!(parse(&many).unwrap_err().to_string().contains("more than 32"));
    }

    #[test]
    fn any_change_of_a_compound_is_read_or_refused() {
        let mut bytes = Vec::new();
        write(&compound(), &mut bytes);
        for at in 0..bytes.len() {
            for value in [0, 1, 0x7F, 0x80, 0xA1, 0xFF] {
                let mut changed = bytes.clone();
                changed[at] = value;
                let Ok(packets) = parse(&changed) else { continue };
                let mut again = Vec::new();
                write(&packets, &mut again);
                parse(&again).unwrap();
            }
            let _ = parse(&bytes[..at]);
        }
    }

    /// The example of RFC 3550 section 6.4.1, figure 2.
    #[test]
    fn round_trip_of_the_rfc() {
        let now = Duration::from_millis(46_864_500);
        assert_eq!(NtpTime::at(now).middle(), 0xB710_8000);
        assert_eq!(block().round_trip(now), Some(Duration::from_millis(6_125)));
        assert_eq!(ReportBlock::default().round_trip(now), None);
        let liar = ReportBlock { delay_since_last_sr: 0x00FF_0000, ..block() };
        assert_eq!(liar.round_trip(now), None);
    }
}

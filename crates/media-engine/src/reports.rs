//! RTCP of a leg: what is reported, and what is made of reports.

use std::time::Duration;

use trunkline_media::Error;
use trunkline_media::reception::Reception;
use trunkline_media::rtcp::{self, Chunk, ReportBlock, Rtcp};
use trunkline_media::stream::OutStream;

use crate::event::PeerView;

/// From one report to the next (RFC 3550 section 6.2).
pub(crate) const INTERVAL: Duration = Duration::from_secs(5);

/// Whether the leg goes on after a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It goes on.
    Regular,
    /// It ends.
    Goodbye,
}

/// Writes a compound into `out`: a report, the canonical name, and goodbye at the end.
pub(crate) fn write(
    now: Duration,
    stream: &OutStream,
    reception: Option<&mut Reception>,
    tone: Tone,
    out: &mut Vec<u8>,
) {
    let ssrc = stream.ssrc();
    let reports = reception.map(|reception| reception.report(now)).into_iter().collect();
    let report = match stream.sender_info(now) {
        Some(info) => Rtcp::SenderReport { ssrc, info, reports },
        None => Rtcp::ReceiverReport { ssrc, reports },
    };
    // A name that says nothing of anybody (RFC 7022 section 4.2): the source is random.
    let cname = format!("{ssrc:08x}@trunkline");
    let name = Rtcp::SourceDescription(vec![Chunk { ssrc, cname }]);
    out.clear();
    match tone {
        Tone::Regular => rtcp::write(&[report, name], out),
        Tone::Goodbye => {
            let bye = Rtcp::Bye { ssrcs: vec![ssrc], reason: String::new() };
            rtcp::write(&[report, name, bye], out);
        }
    }
}

/// What the peer says of our packets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Heard {
    pub(crate) view: Option<PeerView>,
    pub(crate) round_trip: Option<Duration>,
}

/// Reads a compound: notes the peer's sender report, and gives what it says of the source `ssrc`.
pub(crate) fn read(
    now: Duration,
    datagram: &[u8],
    ssrc: u32,
    reception: Option<&mut Reception>,
) -> Result<Heard, Error> {
    let packets = rtcp::parse(datagram)?;
    let mut heard = Heard::default();
    let mut reception = reception;
    for packet in &packets {
        match packet {
            Rtcp::SenderReport { ssrc: sender, info, reports } => {
                if let Some(reception) = &mut reception
                    && reception.ssrc() == *sender
                {
                    reception.sender_report(now, info.ntp);
                }
                heard.note(now, ssrc, reports);
            }
            Rtcp::ReceiverReport { reports, .. } => heard.note(now, ssrc, reports),
            // Signalling ends calls, not RTCP.
            Rtcp::SourceDescription(_) | Rtcp::Bye { .. } | Rtcp::Other { .. } => {}
        }
    }
    Ok(heard)
}

impl Heard {
    fn note(&mut self, now: Duration, ssrc: u32, reports: &[ReportBlock]) {
        let Some(block) = reports.iter().find(|block| block.ssrc == ssrc) else { return };
        self.view = Some(PeerView {
            loss_percent: f64::from(block.fraction_lost) * 100.0 / 256.0,
            lost: block.cumulative_lost,
            jitter: Duration::from_micros(u64::from(block.jitter) * 125),
        });
        self.round_trip = block.round_trip(now).or(self.round_trip);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trunkline_media::rtp::Header;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn two_sides_measure_the_way_between_them() {
        let mut ours = OutStream::new(1, 10, 20);
        let mut theirs = OutStream::new(2, 30, 40);
        ours.frame(MS * 20, 0, 160);
        let header = theirs.frame(MS * 20, 0, 160);
        let mut reception = Reception::new(MS * 25, &header, 8_000);
        let mut their_reception =
            Reception::new(MS * 25, &Header { ssrc: 1, ..Header::default() }, 8_000);
        let mut out = Vec::new();
        write(MS * 1_000, &ours, Some(&mut reception), Tone::Regular, &mut out);
        read(MS * 1_015, &out, 2, Some(&mut their_reception)).unwrap();
        write(MS * 3_000, &theirs, Some(&mut their_reception), Tone::Goodbye, &mut out);
        let heard = read(MS * 3_015, &out, 1, Some(&mut reception)).unwrap();
        let round_trip = heard.round_trip.unwrap();
        assert!(round_trip.abs_diff(MS * 30) < MS, "{round_trip:?}");
        assert_eq!(heard.view.unwrap().lost, 0);
        assert!(read(MS, &out[..10], 1, None).is_err());
    }
}

//! What must hold for every datagram that comes as RTCP.

use core::time::Duration;

use trunkline_media::SAMPLE_RATE_HZ;
use trunkline_media::reception::Reception;
use trunkline_media::rtcp::{MAX_PACKETS, ReportBlock, Rtcp, parse, write};
use trunkline_media::rtp::Header;

/// Longer datagrams are refused.
const MOST_BYTES: usize = 2100;

/// Reads the datagram as a compound, and does with it what a call does.
pub(crate) fn check(data: &[u8]) {
    if data.len() > MOST_BYTES {
        return;
    }
    let Ok(packets) = parse(data) else { return };
    assert!((1..=MAX_PACKETS).contains(&packets.len()));
    let mut reception = Reception::new(Duration::ZERO, &Header::default(), SAMPLE_RATE_HZ);
    for packet in &packets {
        match packet {
            Rtcp::SenderReport { info, reports, .. } => {
                reception.sender_report(Duration::from_secs(1), info.ntp);
                check_reports(reports);
            }
            Rtcp::ReceiverReport { reports, .. } => check_reports(reports),
            Rtcp::SourceDescription(chunks) => assert!(chunks.len() <= 31),
            Rtcp::Bye { ssrcs, .. } => assert!(ssrcs.len() <= 31),
            Rtcp::Other { .. } => {}
        }
    }
    let answer = reception.report(Duration::from_secs(2));
    check_reports(&[answer]);
    check_writing(packets);
}

fn check_reports(reports: &[ReportBlock]) {
    assert!(reports.len() <= 31);
    for report in reports {
        assert!((-0x80_0000..=0x7F_FFFF).contains(&report.cumulative_lost), "24 bits");
        for now_s in [0, 1, 65_535, 65_536, u64::from(u32::MAX) + 7] {
            if let Some(time) = report.round_trip(Duration::from_secs(now_s)) {
                assert!(time < Duration::from_secs(65_536), "{time:?}");
            }
        }
    }
}

/// What is written is read as the same, but for what is never written and texts that were too long
/// after broken ones in them had been replaced.
fn check_writing(mut packets: Vec<Rtcp>) {
    packets.retain(|packet| !matches!(packet, Rtcp::Other { .. }));
    if packets.is_empty() {
        return;
    }
    let again = rewritten(&packets);
    assert_eq!(again.len(), packets.len());
    if packets.iter().all(fits) {
        assert_eq!(again, packets);
    }
    assert_eq!(rewritten(&again), again, "the second time nothing changes");
}

fn rewritten(packets: &[Rtcp]) -> Vec<Rtcp> {
    let mut bytes = Vec::new();
    write(packets, &mut bytes);
    // Replaced characters may make it longer than a datagram; then there is nothing to read.
    if bytes.len() > 2048 {
        return packets.to_vec();
    }
    parse(&bytes).expect("what is written is a compound")
}

fn fits(packet: &Rtcp) -> bool {
    match packet {
        Rtcp::SourceDescription(chunks) => chunks.iter().all(|chunk| chunk.cname.len() <= 255),
        Rtcp::Bye { reason, .. } => reason.len() <= 255,
        Rtcp::SenderReport { .. } | Rtcp::ReceiverReport { .. } | Rtcp::Other { .. } => true,
    }
}

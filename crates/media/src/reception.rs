//! What was received of one source: loss and jitter (RFC 3550 appendices A.1, A.3 and A.8).

use core::time::Duration;

use crate::rtcp::{NtpTime, ReportBlock};
use crate::rtp::Header;

/// How far ahead a sequence number may jump and still count as loss.
const MAX_DROPOUT: u16 = 3_000;

/// How late a packet may be and still belong to its stream.
const MAX_MISORDER: u16 = 100;

/// Counts of one source. Begin anew when the source changes.
#[derive(Clone, Debug)]
pub struct Reception {
    ssrc: u32,
    clock_rate_hz: u32,
    base: u32,
    highest: u32,
    received: u64,
    /// The number that must come next if a jump was a restart of the source.
    restart: Option<u16>,
    expected_before: u64,
    received_before: u64,
    /// Losses from before the source restarted.
    lost_before_restart: i64,
    /// Losses of the sources before this one.
    lost_to_others: i64,
    expected_before_restart: u64,
    received_before_restart: u64,
    transit: Option<u32>,
    /// Jitter in sixteenths of a tick.
    jitter: u32,
    last_sr: Option<(u32, Duration)>,
}

impl Reception {
    /// Begins with the first packet of a source. The clock rate is that of its timestamps.
    pub fn new(now: Duration, header: &Header, clock_rate_hz: u32) -> Self {
        let first = u32::from(header.sequence);
        let mut reception = Self {
            ssrc: header.ssrc,
            clock_rate_hz,
            base: first,
            highest: first,
            received: 1,
            restart: None,
            expected_before: 0,
            received_before: 0,
            lost_before_restart: 0,
            lost_to_others: 0,
            expected_before_restart: 0,
            received_before_restart: 0,
            transit: None,
            jitter: 0,
            last_sr: None,
        };
        reception.measure_jitter(now, header.timestamp);
        reception
    }

    /// Counts a further packet. False if its number is too far off to belong to the stream.
    pub fn receive(&mut self, now: Duration, header: &Header) -> bool {
        let step = header.sequence.wrapping_sub(self.highest as u16);
        if step < MAX_DROPOUT {
            self.highest = self.highest.wrapping_add(u32::from(step));
            self.restart = None;
        } else if step <= u16::MAX - MAX_MISORDER {
            if self.restart != Some(header.sequence) {
                self.restart = Some(header.sequence.wrapping_add(1));
                return false;
            }
            self.begin_again(header.sequence);
        }
        self.received += 1;
        self.measure_jitter(now, header.timestamp);
        true
    }

    /// The source has restarted: two packets in sequence, far from all before.
    fn begin_again(&mut self, sequence: u16) {
        self.lost_before_restart += self.expected_now() as i64 - self.received as i64;
        self.expected_before_restart += self.expected_now();
        self.received_before_restart += self.received;
        self.base = u32::from(sequence);
        self.highest = self.base;
        self.received = 0;
        self.restart = None;
        self.transit = None;
    }

    /// Another source has taken the stream over: `header` is that of its first packet. Counts of
    /// the call go on; reports speak of the new source alone.
    pub fn change_source(&mut self, now: Duration, header: &Header) {
        self.begin_again(header.sequence);
        self.ssrc = header.ssrc;
        self.lost_to_others = self.lost_before_restart;
        self.last_sr = None;
        self.received = 1;
        self.measure_jitter(now, header.timestamp);
    }

    fn measure_jitter(&mut self, now: Duration, timestamp: u32) {
        let arrival = now.as_nanos() * u128::from(self.clock_rate_hz) / 1_000_000_000;
        let transit = (arrival as u32).wrapping_sub(timestamp);
        if let Some(before) = self.transit {
            let difference = transit.wrapping_sub(before).cast_signed().unsigned_abs();
            // A jump of over ten seconds is a new timestamp base, not jitter.
            if difference <= self.clock_rate_hz.saturating_mul(10) {
                let decay = (self.jitter + 8) >> 4;
                self.jitter = self.jitter + difference - decay;
            }
        }
        self.transit = Some(transit);
    }

    /// Notes a sender report of this source; the next report block answers it.
    pub fn sender_report(&mut self, now: Duration, ntp: NtpTime) {
        self.last_sr = Some((ntp.middle(), now));
    }

    /// The source.
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// Packets received, duplicates too.
    pub fn received(&self) -> u64 {
        self.received_before_restart + self.received
    }

    /// Packets that should have come.
    pub fn expected(&self) -> u64 {
        self.expected_before_restart + self.expected_now()
    }

    fn expected_now(&self) -> u64 {
        u64::from(self.highest.wrapping_sub(self.base)) + 1
    }

    /// Packets lost; negative if more were doubled than lost.
    pub fn lost(&self) -> i64 {
        self.lost_before_restart + self.expected_now() as i64 - self.received as i64
    }

    /// Jitter between arrivals.
    pub fn jitter(&self) -> Duration {
        let ticks = u64::from(self.jitter >> 4);
        Duration::from_nanos(ticks * 1_000_000_000 / u64::from(self.clock_rate_hz.max(1)))
    }

    /// What to report of the source; the share of loss is that since the report before.
    pub fn report(&mut self, now: Duration) -> ReportBlock {
        let expected = self.expected() - self.expected_before;
        let received = self.received() - self.received_before;
        self.expected_before = self.expected();
        self.received_before = self.received();
        let lost = expected.saturating_sub(received);
        let fraction = (lost * 256).checked_div(expected).unwrap_or(0);
        let (last_sr, delay_since_last_sr) = match self.last_sr {
            Some((middle, at)) => (middle, NtpTime::at(now.saturating_sub(at)).middle()),
            None => (0, 0),
        };
        ReportBlock {
            ssrc: self.ssrc,
            fraction_lost: fraction.min(255) as u8,
            cumulative_lost: (self.lost() - self.lost_to_others).clamp(-0x80_0000, 0x7F_FFFF)
                as i32,
            highest_sequence: self.highest,
            jitter: self.jitter >> 4,
            last_sr,
            delay_since_last_sr,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(sequence: u16) -> Header {
        Header {
            sequence,
            timestamp: u32::from(sequence).wrapping_mul(160),
            ssrc: 7,
            ..Header::default()
        }
    }

    fn at(packet: u32) -> Duration {
        Duration::from_millis(20) * packet
    }

    #[test]
    fn counts_losses_over_a_wrap() {
        let mut reception = Reception::new(at(0), &header(65_530), 8_000);
        for n in (1..20_u16).filter(|n| n % 4 != 0) {
            assert!(reception.receive(at(n.into()), &header(65_530_u16.wrapping_add(n))));
        }
        assert_eq!((reception.expected(), reception.received(), reception.lost()), (20, 16, 4));
        let report = reception.report(at(20));
        // 4 of 20 are 51 of 256; 65,530 + 19 has wrapped once.
        assert_eq!((report.fraction_lost, report.cumulative_lost), (51, 4));
        assert_eq!(report.highest_sequence, 0x1_0000 + 13);
        assert_eq!(reception.report(at(20)).fraction_lost, 0, "nothing since");
    }

    #[test]
    fn duplicates_count_against_losses() {
        let mut reception = Reception::new(at(0), &header(1), 8_000);
        reception.receive(at(1), &header(2));
        reception.receive(at(1), &header(2));
        assert_eq!((reception.lost(), reception.report(at(2)).cumulative_lost), (-1, -1));
    }

    /// Appendix A.8 by hand: J += (|D| - J) / 16, here in floating point.
    #[test]
    fn jitter_is_that_of_the_rfc() {
        let delays_ms = [0_u32, 5, 1, 30, 2, 2, 19, 0, 8, 8, 3, 40, 0, 1];
        let mut reception = Reception::new(at(0), &header(0), 8_000);
        let mut wanted = 0.0;
        for n in 1..delays_ms.len() {
            let now = at(n as u32) + Duration::from_millis(delays_ms[n].into());
            reception.receive(now, &header(n as u16));
            let difference = f64::from(delays_ms[n]) - f64::from(delays_ms[n - 1]);
            wanted += (difference.abs() * 8.0 - wanted) / 16.0;
        }
        let ticks = f64::from(reception.report(at(20)).jitter);
        assert!((ticks - wanted).abs() <= 1.0, "{ticks} {wanted}");
        assert!((reception.jitter().as_secs_f64() * 8_000.0 - ticks).abs() < 1e-3);
    }

    #[test]
    fn a_restart_needs_two_packets_in_sequence() {
        let mut reception = Reception::new(at(0), &header(1), 8_000);
        assert!(reception.receive(at(1), &header(3)));
        assert!(!reception.receive(at(2), &header(30_000)));
        assert!(reception.receive(at(2), &header(4)));
        assert!(!reception.receive(at(3), &header(30_001)), "the first does not count any more");
        assert!(reception.receive(at(4), &header(30_002)));
        assert_eq!((reception.expected(), reception.received(), reception.lost()), (5, 4, 1));
    }

    #[test]
    fn answers_sender_reports() {
        let mut reception = Reception::new(at(0), &header(1), 8_000);
        assert_eq!(reception.report(at(1)).last_sr, 0);
        reception.sender_report(at(50), NtpTime(0x0001_B705_2000_0000));
        let report = reception.report(at(50) + Duration::from_millis(5_250));
        // RFC 3550 figure 2: 5.250 s are 0x0005:4000.
        assert_eq!((report.last_sr, report.delay_since_last_sr), (0xB705_2000, 0x0005_4000));
    }
}

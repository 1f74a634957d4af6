//! How good a call sounded: a summary for the operator with an estimate by the E-model.
//!
//! ITU-T G.107 rates a connection by R = Ro - Is - Id - Ie,eff + A. Here Ro - Is is the default
//! 93.2 (all terminal and noise values at their defaults), A is 0, Id is its part for pure delay
//! (Idd), and Ie,eff is that of G.711 with loss concealment and independent losses (G.113 appendix
//! I: Ie 0, Bpl 25.1). Echo is taken for cancelled. It ranks calls; it is no measurement.

use core::time::Duration;

use crate::reception::Reception;

/// R without any impairment by the network (G.107, all defaults).
pub const BEST_RATING: f64 = 93.2;

/// Robustness of G.711 with concealment against loss (G.113 appendix I).
const LOSS_ROBUSTNESS: f64 = 25.1;

/// Time that packets and the jitter buffer add to the network's delay at least, in ms.
const TERMINAL_DELAY_MS: f64 = 40.0;

/// The quality of what was received on a leg.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// Packets that came.
    pub received: u64,
    /// Packets that did not; never negative.
    pub lost: u64,
    /// Loss in percent of what was expected.
    pub loss_percent: f64,
    /// Jitter between arrivals (RFC 3550).
    pub jitter: Duration,
    /// Time to the peer and back, if its reports tell.
    pub round_trip: Option<Duration>,
    /// R of the E-model, 0 to 93.2.
    pub rating: f64,
    /// R as a mean opinion score, 1 to 4.41.
    pub mos: f64,
}

impl Quality {
    /// Sums a reception up. Without a round trip the network's delay counts as nothing.
    pub fn of(reception: &Reception, round_trip: Option<Duration>) -> Self {
        let (expected, lost) = (reception.expected(), reception.lost().max(0) as u64);
        let loss_percent = 100.0 * lost as f64 / expected.max(1) as f64;
        let network_ms = round_trip.map_or(0.0, |time| time.as_secs_f64() * 500.0);
        // A buffer must hold back about twice the jitter.
        let buffer_ms = reception.jitter().as_secs_f64() * 2_000.0;
        let rating = rating(network_ms + buffer_ms + TERMINAL_DELAY_MS, loss_percent);
        Self {
            received: reception.received(),
            lost,
            loss_percent,
            jitter: reception.jitter(),
            round_trip,
            rating,
            mos: mos(rating),
        }
    }
}

/// R for a delay from mouth to ear in ms and independent losses in percent, from 0 to 93.2.
pub fn rating(delay_ms: f64, loss_percent: f64) -> f64 {
    let loss = loss_percent.clamp(0.0, 100.0);
    let equipment = 95.0 * loss / (loss + LOSS_ROBUSTNESS);
    (BEST_RATING - delay_impairment(delay_ms) - equipment).clamp(0.0, BEST_RATING)
}

/// Idd of G.107 (7-27).
fn delay_impairment(delay_ms: f64) -> f64 {
    if delay_ms <= 100.0 {
        return 0.0;
    }
    let x = (delay_ms / 100.0).log2();
    let sixth_root = |value: f64| (1.0 + value.powi(6)).powf(1.0 / 6.0);
    25.0 * (sixth_root(x) - 3.0 * sixth_root(x / 3.0) + 2.0)
}

/// The mean opinion score for R (G.107 annex B).
pub fn mos(rating: f64) -> f64 {
    let r = rating.clamp(0.0, 100.0);
    (1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6).clamp(1.0, 4.5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::Header;

    /// G.107 table B.1, which has two decimals, and its default of 4.41 for R = 93.2.
    #[test]
    fn scores_of_the_recommendation() {
        let cases =
            [(90.0, 4.34), (80.0, 4.03), (70.0, 3.60), (60.0, 3.10), (50.0, 2.58), (93.2, 4.41)];
        for (rating, wanted) in cases {
            assert!((mos(rating) - wanted).abs() < 0.01, "{rating}: {}", mos(rating));
        }
        assert_eq!(mos(0.0), 1.0);
    }

    /// Idd at 400 ms, where x = 2: 25 * (65^(1/6) - 3 * (1 + 64/729)^(1/6) + 2), worked out by hand:
    /// 65^(1/6) = 2.00518, (1.08779)^(1/6) = 1.01412.
    #[test]
    fn delay_and_loss_cost() {
        assert_eq!(rating(100.0, 0.0), BEST_RATING);
        assert!((delay_impairment(400.0) - 25.0 * (2.00518 - 3.0 * 1.01412 + 2.0)).abs() < 0.01);
        assert!((rating(0.0, 25.1) - (BEST_RATING - 47.5)).abs() < 1e-9, "half of 95");
        assert_eq!(rating(10_000.0, 100.0), 0.0);
    }

    #[test]
    fn sums_a_call_up() {
        let header = |sequence| Header { sequence, ..Header::default() };
        let mut reception = Reception::new(Duration::ZERO, &header(0), 8_000);
        for sequence in (1..100).filter(|n| n % 50 != 0) {
            reception.receive(Duration::ZERO, &header(sequence));
        }
        let quality = Quality::of(&reception, Some(Duration::from_millis(100)));
        assert_eq!((quality.received, quality.lost), (99, 1));
        assert!((quality.loss_percent - 1.0).abs() < 1e-9);
        assert!(quality.mos > 4.2 && quality.mos < 4.41, "{quality:?}");
    }
}

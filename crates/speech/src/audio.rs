//! Audio as the providers give it: 16-bit mono samples at a rate of their own.

use std::sync::Arc;
use std::time::Duration;

/// The lowest rate that is taken, in Hz.
pub(crate) const MIN_RATE_HZ: u32 = 4_000;

/// The highest rate that is taken, in Hz.
pub(crate) const MAX_RATE_HZ: u32 = 192_000;

/// Samples below this are silence: about -55 dB of full scale.
const SILENCE: u16 = 60;

/// Linear 16-bit mono audio. A clone is cheap.
#[derive(Clone, PartialEq, Eq)]
pub struct Pcm {
    /// Samples per second, 4,000 to 192,000.
    pub rate_hz: u32,
    /// The samples.
    pub samples: Arc<[i16]>,
}

impl std::fmt::Debug for Pcm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pcm({} samples at {} Hz)", self.samples.len(), self.rate_hz)
    }
}

impl Pcm {
    /// Silence of a length.
    pub fn silence(rate_hz: u32, length: Duration) -> Self {
        let count = u128::from(rate_hz) * length.as_millis() / 1_000;
        let count = usize::try_from(count).unwrap_or(0);
        Self { rate_hz, samples: vec![0; count].into() }
    }

    /// How long it plays.
    pub fn length(&self) -> Duration {
        let micros = self.samples.len() as u64 * 1_000_000 / u64::from(self.rate_hz.max(1));
        Duration::from_micros(micros)
    }

    /// Louder or softer by this many dB; what is too loud for 16 bits is clipped.
    #[must_use]
    pub(crate) fn with_gain(self, gain_db: f64) -> Self {
        if gain_db == 0.0 {
            return self;
        }
        let factor = 10f64.powf(gain_db / 20.0);
        let loud = |sample: &i16| {
            let value = (f64::from(*sample) * factor).round();
            // In range after the clamp, so the cast keeps the value.
            value.clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16
        };
        Self { samples: self.samples.iter().map(loud).collect(), ..self }
    }

    /// With silence at the end, so that at least this much of it stands there.
    #[must_use]
    pub(crate) fn with_pause(self, pause: Duration) -> Self {
        let quiet = |sample: &&i16| sample.unsigned_abs() < SILENCE;
        let have = self.samples.iter().rev().take_while(quiet).count();
        let want = Self::silence(self.rate_hz, pause).samples.len();
        if have >= want {
            return self;
        }
        let missing = std::iter::repeat_n(0, want - have);
        Self { samples: self.samples.iter().copied().chain(missing).collect(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pcm(samples: &[i16]) -> Pcm {
        Pcm { rate_hz: 8_000, samples: samples.into() }
    }

    #[test]
    fn gain_is_in_decibels_and_clips() {
        let twice = pcm(&[100, -100, 30_000, -30_000, 0]).with_gain(20.0 * 2f64.log10());
        assert_eq!(&twice.samples[..], [200, -200, 32_767, -32_768, 0]);
        assert_eq!(&pcm(&[1_000]).with_gain(-20.0).samples[..], [100]);
        assert_eq!(&pcm(&[1_000]).with_gain(-96.0).samples[..], [0]);
    }

    #[test]
    fn a_pause_is_only_filled_up() {
        let pause = Duration::from_millis(1);
        assert_eq!(pcm(&[500, 0, 0]).with_pause(pause).samples.len(), 9);
        assert_eq!(pcm(&[500, 0, 0, 0, 0, 0, 0, 0, 0, 0]).with_pause(pause).samples.len(), 10);
        assert_eq!(pcm(&[]).with_pause(pause).length(), pause);
    }
}

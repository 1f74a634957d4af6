//! Tones: a sine of a given level, and the signals that callers know (ITU-T E.180).
//!
//! Levels are in dBm0. A sine of 0 dBm0 is the one whose bytes G.711 tables 5 and 6 list; the
//! loudest sine that A-law carries has 3.14 dBm0.

use core::f64::consts::TAU;

use crate::SAMPLE_RATE_HZ;
use crate::dtmf::Key;

/// The level of the loudest sine in dBm0 (G.711 section 4, A-law).
#[expect(clippy::approx_constant, reason = "it has nothing to do with circles")]
pub const MAX_LEVEL_DBM0: f64 = 3.14;

/// The amplitude of that sine: 4,096 of 4,096 (G.711 table 1a).
const MAX_AMPLITUDE: f64 = 32_768.0;

/// Time in which a signal swells and dies away, against clicks.
const RAMP_SAMPLES: usize = 40;

/// The amplitude in 16 bits of a sine with this level.
pub fn amplitude(level_dbm0: f64) -> f64 {
    MAX_AMPLITUDE * 10_f64.powf((level_dbm0 - MAX_LEVEL_DBM0) / 20.0)
}

/// The level of a sine with this amplitude in 16 bits; minus infinity for silence.
pub fn level_dbm0(amplitude: f64) -> f64 {
    MAX_LEVEL_DBM0 + 20.0 * (amplitude / MAX_AMPLITUDE).log10()
}

/// An endless sine at 8 kHz; its phase goes on from call to call.
#[derive(Clone, Debug)]
pub struct Sine {
    phase: f64,
    step: f64,
    amplitude: f64,
}

impl Sine {
    /// A sine that begins at zero. Frequencies from 0 to 4,000 Hz make sense.
    pub fn new(frequency_hz: f64, level_dbm0: f64) -> Self {
        let step = TAU * frequency_hz / f64::from(SAMPLE_RATE_HZ);
        Self { phase: 0.0, step, amplitude: amplitude(level_dbm0) }
    }

    /// Begins at a phase in radians.
    #[must_use]
    pub fn at_phase(self, phase: f64) -> Self {
        Self { phase, ..self }
    }

    fn next(&mut self) -> f64 {
        let value = self.phase.sin() * self.amplitude;
        self.phase = (self.phase + self.step) % TAU;
        value
    }

    /// Writes the next samples.
    pub fn fill(&mut self, out: &mut [i16]) {
        for sample in out {
            *sample = to_sample(self.next());
        }
    }

    /// The next samples, so many.
    pub fn take(&mut self, count: usize) -> Vec<i16> {
        let mut samples = vec![0; count];
        self.fill(&mut samples);
        samples
    }
}

/// Frequencies of the rows and columns of keys (ITU-T Q.23).
const ROWS_HZ: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
const COLUMNS_HZ: [f64; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];

/// The two frequencies of a key in Hz, the lower one first (ITU-T Q.23).
pub fn key_frequencies_hz(key: Key) -> [f64; 2] {
    let pad = ["123A", "456B", "789C", "*0#D"];
    let places = pad.iter().enumerate();
    let place = places.filter_map(|(row, keys)| Some((row, keys.find(key.to_char())?))).next();
    let (row, column) = place.unwrap_or_default();
    [ROWS_HZ[row], COLUMNS_HZ[column]]
}

/// The sound of a key at 8 kHz, for those who take no events: at most 5 s, at -9 and -7 dBm0.
pub fn key_tone(key: Key, duration_ms: u32) -> Vec<i16> {
    let [low, high] = key_frequencies_hz(key);
    let (mut low, mut high) = (Sine::new(low, -9.0), Sine::new(high, -7.0));
    let count = (duration_ms.min(5_000) * 8) as usize;
    (0..count).map(|_| to_sample(low.next() + high.next())).collect()
}

fn to_sample(value: f64) -> i16 {
    value.round().clamp(-32_768.0, 32_767.0) as i16
}

/// A signal of one or two frequencies that sounds and pauses in turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signal {
    /// The frequencies in Hz, which sound together.
    pub frequencies_hz: &'static [f64],
    /// Level of each frequency in dBm0.
    pub level_dbm0: f64,
    /// How long it sounds and how long it then pauses, in ms, in turn.
    pub cadence_ms: &'static [(u32, u32)],
}

impl Signal {
    /// Ringing tone in North America.
    pub const RINGBACK_US: Self = signal(&[440.0, 480.0], -19.0, &[(2_000, 4_000)]);
    /// Ringing tone in most of Europe.
    pub const RINGBACK_EU: Self = signal(&[425.0], -10.0, &[(1_000, 4_000)]);
    /// Ringing tone in the United Kingdom.
    pub const RINGBACK_UK: Self = signal(&[400.0, 450.0], -19.0, &[(400, 200), (400, 2_000)]);
    /// Ringing tone in Japan: 400 Hz modulated by 16 Hz, which is the sum of its two sidebands.
    pub const RINGBACK_JP: Self = signal(&[384.0, 416.0], -16.0, &[(1_000, 2_000)]);
    /// Busy tone in North America.
    pub const BUSY_US: Self = signal(&[480.0, 620.0], -24.0, &[(500, 500)]);
    /// A short beep: speak now.
    pub const BEEP: Self = signal(&[1_000.0], -13.0, &[(200, 0)]);

    /// One round of the cadence at 8 kHz; repeated, it is the endless signal.
    pub fn round(&self) -> Vec<i16> {
        let mut samples = Vec::new();
        for (on_ms, off_ms) in self.cadence_ms {
            let (on, off) = ((on_ms * 8) as usize, (off_ms * 8) as usize);
            let mut sines: Vec<_> =
                self.frequencies_hz.iter().map(|hz| Sine::new(*hz, self.level_dbm0)).collect();
            for at in 0..on {
                let sum: f64 = sines.iter_mut().map(Sine::next).sum();
                let edge = at.min(on - 1 - at).min(RAMP_SAMPLES) as f64;
                samples.push(to_sample(sum * edge / RAMP_SAMPLES as f64));
            }
            samples.resize(samples.len() + off, 0);
        }
        samples
    }
}

const fn signal(
    frequencies_hz: &'static [f64],
    level_dbm0: f64,
    cadence_ms: &'static [(u32, u32)],
) -> Signal {
    Signal { frequencies_hz, level_dbm0, cadence_ms }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::g711::{Law, encode};
    use crate::measure;

    /// The digital milliwatt: 1,000 Hz at 0 dBm0 in A-law and mu-law (G.711 tables 5 and 6).
    #[test]
    fn zero_dbm0_is_that_of_the_recommendation() {
        let eighth = TAU / 16.0;
        let samples = Sine::new(1_000.0, 0.0).at_phase(TAU / 2.0 + eighth).take(16);
        let mut bytes = [0; 16];
        encode(Law::Mu, &samples, &mut bytes);
        assert_eq!(bytes[..8], [0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E]);
        encode(Law::A, &samples, &mut bytes);
        assert_eq!(bytes[..8], [0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4]);
        assert_eq!(bytes[..8], bytes[8..]);
    }

    /// ITU-T Q.23 table 1.
    #[test]
    fn keys_sound_as_they_should() {
        let cases = [
            ('1', [697.0, 1_209.0]),
            ('5', [770.0, 1_336.0]),
            ('9', [852.0, 1_477.0]),
            ('0', [941.0, 1_336.0]),
            ('#', [941.0, 1_477.0]),
            ('D', [941.0, 1_633.0]),
        ];
        for (key, wanted) in cases {
            let key = Key::try_from(key).unwrap();
            assert_eq!(key_frequencies_hz(key), wanted);
            let sound = key_tone(key, 100);
            assert_eq!(sound.len(), 800);
            for (hz, level) in wanted.into_iter().zip([-9.0, -7.0]) {
                let heard = level_dbm0(measure::power_at(&sound, hz).sqrt());
                assert!((heard - level).abs() < 0.5, "{key:?}: {heard}");
            }
            assert!(measure::power_at(&sound, 600.0).sqrt() < amplitude(-30.0));
        }
    }

    #[test]
    fn levels_are_undone() {
        assert!((level_dbm0(amplitude(-13.0)) + 13.0).abs() < 1e-9);
        assert_eq!(level_dbm0(0.0), f64::NEG_INFINITY);
        assert_eq!(Sine::new(1_000.0, 40.0).take(3)[2], 32_767, "too loud is clipped");
    }

    #[test]
    fn signals_keep_their_cadence() {
        let round = Signal::RINGBACK_EU.round();
        assert_eq!(round.len(), 40_000);
        assert!(round[8_000..].iter().all(|sample| *sample == 0));
        assert!(measure::longest_quiet_run(&round[..8_000], 0) < 3);
        let heard = measure::estimate(&round[800..7_200]);
        assert!((heard.frequency_hz - 425.0).abs() < 0.5, "{heard:?}");
        assert!((heard.level_dbm0 + 10.0).abs() < 0.1, "{heard:?}");
        assert_eq!(Signal::RINGBACK_UK.round().len(), 24_000);
        assert_eq!(Signal::BEEP.round().len(), 1_600);
        assert!(Signal::BEEP.round()[0].abs() < 10, "no click");
    }
}

//! What a phone has heard, and whether it is what it should be.

use std::time::Duration;

use trunkline_media::measure::{self, Estimate};
use trunkline_media::wav::Wav;
use trunkline_media::{Error, FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE_HZ, tone};

/// A frame of 20 ms at least as loud as this is sound, in dBm0. G.711's quietest noise is below.
pub const SOUND_DBM0: f64 = -45.0;

/// Speech has at least so much sound.
const MIN_SPEECH: Duration = Duration::from_millis(300);

/// How far the loud parts of speech are above its soft ones, at least, in dB.
const SPEECH_DYNAMICS_DB: f64 = 10.0;

/// What one frequency stands out by in a tone, in dB; in speech none does.
const TONE_SNR_DB: f64 = 9.0;

/// What a clear tone stands out by in most of its time, in dB.
const CLEAR_TONE_SNR_DB: f64 = 15.0;

/// The stretch in which speech is compared with a single tone: 0.1 s.
const TONE_WINDOW: usize = 800;

/// What was heard on a call: 16-bit samples at 8 kHz, without what is in the air.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// The samples.
    pub samples: Vec<i16>,
    /// When the first sample was heard, from the moment when the call was dialled or came in; None
    /// when nothing was recorded.
    pub began: Option<Duration>,
}

/// What can be said of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measurement {
    /// How long it is.
    pub length: Duration,
    /// The strongest tone of its first 8 s.
    pub tone: Estimate,
    /// Its power, as the level of a sine with the same power.
    pub level_dbm0: f64,
    /// The longest run of samples that are silence itself.
    pub longest_gap: Duration,
    /// How much of it is louder than [`SOUND_DBM0`].
    pub sound: Duration,
    /// Whether it is one tone, whose phase may jump, and which may begin late or pause.
    pub is_tone: bool,
    /// Whether somebody seems to speak: the level goes up and down, and no single tone stands out.
    pub is_speech: bool,
}

impl Recording {
    /// A recording of samples at 8 kHz.
    pub fn new(samples: Vec<i16>) -> Self {
        Self { samples, began: None }
    }

    /// How long it is.
    pub fn length(&self) -> Duration {
        time(self.samples.len())
    }

    /// A part of it; what lies beyond its end is not there.
    #[must_use]
    pub fn part(&self, from: Duration, length: Duration) -> Self {
        let begin = count(from).min(self.samples.len());
        let end = begin.saturating_add(count(length)).min(self.samples.len());
        let began = self.began.map(|began| began + time(begin));
        Self { samples: self.samples[begin..end].to_vec(), began }
    }

    /// Measures the whole of it.
    pub fn measure(&self) -> Measurement {
        let levels = self.levels_dbm0();
        let loud = levels.iter().filter(|level| **level >= SOUND_DBM0).count();
        let sound = Duration::from_millis(loud as u64 * u64::from(FRAME_MS));
        let tone = measure::estimate(&self.samples);
        let hz = tone.frequency_hz;
        let clear_db = measure::median_snr_db(&self.samples, hz, TONE_WINDOW, SOUND_DBM0);
        let is_tone = clear_db >= CLEAR_TONE_SNR_DB;
        let tone_snr_db = measure::windowed_snr_db(&self.samples, hz, TONE_WINDOW);
        Measurement {
            length: self.length(),
            tone,
            level_dbm0: level_dbm0(&self.samples),
            // Mu-law has two zeros, and A-law's smallest value is 8.
            longest_gap: time(measure::longest_quiet_run(&self.samples, 8)),
            sound,
            is_tone,
            is_speech: !is_tone
                && sound >= MIN_SPEECH
                && self.varies(&levels)
                && tone_snr_db < TONE_SNR_DB,
        }
    }

    /// The level of each frame of 20 ms: energy over time.
    pub fn levels_dbm0(&self) -> Vec<f64> {
        self.samples.chunks_exact(FRAME_SAMPLES).map(level_dbm0).collect()
    }

    /// When the first sound is heard, from the recording's begin.
    pub fn first_sound(&self) -> Option<Duration> {
        let at = self.levels_dbm0().iter().position(|level| *level >= SOUND_DBM0)?;
        Some(time(at * FRAME_SAMPLES))
    }

    /// The longest time without sound in it.
    pub fn longest_quiet(&self) -> Duration {
        let levels = self.levels_dbm0();
        let runs = levels.split(|level| *level >= SOUND_DBM0).map(<[f64]>::len);
        time(runs.max().unwrap_or(0) * FRAME_SAMPLES)
    }

    /// How long it has been quiet at the end.
    pub fn quiet_at_end(&self) -> Duration {
        let levels = self.levels_dbm0();
        let quiet = levels.iter().rev().take_while(|level| **level < SOUND_DBM0).count();
        time(quiet * FRAME_SAMPLES)
    }

    /// The recording as a WAV file: mono, 8 kHz, 16 bits.
    ///
    /// # Errors
    /// When it would be longer than 5 MB: 5 minutes and 27 seconds.
    pub fn to_wav(&self) -> Result<Vec<u8>, Error> {
        Wav::linear(SAMPLE_RATE_HZ, &self.samples).to_bytes()
    }

    fn varies(&self, levels: &[f64]) -> bool {
        let mut levels: Vec<f64> = levels.iter().map(|level| level.max(-70.0)).collect();
        levels.sort_by(f64::total_cmp);
        let at = |part: f64| levels.get((levels.len() as f64 * part) as usize).copied();
        at(0.9).zip(at(0.1)).is_some_and(|(loud, soft)| loud - soft >= SPEECH_DYNAMICS_DB)
    }
}

fn level_dbm0(samples: &[i16]) -> f64 {
    tone::level_dbm0(measure::rms(samples) * std::f64::consts::SQRT_2)
}

fn time(samples: usize) -> Duration {
    Duration::from_micros(samples as u64 * 1_000_000 / u64::from(SAMPLE_RATE_HZ))
}

fn count(time: Duration) -> usize {
    let samples = time.as_micros() * u128::from(SAMPLE_RATE_HZ) / 1_000_000;
    usize::try_from(samples).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use trunkline_media::tone::Sine;

    /// Noise whose level follows `amplitude` over time in seconds.
    fn noise(seconds: f64, amplitude: impl Fn(f64) -> f64) -> Vec<i16> {
        let mut seed = 7_u32;
        let one = |at: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let value = f64::from(seed >> 16) / 32_768.0 - 1.0;
            (value * amplitude(at as f64 / 8_000.0)) as i16
        };
        (0..(seconds * 8_000.0) as usize).map(one).collect()
    }

    #[test]
    fn a_tone_is_measured_and_is_no_speech() {
        let mut samples = Sine::new(440.0, -10.0).take(16_000);
        samples[8_000..8_080].fill(0);
        let heard = Recording::new(samples).measure();
        assert!((heard.tone.frequency_hz - 440.0).abs() < 0.5, "{heard:?}");
        assert!((heard.level_dbm0 + 10.0).abs() < 0.2, "{heard:?}");
        assert_eq!(heard.length, Duration::from_secs(2));
        // The sine's own zero crossing may join the gap.
        let gap = heard.longest_gap.as_micros();
        assert!((10_000..10_500).contains(&gap), "{heard:?}");
        assert_eq!(heard.sound, Duration::from_secs(2));
        assert!(heard.is_tone && !heard.is_speech);
    }

    #[test]
    fn a_tone_that_a_key_interrupts_is_a_tone() {
        let mut samples = vec![0; 480];
        samples.extend(Sine::new(440.0, -10.0).take(9_480));
        samples.extend([0; 1_160]);
        samples.extend(Sine::new(440.0, -10.0).take(7_000));
        let heard = Recording::new(samples).measure();
        assert!(heard.is_tone && !heard.is_speech, "{heard:?}");
        assert!(!Recording::new(noise(3.0, |_| 3_000.0)).measure().is_tone);
        assert!(!Recording::new(vec![0; 24_000]).measure().is_tone);
    }

    #[test]
    fn what_goes_up_and_down_like_syllables_is_speech() {
        let syllables =
            |at: f64| 8_000.0 * (std::f64::consts::TAU * 2.0 * at).sin().max(0.0).powi(2);
        assert!(Recording::new(noise(3.0, syllables)).measure().is_speech);
        assert!(!Recording::new(noise(3.0, |_| 3_000.0)).measure().is_speech, "steady noise");
        assert!(!Recording::new(noise(3.0, |_| 3.0)).measure().is_speech, "next to silence");
        assert!(!Recording::new(vec![0; 24_000]).measure().is_speech);
        assert!(!Recording::default().measure().is_speech);
        let mut beeps = Sine::new(1_000.0, -10.0).take(8_000);
        beeps.extend([0; 8_000]);
        assert!(!Recording::new(beeps).measure().is_speech, "a cadence");
    }

    #[test]
    fn begin_and_end_of_sound_are_found() {
        let mut samples = vec![0; 1_600];
        samples.extend(Sine::new(700.0, -20.0).take(1_600));
        samples.extend([0; 3_200]);
        let recording = Recording::new(samples);
        assert_eq!(recording.first_sound(), Some(Duration::from_millis(200)));
        assert_eq!(recording.quiet_at_end(), Duration::from_millis(400));
        assert_eq!(recording.longest_quiet(), Duration::from_millis(400));
        let first = recording.part(Duration::ZERO, Duration::from_millis(500));
        assert_eq!(first.longest_quiet(), Duration::from_millis(200));
        assert_eq!(recording.length(), Duration::from_millis(800));
        let part = recording.part(Duration::from_millis(200), Duration::from_millis(100));
        assert_eq!(
            (part.length(), part.quiet_at_end()),
            (Duration::from_millis(100), Duration::ZERO)
        );
        assert!(recording.part(Duration::from_secs(9), Duration::MAX).samples.is_empty());
    }

    #[test]
    fn it_becomes_a_file() {
        let recording = Recording::new(Sine::new(440.0, -10.0).take(800));
        let file = recording.to_wav().unwrap();
        let wav = Wav::parse(&file).unwrap();
        assert_eq!((wav.rate_hz, wav.channels), (8_000, 1));
        assert_eq!(wav.to_telephone().unwrap(), recording.samples);
    }
}

//! Composes `defaultmusic_on_hold.wav`: a minute of quiet chords that begins again unnoticed.
//!
//! Sixteen bars of 3.75 s in D major. Pads of four notes swell and fade into each other, a harp
//! plays broken chords above them, a soft voice has a slow tune in the second half, and all of it
//! sounds in a small hall. Every note and echo that goes beyond the end goes on at the beginning,
//! so the loop has no seam.
//!
//! Only additions, multiplications and divisions are used, whose results are the same on every
//! machine; so the file is, too.

use core::f64::consts::PI;

use crate::g711::{self, Law};
use crate::wav::Wav;
use crate::{Error, SAMPLE_RATE_HZ};

/// The file, as [`compose`] and [`to_wav`] make it: mu-law, mono, 8 kHz.
pub const DEFAULT_MUSIC: &[u8] = include_bytes!("../assets/defaultmusic_on_hold.wav");

/// The name under which flows know it.
pub const DEFAULT_MUSIC_NAME: &str = "defaultmusic_on_hold.wav";

/// Samples of a bar: four beats at 64 a minute.
const BAR: usize = 30_000;

/// Samples of a quaver.
const QUAVER: usize = BAR / 8;

const LENGTH: usize = 16 * BAR;

/// The loudest sample of the whole, of 32,768: -10 dBFS.
const PEAK: f64 = 10_362.0;

/// The chords, lowest note first, as MIDI note numbers (69 is 440 Hz).
const CHORDS: [[u8; 4]; 16] = [
    [50, 57, 61, 66], // D major 7
    [47, 54, 62, 69], // B minor 7
    [43, 59, 62, 66], // G major 7
    [45, 57, 62, 64], // A suspended
    [50, 57, 62, 66], // D
    [54, 57, 61, 64], // F sharp minor 7
    [43, 55, 59, 62], // G
    [45, 57, 61, 64], // A
    [47, 54, 62, 66], // B minor
    [54, 57, 61, 66], // F sharp minor
    [43, 55, 59, 66], // G major 7
    [54, 57, 62, 69], // D over F sharp
    [52, 55, 59, 62], // E minor 7
    [43, 55, 62, 71], // G
    [45, 57, 62, 64], // A suspended
    [45, 55, 61, 64], // A 7
];

/// Which of the chord's notes the harp plays on each quaver; 9 is a rest.
const HARP: [[usize; 8]; 2] = [[0, 1, 2, 3, 2, 1, 9, 2], [1, 2, 3, 9, 2, 3, 1, 9]];

/// The tune: bar, quaver within it, length in quavers, note.
const TUNE: [(usize, usize, usize, u8); 17] = [
    (7, 6, 2, 73),
    (8, 0, 6, 74),
    (8, 6, 2, 71),
    (9, 0, 6, 73),
    (9, 6, 2, 69),
    (10, 0, 4, 71),
    (10, 4, 4, 74),
    (11, 0, 8, 69),
    (12, 0, 4, 67),
    (12, 4, 4, 71),
    (13, 0, 6, 74),
    (13, 6, 2, 73),
    (14, 0, 6, 71),
    (14, 6, 2, 69),
    (15, 0, 4, 67),
    (15, 4, 4, 64),
    (0, 0, 6, 66),
];

/// Echoes of the hall: delay in samples, and level.
const ECHOES: [(usize, f64); 8] = [
    (397, 0.22),
    (683, 0.19),
    (1_009, 0.16),
    (1_447, 0.13),
    (1_901, 0.10),
    (2_503, 0.08),
    (3_301, 0.06),
    (4_211, 0.04),
];

/// How an instrument sounds.
struct Instrument {
    /// Level of each harmonic.
    harmonics: &'static [f64],
    level: f64,
    attack: usize,
    release: usize,
    /// What is left of the level after each sample; 1 holds it.
    decay: f64,
    /// Each note sounds twice, this much apart, relative to its frequency.
    detune: f64,
}

const PAD: Instrument = Instrument {
    harmonics: &[1.0, 0.42, 0.2, 0.1, 0.05],
    level: 0.5,
    attack: 7_000,
    release: 12_000,
    decay: 1.0,
    detune: 0.0012,
};

const HARP_STRING: Instrument = Instrument {
    harmonics: &[1.0, 0.3, 0.14, 0.05],
    level: 0.34,
    attack: 60,
    release: 2_400,
    decay: 0.999_78,
    detune: 0.0,
};

const VOICE: Instrument = Instrument {
    harmonics: &[1.0, 0.16, 0.08],
    level: 0.5,
    attack: 1_400,
    release: 2_800,
    decay: 0.999_96,
    detune: 0.000_8,
};

/// The minute of music at 8 kHz, with its peak at -10 dBFS.
pub fn compose() -> Vec<i16> {
    let mut dry = vec![0.0; LENGTH];
    for (bar, chord) in CHORDS.iter().enumerate() {
        for note in chord {
            play(&mut dry, &PAD, bar * BAR, BAR, *note);
        }
        for (quaver, place) in HARP[bar % 2].iter().enumerate() {
            if let Some(note) = chord.get(*place) {
                let start = bar * BAR + quaver * QUAVER;
                play(&mut dry, &HARP_STRING, start, 2 * QUAVER, note + 12);
            }
        }
    }
    for (bar, quaver, length, note) in TUNE {
        play(&mut dry, &VOICE, bar * BAR + quaver * QUAVER, length * QUAVER, note);
    }
    let wet = hall(&dry);
    let peak = wet.iter().fold(1e-9, |peak: f64, sample| peak.max(sample.abs()));
    wet.iter().map(|sample| (sample * PEAK / peak).round() as i16).collect()
}

/// The music as a file, as Webex takes them.
pub fn to_wav(samples: &[i16]) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; samples.len()];
    g711::encode(Law::Mu, samples, &mut bytes);
    Wav::telephone(Law::Mu, bytes).to_bytes()
}

/// Adds a note to the loop.
fn play(out: &mut [f64], instrument: &Instrument, start: usize, length: usize, note: u8) {
    for side in [1.0 - instrument.detune, 1.0 + instrument.detune] {
        for (harmonic, level) in (1_u8..).zip(instrument.harmonics) {
            let hz = frequency_hz(note) * f64::from(harmonic) * side;
            // Above the band of the telephone nothing is heard.
            if hz < 3_600.0 {
                add_partial(out, instrument, start, length, (hz, level * instrument.level));
            }
        }
    }
}

/// Adds one harmonic: a sine made by recurrence, under the instrument's envelope.
fn add_partial(
    out: &mut [f64],
    instrument: &Instrument,
    start: usize,
    length: usize,
    (hz, level): (f64, f64),
) {
    let turn = hz / f64::from(SAMPLE_RATE_HZ);
    let factor = 2.0 * sine(turn + 0.25);
    let (mut before, mut now) = (-sine(turn), 0.0);
    let mut strength = level;
    for at in 0..length + instrument.release {
        let swell = (at as f64 / instrument.attack as f64).min(1.0);
        let left = (length + instrument.release - at) as f64 / instrument.release as f64;
        let envelope = smooth(swell) * smooth(left.min(1.0));
        out[(start + at) % LENGTH] += now * strength * envelope;
        (before, now) = (now, factor * now - before);
        strength *= instrument.decay;
    }
}

/// From 0 to 1 without corners.
fn smooth(x: f64) -> f64 {
    x * x * (3.0 - 2.0 * x)
}

fn frequency_hz(note: u8) -> f64 {
    /// The twelfth root of two.
    const SEMITONE: f64 = 1.059_463_094_359_295_3;
    let mut hz = 440.0;
    for _ in note..69 {
        hz /= SEMITONE;
    }
    for _ in 69..note {
        hz *= SEMITONE;
    }
    hz
}

/// The sine of a part of a turn, 0 to 1, by its power series about the nearest zero.
fn sine(turns: f64) -> f64 {
    let (sign, half) = if turns < 0.5 { (1.0, turns) } else { (-1.0, turns - 0.5) };
    let x = PI * 2.0 * half.min(0.5 - half);
    let (mut sum, mut term) = (x, x);
    for n in 1..12 {
        term *= -x * x / f64::from(2 * n * (2 * n + 1));
        sum += term;
    }
    sign * sum
}

/// Echoes, which go round the loop.
fn hall(dry: &[f64]) -> Vec<f64> {
    let at = |place: usize, delay: usize| dry[(place + LENGTH - delay) % LENGTH];
    let wet = |place: usize| {
        let echoes = ECHOES.iter().map(|(delay, level)| at(place, *delay) * level);
        dry[place] + echoes.sum::<f64>()
    };
    (0..LENGTH).map(wet).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure;

    fn samples() -> Vec<i16> {
        Wav::parse(DEFAULT_MUSIC).unwrap().to_mono()
    }

    #[test]
    fn composing_again_gives_the_same_file() {
        let file = to_wav(&compose()).unwrap();
        assert!(file == DEFAULT_MUSIC, "run the example `compose` and check the file in");
    }

    #[test]
    fn it_is_what_webex_takes() {
        let wav = Wav::parse(DEFAULT_MUSIC).unwrap();
        assert!(wav.is_webex() && DEFAULT_MUSIC.len() <= 500_000);
        assert_eq!(wav.data.len(), 60 * 8_000);
        assert_eq!(wav.data.len() % 160, 0, "whole frames");
    }

    #[test]
    fn it_is_soft_but_never_silent() {
        let samples = samples();
        let peak = measure::peak_dbfs(&samples);
        assert!((-11.0..-9.0).contains(&peak), "{peak}");
        for second in samples.chunks(8_000) {
            let level = 20.0 * (measure::rms(second) / 32_768.0).log10();
            assert!((-32.0..-16.0).contains(&level), "{level}");
            assert!(measure::longest_quiet_run(second, 8) < 60);
        }
    }

    #[test]
    fn the_loop_has_no_seam() {
        let samples = samples();
        let step = |one: i16, other: i16| (i32::from(one) - i32::from(other)).abs();
        let mut steps: Vec<_> = samples.windows(2).map(|pair| step(pair[0], pair[1])).collect();
        steps.sort_unstable();
        let usual = steps[steps.len() * 99 / 100];
        assert!(step(samples[LENGTH - 1], samples[0]) <= usual);
        let (end, begin) = (&samples[LENGTH - 4_000..], &samples[..4_000]);
        let ratio = measure::rms(end) / measure::rms(begin);
        assert!((0.5..2.0).contains(&ratio), "{ratio}");
    }

    #[test]
    fn it_is_in_tune() {
        // The sixth and seventh second: B minor 7 with D4 (293.66 Hz), and no D sharp but what the
        // beginnings of notes spread.
        let part = &samples()[5 * 8_000..7 * 8_000];
        let ratio = measure::power_at(part, 293.66) / measure::power_at(part, 311.13);
        assert!(ratio > 30.0, "{ratio}");
        for (note, hz) in [(69, 440.0), (57, 220.0), (60, 261.625_6), (81, 880.0)] {
            assert!((frequency_hz(note) - hz).abs() < 1e-3);
        }
        for turns in [0.0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.99] {
            assert!((sine(turns) - (2.0 * PI * turns).sin()).abs() < 1e-12);
        }
    }
}

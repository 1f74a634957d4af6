//! Hears whether the right thing came out: frequency, level and clearness of a tone, and gaps.
//!
//! For tests and for the demonstration, which judge audio by measurement. The sine that fits best
//! is looked for with Goertzel's recurrence on ever longer stretches; then what it leaves is noise.

use core::f64::consts::TAU;

use crate::{SAMPLE_RATE_HZ, tone};

/// The longest stretch that is looked at, in samples: 8 s.
const MAX_SAMPLES: usize = 64_000;

/// The stretch that the whole band is scanned with.
const SCAN_SAMPLES: usize = 512;

/// The longest stretch whose frequency is fitted exactly: 1 s.
const REFINED_SAMPLES: usize = 8_000;

/// What was heard of the strongest tone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Its frequency.
    pub frequency_hz: f64,
    /// Its level; minus infinity in silence.
    pub level_dbm0: f64,
    /// How far all else is below it, in dB; infinity if there is nothing else.
    pub snr_db: f64,
}

/// The power of one frequency (Goertzel), in squared amplitudes of a sine.
pub fn power_at(samples: &[i16], frequency_hz: f64) -> f64 {
    let turn = TAU * frequency_hz / f64::from(SAMPLE_RATE_HZ);
    let factor = 2.0 * turn.cos();
    let (mut before, mut last) = (0.0, 0.0);
    for sample in samples {
        (before, last) = (last, f64::from(*sample) + factor * last - before);
    }
    let power = last * last + before * before - factor * last * before;
    4.0 * power / (samples.len().max(1) as f64).powi(2)
}

/// The strongest tone between 20 and 3,980 Hz at 8 kHz, over at most the first 8 s.
pub fn estimate(samples: &[i16]) -> Estimate {
    let samples = &samples[..samples.len().min(MAX_SAMPLES)];
    if samples.iter().all(|sample| *sample == 0) {
        return Estimate { frequency_hz: 0.0, level_dbm0: f64::NEG_INFINITY, snr_db: 0.0 };
    }
    let frequency_hz = find_frequency(samples);
    let fit = Fit::of(samples, frequency_hz);
    let level_dbm0 = tone::level_dbm0(fit.amplitude());
    Estimate { frequency_hz, level_dbm0, snr_db: fit.snr_db() }
}

/// How far all else is below a tone of this frequency, in dB, if the tone may have another phase
/// and level in each window of so many samples. The last, incomplete window does not count.
pub fn windowed_snr_db(samples: &[i16], frequency_hz: f64, window: usize) -> f64 {
    let (mut signal, mut noise) = (0.0, 0.0);
    for part in samples.chunks_exact(window.max(8)) {
        let fit = Fit::of(part, frequency_hz);
        signal += fit.signal;
        noise += fit.noise;
    }
    ratio_db(signal, noise)
}

/// As [`windowed_snr_db`], but of the window in the middle when they are sorted by it: windows in
/// which the tone begins, ends or pauses do not count as long as they are fewer than half. Quiet
/// windows, with no tone of at least `least_dbm0`, are left out. Minus infinity without any other.
pub fn median_snr_db(samples: &[i16], frequency_hz: f64, window: usize, least_dbm0: f64) -> f64 {
    let windows = samples.chunks_exact(window.max(8)).map(|part| Fit::of(part, frequency_hz));
    let heard = windows.filter(|fit| tone::level_dbm0(fit.amplitude()) >= least_dbm0);
    let mut ratios: Vec<f64> = heard.map(|fit| fit.snr_db()).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NEG_INFINITY)
}

/// The longest run of samples whose magnitude is at most `limit`.
pub fn longest_quiet_run(samples: &[i16], limit: u16) -> usize {
    let (mut longest, mut run) = (0, 0);
    for sample in samples {
        run = if sample.unsigned_abs() <= limit { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// The root of the mean square; 0 of nothing.
pub fn rms(samples: &[i16]) -> f64 {
    let squares: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (squares / samples.len().max(1) as f64).sqrt()
}

/// The greatest magnitude relative to full scale (32,768), in dB; minus infinity for silence.
pub fn peak_dbfs(samples: &[i16]) -> f64 {
    let peak = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
    20.0 * (f64::from(peak) / 32_768.0).log10()
}

/// Power at a frequency, summed over stretches so that phases need not agree.
fn total_power(samples: &[i16], stretch: usize, frequency_hz: f64) -> f64 {
    samples.chunks(stretch).map(|part| power_at(part, frequency_hz) * part.len() as f64).sum()
}

fn find_frequency(samples: &[i16]) -> f64 {
    let rate = f64::from(SAMPLE_RATE_HZ);
    let mut stretch = SCAN_SAMPLES.min(samples.len());
    let mut step = rate / (2.0 * stretch as f64);
    let count = (3_960.0 / step) as usize;
    let candidates = (0..=count).map(|n| 20.0 + n as f64 * step);
    let mut best = strongest(samples, stretch, candidates);
    // Doubling the stretch halves the width of the peak, which stays within reach each time.
    loop {
        let is_last = stretch == samples.len();
        for _ in 0..if is_last { 10 } else { 3 } {
            let around = [-2.0, -1.0, 0.0, 1.0, 2.0].map(|n| best + n * step / 2.0);
            best = strongest(samples, stretch, around.into_iter());
            step /= 2.0;
        }
        if is_last {
            return refine(samples, best, step);
        }
        stretch = (stretch * 2).min(samples.len());
        step = rate / (2.0 * stretch as f64);
    }
}

/// Finds the frequency whose sine leaves least. Goertzel's peak is drawn aside by the mirrored
/// frequency, noticeably so in short stretches.
fn refine(samples: &[i16], best: f64, step: f64) -> f64 {
    if samples.len() > REFINED_SAMPLES {
        return best;
    }
    let reach = step.max(0.05 * f64::from(SAMPLE_RATE_HZ) / samples.len() as f64);
    let (mut low, mut high) = (best - reach, best + reach);
    for _ in 0..16 {
        let third = (high - low) / 3.0;
        let noise = |hz: f64| Fit::of(samples, hz).noise;
        if noise(low + third) < noise(high - third) {
            high -= third;
        } else {
            low += third;
        }
    }
    (low + high) / 2.0
}

fn strongest(samples: &[i16], stretch: usize, candidates: impl Iterator<Item = f64>) -> f64 {
    let powers = candidates.map(|hz| (hz, total_power(samples, stretch, hz)));
    powers.max_by(|one, other| one.1.total_cmp(&other.1)).map_or(0.0, |(hz, _)| hz)
}

/// The sine of one frequency that fits best, by least squares, and what it leaves.
struct Fit {
    cosine: f64,
    sine: f64,
    /// Energy of the fitted sine.
    signal: f64,
    /// Energy of the rest.
    noise: f64,
}

impl Fit {
    fn of(samples: &[i16], frequency_hz: f64) -> Self {
        let turn = TAU * frequency_hz / f64::from(SAMPLE_RATE_HZ);
        let waves = |at: usize| (turn * at as f64).sin_cos();
        let (mut ss, mut cc, mut sc, mut xs, mut xc) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (at, sample) in samples.iter().enumerate() {
            let (x, (s, c)) = (f64::from(*sample), waves(at));
            ss += s * s;
            cc += c * c;
            sc += s * c;
            xs += x * s;
            xc += x * c;
        }
        let determinant = ss * cc - sc * sc;
        let (sine, cosine) = if determinant.abs() < 1e-9 {
            (0.0, 0.0)
        } else {
            ((xs * cc - xc * sc) / determinant, (xc * ss - xs * sc) / determinant)
        };
        let (mut signal, mut noise) = (0.0, 0.0);
        for (at, sample) in samples.iter().enumerate() {
            let (s, c) = waves(at);
            let fitted = sine * s + cosine * c;
            signal += fitted * fitted;
            noise += (f64::from(*sample) - fitted).powi(2);
        }
        Self { cosine, sine, signal, noise }
    }

    fn amplitude(&self) -> f64 {
        self.sine.hypot(self.cosine)
    }

    fn snr_db(&self) -> f64 {
        ratio_db(self.signal, self.noise)
    }
}

fn ratio_db(signal: f64, noise: f64) -> f64 {
    if signal == 0.0 {
        return 0.0;
    }
    10.0 * (signal / noise).log10()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::Sine;

    #[test]
    fn finds_tones_in_noise() {
        for (hz, level) in [(440.0, -10.0), (1_004.3, -20.0), (3_333.0, 0.0), (97.7, -13.0)] {
            let mut samples = Sine::new(hz, level).take(8_000);
            let mut seed = 1_u32;
            let amplitude = tone::amplitude(level);
            for sample in &mut samples {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let noise = f64::from(seed >> 16) / 32_768.0 - 1.0;
                *sample += (noise * amplitude * 0.1).round() as i16;
            }
            let heard = estimate(&samples);
            assert!((heard.frequency_hz - hz).abs() < 0.1, "{hz}: {heard:?}");
            assert!((heard.level_dbm0 - level).abs() < 0.1, "{level}: {heard:?}");
            // Even noise up to 0.1 has the power 0.01 / 3, the sine 1 / 2: 21.8 dB.
            assert!((heard.snr_db - 21.8).abs() < 0.5, "{heard:?}");
        }
    }

    #[test]
    fn silence_has_no_tone() {
        assert_eq!(estimate(&[0; 800]).level_dbm0, f64::NEG_INFINITY);
        assert_eq!(estimate(&[]).snr_db, 0.0);
        assert_eq!(rms(&[]), 0.0);
    }

    #[test]
    fn short_stretches_are_measured_too() {
        let heard = estimate(&Sine::new(800.0, -10.0).take(160));
        assert!((heard.frequency_hz - 800.0).abs() < 3.0, "{heard:?}");
    }

    #[test]
    fn windows_forgive_a_jump_of_phase() {
        let mut samples = Sine::new(440.0, -10.0).take(4_000);
        samples.extend(Sine::new(440.0, -10.0).at_phase(2.0).take(4_000));
        assert!(estimate(&samples).snr_db < 10.0);
        assert!(windowed_snr_db(&samples, 440.0, 800) > 40.0);
    }

    #[test]
    fn finds_gaps_peaks_and_power() {
        assert_eq!(longest_quiet_run(&[0, 5, 0, 0, -1, 0, 9, 0], 0), 2);
        assert_eq!(longest_quiet_run(&[0, 5, 0, 0, -1, 0, 9, 0], 1), 4);
        assert!((peak_dbfs(&[100, -16_384]) + 6.02).abs() < 0.01);
        assert_eq!(rms(&[3, -3, 3]), 3.0);
        let sine = Sine::new(1_000.0, -3.0).take(800);
        assert!((power_at(&sine, 1_000.0).sqrt() - tone::amplitude(-3.0)).abs() < 1.0);
        assert!(power_at(&sine, 2_000.0).sqrt() < 2.0);
    }
}

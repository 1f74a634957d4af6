//! Changes the sampling rate, for files that are imported: a windowed sinc in polyphase form.
//!
//! Each output sample is a sum of inputs around it, weighted by a sinc whose cut-off lies a little
//! below half of the lower rate, under a Kaiser window; what would fold back is down by 70 dB.

use core::f64::consts::PI;

use crate::Error;

/// Zero crossings of the sinc on each side.
const CROSSINGS: usize = 32;

/// Shape of the Kaiser window: about 80 dB between its main lobe and the rest.
const BETA: f64 = 8.0;

/// Where the cut-off lies, as a share of half of the lower rate. The transition ends at one.
const CUT_OFF: f64 = 0.92;

/// The rates that are converted, in Hz.
const RATES_HZ: core::ops::RangeInclusive<u32> = 8_000..=96_000;

/// The most phases that a filter has; common rates need at most 320.
const MAX_PHASES: u64 = 640;

/// Converts samples from one rate to another. Equal rates copy.
///
/// Fails for rates outside 8,000 to 96,000 Hz and for odd ratios of more than 640 phases.
pub fn resample(samples: &[i16], from_hz: u32, to_hz: u32) -> Result<Vec<i16>, Error> {
    if let Some(rate_hz) = [from_hz, to_hz].into_iter().find(|hz| !RATES_HZ.contains(hz)) {
        return Err(Error::SampleRate { rate_hz });
    }
    if from_hz == to_hz {
        return Ok(samples.to_vec());
    }
    let divisor = greatest_common_divisor(from_hz, to_hz);
    let (up, down) = (u64::from(to_hz / divisor), u64::from(from_hz / divisor));
    if up > MAX_PHASES {
        return Err(Error::SampleRate { rate_hz: from_hz });
    }
    let filter = Filter::new(up, down);
    let count = (samples.len() as u64 * up).div_ceil(down);
    Ok((0..count).map(|at| filter.sample(samples, at * down)).collect())
}

fn greatest_common_divisor(mut one: u32, mut other: u32) -> u32 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// The weights of every phase.
struct Filter {
    up: u64,
    /// Inputs on each side.
    reach: usize,
    /// `2 * reach` weights for each of `up` phases.
    weights: Vec<f32>,
}

impl Filter {
    fn new(up: u64, down: u64) -> Self {
        // In units of the input's rate.
        let cut_off = CUT_OFF * (up as f64 / down as f64).min(1.0);
        let width = CROSSINGS as f64 / cut_off;
        let reach = width.ceil() as usize;
        let highest = bessel(BETA);
        let mut weights = Vec::with_capacity(up as usize * reach * 2);
        for phase in 0..up {
            let start = weights.len();
            for tap in 0..2 * reach {
                let from_here = tap as f64 - (reach - 1) as f64;
                let distance = from_here - phase as f64 / up as f64;
                weights
                    .push((sinc(cut_off * distance) * kaiser(distance / width) / highest) as f32);
            }
            // Each phase passes a constant unchanged.
            let sum: f32 = weights[start..].iter().sum();
            weights[start..].iter_mut().for_each(|weight| *weight /= sum);
        }
        Self { up, reach, weights }
    }

    /// The sample at `position`, in parts of `up` of an input sample. Outside there is silence.
    fn sample(&self, samples: &[i16], position: u64) -> i16 {
        let (whole, phase) = ((position / self.up) as usize, (position % self.up) as usize);
        let weights = &self.weights[phase * 2 * self.reach..][..2 * self.reach];
        let skipped = (self.reach - 1).saturating_sub(whole);
        let first = (whole + 1).saturating_sub(self.reach);
        let inputs = samples.get(first..).unwrap_or(&[]);
        let products =
            weights[skipped..].iter().zip(inputs).map(|(weight, x)| weight * f32::from(*x));
        products.sum::<f32>().round().clamp(-32_768.0, 32_767.0) as i16
    }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// The Kaiser window from -1 to 1, not yet scaled.
fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { bessel(BETA * (1.0 - x * x).sqrt()) }
}

/// The modified Bessel function of the first kind and order zero, by its power series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1..40 {
        term *= (x / (2.0 * f64::from(n))).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure;
    use crate::tone::MAX_LEVEL_DBM0;

    const RATES: [u32; 8] = [11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

    fn sine(hz: f64, rate_hz: u32, count: usize) -> Vec<i16> {
        let turn = 2.0 * PI * hz / f64::from(rate_hz);
        (0..count).map(|n| ((turn * n as f64).sin() * 10_000.0).round() as i16).collect()
    }

    /// Half a second, without the edges.
    fn converted(hz: f64, from_hz: u32) -> Vec<i16> {
        let samples = sine(hz, from_hz, from_hz as usize / 2);
        let converted = resample(&samples, from_hz, 8_000).unwrap();
        assert_eq!(converted.len(), 4_000);
        converted[400..3_600].to_vec()
    }

    #[test]
    fn what_fits_is_kept() {
        for rate_hz in RATES {
            for hz in [300.0, 1_000.0, 3_400.0] {
                let heard = measure::estimate(&converted(hz, rate_hz));
                assert!((heard.frequency_hz - hz).abs() < 0.05, "{rate_hz} {hz}: {heard:?}");
                // 10,000 of the amplitude 32,768 that has 3.14 dBm0.
                let wanted = MAX_LEVEL_DBM0 + 20.0 * (10_000_f64 / 32_768.0).log10();
                assert!((heard.level_dbm0 - wanted).abs() < 0.05, "{rate_hz} {hz}: {heard:?}");
                assert!(heard.snr_db > 65.0, "{rate_hz} {hz}: {heard:?}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_removed() {
        for rate_hz in RATES {
            for hz in [4_100.0, 4_600.0, 5_400.0] {
                let rms = measure::rms(&converted(hz, rate_hz));
                // 70 dB below 7,071 are 2.2; rounding alone is 0.3.
                assert!(rms < 2.2, "{rate_hz} {hz}: {rms}");
            }
        }
    }

    #[test]
    fn a_constant_stays_and_nothing_moves() {
        let out = resample(&[1_000; 4_800], 48_000, 8_000).unwrap();
        assert!(out[100..700].iter().all(|sample| *sample == 1_000));
        let mut pulse = vec![0; 4_800];
        pulse[2_400] = 32_000;
        let out = resample(&pulse, 48_000, 8_000).unwrap();
        let peak = (0..out.len()).max_by_key(|at| out[*at]).unwrap();
        assert_eq!(peak, 400);
        assert_eq!(out[399], out[401]);
    }

    #[test]
    fn up_works_too() {
        let out = resample(&sine(1_000.0, 8_000, 4_000), 8_000, 16_000).unwrap();
        let wanted = sine(1_000.0, 16_000, 8_000);
        let near = |at: &usize| (out[*at] - wanted[*at]).abs() <= 3;
        assert!((400..7_600).all(|at| near(&at)));
    }

    #[test]
    fn odd_rates_are_refused() {
        for (from, rate_hz) in [(7_999, 7_999), (96_001, 96_001), (44_101, 44_101), (0, 0)] {
            assert_eq!(resample(&[1], from, 8_000), Err(Error::SampleRate { rate_hz }));
        }
        assert_eq!(resample(&[], 44_100, 8_000), Ok(Vec::new()));
        assert_eq!(resample(&[5], 8_000, 8_000), Ok(vec![5]));
    }
}

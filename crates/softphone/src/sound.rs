//! Sounds to play on a call.

use trunkline_media::prompt::{Item, Prompt};
use trunkline_media::resample::resample;
use trunkline_media::tone::Sine;
use trunkline_media::{Error, SAMPLE_RATE_HZ};

/// Samples of any rate from 8,000 to 96,000 Hz, played once.
///
/// # Errors
/// When the rate is another.
pub fn from_samples(samples: &[i16], rate_hz: u32) -> Result<Item, Error> {
    let samples = resample(samples, rate_hz, SAMPLE_RATE_HZ)?;
    Ok(Item::Prompt(Prompt::from_samples(&samples)))
}

/// A WAV file of at most 5 MB, played once.
///
/// # Errors
/// When it cannot be read.
pub fn from_wav(file: &[u8]) -> Result<Item, Error> {
    Ok(Item::Prompt(Prompt::from_wav(file)?))
}

/// A tone without end.
pub fn tone(frequency_hz: f64, level_dbm0: f64) -> Item {
    Item::Loop(Prompt::from_samples(&seamless(frequency_hz, level_dbm0)))
}

/// Samples that can be repeated without a click: of the lengths from half a second to a second
/// the one that comes nearest to whole periods.
fn seamless(frequency_hz: f64, level_dbm0: f64) -> Vec<i16> {
    let rate = SAMPLE_RATE_HZ as usize;
    let misfit = |count: &usize| {
        let periods = frequency_hz * *count as f64 / f64::from(SAMPLE_RATE_HZ);
        (periods - periods.round()).abs()
    };
    let count = (rate / 2..=rate).min_by(|one, other| misfit(one).total_cmp(&misfit(other)));
    Sine::new(frequency_hz, level_dbm0).take(count.unwrap_or(rate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Recording;

    #[test]
    fn a_tone_goes_on_without_a_click() {
        for hz in [440.0, 697.3, 1_004.0] {
            let samples = seamless(hz, -10.0);
            let heard = Recording::new(samples.repeat(3)).measure();
            assert!((heard.tone.frequency_hz - hz).abs() < 0.1, "{heard:?}");
            assert!(heard.tone.snr_db > 50.0, "{heard:?}");
        }
    }

    #[test]
    fn other_rates_are_converted() {
        let sine: Vec<i16> = Sine::new(220.0, -10.0).take(8_000);
        let Item::Prompt(prompt) = from_samples(&sine, 16_000).unwrap() else { panic!("a prompt") };
        assert_eq!(prompt.duration().as_millis(), 500);
        assert!(from_samples(&sine, 7).is_err());
        assert!(from_wav(b"no wav").is_err());
    }
}

//! Hides what is missing: the last stretch of sound goes on, and fades.
//!
//! In the spirit of G.711 appendix I: the pitch of the last 20 ms is found by correlation, its
//! period is repeated, after 10 ms two periods in turn so that it does not buzz; from 10 ms on it
//! fades, and after 60 ms it is silent. Where sound comes back, the two are blended for 5 ms.
//! Unlike there nothing is delayed: a jump where the period begins anew is levelled out after it.

use crate::FRAME_SAMPLES;

/// The shortest period that is looked for: 200 Hz.
const MIN_LAG: usize = 40;

/// The longest period that is looked for: 66 Hz.
const MAX_LAG: usize = 120;

/// What two periods are compared over.
const COMPARED: usize = FRAME_SAMPLES;

/// The sound that is remembered.
const HISTORY: usize = COMPARED + MAX_LAG + 1;

/// From here on it fades, and two periods are repeated in turn.
const FULL: usize = 80;

/// From here on there is silence.
const SILENT: usize = 480;

/// What a jump is levelled out over, and sound that comes back is blended over.
const BLEND: usize = 40;

/// The most that is repeated: two periods and the sample before them.
const KEPT: usize = 2 * MAX_LAG + 1;

/// One stream's concealment.
#[derive(Clone, Debug)]
pub struct Concealer {
    history: [i16; HISTORY],
    kept: [i16; KEPT],
    lag: usize,
    /// Samples in the period or periods being repeated.
    cycle: usize,
    /// Place within them.
    place: usize,
    /// What the last repetition began too low by, and how many samples ago.
    jump: f32,
    since_jump: usize,
    /// Samples made up since the last real one; `None` while there is real sound.
    made_up: Option<usize>,
}

impl Default for Concealer {
    fn default() -> Self {
        Self {
            history: [0; HISTORY],
            kept: [0; KEPT],
            lag: MIN_LAG,
            cycle: MIN_LAG,
            place: 0,
            jump: 0.0,
            since_jump: 0,
            made_up: Some(SILENT),
        }
    }
}

impl Concealer {
    /// Takes real sound, up to a frame at once. What follows a gap is blended in, in place.
    pub fn real(&mut self, samples: &mut [i16]) {
        if self.made_up.is_some() {
            let length = samples.len().min(BLEND);
            let mut made_up = [0; BLEND];
            self.make_up(&mut made_up[..length]);
            for (at, (sample, other)) in samples.iter_mut().zip(&made_up[..length]).enumerate() {
                let share = (at + 1) as f32 / (BLEND + 1) as f32;
                let mixed = f32::from(*sample) * share + f32::from(*other) * (1.0 - share);
                *sample = mixed as i16;
            }
            self.made_up = None;
        }
        self.remember(samples);
    }

    /// Makes up sound for a gap, up to a frame at once.
    pub fn conceal(&mut self, out: &mut [i16]) {
        if self.made_up.is_none() {
            self.begin();
        }
        self.make_up(out);
        self.remember(out);
    }

    /// Whether all sound has faded away.
    pub fn is_silent(&self) -> bool {
        self.made_up.is_some_and(|count| count >= SILENT)
    }

    /// The period of the last sound in samples, 40 to 120.
    pub fn period(&self) -> usize {
        find_period(&self.history)
    }

    /// The last sound, newest last.
    pub fn history(&self) -> &[i16] {
        &self.history
    }

    fn remember(&mut self, samples: &[i16]) {
        let new = &samples[samples.len().saturating_sub(HISTORY)..];
        self.history.copy_within(new.len().., 0);
        self.history[HISTORY - new.len()..].copy_from_slice(new);
    }

    fn begin(&mut self) {
        self.lag = find_period(&self.history);
        self.kept.copy_from_slice(&self.history[HISTORY - KEPT..]);
        self.made_up = Some(0);
        self.begin_cycle(self.lag, self.kept[KEPT - 1]);
    }

    /// Repeats the last `length` samples from the first on; `last` was the sample before.
    fn begin_cycle(&mut self, length: usize, last: i16) {
        self.cycle = length;
        self.place = 0;
        self.jump = f32::from(last) - f32::from(self.kept[KEPT - 1 - length]);
        self.since_jump = 0;
    }

    fn make_up(&mut self, out: &mut [i16]) {
        for sample in out {
            let count = self.made_up.unwrap_or(0);
            if count >= SILENT {
                *sample = 0;
                continue;
            }
            if self.place == self.cycle {
                let length = if count >= FULL { 2 * self.lag } else { self.lag };
                self.begin_cycle(length, self.kept[KEPT - 1]);
            }
            let levelled = 1.0 - (self.since_jump as f32 / BLEND as f32).min(1.0);
            let wave = f32::from(self.kept[KEPT - self.cycle + self.place]);
            let faded = count.saturating_sub(FULL) as f32 / (SILENT - FULL) as f32;
            *sample = ((wave + self.jump * levelled) * (1.0 - faded)) as i16;
            self.place += 1;
            self.since_jump += 1;
            self.made_up = Some(count + 1);
        }
    }
}

/// The lag at which the end of the sound resembles itself most.
fn find_period(history: &[i16; HISTORY]) -> usize {
    let scored = (MIN_LAG..=MAX_LAG).map(|lag| (lag, likeness(history, lag)));
    scored.max_by(|one, other| one.1.total_cmp(&other.1)).map_or(MIN_LAG, |(lag, _)| lag)
}

/// Correlation of the last sound with itself `lag` samples before.
fn likeness(history: &[i16; HISTORY], lag: usize) -> f32 {
    let now = &history[HISTORY - COMPARED..];
    let then = &history[HISTORY - COMPARED - lag..HISTORY - lag];
    let (mut product, mut energy) = (0.0_f32, 1.0_f32);
    for (one, other) in now.iter().zip(then) {
        let (one, other) = (f32::from(*one), f32::from(*other));
        product += one * other;
        energy += other * other;
    }
    product / energy.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure;
    use crate::tone::Sine;

    /// A concealer that has heard a sine, and the sine.
    fn after_sine(hz: f64) -> (Concealer, Sine) {
        let (mut concealer, mut sine) = (Concealer::default(), Sine::new(hz, -10.0));
        for _ in 0..5 {
            concealer.real(&mut sine.take(FRAME_SAMPLES));
        }
        (concealer, sine)
    }

    #[test]
    fn finds_the_period() {
        // 100 Hz is 80 samples; of 440 Hz (18.18 samples) six or five periods fit best.
        assert_eq!(after_sine(100.0).0.period(), 80);
        assert!([91, 109].contains(&after_sine(440.0).0.period()));
    }

    #[test]
    fn a_lost_frame_of_a_tone_is_hardly_heard() {
        for hz in [100.0, 180.0, 440.0, 1_000.0] {
            let (mut concealer, mut sine) = after_sine(hz);
            let mut sound = Vec::new();
            for n in 0..10 {
                let mut frame = sine.take(FRAME_SAMPLES);
                if n == 4 {
                    concealer.conceal(&mut frame);
                } else {
                    concealer.real(&mut frame);
                }
                sound.extend(frame);
            }
            let snr_db = measure::windowed_snr_db(&sound, hz, sound.len());
            assert!(snr_db > 25.0, "{hz}: {snr_db}");
        }
    }

    #[test]
    fn long_gaps_fade_to_silence_and_sound_comes_back_without_a_click() {
        let (mut concealer, _) = after_sine(300.0);
        let mut gap = vec![0; 6 * FRAME_SAMPLES];
        gap.chunks_mut(FRAME_SAMPLES).for_each(|frame| concealer.conceal(frame));
        let loud = |range: std::ops::Range<usize>| measure::rms(&gap[range]);
        assert!(loud(0..80) > 0.9 * tone_rms());
        assert!((loud(240..320) / tone_rms() - 0.5).abs() < 0.1, "half at 35 ms");
        assert!(gap[SILENT..].iter().all(|sample| *sample == 0));
        assert!(concealer.is_silent());
        let mut frame = Sine::new(300.0, -10.0).at_phase(1.5).take(FRAME_SAMPLES);
        concealer.real(&mut frame);
        assert!(frame[0].unsigned_abs() < 300, "{}", frame[0]);
        assert!(!concealer.is_silent());
    }

    fn tone_rms() -> f64 {
        crate::tone::amplitude(-10.0) / 2_f64.sqrt()
    }

    #[test]
    fn jumps_are_levelled() {
        // No period fits a ramp; still no step is larger than the ramp's own slope allows.
        let mut concealer = Concealer::default();
        let mut ramp: Vec<i16> = (0..480).map(|n| n * 20).collect();
        ramp.chunks_mut(FRAME_SAMPLES).for_each(|frame| concealer.real(frame));
        let mut gap = vec![ramp[479]];
        gap.extend([0; FRAME_SAMPLES]);
        concealer.conceal(&mut gap[1..]);
        let step = gap.windows(2).map(|pair| (pair[1] - pair[0]).unsigned_abs()).max();
        assert!(step.unwrap() < 100, "{step:?}");
    }

    #[test]
    fn nothing_heard_gives_silence() {
        let mut out = [7; FRAME_SAMPLES];
        Concealer::default().conceal(&mut out);
        assert_eq!(out, [0; FRAME_SAMPLES]);
    }
}

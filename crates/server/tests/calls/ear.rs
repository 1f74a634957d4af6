//! What somebody on a call hears at the moment, and whether it is good.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use trunkline_softphone::{Call, Measurement, Recording};

/// Something that is long enough for a machine under load.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// How often [`Stalls`] looks.
const STEP: Duration = Duration::from_millis(3);

/// What is measured of a tone that goes on.
const WINDOW: Duration = Duration::from_millis(240);

/// Waits until the call hears this tone, for [`WINDOW`] without a break.
pub(crate) async fn hears(call: &Call, frequency_hz: f64) {
    hears_from(call, call.heard_so_far(), frequency_hz).await;
}

/// Waits until the call has heard this tone, in what came after so many samples.
pub(crate) async fn hears_from(call: &Call, samples: usize, frequency_hz: f64) {
    let until = tokio::time::Instant::now() + LIMIT;
    loop {
        let heard = call.heard_since(samples);
        if windows(&heard).any(|window| is_tone(&window, frequency_hz)) {
            return;
        }
        let is_late = tokio::time::Instant::now() > until;
        assert!(!is_late, "no {frequency_hz} Hz: {:?}; {:?}", heard.measure(), call.history());
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

/// Waits until the call hears nothing, for [`WINDOW`].
pub(crate) async fn hears_nothing(call: &Call) {
    let (samples, until) = (call.heard_so_far(), tokio::time::Instant::now() + LIMIT);
    loop {
        let heard = call.heard_since(samples);
        if windows(&heard).any(|window| window.measure().sound.is_zero()) {
            return;
        }
        let is_late = tokio::time::Instant::now() > until;
        assert!(!is_late, "it is never quiet: {:?}", heard.measure());
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

fn windows(heard: &Recording) -> impl Iterator<Item = Recording> {
    let step = Duration::from_millis(60);
    let count = heard.length().saturating_sub(WINDOW).as_millis() / step.as_millis();
    let is_any = heard.length() >= WINDOW;
    let count = if is_any { count as u32 + 1 } else { 0 };
    (0..count).map(move |at| heard.part(step * at, WINDOW))
}

fn is_tone(window: &Recording, frequency_hz: f64) -> bool {
    let heard = window.measure();
    (heard.tone.frequency_hz - frequency_hz).abs() <= 2.0 && heard.tone.level_dbm0 > -30.0
}

/// The stretch of sound in a recording, without a tenth of a second at either end.
pub(crate) fn inside(heard: &Recording) -> Recording {
    let edge = Duration::from_millis(100);
    let begin = heard.first_sound().unwrap_or_default() + edge;
    let end = heard.length().saturating_sub(heard.quiet_at_end()).saturating_sub(edge);
    heard.part(begin, end.saturating_sub(begin))
}

/// Sees whether the machine lets programs run when they want to: where it does not, no audio of
/// 20 ms frames can be whole.
pub(crate) struct Stalls {
    longest: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
}

impl Stalls {
    pub(crate) fn watch() -> Self {
        let (longest, is_over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (told, ends) = (longest.clone(), is_over.clone());
        std::thread::spawn(move || {
            while !ends.load(Ordering::Relaxed) {
                let before = Instant::now();
                std::thread::sleep(STEP);
                let late = before.elapsed().saturating_sub(STEP);
                told.fetch_max(u64::try_from(late.as_millis()).unwrap(), Ordering::Relaxed);
            }
        });
        Self { longest, is_over }
    }

    /// Whether something had to wait for longer than audio can.
    pub(crate) fn were_there(&self) -> bool {
        self.longest.load(Ordering::Relaxed) >= 10
    }
}

impl Drop for Stalls {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// Whether some stretch of [`WINDOW`] is clean.
pub(crate) fn is_clean_in_parts(heard: &Recording, frequency_hz: f64, level_dbm0: f64) -> bool {
    windows(heard).any(|window| is_clean(&window.measure(), frequency_hz, level_dbm0))
}

/// What the issue asks of a tone that has been through the server.
pub(crate) fn is_clean(heard: &Measurement, frequency_hz: f64, level_dbm0: f64) -> bool {
    (heard.tone.frequency_hz - frequency_hz).abs() <= 2.0
        && (heard.tone.level_dbm0 - level_dbm0).abs() <= 1.0
        && heard.tone.snr_db >= 30.0
        && heard.longest_gap <= Duration::from_millis(5)
}

/// When a tone is first heard in a recording, to 10 ms.
pub(crate) fn first(heard: &Recording, frequency_hz: f64) -> Option<Duration> {
    let (step, window) = (80, 160);
    let is_there = |at: usize| {
        let part = heard.samples.get(at..at + window)?;
        // A sine of amplitude A has the power A² here.
        let power = trunkline_media::measure::power_at(part, frequency_hz);
        let whole: f64 = part.iter().map(|it| f64::from(*it).powi(2)).sum::<f64>() * 2.0;
        let share = power / (whole / window as f64);
        Some(share > 0.7 && power > 10_000.0)
    };
    let mut at = 0;
    while let Some(is_there) = is_there(at) {
        if is_there {
            return Some(Duration::from_micros(at as u64 * 125));
        }
        at += step;
    }
    None
}

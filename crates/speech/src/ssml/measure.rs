//! The values of attributes: times, speeds, pitches, loudness.

use super::{Emphasis, MAX_BREAK_MS};

/// The silence of a `break` without attributes, in milliseconds.
pub(super) const DEFAULT_BREAK_MS: u32 = 500;

/// A time such as `500ms` or `1.5s`, in milliseconds, cut at the longest break.
pub(super) fn time(text: &str) -> Option<u32> {
    let text = text.trim();
    let (number, factor) = match text.strip_suffix("ms") {
        Some(number) => (number, 1.0),
        None => (text.strip_suffix('s')?, 1_000.0),
    };
    let ms = number_of(number)? * factor;
    // In range after the clamp, so the cast keeps the value.
    (ms >= 0.0).then_some(ms.min(f64::from(MAX_BREAK_MS)).round() as u32)
}

/// The silence of a break's strength, in milliseconds. SSML leaves the lengths open.
pub(super) fn strength(text: &str) -> Option<u32> {
    Some(match text.trim() {
        "none" => 0,
        "x-weak" => 100,
        "weak" => 250,
        "medium" => DEFAULT_BREAK_MS,
        "strong" => 800,
        "x-strong" => 1_200,
        _ => return None,
    })
}

/// A speed: a word, `120%`, `+20%`, `-20%`, or a factor.
pub(super) fn rate(text: &str) -> Option<f64> {
    let text = text.trim();
    let rate = match text {
        "x-slow" => 0.5,
        "slow" => 0.75,
        "medium" | "default" => 1.0,
        "fast" => 1.25,
        "x-fast" => 1.6,
        _ => match text.strip_suffix('%') {
            Some(percent) if is_signed(percent) => 1.0 + number_of(percent)? / 100.0,
            Some(percent) => number_of(percent)? / 100.0,
            None => number_of(text)?,
        },
    };
    (rate > 0.0).then(|| rate.clamp(0.25, 4.0))
}

/// A pitch, in semitones: a word, `+2st`, `-10%`.
pub(super) fn pitch(text: &str) -> Option<f64> {
    let text = text.trim();
    let semitones = match text {
        "x-low" => -6.0,
        "low" => -3.0,
        "medium" | "default" => 0.0,
        "high" => 3.0,
        "x-high" => 6.0,
        _ => match (text.strip_suffix("st"), text.strip_suffix('%')) {
            (Some(semitones), _) => number_of(semitones)?,
            (None, Some(percent)) => {
                let change = number_of(percent)? / 100.0;
                let factor = if is_signed(percent) { 1.0 + change } else { change };
                12.0 * factor.max(0.01).log2()
            }
            (None, None) => return None,
        },
    };
    Some(semitones.clamp(-20.0, 20.0))
}

/// A loudness, in dB: a word or `+6dB`.
pub(super) fn volume(text: &str) -> Option<f64> {
    let text = text.trim();
    let gain = match text {
        "silent" => -96.0,
        "x-soft" => -12.0,
        "soft" => -6.0,
        "medium" | "default" => 0.0,
        "loud" => 4.0,
        "x-loud" => 8.0,
        _ => number_of(text.strip_suffix("dB").or_else(|| text.strip_suffix("db"))?)?,
    };
    Some(gain.clamp(-96.0, 16.0))
}

/// A stress; without a level it is moderate.
pub(super) fn emphasis(level: Option<&str>) -> Option<Emphasis> {
    Some(match level.map(str::trim) {
        None | Some("moderate") => Emphasis::Moderate,
        Some("strong") => Emphasis::Strong,
        Some("reduced") => Emphasis::Reduced,
        Some("none") => Emphasis::None,
        Some(_) => return None,
    })
}

fn is_signed(text: &str) -> bool {
    text.starts_with(['+', '-'])
}

/// A plain decimal number. Rust would also take `inf`, `nan` and `1e9`.
fn number_of(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.'));
    if is_plain { text.parse().ok() } else { None }
}

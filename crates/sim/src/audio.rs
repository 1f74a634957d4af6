//! How long prompts last in virtual time.

use trunkline_model::prompt::{Music, Prompt};
use trunkline_model::tenant::Tenant;

/// The length of an audio file that the tenant says nothing about, and of the music on hold.
const UNKNOWN_FILE_MS: u64 = 60_000;

/// Music loops at most this often (Webex).
const MAX_LOOPS: u64 = 5;

/// How long one character of spoken text takes: English at about 150 words a minute, Japanese at
/// about 350 characters a minute.
const LATIN_CHARACTER_MS: u64 = 65;
const WIDE_CHARACTER_MS: u64 = 170;

pub(crate) fn prompts_ms(tenant: &Tenant, prompts: &[Prompt]) -> i64 {
    let length = |prompt: &Prompt| match prompt {
        Prompt::Audio { file } => file_ms(tenant, file),
        Prompt::Speech { text, .. } => speech_ms(text),
    };
    as_i64(prompts.iter().map(length).sum())
}

pub(crate) fn music_ms(tenant: &Tenant, music: &Music) -> i64 {
    let file = file_ms(tenant, &music.file).max(1);
    let longest = file.saturating_mul(MAX_LOOPS);
    as_i64(match music.duration_ms {
        Some(duration) => duration.min(longest),
        None => file.saturating_sub(music.offset_ms % file).max(1),
    })
}

fn file_ms(tenant: &Tenant, file: &str) -> u64 {
    let known = tenant.audio.iter().find(|audio| audio.name == file);
    known.and_then(|audio| audio.duration_ms).unwrap_or(UNKNOWN_FILE_MS)
}

fn speech_ms(text: &str) -> u64 {
    let character = |c: char| if c > '\u{2e7f}' { WIDE_CHARACTER_MS } else { LATIN_CHARACTER_MS };
    text.chars().map(character).sum()
}

fn as_i64(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn music(offset_ms: u64, duration_ms: Option<u64>) -> i64 {
        let json = r#"{"audio": [{"name": "a.wav", "duration_ms": 10000}]}"#;
        let tenant: Tenant = serde_json::from_str(json).unwrap();
        music_ms(&tenant, &Music { file: "a.wav".into(), offset_ms, duration_ms })
    }

    #[test]
    fn music_stops_at_its_duration_and_loops_at_most_five_times() {
        assert_eq!(music(0, None), 10_000);
        assert_eq!(music(3_000, None), 7_000);
        assert_eq!(music(13_000, None), 7_000);
        assert_eq!(music(0, Some(4_000)), 4_000);
        assert_eq!(music(0, Some(30_000)), 30_000);
        assert_eq!(music(0, Some(900_000)), 50_000);
    }
}

//! What must hold for every text that a flow has spoken, whatever callers and records put into it.

use trunkline_speech::ssml::{
    MAX_BREAK_MS, MAX_TAGS, MAX_TEXT_BYTES, MAX_TOTAL_BREAK_MS, Segment, SsmlError, Tone, read,
};
use trunkline_speech::{Language, Piece, plan, sentences};

/// Longer texts only take longer.
const MOST_BYTES: usize = 4096;

/// What writing out data may make of it: a digit becomes a word, an amount a sentence.
const MOST_GROWTH: usize = 64;

/// Reads the text, and plans how it is spoken in three languages.
pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.len() > MOST_BYTES {
        return;
    }
    let document = match read(text) {
        Ok(document) => document,
        Err(SsmlError::TooLong(length)) => panic!("{length} are not more than {MAX_TEXT_BYTES}"),
        Err(SsmlError::TooManyTags) => {
            assert!(text.matches('<').count() > MAX_TAGS);
            return;
        }
    };
    check_segments(text, &document.segments);
    for language in ["en-US", "ja-JP", "de-DE"] {
        let language = Language::of_voice_name(language).expect("a language");
        check_plan(text, &document.segments, &language);
        check_sentences(text, &language);
    }
}

fn check_segments(text: &str, segments: &[Segment]) {
    // What does not begin like markup is none.
    if !text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with('<') {
        let whole = Segment::Text { text: text.to_owned(), tone: Tone::default() };
        assert_eq!(segments, [whole], "a text without markup is spoken as it stands");
    }
    let (mut words, mut silence_ms) = (0, 0);
    for segment in segments {
        match segment {
            Segment::Text { text, tone } | Segment::SayAs { text, tone, .. } => {
                words += text.len();
                check_tone(tone);
            }
            Segment::Break(ms) => {
                assert!(*ms <= MAX_BREAK_MS, "{ms} ms");
                silence_ms += ms;
            }
            Segment::SentenceEnd | Segment::ParagraphEnd => {}
        }
    }
    assert!(words <= text.len(), "{words} bytes of words out of {}", text.len());
    assert!(silence_ms <= MAX_TOTAL_BREAK_MS, "{silence_ms} ms");
}

fn check_tone(tone: &Tone) {
    assert!((0.25..=4.0).contains(&tone.rate), "{tone:?}");
    assert!((-20.0..=20.0).contains(&tone.pitch), "{tone:?}");
    assert!((-96.0..=16.0).contains(&tone.gain_db), "{tone:?}");
}

fn check_plan(text: &str, segments: &[Segment], language: &Language) {
    let mut words = 0;
    for piece in plan(segments, language, 1.5, -3.0) {
        let Piece::Speak(utterance) = piece else { continue };
        let spoken = utterance.text();
        words += spoken.len();
        assert!(spoken.contains(char::is_alphanumeric), "{spoken:?} is not spoken");
        // Line breaks are pauses; anything else might be a command.
        let is_command = |c: char| c.is_control() && c != '\n';
        assert!(!spoken.contains(is_command), "{spoken:?} is not for programs");
        assert!((0.25..=4.0).contains(&utterance.rate), "{utterance:?}");
        assert!((-20.0..=20.0).contains(&utterance.pitch), "{utterance:?}");
        assert!((-96.0..=16.0).contains(&utterance.gain_db), "{utterance:?}");
        assert!(utterance.pause_ms <= MAX_BREAK_MS);
    }
    let most = text.len() * MOST_GROWTH;
    assert!(words <= most, "{words} bytes to be spoken out of {}", text.len());
}

/// Nothing but white space is lost between sentences.
fn check_sentences(text: &str, language: &Language) {
    let found = sentences(text, language);
    let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    assert_eq!(found.iter().map(|part| solid(part)).collect::<String>(), solid(text));
    assert!(found.iter().all(|sentence| !sentence.trim().is_empty()), "{found:?}");
}

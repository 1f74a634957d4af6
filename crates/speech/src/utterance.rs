//! From segments to what providers are asked for: one utterance per sentence, silences between.
//!
//! Data is written out in words, breaks are silences of our own, and an utterance has one speed,
//! pitch and loudness: so a provider needs no markup at all.

use crate::language::Language;
use crate::say_as;
use crate::sentence;
use crate::ssml::{Emphasis, Segment, Tone};

/// The silence that follows a sentence at least, when more speech follows, in milliseconds.
const SENTENCE_PAUSE_MS: u32 = 250;

/// The silence that follows a paragraph at least, in milliseconds.
const PARAGRAPH_PAUSE_MS: u32 = 600;

/// A part of what is to be heard.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// To be spoken.
    Speak(Utterance),
    /// Silence of so many milliseconds.
    Silence(u32),
}

/// A sentence, or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance {
    /// The words, in runs of the same stress.
    pub runs: Vec<Run>,
    /// Speed; 1 is the voice's own, 0.25 to 4.
    pub rate: f64,
    /// Pitch, in semitones above the voice's own, -20 to 20.
    pub pitch: f64,
    /// Loudness, in dB above the voice's own, -96 to 16.
    pub gain_db: f64,
    /// The silence that follows at least, in milliseconds.
    pub pause_ms: u32,
}

/// Words of the same stress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The words.
    pub text: String,
    /// Their stress.
    pub emphasis: Emphasis,
}

impl Utterance {
    /// The words without their stress.
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }
}

/// What segments come to in a language; speed and loudness of the whole are added to their own.
pub fn plan(segments: &[Segment], language: &Language, rate: f64, gain_db: f64) -> Vec<Piece> {
    let mut planner = Planner { language, rate, gain_db, pieces: Vec::new(), runs: Vec::new() };
    for segment in segments {
        match segment {
            Segment::Text { text, tone } => planner.push(printable(text), *tone),
            Segment::SayAs { text, how, tone } => {
                planner.push(say_as::spell(&printable(text), how, language), *tone);
            }
            Segment::Break(ms) => {
                planner.flush();
                planner.pieces.push(Piece::Silence(*ms));
            }
            Segment::SentenceEnd => planner.bound(SENTENCE_PAUSE_MS),
            Segment::ParagraphEnd => planner.bound(PARAGRAPH_PAUSE_MS),
        }
    }
    planner.flush();
    planner.finish()
}

struct Planner<'a> {
    language: &'a Language,
    rate: f64,
    gain_db: f64,
    pieces: Vec<Piece>,
    /// Words of one speed, pitch and loudness.
    runs: Vec<(String, Tone)>,
}

impl Planner<'_> {
    fn push(&mut self, text: String, tone: Tone) {
        let same = |(_, last): &(String, Tone)| {
            (last.rate, last.pitch, last.gain_db) == (tone.rate, tone.pitch, tone.gain_db)
        };
        if !self.runs.last().is_none_or(same) {
            self.flush();
        }
        self.runs.push((text, tone));
    }

    /// Ends the words that were gathered: cuts them into sentences.
    fn flush(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        let Some((_, tone)) = runs.first() else { return };
        let all: String = runs.iter().map(|(text, _)| text.as_str()).collect();
        let before = self.pieces.len();
        for cut in sentence::ranges(&all, self.language) {
            let runs = slices(&runs, cut.range.start, cut.range.end);
            if !runs.iter().any(|run| run.text.contains(char::is_alphanumeric)) {
                continue;
            }
            self.pieces.push(Piece::Speak(Utterance {
                runs,
                rate: (tone.rate * self.rate).clamp(0.25, 4.0),
                pitch: tone.pitch,
                gain_db: (tone.gain_db + self.gain_db).clamp(-96.0, 16.0),
                pause_ms: if cut.ends_sentence { SENTENCE_PAUSE_MS } else { 0 },
            }));
        }
        // Where only the speed changes, the sentence goes on.
        let bare = all.trim_end().trim_end_matches(['"', '\'', ')', '”', '’', '」']);
        let goes_on = !bare.ends_with(['.', '!', '?', '。', '！', '？']);
        if let (true, Some(Piece::Speak(last))) = (goes_on, self.pieces[before..].last_mut()) {
            last.pause_ms = 0;
        }
    }

    fn bound(&mut self, pause_ms: u32) {
        self.flush();
        if let Some(Piece::Speak(last)) = self.pieces.last_mut() {
            last.pause_ms = last.pause_ms.max(pause_ms);
        }
    }

    /// Nothing follows the end.
    fn finish(mut self) -> Vec<Piece> {
        if let Some(Piece::Speak(last)) = self.pieces.last_mut() {
            last.pause_ms = 0;
        }
        self.pieces
    }
}

/// The parts of the runs between two positions of the whole.
fn slices(runs: &[(String, Tone)], start: usize, end: usize) -> Vec<Run> {
    let mut at = 0;
    let mut slices: Vec<Run> = Vec::new();
    for (text, tone) in runs {
        let from = start.saturating_sub(at).min(text.len());
        let to = end.saturating_sub(at).min(text.len());
        at += text.len();
        if from >= to {
            continue;
        }
        match slices.last_mut() {
            Some(last) if last.emphasis == tone.emphasis => last.text.push_str(&text[from..to]),
            Some(_) | None => {
                slices.push(Run { text: text[from..to].to_owned(), emphasis: tone.emphasis });
            }
        }
    }
    slices
}

/// Control characters would mean something to programs; here they are spaces.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssml;

    fn pieces(text: &str) -> Vec<Piece> {
        plan(&ssml::read(text).unwrap().segments, &Language::en_us(), 1.0, 0.0)
    }

    fn texts(text: &str) -> Vec<String> {
        let words = |piece: Piece| match piece {
            Piece::Speak(utterance) => utterance.text(),
            Piece::Silence(ms) => format!("[{ms}]"),
        };
        pieces(text).into_iter().map(words).collect()
    }

    #[test]
    fn sentences_span_runs_and_end_at_breaks() {
        let source = "<speak>Hi <emphasis>dear</emphasis> Ann. It is \
                      <say-as interpret-as='currency'>$4.50</say-as><break time='1s'/>... now</speak>";
        assert_eq!(
            texts(source),
            ["Hi dear Ann.", "It is 4 dollars and 50 cents", "[1000]", "... now"]
        );
        let Piece::Speak(first) = &pieces(source)[0] else { panic!() };
        let stress: Vec<Emphasis> = first.runs.iter().map(|run| run.emphasis).collect();
        assert_eq!(stress, [Emphasis::None, Emphasis::Moderate, Emphasis::None]);
        assert_eq!(first.pause_ms, SENTENCE_PAUSE_MS);
        let Some(Piece::Speak(last)) = pieces(source).pop() else { panic!() };
        assert_eq!(last.pause_ms, 0);
    }

    #[test]
    fn speeds_multiply_and_gains_add() {
        let source = "<speak>a <prosody rate='2.0' volume='+6dB'>b</prosody> c</speak>";
        let segments = ssml::read(source).unwrap().segments;
        let pieces = plan(&segments, &Language::en_us(), 3.0, 12.0);
        let tones: Vec<(f64, f64, u32)> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Speak(it) => (it.rate, it.gain_db, it.pause_ms),
                Piece::Silence(_) => panic!(),
            })
            .collect();
        assert_eq!(tones, [(3.0, 12.0, 0), (4.0, 16.0, 0), (3.0, 12.0, 0)]);
    }

    #[test]
    fn paragraphs_pause_longer_and_signs_alone_are_not_spoken() {
        let pieces = pieces("<speak><p>One</p><p> - <s>Two</s></p>!?</speak>");
        let pauses: Vec<u32> = pieces
            .iter()
            .map(|piece| if let Piece::Speak(it) = piece { it.pause_ms } else { 9 })
            .collect();
        assert_eq!(pauses, [PARAGRAPH_PAUSE_MS, 0]);
        assert!(texts("  ...  ").is_empty());
        assert_eq!(texts("a\u{0}b\u{1b}c"), ["a b c"]);
    }
}

//! The SSML subset: `speak`, `break`, `say-as`, `prosody`, `emphasis`, `sub`, `p`, `s`.
//!
//! A text is SSML when the whole of it is a `<speak>` element; anything else is spoken as it
//! stands. Flows put data of callers into their texts without escaping it, so inside `<speak>` too
//! whatever is no known tag is text: `a < b`, `<3`, `AT&T`. Elements of SSML outside the subset are
//! left out and their content is spoken. Nothing but size makes a text fail.

mod markup;
mod measure;
mod read;

pub use read::read;

/// The longest text, in bytes.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;

/// The most tags of a text.
pub const MAX_TAGS: usize = 4_000;

/// The deepest nesting that counts; tags further inside change nothing.
pub const MAX_DEPTH: usize = 32;

/// The longest break, in milliseconds; longer ones are cut.
pub const MAX_BREAK_MS: u32 = 10_000;

/// The longest silence of all breaks together, in milliseconds; later ones are left out.
pub const MAX_TOTAL_BREAK_MS: u32 = 60_000;

/// The most warnings that are kept.
const MAX_WARNINGS: usize = 20;

/// Why a text cannot be spoken at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SsmlError {
    /// It is too long.
    #[error("the text to be spoken has {0} bytes; at most {MAX_TEXT_BYTES} are spoken: shorten it")]
    TooLong(usize),
    /// It has too many tags.
    #[error("the text to be spoken has more than {MAX_TAGS} tags: shorten it")]
    TooManyTags,
}

/// A piece of a text, in the order of speaking.
#[derive(Clone, Debug, PartialEq)]
pub enum Segment {
    /// Words.
    Text {
        /// The words, entities resolved.
        text: String,
        /// How they are spoken.
        tone: Tone,
    },
    /// Data that is read in a way of its own.
    SayAs {
        /// The data.
        text: String,
        /// The way.
        how: SayAs,
        /// How it is spoken.
        tone: Tone,
    },
    /// Silence of so many milliseconds.
    Break(u32),
    /// A sentence begins or ends here, whatever the text says.
    SentenceEnd,
    /// A paragraph begins or ends here.
    ParagraphEnd,
}

/// How words are spoken, relative to the voice's own way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tone {
    /// Speed; 1 is the voice's own, 0.25 to 4.
    pub rate: f64,
    /// Pitch, in semitones, -20 to 20.
    pub pitch: f64,
    /// Loudness, in dB, -96 to 16.
    pub gain_db: f64,
    /// Stress.
    pub emphasis: Emphasis,
}

impl Default for Tone {
    fn default() -> Self {
        Self { rate: 1.0, pitch: 0.0, gain_db: 0.0, emphasis: Emphasis::None }
    }
}

/// The stress of words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Emphasis {
    /// As any other word.
    #[default]
    None,
    /// Less than other words.
    Reduced,
    /// More.
    Moderate,
    /// Much more.
    Strong,
}

impl Emphasis {
    /// The word of SSML.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Reduced => "reduced",
            Self::Moderate => "moderate",
            Self::Strong => "strong",
        }
    }
}

/// The ways to read data; what `interpret-as` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SayAs {
    /// Digit by digit.
    Digits,
    /// Letter by letter.
    Characters,
    /// As a number.
    Cardinal,
    /// As a rank: third.
    Ordinal,
    /// As a date; the order of its parts, such as `mdy`, if it is said.
    Date(Option<String>),
    /// As a time of day.
    Time,
    /// As a telephone number.
    Telephone,
    /// As an amount of money; the currency's code, if it is said beside.
    Currency(Option<String>),
    /// As any text.
    Plain,
}

/// What a text was read as.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The pieces.
    pub segments: Vec<Segment>,
    /// What was not as it should be; a few words each.
    pub warnings: Vec<String>,
    /// The language that `<speak xml:lang>` gives.
    pub language: Option<String>,
}

#[cfg(test)]
mod tests;

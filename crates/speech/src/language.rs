//! Languages, as the names of voices begin with them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language and maybe a region, such as `en-US`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Language {
    primary: String,
    region: Option<String>,
}

impl Language {
    /// American English, the language of the platform that the flows come from.
    pub fn en_us() -> Self {
        Self { primary: "en".to_owned(), region: Some("US".to_owned()) }
    }

    /// Japanese of Japan.
    pub fn ja_jp() -> Self {
        Self { primary: "ja".to_owned(), region: Some("JP".to_owned()) }
    }

    /// The language that a voice's name begins with: `en-US-Standard-C`, `ja-JP`, `es_419`,
    /// `cmn-Hans-CN-Wavenet-A`. None if it begins with no language, such as `alloy`.
    pub fn of_voice_name(name: &str) -> Option<Self> {
        let mut parts = name.trim().split(['-', '_']);
        let primary = parts.next()?;
        if !is_alpha(primary, 2..=3) {
            return None;
        }
        let mut next = parts.next();
        if next.is_some_and(|part| is_alpha(part, 4..=4)) {
            next = parts.next();
        }
        let is_region = |part: &&str| {
            is_alpha(part, 2..=2) || (part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit()))
        };
        let region = next.filter(is_region).map(str::to_ascii_uppercase);
        // Three letters alone may be a person's name.
        if region.is_none() && primary.len() == 3 {
            return None;
        }
        Some(Self { primary: canonical(&primary.to_ascii_lowercase()), region })
    }

    /// The language without the region, in small letters: `en`. Mandarin is `zh`.
    pub fn primary(&self) -> &str {
        &self.primary
    }

    /// The region in capitals, `US`, or its number, `419`.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Whether both are the same language, whatever the region.
    pub fn is_same_language(&self, other: &Self) -> bool {
        self.primary == other.primary
    }

    /// Whether this is Japanese.
    pub fn is_japanese(&self) -> bool {
        self.primary == "ja"
    }

    /// Whether sentences are written without spaces between words.
    pub(crate) fn is_spaceless(&self) -> bool {
        matches!(self.primary.as_str(), "ja" | "zh" | "yue" | "th")
    }
}

/// Mandarin has two codes; the voices of one cloud use the longer.
fn canonical(primary: &str) -> String {
    if primary == "cmn" { "zh".to_owned() } else { primary.to_owned() }
}

fn is_alpha(part: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic())
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.region {
            Some(region) => write!(f, "{}-{region}", self.primary),
            None => f.write_str(&self.primary),
        }
    }
}

impl TryFrom<String> for Language {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::of_voice_name(&text)
            .ok_or_else(|| format!("{text:?} is no language; write one such as en-US or ja-JP"))
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.to_string()
    }
}

/// Whether the text holds hiragana or katakana, which only Japanese is written with.
pub(crate) fn has_kana(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}'))
}

/// Whether the text holds Chinese characters, kanji included.
pub(crate) fn has_han(text: &str) -> bool {
    let is_han = |c| {
        matches!(c, '々' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
            || matches!(c, '\u{20000}'..='\u{323af}')
    };
    text.chars().any(is_han)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_voices_begin_with_languages() {
        let language = |name: &str| Language::of_voice_name(name).map(|it| it.to_string());
        for (name, expected) in [
            ("en-US-Standard-C", "en-US"),
            ("en-AU-Wavenet-C", "en-AU"),
            ("en-US-Daniel", "en-US"),
            ("ja-JP-Neural2-B", "ja-JP"),
            ("ja-JP ", "ja-JP"),
            ("en_gb", "en-GB"),
            ("es-419", "es-419"),
            ("cmn-Hans-CN-X", "zh-CN"),
            ("fil-PH-Standard-A", "fil-PH"),
            ("de", "de"),
        ] {
            assert_eq!(language(name).as_deref(), Some(expected), "{name}");
        }
        for name in ["alloy", "Joe", "", "Cisco Cloud Text-to-Speech", "日本", "1-2"] {
            assert_eq!(language(name), None, "{name}");
        }
    }

    #[test]
    fn scripts_are_seen() {
        assert!(has_kana("こ") && has_kana("カ") && has_kana("ｶ") && !has_kana("漢字"));
        assert!(has_han("漢字") && has_han("佐々木") && !has_han("AT&T, naïve"));
    }
}

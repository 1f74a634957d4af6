//! From the voice that a flow names to a language and the voices of providers that speak it.

use trunkline_model::prompt::Voice;

use crate::config::{SpeechConfig, VoiceConfig};
use crate::error::SpeechError;
use crate::language::{Language, has_kana};
use crate::provider::Provider;

/// A provider with its name in the configuration.
pub(crate) type Named<'a> = (&'a str, &'a dyn Provider);

/// Who may speak a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cast {
    pub(crate) language: Language,
    /// The provider's place in the configuration and its voice; the first choice first.
    pub(crate) chain: Vec<(usize, String)>,
    /// Whether the flow names a voice that says nothing here.
    pub(crate) is_unknown: bool,
}

/// Who speaks a text with the voice that a flow names. `marked` is the language that the text
/// itself gives; it counts where the flow names none.
pub(crate) fn cast(
    config: &SpeechConfig,
    providers: &[Named<'_>],
    voice: &Voice,
    text: &str,
    marked: Option<&Language>,
) -> Cast {
    let wanted = voice.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let connector = voice.connector.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let entry = config.voices.iter().find(|entry| is_for(entry, connector, wanted));
    let of_name = wanted.and_then(Language::of_voice_name);
    let of_entry = entry.and_then(|entry| entry.language.clone());
    let of_pattern = entry.and_then(entry_language);
    let is_unknown = wanted.is_some() && entry.is_none() && of_name.is_none();
    let named = of_entry.or(of_name).or(of_pattern);
    let of_text = || match has_kana(text) {
        true => Language::ja_jp(),
        false => config.default_language.clone(),
    };
    let language = named.or_else(|| marked.cloned()).unwrap_or_else(of_text);
    let chain = chain(entry, providers, &language, wanted);
    Cast { language, chain, is_unknown }
}

fn chain(
    entry: Option<&VoiceConfig>,
    providers: &[Named<'_>],
    language: &Language,
    wanted: Option<&str>,
) -> Vec<(usize, String)> {
    let usual = |at: usize| providers[at].1.voice_for(language, wanted);
    let mut chain: Vec<(usize, String)> = Vec::new();
    for chosen in entry.iter().flat_map(|entry| &entry.uses) {
        let at = providers.iter().position(|(name, _)| *name == chosen.provider);
        // A provider never gets a language that it cannot speak, whatever an entry says.
        let Some((at, usual)) = at.and_then(|at| Some((at, usual(at)?))) else { continue };
        let voice = chosen.voice.clone().unwrap_or(usual);
        if !chain.contains(&(at, voice.clone())) {
            chain.push((at, voice));
        }
    }
    for at in 0..providers.len() {
        let is_new = chain.iter().all(|(used, _)| *used != at);
        if let (true, Some(voice)) = (is_new, usual(at)) {
            chain.push((at, voice));
        }
    }
    chain
}

/// The language of an entry's name.
fn entry_language(entry: &VoiceConfig) -> Option<Language> {
    entry.name.as_deref().and_then(Language::of_voice_name)
}

fn is_for(entry: &VoiceConfig, connector: Option<&str>, name: Option<&str>) -> bool {
    let fits = |pattern: Option<&str>, text: Option<&str>| match (pattern, text) {
        (None, _) => true,
        (Some(pattern), Some(text)) => matches(pattern, text),
        (Some(_), None) => false,
    };
    fits(entry.connector.as_deref(), connector) && fits(entry.name.as_deref(), name)
}

/// Whether the text is as the pattern says, `*` standing for any characters, capitals or not.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.trim().to_lowercase(), text.to_lowercase());
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    text.ends_with(last)
}

/// Checks the entries against the providers.
pub(crate) fn check(config: &SpeechConfig, providers: &[Named<'_>]) -> Result<(), SpeechError> {
    for entry in &config.voices {
        let language = entry.language.clone().or_else(|| entry_language(entry));
        if language.is_none() && entry.name.as_deref().is_some_and(|name| !name.contains('*')) {
            return Err(SpeechError::NoLanguage(entry.name.clone().unwrap_or_default()));
        }
        for chosen in &entry.uses {
            let found = providers.iter().find(|(name, _)| *name == chosen.provider);
            let Some((name, provider)) = found else {
                let known: Vec<&str> = providers.iter().map(|(name, _)| *name).collect();
                let provider = chosen.provider.clone();
                return Err(SpeechError::UnknownProvider { provider, known: known.join(", ") });
            };
            let Some(language) = &language else { continue };
            let of_voice = chosen.voice.as_deref().filter(|voice| voice.contains('-'));
            let of_voice = of_voice.and_then(Language::of_voice_name);
            let is_other = of_voice.is_some_and(|it| !it.is_same_language(language));
            if is_other || provider.voice_for(language, None).is_none() {
                return Err(wrong_language(name, language, is_other));
            }
        }
    }
    Ok(())
}

fn wrong_language(name: &str, language: &Language, is_other: bool) -> SpeechError {
    let hint = match (is_other, language.is_japanese()) {
        (true, _) => ": the voice named there is of another language",
        (false, true) => " (eSpeak NG reads kanji as \"Chinese letter\")",
        (false, false) => "",
    };
    SpeechError::WrongLanguage { provider: name.to_owned(), language: language.to_string(), hint }
}

#[cfg(test)]
mod tests;

//! From names to languages and providers.

use super::*;
use crate::config::{ProviderKind, VoiceUse};
use crate::provider::{Job, SpeakFuture};
use crate::speaker::Options;

/// Speaks the languages named, with a voice called after itself.
#[derive(Debug)]
struct Fake(&'static [&'static str]);

impl Provider for Fake {
    fn voice_for(&self, language: &Language, _: Option<&str>) -> Option<String> {
        self.0.contains(&language.primary()).then(|| format!("usual-{language}"))
    }
    fn fingerprint(&self) -> String {
        String::new()
    }
    fn max_concurrent(&self) -> usize {
        1
    }
    fn speak<'a>(&'a self, _: Job<'a>) -> SpeakFuture<'a> {
        panic!("nothing is spoken here")
    }
}

const BOTH: Fake = Fake(&["en", "ja"]);
const ENGLISH: Fake = Fake(&["en"]);

fn voice(connector: &str, name: &str) -> Voice {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Voice { connector: some(connector), name: some(name), ..Voice::default() }
}

fn entry(connector: &str, name: &str, language: &str, uses: &[(&str, &str)]) -> VoiceConfig {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let uses = uses
        .iter()
        .map(|(provider, voice)| VoiceUse { provider: (*provider).to_owned(), voice: some(voice) });
    VoiceConfig {
        connector: some(connector),
        name: some(name),
        language: Language::of_voice_name(language),
        uses: uses.collect(),
    }
}

fn config(voices: &[VoiceConfig]) -> SpeechConfig {
    SpeechConfig { voices: voices.to_vec(), ..SpeechConfig::default() }
}

fn show(config: &SpeechConfig, voice: &Voice, text: &str) -> String {
    let providers: [Named<'_>; 2] = [("both", &BOTH), ("english", &ENGLISH)];
    let cast = cast(config, &providers, voice, text, None);
    let names: Vec<String> =
        cast.chain.iter().map(|(at, voice)| format!("{}:{voice}", providers[*at].0)).collect();
    format!("{} {}{}", cast.language, names.join(" "), if cast.is_unknown { " ?" } else { "" })
}

#[test]
fn the_name_of_the_voice_gives_the_language() {
    let plain = config(&[]);
    let show = |name: &str, text: &str| show(&plain, &voice("", name), text);
    assert_eq!(show("en-US-Standard-C", "hi"), "en-US both:usual-en-US english:usual-en-US");
    assert_eq!(show("en-AU-Wavenet-C", "hi"), "en-AU both:usual-en-AU english:usual-en-AU");
    assert_eq!(show("en-US-Daniel ", "hi"), "en-US both:usual-en-US english:usual-en-US");
    assert_eq!(show("ja-JP-Mizuki", "hi"), "ja-JP both:usual-ja-JP");
    assert_eq!(show("", "hi"), "en-US both:usual-en-US english:usual-en-US");
    assert_eq!(show("", "こんにちは"), "ja-JP both:usual-ja-JP");
    assert_eq!(show("Daniel", "hi"), "en-US both:usual-en-US english:usual-en-US ?");
    assert_eq!(show("de-DE-X", "hi"), "de-DE ");
}

#[test]
fn entries_choose_and_others_of_the_language_follow() {
    let config = config(&[
        entry("", "en-US-Standard-C", "", &[("english", "kate")]),
        entry("Cisco Cloud Text-to-Speech", "en-US-*", "", &[("both", "dan"), ("english", "jo")]),
        entry("Cisco Cloud Text-to-Speech", "", "ja-JP", &[("english", ""), ("both", "mei")]),
    ]);
    let show = |connector: &str, name: &str| show(&config, &voice(connector, name), "hi");
    assert_eq!(show("", "EN-us-standard-c"), "en-US english:kate both:usual-en-US");
    let cisco = "cisco cloud text-to-speech";
    assert_eq!(show(cisco, "en-US-Maria"), "en-US both:dan english:jo");
    assert_eq!(show("Google", "en-US-Maria"), "en-US both:usual-en-US english:usual-en-US");
    // English cannot speak Japanese, even where an entry says so.
    assert_eq!(show(cisco, "anything"), "ja-JP both:mei");
}

#[test]
fn patterns() {
    for (pattern, text, expected) in [
        ("en-*", "en-US-A", true),
        ("*-Neural", "x-Neural", true),
        ("a*b*c", "aXbYc", true),
        ("a*b*c", "aXcYb", false),
        ("*", "", true),
        ("a*a", "a", false),
        ("en", "en-US", false),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}

#[test]
fn entries_are_checked() {
    let providers: [Named<'_>; 2] = [("both", &BOTH), ("english", &ENGLISH)];
    let error = |entry: VoiceConfig| check(&config(&[entry]), &providers).unwrap_err().to_string();
    assert!(error(entry("", "ja-JP-X", "", &[("english", "")])).contains("cannot speak ja-JP"));
    assert!(error(entry("", "en-US-X", "", &[("both", "ja-JP-Y")])).contains("another language"));
    assert!(error(entry("", "en-US-X", "", &[("none", "")])).contains("both, english"));
    assert!(error(entry("", "Daniel", "", &[("both", "")])).contains("language"));
    assert!(check(&config(&[entry("", "Daniel", "en", &[("both", "")])]), &providers).is_ok());
}

#[test]
fn espeak_ng_is_never_asked_for_japanese() {
    let espeak = ProviderKind::EspeakNg(crate::config::EspeakNgConfig::default());
    let config_of = crate::config::ProviderConfig {
        name: "espeak".to_owned(),
        max_concurrent: None,
        kind: espeak,
    };
    let provider = crate::providers::build(&config_of, &Options::default()).unwrap();
    let providers: [Named<'_>; 1] = [("espeak", provider.as_ref())];
    let forced = config(&[entry("", "ja-JP-*", "", &[("espeak", "ja")])]);
    assert!(check(&forced, &providers).unwrap_err().to_string().contains("Chinese letter"));
    let voice = voice("", "ja-JP-Standard-A");
    assert!(cast(&forced, &providers, &voice, "はい", None).chain.is_empty());
}

//! Sounds that were uploaded, and the audio files that name them.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

mod place;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trunkline_settings::{ApplyOptions, Bundle, Kind, SettingsError};

use place::{NOW, Place, author};

const DAY_MS: i64 = 86_400_000;

fn audio(name: &str, sha256: &str) -> Value {
    json!({ "name": name, "file": format!("audio/{name}"), "sha256": sha256 })
}

fn applied(place: &Place, yaml: &str, sounds: &[(&str, &str)]) -> Result<u64, SettingsError> {
    let pair = |(name, sha256): &(&str, &str)| ((*name).to_owned(), (*sha256).to_owned());
    let sounds: BTreeMap<String, String> = sounds.iter().map(pair).collect();
    let bundle = Bundle { yaml: yaml.to_owned(), sounds, ..Bundle::default() };
    place.apply(&author(), &bundle, ApplyOptions::of_interface()).map(|it| it.revision)
}

#[test]
fn an_audio_file_names_a_sound_that_is_here() {
    let place = Place::empty();
    let sha256 = place.keep_sound(NOW, b"sound").unwrap();
    assert_eq!(sha256.len(), 64);
    assert_eq!(place.sound(&sha256).unwrap().as_deref(), Some(&b"sound"[..]));
    assert_eq!(place.sound(&"0".repeat(64)).unwrap(), None);
    place.place(Kind::Audio, audio("a.wav", &sha256)).unwrap();
    let missing = place.place(Kind::Audio, audio("b.wav", &"0".repeat(64)));
    let Err(SettingsError::Invalid(problems)) = missing else { panic!("{missing:?}") };
    assert_eq!((problems[0].id.as_str(), problems[0].field.as_str()), ("b.wav", "sha256"));
    assert!(problems[0].message.contains("upload"), "{problems:?}");
    let wrong = place.place(Kind::Audio, audio("b.wav", "../x"));
    assert!(matches!(wrong, Err(SettingsError::Invalid(_))), "{wrong:?}");
    let snapshot = place.snapshot().unwrap();
    assert_eq!(snapshot.tenant.audio[0].sha256.as_deref(), Some(sha256.as_str()));
}

#[test]
fn a_tenant_brings_its_sounds_and_keeps_those_that_were_uploaded() {
    let place = Place::empty();
    let (one, two) =
        (place.keep_sound(NOW, b"one").unwrap(), place.keep_sound(NOW, b"two").unwrap());
    let yaml = "audio: [{name: a.wav, file: audio/a.wav}]";
    applied(&place, yaml, &[("a.wav", &one)]).unwrap();
    let sha256 = |place: &Place| place.get(Kind::Audio, "a.wav").unwrap().value["sha256"].clone();
    assert_eq!(sha256(&place), one.as_str());
    // Once more, where the file is not at hand: what was uploaded stays.
    let revision = place.revision().unwrap();
    for yaml in [yaml, "audio: [{name: a.wav}]"] {
        assert_eq!(applied(&place, yaml, &[]).unwrap(), revision, "{yaml}");
    }
    applied(&place, yaml, &[("a.wav", &two)]).unwrap();
    assert_eq!(sha256(&place), two.as_str());
    // Another file is another sound.
    applied(&place, "audio: [{name: a.wav, file: other.wav}]", &[]).unwrap();
    assert_eq!(sha256(&place), Value::Null);
    let missing = applied(&place, yaml, &[("a.wav", &"0".repeat(64))]);
    assert!(matches!(missing, Err(SettingsError::Invalid(_))), "{missing:?}");
    let export = place.export().unwrap();
    assert!(!export.bundle.yaml.contains("sha256"), "{}", export.bundle.yaml);
}

#[test]
fn what_nothing_names_is_forgotten_after_a_day() {
    let place = Place::empty();
    let [named, past, never] =
        [b"named", b"past!", b"never"].map(|sound| place.keep_sound(NOW, sound).unwrap());
    place.place(Kind::Audio, audio("a.wav", &past)).unwrap();
    place.place(Kind::Audio, audio("a.wav", &named)).unwrap();
    place.keep_sound(NOW + DAY_MS, b"x").unwrap();
    assert!(place.sound(&never).unwrap().is_some(), "its day is not over");
    place.keep_sound(NOW + DAY_MS + 1, b"y").unwrap();
    assert_eq!(place.sound(&never).unwrap(), None);
    assert!(place.sound(&named).unwrap().is_some());
    assert!(place.sound(&past).unwrap().is_some(), "it stays with the history");
    let large = place.keep_sound(NOW, &vec![0; (5 << 20) + 1]);
    assert!(matches!(large, Err(SettingsError::TooMany { .. })), "{large:?}");
}

#[test]
fn settings_of_a_release_without_sounds_are_opened() {
    let place = Place::furnished();
    let old = rusqlite::Connection::open(place.dir.path().join("settings.sqlite")).unwrap();
    old.execute_batch("DROP TABLE sounds; PRAGMA user_version = 1").unwrap();
    let revision = place.revision().unwrap();
    let place = place.reopened();
    assert_eq!(place.revision().unwrap(), revision);
    let sha256 = place.keep_sound(NOW, b"sound").unwrap();
    assert!(place.reopened().sound(&sha256).unwrap().is_some());
}

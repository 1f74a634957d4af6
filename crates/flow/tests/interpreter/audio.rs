//! Play Message and Play Music.

use serde_json::{Value, json};
use trunkline_flow::run::Effect;
use trunkline_model::prompt::Prompt;

use crate::builder::Builder;
use crate::driver::{Driver, Setup, start};

fn play(kind: &str, properties: Value) -> Builder {
    let flow =
        Builder::flow("f").var("file", "STRING", "hello.wav").var("gone", "STRING", "no.wav");
    let flow = flow.var("seconds", "INTEGER", "7").act("Play", kind, properties);
    flow.end("End").end("Failed").row("Start Play End").links("Play error Failed")
}

#[test]
fn a_message_plays_its_pieces_in_order_and_to_the_end() {
    let pieces = json!([
        { "type": "audioFile", "value": "hello.wav" },
        { "type": "audioVariable", "value": "{{ file }}" },
        { "type": "tts", "value": "Your number is {{ Start.ANI }}" },
        { "type": "tts", "value": " " },
        { "type": "audioFile", "value": "defaultmusic_on_hold.wav" },
    ]);
    let mut driver = start(&play("play-message", json!({ "toggle": true, "promptsTts": pieces })));
    assert_eq!(
        driver.lines(),
        ["play [hello.wav] [hello.wav] Your number is +14806754111 [defaultmusic_on_hold.wav]"]
    );
    driver.press("1#");
    assert_eq!(driver.path(), "Start.out", "keys do not end a message");
    driver.played();
    assert_eq!(driver.path(), "Start.out Play.default End");
}

#[test]
fn the_toggle_says_which_list_counts() {
    let both = |toggle: Value| {
        json!({
            "toggle": toggle,
            "prompts": [{ "type": "audioFile", "value": "hello.wav" }],
            "promptsTts": [{ "type": "tts", "value": "Hello" }],
        })
    };
    let lines = |properties: Value| start(&play("play-message", properties)).lines();
    assert_eq!(lines(both(json!(true))), ["play Hello"]);
    assert_eq!(lines(both(json!(false))), ["play [hello.wav]"]);
    let only_files = json!({ "toggle": true, "promptsTts": null,
        "prompts": [{ "type": "audioFile", "value": "hello.wav" }] });
    assert_eq!(lines(only_files), ["play [hello.wav]"]);
}

#[test]
fn voices_keep_what_is_in_range() {
    let properties = json!({
        "toggle": true, "promptsTts": [{ "type": "tts", "value": "Hi" }],
        "voiceLanguage": "{{ 'en-US-Standard-C' }}", "speakingRate": "1.5", "volumeGainDb": "99",
        "connector": "id", "connector:name": "Cloud voice",
    });
    let driver = start(&play("play-message", properties));
    let Some(Effect::Play { prompts, .. }) = driver.effects.first() else { panic!() };
    let Prompt::Speech { voice, .. } = &prompts[0] else { panic!() };
    assert_eq!(voice.name.as_deref(), Some("en-US-Standard-C"));
    assert_eq!(voice.connector.as_deref(), Some("Cloud voice"));
    assert_eq!((voice.rate, voice.gain_db), (Some(1.5), None));
}

#[test]
fn an_empty_message_is_passed_and_an_unknown_file_named() {
    let driver = start(&play("play-message", json!({ "toggle": true, "promptsTts": [] })));
    assert_eq!(driver.path(), "Start.out Play.default End");
    let pieces = json!({ "prompts": [{ "type": "audioVariable", "value": "{{ gone }}" }] });
    let driver = start(&play("play-message", pieces));
    assert_eq!(driver.path(), "Start.out Play!TL-AUDIO-UNKNOWN.error Failed");
    assert!(driver.failure("Play").description.contains("\"no.wav\""));
}

fn music(properties: Value, compat: &str) -> Driver {
    let tenant = format!(r#"{{"compatibility": {{{compat}}}}}"#);
    Setup::with(&tenant).start(&play("play-music", properties))
}

#[test]
fn music_has_an_offset_and_a_duration() {
    let five_times = r#""play_music_without_duration": "five_times""#;
    let cases = [
        (json!({ "prompt": "hello.wav" }), "", "0 None"),
        (json!({ "prompt": "hello.wav", "duration": null, "skip": 0 }), "", "0 None"),
        (json!({ "prompt": "hello.wav", "duration": "30", "skip": "3" }), "", "3000 Some(30000)"),
        (json!({ "prompt": "hello.wav", "duration": 2.5 }), "", "0 Some(2500)"),
        (json!({ "prompt": "hello.wav", "duration": "{{ seconds }}" }), "", "0 Some(7000)"),
        // A day stands for "as long as it may": five times the file's length, which only the
        // player knows.
        (json!({ "prompt": "hello.wav" }), five_times, "0 Some(86400000)"),
        (json!({ "prompt": "hello.wav", "duration": "30" }), five_times, "0 Some(30000)"),
    ];
    for (properties, compat, expected) in cases {
        let mut driver = music(properties.clone(), compat);
        assert_eq!(driver.lines(), [format!("music hello.wav {expected}")], "{properties}");
        driver.played();
        assert_eq!(driver.path(), "Start.out Play.default End");
    }
}

#[test]
fn music_files_may_come_from_an_expression() {
    let dynamic = json!({ "audioRadioGroup": "dynamicAudio", "prompt": "other.wav",
        "promptDynamic": "{{ file }}" });
    assert_eq!(music(dynamic, "").lines(), ["music hello.wav 0 None"]);
    let fixed = json!({ "audioRadioGroup": "staticAudio", "prompt": "defaultmusic_on_hold.wav",
        "promptDynamic": "{{ gone }}" });
    assert_eq!(music(fixed, "").lines(), ["music defaultmusic_on_hold.wav 0 None"]);
}

#[test]
fn what_music_cannot_play_is_an_error() {
    let cases = [
        (json!({ "prompt": "no.wav" }), "TL-AUDIO-UNKNOWN"),
        (
            json!({ "audioRadioGroup": "dynamicAudio", "promptDynamic": "{{ x }}" }),
            "TL-AUDIO-UNKNOWN",
        ),
        (json!({ "prompt": "hello.wav", "duration": "soon" }), "TL-FLOW-PROPERTY"),
        (json!({ "prompt": "hello.wav", "duration": "-1" }), "TL-FLOW-PROPERTY"),
        (json!({ "prompt": "hello.wav", "skip": "1e9" }), "TL-FLOW-PROPERTY"),
        (json!({ "prompt": "{{ 1 - 'x' }}" }), "TL-FLOW-EXPRESSION"),
    ];
    for (properties, code) in cases {
        let driver = music(properties.clone(), "");
        let path = format!("Start.out Play!{code}.error Failed");
        assert_eq!(driver.path(), path, "{properties}");
    }
}

//! Measures the speech programs of this machine: how soon the first clip of a text is there, and
//! how much time each second of speech takes. `cargo run --example measure`.

#![allow(clippy::print_stdout, reason = "it is a program")]

use std::time::{Duration, Instant};

use trunkline_model::prompt::Voice;
use trunkline_speech::{Keep, Options, Speaker, SpeechConfig, SpeechError};

/// How often each text is spoken; the medians count.
const ROUNDS: usize = 9;

/// A short greeting and four sentences, in each language.
const TEXTS: [(&str, &str); 4] = [
    ("en-US-Standard-C", "Thank you for calling."),
    (
        "en-US-Standard-C",
        "Thank you for calling the contact centre, Ann. Your last order has been shipped and will \
         arrive on Friday. If you want to change the address, press one. Otherwise please hold \
         the line, and the next agent will be with you shortly.",
    ),
    ("ja-JP-Standard-A", "お電話ありがとうございます。"),
    (
        "ja-JP-Standard-A",
        "お電話ありがとうございます、田中様。先日ご注文いただいた商品は発送済みで、金曜日に届く予定です。\
         ご住所の変更をご希望の場合は、一を押してください。それ以外の方は、そのままお待ちください。",
    ),
];

/// What one text took.
struct Taken {
    first: Duration,
    all: Duration,
    sound: Duration,
}

async fn speak(speaker: &Speaker, voice: &Voice, text: &str) -> Result<Taken, SpeechError> {
    let started = Instant::now();
    let mut speech = speaker.say(text, voice, Keep::Nowhere)?;
    let (mut first, mut sound) = (None, Duration::ZERO);
    while let Some(clip) = speech.next().await {
        sound += clip?.pcm.length();
        first.get_or_insert_with(|| started.elapsed());
    }
    Ok(Taken { first: first.unwrap_or_default(), all: started.elapsed(), sound })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), SpeechError> {
    let speaker = Speaker::new(SpeechConfig::default(), &Options::default())?;
    println!("voice, characters: first clip, all of it, sound, real-time factor");
    for (name, text) in TEXTS {
        let voice = Voice { name: Some(name.to_owned()), ..Voice::default() };
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push(speak(&speaker, &voice, text).await?);
        }
        rounds.sort_by_key(|taken| taken.first);
        let first = rounds[ROUNDS / 2].first;
        rounds.sort_by_key(|taken| taken.all);
        let Taken { all, sound, .. } = rounds[ROUNDS / 2];
        let factor = all.as_secs_f64() / sound.as_secs_f64();
        let letters = text.chars().count();
        println!("{name}, {letters}: {first:.1?}, {all:.1?}, {sound:.2?}, {factor:.3}");
    }
    Ok(())
}

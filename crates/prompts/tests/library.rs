//! Files and texts as calls get them.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use trunkline_media::codec::Codec;
use trunkline_media::measure;
use trunkline_media::music::DEFAULT_MUSIC;
use trunkline_media::prompt::{Item, Prompt as Sound};
use trunkline_media::tone::level_dbm0;
use trunkline_model::prompt::{Music, Prompt, Voice};
use trunkline_model::tenant::{AudioFile, Tenant};
use trunkline_prompts::{Keep, Library, Limits, Problem, PromptFailure};
use trunkline_speech::{
    CacheConfig, Job, Language, Options, Pcm, Provider, ProviderError, SpeakFuture, Speaker,
    SpeechConfig,
};

/// Speaks a tone of 440 Hz, 100 ms for each letter.
#[derive(Debug)]
struct Singer {
    rate_hz: u32,
    /// For a sentence, in milliseconds.
    takes_ms: u64,
    asked: AtomicUsize,
    fails: Mutex<bool>,
}

impl Singer {
    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn fails(&self, fails: bool) {
        *self.fails.lock().unwrap() = fails;
    }
}

impl Provider for Singer {
    fn voice_for(&self, language: &Language, _: Option<&str>) -> Option<String> {
        (language.primary() == "en").then(String::new)
    }
    fn fingerprint(&self) -> String {
        "singer".to_owned()
    }
    fn max_concurrent(&self) -> usize {
        2
    }
    fn speak<'a>(&'a self, job: Job<'a>) -> SpeakFuture<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            sleep(Duration::from_millis(self.takes_ms)).await;
            if *self.fails.lock().unwrap() {
                return Err(ProviderError::Network("it is away".to_owned()));
            }
            let letters = job.utterance.text().chars().filter(|c| c.is_alphabetic()).count();
            let rate_hz = self.rate_hz;
            let sample = |at: usize| {
                let turn = std::f64::consts::TAU * 440.0 * at as f64 / f64::from(rate_hz);
                (10_000.0 * turn.sin()) as i16
            };
            let samples = (0..letters * rate_hz as usize / 10).map(sample).collect();
            Ok(Pcm { rate_hz, samples })
        })
    }
}

struct Scene {
    library: Library,
    singer: Arc<Singer>,
}

fn scene(takes_ms: u64) -> Scene {
    scene_with(takes_ms, Limits::default())
}

fn scene_with(takes_ms: u64, limits: Limits) -> Scene {
    scene_of(takes_ms, limits, None)
}

fn scene_of(takes_ms: u64, limits: Limits, cache: Option<CacheConfig>) -> Scene {
    scene_at(22_050, takes_ms, limits, cache)
}

fn scene_at(rate_hz: u32, takes_ms: u64, limits: Limits, cache: Option<CacheConfig>) -> Scene {
    let fails = Mutex::new(false);
    let singer = Arc::new(Singer { rate_hz, takes_ms, asked: AtomicUsize::new(0), fails });
    let config = SpeechConfig { providers: Vec::new(), cache, ..SpeechConfig::default() };
    let all: Vec<(String, Arc<dyn Provider>)> = vec![("singer".to_owned(), singer.clone())];
    let speaker = Speaker::with_providers(config, all, &Options::default()).unwrap();
    let tenant = Tenant::default();
    let (library, problems) = Library::load(&tenant, Path::new("."), Some(speaker), limits);
    assert!(problems.is_empty());
    Scene { library, singer }
}

fn speech(text: &str) -> Prompt {
    Prompt::speech(text, Voice::default())
}

fn audio(file: &str) -> Prompt {
    Prompt::Audio { file: file.to_owned() }
}

async fn all(
    library: &Library,
    prompts: &[Prompt],
    keep: Keep,
) -> Result<Vec<Item>, PromptFailure> {
    let mut pieces = library.open(prompts, keep);
    let mut items = Vec::new();
    while let Some(piece) = pieces.next().await {
        match piece {
            Ok(item) => items.push(item),
            Err(failure) => {
                assert_eq!(pieces.next().await, None, "nothing follows a failure");
                return Err(failure);
            }
        }
    }
    assert_eq!(pieces.next().await, None);
    Ok(items)
}

fn played_ms(item: &Item) -> u128 {
    match item {
        Item::Prompt(prompt) | Item::Loop(prompt) => prompt.duration().as_millis(),
        Item::Silence(length) => length.as_millis(),
        Item::Music { .. } => panic!("no music here"),
    }
}

mod files {
    use super::*;

    fn tenant(dir: &Path) -> Tenant {
        let tones = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audio");
        let tone = tones.join("tone-44100-stereo.mp3").to_str().unwrap().to_owned();
        std::fs::write(dir.join("noise.wav"), "no sound at all").unwrap();
        std::fs::write(dir.join("large.wav"), vec![0; 200_000]).unwrap();
        std::fs::write(dir.join("hold.wav"), DEFAULT_MUSIC).unwrap();
        let entry = |name: &str, file: Option<&str>| AudioFile {
            name: name.to_owned(),
            file: file.map(str::to_owned),
            duration_ms: None,
            sha256: None,
        };
        let audio = vec![
            entry("tone.mp3", Some(&tone)),
            entry("hold.wav", Some("hold.wav")),
            entry("noise.wav", Some("noise.wav")),
            entry("large.wav", Some("large.wav")),
            entry("folder.wav", Some(".")),
            entry("gone.wav", Some("nowhere/gone.wav")),
            entry("only-length.wav", None),
            entry("defaultmusic_on_hold.wav", None),
            entry("hold.wav", Some("noise.wav")),
        ];
        Tenant { audio, ..Tenant::default() }
    }

    fn load(dir: &Path, limits: Limits) -> (Library, Vec<Problem>) {
        Library::load(&tenant(dir), dir, None, limits)
    }

    #[test]
    fn what_is_wrong_with_files_is_listed_and_told_again_when_they_are_played() {
        let dir = tempfile::tempdir().unwrap();
        let limits = Limits { file_bytes: 480_100, ..Limits::default() };
        let (library, problems) = load(dir.path(), limits);
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let parts = [
            ["\"noise.wav\" (", "noise.wav) cannot be played: it is no WAV, MP3, FLAC or OGG"],
            ["\"large.wav\" (", "it is no WAV"],
            ["\"folder.wav\" (", "it is no file"],
            ["\"gone.wav\" (", "nowhere/gone.wav) cannot be played: No such file"],
            ["\"only-length.wav\" has no sound", "name one by `file:`"],
        ];
        assert_eq!(told.len(), parts.len(), "{told:#?}");
        for (told, parts) in told.iter().zip(parts) {
            assert!(parts.iter().all(|part| told.contains(part)), "{told}");
        }
        for (name, problem) in [("noise.wav", 0), ("gone.wav", 3), ("only-length.wav", 4)] {
            let Some(Err(failure)) = library.ready(&[audio(name)], Keep::OnDisk) else { panic!() };
            assert_eq!(Problem::File(failure), problems[problem]);
        }
        let usage = library.usage();
        let tone = library.ready(&[audio("tone.mp3")], Keep::OnDisk).unwrap().unwrap();
        let Item::Prompt(tone) = &tone[0] else { panic!() };
        assert_eq!(usage.files, 8);
        assert_eq!(usage.files_bytes, 2 * (480_000 + tone.encoded(Codec::Pcmu).len() as u64));
    }

    #[test]
    fn limits_of_size_and_length_hold() {
        let dir = tempfile::tempdir().unwrap();
        let why = |limits: Limits, name: &str| {
            let (library, _) = load(dir.path(), limits);
            library.background(name).map(|_| ()).unwrap_err().to_string()
        };
        let small = Limits { file_bytes: 100_000, ..Limits::default() };
        assert!(why(small, "hold.wav").contains("larger than 97 KB"));
        let short = Limits { file_duration: Duration::from_secs(59), ..Limits::default() };
        assert!(why(short, "hold.wav").contains("longer than 59 s"));
        let few = Limits { files_bytes: 10_000, ..Limits::default() };
        assert!(why(few, "hold.wav").contains("fill the 9 KB"));
    }

    #[test]
    fn the_music_on_hold_is_always_there() {
        let built_in = Item::Loop(Sound::from_wav(DEFAULT_MUSIC).unwrap());
        let empty = Path::new(".");
        let (library, _) = Library::load(&Tenant::default(), empty, None, Limits::default());
        let names = ["defaultmusic_on_hold.wav", " defaultmusic_on_hold_2.wav "];
        for name in names {
            assert_eq!(library.background(name), Ok(built_in.clone()));
        }
        let file = "my.wav".to_owned();
        let missing = library.background("my.wav").unwrap_err();
        assert_eq!(missing, PromptFailure::MissingFile { file });
        assert!(missing.to_string().contains("tenant.yaml"));

        let dir = tempfile::tempdir().unwrap();
        let (library, _) = load(dir.path(), Limits::default());
        assert_eq!(library.background(names[0]), Ok(built_in), "a length alone changes nothing");
        let mut own = tenant(dir.path());
        own.audio.retain(|audio| audio.name == "tone.mp3");
        own.audio[0].name = names[0].to_owned();
        let (library, _) = Library::load(&own, dir.path(), None, Limits::default());
        let Ok(Item::Loop(own)) = library.background(names[0]) else { panic!() };
        assert!(own.duration() < Duration::from_secs(1), "the tenant's own");
    }

    #[test]
    fn music_is_a_stretch_of_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let (library, _) = load(dir.path(), Limits::default());
        let music = Music { file: "hold.wav".into(), offset_ms: 1_500, duration_ms: Some(90_000) };
        let file = Sound::from_wav(DEFAULT_MUSIC).unwrap();
        let offset = Duration::from_millis(1_500);
        let duration = Some(Duration::from_secs(90));
        assert_eq!(library.music(&music), Ok(Item::Music { file, offset, duration }));
        let music = Music { file: "noise.wav".into(), offset_ms: 0, duration_ms: None };
        assert!(library.music(&music).is_err());
    }

    /// A clone shares the sound, for all calls and all codecs.
    #[test]
    fn files_are_shared() {
        let dir = tempfile::tempdir().unwrap();
        let (library, _) = load(dir.path(), Limits::default());
        let sound = |library: &Library| match library.background("hold.wav") {
            Ok(Item::Loop(sound)) => sound.encoded(Codec::Pcma).clone(),
            other => panic!("{other:?}"),
        };
        assert!(Arc::ptr_eq(&sound(&library), &sound(&library.clone())));
    }

    #[tokio::test]
    async fn a_broken_file_or_missing_speech_is_told_before_anything_is_heard() {
        let dir = tempfile::tempdir().unwrap();
        let (library, _) = load(dir.path(), Limits::default());
        for broken in [audio("noise.wav"), speech("Hi.")] {
            let prompts = [audio("hold.wav"), broken];
            let failure = all(&library, &prompts, Keep::OnDisk).await.unwrap_err();
            assert_eq!(library.ready(&prompts, Keep::OnDisk), Some(Err(failure)));
        }
        let failure = all(&library, &[speech("Hi.")], Keep::OnDisk).await.unwrap_err();
        assert!(failure.to_string().contains("no speech is configured"), "{failure}");
    }
}

#[tokio::test(start_paused = true)]
async fn speech_begins_before_a_long_text_is_finished() {
    let Scene { library, singer } = scene(400);
    let prompts = [audio("defaultmusic_on_hold.wav"), speech("One. Two. Three."), speech("Four")];
    assert_eq!(library.ready(&prompts, Keep::OnDisk), None);
    let started = Instant::now();
    let mut pieces = library.open(&prompts, Keep::OnDisk);
    let mut times = Vec::new();
    let mut lengths = Vec::new();
    while let Some(piece) = pieces.next().await {
        times.push(started.elapsed().as_millis());
        lengths.push(played_ms(&piece.unwrap()));
    }
    assert_eq!(times, [0, 400, 800, 1_200, 1_600]);
    // A sentence that another follows has a pause of 250 ms.
    assert_eq!(lengths, [60_000, 550, 550, 500, 400]);
    assert_eq!(singer.asked(), 4);
    // From now on it is there at once.
    let again = library.ready(&prompts, Keep::OnDisk).unwrap().unwrap();
    assert_eq!(again.iter().map(played_ms).collect::<Vec<_>>(), lengths);
    assert_eq!(all(&library, &prompts, Keep::OnDisk).await.unwrap(), again);
    assert_eq!(singer.asked(), 4);
    let usage = library.usage();
    assert_eq!((usage.texts, usage.hits, usage.misses), (2, 4, 2));
    assert!((32_000..40_000).contains(&usage.texts_bytes), "{usage:?}: two seconds, twice 8 kHz");
}

#[tokio::test(start_paused = true)]
async fn the_sound_keeps_its_pitch_and_level() {
    let Scene { library, .. } = scene(1);
    let items = all(&library, &[speech("abcdefgh")], Keep::OnDisk).await.unwrap();
    let [Item::Prompt(sound)] = &items[..] else { panic!("{items:?}") };
    let mut samples = Vec::new();
    Codec::Pcma.decode(sound.encoded(Codec::Pcma), &mut samples);
    let heard = measure::estimate(&samples[400..samples.len() - 400]);
    assert!((heard.frequency_hz - 440.0).abs() < 0.1, "{heard:?}");
    assert!((heard.level_dbm0 - level_dbm0(10_000.0)).abs() < 0.1, "{heard:?}");
    assert!(heard.snr_db > 35.0, "{heard:?}");
}

#[tokio::test(start_paused = true)]
async fn what_many_calls_ask_for_at_once_is_made_once() {
    let Scene { library, singer } = scene(500);
    let mut tasks = tokio::task::JoinSet::new();
    for at in 0..20 {
        let library = library.clone();
        tasks.spawn(async move {
            sleep(Duration::from_millis(at * 60)).await;
            all(&library, &[speech("One. Two. Three.")], Keep::OnDisk).await.unwrap()
        });
    }
    let all = tasks.join_all().await;
    assert_eq!(singer.asked(), 3);
    let sound = |items: &[Item]| match &items[2] {
        Item::Prompt(sound) => sound.encoded(Codec::Pcmu).clone(),
        other => panic!("{other:?}"),
    };
    assert!(all.iter().all(|items| Arc::ptr_eq(&sound(items), &sound(&all[0]))));
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_leaves_the_others_their_speech_and_the_last_ends_it() {
    let Scene { library, singer } = scene(500);
    let prompts = [speech("One. Two. Three. Four. Five.")];
    let mut first = library.open(&prompts, Keep::OnDisk);
    first.next().await.unwrap().unwrap();
    let mut second = library.open(&prompts, Keep::OnDisk);
    drop(first);
    second.next().await.unwrap().unwrap();
    second.next().await.unwrap().unwrap();
    drop(second);
    sleep(Duration::from_secs(60)).await;
    assert!(singer.asked() <= 4, "{} were asked for", singer.asked());
    assert_eq!(library.usage().texts, 0, "half a text is not kept");
    // Who comes next gets all of it.
    assert_eq!(all(&library, &prompts, Keep::OnDisk).await.unwrap().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn secrets_are_kept_nowhere() {
    let Scene { library, singer } = scene(10);
    let prompts = [speech("Your code is one two.")];
    for asked in 1..=3 {
        assert_eq!(library.ready(&prompts, Keep::Nowhere), None);
        all(&library, &prompts, Keep::Nowhere).await.unwrap();
        assert_eq!((singer.asked(), library.usage().texts), (asked, 0));
    }
    // Not even taken out of what others said.
    all(&library, &prompts, Keep::OnDisk).await.unwrap();
    assert_eq!(library.ready(&prompts, Keep::Nowhere), None);
    all(&library, &prompts, Keep::Nowhere).await.unwrap();
    assert_eq!(singer.asked(), 5);
}

#[tokio::test(start_paused = true)]
async fn texts_and_voices_are_never_mixed_up() {
    let Scene { library, singer } = scene(1);
    let voices = [
        Voice::default(),
        Voice { rate: Some(1.0), ..Voice::default() },
        Voice { gain_db: Some(1.0), ..Voice::default() },
        Voice { name: Some("en-US-A".to_owned()), ..Voice::default() },
        Voice { connector: Some("en-US-A".to_owned()), ..Voice::default() },
    ];
    let prompt = |voice: &Voice| Prompt::speech("Hi", voice.clone());
    for (at, voice) in voices.iter().enumerate() {
        assert_eq!(library.ready(&[prompt(voice)], Keep::OnDisk), None, "{voice:?}");
        all(&library, &[prompt(voice)], Keep::OnDisk).await.unwrap();
        assert_eq!((singer.asked(), library.usage().texts), (at + 1, at + 1));
    }
    assert_eq!(library.ready(&[speech("Ho")], Keep::OnDisk), None);
    let louder = library.ready(&[prompt(&voices[2])], Keep::OnDisk).unwrap().unwrap();
    assert_ne!(library.ready(&[prompt(&voices[0])], Keep::OnDisk).unwrap().unwrap(), louder);
}

#[tokio::test(start_paused = true)]
async fn the_longest_unused_text_goes_first() {
    // A text of five letters takes 500 ms: 8,000 bytes, and a little.
    let limits = Limits { texts_bytes: 26_000, ..Limits::default() };
    let Scene { library, .. } = scene_with(1, limits);
    for text in ["first", "secon", "third"] {
        all(&library, &[speech(text)], Keep::OnDisk).await.unwrap();
    }
    assert_eq!(library.usage().texts, 3);
    let is_there = |text: &str| library.ready(&[speech(text)], Keep::OnDisk).is_some();
    assert!(is_there("first"));
    all(&library, &[speech("forth")], Keep::OnDisk).await.unwrap();
    assert!(is_there("first") && !is_there("secon") && is_there("third") && is_there("forth"));
    all(&library, &[speech("much too long for the memory")], Keep::OnDisk).await.unwrap();
    let usage = library.usage();
    assert_eq!((usage.texts, usage.texts_bytes < 26_000), (3, true), "{usage:?}");
}

#[tokio::test(start_paused = true)]
async fn failures_are_told_to_all_and_tried_again() {
    let Scene { library, singer } = scene(10);
    singer.fails(true);
    let prompts = [audio("defaultmusic_on_hold.wav"), speech("One. Two.")];
    let (one, other) =
        tokio::join!(all(&library, &prompts, Keep::OnDisk), all(&library, &prompts, Keep::OnDisk));
    let failure = one.unwrap_err();
    assert_eq!(other.unwrap_err(), failure);
    assert!(matches!(&failure, PromptFailure::SpeechFailed { .. }));
    let text = failure.to_string();
    assert!(text.contains("singer") && text.contains("it is away"), "{text}");
    assert_eq!(singer.asked(), 1);
    singer.fails(false);
    assert_eq!(all(&library, &prompts, Keep::OnDisk).await.unwrap().len(), 3);

    let voice = Voice { name: Some("ja-JP-Mizuki".to_owned()), ..Voice::default() };
    let japanese = [Prompt::speech("はい。", voice)];
    let failure = all(&library, &japanese, Keep::OnDisk).await.unwrap_err();
    assert!(matches!(&failure, PromptFailure::NoVoice { .. }), "{failure:?}");
    assert!(failure.to_string().contains("ja-JP-Mizuki"));
    let long = [speech(&"x".repeat(1 << 20))];
    let failure = all(&library, &long, Keep::OnDisk).await.unwrap_err();
    assert!(matches!(&failure, PromptFailure::SpeechFailed { .. }), "{failure:?}");
}

/// Texts hold data of others: none may keep the server busy for long, or overflow a playlist.
#[tokio::test(start_paused = true)]
async fn endless_texts_end() {
    // At 8 kHz nothing has to be converted.
    let Scene { library, singer } = scene_at(8_000, 1, Limits::default(), None);
    let too_long = |outcome: Result<Vec<Item>, PromptFailure>| {
        let text = outcome.unwrap_err().to_string();
        assert!(text.contains("more than 256 sentences"), "{text}");
    };
    too_long(all(&library, &[speech(&"Go! ".repeat(2_000))], Keep::OnDisk).await);
    assert!((256..=260).contains(&singer.asked()), "{} sentences", singer.asked());
    // 100 ms a letter: eleven minutes in a few sentences.
    let words = "abcdefghi ".repeat(734);
    too_long(all(&library, &[speech(&words)], Keep::OnDisk).await);
    assert!(singer.asked() < 300, "{} sentences", singer.asked());
    // Each of them is short enough, all together are not.
    let many: Vec<Prompt> = ["A! ", "B! ", "C! "].map(|it| speech(&it.repeat(100))).to_vec();
    for prompt in &many {
        let items = all(&library, std::slice::from_ref(prompt), Keep::OnDisk).await.unwrap();
        assert_eq!(items.len(), 100);
    }
    too_long(all(&library, &many, Keep::OnDisk).await);
    too_long(library.ready(&many, Keep::OnDisk).unwrap());
}

#[tokio::test(start_paused = true)]
async fn texts_are_made_ready_before_the_first_call() {
    let Scene { library, singer } = scene(100);
    let usual = Voice::default();
    let japanese = Voice { name: Some("ja-JP-A".to_owned()), ..Voice::default() };
    let texts = (0..10).map(|at| (format!("Text {at}"), usual.clone()));
    let texts = texts.chain([("Text 3".to_owned(), usual.clone()), ("Hai".to_owned(), japanese)]);
    let problems = library.prepare(texts).await;
    assert_eq!(singer.asked(), 10);
    let [Problem::Text { excerpt, .. }] = &problems[..] else { panic!("{problems:?}") };
    assert_eq!(excerpt, "Hai");
    let told = problems[0].to_string();
    assert!(told.contains("\"Hai\" could not be made ready: no speech provider speaks"), "{told}");
    let prompts: Vec<Prompt> = (0..10).map(|at| speech(&format!("Text {at}"))).collect();
    assert_eq!(library.ready(&prompts, Keep::OnDisk).unwrap().unwrap().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn nothing_to_say_is_no_failure() {
    let Scene { library, singer } = scene(1);
    for prompts in [&[][..], &[speech("")], &[speech(" ... ")]] {
        assert_eq!(all(&library, prompts, Keep::OnDisk).await, Ok(Vec::new()));
        assert_eq!(library.ready(prompts, Keep::OnDisk), Some(Ok(Vec::new())));
    }
    let text = "<speak>Hi<break time='700ms'/>you</speak>";
    let items = all(&library, &[speech(text)], Keep::OnDisk).await.unwrap();
    assert_eq!(items[1], Item::Silence(Duration::from_millis(700)));
    assert_eq!(singer.asked(), 2);
}

/// After a restart what was prepared comes off the disk, even while the provider is away.
#[tokio::test]
async fn what_was_made_ready_outlives_the_program() {
    let dir = tempfile::tempdir().unwrap();
    let cache = || Some(CacheConfig { dir: dir.path().into(), max_mb: 10 });
    let texts = || [("Hello there. Please wait.".to_owned(), Voice::default())];
    let before = scene_of(0, Limits::default(), cache());
    assert_eq!(before.library.prepare(texts()).await, []);
    let after = scene_of(0, Limits::default(), cache());
    after.singer.fails(true);
    assert_eq!(after.library.prepare(texts()).await, []);
    assert_eq!(after.singer.asked(), 0);
    let prompts = [speech("Hello there. Please wait.")];
    let ready = after.library.ready(&prompts, Keep::OnDisk);
    assert_eq!(ready, before.library.ready(&prompts, Keep::OnDisk));
    assert_eq!(ready.unwrap().unwrap().len(), 2);
}

//! Streaming, fallback, sharing, caching.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::config::CacheConfig;
use crate::provider::SpeakFuture;

/// What a fake provider does.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Speaks after so many milliseconds.
    Speak(u64),
    Fail,
    /// Fails and repeats the text.
    Blab,
    Hang,
}

/// Gives one sample per byte of text, each of its own value.
#[derive(Debug)]
struct Fake {
    way: Mutex<Way>,
    asked: AtomicUsize,
    languages: &'static [&'static str],
    sample: i16,
}

impl Fake {
    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn becomes(&self, way: Way) {
        *self.way.lock().unwrap() = way;
    }
}

impl Provider for Fake {
    fn voice_for(&self, language: &Language, _: Option<&str>) -> Option<String> {
        self.languages.contains(&language.primary()).then(|| "v".to_owned())
    }
    fn fingerprint(&self) -> String {
        "fake".to_owned()
    }
    fn max_concurrent(&self) -> usize {
        2
    }
    fn speak<'a>(&'a self, job: Job<'a>) -> SpeakFuture<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let way = *self.way.lock().unwrap();
        Box::pin(async move {
            match way {
                Way::Fail => return Err(ProviderError::Unsuited("no").into_fault()),
                Way::Blab => {
                    let excerpt = job.utterance.text();
                    return Err(ProviderError::Refused { status: 400, excerpt });
                }
                Way::Hang => std::future::pending::<()>().await,
                Way::Speak(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            }
            let length = job.utterance.text().len();
            Ok(Pcm { rate_hz: 8_000, samples: vec![self.sample; length].into() })
        })
    }
}

impl ProviderError {
    fn into_fault(self) -> Self {
        Self::Network(self.to_string())
    }
}

struct Scene {
    speaker: Speaker,
    first: Arc<Fake>,
    second: Arc<Fake>,
    notices: Arc<Mutex<Vec<Notice>>>,
}

fn fake(way: Way, sample: i16) -> Arc<Fake> {
    let asked = AtomicUsize::new(0);
    Arc::new(Fake { way: Mutex::new(way), asked, languages: &["en"], sample })
}

fn scene(first: Way, second: Way, cache: Option<PathBuf>) -> Scene {
    let (first, second) = (fake(first, 1_000), fake(second, 2_000));
    let notices: Arc<Mutex<Vec<Notice>>> = Arc::default();
    let told = Arc::clone(&notices);
    let listener: Listener = Arc::new(move |notice| told.lock().unwrap().push(notice.clone()));
    let cache = cache.map(|dir| CacheConfig { dir, max_mb: 10 });
    let config = SpeechConfig { providers: Vec::new(), cache, ..SpeechConfig::default() };
    let all: Vec<(String, Arc<dyn Provider>)> =
        vec![("first".to_owned(), first.clone()), ("second".to_owned(), second.clone())];
    let options = Options { listener, ..Options::default() };
    let speaker = Speaker::with_providers(config, all, &options).unwrap();
    Scene { speaker, first, second, notices }
}

impl Scene {
    async fn clips(&self, text: &str, voice: &Voice) -> Result<Vec<Clip>, SpeechError> {
        let mut speech = self.speaker.say(text, voice, Keep::OnDisk)?;
        let mut clips = Vec::new();
        while let Some(clip) = speech.next().await {
            clips.push(clip?);
        }
        assert!(speech.next().await.is_none());
        Ok(clips)
    }

    /// Who spoke each clip, `*` if it was cached.
    async fn who(&self, text: &str) -> String {
        let clips = self.clips(text, &Voice::default()).await.unwrap();
        let who = |clip: &Clip| match &clip.source {
            None => "-".to_owned(),
            Some(it) => format!("{}{}", it.provider, if it.is_cached { "*" } else { "" }),
        };
        clips.iter().map(who).collect::<Vec<_>>().join(" ")
    }

    fn notices(&self) -> Vec<String> {
        self.notices.lock().unwrap().drain(..).map(|notice| notice.to_string()).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_sentence_comes_before_the_rest_is_made() {
    let scene = scene(Way::Speak(400), Way::Fail, None);
    let text = "One. Two. Three. Four. Five.";
    let started = Instant::now();
    let mut speech = scene.speaker.say(text, &Voice::default(), Keep::OnDisk).unwrap();
    speech.next().await.unwrap().unwrap();
    assert_eq!(started.elapsed().as_millis(), 400);
    // The second may have been begun in the same instant.
    assert!(scene.first.asked() <= 2);
    // Not listened to: it stops a few sentences ahead.
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(scene.first.asked(), 3);
    drop(speech);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(scene.first.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn who_fails_or_takes_over_two_seconds_is_followed_by_the_next() {
    let slow = scene(Way::Hang, Way::Speak(10), None);
    let started = Instant::now();
    assert_eq!(slow.who("One. Two. Three.").await, "second second second");
    assert_eq!(started.elapsed().as_millis(), 2_030, "only the first sentence waits");
    assert_eq!(slow.first.asked(), 1);
    assert_eq!(slow.notices().len(), 1);
    let failing = scene(Way::Fail, Way::Speak(10), None);
    assert_eq!(failing.who("One.").await, "second");
    let none = scene(Way::Fail, Way::Hang, None);
    let error = none.clips("One. Two.", &Voice::default()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("first: ") && text.contains("second: ") && text.contains("2000 ms"));
}

#[tokio::test(start_paused = true)]
async fn who_keeps_failing_rests_and_is_tried_again() {
    let scene = scene(Way::Hang, Way::Speak(1), None);
    for _ in 0..5 {
        assert_eq!(scene.who("Hi.").await, "second");
    }
    assert_eq!(scene.first.asked(), 3, "callers do not wait for it any more");
    assert!(scene.notices().iter().any(|notice| notice.contains("keeps failing")));
    // With nobody else it is asked all the same.
    scene.first.becomes(Way::Speak(1));
    scene.second.becomes(Way::Fail);
    assert_eq!(scene.who("Ho.").await, "first");
    scene.second.becomes(Way::Speak(1));
    assert_eq!(scene.who("Ha.").await, "first");
}

#[tokio::test(start_paused = true)]
async fn nobody_for_a_language_is_an_error_at_once() {
    let scene = scene(Way::Speak(1), Way::Speak(1), None);
    let voice = Voice { name: Some("ja-JP-Mizuki".to_owned()), ..Voice::default() };
    let error = scene.clips("はい。", &voice).await.unwrap_err();
    assert!(error.to_string().contains("ja-JP-Mizuki"), "{error}");
    assert!(scene.clips("", &voice).await.unwrap().is_empty());
    let long = "x".repeat(ssml::MAX_TEXT_BYTES + 1);
    assert!(matches!(scene.clips(&long, &voice).await, Err(SpeechError::Text(_))));
}

#[tokio::test(start_paused = true)]
async fn breaks_gains_and_pauses_are_audio() {
    let scene = scene(Way::Speak(1), Way::Fail, None);
    let voice = Voice { gain_db: Some(6.020_599_913), rate: Some(f64::NAN), ..Voice::default() };
    let text = "<speak>Hi. Ho<break time='1s'/>you</speak>";
    let clips = scene.clips(text, &voice).await.unwrap();
    let lengths: Vec<u128> = clips.iter().map(|clip| clip.pcm.length().as_millis()).collect();
    // Three bytes are 375 microseconds at 8,000 Hz, and a sentence has a pause of 250 ms.
    assert_eq!(lengths, [250, 0, 1_000, 0]);
    assert_eq!(clips[0].pcm.samples[..4], [2_000, 2_000, 2_000, 0]);
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_for_at_once_is_made_once() {
    let scene = scene(Way::Speak(500), Way::Fail, None);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let speaker = scene.speaker.clone();
        tasks.spawn(async move { speaker.prepare("Same.", &Voice::default()).await.unwrap() });
    }
    tasks.join_all().await;
    assert_eq!(scene.first.asked(), 1);
}

#[tokio::test]
async fn prompts_are_made_once_and_never_mixed_up() {
    let dir = tempfile::tempdir().unwrap();
    let scene = scene(Way::Speak(0), Way::Speak(0), Some(dir.path().into()));
    scene.speaker.prepare("One. Two.", &Voice::default()).await.unwrap();
    assert_eq!(scene.who("One. Two. Three.").await, "first* first* first");
    let loud = Voice { gain_db: Some(3.0), ..Voice::default() };
    let fast = Voice { rate: Some(1.5), ..Voice::default() };
    let british = Voice { name: Some("en-GB-X".to_owned()), ..Voice::default() };
    for voice in [loud, fast, british] {
        let clips = scene.clips("One.", &voice).await.unwrap();
        assert!(!clips[0].source.as_ref().unwrap().is_cached, "{voice:?}");
    }
    let asked = scene.first.asked();
    let mut secret = scene.speaker.say("One.", &Voice::default(), Keep::Nowhere).unwrap();
    assert!(!secret.next().await.unwrap().unwrap().source.unwrap().is_cached);
    assert_eq!(scene.first.asked(), asked + 1);
    // What is cached is spoken even while its provider fails.
    scene.first.becomes(Way::Fail);
    assert_eq!(scene.who("One. Four.").await, "first* second");
}

#[tokio::test]
async fn secret_texts_get_into_no_message() {
    let scene = scene(Way::Blab, Way::Blab, None);
    let text = "<speak><say-as interpret-as='canary'>canary</say-as></speak>";
    let mut speech = scene.speaker.say(text, &Voice::default(), Keep::Nowhere).unwrap();
    let error = speech.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("400"), "{error}");
    let all = format!("{error} {error:?} {:?} {speech:?}", scene.notices());
    assert!(!all.contains("canary"), "{all}");
}

#[tokio::test]
async fn a_damaged_prompt_is_made_anew_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let scene = scene(Way::Speak(0), Way::Fail, Some(dir.path().into()));
    scene.speaker.prepare("One.", &Voice::default()).await.unwrap();
    let folder = std::fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap().path();
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&file, bytes).unwrap();
    assert_eq!(scene.who("One.").await, "first");
    assert!(scene.notices()[0].contains("damaged"));
    assert_eq!(scene.who("One.").await, "first*");
}

#[tokio::test]
async fn without_a_usable_cache_speech_goes_on_and_says_so_once() {
    let dir = tempfile::tempdir().unwrap();
    let blocked = dir.path().join("cache");
    std::fs::write(&blocked, "in the way").unwrap();
    let scene = scene(Way::Speak(0), Way::Fail, Some(blocked));
    assert_eq!(scene.who("One. Two.").await, "first first");
    assert_eq!(scene.who("One.").await, "first");
    let notices = scene.notices();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].contains("cannot be used"));
}

/// Needs a small file system: `TRUNKLINE_TEST_FULL_DIR` names a folder on one with less than
/// 64 KB free.
#[tokio::test]
async fn a_full_disk_leaves_speech_going_and_nothing_half_written() {
    let Some(dir) = std::env::var_os("TRUNKLINE_TEST_FULL_DIR").map(PathBuf::from) else {
        println!("TRUNKLINE_TEST_FULL_DIR is not set: a full disk is not tested");
        return;
    };
    let cache = dir.join("cache");
    let scene = scene(Way::Speak(0), Way::Fail, Some(cache.clone()));
    let texts: Vec<String> =
        (0..400).map(|number| format!("{number} {}", "x".repeat(250))).collect();
    for text in &texts {
        assert_eq!(scene.who(text).await, "first");
    }
    let notices = scene.notices();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].contains("No space"), "{notices:?}");
    let files = std::fs::read_dir(&cache).unwrap();
    let files = files.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap());
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let (mut prompts, mut others) = (0, 0);
    names.for_each(|name| *if name.ends_with(".prompt") { &mut prompts } else { &mut others } += 1);
    assert!(prompts > 0 && others == 0, "{prompts} {others}");
    assert_eq!(scene.who(&texts[0]).await, "first*", "what is there is still used");
}

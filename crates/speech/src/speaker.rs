//! The speaker: from a text and a flow's voice to clips, sentence by sentence.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OnceCell, Semaphore, mpsc};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, timeout_at};
use trunkline_model::prompt::Voice;

use crate::audio::Pcm;
use crate::cache::{Cache, CacheError, Key};
use crate::config::SpeechConfig;
use crate::error::{Attempt, SpeechError};
use crate::health::{Health, REST};
use crate::language::Language;
use crate::notice::{Listener, Notice};
use crate::provider::{Job, Provider, ProviderError};
use crate::providers;
use crate::ssml;
use crate::utterance::{Piece, Utterance, plan};
use crate::voices::{self, Cast, Named};

/// Clips that are made ahead of the listener.
const AHEAD: usize = 1;

/// After a failure to write, so long nothing more is written to the cache.
const CACHE_REST: Duration = Duration::from_secs(30);

/// The rate of silence before anything was spoken, in Hz.
const SILENCE_RATE_HZ: u32 = 8_000;

/// Part of every key; a change to how texts are prepared or audio is treated makes it another.
const VERSION: &[u8] = b"trunkline speech 1";

/// Looks up an environment variable.
type EnvLookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What the caller decides about speech.
#[derive(Clone)]
pub struct Options {
    /// Where the environment variables of secrets come from.
    pub env: EnvLookup,
    /// The folder to which the paths of the configuration are relative.
    pub base_dir: PathBuf,
    /// Who is told what an operator ought to know.
    pub listener: Listener,
}

impl Default for Options {
    /// The process's environment, the current folder, nobody.
    fn default() -> Self {
        Self {
            env: Arc::new(|name| std::env::var(name).ok()),
            base_dir: PathBuf::from("."),
            listener: Arc::new(|_| {}),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("base_dir", &self.base_dir).finish_non_exhaustive()
    }
}

/// Whether prompts may be kept on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// In the cache.
    OnDisk,
    /// Nowhere, and none is looked for: the text holds a secret.
    Nowhere,
}

/// Where a clip comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The provider's name in the configuration.
    pub provider: Arc<str>,
    /// The provider's name of the voice; empty for its own choice.
    pub voice: Arc<str>,
    /// The language asked for.
    pub language: Language,
    /// Whether it came out of the cache.
    pub is_cached: bool,
}

/// A sentence as audio, or silence. Clips of one text may differ in rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// The audio.
    pub pcm: Pcm,
    /// Who spoke; none for silence.
    pub source: Option<Source>,
}

/// Turns texts into audio. A clone is cheap and shares providers and cache.
#[derive(Clone)]
pub struct Speaker {
    inner: Arc<Inner>,
}

struct Inner {
    config: SpeechConfig,
    members: Vec<Member>,
    cache: Option<Arc<Cache>>,
    cache_rests_until: Mutex<Option<Instant>>,
    in_making: Mutex<HashMap<Key, Weak<OnceCell<Pcm>>>>,
    listener: Listener,
}

/// A provider and how it fares.
struct Member {
    name: Arc<str>,
    provider: Arc<dyn Provider>,
    fingerprint: String,
    places: Semaphore,
    health: Health,
}

impl fmt::Debug for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.inner.members.iter().map(|member| &member.name);
        f.write_str("Speaker ")?;
        f.debug_list().entries(names).finish()
    }
}

impl Speaker {
    /// A speaker as configured. Finds secrets, but starts and sends nothing yet.
    pub fn new(config: SpeechConfig, options: &Options) -> Result<Self, SpeechError> {
        let mut built = Vec::new();
        for entry in &config.providers {
            built.push((entry.name.clone(), providers::build(entry, options)?));
        }
        Self::with_providers(config, built, options)
    }

    /// A speaker with these providers in place of the configured ones, the first choice first.
    pub fn with_providers(
        config: SpeechConfig,
        providers: Vec<(String, Arc<dyn Provider>)>,
        options: &Options,
    ) -> Result<Self, SpeechError> {
        if !(100..=60_000).contains(&config.timeout_ms) {
            let reason = "write a number of milliseconds from 100 to 60000".to_owned();
            return Err(SpeechError::General { field: "timeout_ms", reason });
        }
        for (at, (name, _)) in providers.iter().enumerate() {
            if name.is_empty() || providers[..at].iter().any(|(other, _)| other == name) {
                return Err(SpeechError::DuplicateProvider(name.clone()));
            }
        }
        let members: Vec<Member> = providers.into_iter().map(Member::new).collect();
        voices::check(&config, &named(&members))?;
        let cache = config.cache.as_ref().map(|it| {
            let max_bytes = it.max_mb.clamp(1, 1_000_000) << 20;
            Arc::new(Cache::new(options.base_dir.join(&it.dir), max_bytes))
        });
        let inner = Inner {
            config,
            members,
            cache,
            cache_rests_until: Mutex::default(),
            in_making: Mutex::default(),
            listener: Arc::clone(&options.listener),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Begins to speak a text. Must be called within a Tokio runtime.
    ///
    /// Fails at once if the text is beyond the limits or nobody speaks the language; later
    /// failures come out of [`Speech::next`].
    pub fn say(&self, text: &str, voice: &Voice, keep: Keep) -> Result<Speech, SpeechError> {
        let inner = &self.inner;
        let document = ssml::read(text)?;
        // Warnings quote the text.
        let warnings = document.warnings.into_iter().filter(|_| keep == Keep::OnDisk);
        for reason in warnings {
            inner.tell(&Notice::Markup { reason });
        }
        let marked = document.language.as_deref().and_then(Language::of_voice_name);
        let named = named(&inner.members);
        let cast = voices::cast(&inner.config, &named, voice, text, marked.as_ref());
        if cast.is_unknown {
            inner.tell(&Notice::UnknownVoice {
                name: voice.name.clone().unwrap_or_default(),
                language: cast.language.to_string(),
            });
        }
        let rate = usable(voice.rate, 1.0).clamp(0.25, 4.0);
        let gain_db = usable(voice.gain_db, 0.0).clamp(-96.0, 16.0);
        let pieces = plan(&document.segments, &cast.language, rate, gain_db);
        let is_spoken = pieces.iter().any(|piece| matches!(piece, Piece::Speak(_)));
        if cast.chain.is_empty() && is_spoken {
            return Err(SpeechError::NoVoice {
                language: cast.language.to_string(),
                wanted: voice.name.clone().unwrap_or_else(|| "the default".to_owned()),
            });
        }
        Ok(Speech::start(Arc::clone(inner), pieces, cast, keep))
    }

    /// Makes a text ready, so that it is in the cache when a call needs it.
    pub async fn prepare(&self, text: &str, voice: &Voice) -> Result<(), SpeechError> {
        let mut speech = self.say(text, voice, Keep::OnDisk)?;
        while let Some(clip) = speech.next().await {
            clip?;
        }
        Ok(())
    }
}

fn usable(value: Option<f64>, usual: f64) -> f64 {
    value.filter(|value| value.is_finite()).unwrap_or(usual)
}

fn named(members: &[Member]) -> Vec<Named<'_>> {
    members.iter().map(|member| (&*member.name, &*member.provider)).collect()
}

impl Member {
    fn new((name, provider): (String, Arc<dyn Provider>)) -> Self {
        Self {
            name: name.into(),
            fingerprint: provider.fingerprint(),
            places: Semaphore::new(provider.max_concurrent().max(1)),
            health: Health::default(),
            provider,
        }
    }

    fn key(&self, job: &Job<'_>) -> Key {
        let utterance = job.utterance;
        let numbers = [utterance.rate, utterance.pitch, utterance.gain_db].map(f64::to_le_bytes);
        let language = job.language.to_string();
        let settings = [VERSION, self.name.as_bytes(), self.fingerprint.as_bytes()];
        let mut parts: Vec<&[u8]> = settings.to_vec();
        parts.extend([job.voice.as_bytes(), language.as_bytes()]);
        parts.extend(numbers.iter().map(|number| &number[..]));
        for run in &utterance.runs {
            parts.extend([run.emphasis.as_str().as_bytes(), run.text.as_bytes()]);
        }
        Key::new(&parts)
    }
}

/// A text being spoken. Dropping it ends the work on what is left.
#[derive(Debug)]
pub struct Speech {
    clips: mpsc::Receiver<Result<Clip, SpeechError>>,
    task: JoinHandle<()>,
    language: Language,
    is_over: bool,
}

impl Drop for Speech {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Speech {
    fn start(inner: Arc<Inner>, pieces: Vec<Piece>, cast: Cast, keep: Keep) -> Self {
        let (sender, clips) = mpsc::channel(AHEAD);
        let language = cast.language.clone();
        let maker = Maker { inner, cast, keep, failed: Vec::new(), writes: Vec::new() };
        let task = tokio::spawn(maker.run(pieces, sender));
        Self { clips, task, language, is_over: false }
    }

    /// The language that is spoken.
    pub fn language(&self) -> &Language {
        &self.language
    }

    /// The next clip; none at the end. After an error nothing follows. At the end all that is to
    /// be kept is on disk. May be dropped and called again.
    pub async fn next(&mut self) -> Option<Result<Clip, SpeechError>> {
        let clip = self.clips.recv().await;
        match (&clip, self.is_over) {
            (None, false) => {
                self.is_over = true;
                // Without its last word the work was broken off.
                let ended = (&mut self.task).await;
                return ended.is_err().then_some(Err(SpeechError::BrokenOff));
            }
            (Some(Err(_)), _) => self.is_over = true,
            (Some(Ok(_)), _) | (None, true) => {}
        }
        clip
    }
}

/// Makes the clips of one text.
struct Maker {
    inner: Arc<Inner>,
    cast: Cast,
    keep: Keep,
    /// Providers that failed for this text; they are asked last for its other sentences.
    failed: Vec<usize>,
    writes: Vec<JoinHandle<()>>,
}

/// What is asked of one provider.
struct Ask<'a> {
    member: &'a Member,
    job: Job<'a>,
    key: Key,
}

impl Maker {
    async fn run(mut self, pieces: Vec<Piece>, sender: mpsc::Sender<Result<Clip, SpeechError>>) {
        let mut rate_hz = SILENCE_RATE_HZ;
        for piece in pieces {
            let clip = match piece {
                Piece::Silence(ms) => {
                    let pcm = Pcm::silence(rate_hz, Duration::from_millis(ms.into()));
                    Ok(Clip { pcm, source: None })
                }
                Piece::Speak(utterance) => self.speak(&utterance).await,
            };
            rate_hz = clip.as_ref().map_or(rate_hz, |clip| clip.pcm.rate_hz);
            let is_last = clip.is_err();
            if sender.send(clip).await.is_err() || is_last {
                break;
            }
        }
        for write in self.writes {
            // It cannot fail but by a panic, which is a lost prompt and no more.
            let _ = write.await;
        }
    }

    /// Asks one provider after the other. Those that rest come last.
    async fn speak(&mut self, utterance: &Utterance) -> Result<Clip, SpeechError> {
        let inner = Arc::clone(&self.inner);
        let cast = self.cast.clone();
        let mut attempts = Vec::new();
        let mut later = Vec::new();
        for (at, voice) in &cast.chain {
            let ask = ask(&inner, *at, voice, utterance, &cast.language);
            if let Some(pcm) = self.cached(&ask.key).await {
                return Ok(clip(pcm, &ask, utterance, true));
            }
            if self.failed.contains(at) || ask.member.health.is_resting(Instant::now()) {
                later.push((*at, ask));
                continue;
            }
            match self.make(*at, &ask).await {
                Ok(pcm) => return Ok(clip(pcm, &ask, utterance, false)),
                Err(attempt) => attempts.push(attempt),
            }
        }
        for (at, ask) in later {
            match self.make(at, &ask).await {
                Ok(pcm) => return Ok(clip(pcm, &ask, utterance, false)),
                Err(attempt) => attempts.push(attempt),
            }
        }
        Err(SpeechError::AllFailed { language: cast.language.to_string(), attempts })
    }

    async fn cached(&self, key: &Key) -> Option<Pcm> {
        let cache = self.inner.cache.as_ref().filter(|_| self.keep == Keep::OnDisk)?;
        let (cache, key) = (Arc::clone(cache), *key);
        let found = spawn_blocking(move || cache.get(&key));
        match timeout_at(self.inner.deadline(), found).await {
            Ok(Ok(Ok(found))) => found,
            Ok(Ok(Err(error))) => {
                self.inner.cache_failed(&error);
                None
            }
            // The disk hangs, or the program is ending: as if it were not there.
            Ok(Err(_)) | Err(_) => None,
        }
    }

    /// Asks a provider; those who ask for the same at the same time share the answer.
    async fn make(&mut self, at: usize, ask: &Ask<'_>) -> Result<Pcm, Attempt> {
        let inner = Arc::clone(&self.inner);
        let cell = inner.cell(ask.key);
        let mut is_maker = false;
        let making = cell.get_or_try_init(|| {
            is_maker = true;
            inner.ask(ask)
        });
        let made = match timeout_at(inner.deadline() + Duration::from_millis(50), making).await {
            Ok(made) => made.cloned(),
            Err(_) => Err(ProviderError::Timeout(inner.config.timeout_ms)),
        };
        match made {
            Ok(pcm) => {
                ask.member.health.succeeded();
                if is_maker && self.keep == Keep::OnDisk {
                    self.writes.extend(inner.write(ask.key, &pcm, cell));
                }
                Ok(pcm)
            }
            Err(error) => {
                self.failed.push(at);
                let reason = match self.keep {
                    Keep::OnDisk => error.to_string(),
                    Keep::Nowhere => error.discreet(),
                };
                inner.provider_failed(ask, &error, reason.clone());
                Err(Attempt { provider: ask.member.name.to_string(), reason })
            }
        }
    }
}

fn ask<'a>(
    inner: &'a Inner,
    at: usize,
    voice: &'a str,
    utterance: &'a Utterance,
    language: &'a Language,
) -> Ask<'a> {
    let member = &inner.members[at];
    let job = Job { utterance, voice, language };
    Ask { member, key: member.key(&job), job }
}

/// The pause is not part of what is cached: it depends on what follows.
fn clip(pcm: Pcm, ask: &Ask<'_>, utterance: &Utterance, is_cached: bool) -> Clip {
    let source = Source {
        provider: Arc::clone(&ask.member.name),
        voice: ask.job.voice.into(),
        language: ask.job.language.clone(),
        is_cached,
    };
    let pause = Duration::from_millis(utterance.pause_ms.into());
    Clip { pcm: pcm.with_pause(pause), source: Some(source) }
}

impl Inner {
    fn tell(&self, notice: &Notice) {
        (self.listener)(notice);
    }

    fn deadline(&self) -> Instant {
        Instant::now() + Duration::from_millis(self.config.timeout_ms)
    }

    /// The place where whoever asks for this prompt at the moment waits for it.
    fn cell(&self, key: Key) -> Arc<OnceCell<Pcm>> {
        let mut cells = self.in_making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = cells.get(&key).and_then(Weak::upgrade) {
            return cell;
        }
        cells.retain(|_, cell| cell.strong_count() > 0);
        let cell = Arc::new(OnceCell::new());
        cells.insert(key, Arc::downgrade(&cell));
        cell
    }

    async fn ask(&self, ask: &Ask<'_>) -> Result<Pcm, ProviderError> {
        let limit_ms = self.config.timeout_ms;
        let deadline = self.deadline();
        let place = timeout_at(deadline, ask.member.places.acquire()).await;
        // Nobody closes the semaphore.
        let Ok(Ok(_place)) = place else { return Err(ProviderError::Busy(limit_ms)) };
        let speaking = ask.member.provider.speak(ask.job);
        let pcm = match timeout_at(deadline, speaking).await {
            Ok(made) => made?,
            Err(_) => return Err(ProviderError::Timeout(limit_ms)),
        };
        Ok(pcm.with_gain(ask.job.utterance.gain_db))
    }

    fn provider_failed(&self, ask: &Ask<'_>, error: &ProviderError, reason: String) {
        let provider = ask.member.name.to_string();
        self.tell(&Notice::ProviderFailed {
            provider: provider.clone(),
            language: ask.job.language.to_string(),
            reason,
        });
        // These two say nothing about how the provider fares.
        let is_fault = !matches!(error, ProviderError::Busy(_) | ProviderError::Unsuited(_));
        if is_fault && ask.member.health.failed(Instant::now()) {
            let rest_ms = u64::try_from(REST.as_millis()).unwrap_or(u64::MAX);
            self.tell(&Notice::ProviderResting { provider, rest_ms });
        }
    }

    /// Writes a prompt in the background. The cell is held meanwhile, so that who asks now finds
    /// the prompt there.
    fn write(
        self: &Arc<Self>,
        key: Key,
        pcm: &Pcm,
        cell: Arc<OnceCell<Pcm>>,
    ) -> Option<JoinHandle<()>> {
        let cache = Arc::clone(self.cache.as_ref()?);
        if self.cache_rest().is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let (inner, pcm) = (Arc::clone(self), pcm.clone());
        Some(spawn_blocking(move || {
            match cache.put(&key, &pcm) {
                Ok(()) => inner.cache_worked(),
                Err(error) => inner.cache_failed(&error),
            }
            drop(cell);
        }))
    }

    fn cache_rest(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.cache_rests_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cache_worked(&self) {
        if self.cache_rest().take().is_some() {
            self.tell(&Notice::CacheBack);
        }
    }

    fn cache_failed(&self, error: &CacheError) {
        let reason = error.to_string();
        match error {
            CacheError::Damaged { .. } => self.tell(&Notice::CacheDamaged { reason }),
            CacheError::Io { .. } => {
                let before = self.cache_rest().replace(Instant::now() + CACHE_REST);
                if before.is_none() {
                    self.tell(&Notice::CacheUnavailable { reason });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;

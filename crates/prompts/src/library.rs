//! The library: audio files and spoken texts, shared by all calls.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::task::JoinSet;
use trunkline_media::codec::Codec;
use trunkline_media::g711::Law;
use trunkline_media::prompt::{Item, Prompt as Sound};
use trunkline_media::wav::Wav;
use trunkline_model::prompt::{Music, Prompt, Voice};
use trunkline_model::tenant::Tenant;
use trunkline_speech::{Keep, Speaker};

use crate::failure::{Problem, PromptFailure};
use crate::files::{Files, Kept};
use crate::limits::{Limits, MAX_PIECES};
use crate::making::Making;
use crate::memory::{Key, Memory};
use crate::pieces::Pieces;

/// So many texts are made ready at a time; those of calls come between them.
const PREPARED_AT_ONCE: usize = 4;

/// What a problem shows of a text, in characters.
const MAX_EXCERPT_CHARS: usize = 60;

/// Audio files and spoken texts. A clone is cheap and shares everything.
#[derive(Clone)]
pub struct Library {
    inner: Arc<Inner>,
}

struct Inner {
    files: Files,
    speaker: Option<Speaker>,
    texts: Mutex<Texts>,
}

/// Texts that were spoken, and those that are being spoken.
struct Texts {
    memory: Memory,
    making: HashMap<Key, Weak<Making>>,
    hits: u64,
    misses: u64,
}

/// A text that is to be played.
pub(crate) enum Text {
    Ready(Arc<[Item]>),
    Making(Arc<Making>),
}

/// What a library holds and how it was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Audio files of the tenant, broken ones included.
    pub files: usize,
    /// Their sound, in bytes.
    pub files_bytes: u64,
    /// Spoken texts.
    pub texts: usize,
    /// Their sound, in bytes.
    pub texts_bytes: u64,
    /// Texts that were in memory when they were to be played, since the library was loaded.
    pub hits: u64,
    /// Texts that were not.
    pub misses: u64,
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Library").field(&self.usage()).finish()
    }
}

impl Library {
    /// Reads and decodes the tenant's audio files, relative to `base_dir`. It blocks: call it at
    /// start, or where blocking is allowed. Problems are listed, not fatal: a flow that names a
    /// broken file gets a failure when it plays it. Without a speaker no text can be spoken.
    pub fn load(
        tenant: &Tenant,
        base_dir: &Path,
        speaker: Option<Speaker>,
        limits: Limits,
    ) -> (Self, Vec<Problem>) {
        let none = |_: &str| Err("uploaded sounds are not at hand".to_owned());
        Self::load_with(tenant, base_dir, &none, speaker, limits)
    }

    /// The same, with the sounds that were uploaded: an audio file that has one is not read.
    pub fn load_with(
        tenant: &Tenant,
        base_dir: &Path,
        kept: Kept<'_>,
        speaker: Option<Speaker>,
        limits: Limits,
    ) -> (Self, Vec<Problem>) {
        let (files, problems) = Files::load(tenant, base_dir, kept, &limits);
        let memory = Memory::new(limits.texts_bytes);
        let texts = Texts { memory, making: HashMap::new(), hits: 0, misses: 0 };
        let inner = Inner { files, speaker, texts: Mutex::new(texts) };
        (Self { inner: Arc::new(inner) }, problems)
    }

    /// All pieces at once, if all of them are in memory already (files, and texts that were
    /// spoken lately): no waiting, no task. None if something has to be spoken first; then
    /// [`Library::open`] it. A failure that is known already is given at once, so that callers
    /// do not hear half a prompt.
    ///
    /// `keep` is [`Keep::Nowhere`] for prompts with values of secure variables: those are never
    /// looked for and never kept.
    pub fn ready(
        &self,
        prompts: &[Prompt],
        keep: Keep,
    ) -> Option<Result<Vec<Item>, PromptFailure>> {
        if let Some(failure) = self.known_failure(prompts) {
            return Some(Err(failure));
        }
        let mut items = Vec::new();
        let mut texts = self.inner.texts();
        let mut hits = 0;
        for prompt in prompts {
            match prompt {
                Prompt::Audio { file } => match self.file(file) {
                    Ok(sound) => items.push(Item::Prompt(sound)),
                    Err(failure) => return Some(Err(failure)),
                },
                Prompt::Speech { .. } if keep == Keep::Nowhere => return None,
                Prompt::Speech { text, voice, is_secure: _ } => {
                    let found = texts.memory.get(&Key::new(text, voice))?;
                    hits += 1;
                    items.extend(found.iter().cloned());
                }
            }
        }
        texts.hits += hits;
        Some(if items.len() > MAX_PIECES { Err(PromptFailure::too_long()) } else { Ok(items) })
    }

    /// The pieces one by one; speech begins before a long text is finished. Must be called within
    /// a Tokio runtime. About `keep` see [`Library::ready`].
    pub fn open(&self, prompts: &[Prompt], keep: Keep) -> Pieces {
        Pieces::open(self.clone(), prompts, keep)
    }

    /// A stretch of a file as the activity `play-music` plays it.
    pub fn music(&self, music: &Music) -> Result<Item, PromptFailure> {
        let offset = Duration::from_millis(music.offset_ms);
        let duration = music.duration_ms.map(Duration::from_millis);
        Ok(Item::Music { file: self.file(&music.file)?, offset, duration })
    }

    /// A file as callers hear it: WAV, mono, 8 kHz, 8-bit mu-law.
    ///
    /// # Errors
    /// Why there is none.
    pub fn wav(&self, file: &str) -> Result<Vec<u8>, PromptFailure> {
        let sound = self.file(file)?.encoded(Codec::Pcmu).to_vec();
        let wav = Wav::telephone(Law::Mu, sound).to_bytes();
        wav.map_err(|error| PromptFailure::UnreadableFile {
            file: file.to_owned(),
            path: PathBuf::new(),
            reason: error.to_string(),
        })
    }

    /// A file that plays again and again, such as a queue's music.
    pub fn background(&self, file: &str) -> Result<Item, PromptFailure> {
        self.file(file).map(Item::Loop)
    }

    /// Makes texts ready, so that calls need not wait for them: those of flows without variables,
    /// before the first call. Tells which could not be spoken. Must be called within a Tokio
    /// runtime.
    pub async fn prepare(&self, texts: impl IntoIterator<Item = (String, Voice)>) -> Vec<Problem> {
        let mut seen = HashSet::new();
        let mut problems = Vec::new();
        let mut tasks = JoinSet::new();
        for (text, voice) in texts {
            if !seen.insert(Key::new(&text, &voice)) {
                continue;
            }
            if tasks.len() >= PREPARED_AT_ONCE {
                problems.extend(tasks.join_next().await.and_then(Result::ok).flatten());
            }
            tasks.spawn(self.clone().prepare_one(text, voice));
        }
        while let Some(ended) = tasks.join_next().await {
            problems.extend(ended.ok().flatten());
        }
        problems
    }

    async fn prepare_one(self, text: String, voice: Voice) -> Option<Problem> {
        let excerpt = text.chars().take(MAX_EXCERPT_CHARS).collect();
        let mut pieces = self.open(&[Prompt::speech(text, voice)], Keep::OnDisk);
        while let Some(piece) = pieces.next().await {
            if let Err(failure) = piece {
                return Some(Problem::Text { excerpt, failure });
            }
        }
        None
    }

    /// What the library holds and how it was used, for metrics.
    pub fn usage(&self) -> Usage {
        let texts = self.inner.texts();
        Usage {
            files: self.inner.files.len(),
            files_bytes: self.inner.files.bytes,
            texts: texts.memory.len(),
            texts_bytes: texts.memory.bytes(),
            hits: texts.hits,
            misses: texts.misses,
        }
    }

    pub(crate) fn file(&self, name: &str) -> Result<Sound, PromptFailure> {
        self.inner.files.find(name)
    }

    /// The first of the prompts' failures that needs no trying.
    pub(crate) fn known_failure(&self, prompts: &[Prompt]) -> Option<PromptFailure> {
        prompts.iter().find_map(|prompt| match prompt {
            Prompt::Audio { file } => self.file(file).err(),
            Prompt::Speech { .. } => self.inner.speaker.is_none().then(PromptFailure::no_speech),
        })
    }

    /// The text out of memory, or from those who are making it, or begun.
    pub(crate) fn text(
        &self,
        text: &str,
        voice: &Voice,
        keep: Keep,
    ) -> Result<Text, PromptFailure> {
        let inner = &self.inner;
        let Some(speaker) = &inner.speaker else { return Err(PromptFailure::no_speech()) };
        let failed = |error| PromptFailure::of_speech(&error);
        if keep == Keep::Nowhere {
            let speech = speaker.say(text, voice, keep).map_err(failed)?;
            return Ok(Text::Making(Arc::new(Making::start(speech, |_| {}))));
        }
        let key = Key::new(text, voice);
        let mut texts = inner.texts();
        if let Some(items) = texts.memory.get(&key) {
            texts.hits += 1;
            return Ok(Text::Ready(items));
        }
        texts.misses += 1;
        if let Some(making) = texts.making.get(&key).and_then(Weak::upgrade) {
            return Ok(Text::Making(making));
        }
        let speech = speaker.say(text, voice, keep).map_err(failed)?;
        let (ending, ended) = (Arc::downgrade(inner), key.clone());
        let making = Arc::new(Making::start(speech, move |items| {
            if let Some(inner) = ending.upgrade() {
                inner.made(ended, items);
            }
        }));
        texts.making.retain(|_, making| making.strong_count() > 0);
        texts.making.insert(key, Arc::downgrade(&making));
        Ok(Text::Making(making))
    }
}

impl Inner {
    fn texts(&self) -> MutexGuard<'_, Texts> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A text was made, or failed if there are no items.
    fn made(&self, key: Key, items: Option<Arc<[Item]>>) {
        let mut texts = self.texts();
        texts.making.remove(&key);
        if let Some(items) = items {
            texts.memory.put(key, items);
        }
    }
}

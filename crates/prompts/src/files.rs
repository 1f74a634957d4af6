//! The tenant's audio files: read and decoded once, when the tenant is loaded.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use trunkline_media::codec::Codec;
use trunkline_media::music::DEFAULT_MUSIC;
use trunkline_media::prompt::Prompt;
use trunkline_model::tenant::{AudioFile, Tenant};

use crate::convert::{decode, size_text};
use crate::failure::{Problem, PromptFailure};
use crate::limits::Limits;

/// Gives a sound that was uploaded, by its SHA-256 in hexadecimal, or says why there is none.
pub type Kept<'a> = &'a dyn Fn(&str) -> Result<Vec<u8>, String>;

/// The audio files by name.
pub(crate) struct Files {
    by_name: HashMap<String, Result<Prompt, PromptFailure>>,
    default_music: Result<Prompt, PromptFailure>,
    /// Bytes held.
    pub(crate) bytes: u64,
}

impl Files {
    /// Reads all files, and lists what is wrong with them.
    pub(crate) fn load(
        tenant: &Tenant,
        base_dir: &Path,
        kept: Kept<'_>,
        limits: &Limits,
    ) -> (Self, Vec<Problem>) {
        let default_music = decode(DEFAULT_MUSIC, limits.file_duration);
        let default_music = default_music.map_err(|error| PromptFailure::UnreadableFile {
            file: trunkline_media::music::DEFAULT_MUSIC_NAME.to_owned(),
            path: "the program".into(),
            reason: error.to_string(),
        });
        let mut files = Self { by_name: HashMap::new(), default_music, bytes: 0 };
        let mut problems = Vec::new();
        for audio in &tenant.audio {
            if files.by_name.contains_key(&audio.name) {
                continue;
            }
            let prompt = files.load_one(audio, base_dir, kept, limits);
            if let Err(failure) = &prompt {
                problems.push(Problem::File(failure.clone()));
            }
            files.by_name.insert(audio.name.clone(), prompt);
        }
        (files, problems)
    }

    fn load_one(
        &mut self,
        audio: &AudioFile,
        base_dir: &Path,
        kept: Kept<'_>,
        limits: &Limits,
    ) -> Result<Prompt, PromptFailure> {
        let file = audio.name.clone();
        let (bytes, path) = match (&audio.sha256, &audio.file) {
            (Some(sha256), _) => (kept(sha256), PathBuf::from("uploaded")),
            (None, Some(path)) => {
                let path = base_dir.join(path);
                (read(&path, limits.file_bytes), path)
            }
            // The music that is always there needs no sound of the tenant's own.
            (None, None) => {
                let none = PromptFailure::NoSound { file };
                return self.built_in(&audio.name).unwrap_or(Err(none));
            }
        };
        let loaded = bytes.and_then(|bytes| {
            let prompt = decode(&bytes, limits.file_duration).map_err(|error| error.to_string())?;
            let held = self.bytes + weight(&prompt);
            if held > limits.files_bytes {
                let most = size_text(limits.files_bytes);
                return Err(format!(
                    "the audio files before it fill the {most} that are held; remove some"
                ));
            }
            self.bytes = held;
            Ok(prompt)
        });
        loaded.map_err(|reason| PromptFailure::UnreadableFile { file, path, reason })
    }

    /// How many files the tenant has.
    pub(crate) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// The file of this name.
    pub(crate) fn find(&self, name: &str) -> Result<Prompt, PromptFailure> {
        let name = name.trim();
        match self.by_name.get(name) {
            Some(found) => found.clone(),
            None => self
                .built_in(name)
                .unwrap_or_else(|| Err(PromptFailure::MissingFile { file: name.to_owned() })),
        }
    }

    /// The music that Webex ships with, under any of its names, unless the tenant has its own.
    fn built_in(&self, name: &str) -> Option<Result<Prompt, PromptFailure>> {
        let is_built_in = name.starts_with("defaultmusic_on_hold") && name.ends_with(".wav");
        is_built_in.then(|| self.default_music.clone())
    }
}

/// The bytes that a prompt holds in all its encodings.
pub(crate) fn weight(prompt: &Prompt) -> u64 {
    Codec::ALL.map(|codec| prompt.encoded(codec).len() as u64).iter().sum()
}

fn read(path: &Path, most_bytes: u64) -> Result<Vec<u8>, String> {
    let refused = |error: std::io::Error| {
        format!("{error}; check `file:` in tenant.yaml and the file's permissions")
    };
    let file = File::open(path).map_err(refused)?;
    let facts = file.metadata().map_err(refused)?;
    if !facts.is_file() {
        return Err("it is no file; name the audio file itself".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(most_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(refused)?;
    if bytes.len() as u64 > most_bytes {
        let most = size_text(most_bytes);
        return Err(format!("it is larger than {most}; convert or shorten it"));
    }
    Ok(bytes)
}

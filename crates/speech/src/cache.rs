//! Prompts on disk.
//!
//! A prompt's file is named by the SHA-256 of everything that decides how it sounds. The file
//! repeats that key, so that a renamed or copied file is never taken for another prompt, and
//! carries a SHA-256 of its content, so that damage is found. Files are written beside their place
//! and renamed, so two processes may share a folder. The time of change of a file is the time of
//! its last use; when the folder grows too large the longest unused go first.
//!
//! Nothing here is needed for speech: whatever fails, the prompt is made anew.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use crate::audio::{MAX_RATE_HZ, MIN_RATE_HZ, Pcm};
use crate::provider::MAX_AUDIO_BYTES;

/// The first bytes of a file, with the number of its format.
const MAGIC: &[u8; 8] = b"TLSPCH\0\x01";

/// Magic, key, rate, hash.
const HEADER_BYTES: usize = 8 + 32 + 4 + 32;

/// The end of the names of prompts.
const ENDING: &str = "prompt";

/// What is left after making room, of the size limit: a tenth is free then, so that not every new
/// prompt looks through the folder.
const KEPT_TENTHS: u64 = 9;

/// A file that was being written when its process died is removed after this.
const STALE: Duration = Duration::from_secs(3_600);

/// Everything that decides how a prompt sounds, as a hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of these parts. Their lengths are part of it: `ab`, `c` is not `a`, `bc`.
    pub fn new(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.hex())
    }
}

/// Why a prompt could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The system refused.
    #[error("{path}: {source}; check the space and the permissions there")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// A file is not what it should be. It was removed.
    #[error("{path} was damaged: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// A folder of prompts.
#[derive(Debug)]
pub struct Cache {
    dir: PathBuf,
    max_bytes: u64,
    /// What the folder is believed to hold; None before the first look.
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    bytes: Option<u64>,
    /// What was written since the last look; another process may have written as much.
    since: u64,
}

struct Entry {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

impl Cache {
    /// The cache in this folder, which is made when the first prompt is kept.
    pub fn new(dir: impl Into<PathBuf>, max_bytes: u64) -> Self {
        Self { dir: dir.into(), max_bytes, held: Mutex::default() }
    }

    fn path(&self, key: &Key) -> PathBuf {
        let hex = key.hex();
        self.dir.join(&hex[..2]).join(format!("{}.{ENDING}", &hex[2..]))
    }

    /// The prompt of the key, if it is there.
    pub fn get(&self, key: &Key) -> Result<Option<Pcm>, CacheError> {
        let path = self.path(key);
        let found = File::open(&path).and_then(|file| read(&file).map(|bytes| (file, bytes)));
        let (file, bytes) = match found {
            Ok(found) => found,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(source) => return Err(CacheError::Io { path, source }),
        };
        match parse(&bytes, key) {
            Ok(pcm) => {
                // Where the time cannot be set the prompt is only forgotten earlier.
                let _ = file.set_modified(SystemTime::now());
                Ok(Some(pcm))
            }
            Err(what) => {
                let _ = fs::remove_file(&path);
                Err(CacheError::Damaged { path, what })
            }
        }
    }

    /// Keeps a prompt. One that is larger than the whole cache is not kept.
    pub fn put(&self, key: &Key, pcm: &Pcm) -> Result<(), CacheError> {
        let bytes = encode(key, pcm);
        let size = bytes.len() as u64;
        if size > self.max_bytes * KEPT_TENTHS / 10 {
            return Ok(());
        }
        self.make_room(size)?;
        let path = self.path(key);
        self.write(&path, &bytes).map_err(|source| CacheError::Io { path, source })?;
        let mut held = self.held();
        held.bytes = held.bytes.map(|bytes| bytes + size);
        held.since += size;
        Ok(())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(&self.dir);
        make_private_dir(&self.dir)?;
        make_private_dir(folder)?;
        // Readable by its owner only, and removed again unless it gets its name.
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Looks through the folder when the limit is near, or when so much was written here that
    /// another process may have come near it; then removes what was not used for longest.
    fn make_room(&self, size: u64) -> Result<(), CacheError> {
        let mut held = self.held();
        let is_due = match held.bytes {
            None => true,
            Some(bytes) => bytes + size > self.max_bytes || held.since > self.max_bytes / 8,
        };
        if !is_due {
            return Ok(());
        }
        let path = self.dir.clone();
        let mut entries = self.entries().map_err(|source| CacheError::Io { path, source })?;
        let mut total: u64 = entries.iter().map(|entry| entry.bytes).sum();
        if total + size > self.max_bytes {
            entries.sort_by_key(|entry| entry.used);
            let target = (self.max_bytes * KEPT_TENTHS / 10).saturating_sub(size);
            for entry in entries {
                if total <= target {
                    break;
                }
                // Another process may have removed it already.
                let _ = fs::remove_file(&entry.path);
                total -= entry.bytes;
            }
        }
        *held = Held { bytes: Some(total), since: 0 };
        Ok(())
    }

    /// The prompts in the folder; what dead processes left behind is removed.
    fn entries(&self) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for folder in list(&self.dir)? {
            if !folder.file_type()?.is_dir() {
                continue;
            }
            for file in list(&folder.path())? {
                let Ok(facts) = file.metadata() else { continue };
                let (path, used) = (file.path(), facts.modified()?);
                let is_prompt = path.extension().is_some_and(|ending| ending == ENDING);
                let is_stale = used.elapsed().is_ok_and(|age| age > STALE);
                if !is_prompt && is_stale && is_unfinished(&path) {
                    let _ = fs::remove_file(&path);
                } else if is_prompt && facts.is_file() {
                    entries.push(Entry { path, bytes: facts.len(), used });
                }
            }
        }
        Ok(entries)
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn is_unfinished(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".new-"))
}

fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn list(dir: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(dir) {
        Ok(entries) => entries.collect(),
        Err(error) if is_absent(&error) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// What is said to callers is nobody else's business.
fn make_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

fn read(file: &File) -> io::Result<Vec<u8>> {
    let limit = (HEADER_BYTES + MAX_AUDIO_BYTES + 1) as u64;
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn encode(key: &Key, pcm: &Pcm) -> Vec<u8> {
    let samples: Vec<u8> = pcm.samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let rate = pcm.rate_hz.to_le_bytes();
    let hash = content_hash(key, rate, &samples);
    [&MAGIC[..], &key.0, &rate, &hash, &samples].concat()
}

fn parse(bytes: &[u8], key: &Key) -> Result<Pcm, &'static str> {
    let (header, samples) = bytes.split_at_checked(HEADER_BYTES).ok_or("it is too short")?;
    if header[..8] != MAGIC[..] {
        return Err("it is no prompt of this version");
    }
    if header[8..40] != key.0 {
        return Err("it is another prompt");
    }
    let rate = [header[40], header[41], header[42], header[43]];
    if header[44..] != content_hash(key, rate, samples) || samples.len() % 2 != 0 {
        return Err("its hash does not fit its content");
    }
    let rate_hz = u32::from_le_bytes(rate);
    if !(MIN_RATE_HZ..=MAX_RATE_HZ).contains(&rate_hz) {
        return Err("its rate is unusable");
    }
    let samples = samples.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
    Ok(Pcm { rate_hz, samples: samples.collect() })
}

fn content_hash(key: &Key, rate: [u8; 4], samples: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(MAGIC);
    hash.update(key.0);
    hash.update(rate);
    hash.update(samples);
    hash.finalize().into()
}

#[cfg(test)]
mod tests;

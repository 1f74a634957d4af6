//! Texts that were spoken lately, by everything that decides how they sound.

use std::sync::Arc;

use lru::LruCache;
use trunkline_media::prompt::Item;
use trunkline_model::prompt::Voice;

use crate::files::weight;

/// What an entry costs besides its sound and its text.
const ENTRY_BYTES: u64 = 256;

/// A text and how it is spoken.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    text: Arc<str>,
    connector: Option<String>,
    name: Option<String>,
    /// By their bits: numbers that differ at all may sound different.
    numbers: [Option<u64>; 2],
}

impl Key {
    pub(crate) fn new(text: &str, voice: &Voice) -> Self {
        Self {
            text: text.into(),
            connector: voice.connector.clone(),
            name: voice.name.clone(),
            numbers: [voice.rate, voice.gain_db].map(|number| number.map(f64::to_bits)),
        }
    }
}

/// The sound of a whole text.
#[derive(Clone, Debug)]
struct Spoken {
    items: Arc<[Item]>,
    bytes: u64,
}

/// Spoken texts up to a number of bytes; what was not used for longest goes first.
pub(crate) struct Memory {
    texts: LruCache<Key, Spoken>,
    bytes: u64,
    most_bytes: u64,
}

impl Memory {
    pub(crate) fn new(most_bytes: u64) -> Self {
        Self { texts: LruCache::unbounded(), bytes: 0, most_bytes }
    }

    /// The sound of the text, if it is there.
    pub(crate) fn get(&mut self, key: &Key) -> Option<Arc<[Item]>> {
        self.texts.get(key).map(|spoken| Arc::clone(&spoken.items))
    }

    /// Keeps the sound of a text, unless it alone is more than the limit.
    pub(crate) fn put(&mut self, key: Key, items: Arc<[Item]>) {
        let bytes = ENTRY_BYTES + key.text.len() as u64 + items.iter().map(item_bytes).sum::<u64>();
        if bytes > self.most_bytes {
            return;
        }
        self.bytes += bytes;
        if let Some(former) = self.texts.put(key, Spoken { items, bytes }) {
            self.bytes -= former.bytes;
        }
        while self.bytes > self.most_bytes {
            let Some((_, oldest)) = self.texts.pop_lru() else { break };
            self.bytes -= oldest.bytes;
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

fn item_bytes(item: &Item) -> u64 {
    let sound = match item {
        Item::Prompt(prompt) | Item::Loop(prompt) => weight(prompt),
        Item::Music { file, .. } => weight(file),
        Item::Silence(_) => 0,
    };
    size_of::<Item>() as u64 + sound
}

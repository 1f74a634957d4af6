//! Records as entries: sealed where they hold secrets, split where they are large.

use serde::de::DeserializeOwned;
use trunkline_store::seal::Key;
use trunkline_store::{Entry, EntryKind, NewEntry, Store, StreamId};

use crate::{JournalError, Keys};

/// The first byte of the first part of a record, of a further one, and of the last one. A record
/// that fits one entry begins with `{`, or with the seal's own version byte. A first part that no
/// last one follows was cut off by a crash: its record never was.
const FIRST_PART: u8 = 0x10;
const PART: u8 = 0x11;
const LAST_PART: u8 = 0x12;

/// The largest payload of one entry, and about the most of one batch: a batch takes 900,000 bytes.
pub(crate) const PART_BYTES: usize = 500_000;

/// A record's bytes as they may lie in the store.
pub(crate) fn seal(
    key: Option<&Key>,
    stream: &StreamId,
    bytes: Vec<u8>,
) -> Result<Vec<u8>, JournalError> {
    match key {
        Some(key) => Ok(key.seal(&bytes, stream.as_str().as_bytes())?),
        None => Ok(bytes),
    }
}

/// The entries that a record becomes.
pub(crate) fn entries(kind: EntryKind, payload: Vec<u8>) -> Vec<NewEntry> {
    if payload.len() <= PART_BYTES {
        return vec![NewEntry { kind, payload }];
    }
    let last = payload.len().div_ceil(PART_BYTES - 1) - 1;
    let part = |(place, bytes): (usize, &[u8])| {
        let mark = match place {
            0 => FIRST_PART,
            _ if place == last => LAST_PART,
            _ => PART,
        };
        // Only the last entry of a stream may close it.
        let kind = if place < last && kind == EntryKind::Closed { EntryKind::Input } else { kind };
        NewEntry { kind, payload: [&[mark], bytes].concat() }
    };
    payload.chunks(PART_BYTES - 1).enumerate().map(part).collect()
}

/// Puts the parts of records together and opens sealed ones.
pub(crate) struct Reader<'r> {
    stream: &'r StreamId,
    keys: &'r Keys,
    /// The key, once something was sealed.
    key: Option<Key>,
    parts: Vec<u8>,
}

impl<'r> Reader<'r> {
    pub(crate) fn new(stream: &'r StreamId, keys: &'r Keys) -> Self {
        Self { stream, keys, key: None, parts: Vec::new() }
    }

    /// Whether anything that was read was sealed.
    pub(crate) fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// Gives the opened bytes of a record, once all parts of it are there.
    pub(crate) fn read(&mut self, entry: &Entry) -> Result<Option<Vec<u8>>, JournalError> {
        let payload = match entry.payload.split_first() {
            Some((&FIRST_PART, rest)) => {
                self.parts = rest.to_vec();
                return Ok(None);
            }
            Some((&PART, rest)) => {
                self.parts.extend_from_slice(rest);
                return Ok(None);
            }
            Some((&LAST_PART, rest)) => {
                self.parts.extend_from_slice(rest);
                std::mem::take(&mut self.parts)
            }
            Some(_) | None => entry.payload.clone(),
        };
        if payload.first() == Some(&b'{') {
            return Ok(Some(payload));
        }
        let key = match &self.key {
            Some(key) => key.clone(),
            None => self.keys.find()?,
        };
        let opened = key.open(&payload, self.stream.as_str().as_bytes());
        let opened = opened.map_err(|error| self.problem(entry, &error))?;
        self.key = Some(key);
        Ok(Some(opened.to_vec()))
    }

    /// The stream's snapshot. It is a hint: one that cannot be read is as good as none.
    pub(crate) fn snapshot<T: DeserializeOwned>(
        &self,
        store: &dyn Store,
    ) -> Result<Option<T>, JournalError> {
        let Some(payload) = store.snapshot(self.stream)?.map(|kept| kept.payload) else {
            return Ok(None);
        };
        if payload.first() == Some(&b'{') {
            return Ok(serde_json::from_slice(&payload).ok());
        }
        let Some(key) = &self.key else { return Ok(None) };
        let opened = key.open(&payload, self.stream.as_str().as_bytes());
        Ok(opened.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    pub(crate) fn problem(&self, entry: &Entry, error: &dyn std::fmt::Display) -> JournalError {
        let (stream, number) = (self.stream.clone(), entry.number);
        JournalError::Entry { stream, number, problem: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use trunkline_store::{BatchId, Position};

    use super::*;

    fn read_back(parts: Vec<NewEntry>) -> Option<Vec<u8>> {
        let stream = StreamId::new("contact.1").unwrap();
        let keys = Keys::Known(Key::from_bytes([7; 32]));
        let mut reader = Reader::new(&stream, &keys);
        let mut found = None;
        for (number, part) in (1..).zip(parts) {
            assert!(found.is_none(), "the last part is the last");
            let entry = Entry {
                number,
                position: Position::from_raw(number),
                epoch: 1,
                batch: BatchId(1),
                kind: part.kind,
                at_ms: 0,
                payload: part.payload,
                checksum: 0,
            };
            found = reader.read(&entry).unwrap();
        }
        found
    }

    #[test]
    fn large_records_are_split_and_put_together_again() {
        for length in [2, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES] {
            let text = format!("{{{}", "x".repeat(length - 1)).into_bytes();
            let parts = entries(EntryKind::Input, text.clone());
            assert!(parts.iter().all(|part| part.payload.len() <= PART_BYTES));
            assert_eq!(parts.len() > 1, length > PART_BYTES);
            assert_eq!(read_back(parts), Some(text), "{length}");
        }
    }

    #[test]
    fn a_record_that_was_cut_off_never_was() {
        let mut parts = entries(EntryKind::Input, vec![b'{'; 2 * PART_BYTES]);
        parts.pop();
        assert_eq!(read_back(parts.clone()), None);
        parts.extend(entries(EntryKind::Input, b"{}".to_vec()));
        assert_eq!(read_back(parts), Some(b"{}".to_vec()));
    }

    #[test]
    fn sealed_records_open_in_their_own_stream_alone() {
        let key = Key::from_bytes([7; 32]);
        let stream = StreamId::new("contact.1").unwrap();
        let sealed = seal(Some(&key), &stream, b"{}".to_vec()).unwrap();
        assert_eq!(read_back(entries(EntryKind::Input, sealed)), Some(b"{}".to_vec()));
        let elsewhere = StreamId::new("contact.2").unwrap();
        let sealed = seal(Some(&key), &elsewhere, b"{}".to_vec()).unwrap();
        let entry = entries(EntryKind::Input, sealed).remove(0);
        let keys = Keys::Known(key);
        let entry = Entry {
            number: 9,
            position: Position::from_raw(9),
            epoch: 1,
            batch: BatchId(1),
            kind: entry.kind,
            at_ms: 0,
            payload: entry.payload,
            checksum: 0,
        };
        let error = Reader::new(&stream, &keys).read(&entry).unwrap_err();
        assert!(error.to_string().starts_with("contact.1, entry 9: "), "{error}");
    }
}

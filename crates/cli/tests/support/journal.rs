//! Looks into a journal's file and changes it, as no program should.
#![allow(dead_code, reason = "each test file uses a part")]

use std::path::Path;

use rusqlite::{Connection, params};
use trunkline_store::{Entry, EntryKind, SqliteOptions, SqliteStore, Store};

pub(crate) fn open(journal: &Path) -> Connection {
    Connection::open(journal).unwrap()
}

/// Removes everything that contacts wanted done, and gives how many entries that were.
pub(crate) fn delete_effects(journal: &Path) -> usize {
    let code = EntryKind::Effect.code();
    open(journal).execute("DELETE FROM entry WHERE kind = ?1", [code]).unwrap()
}

/// Changes the first input that holds `from`, with or without the checksum that fits it.
pub(crate) fn change(journal: &Path, from: &str, to: &str, with_checksum: bool) {
    let store = SqliteStore::open(journal, SqliteOptions::default()).unwrap();
    let stream = store.all_streams("contact.").unwrap().remove(0);
    let holds = |entry: &Entry| {
        entry.kind == EntryKind::Input && String::from_utf8_lossy(&entry.payload).contains(from)
    };
    let mut entry = store.inputs(&stream).unwrap().into_iter().find(holds).unwrap();
    drop(store);
    let text = String::from_utf8(entry.payload).unwrap();
    entry.payload = text.replacen(from, to, 1).into_bytes();
    let checksum = if with_checksum { entry.expected_checksum(&stream) } else { entry.checksum };
    let changed = open(journal).execute(
        "UPDATE entry SET payload = ?1, checksum = ?2 WHERE number = ?3 \
         AND stream = (SELECT key FROM stream WHERE id = ?4)",
        params![entry.payload, checksum, entry.number.cast_signed(), stream.as_str()],
    );
    assert_eq!(changed.unwrap(), 1);
}

/// Removes the contact's entry of this kind that stands at this place among those of its kind.
pub(crate) fn delete(journal: &Path, kind: EntryKind, place: u64) {
    let changed = open(journal).execute(
        "DELETE FROM entry WHERE (stream, number) = \
         (SELECT stream, entry.number FROM entry JOIN stream ON stream.key = stream \
          WHERE kind = ?1 AND id LIKE 'contact.%' ORDER BY entry.number LIMIT 1 OFFSET ?2)",
        params![kind.code(), place.cast_signed()],
    );
    assert_eq!(changed.unwrap(), 1);
}

pub(crate) fn integrity(journal: &Path) -> String {
    open(journal).query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap()
}

/// The ids of all contacts, and whether each has ended.
pub(crate) fn contacts(journal: &Path) -> Vec<(String, bool)> {
    let store = SqliteStore::open(journal, SqliteOptions::default()).unwrap();
    let streams = store.all_streams("contact.").unwrap();
    let ended = |id| store.head(id).unwrap().unwrap().closed;
    streams
        .iter()
        .map(|id| (id.as_str().strip_prefix("contact.").unwrap().to_owned(), ended(id)))
        .collect()
}

/// The bytes of all entries, one after the other.
pub(crate) fn payloads(journal: &Path) -> Vec<u8> {
    let connection = open(journal);
    let mut statement =
        connection.prepare("SELECT payload FROM entry ORDER BY stream, number").unwrap();
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    rows.flat_map(|payload| payload.unwrap()).collect()
}

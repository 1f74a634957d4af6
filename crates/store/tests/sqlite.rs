//! What the SQLite store promises beyond the suite: files, two processes, damage, full disks.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use trunkline_store::{
    Append, Batch, BatchId, Corruption, Expected, JournalSync, NewEntry, Origin, Outcome, Position,
    Snapshot, SqliteOptions, SqliteStore, Store, StoreError, StreamId,
};

const ORIGIN: Origin = Origin { flow_hash: None, semantics: 1 };

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    Place { _folder: folder, path }
}

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, SqliteOptions::default()).unwrap()
}

fn stream(name: &str) -> StreamId {
    StreamId::new(name).unwrap()
}

fn batch(id: u128, payload: &[u8]) -> Batch {
    Batch::new(BatchId(id), 1, vec![NewEntry::input(payload.to_vec())])
}

fn stored(outcome: Result<Outcome, StoreError>) -> Position {
    let Outcome::Stored(position) = outcome.unwrap() else { panic!("not stored") };
    position
}

/// Appends entries 1 to `count` with their number as payload.
fn fill(store: &dyn Store, stream: &StreamId, count: u128) -> Position {
    let mut expected = Expected::New(ORIGIN);
    for id in 1..=count {
        let batch = batch(id, id.to_string().as_bytes());
        expected = Expected::At(stored(store.append(stream, &expected, &batch, 0)));
    }
    let Expected::At(position) = expected else { panic!("nothing was appended") };
    position
}

#[test]
fn everything_is_there_after_reopening() {
    let place = place();
    let s = stream("contact.1");
    let snapshot = {
        let store = open(&place.path);
        let position = fill(&store, &s, 3);
        let snapshot = Snapshot { position, number: 3, payload: b"state".to_vec() };
        store.save_snapshot(&s, &snapshot).unwrap();
        snapshot
    };
    let store = open(&place.path);
    assert_eq!(store.read(&s, 1, Some(snapshot.position)).unwrap().len(), 3);
    assert_eq!(store.snapshot(&s).unwrap(), Some(snapshot));
    assert_eq!(store.head(&s).unwrap().unwrap().origin, ORIGIN);
    assert_eq!(store.open_streams("", None, 9).unwrap(), std::slice::from_ref(&s));
    // The last batch before the end is still recognised.
    assert_eq!(stored(store.append(&s, &Expected::New(ORIGIN), &batch(3, b"3"), 0)).raw(), 3);
}

#[test]
fn two_connections_race_for_one_stream() {
    const ROUNDS: u128 = 100;
    let place = place();
    let s = stream("domain.race");
    fill(&open(&place.path), &s, 1);
    let wins: usize = std::thread::scope(|scope| {
        let (path, s) = (&place.path, &s);
        let run = move |racer: u128| {
            let store = open(path);
            let mut wins = 0;
            for round in 0..ROUNDS {
                let head = store.head(s).unwrap().unwrap();
                let batch = batch(racer * 1_000 + round, b"w");
                let outcome = store.append(s, &Expected::At(head.position), &batch, 0).unwrap();
                wins += usize::from(matches!(outcome, Outcome::Stored(_)));
            }
            wins
        };
        let racers: Vec<_> = (1..=3).map(|racer| scope.spawn(move || run(racer))).collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).sum()
    });
    let entries = open(&place.path).read(&s, 2, None).unwrap();
    assert_eq!(entries.len(), wins, "each acknowledged batch is there, and no other");
    let mut ids: Vec<_> = entries.iter().map(|entry| entry.batch).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), wins, "once");
}

#[test]
fn a_damaged_entry_is_named() {
    let changes = [
        ("UPDATE entry SET payload = x'37' WHERE number = 3", "its checksum is"),
        ("UPDATE entry SET at_ms = at_ms + 1 WHERE number = 3", "its checksum is"),
        ("UPDATE entry SET epoch = 2 WHERE number = 3", "its checksum is"),
        ("UPDATE entry SET checksum = checksum + 1 WHERE number = 3", "its checksum is"),
        ("UPDATE entry SET kind = 9 WHERE number = 3", "its kind 9 is unknown"),
        ("DELETE FROM entry WHERE number = 3", "entry 4 is in its place"),
        ("DELETE FROM entry WHERE number >= 3", "it is missing"),
    ];
    for (change, wanted) in changes {
        let place = place();
        let store = open(&place.path);
        let (s, other) = (stream("contact.1"), stream("contact.2"));
        let end = fill(&store, &s, 5);
        let change_it = Connection::open(&place.path).unwrap();
        assert!(change_it.execute(change, []).unwrap() > 0);
        let error = store.read(&s, 1, Some(end)).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { number: 3, .. }), "{change}: {error}");
        let text = error.to_string();
        assert!(text.starts_with("entry 3 of stream contact.1 is damaged: "), "{text}");
        assert!(text.contains(wanted), "{change}: {text}");
        // What lies before it, and other streams, can still be read.
        assert_eq!(store.read(&s, 1, Some(Position::from_raw(1))).unwrap().len(), 1);
        let end = fill(&store, &other, 5);
        assert_eq!(store.read(&other, 1, Some(end)).unwrap().len(), 5);
    }
}

#[test]
fn inputs_are_read_whatever_became_of_the_effects_between_them() {
    let place = place();
    let store = open(&place.path);
    let s = stream("contact.1");
    assert_eq!(store.inputs(&s).unwrap(), []);
    let mut expected = Expected::New(ORIGIN);
    for id in 1..=3 {
        let entries = vec![NewEntry::input(vec![id]), NewEntry::effect(vec![id, 0])];
        let batch = Batch::new(BatchId(u128::from(id)), 1, entries);
        expected = Expected::At(stored(store.append(&s, &expected, &batch, 0)));
    }
    stored(store.close(&s, &expected, (BatchId(4), 1), 0));
    let change_it = Connection::open(&place.path).unwrap();
    change_it.execute("DELETE FROM entry WHERE number = 2", []).unwrap();
    change_it.execute("UPDATE entry SET payload = x'37' WHERE number = 4", []).unwrap();
    assert!(store.read(&s, 1, None).is_err());
    let inputs = store.inputs(&s).unwrap();
    let payloads: Vec<_> = inputs.iter().map(|entry| entry.payload.as_slice()).collect();
    assert_eq!(payloads, [&[1][..], &[2], &[3], &[]]);

    change_it.execute("UPDATE entry SET payload = x'37' WHERE number = 5", []).unwrap();
    let error = store.inputs(&s).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { number: 5, .. }), "{error}");
}

#[test]
fn an_entry_of_another_stream_is_not_taken() {
    let place = place();
    let store = open(&place.path);
    let (a, b) = (stream("contact.a"), stream("contact.b"));
    fill(&store, &a, 2);
    fill(&store, &b, 2);
    let swap = "UPDATE entry SET stream = 3 - stream WHERE number = 2";
    let raw = Connection::open(&place.path).unwrap();
    raw.execute("UPDATE entry SET number = 9 WHERE number = 2 AND stream = 2", []).unwrap();
    raw.execute(swap, []).unwrap();
    let error = store.read(&b, 1, None).unwrap_err();
    let what = Corruption::Gap { found: 9 };
    assert!(
        matches!(error, StoreError::Corrupt { number: 2, what: Corruption::Checksum { .. }, .. }),
        "{error} is not {what}"
    );
}

#[test]
fn a_damaged_snapshot_is_a_lost_one() {
    let place = place();
    let store = open(&place.path);
    let s = stream("domain.1");
    let position = fill(&store, &s, 2);
    let snapshot = Snapshot { position, number: 2, payload: b"state".to_vec() };
    store.save_snapshot(&s, &snapshot).unwrap();
    let raw = Connection::open(&place.path).unwrap();
    raw.execute("UPDATE snapshot SET payload = x'00'", []).unwrap();
    assert_eq!(store.snapshot(&s).unwrap(), None);
}

#[test]
fn a_full_disk_loses_nothing_acknowledged() {
    let place = place();
    let options = SqliteOptions { max_bytes: Some(200_000), ..SqliteOptions::default() };
    let store = SqliteStore::open(&place.path, options).unwrap();
    let s = stream("contact.full");
    let mut expected = Expected::New(ORIGIN);
    let mut acknowledged = 0;
    let error = loop {
        let entries = vec![NewEntry::input(vec![7; 700]); 4];
        let batch = Batch::new(BatchId(acknowledged + 1), 1, entries);
        match store.append(&s, &expected, &batch, 0) {
            Ok(Outcome::Stored(position)) => expected = Expected::At(position),
            Ok(other) => panic!("{other:?}"),
            Err(error) => break error,
        }
        acknowledged += 1;
        assert!(acknowledged < 1_000, "the file has no limit");
    };
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert!(error.to_string().contains("journal.db: free disk space"), "{error}");
    assert!(acknowledged > 10);
    drop(store);

    // With room again, the same call goes on where it was refused.
    let store = open(&place.path);
    let head = store.head(&s).unwrap().unwrap();
    assert_eq!(Expected::At(head.position), expected);
    assert_eq!(store.read(&s, 1, Some(head.position)).unwrap().len(), 4 * acknowledged as usize);
    stored(store.append(&s, &expected, &batch(acknowledged + 1, b"room"), 0));
    assert_eq!(integrity(&place.path), "ok");
}

fn integrity(path: &Path) -> String {
    let raw = Connection::open(path).unwrap();
    raw.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap()
}

#[test]
fn other_files_are_left_alone() {
    let place = place();
    std::fs::write(&place.path, "some notes of mine, long enough to be looked at").unwrap();
    let error = SqliteStore::open(&place.path, SqliteOptions::default()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");

    std::fs::remove_file(&place.path).unwrap();
    let other = Connection::open(&place.path).unwrap();
    other.execute_batch("CREATE TABLE mine (x); PRAGMA user_version = 3").unwrap();
    let error = SqliteStore::open(&place.path, SqliteOptions::default()).unwrap_err();
    assert!(matches!(error, StoreError::Format { found: 3, .. }), "{error}");
    let mode: String = other.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "delete");
}

#[test]
fn a_file_may_be_opened_while_another_process_makes_it() {
    for _ in 0..40 {
        let place = place();
        std::thread::scope(|scope| {
            let open_it = || drop(open(&place.path));
            (0..4).for_each(|_| drop(scope.spawn(open_it)));
        });
    }
}

#[test]
fn a_newer_format_is_refused() {
    let place = place();
    drop(open(&place.path));
    let raw = Connection::open(&place.path).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    let error = SqliteStore::open(&place.path, SqliteOptions::default()).unwrap_err();
    assert!(error.to_string().contains("use the release that wrote it"), "{error}");
}

/// How often the store has asked for a sync by a commit of its own.
fn syncs(path: &Path) -> i64 {
    let raw = Connection::open(path).unwrap();
    raw.query_row("SELECT count FROM synced", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_sync_is_made_when_there_is_something_to_sync() {
    let place = place();
    let store = open(&place.path);
    let s = stream("contact.sync");
    store.sync().unwrap();
    assert_eq!(syncs(&place.path), 1, "the process before may have died unsynced");
    assert_eq!(store.sync_due_ms(), None);
    let a = stored(store.append(&s, &Expected::New(ORIGIN), &batch(1, b"a"), 1_000));
    let b = stored(store.append(&s, &Expected::At(a), &batch(2, b"b"), 1_040));
    assert_eq!(store.sync_due_ms(), Some(1_050), "50 ms after the first that waits");
    store.sync().unwrap();
    store.sync().unwrap();
    assert_eq!((syncs(&place.path), store.sync_due_ms()), (2, None));
    let c = stored(store.append(&s, &Expected::At(b), &batch(3, b"c"), 2_000));
    stored(store.append(&s, &Expected::At(c), &batch(4, b"d"), 2_050));
    assert_eq!(store.sync_due_ms(), None, "an append that comes when it is due syncs itself");
    store.sync().unwrap();
    assert_eq!(syncs(&place.path), 2);
}

#[test]
fn the_other_settings_never_wait() {
    for (sync, wanted) in [(JournalSync::Always, 0), (JournalSync::Never, 0)] {
        let place = place();
        let options = SqliteOptions { sync, ..SqliteOptions::default() };
        let store = SqliteStore::open(&place.path, options).unwrap();
        let s = stream("contact.sync");
        stored(store.append(&s, &Expected::New(ORIGIN), &batch(1, b"a"), 0));
        assert_eq!(store.sync_due_ms(), None);
        store.sync().unwrap();
        assert_eq!(syncs(&place.path), wanted);
    }
}

#[test]
fn names_of_purged_streams_are_forgotten_after_30_days() {
    const DAY_MS: i64 = 24 * 3_600_000;
    let place = place();
    let store = open(&place.path);
    for (name, at_ms) in [("contact.1", 0), ("contact.2", 29 * DAY_MS), ("contact.3", 31 * DAY_MS)]
    {
        let s = stream(name);
        let end = fill(&store, &s, 1);
        store.close(&s, &Expected::At(end), (BatchId(9), 1), at_ms).unwrap();
        store.purge(&s, at_ms).unwrap();
    }
    let raw = Connection::open(&place.path).unwrap();
    let names: i64 = raw.query_row("SELECT count(*) FROM stream", [], |row| row.get(0)).unwrap();
    let entries: i64 =
        raw.query_row("SELECT count(*) FROM entry", params![], |row| row.get(0)).unwrap();
    assert_eq!((names, entries), (2, 0));
}

#[test]
fn long_streams_are_read_page_by_page() {
    let place = place();
    let store = open(&place.path);
    let s = stream("domain.long");
    let mut expected = Expected::New(ORIGIN);
    for id in 1..=21 {
        let batch = Batch::new(BatchId(id), 1, vec![NewEntry::input(vec![1]); 1_000]);
        expected = Expected::At(stored(store.append(&s, &expected, &batch, 0)));
    }
    for id in 22..=61 {
        expected = Expected::At(stored(store.append(&s, &expected, &batch(id, &[0; 800_000]), 0)));
    }
    let Expected::At(end) = expected else { panic!("nothing was appended") };
    assert_eq!(store.read(&s, 1, Some(end)).unwrap().len(), 10_000);
    assert_eq!(store.read(&s, 21_001, Some(end)).unwrap().len(), 21, "16 MiB");
    let mut numbers = Vec::new();
    trunkline_store::read_all(&store, &s, 1, Some(end), &mut |entry| {
        numbers.push(entry.number);
        Ok(())
    })
    .unwrap();
    assert!(numbers.into_iter().eq(1..=21_040));
}

/// Appends a batch of its own to each of these streams, in one call.
fn group(
    store: &SqliteStore,
    streams: &[StreamId],
    payload: &[u8],
) -> Vec<Result<Outcome, StoreError>> {
    let batches: Vec<_> = (1..).zip(streams).map(|(id, _)| batch(id, payload)).collect();
    let expected = Expected::New(ORIGIN);
    let append = |(stream, batch)| Append { stream, expected, batch };
    let appends: Vec<_> = streams.iter().zip(&batches).map(append).collect();
    store.append_all(&appends, 0)
}

#[test]
fn a_group_that_finds_no_room_stores_nothing() {
    let place = place();
    let options = SqliteOptions { max_bytes: Some(200_000), ..SqliteOptions::default() };
    let store = SqliteStore::open(&place.path, options).unwrap();
    let streams: Vec<_> = (0..50).map(|number| stream(&format!("contact.{number}"))).collect();
    for answer in group(&store, &streams, &[7; 10_000]) {
        assert!(matches!(answer, Err(StoreError::Full { .. })), "{answer:?}");
    }
    assert!(streams.iter().all(|it| store.head(it).unwrap().is_none()));
    // With room again the identical call is stored, all of it.
    drop(store);
    let store = open(&place.path);
    assert_eq!(group(&store, &streams, &[7; 10_000]).into_iter().map(stored).count(), 50);
    assert_eq!(integrity(&place.path), "ok");
}

#[test]
fn a_damaged_stream_does_not_keep_a_group_from_being_stored() {
    let place = place();
    let store = open(&place.path);
    let streams: Vec<_> = (0..3).map(|number| stream(&format!("contact.{number}"))).collect();
    fill(&store, &streams[1], 1);
    let raw = Connection::open(&place.path).unwrap();
    raw.execute("UPDATE stream SET batch = x'00' WHERE id = 'contact.1'", []).unwrap();
    let answers = group(&store, &streams, b"x");
    assert!(matches!(answers[0], Ok(Outcome::Stored(_))), "{answers:?}");
    assert!(matches!(answers[1], Err(StoreError::Damaged { .. })), "{answers:?}");
    assert!(matches!(answers[2], Ok(Outcome::Stored(_))), "{answers:?}");
}

#[test]
fn a_group_is_synced_as_one_append_is() {
    for (sync, due) in [(JournalSync::Within50Ms, Some(50)), (JournalSync::Always, None)] {
        let place = place();
        let options = SqliteOptions { sync, ..SqliteOptions::default() };
        let store = SqliteStore::open(&place.path, options).unwrap();
        let streams = [stream("contact.1"), stream("contact.2")];
        group(&store, &streams, b"x").into_iter().for_each(|answer| {
            stored(answer);
        });
        assert_eq!(store.sync_due_ms(), due, "{sync:?}");
        store.sync().unwrap();
        let wanted = i64::from(due.is_some());
        assert_eq!((syncs(&place.path), store.sync_due_ms()), (wanted, None), "{sync:?}");
    }
}

//! A writer that is killed at random moments: what it was told is stored, is stored.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rusqlite::Connection;
use trunkline_store::{
    Batch, BatchId, Expected, JournalSync, NewEntry, Origin, Outcome, SqliteOptions, SqliteStore,
    Store, StreamId, read_all,
};

/// Tells this binary to be the writer, with the journal's path.
const WRITER: &str = "TRUNKLINE_STORE_KILL_WRITER";
const STREAMS: usize = 3;

#[test]
fn a_killed_writer_loses_nothing() {
    if let Some(path) = std::env::var_os(WRITER) {
        write_for_ever(Path::new(&path));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut acknowledged = [0; STREAMS];
    for round in 0..16 {
        let mut child = spawn(&path);
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        wait_for_ready(&mut lines);
        // Spread over one to forty appends and the moments inside them.
        std::thread::sleep(Duration::from_micros(300 + round * round * 151 % 19_000));
        child.kill().unwrap();
        child.wait().unwrap();
        note_acknowledged(&mut lines, &mut acknowledged);
        check(&path, &acknowledged);
    }
    assert!(acknowledged.iter().all(|count| *count > 0), "{acknowledged:?}");
}

fn spawn(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["a_killed_writer_loses_nothing", "--exact", "--nocapture"])
        .env(WRITER, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The writer: takes each stream over, then appends to them in turn and prints what is stored.
fn write_for_ever(path: &Path) -> ! {
    // A killed process leaves nothing unsynced behind that the system does not know of, so the
    // laxest setting must do.
    let options = SqliteOptions { sync: JournalSync::Never, ..SqliteOptions::default() };
    let store = SqliteStore::open(path, options).unwrap();
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nready").unwrap();
    let mut ends = [0; STREAMS].map(|_| None);
    for turn in 0_usize.. {
        let index = turn % STREAMS;
        let stream = stream(index);
        let (expected, number, epoch) =
            ends[index].take().unwrap_or_else(|| take_over(&store, &stream));
        let count = 1 + turn % 5;
        let id = BatchId((u128::from(epoch) << 64) | (turn as u128 + 1));
        let entries =
            vec![NewEntry::input(vec![u8::try_from(count).unwrap(); 50 + turn % 900]); count];
        let outcome = store.append(&stream, &expected, &Batch::new(id, epoch, entries), 0).unwrap();
        let Outcome::Stored(position) = outcome else { panic!("{outcome:?}") };
        let number = number + count as u64;
        writeln!(out, "{index} {number} .").unwrap();
        ends[index] = Some((Expected::At(position), number, epoch));
    }
    unreachable!("the writer is killed")
}

fn take_over(store: &SqliteStore, stream: &StreamId) -> (Expected, u64, u64) {
    match store.head(stream).unwrap() {
        Some(head) => (Expected::At(head.position), head.number, head.epoch + 1),
        None => (Expected::New(Origin { flow_hash: None, semantics: 1 }), 0, 1),
    }
}

fn stream(index: usize) -> StreamId {
    StreamId::new(format!("contact.{index}")).unwrap()
}

fn wait_for_ready(lines: &mut impl BufRead) {
    let mut line = String::new();
    while line != "ready\n" {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "the writer ended by itself");
    }
}

/// Reads what the writer printed; a line without its end was cut by the kill.
fn note_acknowledged(lines: &mut impl Read, acknowledged: &mut [u64; STREAMS]) {
    let mut text = String::new();
    lines.read_to_string(&mut text).unwrap();
    for line in text.lines() {
        let Some((index, number)) = line.strip_suffix(" .").and_then(|l| l.split_once(' ')) else {
            continue;
        };
        acknowledged[index.parse::<usize>().unwrap()] = number.parse().unwrap();
    }
}

fn check(path: &Path, acknowledged: &[u64; STREAMS]) {
    let raw = Connection::open(path).unwrap();
    let verdict: String = raw.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    let store = SqliteStore::open(path, SqliteOptions::default()).unwrap();
    for (index, acknowledged) in acknowledged.iter().enumerate() {
        let stream = stream(index);
        let Some(head) = store.head(&stream).unwrap() else {
            assert_eq!(*acknowledged, 0);
            continue;
        };
        assert!(head.number >= *acknowledged, "{stream}: {acknowledged} of {}", head.number);
        let mut entries = Vec::new();
        read_all(&store, &stream, 1, Some(head.position), &mut |entry| {
            entries.push(entry);
            Ok(())
        })
        .unwrap();
        assert_eq!(entries.len() as u64, head.number);
        for batch in entries.chunk_by(|a, b| a.batch == b.batch) {
            // Each payload says how many entries its batch has.
            assert_eq!(batch.len(), usize::from(batch[0].payload[0]), "a torn batch");
        }
    }
}

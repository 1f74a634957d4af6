//! How many appends a second a file takes, one by one and in groups: `cargo run --release -p
//! trunkline-store --example appends [FOLDER]`.
#![allow(clippy::print_stdout, reason = "a program that prints what it measured")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use trunkline_store::{
    Append, Batch, BatchId, Expected, JournalSync, NewEntry, Origin, Outcome, SqliteOptions,
    SqliteStore, Store, StoreError, StreamId,
};

/// Streams that are under way at once.
const STREAMS: usize = 50;

/// What a contact's input with its outputs has, about.
const PAYLOAD_BYTES: usize = 400;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    for sync in [JournalSync::Within50Ms, JournalSync::Always] {
        for size in [1, STREAMS] {
            let rounds = if sync == JournalSync::Always && size == 1 { 40 } else { 400 };
            let rate = measure(&folder, sync, size, rounds)?;
            println!("{sync:?}, groups of {size}: {rate:.0} appends/s");
        }
    }
    Ok(())
}

/// Appends a second; each round appends to every stream once.
fn measure(folder: &Path, sync: JournalSync, size: usize, rounds: u128) -> Result<f64, StoreError> {
    let path = folder.join(format!("trunkline-appends-{}.db", std::process::id()));
    let store = SqliteStore::open(&path, SqliteOptions { sync, ..SqliteOptions::default() })?;
    let names = (0..STREAMS).map(|number| StreamId::new(format!("contact.{number}")));
    let streams = names.collect::<Result<Vec<_>, _>>()?;
    let origin = Origin { flow_hash: None, semantics: 1 };
    let mut expected = vec![Expected::New(origin); STREAMS];
    let begun = Instant::now();
    for round in 1..=rounds {
        let entries = || vec![NewEntry::input(vec![7; PAYLOAD_BYTES])];
        let batches: Vec<_> =
            streams.iter().map(|_| Batch::new(BatchId(round), 1, entries())).collect();
        for first in (0..STREAMS).step_by(size) {
            let places = first..first + size;
            let append = |at: usize| Append {
                stream: &streams[at],
                expected: expected[at],
                batch: &batches[at],
            };
            let group: Vec<_> = places.clone().map(append).collect();
            // The real clock decides when the store syncs.
            let now_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
            let outcomes = store.append_all(&group, now_ms);
            for (at, outcome) in places.zip(outcomes) {
                if let Outcome::Stored(position) = outcome? {
                    expected[at] = Expected::At(position);
                }
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    drop(store);
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", path.display()));
    }
    Ok(rounds as f64 * STREAMS as f64 / seconds)
}

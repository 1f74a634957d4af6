//! The suite, run against each store of this crate.

use std::cell::Cell;

use trunkline_store::conformance::conformance;
use trunkline_store::double::{FaultCounts, Faults, FaultyStore};
use trunkline_store::{
    Batch, BatchId, Expected, JournalSync, MemoryStore, NewEntry, Origin, Outcome, SqliteOptions,
    SqliteStore, Store, StreamId,
};

#[test]
fn memory() {
    conformance(&mut || Box::new(MemoryStore::new()));
}

#[test]
fn sqlite_in_memory() {
    conformance(&mut || Box::new(SqliteStore::in_memory(SqliteOptions::default()).unwrap()));
}

#[test]
fn sqlite_file_under_each_sync() {
    let folder = tempfile::tempdir().unwrap();
    let count = Cell::new(0);
    for sync in [JournalSync::Always, JournalSync::Within50Ms, JournalSync::Never] {
        conformance(&mut || {
            count.set(count.get() + 1);
            let path = folder.path().join(format!("{}.journal", count.get()));
            let options = SqliteOptions { sync, ..SqliteOptions::default() };
            Box::new(SqliteStore::open(path, options).unwrap())
        });
    }
}

#[test]
fn sqlite_file_that_syncs_itself() {
    let folder = tempfile::tempdir().unwrap();
    let count = Cell::new(0);
    conformance(&mut || {
        count.set(count.get() + 1);
        let path = folder.path().join(format!("{}.journal", count.get()));
        let options = SqliteOptions { syncs_itself: true, ..SqliteOptions::default() };
        let store = SqliteStore::open(path, options).unwrap();
        assert_eq!(store.sync_due_ms(), None);
        Box::new(store)
    });
}

#[test]
fn double_without_faults() {
    conformance(&mut || Box::new(FaultyStore::with_faults(1, Faults::NONE)));
}

#[test]
fn double_with_many_faults() {
    for seed in 0..40 {
        conformance(&mut || Box::new(FaultyStore::new(seed)));
    }
}

#[test]
fn double_does_all_that_it_says() {
    let store = FaultyStore::new(3);
    let stream = StreamId::new("contact.faults").unwrap();
    let mut expected = Expected::New(Origin { flow_hash: None, semantics: 1 });
    let (mut unstored, mut stored, mut spurious) = (0, 0, 0);
    for id in 1..=300 {
        let batch = Batch::new(BatchId(id), 1, vec![NewEntry::input(vec![0])]);
        loop {
            let outcome = store.append(&stream, &expected, &batch, 0).unwrap();
            let is_there = store.head(&stream).unwrap().is_some_and(|head| head.batch == batch.id);
            match outcome {
                Outcome::Stored(position) => {
                    expected = Expected::At(position);
                    break;
                }
                Outcome::Unknown if is_there => stored += 1,
                Outcome::Unknown => unstored += 1,
                Outcome::Conflict(_) => spurious += 1,
            }
        }
        let _ = store.read(&stream, 1, None).unwrap();
        let _ = store.snapshot(&stream).unwrap();
    }
    assert!(unstored > 10 && stored > 10 && spurious > 10, "{unstored} {stored} {spurious}");
    let FaultCounts { unknown_late, stale_read, lost_snapshot, .. } = store.counts();
    assert!(unknown_late > 10 && stale_read > 10 && lost_snapshot > 10, "{:?}", store.counts());
    assert_eq!(store.head(&stream).unwrap().unwrap().number, 300);
}

#[test]
fn double_is_the_same_for_the_same_seed() {
    let run = |seed| {
        let store = FaultyStore::new(seed);
        let stream = StreamId::new("contact.seed").unwrap();
        let expected = Expected::New(Origin { flow_hash: None, semantics: 1 });
        let batch = Batch::new(BatchId(1), 1, vec![NewEntry::input(vec![0])]);
        let append = |_| store.append(&stream, &expected, &batch, 0).unwrap();
        (0..50).map(append).collect::<Vec<_>>()
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5), run(6));
}

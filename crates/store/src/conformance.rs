//! The one suite that every store passes.
//!
//! It asks only for what the contract promises, and goes through [`append_resolved`] and
//! [`read_all`], so that a store with slow, doubled and lost answers passes it too. What a store
//! promises beyond that (files, kills, full disks) is for its own tests.

use std::sync::Barrier;

use crate::{
    Append, Batch, BatchFault, BatchId, Entry, EntryKind, Expected, Head, MAX_BATCH_BYTES,
    MAX_BATCH_ENTRIES, NewEntry, Origin, Position, Resolved, Snapshot, Store, StoreError, StreamId,
    append_all_resolved, append_resolved, read_all,
};

/// Runs the suite; `make` gives a new, empty store each time.
///
/// # Panics
/// If the store breaks the contract.
pub fn conformance(make: &mut dyn FnMut() -> Box<dyn Store>) {
    let checks: [fn(&dyn Store); 19] = [
        what_was_appended_is_read,
        numbers_are_dense_and_positions_grow,
        a_read_ends_at_until,
        the_origin_stays,
        an_unusable_batch_is_refused,
        an_identical_batch_is_stored_once,
        a_batch_id_is_not_used_twice,
        a_wrong_expectation_is_refused,
        the_race_has_one_winner,
        lone_writers_do_not_disturb_each_other,
        a_stale_owner_is_fenced_out,
        an_earlier_epoch_is_fenced_out,
        nothing_follows_the_close,
        a_purge_needs_a_close,
        open_streams_are_found,
        closed_streams_are_found,
        each_append_of_a_group_has_its_own_answer,
        a_group_is_repeated_as_one_append_is,
        snapshots_are_whole_or_lost,
    ];
    for check in checks {
        check(&*make());
    }
}

const ORIGIN: Origin = Origin { flow_hash: Some([0xab; 32]), semantics: 7 };

/// How many threads race.
const RACERS: u128 = 4;

/// One writer of one stream, which knows where it ends.
struct Writer<'a> {
    store: &'a dyn Store,
    stream: StreamId,
    expected: Expected,
    epoch: u64,
    next_id: u128,
}

impl<'a> Writer<'a> {
    fn new(store: &'a dyn Store, stream: &str) -> Self {
        let expected = Expected::New(ORIGIN);
        Self { store, stream: name(stream), expected, epoch: 1, next_id: 1 }
    }

    /// Another process that takes the stream over.
    fn successor(&self) -> Self {
        let head = self.head().expect("the stream is there");
        let mut next = Self::new(self.store, self.stream.as_str());
        next.expected = Expected::At(head.position);
        next.epoch = head.epoch + 1;
        next.next_id = self.next_id + 1_000;
        next.write(&["taken"]);
        next
    }

    fn batch(&mut self, payloads: &[&str]) -> Batch {
        self.next_id += 1;
        let entries = payloads.iter().map(|text| NewEntry::input(text.as_bytes().to_vec()));
        Batch::new(BatchId(self.next_id), self.epoch, entries.collect())
    }

    fn try_batch(&self, batch: &Batch) -> Result<Resolved, StoreError> {
        let now_ms = 1_000 + i64::from(batch.id.0 as u16);
        append_resolved(self.store, &self.stream, &self.expected, batch, now_ms, &mut |_| {})
    }

    fn try_write(&mut self, payloads: &[&str]) -> Result<Resolved, StoreError> {
        let batch = self.batch(payloads);
        let resolved = self.try_batch(&batch)?;
        if let Resolved::Stored(position) = &resolved {
            self.expected = Expected::At(*position);
        }
        Ok(resolved)
    }

    fn write(&mut self, payloads: &[&str]) -> Position {
        stored(self.try_write(payloads))
    }

    fn close(&mut self) -> Position {
        self.next_id += 1;
        let batch = Batch::closing(BatchId(self.next_id), self.epoch, Vec::new());
        let position = stored(self.try_batch(&batch));
        self.expected = Expected::At(position);
        position
    }

    fn head(&self) -> Option<Head> {
        self.store.head(&self.stream).expect("the head can be read")
    }

    /// Everything up to the head.
    fn read(&self) -> Vec<Entry> {
        self.read_from(1, self.head().map(|head| head.position))
    }

    fn read_from(&self, from: u64, until: Option<Position>) -> Vec<Entry> {
        let mut entries = Vec::new();
        read_all(self.store, &self.stream, from, until, &mut |entry| {
            entries.push(entry);
            Ok(())
        })
        .expect("the stream can be read");
        entries
    }

    fn texts(&self) -> Vec<String> {
        texts(&self.read())
    }
}

fn name(text: &str) -> StreamId {
    StreamId::new(text).expect("the suite's names are usable")
}

fn texts(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| String::from_utf8_lossy(&entry.payload).into_owned()).collect()
}

#[track_caller]
fn stored(resolved: Result<Resolved, StoreError>) -> Position {
    match resolved.expect("the append succeeds") {
        Resolved::Stored(position) => position,
        Resolved::Fenced(head) => panic!("fenced out by {head:?}"),
    }
}

#[track_caller]
fn assert_fenced(resolved: Result<Resolved, StoreError>) {
    let resolved = resolved.expect("the append is answered");
    assert!(matches!(resolved, Resolved::Fenced(_)), "{resolved:?}");
}

fn what_was_appended_is_read(store: &dyn Store) {
    let mut writer = Writer::new(store, "contact.read");
    assert_eq!(writer.head(), None);
    assert!(writer.read().is_empty());
    let mut batch = writer.batch(&["first", "second"]);
    batch.epoch = 4;
    batch.entries.push(NewEntry::effect(vec![0, 255, 10]));
    batch.entries.push(NewEntry { kind: EntryKind::Snapshot, payload: Vec::new() });
    let now_ms = -5;
    let expected = Expected::New(ORIGIN);
    let resolved = append_resolved(store, &writer.stream, &expected, &batch, now_ms, &mut |_| {});
    let position = stored(resolved);
    store.sync().expect("the store syncs");

    let entries = writer.read();
    assert_eq!(entries.len(), 4);
    for ((number, entry), new) in (1..).zip(&entries).zip(&batch.entries) {
        assert_eq!((entry.number, entry.position, entry.epoch), (number, position, 4));
        assert_eq!((entry.batch, entry.at_ms), (batch.id, now_ms));
        assert_eq!((entry.kind, &entry.payload), (new.kind, &new.payload));
        assert_eq!(entry.checksum, entry.expected_checksum(&writer.stream));
    }
    let head = writer.head().expect("the stream is there");
    assert_eq!((head.position, head.number, head.epoch), (position, 4, 4));
    assert_eq!((head.batch, head.closed), (batch.id, false));
}

fn numbers_are_dense_and_positions_grow(store: &dyn Store) {
    let mut writer = Writer::new(store, "contact.dense");
    let mut other = Writer::new(store, "contact.other");
    let mut positions = Vec::new();
    for count in [1, 3, 2, 5, 1, 1] {
        positions.push(writer.write(&vec!["x"; count]));
        other.write(&["y"]);
    }
    assert!(positions.is_sorted_by(|a, b| a < b), "{positions:?}");
    let entries = writer.read();
    assert!(entries.iter().map(|entry| entry.number).eq(1..=13));
    let mut seen: Vec<_> = entries.iter().map(|entry| entry.position).collect();
    seen.dedup();
    assert_eq!(seen, positions);
}

fn a_read_ends_at_until(store: &dyn Store) {
    let mut writer = Writer::new(store, "contact.until");
    let first = writer.write(&["a", "b"]);
    let second = writer.write(&["c", "d"]);
    let third = writer.write(&["e"]);
    let read = |from, until| texts(&writer.read_from(from, Some(until)));
    assert_eq!(read(1, first), ["a", "b"]);
    assert_eq!(read(0, second), ["a", "b", "c", "d"]);
    assert_eq!(read(2, second), ["b", "c", "d"]);
    assert_eq!(read(4, third), ["d", "e"]);
    assert!(read(6, third).is_empty());
    assert!(read(u64::MAX, third).is_empty());
    // Without an end the read may stop short, but what it gives is a beginning of the truth.
    let seen = texts(&writer.read_from(1, None));
    assert_eq!(seen, ["a", "b", "c", "d", "e"][..seen.len()]);

    let beyond = Position::from_raw(third.raw() + 1_000_000);
    for (stream, until) in [(&writer.stream, beyond), (&name("contact.never"), first)] {
        let refused = store.read(stream, 1, Some(until));
        assert!(matches!(refused, Err(StoreError::Behind { .. })), "{refused:?}");
    }
}

fn the_origin_stays(store: &dyn Store) {
    let mut writer = Writer::new(store, "contact.origin");
    writer.write(&["a"]);
    let mut successor = writer.successor();
    successor.write(&["b"]);
    successor.close();
    assert_eq!(writer.head().map(|head| head.origin), Some(ORIGIN));

    let mut domain = Writer::new(store, "domain.origin");
    let bare = Origin { flow_hash: None, semantics: u32::MAX };
    domain.expected = Expected::New(bare);
    domain.write(&["a"]);
    assert_eq!(domain.head().map(|head| head.origin), Some(bare));
}

fn an_unusable_batch_is_refused(store: &dyn Store) {
    let mut writer = Writer::new(store, "contact.bad");
    let mut closed_early = writer.batch(&["a", "b"]);
    closed_early.entries[0].kind = EntryKind::Closed;
    let mut late = writer.batch(&["a"]);
    late.epoch = u64::MAX;
    let huge = "x".repeat(MAX_BATCH_BYTES);
    let batches = [
        (writer.batch(&[]), BatchFault::Empty),
        (writer.batch(&vec!["x"; 1_001]), BatchFault::TooManyEntries { count: 1_001 }),
        (writer.batch(&[&huge, "x"]), BatchFault::TooManyBytes { bytes: MAX_BATCH_BYTES + 1 }),
        (closed_early, BatchFault::ClosedNotLast),
        (late, BatchFault::EpochTooGreat),
    ];
    for (batch, wanted) in batches {
        let refused = writer.try_batch(&batch);
        let Err(StoreError::BadBatch { fault, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(fault, wanted);
    }
    assert_eq!(writer.head(), None);
    writer.write(&[&huge]);
    writer.write(&vec!["x"; MAX_BATCH_ENTRIES]);
    assert_eq!(writer.read().len(), 1 + MAX_BATCH_ENTRIES);
}

fn an_identical_batch_is_stored_once(store: &dyn Store) {
    let mut writer = Writer::new(store, "contact.again");
    for round in 0..20 {
        let batch = writer.batch(&["a", "b"]);
        let position = stored(writer.try_batch(&batch));
        assert_eq!(stored(writer.try_batch(&batch)), position);
        assert_eq!(stored(writer.try_batch(&batch)), position);
        writer.expected = Expected::At(position);
        // Also when the repeated call carries what it has learnt meanwhile.
        assert_eq!(stored(writer.try_batch(&batch)), position);
        assert_eq!(writer.read().len(), 2 * (round + 1));
    }
}

fn a_batch_id_is_not_used_twice(store: &dyn Store) {
    let mut writer = Writer::new(store, "contact.reused");
    let batch = writer.batch(&["a"]);
    writer.expected = Expected::At(stored(writer.try_batch(&batch)));
    let mut other = batch.clone();
    other.entries[0].payload.push(b'!');
    let refused = writer.try_batch(&other);
    assert!(matches!(refused, Err(StoreError::BatchIdReused { .. })), "{refused:?}");
    assert_eq!(writer.texts(), ["a"]);
    // The same id in another stream is another batch.
    stored(Writer::new(store, "contact.reused-2").try_batch(&batch));
}

fn a_wrong_expectation_is_refused(store: &dyn Store) {
    let mut writer = Writer::new(store, "contact.wrong");
    writer.expected = Expected::At(Position::from_raw(1));
    assert_fenced(writer.try_write(&["no stream yet"]));
    assert_eq!(writer.head(), None);
    writer.expected = Expected::New(ORIGIN);
    let first = writer.write(&["a"]);
    let second = writer.write(&["b"]);
    let later = Position::from_raw(second.raw() + 1);
    for wrong in [Expected::New(ORIGIN), Expected::At(first), Expected::At(later)] {
        writer.expected = wrong;
        let batch = writer.batch(&["c"]);
        let resolved = writer.try_batch(&batch).expect("the append is answered");
        assert_eq!(resolved, Resolved::Fenced(writer.head()));
    }
    assert_eq!(writer.head().map(|head| head.position), Some(second));
    assert_eq!(writer.texts(), ["a", "b"]);
}

/// What one racer saw.
#[derive(Default)]
struct Race {
    wins: Vec<Position>,
    faults: Vec<String>,
}

fn the_race_has_one_winner(store: &dyn Store) {
    const ROUNDS: u128 = 50;
    let mut lead = Writer::new(store, "domain.race");
    lead.write(&["begin"]);
    let barrier = Barrier::new(RACERS as usize);
    let expected = lead.expected;
    // A racer that panicked would leave the others at the barrier, so it only notes what it sees.
    let seen: Vec<Race> = std::thread::scope(|scope| {
        let run = |racer| {
            let mut writer = Writer::new(store, "domain.race");
            writer.expected = expected;
            writer.next_id = racer * 10_000;
            let mut race = Race::default();
            for _ in 0..ROUNDS {
                barrier.wait();
                match writer.try_write(&["w", "w"]) {
                    Ok(Resolved::Stored(position)) => race.wins.push(position),
                    Ok(Resolved::Fenced(_)) => {}
                    Err(error) => race.faults.push(error.to_string()),
                }
                barrier.wait();
                match store.head(&writer.stream) {
                    Ok(Some(head)) => writer.expected = Expected::At(head.position),
                    other => race.faults.push(format!("{other:?}")),
                }
            }
            race
        };
        let racers: Vec<_> = (1..=RACERS).map(|racer| scope.spawn(move || run(racer))).collect();
        racers.into_iter().map(|racer| racer.join().expect("no racer panics")).collect()
    });
    let faults: Vec<_> = seen.iter().flat_map(|race| &race.faults).collect();
    assert!(faults.is_empty(), "{faults:?}");
    let wins = seen.into_iter().map(|race| race.wins);
    let mut all: Vec<_> = wins.flatten().collect();
    all.sort_unstable();
    let mut kept: Vec<_> = lead.read().iter().skip(1).map(|entry| entry.position).collect();
    assert_eq!(kept.len(), 2 * ROUNDS as usize, "each winner's batch is there, and whole");
    kept.dedup();
    assert_eq!(all, kept, "one winner a round, and it was told so");
}

fn lone_writers_do_not_disturb_each_other(store: &dyn Store) {
    std::thread::scope(|scope| {
        for racer in 0..RACERS {
            scope.spawn(move || {
                let mut writer = Writer::new(store, &format!("contact.lone-{racer}"));
                let texts: Vec<_> = (0..50).map(|turn| format!("{racer}/{turn}")).collect();
                for text in &texts {
                    writer.write(&[text]);
                }
                assert_eq!(writer.texts(), texts);
            });
        }
    });
}

fn a_stale_owner_is_fenced_out(store: &dyn Store) {
    let mut old = Writer::new(store, "domain.takeover");
    old.write(&["a"]);
    // The old owner had a batch of unknown outcome when it was taken for dead.
    let in_flight = old.batch(&["b"]);
    let mut new = old.successor();
    assert_fenced(old.try_batch(&in_flight));
    assert_fenced(old.try_write(&["c"]));
    new.write(&["d"]);
    assert_fenced(old.try_batch(&in_flight));
    assert_eq!(new.texts(), ["a", "taken", "d"]);
    assert_eq!(new.head().map(|head| head.epoch), Some(2));
}

fn an_earlier_epoch_is_fenced_out(store: &dyn Store) {
    let mut old = Writer::new(store, "domain.epoch");
    old.write(&["a"]);
    let mut new = old.successor();
    new.write(&["b"]);
    // Even one that has read the head, as none should.
    old.expected = new.expected;
    assert_fenced(old.try_write(&["c"]));
    // Nor is the same id under another epoch the same batch.
    let mut batch = new.batch(&["d"]);
    let position = stored(new.try_batch(&batch));
    batch.epoch -= 1;
    assert_fenced(new.try_batch(&batch));
    new.expected = Expected::At(position);
    new.write(&["e"]);
    assert_eq!(new.texts(), ["a", "taken", "b", "d", "e"]);
}

fn nothing_follows_the_close(store: &dyn Store) {
    let mut writer = Writer::new(store, "contact.closed");
    let before = writer.write(&["a"]);
    let closing = Batch::closing(BatchId(900), 1, b"bye".to_vec());
    let end = stored(writer.try_batch(&closing));
    assert_eq!(stored(writer.try_batch(&closing)), end, "closing again is no fault");
    writer.expected = Expected::At(end);
    let refused = writer.try_write(&["b"]);
    assert!(matches!(refused, Err(StoreError::Closed { .. })), "{refused:?}");
    writer.expected = Expected::At(before);
    assert_fenced(writer.try_write(&["c"]));
    let entries = writer.read();
    assert_eq!(entries.last().map(|entry| entry.kind), Some(EntryKind::Closed));
    assert_eq!(texts(&entries), ["a", "bye"]);
    assert!(writer.head().is_some_and(|head| head.closed));
}

fn a_purge_needs_a_close(store: &dyn Store) {
    let mut writer = Writer::new(store, "contact.purged");
    let mut other = Writer::new(store, "contact.stays");
    other.write(&["stays"]);
    let purge = |now_ms| store.purge(&name("contact.purged"), now_ms);
    purge(1).expect("to purge what is not there changes nothing");
    writer.write(&["a"]);
    let refused = purge(2);
    assert!(matches!(refused, Err(StoreError::NotClosed { .. })), "{refused:?}");
    assert_eq!(writer.texts(), ["a"]);
    let end = writer.close();
    purge(3).expect("a closed stream can be purged");
    purge(4).expect("and again");
    assert_eq!(writer.head(), None);
    assert!(writer.read_from(1, None).is_empty());
    let refused = store.read(&writer.stream, 1, Some(end));
    assert!(matches!(refused, Err(StoreError::Behind { .. })), "{refused:?}");
    assert_eq!(other.texts(), ["stays"]);
    // An id is never used again, whatever the late owner expects.
    for expected in [Expected::New(ORIGIN), Expected::At(end)] {
        writer.expected = expected;
        let refused = writer.try_write(&["b"]);
        assert!(matches!(refused, Err(StoreError::Purged { .. })), "{refused:?}");
    }
}

fn open_streams_are_found(store: &dyn Store) {
    for number in 0..7 {
        Writer::new(store, &format!("contact.{number}")).write(&["a"]);
    }
    Writer::new(store, "domain.main").write(&["a"]);
    Writer::new(store, "contact").write(&["a"]);
    for number in [2, 4] {
        let mut writer = Writer::new(store, &format!("contact.{number}"));
        writer.expected = Expected::At(writer.head().expect("it is there").position);
        writer.next_id = 100;
        writer.close();
    }
    store.purge(&name("contact.4"), 0).expect("a closed stream can be purged");

    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store.open_streams("contact.", after.as_ref(), 2).expect("a page");
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        after = Some(last.clone());
        found.extend(page);
    }
    let wanted = [0, 1, 3, 5, 6].map(|number| name(&format!("contact.{number}")));
    assert_eq!(found, wanted);
    let all = store.open_streams("", None, 100).expect("a page");
    assert_eq!(all.len(), 7);
    assert_eq!((all[0].as_str(), all[6].as_str()), ("contact", "domain.main"));
    assert!(store.open_streams("", None, 0).expect("a page").is_empty());
}

fn closed_streams_are_found(store: &dyn Store) {
    for number in 0..6 {
        let mut writer = Writer::new(store, &format!("contact.{number}"));
        writer.write(&["a"]);
        if number != 3 {
            writer.close();
        }
    }
    let mut other = Writer::new(store, "domain.closed");
    other.write(&["a"]);
    other.close();
    store.purge(&name("contact.1"), 0).expect("a closed stream can be purged");
    let mut found = Vec::new();
    loop {
        let page = store.closed_streams("contact.", found.last(), 3).expect("a page");
        assert!(page.len() <= 3);
        if page.is_empty() {
            break;
        }
        found.extend(page);
    }
    assert_eq!(found, [0, 2, 4, 5].map(|number| name(&format!("contact.{number}"))));
    assert_eq!(store.count_closed("contact.").expect("a count"), 4);
    assert_eq!(store.count_closed("").expect("a count"), 5);
}

fn each_append_of_a_group_has_its_own_answer(store: &dyn Store) {
    let mut known = Writer::new(store, "contact.known");
    known.write(&["a"]);
    let mut closed = Writer::new(store, "contact.closed-in-group");
    closed.write(&["a"]);
    closed.close();
    let mut new = Writer::new(store, "contact.new-in-group");
    let mut late = Writer::new(store, "contact.known");
    late.next_id = 1_000;
    let batches = [
        new.batch(&["first"]),
        late.batch(&["not the owner"]),
        known.batch(&["b", "c"]),
        known.batch(&[]),
        closed.batch(&["too late"]),
    ];
    let at = |writer: &Writer<'_>| (writer.stream.clone(), writer.expected);
    let places = [at(&new), at(&late), at(&known), at(&known), at(&closed)];
    let group: Vec<_> = places
        .iter()
        .zip(&batches)
        .map(|((stream, expected), batch)| Append { stream, expected: *expected, batch })
        .collect();
    let mut answers = append_all_resolved(store, &group, 7, &mut |_| {}).into_iter();
    let mut next = || answers.next().expect("an answer to each");
    stored(next());
    assert_fenced(next());
    stored(next());
    assert!(matches!(next(), Err(StoreError::BadBatch { .. })));
    assert!(matches!(next(), Err(StoreError::Closed { .. })));
    assert_eq!(new.texts(), ["first"]);
    assert_eq!(known.texts(), ["a", "b", "c"]);
    assert_eq!(closed.read().len(), 2);
    assert!(store.append_all(&[], 8).is_empty());
}

fn a_group_is_repeated_as_one_append_is(store: &dyn Store) {
    const STREAMS: usize = 5;
    let mut writers: Vec<_> =
        (0..STREAMS).map(|place| Writer::new(store, &format!("contact.group-{place}"))).collect();
    for round in 0..10 {
        let batches: Vec<_> = writers.iter_mut().map(|it| it.batch(&["x", "y"])).collect();
        let append = |(writer, batch)| {
            let writer: &Writer<'_> = writer;
            Append { stream: &writer.stream, expected: writer.expected, batch }
        };
        let group: Vec<_> = writers.iter().zip(&batches).map(append).collect();
        let positions: Vec<_> = append_all_resolved(store, &group, round, &mut |_| {})
            .into_iter()
            .map(stored)
            .collect();
        let again: Vec<_> = append_all_resolved(store, &group, round, &mut |_| {})
            .into_iter()
            .map(stored)
            .collect();
        assert_eq!(positions, again, "the identical call changes nothing");
        for (writer, position) in writers.iter_mut().zip(positions) {
            writer.expected = Expected::At(position);
        }
    }
    for writer in &writers {
        let entries = writer.read();
        assert_eq!(entries.len(), 20);
        assert!(entries.iter().map(|entry| entry.number).eq(1..=20));
    }
}

fn snapshots_are_whole_or_lost(store: &dyn Store) {
    let mut writer = Writer::new(store, "domain.snapshot");
    let at = |position, number, text: &[u8]| Snapshot { position, number, payload: text.to_vec() };
    // Asked often, because any of these answers may be `None`.
    let is_seen = |wanted: Option<&Snapshot>| {
        let seen = |_| store.snapshot(&name("domain.snapshot")).expect("an answer");
        (0..20).map(seen).all(|found| found.is_none() || found.as_ref() == wanted)
    };
    assert!(is_seen(None));
    let first = writer.write(&["a", "b"]);
    let second = writer.write(&["c"]);
    let save = |snapshot| store.save_snapshot(&writer.stream, snapshot).expect("it is kept");
    let (old, new) = (at(first, 2, b"after b"), at(second, 3, b"after c"));
    save(&old);
    assert!(is_seen(Some(&old)));
    store.save_snapshots(&[(writer.stream.clone(), new.clone())]).expect("it is kept");
    assert!(is_seen(Some(&new)));
    save(&old);
    save(&at(second, 4, b"of an entry that is not there"));
    assert!(is_seen(Some(&new)), "an older or an impossible one is dropped");
    let stray = name("domain.never");
    store.save_snapshot(&stray, &new).expect("a late snapshot is dropped");
    assert_eq!(store.snapshot(&stray).expect("an answer"), None);
    writer.close();
    store.purge(&writer.stream, 0).expect("a closed stream can be purged");
    assert!(is_seen(None), "it goes with its stream");
}

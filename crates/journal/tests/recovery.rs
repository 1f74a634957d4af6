//! After a crash: contacts in each phase, kills between appends, two processes, messages.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::sync::Arc;

use support::stores::Frail;
use support::{LAST_STEP, STATES, Shop, agent, image, key, memory, read, short_image, stream};
use trunkline_acd::{self as acd, AgentChoice};
use trunkline_contact::{Input, Output};
use trunkline_exchange::Output as Wanted;
use trunkline_flow::Input as FlowInput;
use trunkline_journal::{Keys, ReadContact, Sender};
use trunkline_model::{ContactId, FailureCode};
use trunkline_store::double::FaultyStore;
use trunkline_store::{
    Batch, BatchId, Expected, NewEntry, Outcome, SqliteOptions, SqliteStore, Store,
};

fn is_closed(store: &Arc<dyn Store>, id: &str) -> bool {
    store.head(&stream(id)).unwrap().unwrap().closed
}

fn count(read: &ReadContact, wanted: fn(&Input) -> bool) -> usize {
    read.inputs.iter().filter(|it| wanted(&it.record.input)).count()
}

#[test]
fn a_contact_without_a_crash_is_written_and_closed() {
    let store = memory();
    let mut shop = Shop::start(Arc::clone(&store), 1_000);
    shop.run("c1", 0..LAST_STEP + 1);
    assert!(shop.exchange.is_empty());
    assert!(is_closed(&store, "c1"));
    assert_eq!(shop.comments("c1"), 1);
    let told = read(&store, "c1");
    assert_eq!(told.inputs.len() as u64, told.input_count);
    let from = |sender: &Sender| {
        told.inputs
            .iter()
            .filter(|it| it.from.as_ref().is_some_and(|it| it.sender == *sender))
            .count()
    };
    assert_eq!(from(&Sender::Routing), 4, "offered, answered, wrap-up begun and ended");
    let next = Shop::start(store, 99_000);
    assert!(next.recovered.problems.is_empty() && next.exchange.is_empty());
    assert_eq!(next.comments("c1"), 0);
}

#[test]
fn a_contact_cut_off_in_any_phase_has_its_contact_ended_once() {
    for (last, state) in STATES.iter().enumerate().take(LAST_STEP) {
        let store = memory();
        let mut first = Shop::start(Arc::clone(&store), 1_000);
        first.run("c1", 0..last + 1);
        let sent_before = first.comments("c1");
        drop(first);

        let mut second = Shop::start(Arc::clone(&store), 100_000);
        assert!(second.recovered.problems.is_empty(), "{state}: {:?}", second.recovered.problems);
        assert_eq!(second.exchange.len(), 1, "{state}");
        let is_posting = *state == "posting";
        assert_eq!((sent_before, second.comments("c1")), (usize::from(is_posting), 1), "{state}");
        second.finish();
        assert!(is_closed(&store, "c1"), "{state}");
        let told = read(&store, "c1");
        assert_eq!(count(&told, |it| *it == Input::Recovered), 1, "{state}");

        let third = Shop::start(store, 200_000);
        assert!(third.exchange.is_empty() && third.requests("c1").is_empty(), "{state}");
    }
}

#[test]
fn a_contact_that_recovery_itself_ends_is_closed_for_good() {
    let store = memory();
    let mut first = Shop::start_with(Arc::clone(&store), 1_000, short_image()).unwrap();
    first.arrive("c1");
    first.commit().unwrap();
    let plays = |it: &Wanted| matches!(it, Wanted::Contact { output: Output::Play { .. }, .. });
    assert!(first.done.iter().any(plays), "killed while a prompt plays");
    drop(first);
    for now_ms in [100_000, 200_000] {
        let next = Shop::start_with(Arc::clone(&store), now_ms, short_image()).unwrap();
        assert!(next.recovered.problems.is_empty(), "{:?}", next.recovered.problems);
        assert!(next.exchange.is_empty() && is_closed(&store, "c1"));
    }
    let told = read(&store, "c1");
    assert_eq!(told.inputs.len(), 1, "Recovered, and nothing behind the end: {:?}", told.inputs);
}

#[test]
fn a_request_in_doubt_is_sent_again_after_the_call_only() {
    // Before: its answer is a failure of its own, and nothing is sent.
    let store = memory();
    Shop::start(Arc::clone(&store), 1_000).run("c1", 0..1);
    let second = Shop::start(Arc::clone(&store), 100_000);
    let sent: Vec<_> =
        second.requests("c1").into_iter().map(|(_, it)| it.method.writes()).collect();
    assert_eq!(sent, [true], "the comment, not the dip");
    let told = read(&store, "c1");
    let failed = told.inputs.iter().any(|it| match &it.record.input {
        Input::Flow(FlowInput::Http { outcome, .. }) => {
            outcome.result.as_ref().is_err_and(|it| it.code == FailureCode::InDoubt)
        }
        _ => false,
    });
    assert!(failed);

    // After: the same request with the same key.
    let store = memory();
    let mut first = Shop::start(Arc::clone(&store), 1_000);
    first.run("c1", 0..LAST_STEP);
    let sent = first.requests("c1").pop().unwrap();
    let mut second = Shop::start(Arc::clone(&store), 100_000);
    assert_eq!(second.requests("c1"), std::slice::from_ref(&sent));
    assert!(sent.1.idempotency_key.is_some());
    drop(first);
    // Killed again before the answer: once more.
    let third = Shop::start(Arc::clone(&store), 200_000);
    assert_eq!(third.requests("c1"), [sent]);
    drop(third);
    second = Shop::start(Arc::clone(&store), 300_000);
    second.finish();
    assert!(is_closed(&store, "c1"));
}

/// Plays two contacts at once until the process dies. Gives the process.
fn play_until_dead(store: Arc<dyn Store>) -> Option<Shop> {
    let mut shop = Shop::start_with(store, 1_000, image()).ok()?;
    // The agent serves one after the other; the second waits in the queue meanwhile.
    let plan = (0..3).map(|step| [("c1", step), ("c2", step)]).collect::<Vec<_>>();
    let first = (3..LAST_STEP + 1).map(|step| ("c1", step));
    let second = (4..LAST_STEP + 1).map(|step| ("c2", step));
    for both in plan {
        both.into_iter().for_each(|(id, step)| shop.step(id, step));
        if shop.commit().is_err() {
            return Some(shop);
        }
    }
    for (id, step) in first.chain(second) {
        shop.step(id, step);
        if shop.commit().is_err() {
            return Some(shop);
        }
    }
    Some(shop)
}

/// Kills a process after every possible number of appends, and lets another one finish.
fn kill_everywhere(make: impl Fn() -> Arc<dyn Store>) {
    for appends in 0..1_000 {
        let inner = make();
        let frail = Frail::dying(Arc::clone(&inner), appends);
        let before = play_until_dead(Arc::clone(&frail) as Arc<dyn Store>);
        let is_dead = frail.is_dead();
        let mut after = Shop::start(Arc::clone(&inner), 900_000);
        assert!(after.recovered.problems.is_empty(), "{appends}: {:?}", after.recovered.problems);
        after.finish();
        for id in ["c1", "c2"] {
            let sent_before = before.as_ref().map_or(0, |shop| shop.comments(id));
            let Some(head) = inner.head(&stream(id)).unwrap() else {
                let left = before.as_ref().map_or(0, |shop| shop.requests(id).len());
                assert_eq!(left, 0, "{appends}: nothing left for a contact that never was");
                continue;
            };
            assert!(head.closed, "{appends}: {id}");
            let (sent_after, told) = (after.comments(id), read(&inner, id));
            assert!(sent_before + sent_after >= 1, "{appends}: {id} has no comment");
            // Twice only where the kill fell between request and answer.
            if sent_before == 1 && sent_after == 1 {
                assert_eq!(count(&told, |it| *it == Input::Recovered), 1, "{appends}: {id}");
            } else {
                assert_eq!(sent_before + sent_after, 1, "{appends}: {id}");
            }
        }
        if !is_dead {
            assert!(appends > 20, "{appends} appends are too few");
            return;
        }
    }
    panic!("the play has no end");
}

#[test]
fn a_kill_between_any_two_appends_loses_nothing_and_doubles_nothing() {
    kill_everywhere(memory);
}

#[test]
fn nor_does_it_in_a_store_that_is_as_unpleasant_as_it_may_be() {
    for seed in 0..4 {
        kill_everywhere(|| Arc::new(FaultyStore::new(seed)));
    }
}

#[test]
fn the_former_owner_is_told_that_it_is_one() {
    let store = memory();
    let mut old = Shop::start(Arc::clone(&store), 1_000);
    old.run("c1", 0..3);
    old.run("c2", 0..1);
    let mut new = Shop::start(Arc::clone(&store), 50_000);
    assert_eq!(new.exchange.len(), 2);
    old.step("c1", 3);
    let commit = old.commit().unwrap();
    assert!(commit.is_routing_fenced);
    assert_eq!(commit.fenced.iter().map(|it| it.as_str()).collect::<Vec<_>>(), ["c1"]);
    // It is told so once per contact, and writes no more.
    let number = |id: &str| store.head(&stream(id)).unwrap().unwrap().number;
    let before = (number("c1"), number("c2"));
    old.step("c2", 1);
    assert_eq!(old.commit().unwrap().fenced.len(), 1);
    old.step("c1", 6);
    assert!(old.commit().unwrap().fenced.is_empty());
    assert_eq!((number("c1"), number("c2")), before);
    new.finish();
    assert!(is_closed(&store, "c1") && is_closed(&store, "c2"));
}

#[test]
fn a_draft_that_is_older_than_what_was_saved_is_not_taken() {
    let store = memory();
    let mut shop = Shop::start(Arc::clone(&store), 1_000);
    shop.run("c1", 0..6);
    let inputs = shop.exchange.inputs_of(&ContactId::new("c1")).unwrap();
    drop(shop);
    // The notes are the last input; who keeps drafts had not come to dropping an older one.
    for (after, name, note) in
        [(inputs - 1, "notes", "Brakes"), (inputs, "notes", "typed"), (0, "customer", "Brakes")]
    {
        let store = copied(&store);
        let options = trunkline_journal::WriterOptions::default();
        let mut writer = trunkline_journal::Writer::new(store, options);
        let value = "typed".to_owned();
        let draft = trunkline_journal::Draft { name: name.to_owned(), value, after };
        let (tenant, keys) = (support::tenant(), Keys::Known(key()));
        let options = trunkline_journal::RecoverOptions {
            tenant: &tenant,
            keys: &keys,
            now_ms: 50_000,
            is_traced: false,
            drafts: &[(ContactId::new("c1"), vec![draft])].into(),
        };
        let recovered = trunkline_journal::recover(&mut writer, &options).unwrap();
        let outputs = format!("{:?}", recovered.contacts[0].outputs);
        let body = format!("Text(\"{note}\")");
        assert!(outputs.contains(&body), "{name} after {after}: {outputs}");
    }
}

/// A store with the same contacts, which recovery may take over.
fn copied(store: &Arc<dyn Store>) -> Arc<dyn Store> {
    let copy = memory();
    for prefix in ["contact.", "site."] {
        let open = store.open_streams(prefix, None, 99).unwrap();
        for id in open.into_iter().chain(store.closed_streams(prefix, None, 99).unwrap()) {
            let origin = store.head(&id).unwrap().unwrap().origin;
            let mut expected = Expected::New(origin);
            for entry in store.read(&id, 1, None).unwrap() {
                let (kind, payload) = (entry.kind, entry.payload);
                let number = BatchId(entry.number.into());
                let batch = Batch::new(number, entry.epoch, vec![NewEntry { kind, payload }]);
                let stored = copy.append(&id, &expected, &batch, entry.at_ms).unwrap();
                let Outcome::Stored(position) = stored else { panic!("{stored:?}") };
                expected = Expected::At(position);
            }
        }
    }
    copy
}

#[test]
fn two_that_recover_at_once_do_not_both_have_a_contact() {
    let store = memory();
    Shop::start(Arc::clone(&store), 1_000).run("c1", 0..3);
    // One has read what the other takes over meanwhile.
    let options = trunkline_journal::WriterOptions::default();
    let mut late = trunkline_journal::Writer::new(Arc::clone(&store), options);
    let (tenant, keys) = (support::tenant(), Keys::Known(key()));
    let options = trunkline_journal::RecoverOptions {
        tenant: &tenant,
        keys: &keys,
        now_ms: 50_000,
        is_traced: false,
        drafts: &std::collections::HashMap::new(),
    };
    let recovered = trunkline_journal::recover(&mut late, &options).unwrap();
    assert_eq!(recovered.contacts.len(), 1);
    let mut quick = Shop::start(Arc::clone(&store), 50_000);
    let commit = late.commit(50_001).unwrap();
    assert_eq!(commit.fenced.len(), 1);
    quick.finish();
    assert!(is_closed(&store, "c1"));
}

#[test]
fn a_message_that_was_not_heard_is_delivered_once() {
    // The queues wrote down that the agent answered; the contact did not.
    for appends in 0..200 {
        let inner = memory();
        let frail = Frail::dying(Arc::clone(&inner), appends);
        let Ok(mut shop) = Shop::start_with(Arc::clone(&frail) as Arc<dyn Store>, 1_000, image())
        else {
            continue;
        };
        let failed = (0..5).find(|step| {
            shop.step("c1", *step);
            shop.commit().is_err()
        });
        match failed {
            Some(4) => {}
            Some(_) => continue,
            None => break,
        }
        let heard = |it: &Input| matches!(it, Input::Answered { .. });
        let before = count(&read(&inner, "c1"), heard);
        let routed = routing_knows_of_the_answer(&inner);
        // Recovered and killed, and recovered again.
        drop(Shop::start(Arc::clone(&inner), 50_000));
        let mut last = Shop::start(Arc::clone(&inner), 60_000);
        last.finish();
        let told = read(&inner, "c1");
        assert_eq!(count(&told, heard), usize::from(routed), "{appends}: before {before}");
        let mut ids: Vec<_> = told.inputs.iter().filter_map(|it| it.from.clone()).collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all, "no message was heard twice");
        if routed && before == 0 {
            return;
        }
    }
    panic!("no kill came between the two streams");
}

fn routing_knows_of_the_answer(store: &Arc<dyn Store>) -> bool {
    let streams = store.open_streams("routing.", None, 10).unwrap();
    streams.iter().any(|stream| {
        let entries = store.inputs(stream).unwrap();
        entries.iter().any(|it| String::from_utf8_lossy(&it.payload).contains(r#""connected":"#))
    })
}

#[test]
fn agents_sit_where_they_sat() {
    let store = memory();
    let mut first = Shop::start(Arc::clone(&store), 1_000);
    first.sign_in();
    first.set_state(AgentChoice::Idle { code: "Lunch".to_owned() });
    first.commit().unwrap();
    drop(first);
    for now_ms in [50_000, 60_000] {
        let second = Shop::start(Arc::clone(&store), now_ms);
        let state = second.exchange.routing().agent_state(&agent()).unwrap();
        assert_eq!(state, acd::AgentState::Idle { code: "Lunch".to_owned() });
        assert_eq!(store.open_streams("routing.", None, 10).unwrap().len(), 1);
    }
    let mut third = Shop::start(Arc::clone(&store), 70_000);
    third.take(trunkline_exchange::Input::Routing(acd::Input::SignOut { agent: agent() }));
    third.commit().unwrap();
    assert!(Shop::start(store, 80_000).recovered.seats.is_empty());
}

#[test]
fn a_long_era_of_routing_ends_and_another_begins() {
    let store = memory();
    let mut shop = Shop::start(Arc::clone(&store), 1_000);
    shop.run("c1", 0..5);
    let begun = store.open_streams("routing.", None, 10).unwrap();
    let record = |number| trunkline_journal::RoutingRecord {
        number,
        now_ms: 2_000,
        input: acd::Input::Tick,
        from: None,
    };
    for round in 0..60 {
        (0..1_000).for_each(|it| shop.writer.routing_took(&record(100 + round * 1_000 + it), &[]));
        shop.commit().unwrap();
    }
    let now = store.open_streams("routing.", None, 10).unwrap();
    assert_eq!((begun.len(), now.len()), (1, 1));
    assert_ne!(begun, now);
    assert!(store.head(&now[0]).unwrap().unwrap().number < 20_000);
    let next = Shop::start(store, 90_000);
    assert_eq!(next.recovered.routing_inputs, 100 + 59_999);
    let seats = &next.recovered.seats;
    assert!(matches!(seats[0].state, acd::AgentState::Engaged { .. }), "{seats:?}");
    assert_eq!(seats[0].session_id, "s1");
}

#[test]
fn a_stream_that_cannot_be_read_keeps_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let open = || -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&path, SqliteOptions::default()).unwrap())
    };
    let mut shop = Shop::start(open(), 1_000);
    for id in ["c1", "c2", "c3", "c4"] {
        shop.run(id, 0..3);
    }
    drop(shop);
    let raw = rusqlite::Connection::open(&path).unwrap();
    let of = |id: &str| format!("stream = (SELECT key FROM stream WHERE id = 'contact.{id}')");
    let change = |sql: String| assert_eq!(raw.execute(&sql, []).unwrap(), 1, "{sql}");
    change(format!("UPDATE entry SET payload = x'7b7d' WHERE number = 1 AND {}", of("c1")));
    change(format!("DELETE FROM entry WHERE number = 1 AND {}", of("c2")));
    let first = "SELECT min(number) FROM entry WHERE kind = 1 AND number > 1 AND";
    change(format!("DELETE FROM entry WHERE number = ({first} {0}) AND {0}", of("c3")));
    for now_ms in [50_000, 60_000] {
        let mut second = Shop::start(open(), now_ms);
        let named: Vec<_> =
            second.recovered.problems.iter().map(|it| it.stream.as_str().to_owned()).collect();
        assert_eq!(named, ["contact.c1", "contact.c2", "contact.c3"]);
        second.finish();
    }
    assert!(is_closed(&open(), "c4"));
    assert!(!is_closed(&open(), "c1"), "it is kept as it is");
}

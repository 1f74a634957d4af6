//! What the writer writes: sites once, secrets sealed, nothing lost on a full disk without a word,
//! finished contacts for a while.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::sync::Arc;

use serde_json::json;
use support::stores::Frail;
use support::{LAST_STEP, Shop, answer, image_named, key, memory, read, secret_image, stream};
use trunkline_contact::{Contact, Input};
use trunkline_flow::Input as FlowInput;
use trunkline_journal::{
    CONTACTS, FailureClass, JournalError, Keys, RecoverOptions, Retention, Writer, WriterOptions,
    rebuild, recover,
};
use trunkline_model::ContactId;
use trunkline_store::{MemoryStore, SqliteOptions, SqliteStore, Store, StoreError, StreamId};

#[test]
fn a_site_is_written_once_and_contacts_name_it() {
    let store = memory();
    let mut shop = Shop::start(Arc::clone(&store), 1_000);
    for number in 0..20 {
        shop.arrive(&format!("c{number}"));
    }
    shop.commit().unwrap();
    assert_eq!(store.count_closed("site.").unwrap(), 1);
    Shop::start(Arc::clone(&store), 2_000);
    assert_eq!(store.count_closed("site.").unwrap(), 1, "the same after another start");
    let image = secret_image("1111");
    Shop::start_with(Arc::clone(&store), 3_000, Arc::clone(&image)).unwrap();
    assert_eq!(store.count_closed("site.").unwrap(), 2, "another one has a name of its own");

    let site = store.closed_streams("site.", None, 9).unwrap();
    let bytes = |id: &StreamId| -> usize {
        store.inputs(id).unwrap().iter().map(|entry| entry.payload.len()).sum()
    };
    let head = store.inputs(&stream("c1")).unwrap()[0].payload.len();
    assert!(head < 600 && bytes(&site[0]) > 3 * head, "{head} and {}", bytes(&site[0]));
    let told = read(&store, "c1");
    assert_eq!(told.site.needs_credentials(), ["CRM"]);
    assert_eq!(told.site.tenant().connectors[0].auth, trunkline_model::tenant::Auth::None);
}

#[test]
fn a_site_that_was_cut_off_is_written_again_under_another_name() {
    let store = memory();
    let name = {
        let inner = memory();
        Shop::start(Arc::clone(&inner), 1_000);
        inner.closed_streams("site.", None, 9).unwrap().remove(0)
    };
    // Begun, and never finished.
    let origin = trunkline_store::Origin { flow_hash: None, semantics: 1 };
    let part = trunkline_store::NewEntry::input(b"\x10{".to_vec());
    let batch = trunkline_store::Batch::new(trunkline_store::BatchId(1), 1, vec![part]);
    store.append(&name, &trunkline_store::Expected::New(origin), &batch, 0).unwrap();
    let mut shop = Shop::start(Arc::clone(&store), 1_000);
    shop.run("c1", 0..2);
    let written = store.closed_streams("site.", None, 9).unwrap();
    assert_eq!(written[0].as_str(), format!("{name}.2"));
    assert_eq!(Shop::start(store, 2_000).exchange.len(), 1);
}

#[test]
fn a_site_that_is_not_what_its_name_says_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let open = || -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&path, SqliteOptions::default()).unwrap())
    };
    Shop::start(open(), 1_000).run("c1", 0..2);
    let raw = rusqlite::Connection::open(&path).unwrap();
    let store = SqliteStore::open(&path, SqliteOptions::default()).unwrap();
    let site = store.closed_streams("site.", None, 9).unwrap().remove(0);
    let mut entry = store.inputs(&site).unwrap().remove(0);
    let text = String::from_utf8(entry.payload).unwrap().replacen("Dip", "Pid", 1);
    entry.payload = text.into_bytes();
    let sql = "UPDATE entry SET payload = ?1, checksum = ?2 \
               WHERE stream = (SELECT key FROM stream WHERE id = ?3)";
    let row = rusqlite::params![entry.payload, entry.expected_checksum(&site), site.as_str()];
    assert_eq!(raw.execute(sql, row).unwrap(), 1);
    let next = Shop::start(open(), 2_000);
    let text = &next.recovered.problems[0].text;
    assert!(text.contains("its content is not what its name says"), "{text}");
}

#[test]
fn secrets_are_in_no_byte_of_the_journal() {
    const PIN: &str = "KESTREL7741";
    const NOTE: &str = "MAGPIE9920";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let open = || -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&path, SqliteOptions::default()).unwrap())
    };
    let play = |image| {
        let mut shop = Shop::start_with(open(), 1_000, image).unwrap();
        shop.run("c1", 0..5);
        let (name, value) = ("pin".to_owned(), NOTE.to_owned());
        shop.tell("c1", Input::Edited { name, value });
        shop.commit().unwrap();
        shop.step("c1", 6);
        shop.commit().unwrap();
    };
    play(secret_image(PIN));
    let is_in_files = |text: &str| {
        ["journal.db", "journal.db-wal"].iter().any(|name| {
            let bytes = std::fs::read(folder.path().join(name)).unwrap_or_default();
            let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
            let base64 = data_encoding_of(text);
            [text, hex.as_str(), base64.as_str()]
                .iter()
                .any(|it| bytes.windows(it.len()).any(|part| part == it.as_bytes()))
        })
    };
    assert!(!is_in_files(PIN) && !is_in_files(NOTE));
    assert!(!is_in_files("promptsTts"), "the whole site is sealed");
    // It is all there for who has the key.
    let mut next = Shop::start_with(open(), 50_000, secret_image(PIN)).unwrap();
    assert_eq!(next.exchange.len(), 1);
    next.finish();
    // The name of a sealed site cannot be found by trying: it is no plain hash.
    let plain = Arc::new(MemoryStore::new()) as Arc<dyn Store>;
    let options = WriterOptions {
        key: Some(trunkline_store::seal::Key::from_bytes([8; 32])),
        ..WriterOptions::default()
    };
    Writer::new(Arc::clone(&plain), options).begin_site(secret_image(PIN), 0).unwrap();
    let names = |store: &Arc<dyn Store>| store.closed_streams("site.", None, 9).unwrap();
    assert_ne!(names(&plain), names(&open()));
    // A planted leak proves the search.
    let writer = Writer::new(open(), WriterOptions::default());
    let leak = trunkline_store::NewEntry::input(PIN.as_bytes().to_vec());
    let batch = trunkline_store::Batch::new(trunkline_store::BatchId(1), 1, vec![leak]);
    let origin = trunkline_store::Origin { flow_hash: None, semantics: 1 };
    let expected = trunkline_store::Expected::New(origin);
    writer.store().append(&stream("leak"), &expected, &batch, 0).unwrap();
    assert!(is_in_files(PIN));
}

/// Base64 of a text, as far as it does not depend on what follows.
fn data_encoding_of(text: &str) -> String {
    let whole = text.len() / 3 * 3;
    data_encoding::BASE64.encode(&text.as_bytes()[..whole])
}

#[test]
fn a_sealed_contact_stays_sealed_when_the_tenant_has_no_secrets_any_more() {
    let store = memory();
    Shop::start_with(Arc::clone(&store), 1_000, secret_image("1111")).unwrap().run("c1", 0..6);
    // A writer that was given no key finds the one with which the contact was read.
    let (tenant, keys) = (support::tenant(), Keys::Known(key()));
    let mut writer = Writer::new(Arc::clone(&store), WriterOptions::default());
    writer.begin_site(support::image(), 2_000).unwrap();
    let options = RecoverOptions {
        tenant: &tenant,
        keys: &keys,
        now_ms: 2_000,
        is_traced: false,
        drafts: &std::collections::HashMap::new(),
    };
    let recovered = recover(&mut writer, &options).unwrap();
    assert_eq!(recovered.contacts.len(), 1);
    assert!(writer.commit(2_000).unwrap().broken.is_empty());
    let entries = store.inputs(&stream("c1")).unwrap();
    assert!(entries.iter().all(|entry| entry.payload.first() == Some(&1)), "the seal's version");
    assert_eq!(read(&store, "c1").inputs.last().unwrap().record.input, Input::Recovered);
}

#[test]
fn a_site_with_secrets_needs_a_key() {
    let mut writer = Writer::new(memory(), WriterOptions::default());
    let refused = writer.begin_site(secret_image("1"), 0);
    assert!(matches!(refused, Err(JournalError::Key { .. })), "{refused:?}");
}

#[test]
fn a_full_disk_is_told_and_what_waited_is_written_when_there_is_room() {
    let inner = memory();
    let frail = Frail::new(Arc::clone(&inner));
    let mut shop = Shop::start(Arc::clone(&frail) as Arc<dyn Store>, 1_000);
    shop.run("c1", 0..2);
    assert!(shop.writer.is_writable());
    frail.set_full(true);
    shop.step("c1", 2);
    let told = shop.commit().unwrap_err();
    assert_eq!(told.class(), FailureClass::Full);
    assert!(!shop.writer.is_writable(), "new calls are refused");
    let retry_at_ms = shop.writer.retry_at_ms().unwrap();
    // The call goes on; the store is left in peace until it is time.
    shop.now_ms = retry_at_ms - 10;
    shop.done.extend(std::iter::from_fn(|| shop.exchange.poll()));
    shop.sign_in();
    let told = shop.commit().unwrap_err();
    assert!(matches!(told, JournalError::Outage { class: FailureClass::Full, .. }), "{told:?}");
    assert!(!shop.writer.is_unjournalled(&ContactId::new("c1")));
    frail.set_full(false);
    shop.now_ms = retry_at_ms;
    shop.commit().unwrap();
    assert!(shop.writer.is_writable());
    for step in 4..LAST_STEP + 1 {
        shop.run("c1", step..step + 1);
    }
    let told = read(&inner, "c1");
    assert!(told.is_closed && told.check_replayable().is_ok(), "nothing is missing");
}

/// Lets a contact take megabytes while the disk is full.
fn swallow(shop: &mut Shop, id: &str, megabytes: usize) {
    let large = "x".repeat(1 << 20);
    for _ in 0..megabytes {
        // To a request that nobody made: the contact does not mind, but it is an input.
        let outcome = Box::new(answer(json!({ "filler": large })));
        shop.flow(id, FlowInput::Http { id: 999_999, outcome });
    }
}

#[test]
fn what_is_lost_on_a_disk_that_stays_full_is_said_and_recovery_goes_on_from_a_snapshot() {
    let inner = memory();
    let frail = Frail::new(Arc::clone(&inner));
    let mut shop = Shop::start(Arc::clone(&frail) as Arc<dyn Store>, 1_000);
    shop.run("c1", 0..6);
    shop.run("c2", 0..3);
    frail.set_full(true);
    shop.arrive("c3");
    shop.commit().unwrap_err();
    shop.arrive("late");
    swallow(&mut shop, "c1", 5);
    let is_unjournalled = |shop: &Shop, id: &str| shop.writer.is_unjournalled(&ContactId::new(id));
    assert!(is_unjournalled(&shop, "late"), "it never was written at all");
    // One that ends meanwhile is closed later all the same.
    shop.tell("c2", Input::CallerHungUp);
    shop.done.extend(std::iter::from_fn(|| shop.exchange.poll()));
    shop.answer_request("c2");
    frail.set_full(false);
    shop.now_ms += 60_000;
    shop.commit().unwrap();
    let head = |id: &str| inner.head(&stream(id)).unwrap();
    assert!(head("c2").unwrap().closed);
    let (name, value) = ("notes".to_owned(), "After the gap".to_owned());
    shop.tell("c1", Input::Edited { name, value });
    shop.commit().unwrap();
    assert!(!is_unjournalled(&shop, "c1"));
    assert!(head("late").is_none());
    assert!(head("c3").is_some(), "what was offered to the store is not forgotten");
    drop(shop);

    let told = read(&inner, "c1");
    assert!(told.is_lossy);
    assert!(matches!(told.check_replayable(), Err(JournalError::Lossy { .. })));
    let rebuilt = rebuild(&told, true).unwrap();
    assert!(rebuilt.note.contains("the last snapshot"), "{}", rebuilt.note);
    let mut next = Shop::start(Arc::clone(&inner), 900_000);
    let sent = next.requests("c1").pop().unwrap();
    assert!(format!("{:?}", sent.1).contains("After the gap"), "{sent:?}");
    next.finish();
    assert!(head("c1").unwrap().closed);
    assert!(next.recovered.problems.is_empty(), "{:?}", next.recovered.problems);
    // The agent who talked is known, although routing lost entries too.
    assert_eq!(next.recovered.seats.len(), 1);
}

#[test]
fn who_is_refused_because_nothing_could_be_written_never_was() {
    let inner = memory();
    let frail = Frail::new(Arc::clone(&inner));
    let mut shop = Shop::start(Arc::clone(&frail) as Arc<dyn Store>, 1_000);
    frail.set_full(true);
    shop.arrive("c1");
    shop.commit().unwrap_err();
    shop.writer.forget(&ContactId::new("c1"));
    frail.set_full(false);
    shop.now_ms += 60_000;
    shop.commit().unwrap();
    assert_eq!(inner.open_streams(CONTACTS, None, 9).unwrap(), []);
    assert!(Shop::start(inner, 900_000).exchange.is_empty());
}

#[test]
fn a_real_disk_that_fills_up_keeps_what_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let limit = SqliteOptions { max_bytes: Some(400_000), ..SqliteOptions::default() };
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path, limit).unwrap());
    let mut shop = Shop::start(store, 1_000);
    let mut committed = 0;
    let error = loop {
        shop.arrive(&format!("c{committed:04}"));
        match shop.commit() {
            Ok(_) => committed += 1,
            Err(error) => break error,
        }
        assert!(committed < 10_000, "the file has no limit");
    };
    assert!(matches!(error, JournalError::Store(StoreError::Full { .. })), "{error}");
    drop(shop);
    let store = Arc::new(SqliteStore::open(&path, SqliteOptions::default()).unwrap());
    let mut next = Shop::start(store, 900_000);
    assert_eq!(next.exchange.len(), committed);
    next.finish();
    let raw = rusqlite::Connection::open(&path).unwrap();
    let whole: String = raw.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
}

/// Ends contacts, one at each of these times, and gives a writer that keeps so much of them.
fn after_contacts(store: &Arc<dyn Store>, ends_ms: &[i64], retention: Retention) -> Writer {
    let mut shop = Shop::start(Arc::clone(store), 0);
    for (number, at_ms) in ends_ms.iter().enumerate() {
        shop.now_ms = *at_ms;
        let id = format!("c{number}");
        shop.arrive(&id);
        shop.commit().unwrap();
        shop.tell(&id, Input::CallerHungUp);
        shop.commit().unwrap();
        shop.answer_request(&id);
        shop.commit().unwrap();
        shop.answer_request(&id);
        shop.commit().unwrap();
        assert!(store.head(&stream(&id)).unwrap().unwrap().closed);
    }
    let domain = "Test".to_owned();
    Writer::new(Arc::clone(store), WriterOptions { retention, domain, ..WriterOptions::default() })
}

fn kept(store: &Arc<dyn Store>) -> Vec<String> {
    let streams = store.closed_streams(CONTACTS, None, 100).unwrap();
    streams.iter().map(|it| it.as_str().trim_start_matches(CONTACTS).to_owned()).collect()
}

#[test]
fn finished_contacts_are_kept_for_a_time() {
    let store = memory();
    let retention = Retention { keep_ms: 1_000, keep_contacts: 100 };
    let mut writer = after_contacts(&store, &[9_000, 1_000, 2_000, 3_000], retention);
    assert_eq!(writer.purge_finished(1_500, 10).unwrap(), 0);
    // The first is young for its place, and does not hide the others.
    assert_eq!(writer.purge_finished(4_001, 1).unwrap(), 0);
    assert_eq!(writer.purge_finished(4_001, 1).unwrap(), 1);
    assert_eq!(writer.purge_finished(4_001, 10).unwrap(), 2);
    assert_eq!(kept(&store), ["c0"]);
    assert_eq!(writer.purge_finished(20_000, 10).unwrap(), 1);
    assert_eq!(kept(&store), [""; 0]);
}

#[test]
fn only_so_many_finished_contacts_are_kept() {
    let store = memory();
    let retention = Retention { keep_ms: i64::MAX, keep_contacts: 2 };
    let mut writer = after_contacts(&store, &[1_000, 2_000, 3_000, 4_000, 5_000], retention);
    assert_eq!(writer.purge_finished(6_000, 2).unwrap(), 2);
    assert_eq!(kept(&store), ["c2", "c3", "c4"]);
    assert_eq!(writer.purge_finished(6_000, 2).unwrap(), 1);
    assert_eq!(writer.purge_finished(6_000, 2).unwrap(), 0);
    assert_eq!(kept(&store), ["c3", "c4"]);
}

/// An id that tells when its contact began.
fn id_at(at_ms: i64) -> String {
    format!("{:08x}-{:04x}-7000-8000-000000000000", at_ms >> 16, at_ms & 0xffff)
}

const HOUR_MS: i64 = 3_600_000;

/// Lives a contact's life at a time, from its arrival to its comment.
fn live(shop: &mut Shop, at_ms: i64) -> String {
    let id = id_at(at_ms);
    shop.now_ms = at_ms;
    shop.arrive(&id);
    shop.commit().unwrap();
    shop.tell(&id, Input::CallerHungUp);
    shop.commit().unwrap();
    (0..2).for_each(|_| {
        shop.answer_request(&id);
        shop.commit().unwrap();
    });
    assert!(shop.exchange.is_empty());
    id
}

#[test]
fn sites_that_no_kept_contact_has_met_are_purged() {
    let store = memory();
    let count = |prefix: &str| store.count_closed(prefix).unwrap();
    let retention = Retention { keep_ms: 10 * HOUR_MS, keep_contacts: 100 };
    let mut shop = Shop::start_keeping(Arc::clone(&store), HOUR_MS, retention);
    let old = live(&mut shop, 2 * HOUR_MS);
    // A busy morning: of ten changes one is met by contacts.
    for change in 0..10 {
        let image = image_named(&format!("Change {change}"));
        shop.writer.begin_site(image, 3 * HOUR_MS + change).unwrap();
    }
    assert_eq!(count("site."), 11);
    for _ in 0..3 {
        shop.writer.purge_finished(4 * HOUR_MS, 100).unwrap();
    }
    assert_eq!(count("site."), 2, "the one that was met, and the present one");
    live(&mut shop, 8 * HOUR_MS);
    let young = live(&mut shop, 9 * HOUR_MS);
    shop.writer.begin_site(image_named("Evening"), 9 * HOUR_MS + 1).unwrap();
    shop.writer.purge_finished(10 * HOUR_MS, 100).unwrap();
    assert_eq!((count("site."), kept(&store).len()), (3, 3), "all contacts are kept");
    assert!(read(&store, &old).is_closed);
    // The older ones go, and their site with them.
    shop.writer.purge_finished(19 * HOUR_MS - 1, 100).unwrap();
    assert_eq!((count("site."), kept(&store)), (2, vec![young.clone()]));
    assert!(read(&store, &young).is_closed);
    shop.writer.purge_finished(30 * HOUR_MS, 100).unwrap();
    assert_eq!((count("site."), kept(&store).len()), (2, 0), "nobody has met the present one yet");
    live(&mut shop, 31 * HOUR_MS);
    shop.now_ms = 32 * HOUR_MS;
    let open = id_at(shop.now_ms);
    shop.arrive(&open);
    shop.commit().unwrap();
    shop.writer.purge_finished(42 * HOUR_MS, 100).unwrap();
    assert_eq!((count("site."), count("use.")), (1, 1));
    assert!(!read(&store, &open).is_closed);
}

#[test]
fn a_site_that_was_purged_before_anybody_met_it_is_written_again() {
    let store = memory();
    let mut shop = Shop::start(Arc::clone(&store), 1_000);
    let site = store.closed_streams("site.", None, 9).unwrap().remove(0);
    store.purge(&site, 2_000).unwrap();
    shop.run("c1", 0..2);
    assert_eq!(store.closed_streams("site.", None, 9).unwrap()[0].as_str(), format!("{site}.2"));
    assert_eq!(Shop::start(store, 3_000).exchange.len(), 1);
}

#[test]
fn sites_of_an_older_release_are_kept_as_long_as_contacts_may_need_them() {
    let store = memory();
    let mut shop = Shop::start(Arc::clone(&store), HOUR_MS);
    let old = live(&mut shop, 2 * HOUR_MS);
    // An older release wrote no uses.
    for used in store.closed_streams("use.", None, 9).unwrap() {
        store.purge(&used, 0).unwrap();
    }
    let image = image_named("New");
    let mut next = Shop::start_with(Arc::clone(&store), 5 * HOUR_MS, image).unwrap();
    next.writer.purge_finished(6 * HOUR_MS, 100).unwrap();
    assert_eq!(store.count_closed("site.").unwrap(), 2);
    assert!(read(&store, &old).is_closed, "its site is there");
    let first = live(&mut next, 8 * HOUR_MS);
    live(&mut next, 9 * HOUR_MS);
    for gone in [old, first] {
        store.purge(&stream(&gone), 10 * HOUR_MS).unwrap();
    }
    next.writer.purge_finished(11 * HOUR_MS, 100).unwrap();
    assert_eq!(store.count_closed("site.").unwrap(), 1);
}

#[test]
fn an_answer_of_megabytes_is_kept_in_parts() {
    let store = memory();
    let mut shop = Shop::start(Arc::clone(&store), 1_000);
    shop.run("c1", 0..2);
    swallow(&mut shop, "c1", 2);
    shop.commit().unwrap();
    shop.run("c1", 2..5);
    let told = read(&store, "c1");
    let contact: Contact = rebuild(&told, false).unwrap().contact;
    assert!(contact.is_talking());
}

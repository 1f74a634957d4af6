//! Journals of another release: `flow recover` finishes their contacts from a snapshot, `flow
//! replay` refuses them; and when entries reach the disk.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg(unix)]

#[path = "support/call.rs"]
mod call;
#[path = "support/desk.rs"]
mod desk;
#[path = "support/export.rs"]
mod export;
#[path = "support/journal.rs"]
mod journal;
#[path = "support/peer.rs"]
mod peer;
mod support;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use call::{command, ended, kinds, lines, path, run, steps};
use peer::{Peer, answer};
use rusqlite::params;
use serde_json::{Value, json};
use support::{Ran, folder};
use trunkline_contact::SEMANTICS;
use trunkline_store::seal::Key;
use trunkline_store::{
    Entry, EntryKind, Head, SqliteOptions, SqliteStore, Store, StreamId, sha256,
};

/// Longer than anything takes that a test waits for.
const LIMIT: Duration = Duration::from_secs(20);

/// A folder with the flow `desk`, its tenant, a script, and a journal to be. The CRM lets requests
/// with a certain beginning wait as often as it is told to.
struct Scene {
    folder: PathBuf,
    crm: Peer,
}

impl Scene {
    fn new(name: &str, held: &'static str, times: usize) -> Self {
        let left = Arc::new(AtomicUsize::new(times));
        let crm = Peer::start(move |got, stream| {
            let take = |left: usize| left.checked_sub(1);
            let is_held = got.line.starts_with(held)
                && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok();
            if is_held {
                // Until whoever asks is killed, and longer.
                std::thread::sleep(LIMIT);
            }
            match got.line.as_str() {
                "GET /customers/1234" => answer(stream, "200 OK", "", r#"{"name": "Ann Novak"}"#),
                _ => answer(stream, "201 Created", "", r#"{"id": 1}"#),
            }
        });
        let folder = folder(name);
        desk::write(&folder, &crm.url());
        desk::script(&folder);
        Self { folder, crm }
    }

    fn file(&self, name: &str) -> String {
        path(&self.folder.join(name)).to_owned()
    }

    fn journal(&self) -> PathBuf {
        self.folder.join("calls.db")
    }

    fn call(&self, more: &[&str]) -> std::process::Command {
        let (flow, tenant) = (self.file("desk.json"), self.file("tenant.yaml"));
        let mut command = command(&["flow", "run", &flow, "--tenant", &tenant, "--json"]);
        command.args(["--journal", &self.file("calls.db")]).args(more);
        command
    }

    /// Plays the scripted call and kills it at a request.
    fn kill_at(&self, line: &str) {
        let child = self.call(&["--script", &self.file("call.yaml")]).spawn().unwrap();
        self.kill(child, line);
    }

    fn kill(&self, mut child: Child, line: &str) {
        let begun = Instant::now();
        while self.crm.wait(LIMIT).as_deref() != Some(line) {
            assert!(begun.elapsed() < LIMIT, "{line} did not come");
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn recovery(&self) -> std::process::Command {
        command(&["flow", "recover", &self.file("calls.db"), "--json"])
    }

    /// Recovers the contact, and gives the trace of that.
    fn recovered(&self) -> Vec<Value> {
        let ran = call::finish(self.recovery());
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
        let contacts = journal::contacts(&self.journal());
        assert!(matches!(contacts.as_slice(), [(_, true)]), "{contacts:?}");
        assert_eq!(journal::integrity(&self.journal()), "ok");
        let trace = lines(&ran.out);
        assert_eq!(steps(&trace, "Done").len(), 1, "{trace:#?}");
        assert_eq!(kinds(&trace, "contact.ended").len(), 1);
        trace
    }

    fn replay(&self) -> Ran {
        run(&["flow", "replay", path(&self.journal())])
    }

    /// The last comment that the CRM got.
    fn comment(&self) -> Value {
        desk::comments(&self.crm).pop().unwrap()
    }

    fn store(&self) -> (SqliteStore, StreamId, Head) {
        let store = SqliteStore::open(self.journal(), SqliteOptions::default()).unwrap();
        let stream = store.all_streams("contact.").unwrap().remove(0);
        let head = store.head(&stream).unwrap().unwrap();
        (store, stream, head)
    }

    fn has_snapshot(&self) -> bool {
        let (store, stream, _) = self.store();
        store.snapshot(&stream).unwrap().is_some()
    }

    /// Makes the journal another release's.
    fn made_by(&self, from: u32, to: u32) {
        let head = |semantics: u32| format!(r#""semantics":{semantics},"arrival""#);
        journal::change(&self.journal(), &head(from), &head(to), true);
    }
}

/// What the head of the trace, and the line about the recovery, tell the reader.
fn told(trace: &[Value]) -> String {
    format!("{}\n{}", trace[0]["notes"], kinds(trace, "contact.recovered")[0]["warnings"])
}

#[test]
fn a_call_of_another_release_is_finished_with_the_variables_of_its_snapshot() {
    let scene = Scene::new("upgrade_posts", "POST", 1);
    scene.kill_at("POST /comments");
    scene.made_by(SEMANTICS, 999);
    let trace = scene.recovered();
    let expected = json!({"customer": "Ann Novak", "notes": "Called about brakes."});
    assert_eq!(scene.comment(), expected);
    assert_eq!(desk::comments(&scene.crm).len(), 2, "once before, and once more");
    assert!(told(&trace).contains("999") && told(&trace).contains("runs again"), "{trace:#?}");
    assert_eq!(steps(&trace, "Dip").len(), 0, "nothing of the call itself: {trace:#?}");

    let again = call::finish(scene.recovery());
    assert_eq!((again.status, again.err.trim()), (Some(0), "no contact was cut off"));
    let refused = scene.replay();
    assert_eq!((refused.status, refused.out.as_str()), (Some(2), ""));
    let said = format!(
        "written with semantics 999, this program has {SEMANTICS}: replay it with the release"
    );
    assert!(refused.err.contains(&said), "{}", refused.err);
}

#[test]
fn a_caller_who_waited_in_a_queue_is_finished_too() {
    let scene = Scene::new("upgrade_queued", "nothing", 0);
    let mut child = scene.call(&["--interactive"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut person = child.stdin.take().unwrap();
    person.write_all(b"1234\n\n\n\n").unwrap();
    let begun = Instant::now();
    while !scene.journal().exists()
        || journal::contacts(&scene.journal()).is_empty()
        || !scene.has_snapshot()
    {
        assert!(begun.elapsed() < LIMIT, "no snapshot");
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    drop(person);
    scene.made_by(SEMANTICS, 999);
    let trace = scene.recovered();
    assert_eq!(scene.comment(), json!({"customer": "Ann Novak", "notes": ""}));
    assert_eq!(desk::comments(&scene.crm).len(), 1);
    assert!(!told(&trace).contains("runs again"), "{trace:#?}");
}

#[test]
fn a_contact_without_a_snapshot_ends_with_its_defaults() {
    let scene = Scene::new("upgrade_none", "GET", 1);
    scene.kill_at("GET /customers/1234");
    assert!(!scene.has_snapshot());
    scene.made_by(SEMANTICS, 999);
    let trace = scene.recovered();
    assert_eq!(scene.comment(), json!({"customer": "nobody", "notes": ""}));
    assert!(told(&trace).contains("no snapshot"), "{trace:#?}");
    let gets = scene.crm.requests().iter().filter(|got| got.line.starts_with("GET")).count();
    assert_eq!(gets, 1, "the request in doubt is not sent again");
}

#[test]
fn inputs_that_this_release_does_not_know_stop_nothing() {
    let scene = Scene::new("upgrade_unknown", "POST", 1);
    scene.kill_at("POST /comments");
    journal::change(&scene.journal(), r#""CallerHungUp""#, r#"{"CallerLeft":{"why":7}}"#, true);
    let unread = scene.replay();
    assert_eq!(unread.status, Some(2), "our own semantics have no such input");
    scene.made_by(SEMANTICS, 999);
    assert!(scene.replay().err.contains("semantics 999"));
    scene.recovered();
    assert_eq!(scene.comment()["customer"], "Ann Novak");
}

#[test]
fn a_recovery_that_is_killed_is_done_again_with_the_same_keys() {
    let scene = Scene::new("upgrade_killed", "POST", 2);
    scene.kill_at("POST /comments");
    scene.made_by(SEMANTICS, 999);
    scene.kill(scene.recovery().spawn().unwrap(), "POST /comments");
    scene.recovered();
    let key = |got: &peer::Got| {
        let mut head = got.head.lines().map(str::to_lowercase);
        head.find(|line| line.starts_with("x-idempotency-key:")).unwrap()
    };
    let requests = scene.crm.requests();
    let posts: Vec<_> = requests.iter().filter(|it| it.line.starts_with("POST")).collect();
    assert_eq!(posts.len(), 3);
    assert!(posts.iter().all(|post| post.body.contains("Called about brakes.")));
    assert_eq!(key(posts[1]), key(posts[2]), "the same request");
    assert_ne!(key(posts[0]), key(posts[1]), "another release may have meant another request");
}

#[test]
fn what_another_release_went_on_with_is_not_replayed() {
    let scene = Scene::new("upgrade_back", "POST", 2);
    scene.kill_at("POST /comments");
    scene.made_by(SEMANTICS, 999);
    scene.kill(scene.recovery().spawn().unwrap(), "POST /comments");
    // As if we had written the call, and the other release had gone on with it.
    scene.made_by(999, SEMANTICS);
    let from = format!(r#"{{"continued":{{"semantics":{SEMANTICS}}}}}"#);
    journal::change(&scene.journal(), &from, r#"{"continued":{"semantics":998}}"#, true);
    let refused = scene.replay();
    assert!(refused.err.contains("semantics 998"), "{}", refused.err);
    let trace = scene.recovered();
    assert!(told(&trace).contains("998"), "{trace:#?}");
    assert_eq!(scene.comment()["customer"], "Ann Novak");
}

/// The head's entry, which is sealed, with other semantics.
fn reseal(scene: &Scene, key: &Key) {
    let (store, stream, _) = scene.store();
    let place = stream.as_str().as_bytes();
    let mut entry: Entry = store.inputs(&stream).unwrap().remove(0);
    let text = key.open(&entry.payload, place).unwrap();
    let text = String::from_utf8(text.to_vec()).unwrap();
    let ours = format!(r#""semantics":{SEMANTICS},"#);
    let changed = text.replacen(&ours, r#""semantics":999,"#, 1);
    assert_ne!(text, changed);
    entry.payload = key.seal(changed.as_bytes(), place).unwrap();
    let connection = journal::open(&scene.journal());
    let (number, checksum) = (entry.number.cast_signed(), entry.expected_checksum(&stream));
    let row = params![entry.payload, checksum, number, stream.as_str()];
    let set = "UPDATE entry SET payload = ?1, checksum = ?2 WHERE number = ?3 \
               AND stream = (SELECT key FROM stream WHERE id = ?4)";
    assert_eq!(connection.execute(set, row).unwrap(), 1);
}

#[test]
fn the_snapshot_of_a_call_with_secrets_is_sealed() {
    let scene = Scene::new("upgrade_sealed", "POST", 1);
    desk::flow().secure_variable("pin", "1111").write(&scene.folder);
    scene.kill_at("POST /comments");
    let (store, stream, _) = scene.store();
    let payload = store.snapshot(&stream).unwrap().unwrap().payload;
    let key = Key::parse(&fs::read_to_string(scene.file("calls.db.key")).unwrap()).unwrap();
    assert!(!String::from_utf8_lossy(&payload).contains("Novak"));
    let opened = key.open(&payload, stream.as_str().as_bytes()).unwrap();
    let snapshot: Value = serde_json::from_slice(&opened).unwrap();
    assert_eq!(snapshot["variables"][0]["text"], "Ann Novak");
    drop(store);

    reseal(&scene, &key);
    scene.recovered();
    assert_eq!(scene.comment()["notes"], "Called about brakes.");
    for name in ["calls.db", "calls.db-wal"] {
        let bytes = fs::read(scene.file(name)).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&bytes).contains("Novak"), "{name}");
    }
}

fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

#[test]
fn a_stream_names_its_flow_by_its_hash_and_keeps_real_time() {
    for sync in ["always", "50ms", "never"] {
        let scene = Scene::new(&format!("upgrade_origin_{sync}"), "nothing", 0);
        let before = now_ms();
        let script = scene.file("call.yaml");
        let ran = call::finish(scene.call(&["--script", &script, "--journal-sync", sync]));
        let after = now_ms();
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{sync}");
        let (store, stream, head) = scene.store();
        let entries = store.inputs(&stream).unwrap();
        assert!(entries.iter().all(|entry| (before..=after).contains(&entry.at_ms)), "{sync}");
        assert_eq!(entries.last().unwrap().kind, EntryKind::Closed);
        let first: Value = serde_json::from_slice(&entries[0].payload).unwrap();
        let site = StreamId::new(first["head"]["site"].as_str().unwrap()).unwrap();
        let written = store.inputs(&site).unwrap().remove(0).payload;
        let hex: String = sha256(&written).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(site.as_str(), format!("site.{hex}"));
        let content: Value = serde_json::from_slice(&written).unwrap();
        let export = content["site"]["flows"][0].as_str().unwrap();
        assert_eq!(serde_json::from_str::<Value>(export).unwrap()["name"], "desk");
        assert_eq!(head.origin.flow_hash, Some(sha256(export.as_bytes())));
        // The contact's own times are those of its virtual clock.
        let replayed = run(&["flow", "replay", path(&scene.journal()), "--json"]);
        assert_eq!(lines(&replayed.out)[1..], lines(&ran.out)[1..], "{sync}");
    }
}

#[test]
fn a_sync_that_is_none_is_refused() {
    let scene = Scene::new("upgrade_sync", "nothing", 0);
    let flow = scene.file("desk.json");
    let ran = call::finish(scene.call(&["--journal-sync", "soon"]));
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("always, 50ms, never"), "{}", ran.err);
    let ran = run(&["flow", "run", &flow, "--journal-sync", "never"]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("--journal"), "{}", ran.err);
}

/// How often the store was told to sync, beside what each append does.
fn syncs(scene: &Scene) -> i64 {
    let query = "SELECT count FROM synced";
    journal::open(&scene.journal()).query_row(query, [], |row| row.get(0)).unwrap()
}

#[test]
fn nothing_waits_for_the_disk_while_a_person_thinks() {
    let plain = Scene::new("upgrade_syncs", "nothing", 0);
    let ran = ended(plain.call(&["--script", &plain.file("call.yaml")]).spawn().unwrap());
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    assert!(syncs(&plain) > 0, "before a request leaves");
    // Where each append is on the disk by itself there is never anything left to sync.
    for more in [&["--interactive"][..], &["--interactive", "--journal-sync", "always"]] {
        let scene = Scene::new("upgrade_interactive", "nothing", 0);
        let mut child = scene.call(more).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"1234\nq\n").unwrap();
        let ran = ended(child);
        assert_eq!(ran.status, Some(0), "{}", ran.err);
        assert_eq!((syncs(&scene), desk::comments(&scene.crm).len()), (0, 1), "{more:?}");
    }
}

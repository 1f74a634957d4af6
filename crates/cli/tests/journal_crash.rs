//! Calls that are cut off by a kill, and `trunkline flow recover`: each contact ends once, its
//! comment reaches the CRM, and it is sent twice only where nobody can know.
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
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use call::{command, ended, kinds, lines, path, run, step, steps};
use peer::{Got, Peer, answer};
use serde_json::Value;
use support::{Ran, folder};
use trunkline_store::EntryKind;

/// Longer than anything takes that a test waits for.
const LIMIT: Duration = Duration::from_secs(20);

/// Where requests are held until the test lets them go.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let is_shut = |is_open: &mut bool| !*is_open;
        drop(self.0.1.wait_timeout_while(self.0.0.lock().unwrap(), LIMIT, is_shut).unwrap());
    }
}

fn reply(got: &Got, stream: &mut TcpStream) {
    match got.line.as_str() {
        "GET /customers/1234" => answer(stream, "200 OK", "", r#"{"name": "Ann Novak"}"#),
        _ => answer(stream, "201 Created", "", r#"{"id": 1}"#),
    }
}

/// A folder with the flow `desk`, its tenant for this CRM, a script, and a journal to be.
struct Scene {
    folder: PathBuf,
    crm: Peer,
    journal: PathBuf,
}

impl Scene {
    fn new(name: &str, crm: Peer) -> Self {
        let folder = folder(name);
        desk::write(&folder, &crm.url());
        desk::script(&folder);
        let journal = folder.join("calls.db");
        Self { folder, crm, journal }
    }

    fn file(&self, name: &str) -> String {
        path(&self.folder.join(name)).to_owned()
    }

    /// Starts the scripted call.
    fn start(&self) -> Child {
        let (flow, tenant) = (self.file("desk.json"), self.file("tenant.yaml"));
        let (script, journal) = (self.file("call.yaml"), self.file("calls.db"));
        let arguments = ["flow", "run", &flow, "--tenant", &tenant, "--script", &script];
        let mut command = command(&arguments);
        command.args(["--journal", &journal, "--json"]).spawn().unwrap()
    }

    /// Starts the call and kills it when a request with this first line has come.
    fn kill_at(&self, line: &str) {
        let mut child = self.start();
        self.wait_for(line);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn wait_for(&self, line: &str) {
        let begun = Instant::now();
        while self.crm.wait(LIMIT).as_deref() != Some(line) {
            assert!(begun.elapsed() < LIMIT, "{line} did not come");
        }
    }

    fn recovery(&self) -> std::process::Command {
        command(&["flow", "recover", &self.file("calls.db"), "--json"])
    }

    fn recover(&self) -> Ran {
        call::finish(self.recovery())
    }

    /// The contact's whole life, as the journal tells it.
    fn replay(&self, contact: &str) -> Vec<Value> {
        let ran = run(&["flow", "replay", path(&self.journal), "--contact", contact, "--json"]);
        assert_eq!(ran.status, Some(0), "{}", ran.err);
        lines(&ran.out)
    }

    /// The only contact; it must have ended.
    fn ended_contact(&self) -> Vec<Value> {
        let contacts = journal::contacts(&self.journal);
        assert!(matches!(contacts.as_slice(), [(_, true)]), "{contacts:?}");
        assert_eq!(journal::integrity(&self.journal), "ok");
        let trace = self.replay(&contacts[0].0);
        assert_eq!(steps(&trace, "Done").len(), 1, "{trace:#?}");
        assert_eq!(kinds(&trace, "contact.ended").len(), 1);
        trace
    }

    fn posts(&self) -> usize {
        desk::comments(&self.crm).len()
    }
}

/// Numbers without a pattern, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// How many comments each contact sent, by the contact's id in them.
fn posts_of(scene: &Scene, contact: &str) -> usize {
    let comments = desk::comments(&scene.crm);
    comments.iter().filter(|comment| comment["contact"] == contact).count()
}

#[test]
fn twenty_kills_lose_no_comment_and_double_none_without_need() {
    let crm = Peer::start(|got, stream| {
        std::thread::sleep(Duration::from_millis(25));
        reply(got, stream);
    });
    let scene = Scene::new("journal_kills", crm);
    let flow = fs::read_to_string(scene.folder.join("desk.json")).unwrap();
    let flow = flow.replace(
        r#"{\"customer\":"#,
        r#"{\"contact\": \"{{ NewContact.InteractionId }}\", \"customer\":"#,
    );
    fs::write(scene.folder.join("desk.json"), flow).unwrap();
    // As long as a call takes, and a little more.
    let begun = Instant::now();
    assert_eq!(ended(scene.start()).status, Some(0));
    let longest_ms = u64::try_from(begun.elapsed().as_millis()).unwrap() + 10;
    let mut dice = Dice(20);
    let (mut cut_off, mut all) = (0, 0);
    for round in 0..20 {
        while scene.crm.wait(Duration::ZERO).is_some() {}
        let mut child = scene.start();
        // Anywhere in one round of four; in the others after the first request has come.
        let pause_ms = if round % 4 == 0 {
            dice.below(longest_ms)
        } else {
            scene.crm.wait(LIMIT).expect("the call asks the CRM");
            dice.below(60)
        };
        std::thread::sleep(Duration::from_millis(pause_ms));
        child.kill().unwrap();
        child.wait().unwrap();
        // What was sent has arrived.
        std::thread::sleep(Duration::from_millis(40));
        if !scene.journal.exists() {
            continue;
        }
        let open = journal::contacts(&scene.journal).into_iter().find(|(_, is_ended)| !is_ended);
        let Some((contact, _)) = open else { continue };
        cut_off += 1;
        let trace = scene.replay(&contact);
        let was_answered =
            steps(&trace, "Post").iter().any(|it| it["out"]["httpStatusCode"] == 201);
        let ran = scene.recover();
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "round {round}: {}", ran.out);
        // Sent once more where no answer was written down, and nowhere else.
        let sent_now = steps(&lines(&ran.out), "Post").len();
        assert_eq!(sent_now, usize::from(!was_answered), "round {round}: {}", ran.out);
        let sent = posts_of(&scene, &contact);
        let may_be_double = usize::from(!was_answered);
        assert!((1..=1 + may_be_double).contains(&sent), "round {round}, {sent}: {}", ran.out);
    }
    let contacts = journal::contacts(&scene.journal);
    for (contact, is_ended) in &contacts {
        assert!(is_ended, "{contact}");
        let trace = scene.replay(contact);
        assert_eq!(steps(&trace, "Done").len(), 1, "{contact}");
        assert_eq!(kinds(&trace, "contact.ended").len(), 1, "{contact}");
        let sent = posts_of(&scene, contact);
        assert!((1..=2).contains(&sent), "{contact}: {sent}");
        all += sent;
    }
    assert_eq!(scene.posts(), all, "a comment of no contact in the journal");
    assert_eq!(journal::integrity(&scene.journal), "ok");
    // The kills met calls in the middle, or this test shows nothing.
    assert!(cut_off >= 3, "{cut_off} of 20");
}

#[test]
fn a_request_of_the_call_itself_is_in_doubt_and_not_sent_again() {
    let held = Gate::default();
    let gate = held.clone();
    let crm = Peer::start(move |got, stream| {
        if got.line.starts_with("GET") {
            gate.pass();
        }
        reply(got, stream);
    });
    let scene = Scene::new("journal_in_doubt", crm);
    scene.kill_at("GET /customers/1234");
    let ran = scene.recover();
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    let trace = lines(&ran.out);
    assert_eq!(trace[0]["notes"][0], "recovered from a journal");
    assert_eq!(step(&trace, "Dip")["failure"]["code"], "TL-HTTP-IN-DOUBT");
    let whole = scene.ended_contact();
    assert_eq!(steps(&whole, "Queue").len(), 0, "the call is over: {whole:#?}");
    let gets = scene.crm.requests().iter().filter(|got| got.line.starts_with("GET")).count();
    assert_eq!((gets, scene.posts()), (1, 1));
    held.open();
}

#[test]
fn a_comment_in_doubt_is_sent_again_with_the_same_key() {
    let held = Gate::default();
    let gate = held.clone();
    let crm = Peer::start(move |got, stream| {
        if got.line.starts_with("POST") {
            gate.pass();
        }
        reply(got, stream);
    });
    let scene = Scene::new("journal_again", crm);
    scene.kill_at("POST /comments");
    held.open();
    let ran = scene.recover();
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    scene.ended_contact();
    let keys: Vec<String> = scene.crm.requests().iter().filter_map(key).collect();
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert_eq!(keys[0], keys[1]);

    // To recover again changes nothing.
    let bytes = fs::read(&scene.journal).unwrap();
    for _ in 0..2 {
        let again = scene.recover();
        let said = (again.status, again.out.as_str(), again.err.trim());
        assert_eq!(said, (Some(0), "", "no contact was cut off"));
    }
    assert_eq!(scene.posts(), 2);
    assert!(bytes == fs::read(&scene.journal).unwrap());
}

fn key(got: &Got) -> Option<String> {
    let line = got.head.lines().find(|it| it.to_lowercase().starts_with("x-idempotency-key:"))?;
    Some(line.split_once(':').unwrap().1.trim().to_owned())
}

#[test]
fn a_connector_can_forbid_to_send_again() {
    let held = Gate::default();
    let gate = held.clone();
    let crm = Peer::start(move |got, stream| {
        if got.line.starts_with("POST") {
            gate.pass();
        }
        reply(got, stream);
    });
    let scene = Scene::new("journal_once", crm);
    let tenant = fs::read_to_string(scene.folder.join("tenant.yaml")).unwrap();
    let tenant = format!("{tenant}    resend_in_doubt: false\n");
    fs::write(scene.folder.join("tenant.yaml"), tenant).unwrap();
    scene.kill_at("POST /comments");
    held.open();
    let ran = scene.recover();
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    assert_eq!(step(&lines(&ran.out), "Post")["failure"]["code"], "TL-HTTP-IN-DOUBT");
    scene.ended_contact();
    assert_eq!(scene.posts(), 1);
}

#[test]
fn the_credentials_of_the_tenant_are_asked_for() {
    let held = Gate::default();
    let gate = held.clone();
    let crm = Peer::start(move |got, stream| {
        if got.line.starts_with("GET") {
            gate.pass();
        }
        reply(got, stream);
    });
    let scene = Scene::new("journal_credentials", crm);
    fs::write(scene.folder.join("token.txt"), "letmein").unwrap();
    let tenant = fs::read_to_string(scene.folder.join("tenant.yaml")).unwrap();
    let tenant = tenant.replace("{type: none}", "{type: bearer, token: {file: token.txt}}");
    fs::write(scene.folder.join("tenant.yaml"), tenant).unwrap();
    scene.kill_at("GET /customers/1234");
    held.open();
    let ran = scene.recover();
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("--tenant") && ran.err.contains("CRM"), "{}", ran.err);
    assert_eq!(scene.posts(), 0);

    let mut command = scene.recovery();
    command.args(["--tenant", &scene.file("tenant.yaml")]);
    let ran = call::finish(command);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    scene.ended_contact();
    let requests = scene.crm.requests();
    assert!(requests.last().unwrap().head.contains("Bearer letmein"), "{requests:?}");
}

#[test]
fn a_contact_that_cannot_be_read_does_not_keep_the_others() {
    let held = Gate::default();
    let gate = held.clone();
    let crm = Peer::start(move |got, stream| {
        if got.line.starts_with("GET") {
            gate.pass();
        }
        reply(got, stream);
    });
    let scene = Scene::new("journal_unreadable", crm);
    scene.kill_at("GET /customers/1234");
    scene.kill_at("GET /customers/1234");
    held.open();
    journal::delete(&scene.journal, EntryKind::Input, 0);
    for _ in 0..2 {
        let ran = scene.recover();
        assert_eq!(ran.status, Some(2), "{}", ran.err);
        assert!(ran.err.contains("its head is missing"), "{}", ran.err);
        assert_eq!(scene.posts(), 1);
    }
    let ended: Vec<_> =
        journal::contacts(&scene.journal).into_iter().filter(|(_, ended)| *ended).collect();
    assert_eq!(ended.len(), 1);
}

#[test]
fn a_call_that_still_runs_loses_its_contact_to_a_recovery() {
    let held = Gate::default();
    let gate = held.clone();
    let crm = Peer::start(move |got, stream| {
        if got.line.starts_with("GET") {
            gate.pass();
        }
        reply(got, stream);
    });
    let scene = Scene::new("journal_fence", crm);
    let child = scene.start();
    scene.wait_for("GET /customers/1234");
    let recovered = scene.recover();
    assert_eq!(recovered.status, Some(0), "{}", recovered.err);
    held.open();
    let fenced = ended(child);
    assert_eq!(fenced.status, Some(1));
    assert!(fenced.err.contains("another process has taken over"), "{}", fenced.err);
    scene.ended_contact();
    assert_eq!(scene.posts(), 1);
}

#[test]
fn of_two_recoveries_one_finishes_the_contact() {
    let held = Gate::default();
    let gate = held.clone();
    let crm = Peer::start(move |got, stream| {
        // The recoveries' comments.
        if got.line.starts_with("POST") {
            gate.pass();
        }
        reply(got, stream);
    });
    let scene = Scene::new("journal_two", crm);
    scene.kill_at("POST /comments");

    let first = scene.recovery().spawn().unwrap();
    scene.wait_for("POST /comments");
    let second = scene.recovery().spawn().unwrap();
    scene.wait_for("POST /comments");
    held.open();
    let (first, second) = (ended(first), ended(second));
    assert_eq!(second.status, Some(0), "{}", second.err);
    assert_eq!(first.status, Some(1), "{}", first.out);
    assert!(first.err.contains("another process is finishing it"), "{}", first.err);
    scene.ended_contact();
}

#[test]
fn two_recoveries_at_the_same_moment_end_the_contact_once() {
    for round in 0..4 {
        let crm = Peer::start(|got, stream| {
            std::thread::sleep(Duration::from_millis(5));
            reply(got, stream);
        });
        let scene = Scene::new(&format!("journal_race_{round}"), crm);
        scene.kill_at("GET /customers/1234");
        let children = [scene.recovery().spawn().unwrap(), scene.recovery().spawn().unwrap()];
        let ran = children.map(ended);
        let statuses = ran.each_ref().map(|ran| ran.status);
        assert!(statuses.contains(&Some(0)), "{} {}", ran[0].err, ran[1].err);
        let is_fine = |status: &Option<i32>| matches!(status, Some(0 | 1));
        assert!(statuses.iter().all(is_fine), "{} {}", ran[0].err, ran[1].err);
        scene.ended_contact();
        assert!((1..=2).contains(&scene.posts()), "{}", scene.posts());
    }
}

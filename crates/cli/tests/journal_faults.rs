//! Journals that cannot be written or are none: a clear message, and nothing half-done.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

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
use std::path::{Path, PathBuf};

use call::{path, run};
use peer::Peer;
use serde_json::json;
use support::{PROGRAM, Ran, folder};

struct Scene {
    folder: PathBuf,
    crm: Peer,
}

impl Scene {
    fn new(name: &str) -> Self {
        let folder = folder(name);
        let crm = desk::crm();
        desk::write(&folder, &crm.url());
        desk::script(&folder);
        Self { folder, crm }
    }

    fn arguments(&self, journal: &Path) -> Vec<String> {
        let file = |name: &str| path(&self.folder.join(name)).to_owned();
        let given = ["--tenant", &file("tenant.yaml"), "--script", &file("call.yaml")];
        let flow = file("desk.json");
        let mut arguments: Vec<String> =
            ["flow", "run", &flow].iter().map(|&it| it.to_owned()).collect();
        arguments.extend(given.iter().map(|&it| it.to_owned()));
        arguments.extend(["--journal".to_owned(), path(journal).to_owned()]);
        arguments
    }

    fn run(&self, journal: &Path) -> Ran {
        let arguments = self.arguments(journal);
        run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The message of a run that must not have begun.
    fn refused(&self, journal: &Path) -> String {
        let before = names(&self.folder);
        let ran = self.run(journal);
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
        assert!(ran.err.contains(path(journal)), "{}", ran.err);
        assert!(!ran.err.contains("panic"), "{}", ran.err);
        assert_eq!(names(&self.folder), before);
        assert!(self.crm.requests().is_empty());
        ran.err
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let scene = Scene::new("journal_places");
    for place in ["no/such/folder/calls.db", "."] {
        scene.refused(&scene.folder.join(place));
    }
    scene.refused(Path::new("/dev/null/calls.db"));
}

#[test]
fn a_file_that_is_no_journal_is_left_alone() {
    let scene = Scene::new("journal_others");
    let file = scene.folder.join("notes.txt");
    let text = "these are my notes, and no database at all\n".repeat(50);
    fs::write(&file, &text).unwrap();
    let said = scene.refused(&file);
    assert!(said.contains("is not a whole journal"), "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);

    let other = scene.folder.join("other.db");
    journal::open(&other)
        .execute_batch("CREATE TABLE mine (x); INSERT INTO mine VALUES (1)")
        .unwrap();
    let bytes = fs::read(&other).unwrap();
    let said = scene.refused(&other);
    assert!(said.contains("another program's file"), "{said}");
    assert!(bytes == fs::read(&other).unwrap());

    for command in ["replay", "recover"] {
        for (file, cause) in [(&file, "not a whole journal"), (&other, "another program's file")] {
            let ran = run(&["flow", command, path(file)]);
            assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
            assert!(ran.err.contains(path(file)) && ran.err.contains(cause), "{}", ran.err);
        }
        let missing = scene.folder.join("missing.db");
        let ran = run(&["flow", command, path(&missing)]);
        assert_eq!(ran.status, Some(2));
        assert!(ran.err.contains("missing.db: No such file"), "{}", ran.err);
        assert!(!missing.exists());
        let empty = scene.folder.join("empty.db");
        fs::write(&empty, "").unwrap();
        let ran = run(&["flow", command, path(&empty)]);
        assert_eq!(ran.status, Some(2));
        assert!(ran.err.contains("empty.db: an empty file is no journal"), "{}", ran.err);
        assert_eq!(fs::metadata(&empty).unwrap().len(), 0);
    }
}

#[test]
fn a_journal_without_contacts_has_nothing_to_replay_and_nothing_to_recover() {
    let folder = folder("journal_nobody");
    let file = folder.join("calls.db");
    drop(trunkline_store::SqliteStore::open(&file, Default::default()).unwrap());
    let ran = run(&["flow", "replay", path(&file)]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("no contact"), "{}", ran.err);
    let ran = run(&["flow", "recover", path(&file)]);
    assert_eq!((ran.status, ran.err.trim()), (Some(0), "no contact was cut off"));
}

/// Runs a call whose files may not grow beyond `blocks` of 512 bytes: a disk that fills up, for
/// those who may not mount one.
#[cfg(unix)]
fn on_small_disk(scene: &Scene, journal: &Path, blocks: u32) -> Ran {
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &limit, PROGRAM]).args(scene.arguments(journal));
    command.stdin(std::process::Stdio::null());
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    call::finish(command)
}

#[cfg(unix)]
#[test]
fn nothing_is_sent_that_could_not_be_written_down() {
    let scene = Scene::new("journal_full");
    // A flow that is too large for the disk.
    let mut flow = desk::flow().json();
    flow["comment"] = json!("x".repeat(1_500_000));
    fs::write(scene.folder.join("desk.json"), flow.to_string()).unwrap();
    let file = scene.folder.join("calls.db");
    let ran = on_small_disk(&scene, &file, 1_000);
    assert_eq!(ran.status, Some(2), "{}", ran.out);
    assert!(ran.err.contains(path(&file)), "{}", ran.err);
    assert!(ran.err.contains("could not append") || ran.err.contains("no room"), "{}", ran.err);
    assert!(scene.crm.requests().is_empty());
    // What is there is whole, and with room again the next call is written.
    assert_eq!(journal::integrity(&file), "ok");
    let again = scene.run(&file);
    assert_eq!((again.status, again.err.as_str()), (Some(0), ""));
    assert_eq!(desk::comments(&scene.crm).len(), 1);
}

#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_in_the_middle_leaves_a_contact_that_can_be_finished() {
    let scene = Scene::new("journal_filling");
    let large = format!(r#"{{"name": "Ann", "filler": "{}"}}"#, "x".repeat(900_000));
    let crm = Peer::start(move |got, stream| match got.line.as_str() {
        "POST /comments" => peer::answer(stream, "201 Created", "", "{}"),
        _ => peer::answer(stream, "200 OK", "", &large),
    });
    desk::write(&scene.folder, &crm.url());
    let file = scene.folder.join("calls.db");
    // Room for the start of the call, not for the CRM's answer.
    let ran = on_small_disk(&scene, &file, 1_000);
    assert_eq!(ran.status, Some(2), "{}", ran.out);
    assert!(ran.err.contains(path(&file)), "{}", ran.err);
    assert_eq!(desk::comments(&crm).len(), 0);
    let ran = run(&["flow", "recover", path(&file), "--json"]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    assert_eq!(desk::comments(&crm).len(), 1);
    assert!(matches!(journal::contacts(&file).as_slice(), [(_, true)]));
    assert_eq!(journal::integrity(&file), "ok");
}

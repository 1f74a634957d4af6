//! `trunkline flow replay`: the same contact again, from its inputs alone.
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

use call::{command, finish, lines, path, run, step};
use serde_json::Value;
use support::{Ran, folder};
use trunkline_store::EntryKind;

/// A journalled call: its trace, and its journal. The CRM is gone.
fn journalled(name: &str, change: impl FnOnce(export::Export) -> export::Export) -> Journalled {
    let folder = folder(name);
    let crm = desk::crm();
    let (_, tenant) = desk::write(&folder, &crm.url());
    let flow = change(desk::flow()).write(&folder);
    let (script, journal) = (desk::script(&folder), folder.join("calls.db"));
    let ran = run(&[
        "flow",
        "run",
        path(&flow),
        "--tenant",
        path(&tenant),
        "--script",
        path(&script),
        "--journal",
        path(&journal),
        "--json",
    ]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    crm.stop();
    Journalled { steps: lines(&ran.out).split_off(1), journal, folder }
}

struct Journalled {
    steps: Vec<Value>,
    journal: PathBuf,
    folder: PathBuf,
}

impl Journalled {
    fn replay(&self) -> Ran {
        run(&["flow", "replay", path(&self.journal), "--json"])
    }

    fn replayed(&self) -> Vec<Value> {
        let ran = self.replay();
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
        lines(&ran.out).split_off(1)
    }

    /// What replay says when it cannot.
    fn refused(&self) -> String {
        let ran = self.replay();
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
        assert!(!ran.err.contains("panic"), "{}", ran.err);
        ran.err
    }
}

fn same(export: export::Export) -> export::Export {
    export
}

#[test]
fn the_trace_is_the_same_without_a_network_and_without_what_was_done() {
    let call = journalled("journal_replay", same);
    assert_eq!(call.replayed(), call.steps);
    assert!(journal::delete_effects(&call.journal) > 5);
    assert_eq!(call.replayed(), call.steps);

    let contact = call.steps[0]["contact"].as_str().unwrap();
    let one = run(&["flow", "replay", path(&call.journal), "--contact", contact, "--json"]);
    assert_eq!(lines(&one.out).split_off(1), call.steps);
    let text = run(&["flow", "replay", path(&call.journal)]);
    assert!(text.out.contains("replayed from a journal"), "{}", text.out);
    assert!(text.out.contains("Post [ContactEnded] (http-request-v2) → default"), "{}", text.out);
    let none = run(&["flow", "replay", path(&call.journal), "--contact", "nobody"]);
    assert_eq!(none.status, Some(2));
    assert!(none.err.contains("no such contact"), "{}", none.err);
}

#[test]
fn a_changed_input_changes_the_trace() {
    let call = journalled("journal_flip", same);
    journal::change(&call.journal, "Ann Novak", "Eve Novak", true);
    let replayed = call.replayed();
    assert_ne!(replayed, call.steps);
    assert_eq!(step(&replayed, "Dip")["out"]["customer"], "Eve Novak");
    assert_eq!(step(&replayed, "Pop")["in"]["url"], "https://crm.example/Eve%20Novak");
    // What came before is untouched.
    assert_eq!(step(&replayed, "Pin"), step(&call.steps, "Pin"));

    journal::change(&call.journal, "Eve Novak", "Ann Novak", true);
    assert_eq!(call.replayed(), call.steps);
    // One that does not fit its checksum is damage.
    journal::change(&call.journal, "Ann Novak", "Eve Novak", false);
    let said = call.refused();
    assert!(said.contains("is damaged: its checksum is"), "{said}");
}

#[test]
fn a_missing_input_is_noticed() {
    let call = journalled("journal_gap", same);
    journal::delete(&call.journal, EntryKind::Input, 3);
    let said = call.refused();
    assert!(said.contains("calls.db") && said.contains("input 3 is missing"), "{said}");

    let call = journalled("journal_no_head", same);
    journal::delete(&call.journal, EntryKind::Input, 0);
    assert!(call.refused().contains("its head is missing"));

    let call = journalled("journal_no_end", same);
    journal::delete(&call.journal, EntryKind::Closed, 0);
    assert!(call.refused().contains("its last entries are missing"));
}

#[test]
fn an_answer_of_megabytes_is_kept_in_parts() {
    let folder = folder("journal_large");
    let large = format!(r#"{{"name": "Ann", "filler": "{}"}}"#, "x".repeat(900_000));
    let crm = peer::Peer::start(move |_, stream| peer::answer(stream, "200 OK", "", &large));
    let (flow, tenant) = desk::write(&folder, &crm.url());
    let (script, journal) = (desk::script(&folder), folder.join("calls.db"));
    let ran = run(&[
        "flow",
        "run",
        path(&flow),
        "--tenant",
        path(&tenant),
        "--script",
        path(&script),
        "--journal",
        path(&journal),
        "--json",
    ]);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let again = run(&["flow", "replay", path(&journal), "--json"]);
    assert_eq!(again.status, Some(0), "{}", again.err);
    assert!(lines(&again.out)[1..] == lines(&ran.out)[1..]);
}

/// Replays with or without a key in the environment.
fn replay_with_key(journal: &Path, key: Option<&str>) -> Ran {
    let mut command = command(&["flow", "replay", path(journal), "--json"]);
    command.envs(key.map(|key| ("TRUNKLINE_KEY", key)));
    finish(command)
}

#[test]
fn a_journal_with_secrets_is_sealed() {
    let secret = |export: export::Export| export.secure_variable("pin", "1111");
    let call = journalled("journal_sealed", secret);
    for name in ["calls.db", "calls.db-wal"] {
        let bytes = fs::read(call.folder.join(name)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("Novak") && !text.contains("promptsTts"), "{name}");
    }
    let key_file = call.folder.join("calls.db.key");
    let key = fs::read_to_string(&key_file).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&key_file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(call.replayed(), call.steps);

    fs::remove_file(&key_file).unwrap();
    let said = call.refused();
    assert!(said.contains("calls.db.key") && said.contains("TRUNKLINE_KEY"), "{said}");
    let with_key = replay_with_key(&call.journal, Some(key.trim()));
    assert_eq!(lines(&with_key.out).split_off(1), call.steps, "{}", with_key.err);

    let other = "5".repeat(64);
    let with_other = replay_with_key(&call.journal, Some(&other));
    assert_eq!((with_other.status, with_other.out.as_str()), (Some(2), ""));
    assert!(with_other.err.contains("key"), "{}", with_other.err);
    assert!(!with_other.err.contains(&other) && !with_other.err.contains(key.trim()));
    let with_none = replay_with_key(&call.journal, Some("short"));
    assert_eq!(with_none.status, Some(2));
    assert!(with_none.err.contains("TRUNKLINE_KEY"), "{}", with_none.err);
    // Nothing was made while looking for it.
    assert!(!key_file.exists());
}

//! What is acknowledged is there after a kill, and a half is never.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

mod place;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use place::{author, flow, key};
use trunkline_model::tenant::Tenant;
use trunkline_settings::{ApplyOptions, Bundle, Settings};

/// Says to the copy of this program which folder to work in.
const FOLDER: &str = "TRUNKLINE_TEST_SETTINGS_FOLDER";

fn open(folder: &Path) -> Settings {
    Settings::open(folder.join("settings.sqlite"), key()).unwrap()
}

/// A tenant in which everything has the same number.
fn numbered(number: u64) -> Bundle {
    let teams: Vec<String> =
        (0..20).map(|team| format!("{{id: t{team}, name: T{team} {number}}}")).collect();
    let yaml = format!(
        "name: '{number}'\nflows: [{{file: f.json}}]\nteams: [{}]\n\
         entry_points: [{{id: e, name: E {number}, flow: f}}]",
        teams.join(", ")
    );
    let flows = [("f.json".to_owned(), flow("f", &format!("F {number}")))];
    Bundle { yaml, flows: flows.into(), ..Bundle::default() }
}

/// Not a test by itself: what the process does that is killed.
#[test]
fn victim() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let settings = open(Path::new(&folder));
    for _ in 0..100_000 {
        let next = settings.revision().unwrap() + 1;
        settings.apply(&author(), &numbered(next), ApplyOptions::of_server()).unwrap();
        println!("applied {next}");
    }
}

/// Lets the victim work until it has said so much, and kills it. Gives the last that it said.
fn kill_after(folder: &Path, lines: usize, pause: Duration) -> u64 {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(victim.stdout.take().unwrap());
    let said = out.lines().map_while(Result::ok);
    let mut numbers = said.filter_map(|line| line.strip_prefix("applied ")?.parse().ok());
    let mut last = numbers.by_ref().take(lines).last();
    std::thread::sleep(pause);
    victim.kill().unwrap();
    victim.wait().unwrap();
    last = numbers.last().or(last);
    last.unwrap()
}

#[test]
fn a_kill_leaves_one_whole_configuration() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..8_u64 {
        let said = kill_after(dir.path(), 3, Duration::from_millis(7 * round));
        let settings = open(dir.path());
        let revision = settings.revision().unwrap();
        assert!(revision == said || revision == said + 1, "{revision} after {said}");
        let snapshot = settings.snapshot().unwrap();
        assert_eq!(snapshot.tenant, Tenant::parse(&numbered(revision).yaml).unwrap());
        let flow = snapshot.flow_of(&snapshot.tenant.entry_points[0]).unwrap();
        assert_eq!((flow.number, &*flow.text), (revision, &*numbered(revision).flows["f.json"]));
        let file = rusqlite::Connection::open(dir.path().join("settings.sqlite")).unwrap();
        let sound: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok");
    }
}

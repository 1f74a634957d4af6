//! What is acknowledged is there after a kill, what is not is whole or absent.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

mod office;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use office::{HERE, NOW, cheap, good, new_user};
use trunkline_accounts::{Accounts, Actor, AuditSearch, Role, UserSearch};

/// Says to the copy of this program which folder to work in.
const FOLDER: &str = "TRUNKLINE_TEST_ACCOUNTS_FOLDER";

/// Not a test by itself: what the process does that is killed.
#[test]
fn victim() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let accounts = open(Path::new(&folder));
    let begin = accounts.users(&UserSearch { limit: 1, ..UserSearch::default() }).unwrap();
    let first = u64::from(std::process::id()) * 1_000;
    let begin = if begin.users.is_empty() { 0 } else { first };
    for number in begin.. {
        let name = format!("user{number}");
        let user = accounts.create_user(NOW, &Actor::system(), &new_user(&name, Role::Agent));
        println!("made {name}");
        let token = accounts.sign_in(NOW, &name, &good(&name).into(), HERE, "test").unwrap();
        println!("in {}", token.token.reveal());
        if number % 3 == 0 {
            accounts.delete_user(NOW, &Actor::system(), user.unwrap().id).unwrap();
            println!("gone {name}");
        }
    }
}

fn open(folder: &Path) -> Accounts {
    Accounts::open(folder.join("accounts.sqlite"), cheap()).unwrap()
}

/// Lets the victim work until it has said so much, and kills it. Gives what it said.
fn kill_after(folder: &Path, lines: usize, pause: Duration) -> Vec<String> {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(victim.stdout.take().unwrap());
    let mut said = out.lines().map_while(Result::ok);
    let first: Vec<String> = said.by_ref().take(lines).collect();
    std::thread::sleep(pause);
    victim.kill().unwrap();
    victim.wait().unwrap();
    first.into_iter().chain(said).collect()
}

#[test]
fn a_kill_leaves_what_was_acknowledged_and_no_halves() {
    let dir = tempfile::tempdir().unwrap();
    let mut said = Vec::new();
    for round in 0..8_u32 {
        said.extend(kill_after(dir.path(), 12, Duration::from_micros(700 * u64::from(round))));
        said.push("killed".to_owned());
        check(dir.path(), &said);
    }
    assert!(said.iter().filter(|line| line.starts_with("made ")).count() >= 24);
}

fn check(folder: &Path, said: &[String]) {
    let file = rusqlite::Connection::open(folder.join("accounts.sqlite")).unwrap();
    let sound: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let count = |sql: &str| file.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    // Each change and its record are one.
    let made = count("SELECT count(*) FROM audit WHERE what = 'user.created'");
    let gone = count("SELECT count(*) FROM audit WHERE what = 'user.deleted'");
    assert_eq!(count("SELECT count(*) FROM users"), made - gone);
    assert_eq!(count("SELECT count(*) FROM users WHERE name = ''"), 0);
    assert_eq!(count("SELECT count(*) FROM sessions WHERE user NOT IN (SELECT id FROM users)"), 0);

    let accounts = open(folder);
    for (index, line) in said.iter().enumerate() {
        // What was done last may have been done and not said.
        let is_last = said.iter().skip(index + 1).find(|it| !it.starts_with("in "));
        let is_last = is_last.is_some_and(|it| it == "killed");
        let next = said.get(index + 1).map_or("", String::as_str);
        match line.split_once(' ') {
            Some(("made", _)) if is_last => {}
            Some(("made", name)) => {
                assert_eq!(is_there(&accounts, name), !said.contains(&format!("gone {name}")));
            }
            Some(("gone", name)) => assert!(!is_there(&accounts, name), "{name}"),
            Some(("in", token)) if next.starts_with("made ") => {
                accounts.session(NOW, token).unwrap_or_else(|error| panic!("{token}: {error}"));
            }
            _ => {}
        }
    }
    let page = accounts.audit(&AuditSearch { limit: 200, ..AuditSearch::default() }).unwrap();
    assert!(page.records.windows(2).all(|pair| pair[0].seq > pair[1].seq));
}

fn is_there(accounts: &Accounts, name: &str) -> bool {
    let search = UserSearch { text: name.to_owned(), limit: 200, ..UserSearch::default() };
    accounts.users(&search).unwrap().users.iter().any(|user| user.name == name)
}

//! `trunkline sandbox`, run as a program.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Served, folder, trunkline};

/// Sends a request and gives status and body. The head is method and path, then headers.
fn request(address: &str, head: &[&str], body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).unwrap();
    let (first, length) = (head[0], body.len());
    let headers: String = head[1..].iter().map(|header| format!("{header}\r\n")).collect();
    write!(
        stream,
        "{first} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap())
}

fn token(address: &str, client: &str, secret: &str) -> (u16, String) {
    let body = format!("grant_type=client_credentials&client_id={client}&client_secret={secret}");
    let form = "Content-Type: application/x-www-form-urlencoded";
    let (status, body) = request(address, &["POST /services/oauth2/token", form], &body);
    (status, body["access_token"].as_str().unwrap_or_default().to_owned())
}

fn query(address: &str, token: &str, soql: &str) -> Value {
    let path = format!("GET /services/data/v60.0/query?q={}", soql.replace(' ', "+"));
    let (status, body) = request(address, &[&path, &format!("Authorization: Bearer {token}")], "");
    assert_eq!(status, 200, "{body}");
    body
}

fn signal(served: &Served, name: &str) {
    let kill = Command::new("kill").args(["-s", name, &served.child.id().to_string()]).status();
    assert!(kill.unwrap().success());
}

/// Waits for the end of the program, but not for ever.
fn ended(served: &mut Served) -> Option<i32> {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        if let Some(status) = served.child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("the sandbox did not end");
}

#[test]
fn records_of_the_fixture_are_served_and_requests_are_printed() {
    let fixture = folder("sandbox_fixture").join("fixture.json");
    let json = r#"{"records": {"Account": [{"Id": "@acme", "Name": "Acme Corp"}]}}"#;
    fs::write(&fixture, json).unwrap();
    let mut sandbox = Served::start(&[
        "--fixture",
        fixture.to_str().unwrap(),
        "--now",
        "2026-03-18T15:30:00Z",
        "--client-id",
        "me",
        "--client-secret",
        "mine",
    ]);
    let address = sandbox.address.clone();
    assert_eq!(token(&address, "trunkline", "sandbox").0, 400);
    let (status, token) = token(&address, "me", "mine");
    assert_eq!(status, 200);
    let found = query(&address, &token, "SELECT Name, CreatedDate FROM Account");
    assert_eq!(found["records"][0]["Name"], "Acme Corp");
    let created = found["records"][0]["CreatedDate"].as_str().unwrap();
    assert!(created.starts_with("2026-03-18T15:30:00"), "{created}");

    assert_eq!(sandbox.line(), "POST /services/oauth2/token 400\n");
    assert_eq!(sandbox.line(), "POST /services/oauth2/token 200\n");
    let path = "/services/data/v60.0/query?q=SELECT+Name,+CreatedDate+FROM+Account";
    assert_eq!(sandbox.line(), format!("GET {path} 200\n"));
}

#[test]
fn a_signal_stops_it_in_good_order() {
    for name in ["INT", "TERM"] {
        let mut sandbox = Served::start(&["--quiet"]);
        // A client that keeps its connection open does not keep the sandbox from ending.
        let idle = TcpStream::connect(&sandbox.address).unwrap();
        signal(&sandbox, name);
        assert_eq!(ended(&mut sandbox), Some(0), "{name}");
        drop(idle);
    }
}

#[test]
fn it_serves_on_when_nobody_reads_its_lines() {
    let mut sandbox = Served::start(&[]);
    drop(sandbox.lines.take());
    for _ in 0..3 {
        assert_eq!(token(&sandbox.address, "trunkline", "sandbox").0, 200);
    }
    signal(&sandbox, "TERM");
    assert_eq!(ended(&mut sandbox), Some(0));
}

#[test]
fn a_database_outlives_the_program() {
    let db = folder("sandbox_db").join("crm.db");
    let fixture = folder("sandbox_db_fixture").join("fixture.json");
    fs::write(&fixture, r#"{"records": {"Account": [{"Name": "Kept"}]}}"#).unwrap();
    let (db, fixture) = (db.to_str().unwrap(), fixture.to_str().unwrap());
    for _ in 0..2 {
        let mut sandbox = Served::start(&["--db", db, "--fixture", fixture, "--quiet"]);
        let (_, token) = token(&sandbox.address, "trunkline", "sandbox");
        let found = query(&sandbox.address, &token, "SELECT Name FROM Account");
        assert_eq!(found["totalSize"], 1, "{found}");
        signal(&sandbox, "TERM");
        assert_eq!(ended(&mut sandbox), Some(0));
    }
}

#[test]
fn what_cannot_be_is_said_with_its_option() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = folder("sandbox_misuse");
    fs::write(folder.join("bad.json"), "{\n  \"recrods\": {}}").unwrap();
    fs::write(folder.join("bad.pem"), "no key").unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let bad = [
        ("--listen", address.clone(), "in use"),
        ("--listen", "nowhere".to_owned(), "--listen"),
        ("--fixture", path("gone.json"), "No such file"),
        ("--fixture", path("bad.json"), "bad.json:2:11"),
        ("--jwt-key", path("bad.pem"), "bad.pem"),
        ("--now", "yesterday".to_owned(), "--now"),
        ("--db", path("no/such/crm.db"), "--db"),
    ];
    for (option, value, said) in bad {
        let mut arguments = vec!["sandbox", option, &value];
        if option != "--listen" {
            arguments.extend(["--listen", "127.0.0.1:0"]);
        }
        let ran = trunkline(&arguments, b"");
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{option} {value}");
        assert!(ran.err.contains(option) && ran.err.contains(said), "{option}: {}", ran.err);
        assert!(!ran.err.contains("panic"), "{}", ran.err);
    }
}

//! Starting and stopping: fixtures, files, addresses, the clock, the banner, the log.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod client;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use client::Client;
use serde_json::json;
use trunkline_salesforce_sandbox::{Database, Fixture, Observer, Options, Sandbox, SandboxError};

async fn refused(options: Options) -> SandboxError {
    let listen = "127.0.0.1:0".parse().unwrap();
    Sandbox::start(Options { listen, ..options }).await.unwrap_err()
}

fn fixture(json: &str) -> Options {
    let fixture = Some(Fixture::from_json(json, "demo.json").unwrap());
    Options { fixture, ..Options::default() }
}

fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("sandbox-{name}-{}", std::process::id()))
}

#[test]
fn small_fixtures_need_no_ids() {
    let client = Client::with_fixture(
        r#"{"_about": "written by hand", "now": "2026-03-18T15:30:00Z",
            "aliases": {"user": {"dana": "0055e000001AgNtAAK"}},
            "schema": {"Visit__c": {"fields": {"Name": {"type": "string"},
                "Account__c": {"type": "reference", "referenceTo": ["Account"],
                               "childRelationshipName": "Visits__r"}}}},
            "records": {
              "Contact": [{"LastName": "Howard", "FirstName": "Avery", "AccountId": "@acme"}],
              "Case": [{"Subject": "Help", "OwnerId": "@dana"}],
              "User": [{"Id": "@user.dana", "Username": "dana@x.example", "LastName": "D"}],
              "Visit__c": [{"Name": "V", "Account__c": "@acme"}],
              "Account": [{"Id": "@acme", "Name": "Acme", "Phone": "+14806754111"}]}}"#,
    );
    let contact =
        &client.records("SELECT Name, Account.Name, Owner.Name, CreatedDate FROM Contact")[0];
    assert_eq!(
        (&contact["Name"], &contact["Account"]["Name"]),
        (&json!("Avery Howard"), &json!("Acme"))
    );
    assert_eq!(contact["Owner"]["Name"], "D");
    assert_eq!(contact["CreatedDate"], "2026-03-18T15:30:00.000+0000");
    let case = &client
        .records("SELECT CaseNumber, Status, OwnerId FROM Case WHERE CreatedDate = TODAY")[0];
    assert_eq!((&case["CaseNumber"], &case["Status"]), (&json!("00001001"), &json!("New")));
    assert_eq!(case["OwnerId"], "0055e000001AgNtAAK");
    let visits = client.records("SELECT (SELECT Name FROM Visits__r), Name FROM Account");
    assert_eq!(visits[0]["Visits__r"]["totalSize"], 1);
    // New records go on after those of the fixture.
    let next = client.create("Case", json!({}));
    assert_eq!(client.get("Case", &next)["CaseNumber"], "00001002");
}

#[tokio::test]
async fn mistakes_in_records_are_found_by_their_place() {
    for (json, expected) in [
        (r#"{"records": {"Account": [{"Nme": "x"}]}}"#, "records.Account[0].Nme: Account has no"),
        (
            r#"{"records": {"Account": [{"Name": "x", "ParentId": "@none"}]}}"#,
            "records.Account[0].ParentId: no record has the Id `@none`",
        ),
        (
            r#"{"records": {"Account": [{"Id": "003000000000000AAA"}]}}"#,
            "records.Account[0].Id: an Id of Account begins with 001",
        ),
        (
            r#"{"records": {"Contact": [{"LastName": "x"}, {"Birthdate": "soon"}]}}"#,
            "records.Contact[1].Birthdate: ",
        ),
        (
            r#"{"records": {"Account": [{"Id": "001000000000001"},
                {"Id": "001000000000001AAA"}]}}"#,
            "records.Account[1].Id: another record has the Id",
        ),
    ] {
        let message = refused(fixture(json)).await.to_string();
        assert!(message.starts_with(&format!("demo.json: {expected}")), "{message}");
    }
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap();
    let options = Options { listen, ..Options::default() };
    let error = Sandbox::start(options).await.unwrap_err();
    assert!(matches!(error, SandboxError::Listen { address, .. } if address == listen));
    assert!(error.to_string().contains("choose another address"));
}

#[tokio::test]
async fn unusable_databases_are_explained() {
    let database = Database::File("/nonexistent/a.db".into());
    let message = refused(Options { database, ..Options::default() }).await.to_string();
    assert!(message.contains("/nonexistent/a.db"), "{message}");
}

#[test]
fn records_in_a_file_outlive_the_sandbox() {
    let path = temporary("outlive");
    let with_file = |options: Options| {
        Client::with(Options { database: Database::File(path.clone()), ..options })
    };
    let demo = r#"{"records": {"Account": [{"Name": "From the fixture"}]}}"#;
    let client = with_file(fixture(demo));
    let id = client.create("Account", json!({"Name": "Kept"}));
    client.stop();
    let client = with_file(fixture(demo));
    assert_eq!(client.get("Account", &id)["Name"], "Kept");
    assert_eq!(client.records("SELECT Id FROM Account").len(), 2);
    let banner = client.sandbox.as_ref().unwrap().banner();
    assert!(banner.contains("those of demo.json were not loaded"), "{banner}");
    let next = client.create("Account", json!({"Name": "Next"}));
    assert!(next > id);
    client.stop();
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", path.display()));
    }
}

#[test]
fn the_clock_moves_records_but_not_tokens() {
    let now = Some("2020-02-29T12:00:00Z".parse().unwrap());
    let client = Client::with(Options { now, ..Options::default() });
    let id = client.create("Account", json!({"Name": "x"}));
    assert_eq!(client.get("Account", &id)["CreatedDate"], "2020-02-29T12:00:00.000+0000");
    assert_eq!(client.records("SELECT Id FROM Account WHERE CreatedDate = TODAY").len(), 1);
    let form = "grant_type=client_credentials&client_id=trunkline&client_secret=sandbox";
    let issued: i64 = client.token(form).json()["issued_at"].as_str().unwrap().parse().unwrap();
    assert!((jiff::Timestamp::now().as_millisecond() - issued).abs() < 60_000);
}

#[test]
fn the_banner_says_what_this_is_and_its_curl_works() {
    let client = Client::new();
    let banner = client.sandbox.as_ref().unwrap().banner();
    for word in ["stand-in", &client.base, "trunkline", "admin@sandbox.example", "curl"] {
        assert!(banner.contains(word), "{word}");
    }
    let form: Vec<&str> = banner
        .split("grant_type=password")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .filter(|word| word.contains('='))
        .collect();
    let form = format!("grant_type=password&{}", form.join("&"));
    assert_eq!(client.token(&form).status, 200);
    assert!(client.raw("GET", "/", &[], None).text.contains("stand-in"));
}

#[test]
fn requests_are_remembered_and_shown() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let writer = Arc::clone(&seen);
    let observer = Observer::new(move |r| writer.lock().unwrap().push(r.status));
    let options = Options { observer: Some(observer), request_log_length: 2, ..Options::default() };
    let client = Client::with(options);
    client.call("GET", "limits", None);
    client.call("GET", "nonsense?token=secret", None);
    assert_eq!(*seen.lock().unwrap(), [200, 200, 404]);
    let log = client.sandbox.as_ref().unwrap().requests();
    assert_eq!(log.len(), 2);
    assert_eq!(log[1].path, "/services/data/v52.0/nonsense?token=***");
    assert_eq!((log[1].method.as_str(), log[1].status), ("GET", 404));
}

#[test]
fn large_bodies_are_refused() {
    let client = Client::with(Options { max_body_bytes: 1000, ..Options::default() });
    let body = json!({"Name": "x".repeat(2000)});
    let answer = client.call("POST", "sobjects/Account", Some(body));
    assert_eq!(answer.error(), (413, "REQUEST_ENTITY_TOO_LARGE".to_owned()));
}

#[test]
fn many_clients_at_once_are_served() {
    let client = Client::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for n in 0..10 {
                    client.create("Account", json!({"Name": format!("A{n}")}));
                }
            });
        }
    });
    assert_eq!(client.records("SELECT Id FROM Account").len(), 80);
    client.stop();
}

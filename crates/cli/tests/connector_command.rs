//! `trunkline connector …`, run as a program against its own sandbox.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;

use serde_json::{Value, json};
use support::{Served, folder, run_in, unread};

/// A tenant with a connector to the sandbox and one whose secret is nowhere.
fn tenant(name: &str, address: &str, secret: &str) -> PathBuf {
    let folder = folder(name);
    let yaml = format!(
        "connectors:\n  - id: c-1\n    name: CRM\n    kind: salesforce\n    \
         base_url: http://{address}\n    auth:\n      type: client_credentials\n      \
         token_url: /services/oauth2/token\n      client_id: trunkline\n      \
         client_secret: {secret}\n  - id: c-2\n    name: Other\n    \
         base_url: https://example.com\n    writes: deny\n    \
         auth: {{type: bearer, token: {{env: TRUNKLINE_TEST_SECRET}}}}\n"
    );
    fs::write(folder.join("tenant.yaml"), yaml).unwrap();
    folder
}

#[test]
fn a_connector_that_works_has_a_mark_for_each_stage() {
    let sandbox = Served::start(&["--quiet"]);
    let folder = tenant("connector_ok", &sandbox.address, "sandbox");
    let ran = run_in(&folder, &["connector", "test", "CRM", "--tenant", "tenant.yaml"], b"");
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 8, "{}", ran.out);
    assert_eq!(lines[0], format!("CRM (http://{}/)", sandbox.address));
    assert!(lines[1].starts_with("  ✓ config") && lines[1].contains(" ms "), "{}", ran.out);
    assert!(lines[4].starts_with("  - TLS") && lines[4].contains("skipped"), "{}", ran.out);
    assert!(lines[7].starts_with("  ✓ API"), "{}", ran.out);
    assert!(!ran.out.contains('✗'), "{}", ran.out);
}

#[test]
fn a_connector_that_fails_says_at_which_stage_and_what_to_do() {
    let sandbox = Served::start(&["--client-secret", "another", "--quiet"]);
    let folder = tenant("connector_token", &sandbox.address, "sandbox");
    let ran = run_in(&folder, &["connector", "test", "c-1"], b"");
    assert_eq!((ran.status, ran.err.as_str()), (Some(1), ""));
    let failed: Vec<&str> = ran.out.lines().filter(|line| line.contains('✗')).collect();
    assert_eq!(failed.len(), 1, "{}", ran.out);
    assert!(failed[0].starts_with("  ✗ token") && failed[0].contains("; "), "{}", ran.out);

    let ran = run_in(&folder, &["connector", "test", "CRM", "--json"], b"");
    assert_eq!(ran.status, Some(1));
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["connector"], "CRM");
    assert_eq!(report["stages"][4]["stage"], "token");
    assert_eq!(report["stages"][4]["status"], "failed");
    assert!(report["stages"][4]["advice"].is_string());
}

#[test]
fn nobody_listening_is_said_to_be_so() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = tenant("connector_tcp", &free.to_string(), "sandbox");
    let ran = run_in(&folder, &["connector", "test", "CRM"], b"");
    assert_eq!(ran.status, Some(1));
    assert!(ran.out.contains("✗ TCP") && ran.out.contains("refused"), "{}", ran.out);
}

#[test]
fn a_secret_that_is_missing_concerns_its_own_connector_alone() {
    let sandbox = Served::start(&["--quiet"]);
    let folder = tenant("connector_secret", &sandbox.address, "sandbox");
    assert_eq!(run_in(&folder, &["connector", "test", "CRM"], b"").status, Some(0));
    let ran = run_in(&folder, &["connector", "test", "Other", "--json"], b"");
    assert_eq!((ran.status, ran.err.as_str()), (Some(1), ""));
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let first = &report["stages"][0];
    assert_eq!((&first["stage"], &first["status"]), (&json!("config"), &json!("failed")));
    assert!(first["detail"].as_str().unwrap().contains("TRUNKLINE_TEST_SECRET"), "{first}");
    assert!(first["advice"].as_str().unwrap().contains("set it"), "{first}");
    assert_eq!(report["stages"].as_array().unwrap().len(), 7);
}

#[test]
fn a_secret_in_the_file_is_an_error_unless_it_is_allowed() {
    let sandbox = Served::start(&["--client-secret", "s3cr3t", "--quiet"]);
    let folder = tenant("connector_literal", &sandbox.address, "s3cr3t");
    let ran = run_in(&folder, &["connector", "test", "CRM"], b"");
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("tenant.yaml:10:22"), "{}", ran.err);
    let ran = run_in(&folder, &["connector", "test", "CRM", "--allow-literal-secrets"], b"");
    assert_eq!(ran.status, Some(0), "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("s3cr3t"), "{}", ran.out);
}

#[test]
fn connectors_are_listed_without_their_secrets() {
    let folder = tenant("connector_list", "127.0.0.1:8090", "sandbox");
    let ran = run_in(&folder, &["connector", "list"], b"");
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    assert_eq!(
        ran.out,
        "CRM (id c-1): salesforce at http://127.0.0.1:8090, auth client_credentials, writes ask\n\
         Other (id c-2): custom at https://example.com, auth bearer, writes deny\n"
    );
    let ran = run_in(&folder, &["connector", "list", "--json"], b"");
    let list: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        list[1],
        json!({"name": "Other", "id": "c-2", "kind": "custom", "auth": "bearer",
            "base_url": "https://example.com", "writes": "deny"})
    );
}

#[test]
fn misuse_has_its_own_status() {
    let folder = tenant("connector_misuse", "127.0.0.1:8090", "sandbox");
    let bad: [(&[&str], &str); 4] = [
        (&["connector", "test"], "NAME"),
        (&["connector", "test", "Nobody"], "has: CRM, Other"),
        (&["connector", "test", "CRM", "--tenant", "gone.yaml"], "gone.yaml"),
        (&["connector", "list", "--tenant", "."], "."),
    ];
    for (arguments, said) in bad {
        let ran = run_in(&folder, arguments, b"");
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn nobody_need_read_what_is_printed() {
    let folder = tenant("connector_unread", "127.0.0.1:1", "sandbox");
    let file = folder.join("tenant.yaml");
    let file = file.to_str().unwrap();
    for arguments in [["connector", "list"].as_slice(), &["connector", "test", "CRM"]] {
        let (status, err) = unread(&[arguments, &["--tenant", file]].concat(), b"");
        assert_eq!((status, err.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

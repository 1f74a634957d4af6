//! Cisco's own export of a Salesforce data dip, unchanged, from the first ring to the comment on
//! the case: with the mistake that it is published with, and repaired by `flow check --fix`.
//!
//! The export is somebody else's file and no part of this project: it is read from
//! `TRUNKLINE_CORPUS`, or from `../shared/conformance/flows` beside the checkout. Without it each
//! test says that it had nothing to run.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "a test without the corpus says so")]

#[path = "support/call.rs"]
mod call;
mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use call::{kinds, lines, path, run, step, steps};
use serde_json::{Value, json};
use support::{Served, folder};

const NAME: &str = "Salesforce_HTTP_Connector_Flow.json";
const ACCOUNT: &str = "0015g00000HbAccAAF";
const CONTACT: &str = "0035g00000HbConAAF";
const CASE: &str = "5005g00000HbCasAAF";

fn export() -> Option<PathBuf> {
    let folder = std::env::var_os("TRUNKLINE_CORPUS").map(PathBuf::from).unwrap_or_else(|| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/flows")
    });
    let file = folder.join(NAME);
    if !file.exists() {
        println!("skipped: {} is not there; set TRUNKLINE_CORPUS", file.display());
        return None;
    }
    Some(file)
}

/// A sandbox with one customer, who has one case.
fn sandbox(folder: &Path) -> Served {
    let records = json!({"records": {
        "Account": [{"Id": ACCOUNT, "Name": "Novak Cycles", "Phone": "4806754111"}],
        "Contact": [{"Id": CONTACT, "FirstName": "Ann", "LastName": "Novak",
                     "AccountId": ACCOUNT, "Phone": "4806754111"}],
        "Case": [{"Id": CASE, "CaseNumber": "00001042", "ContactId": CONTACT,
                  "AccountId": ACCOUNT, "Subject": "No brakes", "Priority": "High"}],
    }});
    let fixture = folder.join("fixture.json");
    fs::write(&fixture, records.to_string()).unwrap();
    Served::start(&["--fixture", path(&fixture), "--quiet"])
}

fn call(flow: &Path, sandbox: &Served, more: &[&str]) -> Vec<Value> {
    let url = format!("http://{}", sandbox.address);
    let mut arguments = vec!["flow", "run", path(flow), "--sandbox-url", &url, "--json"];
    arguments.extend(more);
    let ran = run(&arguments);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    lines(&ran.out)
}

fn send(address: &str, head: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    let request = format!(
        "{head}\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// The comments on the case, as a client of the CRM sees them.
fn comments(sandbox: &Served) -> Vec<String> {
    let address = &sandbox.address;
    let head = "POST /services/oauth2/token HTTP/1.1\r\n\
                Content-Type: application/x-www-form-urlencoded";
    let body = "grant_type=client_credentials&client_id=trunkline&client_secret=sandbox";
    let token = send(address, head, body)["access_token"].as_str().unwrap().to_owned();
    let query = format!("SELECT+CommentBody+FROM+CaseComment+WHERE+ParentId='{CASE}'");
    let head = format!(
        "GET /services/data/v60.0/query?q={query} HTTP/1.1\r\nAuthorization: Bearer {token}"
    );
    let found = send(address, &head, "");
    let records = found["records"].as_array().unwrap_or_else(|| panic!("{found}"));
    records.iter().map(|it| it["CommentBody"].as_str().unwrap().to_owned()).collect()
}

fn shown_to_agent(trace: &[Value]) -> &Value {
    let answered = kinds(trace, "contact.answered");
    assert_eq!(answered.len(), 1, "{trace:#?}");
    &answered[0]["out"]["cad"]
}

#[test]
fn the_published_flow_runs_to_its_end_with_its_mistake() {
    let Some(flow) = export() else { return };
    let folder = folder("run_cisco_as_is");
    let sandbox = sandbox(&folder);
    let trace = call(&flow, &sandbox, &[]);

    // The mistake is recorded with its code and place, and the caller is kept.
    let failed = &step(&trace, "AccountByANI")["failure"];
    assert_eq!(failed["code"], "TL-FLOW-EXPRESSION");
    let described = failed["description"].as_str().unwrap();
    assert!(described.contains("httpRequestPath: line 1, column 89:"), "{described}");
    let unhandled = kinds(&trace, "contact.error_unhandled");
    assert_eq!(unhandled.len(), 1);
    let warning = unhandled[0]["warnings"][0].as_str().unwrap();
    assert!(warning.contains("by the activity's default port"), "{warning}");
    let after = trace.iter().position(|line| line["kind"] == "contact.error_unhandled").unwrap();
    assert_eq!(trace[after + 1]["activity"], "ContactByANI");

    // Everything else happens: the case is found, the agent answers, the comment is posted.
    assert_eq!(shown_to_agent(&trace)["Case Number"], "00001042");
    let pop = step(&trace, "ScreenPopAccount");
    assert!(pop["in"]["url"].as_str().unwrap().contains("/lightning/r/Account/"), "{pop}");
    assert_eq!(comments(&sandbox).len(), 1);
    assert_eq!(trace.last().unwrap()["kind"], "contact.ended");
}

#[test]
fn a_page_that_opens_for_a_default_value_is_flagged() {
    let Some(flow) = export() else { return };
    // Nobody in the CRM has this number, so nothing replaces the flow's defaults.
    let sandbox = Served::start(&["--quiet"]);
    let trace = call(&flow, &sandbox, &[]);
    let pop = step(&trace, "ScreenPopAccount");
    let url = pop["in"]["url"].as_str().unwrap();
    assert!(url.contains("/Account/542456643/"), "{url}");
    let warning = pop["warnings"][0].as_str().unwrap();
    assert!(warning.contains("default of accountId"), "{warning}");
}

#[test]
fn the_repair_takes_one_character_in_two_places_and_everything_is_found() {
    let Some(flow) = export() else { return };
    let folder = folder("run_cisco_fixed");
    let copy = folder.join("flow.json");
    // Not `fs::copy`, which takes a read-only original's permissions along.
    fs::write(&copy, fs::read(&flow).unwrap()).unwrap();
    let fixed = run(&["flow", "check", "--fix", path(&copy)]);
    assert_eq!(fixed.err.matches("fixed:").count(), 1, "{}", fixed.err);
    let (before, after) = (fs::read_to_string(&flow).unwrap(), fs::read_to_string(&copy).unwrap());
    assert_eq!(before.matches("{{[phoneNumber}}").count(), 2);
    assert_eq!(after, before.replace("{{[phoneNumber}}", "{{phoneNumber}}"));
    // A second repair finds nothing to do and does not touch the file.
    let changed = fs::metadata(&copy).unwrap().modified().unwrap();
    let again = run(&["flow", "check", "--fix", path(&copy)]);
    assert!(!again.err.contains("fixed:"), "{}", again.err);
    assert_eq!(fs::metadata(&copy).unwrap().modified().unwrap(), changed);

    let sandbox = sandbox(&folder);
    let trace = call(&copy, &sandbox, &[]);
    assert!(kinds(&trace, "contact.error_unhandled").is_empty(), "{trace:#?}");
    let seen = shown_to_agent(&trace);
    assert_eq!(seen["Account Name"], "Novak Cycles");
    assert_eq!(seen["Contact ID"], CONTACT);
    assert_eq!(seen["Case ID"], CASE);
    assert_eq!(seen["Case Number"], "00001042");
    let pop = step(&trace, "ScreenPopAccount");
    let url = pop["in"]["url"].as_str().unwrap();
    assert!(url.contains(&format!("/lightning/r/Account/{ACCOUNT}/view")), "{url}");
    assert!(pop["warnings"].is_null(), "{pop}");
    let comments = comments(&sandbox);
    assert_eq!(comments.len(), 1, "{comments:?}");
    assert!(comments[0].starts_with("This was an update by the WebexCC Demo"), "{comments:?}");
}

#[test]
fn a_hostile_number_reaches_no_account() {
    let Some(flow) = export() else { return };
    let folder = folder("run_cisco_hostile");
    let copy = folder.join("flow.json");
    let text = fs::read_to_string(&flow).unwrap();
    fs::write(&copy, text.replace("{{[phoneNumber}}", "{{phoneNumber}}")).unwrap();
    let sandbox = sandbox(&folder);
    for ani in ["x' OR Name LIKE '", "x%27 OR Name LIKE %27", "\\", "x%5C", "'"] {
        let trace = call(&copy, &sandbox, &["--ani", ani]);
        for activity in ["AccountByANI", "ContactByANI"] {
            let step = steps(&trace, activity)[0];
            let code = &step["failure"]["code"];
            let found = step["out"]["body"].as_str().unwrap_or_default();
            let is_harmless = found.contains("\"totalSize\":0") || found.contains("errorCode");
            assert!(code == "TL-HTTP-SOQL-GUARD" || is_harmless, "{ani}: {step}");
        }
        // Neither account nor case was reached, but the caller was.
        assert_ne!(shown_to_agent(&trace)["Account Name"], "Novak Cycles");
        assert_ne!(shown_to_agent(&trace)["Case ID"], CASE);
        assert_eq!(trace.last().unwrap()["kind"], "contact.ended");
    }
    assert!(comments(&sandbox).is_empty());
}

//! `trunkline flow run`: its two forms of trace, and a person in the caller's and agent's place.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/call.rs"]
mod call;
#[path = "support/desk.rs"]
mod desk;
#[path = "support/export.rs"]
mod export;
#[path = "support/peer.rs"]
mod peer;
#[path = "support/schema.rs"]
mod schema;
mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use call::{command, kinds, lines, path, run, run_with_lines, step};
use export::Export;
use peer::Peer;
use serde_json::{Value, json};
use support::{folder, unread};

fn trace_schema() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/trace.schema.json");
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// Runs the scripted call.
fn scripted(name: &str, more: &[&str]) -> (support::Ran, Peer) {
    let folder = folder(name);
    let crm = desk::crm();
    let (flow, tenant) = desk::write(&folder, &crm.url());
    let script = desk::script(&folder);
    let mut arguments = vec!["flow", "run", path(&flow), "--tenant", path(&tenant)];
    arguments.extend(["--script", path(&script)]);
    arguments.extend(more);
    (run(&arguments), crm)
}

#[test]
fn each_line_of_the_json_trace_is_as_its_schema_says() {
    let (ran, crm) = scripted("run_call_json", &["--json"]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    let trace = lines(&ran.out);
    let schema = trace_schema();
    for (place, line) in trace.iter().enumerate() {
        assert_eq!(schema::faults(&schema, &schema, line), Vec::<String>::new(), "{line}");
        assert_eq!(line["line"], if place == 0 { "head" } else { "step" });
        assert_eq!(line["contact"], trace[0]["contact"]);
    }
    // The check itself sees a fault.
    let mut broken = trace[1].clone();
    broken["t_ms"] = "soon".into();
    assert!(!schema::faults(&schema, &schema, &broken).is_empty());

    // One line per step, in the order of their times.
    let main = ["Start", "Pin", "Dip", "Say", "Queue", "Stop", "Pop", "Shown", "Post", "Done"];
    for activity in main {
        step(&trace, activity);
    }
    let times: Vec<_> = trace[1..].iter().map(|line| line["t_ms"].as_i64().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(step(&trace, "Dip")["out"]["customer"], "Ann Novak");
    let comments = desk::comments(&crm);
    assert_eq!(comments.len(), 1);
    assert_eq!(comments[0]["notes"], "Called about brakes.");
}

#[test]
fn the_text_trace_says_what_everybody_hears_sees_and_sends() {
    let (ran, crm) = scripted("run_call_text", &[]);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    for said in [
        "caller hears: Your number, please.",
        "GET /customers/1234 via CRM",
        "< {\"name\": \"Ann Novak\"}",
        "customer = Ann Novak",
        "caller hears: Hello Ann Novak.",
        "agent: Maria Lind",
        "agent sees customer: Ann Novak",
        "agent's desktop opens: https://crm.example/Ann%20Novak",
        "● caller hung up",
        "Post [ContactEnded] (http-request-v2) → default",
        "status 201",
        "● ended",
    ] {
        assert!(ran.out.contains(said), "{said} in\n{}", ran.out);
    }
    let widest = ran.out.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest < 330, "{widest}");
    assert_eq!(desk::comments(&crm).len(), 1);
}

#[test]
fn a_call_goes_on_to_its_end_when_nobody_reads_its_trace() {
    let folder = folder("run_call_unread");
    let crm = desk::crm();
    let (flow, tenant) = desk::write(&folder, &crm.url());
    let script = desk::script(&folder);
    let arguments =
        ["flow", "run", path(&flow), "--tenant", path(&tenant), "--script", path(&script)];
    assert_eq!(unread(&arguments, b""), (Some(0), String::new()));
    assert_eq!(desk::comments(&crm).len(), 1);

    // A reader that goes away after the first line.
    let mut child = command(&arguments).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ran = call::ended(child);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    assert_eq!(desk::comments(&crm).len(), 2);
}

/// The notes in the head of the trace.
fn notes(arguments: &[&str]) -> String {
    let ran = run(&[&["flow", "run", "--json"], arguments].concat());
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    lines(&ran.out)[0]["notes"].to_string()
}

#[test]
fn the_head_names_who_stands_in_for_people_the_script_leaves_out() {
    let folder = folder("run_call_stand_ins");
    let plain = Export::new("Plain").node("End", "end", json!({})).link("Start.out -> End");
    let number = json!({"transfertodn": "4001"});
    let transfers =
        Export::new("Transfers").node("Away", "blind-transfer", number).link("Start.out -> Away");
    let (plain, transfers) = (plain.write(&folder), transfers.write(&folder));
    let script = folder.join("call.yaml");
    let with_script = |text: &str, flow: &Path| {
        fs::write(&script, text).unwrap();
        notes(&[path(flow), "--script", path(&script)])
    };
    let (caller, party) = ("no script: the caller", "answers after 5 s and hangs up 30 s later");

    let said = notes(&[path(&transfers)]);
    assert!(said.contains(caller) && said.contains(party), "{said}");
    let said = notes(&[path(&plain)]);
    assert!(said.contains(caller) && !said.contains(party), "{said}");
    let said = with_script("caller: {patience_s: 60}", &transfers);
    assert!(!said.contains(caller) && said.contains(party), "{said}");
    let said = with_script("transfers: [{does: is_busy}]", &transfers);
    assert!(!said.contains(caller) && !said.contains(party), "{said}");
}

#[test]
fn what_was_decided_about_open_questions_is_explained() {
    let folder = folder("run_call_compat");
    let (flow, tenant) = desk::write(&folder, "http://127.0.0.1:9");
    let arguments = ["flow", "run", path(&flow), "--tenant", path(&tenant), "--explain-compat"];
    let ran = run(&arguments);
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""));
    let heads = ran.out.lines().filter(|line| !line.starts_with(' '));
    assert!(heads.clone().count() >= 6, "{}", ran.out);
    assert!(heads.clone().all(|line| line.ends_with(" (default)")), "{}", ran.out);

    let text = fs::read_to_string(&tenant).unwrap();
    let text = format!("{text}compatibility:\n  http_timeout: default408\n");
    fs::write(&tenant, text).unwrap();
    let ran = run(&arguments);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    assert!(ran.out.contains("http_timeout: default408\n"), "{}", ran.out);
}

/// Plays a call by these lines and gives what the agent's notes were in the end.
fn interactive(name: &str, script: &str) -> (support::Ran, Peer) {
    let folder = folder(name);
    let crm = desk::crm();
    let (flow, tenant) = desk::write(&folder, &crm.url());
    let arguments =
        ["flow", "run", path(&flow), "--tenant", path(&tenant), "--interactive", "--json"];
    (run_with_lines(&arguments, script), crm)
}

#[test]
fn a_person_plays_caller_and_agent() {
    let script = "t 2\n1234\n\nt 5\na\ne notes = brakes = bad\nt 2\nh\nw Sold\nt 60\n";
    let (ran, crm) = interactive("run_call_person", script);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let trace = lines(&ran.out);
    assert_eq!(step(&trace, "Dip")["in"]["path"], "/customers/1234");
    assert_eq!(kinds(&trace, "contact.answered").len(), 1, "{trace:#?}");
    assert_eq!(kinds(&trace, "contact.wrap_up_ended")[0]["in"]["code"], "Sold");
    assert_eq!(trace.last().unwrap()["kind"], "contact.ended");
    let comments = desk::comments(&crm);
    assert_eq!(comments.len(), 1);
    assert_eq!(comments[0]["customer"], "Ann Novak");
    assert_eq!(comments[0]["notes"], "brakes = bad");
    // The prompts and the help are not part of the trace.
    assert!(
        ran.err.contains("the caller hangs up") && ran.err.contains("[keys?] > "),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("[talking] > "), "{}", ran.err);
}

#[test]
fn an_agent_declines_lets_it_ring_and_hangs_up() {
    let script = "t 20\nd\nt 1\nnonsense\n?\nt 600\nx\nw\n";
    let (ran, _) = interactive("run_call_agent", script);
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let trace = lines(&ran.out);
    assert_eq!(kinds(&trace, "contact.offered").len(), 1, "{trace:#?}");
    assert!(ran.err.contains("\"nonsense\" is no command"), "{}", ran.err);
    assert_eq!(ran.err.matches("the caller hangs up").count(), 2, "{}", ran.err);
    assert_eq!(trace.last().unwrap()["kind"], "contact.ended");
}

#[test]
fn quitting_and_the_end_of_the_lines_end_the_call_in_good_order() {
    for (name, script) in [
        ("run_call_eof", ""),
        ("run_call_quit", "q\n"),
        ("run_call_quit_in_queue", "t 60\nq\n"),
        ("run_call_quit_talking", "t 20\na\nq\nthis is never read\n"),
        ("run_call_eof_wrapping", "t 20\na\nx\n"),
        ("run_call_no_newline", "t 20\na"),
    ] {
        let (ran, crm) = interactive(name, script);
        assert_eq!(ran.status, Some(0), "{name}: {}", ran.err);
        let trace = lines(&ran.out);
        assert_eq!(trace.last().unwrap()["kind"], "contact.ended", "{name}");
        assert_eq!(kinds(&trace, "contact.ended").len(), 1, "{name}");
        assert_eq!(desk::comments(&crm).len(), 1, "{name}");
    }
}

//! Snapshots: what of a contact outlives a release, and the contact that goes on from one.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

#[path = "../../flow/tests/interpreter/builder.rs"]
#[allow(dead_code, reason = "shared with the interpreter's tests")]
mod builder;

use std::sync::Arc;

use builder::{Builder, merge};
use serde_json::{Value, json};
use trunkline_contact::snapshot::Snapshot;
use trunkline_contact::{Arrival, Contact, Input, Output};
use trunkline_flow::Site;
use trunkline_model::http::{Answer, Body, Outcome, Request};
use trunkline_model::routing::AgentDetails;
use trunkline_model::trace::Step;
use trunkline_model::{ContactId, EntryPointId};

fn site(flows: &[&Builder]) -> Arc<Site> {
    let tenant = json!({
        "name": "Acme",
        "entry_points": [{ "id": "ep", "name": "Main", "flow": "f" }],
        "queues": [{ "id": "q1", "name": "Sales" }],
    });
    let flows = flows.iter().map(|flow| flow.read()).collect();
    Arc::new(Site::new(serde_json::from_value(tenant).unwrap(), flows))
}

fn arrival() -> Arrival {
    Arrival {
        contact: ContactId::new("c1"),
        at_ms: 1_000_000,
        ani_received: "+14806754111".into(),
        dnis_received: "+18005550100".into(),
        entry_point: EntryPointId::new("ep"),
        headers: Vec::new(),
        rescue: None,
        outdial: None,
    }
}

fn ann() -> AgentDetails {
    serde_json::from_value(json!({
        "id": "id-Ann", "name": "Ann", "email": "ann@x", "session_id": "s", "team_id": "t1",
        "team_name": "Team", "queue_id": "q1", "queue_name": "Sales",
    }))
    .unwrap()
}

/// A flow that sets its variables, queues the caller, and sends them all when the contact ends.
fn flow() -> Builder {
    let cad = json!({ "isCAD": true, "isAgentEditable": true });
    let flow = Builder::flow("f")
        .var_with("notes", "STRING", "none", cad.clone())
        .var_with("count", "INTEGER", "1", cad.clone())
        .var_with("doc", "JSON", "{}", cad.clone())
        .var_with("share", "DECIMAL", "0.5", cad.clone())
        .var_with("yes", "BOOLEAN", "false", cad)
        .var("untouched", "STRING", "as it was")
        .queue("Queue", "q1")
        .music("M")
        .row("Start Queue M M");
    let body = "{{ notes }}|{{ count }}|{{ doc.a[1] }}|{{ share }}|{{ yes }}|{{ untouched }}|\
                {{ NewPhoneContact.ANI }}|{{ ContactEnded.AgentID }}";
    flow.event("ContactEnded", "ContactEnded")
        .http("Post", "POST", "http://crm/", json!({ "httpRequestBody": body }), &[])
        .end("End")
        .row("ContactEnded Post End")
}

const SENT: &str = "two\nlines|7|x|0.25|true|as it was|+14806754111|id-Ann";

/// The contact talks to Ann, who has saved everything.
fn talking(site: &Arc<Site>) -> Contact {
    let mut contact = Contact::arrive(site, &arrival(), false).unwrap();
    contact.handle(1_001_000, Input::Answered { agent: ann() });
    let edits = [
        ("notes", "two\nlines"),
        ("count", "7"),
        ("doc", r#"{"a": [1, "x"]}"#),
        ("share", "0.25"),
        ("yes", "true"),
    ];
    for (name, value) in edits {
        contact.handle(1_002_000, Input::Edited { name: name.into(), value: value.into() });
    }
    contact
}

/// As it lies in a file.
fn kept(contact: &Contact) -> Snapshot {
    let snapshot = contact.snapshot();
    let text = serde_json::to_string(&snapshot).unwrap();
    assert_eq!(serde_json::from_str::<Snapshot>(&text).unwrap(), snapshot);
    snapshot
}

fn restored(site: &Arc<Site>, snapshot: &Snapshot) -> Contact {
    Contact::from_snapshot(site, &arrival(), snapshot, 2_000_000, true).unwrap()
}

fn requests(contact: &mut Contact) -> Vec<(u32, Request)> {
    let outputs = std::iter::from_fn(|| contact.poll());
    let request = |output| match output {
        Output::Http { id, request, .. } => Some((id, *request)),
        _ => None,
    };
    outputs.filter_map(request).collect()
}

fn body(request: &Request) -> String {
    match &request.body {
        Some(Body::Text(text)) => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn answer(contact: &mut Contact, id: u32) {
    let result = Ok(Answer { status: 201, headers: Vec::new(), body: "{}".into() });
    let outcome = Box::new(Outcome { result, duration_ms: 5, attempts: 1, stand_in: None });
    contact.handle(2_000_005, Input::Flow(trunkline_flow::Input::Http { id, outcome }));
}

fn recovered(steps: &[Step]) -> &Step {
    steps.iter().find(|step| step.kind == "contact.recovered").unwrap()
}

#[test]
fn contact_ended_runs_with_the_variables_of_the_snapshot() {
    let site = site(&[&flow()]);
    let snapshot = kept(&talking(&site));
    assert!(!snapshot.contact_ended_begun);
    let mut contact = restored(&site, &snapshot);
    assert!(!contact.is_caller_there() && !contact.is_ended());
    assert_eq!(contact.snapshot(), snapshot);
    assert!(requests(&mut contact).is_empty(), "it waits for Recovered");

    contact.handle(2_000_000, Input::Recovered);
    let sent = requests(&mut contact);
    let [(id, request)] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(body(request), SENT);
    assert_eq!(request.idempotency_key.as_deref(), Some(&*format!("c1:{id}")));
    answer(&mut contact, *id);
    assert!(contact.is_ended());
    assert!(matches!(contact.poll(), Some(Output::Ended)));
    let steps = contact.take_trace();
    assert!(recovered(&steps).warnings.is_empty(), "{steps:?}");
    assert_eq!(recovered(&steps).t_ms, 1_000_000);
    assert_eq!(steps.iter().filter(|step| step.kind == "contact.ended").count(), 1);
}

#[test]
fn whether_a_variable_was_set_is_kept() {
    let site = site(&[&flow()]);
    let snapshot = kept(&talking(&site));
    let set = |name: &str| snapshot.variables.iter().find(|it| it.name == name).unwrap().is_set;
    assert!(set("notes") && !set("untouched"));
    assert_eq!(restored(&site, &snapshot).snapshot().variables, snapshot.variables);
}

#[test]
fn a_variable_without_a_value_has_none_afterwards() {
    let flow =
        Builder::flow("f").var("n", "INTEGER", "3").get("Get", "http://crm/", &[("n", "$.n")]);
    let site = site(&[&flow.queue("Queue", "q1").music("M").row("Start Get Queue M M")]);
    let mut contact = Contact::arrive(&site, &arrival(), false).unwrap();
    let (id, _) = requests(&mut contact).remove(0);
    let result = Ok(Answer { status: 200, headers: Vec::new(), body: r#"{"n": null}"#.into() });
    let outcome = Box::new(Outcome { result, duration_ms: 5, attempts: 1, stand_in: None });
    contact.handle(1_000_005, Input::Flow(trunkline_flow::Input::Http { id, outcome }));
    let snapshot = kept(&contact);
    assert_eq!(snapshot.variables[0].text, None);
    let value = restored(&site, &snapshot);
    assert_eq!(value.run().variable("n"), Some(trunkline_expr::Value::Null));
}

#[test]
fn contact_ended_that_had_begun_runs_again() {
    let site = site(&[&flow()]);
    let mut contact = talking(&site);
    contact.handle(1_003_000, Input::CallerHungUp);
    let (first, _) = requests(&mut contact).remove(0);
    let snapshot = kept(&contact);
    assert!(snapshot.contact_ended_begun);

    // Twice: whoever recovers may be killed too.
    let mut ids = Vec::new();
    for _ in 0..2 {
        let mut contact = restored(&site, &snapshot);
        contact.handle(2_000_000, Input::Recovered);
        let (id, request) = requests(&mut contact).remove(0);
        assert_eq!(body(&request), SENT);
        let warnings = recovered(&contact.take_trace()).warnings.join("\n");
        assert!(warnings.contains("runs again"), "{warnings}");
        ids.push(id);
    }
    // The same request has the same key; another one never has the key of the contact before.
    assert_eq!(ids[0], ids[1]);
    assert!(ids[0] > first, "{ids:?}");
}

#[test]
fn a_variable_that_no_longer_fits_keeps_its_default() {
    let site = site(&[&flow()]);
    let mut snapshot = kept(&talking(&site));
    let named = |snapshot: &mut Snapshot, name: &str, text: &str| {
        let found = snapshot.variables.iter_mut().find(|it| it.name == name);
        found.unwrap().text = Some(text.to_owned());
    };
    named(&mut snapshot, "count", "many");
    named(&mut snapshot, "doc", "{");
    snapshot.variables.iter_mut().find(|it| it.name == "yes").unwrap().name = "gone".into();
    let mut contact = restored(&site, &snapshot);
    let steps = contact.take_trace();
    let warnings = &recovered(&steps).warnings;
    let about = |name: &str| warnings.iter().any(|text| text.contains(&format!(" {name} ")));
    assert!(about("count") && about("doc") && about("gone"), "{warnings:?}");
    assert_eq!(warnings.len(), 3);
    contact.handle(2_000_000, Input::Recovered);
    let (_, request) = requests(&mut contact).remove(0);
    assert_eq!(body(&request), "two\nlines|1||0.25|false|as it was|+14806754111|id-Ann");
}

#[test]
fn secure_values_are_restored_and_not_shown() {
    let secure = json!({ "isCAD": true, "isAgentEditable": true, "isSecure": true });
    let with_pin = |more: Value| Builder::flow("f").var_with("pin", "INTEGER", "", more);
    let ends = |flow: Builder| {
        let flow = flow.queue("Queue", "q1").music("M").row("Start Queue M M");
        let flow = flow.event("ContactEnded", "ContactEnded");
        let more = json!({ "httpRequestBody": "{{ pin }}" });
        flow.http("Post", "POST", "http://crm/", more, &[]).row("ContactEnded Post")
    };
    let secure_site = site(&[&ends(with_pin(secure))]);
    let mut contact = Contact::arrive(&secure_site, &arrival(), false).unwrap();
    contact.handle(1_001_000, Input::Answered { agent: ann() });
    contact.handle(1_002_000, Input::Edited { name: "pin".into(), value: "90417726".into() });
    let snapshot = kept(&contact);
    assert!(!format!("{snapshot:?}").contains("90417726"));

    let mut contact = restored(&secure_site, &snapshot);
    contact.handle(2_000_000, Input::Recovered);
    assert_eq!(body(&requests(&mut contact)[0].1), "90417726");
    let trace = serde_json::to_string(&contact.take_trace()).unwrap();
    assert!(!trace.contains("90417726"), "{trace}");

    // Of another type, or not secure any more: neither the value nor the warning shows it.
    let mut broken = snapshot.clone();
    broken.variables[0].text = Some("canary-8".into());
    for (site, snapshot) in
        [(&secure_site, &broken), (&site(&[&ends(with_pin(json!({})))]), &snapshot)]
    {
        let mut contact = restored(site, snapshot);
        contact.handle(2_000_000, Input::Recovered);
        let steps = contact.take_trace();
        assert_eq!(recovered(&steps).warnings.len(), 1);
        let trace = serde_json::to_string(&steps).unwrap();
        assert!(!trace.contains("90417726") && !trace.contains("canary"), "{trace}");
    }
}

#[test]
fn the_contact_goes_on_in_the_flow_that_it_was_in() {
    let other = Builder::flow("other").var("notes", "STRING", "").end("End").row("Start End");
    let other = other.event("ContactEnded", "ContactEnded");
    let more = json!({ "httpRequestBody": "other: {{ notes }}" });
    let other = other.http("Post", "POST", "http://crm/", more, &[]).row("ContactEnded Post");
    let both = site(&[&flow(), &other]);
    let mut snapshot = kept(&talking(&both));
    snapshot.variables.truncate(1);
    snapshot.flow.id = trunkline_model::FlowId::new("id-of-other");
    snapshot.flow.name = "other".into();
    let mut contact = restored(&both, &snapshot);
    contact.handle(2_000_000, Input::Recovered);
    assert_eq!(body(&requests(&mut contact)[0].1), "other: two\nlines");
    assert!(recovered(&contact.take_trace()).warnings.is_empty());

    // Where it is gone, the entry point's flow ends the contact, and says so.
    let mut contact = restored(&site(&[&flow()]), &snapshot);
    contact.handle(2_000_000, Input::Recovered);
    assert!(body(&requests(&mut contact)[0].1).starts_with("two\nlines|1|"));
    let warnings = recovered(&contact.take_trace()).warnings.clone();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("other version 1"), "{warnings:?}");
}

#[test]
fn without_a_snapshot_everything_is_at_its_default() {
    let site = site(&[&flow()]);
    let mut contact = Contact::without_snapshot(&site, &arrival(), 2_000_000, true).unwrap();
    contact.handle(2_000_000, Input::Recovered);
    let sent = requests(&mut contact);
    assert_eq!(body(&sent[0].1), "none|1||0.5|false|as it was|+14806754111|");
    assert!(recovered(&contact.take_trace()).warnings[0].contains("no snapshot"));
}

#[test]
fn snapshots_of_other_releases_are_read() {
    let site = site(&[&flow()]);
    let least = json!({ "arrival": arrival(), "flow": { "id": "", "name": "f", "version": 1 } });
    let mut newer = serde_json::to_value(kept(&talking(&site))).unwrap();
    merge(&mut newer, json!({ "mood": "fair" }));
    newer["variables"][0]["colour"] = json!("green");
    for (value, sent) in [(least, "none|1|"), (newer, "two\nlines|7|")] {
        let snapshot: Snapshot = serde_json::from_value(value).unwrap();
        let mut contact = restored(&site, &snapshot);
        contact.handle(2_000_000, Input::Recovered);
        assert!(body(&requests(&mut contact)[0].1).starts_with(sent));
    }
}

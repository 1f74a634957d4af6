//! The example flow's file as a piece of work: it is read without a finding, written back equal,
//! drawn whole, and handles what no call of `example.rs` can bring about.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use trunkline_contact::journal::InputRecord;
use trunkline_contact::{Arrival, Output};
use trunkline_flow::{Flow, Site};
use trunkline_model::http::Method;
use trunkline_model::prompt::Prompt;
use trunkline_model::tenant::Tenant;
use trunkline_model::{ContactId, EntryPointId};
use trunkline_sim::{Advance, Recorder, Script, World, WorldOptions};

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../flows/salesforce-data-dip")
}

fn read(file: &str) -> String {
    std::fs::read_to_string(example().join(file)).unwrap()
}

fn exported() -> Value {
    serde_json::from_str(&read("flow.json")).unwrap()
}

/// What a contact wanted done.
#[derive(Default)]
struct Wanted(Vec<Output>);

impl Recorder for Wanted {
    fn input(&mut self, _: &Arrival, _: &InputRecord, outputs: &[Output]) {
        self.0.extend_from_slice(outputs);
    }

    fn started(&mut self, _: &Arrival, outputs: &[Output]) {
        self.0.extend_from_slice(outputs);
    }

    fn wants_inputs(&self) -> bool {
        true
    }
}

impl Wanted {
    fn said(&self) -> Vec<&str> {
        let plays = self.0.iter().filter_map(|output| match output {
            Output::Play { prompts, .. } => Some(prompts),
            _ => None,
        });
        let texts = plays.flatten().map(|prompt| match prompt {
            Prompt::Speech { text, .. } => text.as_str(),
            Prompt::Audio { file } => file.as_str(),
        });
        texts.collect()
    }

    fn posts(&self) -> usize {
        let is_post = |output: &&Output| match output {
            Output::Http { request, .. } => request.method == Method::Post,
            _ => false,
        };
        self.0.iter().filter(is_post).count()
    }

    fn has(&self, wanted: &Output) -> bool {
        self.0.contains(wanted)
    }
}

/// The contact whose id the scripts know.
const CONTACT: &str = "contact-7";

/// Runs a call in which the script answers every request.
fn run(flow: &Value, change: impl FnOnce(&mut Tenant), script: &Value) -> Wanted {
    let mut tenant = Tenant::parse(&read("tenant.yaml")).unwrap();
    change(&mut tenant);
    let (flow, _) = Flow::read(&flow.to_string()).unwrap();
    let site = Arc::new(Site::new(tenant, vec![Arc::new(flow)]));
    let script = Script::parse(&script.to_string()).unwrap();
    let start_ms = script.start_ms();
    let options = WorldOptions { start_ms, script, is_interactive: false };
    let mut world = World::new(site, options, Wanted::default());
    let arrival = Arrival {
        contact: ContactId::new(CONTACT),
        at_ms: start_ms,
        ani_received: "+12025550142".to_owned(),
        dnis_received: "+12025550100".to_owned(),
        entry_point: EntryPointId::new("main-line"),
        headers: Vec::new(),
        rescue: None,
        outdial: None,
    };
    world.call(arrival).unwrap();
    loop {
        match world.advance() {
            Advance::Moment => {}
            Advance::Request(pending) => panic!("not in the script: {:?}", pending.request),
            Advance::Idle => break,
            Advance::Exhausted(limit) => panic!("{limit}"),
        }
    }
    assert!(world.recorder().has(&Output::Ended));
    std::mem::take(world.recorder())
}

fn stub(method: &str, contains: &str, status: u16, body: &Value) -> Value {
    json!({"method": method, "contains": contains, "status": status, "body": body.to_string()})
}

/// A call of somebody who has a case with this comment on it.
fn with_comment(text: &str) -> Value {
    let contact = json!({"totalSize": 1, "records": [{"Id": "003A", "Name": "Ann"}]});
    let case = json!({"totalSize": 1, "records": [
        {"Id": "500A", "CaseNumber": "1", "Subject": "S", "Priority": "High"}]});
    let comments = json!({"totalSize": 1, "records": [{"Id": "00aA", "CommentBody": text}]});
    json!({"http": [
        stub("GET", "FROM Contact", 200, &contact),
        stub("GET", "FROM CaseComment", 200, &comments),
        stub("GET", "FROM Case WHERE", 200, &case),
        stub("POST", "/sobjects/CaseComment", 201, &json!({"id": "00aB", "success": true})),
    ]})
}

#[test]
fn a_call_that_is_written_down_already_is_not_written_down_again() {
    let flow = exported();
    let again = with_comment(&format!("Call {CONTACT}, answered by Maria Lind."));
    assert_eq!(run(&flow, |_| {}, &again).posts(), 0);
    let another = with_comment("Call contact-6, answered by Maria Lind.");
    assert_eq!(run(&flow, |_| {}, &another).posts(), 1);
}

#[test]
fn a_caller_who_cannot_be_queued_hears_an_apology() {
    let without_queue = |tenant: &mut Tenant| tenant.queues.retain(|it| it.name != "Support");
    let wanted = run(&exported(), without_queue, &json!({"http": [{"fail": "connect"}]}));
    let said = wanted.said();
    assert!(said.last().unwrap().starts_with("We are sorry, but we cannot put you"), "{said:?}");
    assert!(wanted.has(&Output::Disconnect));
    assert!(!wanted.0.iter().any(|output| matches!(output, Output::Enqueue { .. })));
}

#[test]
fn an_error_that_no_port_takes_is_apologised_for() {
    let mut flow = exported();
    let queue = id_of(&flow["process"], "QueueForSupport");
    let links = flow["process"]["links"].as_array_mut().unwrap();
    links.retain(|link| link["sourceActivityId"] != *queue || link["conditionExpr"] != "failure");
    let without_queue = |tenant: &mut Tenant| tenant.queues.retain(|it| it.name != "Support");
    let wanted = run(&flow, without_queue, &json!({"http": [{"fail": "connect"}]}));
    let said = wanted.said();
    assert!(said.last().unwrap().starts_with("We are sorry, something went wrong"), "{said:?}");
    assert!(wanted.has(&Output::Disconnect));
}

#[test]
fn an_error_beside_a_conversation_does_not_interrupt_it() {
    let mut flow = exported();
    let process = &mut flow["eventFlows"]["eventsMap"]["GLOBAL_EVENTS"]["process"];
    let id = id_of(process, "ShowCase");
    let links = process["links"].as_array_mut().unwrap();
    links.retain(|link| link["sourceActivityId"] != *id || link["conditionExpr"] != "error");
    // An expression that fails: text minus a number.
    let properties = &mut process["activities"][&id]["properties"];
    properties["setVariablesArray"][0]["expr"] = json!("{{ caseId - 1 }}");
    let wanted = run(&flow, |_| {}, &with_comment(""));
    assert!(!wanted.said().iter().any(|text| text.contains("sorry")), "{:?}", wanted.said());
    assert!(!wanted.has(&Output::Disconnect), "the caller hung up, nobody else");
    assert_eq!(wanted.posts(), 1);
}

#[test]
fn music_that_cannot_be_played_is_replaced_by_words() {
    let mut flow = exported();
    let id = id_of(&flow["process"], "Music");
    flow["process"]["activities"][&id]["properties"]["prompt"] = json!("missing.wav");
    let script = json!({"http": [{"fail": "connect"}], "agents": [{"answer_after_s": null}],
        "caller": {"patience_s": 60}});
    let wanted = run(&flow, |_| {}, &script);
    let patience = |text: &&&str| text.starts_with("All of our colleagues");
    let said = wanted.said();
    // Each takes as long as it is spoken, so there are a few of them, not thousands.
    assert!((5..=15).contains(&said.iter().filter(patience).count()), "{said:?}");
}

#[test]
fn the_file_is_read_without_a_finding_and_written_back_equal() {
    let text = read("flow.json");
    let (flow, found) = Flow::read(&text).unwrap();
    assert_eq!(found, []);
    assert_eq!(flow.name, "Salesforce data dip");
    let written: Value = serde_json::from_str(&flow.export().to_text()).unwrap();
    assert_eq!(written, exported());
}

#[test]
fn the_scripts_are_read() {
    let scripts = std::fs::read_dir(example().join("calls")).unwrap();
    let paths: Vec<_> = scripts.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(paths.len(), 9, "{paths:?}");
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let script = Script::parse(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        assert!(script.ani.is_some(), "{path:?}");
    }
}

fn id_of(process: &Value, label: &str) -> String {
    let activities = process["activities"].as_object().unwrap();
    let found = activities.iter().find(|(_, activity)| activity["name"] == label);
    found.unwrap_or_else(|| panic!("no {label}")).0.clone()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn the_diagram_draws_every_activity_and_link() {
    let flow = exported();
    let events = &flow["eventFlows"]["eventsMap"]["GLOBAL_EVENTS"];
    for drawn in [&flow, events] {
        every_activity_is_drawn(drawn);
        every_link_is_drawn(drawn);
        nothing_overlaps(drawn);
    }
}

fn widgets(drawn: &Value) -> &serde_json::Map<String, Value> {
    drawn["diagram"]["widgets"].as_object().unwrap()
}

fn every_activity_is_drawn(drawn: &Value) {
    let activities = drawn["process"]["activities"].as_object().unwrap();
    for (id, activity) in activities {
        let widget = &widgets(drawn)[id];
        assert_eq!(text(&activity["id"]), id);
        assert_eq!(widget["type"], activity["group"]);
        assert_eq!(activity["properties"]["name"], activity["name"]);
        // The widget has the same properties, without the editor's underscore copies.
        for (key, value) in widget["properties"].as_object().unwrap() {
            assert_eq!(value, &activity["properties"][key], "{} {key}", activity["name"]);
        }
    }
    let links = drawn["process"]["links"].as_array().unwrap().len();
    assert_eq!(widgets(drawn).len(), activities.len() + links);
}

fn every_link_is_drawn(drawn: &Value) {
    let mut expected: HashMap<&str, HashSet<&str>> = HashMap::new();
    for link in drawn["process"]["links"].as_array().unwrap() {
        let widget = &widgets(drawn)[text(&link["id"])];
        assert_eq!(link["properties"]["value"], link["conditionExpr"]);
        let ends = [
            ("sourceActivityId", "sourcePort", &link["conditionExpr"]),
            ("targetActivityId", "targetPort", &json!("in")),
        ];
        for (end, side, name) in ends {
            let activity = &widgets(drawn)[text(&link[end])];
            assert_eq!(widget[side]["activeWidgetId"], activity["id"]);
            let ports = activity["ports"].as_array().unwrap();
            let port = ports.iter().find(|port| port["portId"] == widget[side]["id"]).unwrap();
            assert_eq!(&port["properties"]["name"], name);
            expected.entry(text(&port["portId"])).or_default().insert(text(&widget["id"]));
        }
    }
    for widget in widgets(drawn).values().filter(|it| it["widgetType"] == "activity") {
        for port in widget["ports"].as_array().unwrap() {
            let links: HashSet<_> = port["links"].as_array().unwrap().iter().map(text).collect();
            let is_in = port["properties"]["name"] == "in";
            assert_eq!(port["isSourcePort"], is_in);
            assert_eq!(expected.remove(text(&port["portId"])).unwrap_or_default(), links);
            assert_eq!(port["linkId"], port["links"].get(0).cloned().unwrap_or(Value::Null));
        }
    }
    assert!(expected.is_empty());
}

fn nothing_overlaps(drawn: &Value) {
    let all = widgets(drawn).values().filter(|it| it["widgetType"] == "activity");
    let points: Vec<(i64, i64)> = all
        .map(|it| (it["point"]["x"].as_i64().unwrap(), it["point"]["y"].as_i64().unwrap()))
        .collect();
    for (place, one) in points.iter().enumerate() {
        for other in &points[..place] {
            let apart = (one.0 - other.0).abs() >= 250 || (one.1 - other.1).abs() >= 170;
            assert!(apart, "{one:?} and {other:?}");
        }
    }
}

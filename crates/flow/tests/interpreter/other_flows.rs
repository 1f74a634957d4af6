//! Go To and Subflow.

use std::sync::Arc;

use serde_json::{Value, json};
use trunkline_flow::Flow;
use trunkline_flow::outputs::Outputs;

use crate::builder::{Builder, merge};
use crate::driver::{Driver, Setup};

fn go(builder: &Builder, others: &[&Builder]) -> Driver {
    let flows = others.iter().map(|other| other.read()).collect();
    let tenant = r#"{"entry_points": [{"id": "ep2", "name": "Second", "flow": "target"}]}"#;
    Setup { flows, ..Setup::with(tenant) }.start(builder)
}

fn target() -> Builder {
    let flow = Builder::flow("target").var("same", "STRING", "own").var("n", "STRING", "own");
    let flow = flow.var("doc", "JSON", r#"{"own": 1}"#).var("pin", "STRING", "own");
    let flow = flow.var_with("safe", "STRING", "own", json!({ "isSecure": true }));
    let flow = flow.var("kept", "STRING", "own").var("mapped", "STRING", "own");
    flow.say("There", "arrived {{ NewPhoneContact.ANI }}").row("Start There")
}

fn goto(hand_off: Value) -> Builder {
    goto_with(json!({ "handOffFlow": hand_off }))
}

fn goto_with(properties: Value) -> Builder {
    let secure = json!({ "isSecure": true });
    let flow = Builder::flow("f").var("same", "STRING", "x").var("n", "INTEGER", "5");
    let flow =
        flow.var("doc", "JSON", r#"{"x": 1}"#).var_with("pin", "STRING", "1234", secure.clone());
    let flow = flow.var_with("safe", "STRING", "5678", secure).var("which", "STRING", "target");
    flow.set("Set", "same", "handed")
        .act("Go", "hand-off", properties)
        .end("Failed")
        .row("Start Set Go")
        .links("Go error Failed")
}

#[test]
fn a_target_is_a_flow_or_an_entry_point_by_id_name_or_expression() {
    let cases = [
        json!({ "handOffTo": "id-of-target" }),
        json!({ "handOffTo": "lost", "handOffToName": "target" }),
        json!({ "handOffTo": "{{ which }}", "isDynamic": true }),
        json!({ "handOffTo": "ep2", "isEntryPoint": true }),
        json!({ "handOffTo": "lost", "handOffToName": "Second", "isEntryPoint": true }),
    ];
    for hand_off in cases {
        let driver = go(&goto(hand_off.clone()), &[&target()]);
        assert_eq!(driver.lines(), ["play arrived +14806754111"], "{hand_off}");
        assert_eq!(driver.run.flow().name, "target");
    }
}

#[test]
fn variables_are_handed_over_by_name_and_type() {
    let driver = go(&goto(json!({ "handOffTo": "target" })), &[&target()]);
    let values = ["same", "n", "doc", "pin", "safe", "kept"].map(|name| driver.var(name));
    // Of another type, JSON, and secure into open stay.
    assert_eq!(
        values,
        [r#""handed""#, r#""own""#, r#"{"own":1}"#, r#""own""#, r#""5678""#, r#""own""#]
    );
}

#[test]
fn chosen_mappings_come_on_top_and_obey_the_same_rules() {
    for key in ["flowVariableMapping", "variableMapping"] {
        let row = |src: &str, target: &str| json!({ "src": src, "target": target });
        let rows = [row("n", "mapped"), row("pin", "kept"), row("doc", "doc"), row("same", "same")];
        let properties = json!({ "handOffFlow": { "handOffTo": "target" }, key: rows });
        let driver = go(&goto_with(properties), &[&target()]);
        let values = ["mapped", "kept", "doc", "same"].map(|name| driver.var(name));
        assert_eq!(values, [r#""5""#, r#""own""#, r#"{"own":1}"#, r#""handed""#], "{key}");
        let warned = driver.steps.iter().find(|step| step.activity == "Go").unwrap();
        assert_eq!(warned.warnings.len(), 2, "{:?}", warned.warnings);
    }
}

#[test]
fn a_default_that_was_handed_over_is_still_a_default() {
    let page = json!({ "screenPopUrl": "https://x/{{ id }}" });
    let other = Builder::flow("target").var("id", "STRING", "theirs").set("Later", "id", "1");
    let other = other.act("Pop", "screen-pop", page).end("End").row("Start Pop End");
    let flow = Builder::flow("f").var("id", "STRING", "542456643");
    let flow = flow.act("Go", "hand-off", json!({ "handOffFlow": { "handOffTo": "target" } }));
    let driver = go(&flow.row("Start Go"), &[&other]);
    assert_eq!(driver.lines()[0], r#"pop NewBrowserTab "" https://x/542456643 ["id"]"#);
}

#[test]
fn a_target_that_is_not_there_is_an_error() {
    let empty = Builder::subflow("no-start");
    for hand_off in [
        json!({ "handOffTo": "lost" }),
        json!({ "handOffTo": "lost", "isEntryPoint": true }),
        json!({ "handOffTo": "no-start" }),
        json!({}),
    ] {
        let driver = go(&goto(hand_off.clone()), &[&target(), &empty]);
        assert_eq!(driver.path(), "Start.out Set.out Go!TL-FLOW-TARGET.error Failed", "{hand_off}");
    }
}

#[test]
fn the_targets_event_flows_take_over() {
    let other = target().event("AgentContactAssigned", "AgentAnswered");
    let other = other.set("Theirs", "same", "theirs").end("E").row("AgentContactAssigned Theirs E");
    let flow =
        goto(json!({ "handOffTo": "target" })).event("AgentContactAssigned", "AgentAnswered");
    let flow = flow.set("Ours", "same", "ours").end("E1").row("AgentContactAssigned Ours E1");
    let flow = flow.event("ContactEnded", "PhoneContactEnded").end("E2").row("ContactEnded E2");
    let mut driver = go(&flow, &[&other]);
    assert!(driver.event("AgentContactAssigned", Outputs::NONE));
    assert_eq!(driver.var("same"), r#""theirs""#);
    assert!(!driver.event("ContactEnded", Outputs::NONE), "the first flow's events are gone");
}

#[test]
fn going_round_between_flows_ends() {
    let back = json!({ "handOffFlow": { "handOffTo": "f" } });
    let other = Builder::flow("target").act("Back", "hand-off", back).row("Start Back");
    let flow = Builder::flow("f");
    let there = json!({ "handOffFlow": { "handOffTo": "target" } });
    let flow = flow.act("Go", "hand-off", there).row("Start Go");
    let driver = go(&flow, &[&other]);
    let lines = driver.lines();
    assert!(lines[0].contains("TL-FLOW-LOOP Fallback"), "{lines:?}");
    assert_eq!(lines[1], "rescue TL-FLOW-LOOP");
}

fn called(more: Value) -> Builder {
    let row = |src: &str, target: &str| json!({ "src": src, "target": target });
    let mut properties = json!({
        "subflowId": "id-of-sub", "subflowName": "sub",
        "subflowInputVariables": [row("number", "in"), row("Start.ANI", "ani"), row("doc", "doc")],
        "subflowOutputVariables": [row("result", "out"), row("doc", "doc")],
    });
    merge(&mut properties, more);
    let flow = Builder::flow("f").var("number", "INTEGER", "20").var("result", "STRING", "");
    let flow = flow.var("doc", "JSON", r#"{"a": 1}"#).var("hidden", "STRING", "caller's");
    let flow = flow.act("Call", "subflow-handoff", properties).end("End").end("Failed");
    flow.row("Start Call End").links("Call error Failed")
}

fn sub() -> Builder {
    let flow =
        Builder::subflow("sub").var_with("in", "INTEGER", "", json!({ "source": "SUBFLOW_INPUT" }));
    let flow = flow.var_with("out", "STRING", "", json!({ "source": "SUBFLOW_OUTPUT" }));
    let flow = flow.var("ani", "STRING", "").var("doc", "JSON", "");
    let flow = flow.set("Work", "out", "{{ in + 1 }} {{ ani }} {{ hidden }}{{ doc.a }}");
    flow.act("Done", "end-subflow", json!({})).row("Start Work Done")
}

#[test]
fn a_subflow_takes_inputs_and_gives_outputs() {
    let driver = go(&called(json!({})), &[&sub()]);
    assert_eq!(driver.var("result"), r#""21 +14806754111 1""#, "and does not see other variables");
    assert_eq!(driver.var("doc"), r#"{"a":1}"#);
    assert_eq!(driver.path(), "Start.out Start.out Work.out Done Call.default End");
    let by_name = called(json!({ "subflowId": "lost" }));
    assert_eq!(go(&by_name, &[&sub()]).var("result"), r#""21 +14806754111 1""#);
}

#[test]
fn the_callers_events_stay_in_charge() {
    let waiting = Builder::subflow("sub").music("Wait").row("Start Wait");
    let flow = called(json!({})).event("AgentContactAssigned", "AgentAnswered");
    let flow = flow.set("Note", "result", "{{ AgentAnswered.AgentName }}").end("E");
    let mut driver = go(&flow.row("AgentContactAssigned Note E"), &[&waiting]);
    let outputs = Outputs::NONE.with("AgentName", "Ann".to_owned());
    assert!(driver.event("AgentContactAssigned", outputs));
    assert_eq!(driver.var("result"), r#""Ann""#);
}

#[test]
fn a_result_that_does_not_fit_is_an_error() {
    let row = json!([{ "src": "number", "target": "out" }]);
    let driver = go(&called(json!({ "subflowOutputVariables": row })), &[&sub()]);
    assert!(driver.path().ends_with("Done Call!TL-FLOW-TYPE.error Failed"), "{}", driver.path());
}

#[test]
fn a_subflow_that_is_missing_is_an_error() {
    let driver = go(&called(json!({})), &[]);
    assert_eq!(driver.path(), "Start.out Call!TL-FLOW-TARGET.error Failed");
    // A flow is no subflow.
    let driver = go(&called(json!({})), &[&Builder::flow("sub")]);
    assert_eq!(driver.path(), "Start.out Call!TL-FLOW-TARGET.error Failed");
}

#[test]
fn a_subflow_without_a_start_is_an_error() {
    let text = r#"{"name": "sub", "flowId": "id-of-sub", "flowType": "SUBFLOW",
                   "process": {"activities": {}}}"#;
    let empty = Arc::new(Flow::read(text).unwrap().0);
    let driver = Setup { flows: vec![empty], ..Setup::default() }.start(&called(json!({})));
    assert_eq!(driver.path(), "Start.out Call!TL-FLOW-TARGET.error Failed");
}

#[test]
fn a_subflow_cannot_call_a_subflow_not_even_itself() {
    let properties = json!({ "subflowId": "id-of-sub", "subflowName": "sub" });
    let nested = Builder::subflow("sub").act("Again", "subflow-handoff", properties);
    let nested = nested.act("Done", "end-subflow", json!({})).row("Start Again");
    let nested = nested.links("Again error Done");
    let driver = go(&called(json!({})), &[&nested]);
    let expected = "Start.out Start.out Again!TL-FLOW-UNSUPPORTED.error Done Call.default End";
    assert_eq!(driver.path(), expected);
}

#[test]
fn a_loop_of_calls_does_not_pile_up() {
    let flow = Builder::flow("f").music("Music").act(
        "Call",
        "subflow-handoff",
        json!({ "subflowId": "id-of-sub" }),
    );
    let go_on = json!({ "handOffFlow": { "handOffTo": "target" } });
    let flow = flow.act("If", "condition-activity", json!({ "expression": "{{ done }}" }));
    let flow = flow.var("done", "BOOLEAN", "false").act("Go", "hand-off", go_on);
    let flow = flow.row("Start Music Call If").links("If false Music; If true Go");
    let quick = Builder::subflow("sub").act("Done", "end-subflow", json!({})).row("Start Done");
    let mut driver = go(&flow, &[&quick, &target()]);
    for _ in 0..500 {
        driver.played();
    }
    // More than a hundred flows piled up would keep the contact from going to another one.
    driver.with(|run, _| assert!(run.edit_variable("done", "true").is_err()));
    assert_eq!(driver.run.caller_activity(), Some("Music"));
    assert!(driver.lines().iter().all(|line| !line.starts_with("unhandled")));
}

#[test]
fn a_subflow_may_go_to_another_flow() {
    let leaves = json!({ "handOffFlow": { "handOffTo": "target" } });
    let leaver = Builder::subflow("sub").act("Go", "hand-off", leaves).row("Start Go");
    let driver = go(&called(json!({})), &[&leaver, &target()]);
    assert_eq!(driver.lines(), ["play arrived +14806754111"]);
    assert_eq!(driver.run.flow().name, "target");
}

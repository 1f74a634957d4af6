//! Queue Contact and Get Queue Info.

use serde_json::{Value, json};
use trunkline_flow::run::Input;
use trunkline_model::routing::QueueFigures;

use crate::builder::{Builder, merge};
use crate::driver::{Driver, start};

fn queue(properties: Value) -> Driver {
    let flow = Builder::flow("f").var("queue", "STRING", "Support").var("nine", "INTEGER", "9");
    let flow = flow.var("word", "STRING", "P2").var("none", "STRING", "");
    let flow = flow.act("Queue", "queue-contact", properties).music("Music").end("Failed");
    start(&flow.row("Start Queue Music").links("Queue failure Failed"))
}

#[test]
fn a_queue_is_found_by_id_name_or_variable() {
    let cases = [
        (json!({ "destination": "q2" }), "q2"),
        (json!({ "destination": "Sales" }), "q1"),
        (json!({ "destination": "lost", "destination:name": "Support" }), "q2"),
        (json!({ "destination": "lost", "destination_name": "Support" }), "q2"),
        (json!({ "queueRadioGroup": "variableQueue", "destinationVariable": "{{ queue }}" }), "q2"),
        (
            json!({ "queueRadioGroup": "variableQueue", "destinationVariable": "{{ none }}",
                "fallbackQueue": "q1" }),
            "q1",
        ),
        (
            json!({ "queueRadioGroup": "variableQueue", "destinationVariable": "Nope",
                "fallbackQueue": "lost", "fallbackQueue:name": "Sales" }),
            "q1",
        ),
        (
            json!({ "queueRadioGroup": "staticQueue", "destination": "q1",
                "destinationVariable": "{{ queue }}" }),
            "q1",
        ),
    ];
    for (properties, id) in cases {
        let driver = queue(properties.clone());
        assert_eq!(
            driver.lines(),
            [format!("enqueue {id} P10"), "music defaultmusic_on_hold.wav 0 None".to_owned()]
        );
        assert_eq!(driver.path(), "Start.out Queue.default", "the flow goes on at once");
        assert_eq!(driver.out("Queue", "QueueId"), format!("{id:?}"), "{properties}");
    }
}

#[test]
fn an_unknown_queue_fails_with_4() {
    let cases = [
        json!({ "destination": "lost" }),
        json!({}),
        json!({ "queueRadioGroup": "variableQueue", "destinationVariable": "{{ none }}" }),
    ];
    for properties in cases {
        let driver = queue(properties);
        assert_eq!(driver.path(), "Start.out Queue!TL-QUEUE-UNKNOWN.failure Failed");
        assert_eq!(driver.failure("Queue").number, 4);
    }
}

#[test]
fn priorities_outside_1_to_9_are_the_lowest() {
    let variable = |text: &str| json!({ "toggle": true, "priorityRadioGroup": "variablePriority", "priorityVariable": text });
    let cases = [
        (json!({ "toggle": true, "priority": "1" }), 1),
        (json!({ "toggle": true, "priority": 9 }), 9),
        (json!({ "toggle": true, "priority": "0" }), 10),
        (json!({ "toggle": true, "priority": null }), 10),
        (json!({ "toggle": false, "priority": "1" }), 10),
        (variable("{{ nine }}"), 9),
        (variable("{{ word }}"), 2),
        (variable("{{ nine + 1 }}"), 10),
        (variable("{{ none }}"), 10),
        (variable("-4"), 10),
    ];
    for (properties, priority) in cases {
        let mut all = json!({ "destination": "q1" });
        merge(&mut all, properties.clone());
        assert_eq!(queue(all).lines()[0], format!("enqueue q1 P{priority}"), "{properties}");
    }
}

#[test]
fn skills_are_rendered_and_passed_on() {
    let skills = json!({ "requirements": [
        { "skillName": "Spanish", "condition": "gte", "value": "5", "skill": "id" },
        { "skillName": "Level", "condition": "is", "skillValue": "{{ word }}" },
        { "skillName": "Odd", "condition": "roughly", "value": "5" },
        { "skillName": "New", "condition": "neq", "value": "true" },
        { "skillName": "Max", "condition": "lte", "value": 3 },
    ] });
    let driver = queue(json!({ "destination": "q1", "skills": skills }));
    let expected = "enqueue q1 P10 Spanish AtLeast 5 Level Is P2 New IsNot true Max AtMost 3";
    assert_eq!(driver.lines()[0], expected);
}

#[test]
fn there_is_a_state_for_everything() {
    let flow = Builder::flow("f").row("Start").event("AgentContactAssigned", "AgentAnswered");
    let flow = flow.queue("Again", "q1").end("End").row("AgentContactAssigned Again End");
    let mut driver = start(&flow);
    driver.with(|run, _| run.set_with_agent(true));
    driver.event("AgentContactAssigned", trunkline_flow::outputs::Outputs::NONE);
    assert_eq!(driver.failure("Again").number, 8, "an agent has the contact");
    let mut driver = start(&flow);
    driver.with(|run, now_ms| run.caller_gone(now_ms, true));
    driver.event("AgentContactAssigned", trunkline_flow::outputs::Outputs::NONE);
    assert_eq!(driver.failure("Again").number, 12, "the caller is gone");
}

fn lookup(properties: Value) -> Driver {
    let flow = Builder::flow("f").var("r", "STRING", "").act("Info", "queue-lookup", properties);
    let flow = flow.set("Set", "r", "{{ Info.PIQ }}/{{ Info.positioninqueue }}/{{ Info.EWT }}");
    let flow = flow.end("Few").end("Failed").row("Start Info Set");
    start(&flow.links("Info insufficientdata Few; Info failure Failed"))
}

fn figures(estimated_wait_ms: Option<u64>) -> Option<QueueFigures> {
    Some(QueueFigures {
        position: 3,
        estimated_wait_ms,
        logged_on_agents_current: 4,
        logged_on_agents_all: 5,
        available_agents_current: 1,
        available_agents_all: 2,
        calls_queued_now: 6,
        oldest_call_ms: 7_000,
        ..QueueFigures::default()
    })
}

#[test]
fn figures_are_outputs_under_both_names() {
    let mut driver = lookup(json!({ "destination": "q1", "ewtLookbackMinutes": "30" }));
    assert_eq!(driver.lines(), ["query q1 30"]);
    driver.give(0, Input::Figures { id: 1, figures: figures(Some(90_000)) });
    assert_eq!(driver.var("r"), r#""3/3/90000""#);
    let outputs = [
        ("LoggedOnAgentsCurrent", "4"),
        ("LoggedOnAgentsAll", "5"),
        ("AvailableAgentsCurrent", "1"),
        ("AvailableAgentsAll", "2"),
        ("CallsQueuedNow", "6"),
        ("OldestCallTime", "7000"),
    ];
    for (name, value) in outputs {
        assert_eq!(driver.out("Info", name), value, "{name}");
    }
}

#[test]
fn without_an_estimate_the_position_is_still_good() {
    let mut driver = lookup(json!({ "destination": "q1" }));
    assert_eq!(driver.lines(), ["query q1 5"]);
    driver.give(0, Input::Figures { id: 1, figures: figures(None) });
    assert_eq!(driver.path(), "Start.out Info.insufficientdata Few");
    assert_eq!((driver.out("Info", "EWT"), driver.out("Info", "PIQ")), ("-1".into(), "3".into()));
}

#[test]
fn figures_that_cannot_be_had_fail() {
    let mut driver = lookup(json!({ "destination": "q1" }));
    driver.give(0, Input::Figures { id: 1, figures: None });
    assert_eq!(driver.path(), "Start.out Info!TL-QUEUE-UNKNOWN.failure Failed");
    assert_eq!(driver.failure("Info").number, 1);
    let driver = lookup(json!({ "destination": "lost" }));
    assert_eq!(driver.failure("Info").number, 4);
}

//! Queue To Agent, Set Contact Priority, Escalate Call Distribution Group, Advanced Queue
//! Information, and what Queue Contact says about skills and availability.

use serde_json::{Value, json};
use trunkline_flow::run::Input;
use trunkline_model::QueueId;
use trunkline_model::routing::{
    AgentSeen, QueueFigures, RoutingReply, ToAgent, ToAgentOutcome as Outcome,
};

use crate::builder::{Builder, merge};
use crate::driver::{Driver, Setup};

const TENANT: &str = r#"{
    "agents": [{ "id": "a1", "name": "Ann", "email": "Ann@example.com" }],
    "queues": [{ "id": "q1", "name": "Sales" }, { "id": "q2", "name": "Support" },
               { "id": "q3", "name": "Skilled", "routing": "skills_based" }]
}"#;

/// An activity with its port for failures linked, in a contact that waits in q1 or in no queue.
fn one(kind: &str, properties: Value, is_queued: bool) -> Driver {
    let failure = if kind.contains("agent") || kind.contains("cdg") { "error" } else { "failure" };
    let flow =
        Builder::flow("f").var("id", "STRING", "a1").var("mail", "STRING", "ann@EXAMPLE.com");
    let flow = flow.var("two", "INTEGER", "2").var("yes", "BOOLEAN", "true");
    let flow = flow.queue("Queue", "q1").act("It", kind, properties).music("Music").end("Failed");
    let row = if is_queued { "Start Queue It Music" } else { "Start It Music" };
    let flow = flow.row(row).links(&format!("It {failure} Failed"));
    Setup::with(TENANT).start(&flow)
}

fn to_agent(properties: Value) -> Driver {
    let mut all = json!({ "destinationVariable": "{{ id }}", "destinationLookupType": "agentId",
        "reportingQueue": "q1", "recoveryQueue": "q2", "parkContactToggle": true });
    merge(&mut all, properties);
    one("queue-to-agent", all, false)
}

#[test]
fn an_agent_is_found_by_id_or_email() {
    let cases = [
        (json!({}), "to a1 for q1 P10 park else q2"),
        (
            json!({ "destinationVariable": "{{ mail }}", "destinationLookupType": "agentEmail" }),
            "to a1 for q1 P10 park else q2",
        ),
        (json!({ "parkContactToggle": false }), "to a1 for q1 P10 else q2"),
        (json!({ "recoveryQueue": null }), "to a1 for q1 P10 park"),
        (
            json!({ "priorityToggle": true, "priority": "1", "priorityRadioGroup": "staticPriority" }),
            "to a1 for q1 P1 park else q2",
        ),
        (json!({ "priorityToggle": false, "priority": "1" }), "to a1 for q1 P10 park else q2"),
        (
            json!({ "priorityToggle": true, "priorityVariable": "{{ two }}",
                "priorityRadioGroup": "variablePriority" }),
            "to a1 for q1 P2 park else q2",
        ),
        (
            json!({ "queueRadioGroup": "variableQueue",
                "destinationReportingQueueVariable": "Support" }),
            "to a1 for q2 P10 park else q2",
        ),
        (
            json!({ "queueRecoveryRadioGroup": "variableRecoveryQueue",
                "destinationRecoveryQueueVariable": "Sales" }),
            "to a1 for q1 P10 park else q1",
        ),
    ];
    for (properties, line) in cases {
        let driver = to_agent(properties.clone());
        assert_eq!(driver.lines(), [line], "{properties}");
        assert_eq!(driver.path(), "Start.out", "it waits for the queues' answer");
    }
}

#[test]
fn agents_and_queues_that_do_not_exist() {
    let cases = [
        (json!({ "destinationVariable": "eve" }), 2),
        (json!({ "destinationVariable": "Ann" }), 2),
        (json!({ "destinationVariable": "", "destinationLookupType": "agentEmail" }), 2),
        (json!({ "reportingQueue": "lost" }), 5),
        (json!({ "recoveryQueue": "lost" }), 5),
    ];
    for (properties, number) in cases {
        let driver = to_agent(properties.clone());
        assert_eq!(driver.failure("It").number, number, "{properties}");
        assert_eq!(driver.out("It", "AgentState"), r#""NOT_APPLICABLE""#);
        assert!(!driver.lines()[0].starts_with("to "));
    }
}

#[test]
fn what_the_queues_answer_decides_where_the_flow_goes() {
    let idle = || AgentSeen::Idle { code: "Lunch".into() };
    let default = "Start.out It.default";
    let failed = "Start.out It!TL-FLOW-STATE.error Failed";
    let rows = [
        (Outcome::Reserved, AgentSeen::Available, default, None, "AVAILABLE", "NOT_APPLICABLE"),
        (Outcome::Parked, AgentSeen::Available, default, None, "AVAILABLE", "NOT_APPLICABLE"),
        (Outcome::Parked, idle(), default, None, "Idle", "Lunch"),
        (Outcome::Recovery, idle(), default, Some(1), "Idle", "Lunch"),
        (Outcome::Recovery, AgentSeen::Available, default, Some(6), "AVAILABLE", "NOT_APPLICABLE"),
        (Outcome::Unavailable, idle(), failed, Some(1), "Idle", "Lunch"),
        (
            Outcome::UnknownAgent,
            AgentSeen::NotThere,
            failed,
            Some(2),
            "NOT_APPLICABLE",
            "NOT_APPLICABLE",
        ),
        (
            Outcome::NotSignedIn,
            AgentSeen::NotThere,
            failed,
            Some(3),
            "NOT_APPLICABLE",
            "NOT_APPLICABLE",
        ),
        (
            Outcome::UnknownQueue,
            AgentSeen::NotThere,
            failed,
            Some(5),
            "NOT_APPLICABLE",
            "NOT_APPLICABLE",
        ),
        (Outcome::Busy, AgentSeen::Available, failed, Some(6), "AVAILABLE", "NOT_APPLICABLE"),
        (Outcome::Connected, AgentSeen::Available, failed, Some(8), "AVAILABLE", "NOT_APPLICABLE"),
    ];
    for (outcome, agent, path, number, state, code) in rows {
        let mut driver = to_agent(json!({}));
        let queue = Some(QueueId::new("q1"));
        let reply = RoutingReply::ToAgent(ToAgent { outcome, agent, queue });
        driver.give(0, Input::Routed { id: 1, reply });
        assert_eq!(driver.path(), path, "{outcome:?}");
        assert_eq!(driver.out("It", "AgentState"), format!("{state:?}"), "{outcome:?}");
        assert_eq!(driver.out("It", "AgentIdleCode"), format!("{code:?}"), "{outcome:?}");
        assert_eq!(driver.out("It", "AgentId"), r#""a1""#);
        match number {
            Some(number) if path == failed => {
                assert_eq!(driver.failure("It").number, number, "{outcome:?}");
            }
            Some(number) => assert_eq!(driver.out("It", "FailureCode"), number.to_string()),
            None => {
                let last = driver.lines().pop().unwrap();
                assert_eq!(last, "music defaultmusic_on_hold.wav 0 None");
            }
        }
    }
    let mut driver = to_agent(json!({}));
    driver.give(0, Input::Routed { id: 1, reply: RoutingReply::NotQueued });
    assert_eq!(driver.path(), failed, "the queues are gone, after a crash");
}

#[test]
fn a_contact_with_an_agent_is_not_queued_to_another() {
    let flow = Builder::flow("f").row("Start").event("AgentContactAssigned", "AgentAnswered");
    let properties = json!({ "destinationVariable": "a1", "reportingQueue": "q1" });
    let flow = flow.act("It", "queue-to-agent", properties).end("End");
    let mut driver = Setup::with(TENANT).start(&flow.row("AgentContactAssigned It End"));
    driver.with(|run, _| run.set_with_agent(true));
    driver.event("AgentContactAssigned", trunkline_flow::outputs::Outputs::NONE);
    assert_eq!(driver.failure("It").number, 8);
}

#[test]
fn a_priority_is_set_while_the_contact_waits() {
    let cases = [
        (json!({ "priorityRadioGroup": "staticPriority", "priority": 1 }), "priority P1"),
        (json!({ "priority": "9" }), "priority P9"),
        (json!({ "priority": "0" }), "priority P10"),
        (json!({}), "priority P10"),
        (
            json!({ "priorityRadioGroup": "variablePriority", "priorityVariable": "{{ two }}" }),
            "priority P2",
        ),
    ];
    for (properties, line) in cases {
        let driver = one("set-contact-priority", properties.clone(), true);
        assert_eq!(driver.lines()[1], line, "{properties}");
        assert_eq!(driver.path(), "Start.out Queue.default It.default");
    }
    let driver = one("set-contact-priority", json!({ "priority": 1 }), false);
    assert_eq!(driver.path(), "Start.out It!TL-FLOW-STATE.failure Failed");
    assert_eq!(driver.failure("It").number, 6);
}

#[test]
fn groups_are_escalated_and_told() {
    for (group, line) in [("nextGroup", "escalate next"), ("lastGroup", "escalate all")] {
        let properties = json!({ "callDistributionGroup": group });
        let mut driver = one("escalate-cdg", properties.clone(), true);
        assert_eq!(driver.lines()[1], line);
        let reply = RoutingReply::Groups { current: 2, total: 3 };
        driver.give(0, Input::Routed { id: 1, reply });
        assert_eq!(driver.path(), "Start.out Queue.default It.default");
        let groups = (driver.out("It", "CurrentGroup"), driver.out("It", "TotalGroups"));
        assert_eq!(groups, ("2".to_owned(), "3".to_owned()));
        for (reply, number) in [(RoutingReply::NoGroups, 1), (RoutingReply::NotQueued, 2)] {
            let mut driver = one("escalate-cdg", properties.clone(), true);
            driver.give(0, Input::Routed { id: 1, reply });
            assert_eq!(driver.path(), "Start.out Queue.default It!TL-FLOW-STATE.error Failed");
            assert_eq!(driver.failure("It").number, number);
        }
    }
    assert_eq!(one("escalate-cdg", json!({}), false).failure("It").number, 2);
}

fn figures(current_group: u32) -> QueueFigures {
    QueueFigures {
        position: 3,
        logged_on_agents_current: 4,
        logged_on_agents_all: 5,
        available_agents_current: 1,
        available_agents_all: 2,
        current_group,
        total_groups: 3,
        ..QueueFigures::default()
    }
}

#[test]
fn figures_by_group_are_minus_one_before_queueing() {
    let names = [
        "PIQ",
        "LoggedOnAgentsCurrent",
        "LoggedOnAgentsAll",
        "AvailableAgentsCurrent",
        "AvailableAgentsAll",
        "CurrentGroup",
        "TotalGroups",
    ];
    for (group, expected) in
        [(2, ["3", "4", "5", "1", "2", "2", "3"]), (0, ["3", "-1", "5", "-1", "2", "-1", "3"])]
    {
        let mut driver = one("advanced-queue-info", json!({ "destination": "Sales" }), false);
        assert_eq!(driver.lines(), ["query q1 5"]);
        driver.give(0, Input::Figures { id: 1, figures: Some(figures(group)) });
        assert_eq!(driver.path(), "Start.out It.default");
        assert_eq!(names.map(|name| driver.out("It", name)), expected.map(str::to_owned));
    }
}

#[test]
fn figures_that_there_are_not() {
    let ask = |queue: &str| one("advanced-queue-info", json!({ "destination": queue }), false);
    assert_eq!(ask("lost").failure("It").number, 2);
    assert_eq!(ask("q3").failure("It").number, 5, "it goes by skills");
    let mut driver = ask("q1");
    driver.give(0, Input::Figures { id: 1, figures: None });
    assert_eq!(driver.failure("It").number, 4);
}

#[test]
fn relaxations_and_availability_go_to_the_queue() {
    let tax = |level: &str| json!({ "skillName": "Tax", "condition": "gte", "value": level });
    let mut skills = json!({ "requirements": [tax("9")], "relaxationToggle": true, "relaxations": [
        { "relaxationStep": "1", "waitingPeriod": "20", "requirements": [tax("{{ two }}")] },
        { "relaxationStep": "2", "waitingPeriod": 5, "requirements": [] },
        { "relaxationStep": "3", "requirements": [tax("1")] },
    ] });
    let queue = |more: Value| {
        let mut all = json!({ "destination": "q3" });
        merge(&mut all, more);
        one("queue-contact", all, false).lines()[0].clone()
    };
    assert_eq!(
        queue(json!({ "skills": skills })),
        "enqueue q3 P10 Tax AtLeast 9 after 20s Tax AtLeast 2 after 5s after 60s Tax AtLeast 1"
    );
    skills["relaxationToggle"] = json!(false);
    assert_eq!(queue(json!({ "skills": skills })), "enqueue q3 P10 Tax AtLeast 9");
    let by_variable = |text: &str| {
        json!({ "agentAvailabilityRadioGroup": "variableAgentAvailability",
            "agentAvailabilityVariable": text, "toggleAgentAvailability": false })
    };
    assert_eq!(queue(json!({ "toggleAgentAvailability": true })), "enqueue q3 P10 checked");
    assert_eq!(queue(by_variable("{{ yes }}")), "enqueue q3 P10 checked");
    assert_eq!(queue(by_variable("{{ two }}")), "enqueue q3 P10");
}

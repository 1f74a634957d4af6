//! Event flows: beside the main flow, with outputs of their own.

use trunkline_expr::Value;
use trunkline_flow::outputs::Outputs;

use crate::builder::Builder;
use crate::driver::{Driver, start};

fn agent(name: &str) -> Outputs {
    Outputs::NONE.with("AgentName", Value::from(name.to_owned()))
}

/// A flow with one event flow that notes an expression.
fn noting(specification: &str, name: &str, expression: &str) -> Driver {
    let flow = Builder::flow("f").var("r", "STRING", "").music("Music").row("Start Music Music");
    let flow = flow.event(specification, name).set("Note", "r", expression).end("End");
    start(&flow.row(&format!("{specification} Note End")))
}

#[test]
fn an_events_outputs_are_found_by_any_of_its_names() {
    let cases = [
        ("AgentContactAssigned", "AgentAnswered", "AgentContactAssigned", "AgentAnswered"),
        ("AgentContactAssigned", "AgentAnswered", "AgentContactAssigned", "AgentAccepted"),
        ("AgentContactAssigned", "AgentAccepted", "AgentContactAssigned", "AgentAnswered"),
        ("AgentContactAssigned", "AgentAnswered", "AgentContactAssigned", "AgentContactAssigned"),
        ("FCAsk(ContactLastAgentRemoved)", "AgentDisconnected", "ContactLastAgentRemoved", {
            "AgentDisconnected"
        }),
        ("ContactLastAgentRemoved", "AgentDisconnected", "FCAsk(ContactLastAgentRemoved)", {
            "AgentDisconnected"
        }),
        ("FCAsk(ContactLastAgentRemoved)", "AgentDisconnected", "ContactLastAgentRemoved", {
            "ContactLastAgentRemoved"
        }),
        ("ContactEnded", "PhoneContactEnded", "ContactEnded", "PhoneContactEnded"),
        ("ContactEnded", "PhoneContactEnded", "ContactEnded", "ContactEnded"),
        ("ContactEnded", "ContactEnded", "ContactEnded", "PhoneContactEnded"),
        ("AgentOfferContact", "AgentOffered", "AgentOfferContact", "AgentOffered"),
    ];
    for (specification, name, happens, reads) in cases {
        for output in ["AgentName", "agentName", "AGENTNAME"] {
            let mut driver = noting(specification, name, &format!("{{{{ {reads}.{output} }}}}"));
            assert!(driver.event(happens, agent("Ann")), "{specification} by {happens}");
            assert_eq!(driver.var("r"), r#""Ann""#, "{specification} {reads}.{output}");
        }
    }
}

#[test]
fn the_start_has_two_names_and_its_label() {
    for name in ["NewContact", "NewPhoneContact", "Start"] {
        for output in ["ANI", "ani", "Ani"] {
            let expression = format!("{{{{ {name}.{output} }}}}");
            let mut driver = noting("ContactEnded", "PhoneContactEnded", &expression);
            driver.event("ContactEnded", Outputs::NONE);
            assert_eq!(driver.var("r"), r#""+14806754111""#, "{name}.{output}");
        }
    }
}

#[test]
fn outputs_of_an_event_belong_to_its_own_flow() {
    let flow = Builder::flow("f").var("r", "STRING", "").music("Music").set(
        "Main",
        "r",
        "main:{{ AgentOffered.AgentName }}",
    );
    let flow = flow.row("Start Music Main Music").event("AgentOfferContact", "AgentOffered");
    let flow = flow.end("End1").row("AgentOfferContact End1");
    let flow = flow.event("ContactEnded", "PhoneContactEnded").set("Note", "r", {
        "{{ AgentOffered.AgentName }}/{{ PhoneContactEnded.AgentName }}/{{ OnGlobalError.FailureCode }}"
    });
    let mut driver = start(&flow.end("End2").row("ContactEnded Note End2"));
    driver.event("AgentOfferContact", agent("Ann"));
    driver.played();
    assert_eq!(driver.var("r"), r#""main:""#);
    driver.event("ContactEnded", agent("Bob"));
    assert_eq!(driver.var("r"), r#""/Bob/""#);
}

#[test]
fn variables_and_outputs_of_activities_are_shared() {
    let flow = Builder::flow("f").var("id", "STRING", "none").var("r", "STRING", "");
    let flow = flow.get("Get", "https://x/", &[("id", "$.id")]).music("Music");
    let flow = flow.row("Start Get Music Music").event("AgentContactAssigned", "AgentAnswered");
    let flow = flow.set("Note", "r", "{{ id }} {{ Get.httpStatusCode }}").end("End");
    let mut driver = start(&flow.row("AgentContactAssigned Note End"));
    driver.answer(200, r#"{"id": "007"}"#);
    driver.event("AgentContactAssigned", Outputs::NONE);
    assert_eq!(driver.var("r"), r#""007 200""#);
}

#[test]
fn an_event_flow_runs_beside_the_main_flow() {
    let flow = Builder::flow("f").var("r", "STRING", "").music("Music").row("Start Music Music");
    let flow = flow.event("AgentOfferContact", "AgentOffered").get("Get", "https://x/", &[]);
    let mut driver =
        start(&flow.set("Note", "r", "done").end("End").row("AgentOfferContact Get Note End"));
    driver.event("AgentOfferContact", agent("Ann"));
    driver.played();
    driver.played();
    assert_eq!(driver.run.caller_activity(), Some("Music"), "the main flow went on meanwhile");
    assert!(driver.run.has_running_events());
    driver.answer(200, "");
    assert_eq!(driver.var("r"), r#""done""#);
    assert!(!driver.run.has_running_events());
    let threads: Vec<_> = driver.steps.iter().map(|step| step.thread.as_str()).collect();
    assert!(threads.contains(&"main") && threads.contains(&"event:AgentOffered"));
}

#[test]
fn the_same_event_twice_runs_twice_with_its_own_outputs() {
    let flow = Builder::flow("f").var("r", "STRING", "").music("Music").row("Start Music Music");
    let flow = flow.event("AgentOfferContact", "AgentOffered").get("Get", "https://x/", &[]);
    let flow = flow.set("Note", "r", "{{ r }}{{ AgentOffered.AgentName }};").end("End");
    let mut driver = start(&flow.row("AgentOfferContact Get Note End"));
    driver.event("AgentOfferContact", agent("Ann"));
    driver.event("AgentOfferContact", agent("Bob"));
    // The second one's request is the last, and is answered first.
    driver.answer(200, "");
    assert_eq!(driver.var("r"), r#""Bob;""#);
}

#[test]
fn an_event_that_is_missing_or_not_wired_does_nothing() {
    let flow = Builder::flow("f").music("Music").row("Start Music Music");
    let mut driver = start(&flow.event("AgentOfferContact", "AgentOffered"));
    assert!(!driver.event("AgentOfferContact", Outputs::NONE));
    assert!(!driver.event("ContactEnded", Outputs::NONE));
    assert_eq!(driver.lines().len(), 1);
}

#[test]
fn an_answer_stops_the_music_at_once() {
    let mut driver = start(&Builder::flow("f").music("Music").row("Start Music Music"));
    driver.with(|run, now_ms| run.stop_caller_flow(now_ms));
    assert_eq!(driver.lines()[1..], ["stop playing"]);
    driver.played();
    assert_eq!(driver.lines().len(), 2, "it never goes on");
    assert_eq!(driver.run.caller_activity(), None);
}

#[test]
fn an_answer_drops_what_an_open_request_would_have_brought() {
    let flow =
        Builder::flow("f").var("id", "STRING", "old").get("Get", "https://x/", &[("id", "$.id")]);
    let mut driver = start(&flow.say("Next", "next").row("Start Get Next"));
    driver.with(|run, now_ms| run.stop_caller_flow(now_ms));
    driver.answer(200, r#"{"id": "new"}"#);
    assert_eq!(driver.var("id"), r#""old""#);
    assert_eq!(driver.lines()[1..], ["stop retries"]);
}

#[test]
fn the_main_flow_may_go_on_where_an_answer_stopped_it() {
    let flow = Builder::flow("f").music("Music").say("Next", "next").row("Start Music Next Music");
    let mut driver = start(&flow);
    driver.played();
    driver.with(|run, now_ms| run.park_caller_flow(now_ms));
    assert_eq!(driver.run.caller_activity(), None);
    driver.with(|run, now_ms| assert!(run.resume_caller_flow(now_ms)));
    assert_eq!(driver.lines()[1..], ["play next", "stop playing", "play next"]);
    driver.with(|run, now_ms| assert!(!run.resume_caller_flow(now_ms)));
}

#[test]
fn a_hang_up_lets_the_request_finish_or_drops_it() {
    for (finishes, expected) in [(true, r#""new""#), (false, r#""old""#)] {
        let flow = Builder::flow("f").var("id", "STRING", "old");
        let flow = flow.get("Get", "https://x/", &[("id", "$.id")]).say("Next", "next");
        let mut driver = start(&flow.row("Start Get Next"));
        driver.with(|run, now_ms| run.caller_gone(now_ms, finishes));
        assert_eq!(driver.run.has_open_request(), finishes);
        driver.answer(200, r#"{"id": "new"}"#);
        assert_eq!(driver.var("id"), expected);
        assert_eq!(driver.lines()[1..], ["stop retries"], "in both cases, and nothing is played");
        assert!(!driver.run.has_open_request());
    }
}

#[test]
fn after_the_call_nothing_can_be_played_or_asked() {
    for kind in ["play-message", "play-music", "ivr-menu", "ivr-collectdigits", "hand-off"] {
        let flow = Builder::flow("f").music("Music").row("Start Music Music");
        let flow = flow.event("ContactEnded", "PhoneContactEnded");
        let mut properties = crate::builder::spoken("hello?");
        crate::builder::merge(&mut properties, serde_json::json!({ "prompt": "hello.wav" }));
        let flow = flow.act("Speak", kind, properties).end("End");
        let mut driver = start(&flow.row("ContactEnded Speak End"));
        driver.with(|run, now_ms| {
            run.caller_gone(now_ms, true);
            run.begin_after_call();
        });
        driver.event("ContactEnded", Outputs::NONE);
        assert_eq!(driver.failure("Speak").number, 48, "{kind}");
        assert!(driver.lines().iter().all(|line| !line.starts_with("play")));
    }
}

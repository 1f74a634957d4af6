//! Errors that no port handles (decision 1), loops without end, and loop limits.

use serde_json::json;
use trunkline_flow::outputs::Outputs;
use trunkline_flow::run::Input;
use trunkline_model::FailureCode;
use trunkline_model::tenant::OnUnhandledError::{self, Disconnect, Keep};

use crate::builder::{Builder, merge, spoken};
use crate::driver::{Driver, Setup, start};

const OUTPUTS: &str = "{{ Get.httpStatusCode }}|{{ Get.httpResponseBody }}|{{ Get.FailureCode }}|\
                       {{ Get.FailureDescription }}";

/// A request; by `default` the flow notes its outputs and speaks.
fn dip() -> Builder {
    let flow = Builder::flow("f").var("r", "STRING", "").var("handled", "STRING", "");
    let flow = flow.get("Get", "https://x/", &[("r", "$.a")]).set("Note", "r", OUTPUTS);
    flow.say("Next", "going on").end("End").row("Start Get Note Next End")
}

fn handler(flow: Builder) -> Builder {
    flow.event("GlobalErrorHandling", "OnGlobalError")
}

fn failed(flow: &Builder, on_unhandled_error: OnUnhandledError) -> Driver {
    let setup = Setup { on_unhandled_error, ..Setup::default() };
    let mut driver = setup.start(flow);
    driver.refuse(FailureCode::Dns);
    driver
}

fn wanted(driver: &Driver) -> Vec<String> {
    driver.lines()[1..].to_vec()
}

#[test]
fn a_wired_error_port_handles() {
    let flow = dip().say("Sorry", "sorry").links("Get error Sorry");
    for setting in [Keep, Disconnect] {
        let driver = failed(&flow, setting);
        assert_eq!(wanted(&driver), ["play sorry"]);
        assert_eq!(driver.var("r"), r#""""#);
    }
}

#[test]
fn the_failure_port_comes_before_the_error_port() {
    let flow = Builder::flow("f").queue("Queue", "lost").end("A").end("B");
    let flow = flow.row("Start Queue").links("Queue error B; Queue failure A");
    assert_eq!(start(&flow).path(), "Start.out Queue!TL-QUEUE-UNKNOWN.failure A");
}

#[test]
fn a_handler_that_acts_has_the_caller() {
    let flow = handler(dip()).say("Handle", "handled").end("HandleEnd");
    let flow = flow.row("GlobalErrorHandling Handle HandleEnd");
    for setting in [Keep, Disconnect] {
        let mut driver = failed(&flow, setting);
        let notice = "unhandled main Get TL-HTTP-DNS Handler";
        assert_eq!(wanted(&driver), ["play handled", notice]);
        driver.played();
        assert_eq!(wanted(&driver)[2..], ["flow ended", "OnGlobalError ended"]);
        assert_eq!(driver.var("r"), r#""""#, "the main flow did not go on");
    }
}

#[test]
fn every_activity_that_takes_the_caller_counts_as_acting() {
    let other = Builder::flow("other").say("There", "there").row("Start There").read();
    let acts: [(&str, serde_json::Value, &str); 6] = [
        ("play-music", json!({ "prompt": "hello.wav" }), "music hello.wav 0 None"),
        ("ivr-menu", spoken("press"), "play press"),
        ("ivr-collectdigits", spoken("enter"), "play enter"),
        ("queue-contact", json!({ "destination": "q1" }), "enqueue q1 P10"),
        ("disconnect-contact", json!({}), "disconnect"),
        ("hand-off", json!({ "handOffFlow": { "handOffTo": "other" } }), "play there"),
    ];
    for (kind, properties, expected) in acts {
        let flow = handler(dip()).act("Act", kind, properties).row("GlobalErrorHandling Act");
        let mut driver = Setup { flows: vec![other.clone()], ..Setup::default() }.start(&flow);
        driver.refuse(FailureCode::Dns);
        let wanted = wanted(&driver);
        assert!(wanted.iter().any(|line| line == "unhandled main Get TL-HTTP-DNS Handler"));
        assert!(wanted.iter().any(|line| line == expected), "{kind}: {wanted:?}");
        assert_eq!(
            driver.run.caller_activity().is_some(),
            driver.run.has_running_events(),
            "{kind}"
        );
    }
}

/// The rows in which nobody takes the caller: a handler that ends, one that is not wired, none.
fn unhandled() -> [(&'static str, Builder, bool); 3] {
    let ends = handler(dip()).set("Log", "handled", "{{ OnGlobalError.FailureDescription }}");
    let ends = ends.end("LogEnd").row("GlobalErrorHandling Log LogEnd");
    [("ends", ends, true), ("unwired", handler(dip()), false), ("none", dip(), false)]
}

#[test]
fn nobody_handles_and_the_caller_is_kept_by_the_default_port() {
    for (row, flow, has_run) in unhandled() {
        let driver = failed(&flow, Keep);
        let mut expected = vec!["unhandled main Get TL-HTTP-DNS DefaultPort".to_owned()];
        expected.extend(has_run.then(|| "OnGlobalError ended".to_owned()));
        expected.push("play going on".to_owned());
        assert_eq!(wanted(&driver), expected, "{row}");
        assert_eq!(driver.var("r"), r#""0||0|no answer""#, "{row}");
        assert_eq!(driver.var("handled"), if has_run { r#""no answer""# } else { r#""""# });
    }
}

#[test]
fn nobody_handles_and_the_caller_is_disconnected_as_in_webex() {
    for (row, flow, has_run) in unhandled() {
        let driver = failed(&flow, Disconnect);
        let notice = "unhandled main Get TL-HTTP-DNS Disconnected";
        let mut expected = vec![notice.to_owned(), "disconnect".to_owned()];
        expected.extend(has_run.then(|| "OnGlobalError ended".to_owned()));
        assert_eq!(wanted(&driver), expected, "{row}");
        assert_eq!(driver.var("handled"), if has_run { r#""no answer""# } else { r#""""# });
        assert_eq!(driver.run.caller_activity(), None);
    }
}

#[test]
fn without_a_port_to_go_on_by_the_caller_needs_rescue() {
    let flow = Builder::flow("f").get("Get", "https://x/", &[]).row("Start Get");
    let driver = failed(&flow, Keep);
    let notice = "unhandled main Get TL-HTTP-DNS Fallback";
    assert_eq!(wanted(&driver), [notice, "rescue TL-HTTP-DNS"]);
    // Set Variable goes on by `out`.
    let flow = Builder::flow("f").var("n", "INTEGER", "").set("Set", "n", "x").say("Next", "next");
    let driver = start(&flow.row("Start Set Next"));
    assert_eq!(driver.lines(), ["unhandled main Set TL-FLOW-TYPE DefaultPort", "play next"]);
}

#[test]
fn a_failure_in_an_event_flow_does_not_touch_the_caller() {
    for setting in [Keep, Disconnect] {
        let flow = Builder::flow("f").music("Music").row("Start Music");
        let flow = flow.event("AgentOfferContact", "AgentOffered").get("Get", "https://x/", &[]);
        let flow = flow.row("AgentOfferContact Get");
        let mut driver = Setup { on_unhandled_error: setting, ..Setup::default() }.start(&flow);
        driver.event("AgentOfferContact", Outputs::NONE);
        driver.refuse(FailureCode::Dns);
        assert_eq!(
            wanted(&driver)[1..],
            ["unhandled event:AgentOffered Get TL-HTTP-DNS EventFlowEnded", "AgentOffered ended"]
        );
        assert_eq!(driver.run.caller_activity(), Some("Music"));
    }
}

#[test]
fn a_failure_in_an_event_flow_goes_on_by_its_default_port() {
    let flow = Builder::flow("f").var("r", "STRING", "").music("Music").row("Start Music");
    let flow = flow.event("AgentOfferContact", "AgentOffered").get("Get", "https://x/", &[]);
    let flow = flow.set("Note", "r", "went on").end("End").row("AgentOfferContact Get Note End");
    let mut driver = start(&flow);
    driver.event("AgentOfferContact", Outputs::NONE);
    driver.refuse(FailureCode::Dns);
    assert_eq!(driver.var("r"), r#""went on""#);
    assert_eq!(wanted(&driver)[1], "unhandled event:AgentOffered Get TL-HTTP-DNS DefaultPort");
}

#[test]
fn a_handlers_own_failure_starts_no_handler() {
    // Before it speaks: the handler goes on by its port, ends, and the main flow goes on.
    let flow = handler(dip()).get("Log", "https://log/", &[]).end("LogEnd");
    let flow = flow.row("GlobalErrorHandling Log LogEnd");
    let mut driver = failed(&flow, Keep);
    driver.refuse(FailureCode::Timeout);
    assert_eq!(
        wanted(&driver)[1..],
        [
            "unhandled event:OnGlobalError Log TL-HTTP-TIMEOUT DefaultPort",
            "unhandled main Get TL-HTTP-DNS DefaultPort",
            "OnGlobalError ended",
            "play going on"
        ]
    );
    // Once it has the caller, its failure is the caller's.
    let flow = handler(dip()).say("Handle", "handled").get("Log", "https://log/", &[]);
    let flow = flow.row("GlobalErrorHandling Handle Log");
    let mut driver = failed(&flow, Keep);
    driver.played().refuse(FailureCode::Timeout);
    assert_eq!(
        wanted(&driver)[3..],
        ["unhandled event:OnGlobalError Log TL-HTTP-TIMEOUT Fallback", "rescue TL-HTTP-TIMEOUT"]
    );
    assert!(!driver.run.has_running_events());
}

#[test]
fn an_answer_or_a_hang_up_overtakes_a_handler_and_the_operator_hears_of_it() {
    let flow = handler(dip()).get("Log", "https://log/", &[]).end("LogEnd");
    let flow = flow.row("GlobalErrorHandling Log LogEnd");
    let mut driver = failed(&flow, Keep);
    driver.with(|run, now_ms| run.stop_caller_flow(now_ms));
    let notice = "unhandled main Get TL-HTTP-DNS Overtaken";
    assert_eq!(wanted(&driver)[1..], [notice, "stop retries"]);
    let mut driver = failed(&flow, Keep);
    driver.with(|run, now_ms| run.caller_gone(now_ms, true));
    assert!(driver.run.has_open_request(), "the handler's request may finish");
    driver.answer(200, "");
    assert_eq!(wanted(&driver)[1..], ["stop retries", notice]);
    assert!(!driver.run.has_open_request() && !driver.run.has_running_events());
}

fn spinning(error_links: &str) -> Builder {
    let flow = Builder::flow("f").var("n", "INTEGER", "0").set("Add", "n", "{{ n + 1 }}");
    let flow = flow.say("Sorry", "sorry").row("Start Add Add");
    flow.links(error_links)
}

#[test]
fn a_flow_that_goes_round_stops_after_a_thousand_steps() {
    let driver = start(&spinning(""));
    assert_eq!(driver.lines(), ["unhandled main Add TL-FLOW-SPIN Fallback", "rescue TL-FLOW-SPIN"]);
    assert_eq!(driver.var("n"), "999", "the start was the first of the thousand");
    let driver = start(&spinning("Add error Sorry"));
    assert_eq!(driver.lines(), ["play sorry"]);
}

#[test]
fn a_spin_that_leads_back_into_itself_ends_too() {
    let driver = start(&spinning("Add error Add"));
    assert_eq!(driver.lines(), ["unhandled main Add TL-FLOW-SPIN Fallback", "rescue TL-FLOW-SPIN"]);
    // A handler that spins as well.
    let flow = handler(spinning("")).set("Round", "n", "1").row("GlobalErrorHandling Round Round");
    let driver = start(&flow);
    assert_eq!(
        driver.lines(),
        [
            "unhandled event:OnGlobalError Round TL-FLOW-SPIN EventFlowEnded",
            "unhandled main Add TL-FLOW-SPIN Fallback",
            "rescue TL-FLOW-SPIN",
            "OnGlobalError ended",
        ]
    );
}

#[test]
fn failures_that_lead_back_to_themselves_end_too() {
    let flow = Builder::flow("f").var("n", "INTEGER", "0").set("Bad", "n", "x");
    let flow = handler(flow.row("Start Bad Bad")).set("Log", "n", "1").end("LogEnd");
    let driver = start(&flow.row("GlobalErrorHandling Log LogEnd"));
    let lines = driver.lines();
    assert_eq!(
        lines[lines.len() - 3..],
        ["unhandled main Bad TL-FLOW-SPIN Fallback", "rescue TL-FLOW-SPIN", "OnGlobalError ended",]
    );
}

#[test]
fn time_that_passes_is_no_spin() {
    let mut driver = start(&Builder::flow("f").music("Music").row("Start Music Music"));
    for _ in 0..2_500 {
        driver.played();
    }
    assert_eq!(driver.run.caller_activity(), Some("Music"));
}

#[test]
fn a_long_call_does_not_run_out_of_event_flows() {
    let flow = Builder::flow("f").var("n", "INTEGER", "0").music("Music").set("Bad", "n", "x");
    let flow = handler(flow.row("Start Music Bad Music")).set("Log", "n", "{{ n + 1 }}");
    let flow = flow.end("LogEnd").row("GlobalErrorHandling Log LogEnd");
    let flow = flow.event("ContactEnded", "PhoneContactEnded").set("Last", "n", "-1").end("End");
    let mut driver = start(&flow.row("ContactEnded Last End"));
    for _ in 0..1_500 {
        driver.played();
    }
    assert_eq!(driver.var("n"), "1500");
    driver.with(|run, now_ms| run.caller_gone(now_ms, true));
    assert!(driver.event("ContactEnded", Outputs::NONE));
    assert_eq!(driver.var("n"), "-1");
}

#[test]
fn published_loop_limits_count_passes() {
    let mut properties = spoken("Well?");
    merge(&mut properties, json!({ "menuLinks": ["1"], "minDigits": 3 }));
    for kind in ["ivr-menu", "ivr-collectdigits"] {
        let flow = Builder::flow("f").act("Ask", kind, properties.clone()).end("E");
        let flow = flow.row("Start Ask").links("Ask timeout Ask; Ask error E");
        let mut driver = start(&flow);
        for _ in 0..99 {
            driver.played().wait();
        }
        assert_eq!(driver.run.caller_activity(), Some("Ask"), "the hundredth pass");
        driver.played().wait();
        assert!(driver.path().ends_with("Ask.timeout Ask!TL-FLOW-LOOP.error E"));
    }
    let flow = Builder::flow("f").queue("Queue", "q1").music("Music").end("E");
    let flow = flow.row("Start Queue Music Queue").links("Queue failure E");
    let mut driver = start(&flow);
    for _ in 0..100 {
        driver.played();
    }
    assert!(driver.path().ends_with("Music.default Queue!TL-FLOW-LOOP.failure E"));
    let enqueued = driver.lines().iter().filter(|line| line.starts_with("enqueue")).count();
    assert_eq!(enqueued, 100);
}

#[test]
fn a_flow_without_a_start_needs_rescue() {
    let flow = r#"{"name": "f", "process": {"activities": {}}}"#;
    let flow = std::sync::Arc::new(trunkline_flow::Flow::read(flow).unwrap().0);
    assert_eq!(Setup::default().start_flow(flow).lines(), ["rescue TL-FLOW-TARGET"]);
}

#[test]
fn inputs_that_nobody_waits_for_change_nothing() {
    let mut driver = start(&Builder::flow("f").music("Music").row("Start Music Music"));
    let before = driver.lines();
    driver.press("123#").give(0, Input::Tick).give(0, Input::Played { id: 77 });
    driver.give(0, Input::Allocated { id: 1, index: 0 });
    driver.give(0, Input::Figures { id: 1, figures: None });
    assert_eq!(driver.lines(), before);
}

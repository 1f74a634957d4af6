//! What the caller and the operator see of an error that the flow does not handle (decision 1).

use serde_json::{Value, json};

use crate::builder::Builder;
use crate::driver::{Life, Setup, arrive};

/// A request whose failure has no port to go on by, unless `default` is wired.
fn dip(default: bool) -> Builder {
    let flow = Builder::flow("f").var("r", "STRING", "").get("Get", "https://x/", &[("r", "$.a")]);
    let flow = flow.say("Next", "going on").say("Sorry", "sorry").row("Start Get");
    if default { flow.links("Get default Next") } else { flow }
}

fn acting(flow: Builder) -> Builder {
    let flow = flow.event("GlobalErrorHandling", "OnGlobalError").say("Handle", "handled");
    flow.act("Bye", "disconnect-contact", json!({})).row("GlobalErrorHandling Handle Bye")
}

fn ending(flow: Builder) -> Builder {
    let flow = flow.event("GlobalErrorHandling", "OnGlobalError").end("HandleEnd");
    flow.row("GlobalErrorHandling HandleEnd")
}

fn unwired(flow: Builder) -> Builder {
    flow.event("GlobalErrorHandling", "OnGlobalError")
}

fn failed(flow: &Builder, entry: Value) -> Vec<String> {
    let mut life = Setup::new().entry(entry).arrive(flow);
    life.refuse();
    life.news()[1..].to_vec()
}

#[test]
fn each_row_of_the_table_in_both_settings() {
    let keep = json!({ "on_unhandled_error": "keep" });
    let drop = json!({ "on_unhandled_error": "disconnect" });
    let kept = vec!["notice Get TL-HTTP-DNS DefaultPort", "play going on"];
    let dropped = vec!["notice Get TL-HTTP-DNS Disconnected", "disconnect", "ended"];
    let handled = vec!["play handled", "notice Get TL-HTTP-DNS Handler"];
    let rows = [
        ("error port", dip(true).links("Get error Sorry"), vec!["play sorry"], vec!["play sorry"]),
        ("handler acts", acting(dip(true)), handled.clone(), handled),
        ("handler ends", ending(dip(true)), kept.clone(), dropped.clone()),
        ("handler unwired", unwired(dip(true)), kept.clone(), dropped.clone()),
        ("no handler", dip(true), kept, dropped),
    ];
    for (row, flow, when_kept, when_dropped) in rows {
        assert_eq!(failed(&flow, keep.clone()), when_kept, "{row}, keep");
        assert_eq!(failed(&flow, drop.clone()), when_dropped, "{row}, disconnect");
    }
}

#[test]
fn without_a_port_the_caller_goes_to_the_fallback_or_hears_an_apology() {
    let notice = "notice Get TL-HTTP-DNS Fallback";
    let to = |fallback: Value| failed(&dip(false), json!({ "fallback": fallback }));
    assert_eq!(
        to(json!({ "queue": "Sales" })),
        [notice, "enqueue q1 P10", "queue music hello.wav"]
    );
    assert_eq!(to(json!({ "number": "+1555" })), [notice, "transfer +1555"]);
    assert_eq!(to(json!({ "queue": "lost" })), [notice, "play an apology"]);
    assert_eq!(failed(&dip(false), json!({})), [notice, "play an apology"]);
    let dropped = json!({ "fallback": { "queue": "Sales" }, "on_unhandled_error": "disconnect" });
    let expected = ["notice Get TL-HTTP-DNS Disconnected", "disconnect", "ended"];
    assert_eq!(failed(&dip(false), dropped), expected);
}

#[test]
fn an_apology_ends_with_a_disconnect() {
    let mut life = arrive(&dip(false));
    life.refuse().news();
    life.played();
    assert_eq!(life.news(), ["disconnect", "ended"]);
    let mut life = arrive(&dip(false));
    life.refuse().news();
    life.hang_up();
    assert_eq!(life.news(), ["ended"], "the caller may hang up before");
}

#[test]
fn an_apology_speaks_the_callers_language() {
    let flow = dip(false).var("Global_Language", "STRING", "ja-JP");
    assert_eq!(failed(&flow, json!({}))[1], "play an apology in Japanese");
    let mut setup = Setup::new();
    setup.tenant = json!({ "time_zone": "Asia/Tokyo" });
    let mut life = setup.arrive(&dip(false));
    life.refuse();
    assert_eq!(life.news()[2], "play an apology in Japanese");
}

/// A queued contact whose treatment breaks off.
fn queued(entry: Value) -> Life {
    let flow = Builder::flow("f").queue("Queue", "q2").get("Get", "https://x/", &[]);
    let mut life = Setup::new().entry(entry).arrive(&flow.row("Start Queue Get"));
    life.refuse();
    life
}

#[test]
fn a_queued_caller_waits_on_when_the_flow_breaks() {
    // Without a fallback, or with one that is a queue: the queue is their fallback.
    let music = "queue music defaultmusic_on_hold.wav";
    for entry in [json!({}), json!({ "fallback": { "queue": "q1" } })] {
        let mut life = queued(entry);
        assert_eq!(life.news()[2..], ["notice Get TL-HTTP-DNS Queue", music]);
        assert!(life.trace().contains(r#""to":"queue Support""#), "{}", life.trace());
        life.talk("Ann");
        assert_eq!(life.news(), ["stop queue music"]);
        assert!(life.contact.is_talking());
    }
    let mut dropped = queued(json!({ "on_unhandled_error": "disconnect" }));
    let expected = ["notice Get TL-HTTP-DNS Disconnected", "disconnect", "withdraw", "ended"];
    assert_eq!(dropped.news()[2..], expected);
}

#[test]
fn a_caller_who_goes_to_a_number_leaves_the_queue() {
    let number = queued(json!({ "fallback": { "number": "+1555" } })).news();
    assert_eq!(number[2..], ["notice Get TL-HTTP-DNS Fallback", "withdraw", "transfer +1555"]);
}

#[test]
fn a_flow_that_ends_leaves_nobody_in_silence() {
    let ends = Builder::flow("f").say("Hello", "hello").end("End").row("Start Hello End");
    let end = |entry: Value| {
        let mut life = Setup::new().entry(entry).arrive(&ends);
        life.played();
        life.news()[1..].to_vec()
    };
    assert_eq!(end(json!({})), ["play an apology"]);
    let to_queue = json!({ "fallback": { "queue": "q1" } });
    assert_eq!(end(to_queue), ["enqueue q1 P10", "queue music hello.wav"]);
    let webex = json!({ "on_unhandled_error": "disconnect" });
    assert_eq!(end(webex), ["disconnect", "ended"]);
}

#[test]
fn a_flow_that_ends_while_queued_keeps_the_place_or_not() {
    let flow = Builder::flow("f").queue("Queue", "q1").end("End").row("Start Queue End");
    let mut life = Setup::new().compat("end_flow_while_queued", "stay_queued").arrive(&flow);
    assert_eq!(life.news(), ["enqueue q1 P10", "queue music hello.wav"]);
    let mut life = Setup::new().compat("end_flow_while_queued", "disconnect").arrive(&flow);
    assert_eq!(life.news(), ["enqueue q1 P10", "disconnect", "withdraw", "ended"]);
}

#[test]
fn an_error_in_an_event_flow_is_noticed_and_the_call_goes_on() {
    let flow =
        Builder::flow("f").queue("Queue", "q1").music("Music").row("Start Queue Music Music");
    let flow = flow.event("AgentContactAssigned", "AgentAnswered").say("Speak", "to both");
    let flow = flow.get("Get", "https://x/", &[]).row("AgentContactAssigned Speak Get");
    for setting in ["keep", "disconnect"] {
        let mut life = Setup::new().entry(json!({ "on_unhandled_error": setting })).arrive(&flow);
        life.talk("Ann").played().refuse();
        let notice = "notice Get TL-HTTP-DNS EventFlowEnded";
        assert_eq!(life.news().last().unwrap(), notice, "{setting}");
        assert!(life.contact.is_talking());
    }
}

#[test]
fn notices_hide_what_is_secret() {
    let more = json!({ "isSecure": true });
    let flow = Builder::flow("f").var_with("pin", "STRING", "canary-7714", more);
    let play = json!({ "prompts": [{ "type": "audioVariable", "value": "{{ pin }}" }] });
    let mut life = arrive(&flow.act("Play", "play-message", play).row("Start Play"));
    let text = serde_json::to_string(&life.outputs).unwrap();
    assert!(text.contains("TL-AUDIO-UNKNOWN") && !text.contains("canary"), "{text}");
    assert!(life.trace().contains("•••") && !life.trace().contains("canary"));
    assert_eq!(life.news(), ["notice Play TL-AUDIO-UNKNOWN Fallback", "play an apology"]);
}

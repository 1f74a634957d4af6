//! The caller hangs up in every state: ContactEnded runs exactly once, and the contact ends.

use serde_json::json;
use trunkline_acd::OfferEnd;
use trunkline_contact::Input;
use trunkline_model::call::TransferOutcome;

use crate::agents::logging;
use crate::builder::{Builder, spoken};
use crate::driver::{Life, Setup, arrive};

/// Counts its ContactEnded events and posts something.
fn counting(flow: Builder) -> Builder {
    let flow = flow.var("ends", "INTEGER", "0").var("seen", "STRING", "");
    let flow =
        flow.event("ContactEnded", "PhoneContactEnded").set("Count", "ends", "{{ ends + 1 }}");
    flow.end("CountEnd").row("ContactEnded Count CountEnd")
}

/// After the hang-up: exactly one ContactEnded, one end, and silence.
fn assert_over(mut life: Life, expected: &[&str]) {
    assert_eq!(life.news(), expected);
    assert_eq!(life.var("ends"), "1");
    assert!(life.contact.is_ended() && !life.contact.is_caller_there());
    life.hang_up().press('1').edit("seen", "late");
    life.talk("Eve").wrap_up("Eve");
    life.give(Input::TimedOut { overflow_number: None }).give(Input::Recovered);
    assert!(life.news().is_empty(), "nothing comes from an ended contact");
    assert_eq!(life.var("ends"), "1");
    assert_eq!(life.happened("ended"), 1);
}

#[test]
fn during_a_prompt() {
    let flow = Builder::flow("f").say("Hello", "hello").row("Start Hello Hello");
    let mut life = arrive(&counting(flow));
    life.hang_up();
    assert_over(life, &["play hello", "stop playing", "ended"]);
}

#[test]
fn during_music() {
    let mut life = arrive(&counting(Builder::flow("f").music("M").row("Start M M")));
    life.hang_up();
    assert_over(life, &["music defaultmusic_on_hold.wav", "stop playing", "ended"]);
}

#[test]
fn in_a_menu() {
    for during_prompt in [true, false] {
        let flow = Builder::flow("f").act("Menu", "ivr-menu", spoken("press")).row("Start Menu");
        let mut life = arrive(&counting(flow));
        let mut expected = vec!["play press"];
        if during_prompt {
            expected.push("stop playing");
        } else {
            life.played();
        }
        life.hang_up();
        expected.push("ended");
        assert_eq!(life.contact.wake_at(), None);
        assert_over(life, &expected);
    }
}

#[test]
fn in_the_queue() {
    let flow = Builder::flow("f").queue("Queue", "q1").music("M").row("Start Queue M M");
    let mut life = arrive(&counting(flow));
    life.hang_up();
    let expected =
        ["enqueue q1 P10", "music defaultmusic_on_hold.wav", "withdraw", "stop playing", "ended"];
    assert_over(life, &expected);
}

#[test]
fn in_the_queue_after_the_flow() {
    let flow = Builder::flow("f").queue("Queue", "q1").end("End").row("Start Queue End");
    let mut life = arrive(&counting(flow));
    life.hang_up();
    assert_over(life, &["enqueue q1 P10", "queue music hello.wav", "withdraw", "ended"]);
}

#[test]
fn while_an_agent_is_rung() {
    let flow = Builder::flow("f").queue("Queue", "q1").music("M").row("Start Queue M M");
    let mut life = arrive(&counting(flow));
    life.offer("Ann").news();
    life.hang_up().offer_ends("Ann", OfferEnd::ContactLeft);
    assert_over(life, &["withdraw", "stop playing", "ended"]);
}

#[test]
fn while_talking_and_once_more_while_wrapping_up() {
    let flow = Builder::flow("f").queue("Queue", "q1").music("M").row("Start Queue M M");
    let mut life = arrive(&counting(flow));
    life.talk("Ann").news();
    life.hang_up().hang_up();
    life.give(Input::WrapUpStarted { agent: "id-Ann".into() });
    assert_eq!((life.news(), life.var("ends")), (vec!["leave agent".to_owned()], "1".to_owned()));
    life.hang_up().wrap_up("Ann");
    assert_over(life, &["ended"]);
}

#[test]
fn after_the_agent_left() {
    let flow = Builder::flow("f").queue("Queue", "q1").music("M").row("Start Queue M M");
    let flow = flow.event("ContactLastAgentRemoved", "AgentDisconnected").say("Bye", "goodbye");
    let flow = flow.row("ContactLastAgentRemoved Bye");
    let mut life = arrive(&counting(flow));
    life.talk("Ann").agent_hangs_up("Ann").wrap_up("Ann").news();
    life.hang_up();
    assert_over(life, &["stop playing", "ended"]);
}

#[test]
fn before_anything_was_asked_of_the_contact() {
    let mut life = arrive(&counting(Builder::flow("f").row("Start")));
    life.news();
    life.hang_up();
    assert_over(life, &["ended"]);
    // A flow that only begins is no flow: the caller hears an apology until they hang up.
}

/// A dip with a message after it; ContactEnded notes what the dip brought.
fn dip() -> Builder {
    let flow = Builder::flow("f").var("id", "STRING", "none");
    let flow = flow.get("Get", "https://x/", &[("id", "$.id")]).say("Next", "next");
    let flow = flow.row("Start Get Next").var("ends", "INTEGER", "0").var("seen", "STRING", "");
    let flow = flow.event("ContactEnded", "PhoneContactEnded").set("See", "seen", "{{ id }}");
    flow.set("Count", "ends", "{{ ends + 1 }}").end("End").row("ContactEnded See Count End")
}

#[test]
fn during_a_dip_that_may_finish() {
    let setup = Setup::new().compat("hang_up_during_request", "finish");
    let mut life = setup.arrive(&dip());
    life.hang_up();
    assert_eq!(life.news(), ["GET https://x/", "stop retries"]);
    assert_eq!(life.var("ends"), "0", "ContactEnded waits for the answer");
    life.respond(r#"{"id": "007"}"#);
    assert_eq!(life.var("seen"), "007");
    assert_over(life, &["ended"]);
}

#[test]
fn during_a_dip_that_is_dropped() {
    let mut life = Setup::new().compat("hang_up_during_request", "drop").arrive(&dip());
    life.hang_up();
    life.respond(r#"{"id": "007"}"#);
    assert_eq!(life.var("seen"), "none");
    assert_over(life, &["GET https://x/", "stop retries", "ended"]);
}

#[test]
fn during_a_dip_that_then_fails() {
    let mut life = arrive(&dip());
    life.hang_up().refuse();
    assert_eq!(life.var("seen"), "none");
    assert_over(
        life,
        &["GET https://x/", "stop retries", "notice Get TL-HTTP-DNS Overtaken", "ended"],
    );
}

#[test]
fn during_an_apology_and_while_a_fallback_number_rings() {
    let mut life = arrive(&counting(Builder::flow("f").end("End").row("Start End")));
    life.hang_up();
    assert_over(life, &["play an apology", "ended"]);
    let fallback = json!({ "fallback": { "number": "+1555" } });
    let setup = Setup::new().entry(fallback);
    let mut life = setup.arrive(&counting(Builder::flow("f").end("End").row("Start End")));
    life.hang_up();
    assert_over(life, &["transfer +1555", "ended"]);
}

#[test]
fn in_whatever_needs_the_line() {
    let rows = [
        ("record", json!({}), "record", &["stop recording"][..]),
        ("send-digits", json!({ "transferoutdigits": "1" }), "send 1", &[]),
        ("blind-transfer", json!({ "transfertodn": "4001" }), "transfer 4001", &[]),
        ("bridged-transfer", json!({ "transfertodn": "4001" }), "bridge 4001", &[]),
    ];
    for (kind, properties, line, after) in rows {
        let flow = Builder::flow("f").act("Do", kind, properties).say("On", "on");
        let mut life = arrive(&counting(flow.row("Start Do On")));
        life.hang_up();
        let expected: Vec<_> = [line].iter().chain(after).chain(&["ended"]).copied().collect();
        assert_over(life, &expected);
    }
}

#[test]
fn while_talking_to_a_third_party() {
    for (kind, line) in [("blind-transfer", "transfer 4001"), ("bridged-transfer", "bridge 4001")] {
        let to = json!({ "transfertodn": "4001" });
        let flow = Builder::flow("f").act("Do", kind, to).say("On", "on").row("Start Do On");
        let mut life = arrive(&counting(flow));
        life.transferred(TransferOutcome::Connected).hang_up();
        let late = TransferOutcome::PartyHungUp { talked_ms: 1_000, headers: Vec::new() };
        life.transferred(late);
        assert_over(life, &[line, "ended"]);
    }
}

#[test]
fn a_disconnect_by_the_flow_is_an_end_like_any_other() {
    let flow = Builder::flow("f").act("Bye", "disconnect-contact", json!({})).row("Start Bye");
    assert_over(arrive(&counting(flow)), &["disconnect", "ended"]);
}

#[test]
fn the_contact_ends_when_its_last_event_flow_has() {
    let flow = Builder::flow("f").music("M").row("Start M M");
    let flow = flow.event("ContactEnded", "PhoneContactEnded");
    let flow = flow.http("Post", "POST", "https://x/", json!({}), &[]).end("End");
    let mut life = arrive(&flow.row("ContactEnded Post End"));
    life.hang_up();
    let news = life.news();
    assert_eq!(news[2..], ["POST https://x/ key c1:2 may repeat"]);
    life.respond("");
    assert_eq!(life.news(), ["ended"]);
}

#[test]
fn a_crash_is_a_hang_up_and_the_end_of_wrap_up() {
    let mut life = arrive(&logging());
    life.talk("Ann").news();
    life.give(Input::Recovered);
    assert_eq!(life.news(), ["leave agent", "ended"]);
    assert!(life.var("log").ends_with("ended id-Ann;"));
}

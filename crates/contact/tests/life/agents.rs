//! The contact and its agents: offers, answers, conversations, and agents who are lost.

use serde_json::json;
use trunkline_acd::OfferEnd;
use trunkline_contact::Input;
use trunkline_model::AgentId;

use crate::builder::Builder;
use crate::driver::{Life, Setup, arrive};

/// Queues, plays music for ever, and logs its events into a variable.
pub(crate) fn logging() -> Builder {
    let log = |text: &str| format!("{{{{ log }}}}{text};");
    let flow = Builder::flow("f").var("log", "STRING", "start;");
    let flow = flow.queue("Queue", "q1").music("Music").row("Start Queue Music Music");
    let flow = flow.event("AgentOfferContact", "AgentOffered");
    let flow = flow.set("L1", "log", &log("offered {{ AgentOffered.agentName }}")).end("E1");
    let flow = flow.row("AgentOfferContact L1 E1").event("AgentContactAssigned", "AgentAnswered");
    let flow = flow.set("L2", "log", &log("answered {{ AgentAnswered.AgentName }}")).end("E2");
    let flow = flow.row("AgentContactAssigned L2 E2");
    let flow = flow.event("FCAsk(ContactLastAgentRemoved)", "AgentDisconnected");
    let flow = flow.set("L3", "log", &log("left {{ AgentDisconnected.AgentId }}")).end("E3");
    let flow = flow.row("FCAsk(ContactLastAgentRemoved) L3 E3");
    let flow = flow.event("ContactEnded", "PhoneContactEnded");
    let flow = flow.set("L4", "log", &log("ended {{ PhoneContactEnded.AgentID }}")).end("E4");
    flow.row("ContactEnded L4 E4")
}

#[test]
fn events_come_in_their_order_and_share_variables() {
    let mut life = arrive(&logging());
    life.talk("Ann").agent_hangs_up("Ann").wrap_up("Ann");
    let log = "start;offered Ann;answered Ann;left id-Ann;ended id-Ann;";
    assert_eq!(life.var("log"), log);
    assert_eq!(
        life.news(),
        ["enqueue q1 P10", "music defaultmusic_on_hold.wav", "stop playing", "disconnect", "ended"]
    );
    assert!(life.contact.is_ended());
}

#[test]
fn the_caller_hangs_up_first() {
    let mut life = arrive(&logging());
    life.talk("Ann").hang_up();
    assert_eq!(life.news()[3..], ["leave agent"], "the agent wraps up");
    life.wrap_up("Ann");
    assert_eq!(life.news(), ["ended"]);
    assert_eq!(life.var("log"), "start;offered Ann;answered Ann;ended id-Ann;");
}

#[test]
fn an_agent_who_never_answered_did_not_have_the_contact() {
    for reason in [OfferEnd::Rona, OfferEnd::Declined] {
        let mut life = arrive(&logging());
        life.offer("Ann").offer_ends("Ann", reason).hang_up();
        assert_eq!(life.var("log"), "start;offered Ann;ended ;");
        assert_eq!(life.happened("offer_ended"), 1);
        assert_eq!(life.news()[2..], ["withdraw", "stop playing", "ended"]);
    }
}

#[test]
fn after_an_offer_without_answer_the_next_agent_is_offered_the_contact() {
    let mut life = arrive(&logging());
    life.offer("Ann").offer_ends("Ann", OfferEnd::Rona).played().talk("Bob");
    let log = "start;offered Ann;offered Bob;answered Bob;";
    assert_eq!(life.var("log"), log);
}

#[test]
fn a_handler_of_the_agents_leaving_may_speak_and_then_the_call_ends() {
    let flow =
        Builder::flow("f").queue("Queue", "q1").music("Music").row("Start Queue Music Music");
    let flow = flow.event("ContactLastAgentRemoved", "AgentDisconnected").say("Survey", "goodbye");
    let mut life = arrive(&flow.end("End").row("ContactLastAgentRemoved Survey End"));
    life.talk("Ann").news();
    life.agent_hangs_up("Ann");
    assert_eq!(life.news(), ["play goodbye"]);
    life.played();
    assert_eq!(life.news(), ["disconnect"]);
    life.wrap_up("Ann");
    assert_eq!(life.news(), ["ended"]);
}

#[test]
fn without_a_handler_the_agents_leaving_ends_the_call() {
    let wired = "ContactLastAgentRemoved";
    let base = || Builder::flow("f").queue("Queue", "q1").music("M").row("Start Queue M M");
    let flows = [
        base(),
        base().event(wired, "AgentDisconnected"),
        base().event(wired, "AgentDisconnected").end("End").row("ContactLastAgentRemoved End"),
    ];
    for flow in flows {
        let mut life = arrive(&flow);
        life.talk("Ann").news();
        life.agent_hangs_up("Ann");
        assert_eq!(life.news(), ["disconnect"]);
    }
}

/// After the agent has left, the flow queues the caller again.
fn queueing_again() -> Life {
    let flow =
        Builder::flow("f").queue("Queue", "q1").music("Music").row("Start Queue Music Music");
    let flow = flow.event("ContactLastAgentRemoved", "AgentDisconnected").queue("Again", "q2");
    let mut life = arrive(&flow.end("End").row("ContactLastAgentRemoved Again End"));
    life.talk("Ann").news();
    life.agent_hangs_up("Ann");
    life
}

#[test]
fn a_caller_who_is_queued_again_waits_for_another_agent() {
    let mut life = queueing_again();
    assert_eq!(life.news(), ["enqueue q2 P10", "queue music defaultmusic_on_hold.wav"]);
    // The first agent's wrap-up is not the second agent's.
    life.talk("Bob").wrap_up("Ann");
    assert_eq!(life.news(), ["stop queue music"]);
    life.hang_up();
    assert_eq!(life.news(), ["leave agent"]);
    life.wrap_up("Bob");
    assert_eq!(life.news(), ["ended"]);
}

#[test]
fn an_offer_that_fails_does_not_keep_the_contact_from_ending() {
    let mut life = queueing_again();
    life.wrap_up("Ann").offer("Bob").offer_ends("Bob", OfferEnd::Rona).news();
    life.hang_up();
    assert_eq!(life.news(), ["withdraw", "ended"]);
}

fn lost() -> Input {
    Input::Requeued { agent: AgentId::new("id-Ann") }
}

#[test]
fn a_lost_agents_contact_waits_again() {
    let mut life =
        Setup::new().compat("main_flow_after_answer", "never_resumes").arrive(&logging());
    life.talk("Ann").news();
    life.give(lost());
    assert_eq!(life.news(), ["queue music hello.wav"], "the queue's music, not the flow's");
    life.talk("Bob").hang_up();
    assert_eq!(life.news(), ["stop queue music", "leave agent"]);
    life.wrap_up("Bob");
    assert_eq!(life.news(), ["ended"], "the lost agent wraps nothing up");
}

#[test]
fn the_main_flow_may_resume_with_a_lost_agents_contact() {
    let mut life = Setup::new().compat("main_flow_after_answer", "resumes").arrive(&logging());
    life.talk("Ann").news();
    life.give(lost());
    assert_eq!(life.news(), ["music defaultmusic_on_hold.wav"], "the flow's music");
    life.played();
    assert_eq!(life.news(), ["music defaultmusic_on_hold.wav"], "and it goes on");
}

#[test]
fn a_contact_that_lost_too_many_agents_goes_to_the_fallback() {
    for (entry, expected) in [
        (json!({}), vec!["play an apology"]),
        (json!({ "fallback": { "number": "+1555" } }), vec!["transfer +1555"]),
        (json!({ "fallback": { "queue": "q2" } }), {
            vec!["enqueue q2 P10", "queue music defaultmusic_on_hold.wav"]
        }),
    ] {
        let mut life = Setup::new().entry(entry).arrive(&logging());
        life.talk("Ann").news();
        life.give(Input::AgentLost { agent: AgentId::new("id-Ann") });
        assert_eq!(life.news(), expected);
    }
}

#[test]
fn the_longest_time_in_a_queue_has_an_end() {
    let wait = |entry, overflow: Option<&str>| {
        let mut life = Setup::new().entry(entry).arrive(&logging());
        life.news();
        life.give(Input::TimedOut { overflow_number: overflow.map(str::to_owned) });
        life.news()
    };
    let queue = json!({ "fallback": { "queue": "q2" } });
    let number = json!({ "fallback": { "number": "+1555" } });
    assert_eq!(wait(queue.clone(), Some("+1777")), ["stop playing", "transfer +1777"]);
    let to_queue = ["stop playing", "enqueue q2 P10", "queue music defaultmusic_on_hold.wav"];
    assert_eq!(wait(queue, None), to_queue);
    assert_eq!(wait(number, None), ["stop playing", "transfer +1555"]);
    assert_eq!(wait(json!({}), None), ["stop playing", "play an apology"]);
}

#[test]
fn a_time_out_that_comes_late_changes_nothing() {
    let mut life = arrive(&logging());
    life.talk("Ann").news();
    life.give(Input::TimedOut { overflow_number: Some("+1777".into()) });
    assert!(life.news().is_empty() && life.contact.is_talking());
}

#[test]
fn a_pop_opens_at_the_agent_who_has_the_contact() {
    let flow =
        Builder::flow("f").queue("Queue", "q1").music("Music").row("Start Queue Music Music");
    let flow = flow.event("AgentContactAssigned", "AgentAnswered");
    let page = json!({ "screenPopUrl": "https://x/{{ AgentAnswered.AgentEmailId }}" });
    let flow = flow.act("Pop", "screen-pop", page).end("End").row("AgentContactAssigned Pop End");
    let mut life = arrive(&flow);
    life.offer("Ann").offer_ends("Ann", OfferEnd::Declined).talk("Bob");
    assert_eq!(life.news().last().unwrap(), "pop id-Bob https://x/Bob@x");
}

#[test]
fn a_survey_after_the_agent_left_hears_keys() {
    let mut menu = crate::builder::spoken("Were you satisfied?");
    crate::builder::merge(&mut menu, json!({ "menuLinks": ["1"] }));
    let flow = Builder::flow("f").var("score", "STRING", "").queue("Queue", "q1").music("Music");
    let flow = flow.row("Start Queue Music Music");
    let flow = flow.event("ContactLastAgentRemoved", "AgentDisconnected");
    let flow = flow.act("Ask", "ivr-menu", menu).set("Score", "score", "{{ Ask.OptionEntered }}");
    let flow =
        flow.end("End").row("ContactLastAgentRemoved Ask").links("Ask 1 Score").row("Score End");
    let mut life = arrive(&flow);
    life.talk("Ann").agent_hangs_up("Ann").played().press('1');
    assert_eq!(life.var("score"), "1");
    assert_eq!(life.news().last().unwrap(), "disconnect");
}

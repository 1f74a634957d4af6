//! What single calls come to.

use serde_json::json;
use trunkline_acd::Input as RoutingInput;
use trunkline_contact::Output;
use trunkline_model::{AgentId, ContactId};
use trunkline_sim::Advance;

use crate::builder::{Builder, spoken};
use crate::scenarios::{self, named};
use crate::tape::{Scenario, run_out};

#[test]
fn every_call_ends_exactly_once() {
    for scenario in scenarios::all() {
        let tape = scenario.run();
        let ended = tape.outputs.iter().filter(|output| **output == Output::Ended).count();
        assert_eq!(ended, 1, "{}: {}", scenario.name, tape.story());
        assert!(tape.story().ends_with("ended"), "{}: {}", scenario.name, tape.story());
    }
}

#[test]
fn a_normal_call_has_its_events_in_order() {
    let story = named("data_dip").run().story();
    let expected = "arrived offered answered edited caller_hung_up wrap_up_started edited \
                    wrap_up_ended ended";
    assert_eq!(story, expected);
}

#[test]
fn what_the_agent_types_while_wrapping_up_arrives_if_the_entry_point_waits() {
    let comment = |name: &str| {
        let tape = named(name).run();
        let sent = tape.steps.iter().find(|step| step.activity == "Comment");
        serde_json::to_string(&sent.unwrap().input).unwrap()
    };
    assert!(comment("data_dip").contains("wants a quote"));
    assert!(comment("after_wrap_up").contains("late"));
}

#[test]
fn an_agent_who_does_not_answer_gets_the_same_contact_again() {
    let tape = named("self_service").run();
    assert!(tape.story().contains("offered offer_ended offered answered agent_hung_up"));
    // 12 s of ringing, then 4 s until the agent is back.
    assert_eq!(tape.when("offer_ended") - tape.when("offered"), 12_000);
    assert_eq!(tape.when("answered") - tape.when("offer_ended"), 6_000);
    let story = named("declined").run().story();
    assert!(story.contains("offered offer_ended offered answered"), "{story}");
}

#[test]
fn after_rona_the_contact_is_first_in_the_queue() {
    let flow =
        Builder::flow("f").queue("Queue", "Sales").music("Music").row("Start Queue Music Music");
    let script = "
caller: {hang_up_after_answer_s: 5}
agents: [{answer_after_s: null, ready_after_rona_s: 5}, {answer_after_s: 1}]
";
    let scenario = Scenario::new("rona", flow, script);
    let mut world = scenario.world();
    let start_ms = world.now_ms();
    world.call(scenario.arrival("first", start_ms)).unwrap();
    while world.next_at().is_some_and(|at_ms| at_ms <= start_ms + 6_000) {
        assert!(matches!(world.advance(), Advance::Moment));
    }
    world.call(scenario.arrival("second", start_ms + 6_000)).unwrap();
    run_out(&mut world);
    let steps = std::mem::take(&mut world.recorder().steps);
    let answered = steps.iter().filter(|step| step.kind == "contact.answered");
    let order: Vec<_> = answered.map(|step| step.contact.as_str()).collect();
    assert_eq!(order, ["first", "second"]);
}

#[test]
fn a_queue_sends_whom_it_kept_too_long_to_its_overflow_number() {
    let tape = named("overflow").run();
    assert_eq!(tape.when("timed_out_in_queue"), 30_000);
    let number = tape.outputs.iter().find_map(|output| match output {
        Output::Transfer { transfer, .. } => Some(transfer.number.as_str()),
        _ => None,
    });
    assert_eq!(number, Some("+18005550199"));
}

#[test]
fn ten_of_a_hundred_contacts_take_the_trial() {
    let scenario = named("split");
    let mut world = scenario.world();
    for n in 0..100 {
        let now_ms = world.now_ms();
        world.call(scenario.arrival(&format!("c{n}"), now_ms)).unwrap();
        run_out(&mut world);
    }
    let steps = std::mem::take(&mut world.recorder().steps);
    let took = |way: &str| steps.iter().filter(|step| step.activity == way).count();
    assert_eq!((took("Main"), took("Trial")), (90, 10));
}

#[test]
fn digits_of_a_secret_are_nowhere_in_the_trace() {
    let tape = named("secrets").run();
    let trace = serde_json::to_string(&tape.steps).unwrap();
    assert!(!trace.contains("904177") && trace.contains("•••"), "{trace}");
    assert!(format!("{:?}", tape.outputs).contains("904177"), "the request holds it");
}

#[test]
fn a_hang_up_in_a_dip_lets_it_finish() {
    let tape = named("hang_up_in_dip").run();
    assert_eq!(tape.last("id"), r#""late""#);
    assert_eq!((tape.when("caller_hung_up"), tape.when("ended")), (1_000, 1_500));
}

fn asking(properties: serde_json::Value, script: &'static str) -> Scenario {
    let flow = Builder::flow("f").act("Ask", "ivr-menu", properties).say("One", "one");
    let flow = flow.act("More", "ivr-collectdigits", spoken("more")).say("End", "end");
    let links = "Ask 1 One; Ask timeout More; Ask invalid More; One default More;
                 More default End; More timeout End; More invalid End";
    Scenario::new("asking", flow.row("Start Ask").links(links), script)
}

fn menu(prompt: Option<&str>, is_interruptible: bool) -> serde_json::Value {
    let mut menu = json!({ "menuLinks": ["1"], "interruptible": is_interruptible });
    crate::builder::merge(&mut menu, prompt.map_or_else(|| json!({}), spoken));
    menu
}

#[test]
fn a_menu_without_a_prompt_hears_its_keys() {
    let tape = asking(menu(None, true), "caller: {keys: [{in: Ask, press: '1'}]}").run();
    let pressed = tape.steps.iter().find(|step| step.activity == "Ask" && step.port.is_some());
    let pressed = pressed.unwrap();
    assert_eq!((pressed.port.as_deref(), pressed.t_ms), (Some("1"), 1_000));
}

#[test]
fn keys_wait_for_a_prompt_that_they_cannot_end() {
    for (is_interruptible, t_ms) in [(true, 1_000), (false, 65 * 6 + 1_000)] {
        let scenario = asking(
            menu(Some("Well, ?"), is_interruptible),
            "caller: {keys: [{in: Ask, press: '1'}]}",
        );
        let tape = scenario.run();
        let found = tape.steps.iter().find(|step| step.port.as_deref() == Some("1"));
        let spoken_ms = if is_interruptible { 0 } else { 65 };
        assert_eq!(found.unwrap().t_ms, t_ms + spoken_ms, "interruptible: {is_interruptible}");
    }
}

#[test]
fn keys_that_come_after_their_visit_are_not_pressed() {
    // The menu takes the first key; the second one was meant for it too.
    let tape = asking(menu(None, true), "caller: {keys: [{in: Ask, press: '15'}]}").run();
    let more = tape.steps.iter().rev().find(|step| step.activity == "More").unwrap();
    assert_eq!(more.port.as_deref(), Some("timeout"));
}

#[test]
fn a_contact_that_loses_its_agent_a_third_time_goes_to_the_fallback() {
    let flow =
        Builder::flow("f").queue("Queue", "Sales").music("Music").row("Start Queue Music Music");
    let script = "
caller: {hang_up_after_answer_s: null}
agents: [{answer_after_s: 1}]
";
    let agents: Vec<_> = (1..5)
        .map(|n| json!({ "id": format!("a{n}"), "name": format!("Agent {n}"), "teams": ["t1"] }))
        .collect();
    let scenario = Scenario::new("lost", flow, script).tenant(json!({ "agents": agents }));
    let scenario = scenario.entry(json!({ "fallback": { "number": "+1555" } }));
    let mut world = scenario.world();
    let now_ms = world.now_ms();
    world.call(scenario.arrival("c1", now_ms)).unwrap();
    let contact = ContactId::new("c1");
    for _ in 0..3 {
        while !world.contact(&contact).unwrap().is_talking() {
            assert!(matches!(world.advance(), Advance::Moment));
        }
        let agent: AgentId = world.contact(&contact).unwrap().agent().unwrap().id.clone();
        world.inject_agent(RoutingInput::LoseAgent { agent, contact: contact.clone() });
    }
    run_out(&mut world);
    assert!(world.contact(&contact).is_none(), "the contact is over");
    let tape = std::mem::take(world.recorder());
    assert!(
        tape.story().contains("agent_lost sent_to_fallback transferred transfer_answered"),
        "{}",
        tape.story()
    );
}

//! PreDial: what it is told, what it chooses, and that it never keeps a leg from being dialled.

use serde_json::json;
use trunkline_acd::OfferEnd;
use trunkline_contact::{Act, ConsultNews, Destination, Input, Output};
use trunkline_flow::Input as FlowInput;
use trunkline_model::QueueId;
use trunkline_model::call::TransferOutcome;

use crate::builder::Builder;
use crate::driver::{Life, Setup, agent};

/// What PreDial heard, and a number made of the operation's first letter.
const HEARD: &str = "{{ log }}{{ PreDial.operationType }} {{ PreDial.participantType }} \
                     {{ PreDial.direction }} {{ PreDial.dialNumber }} from \
                     {{ PreDial.otherPartyDn }} at {{ PreDial.epDn }} \
                     as {{ PreDial.agentSelectedAni }};";

fn queued() -> Builder {
    Builder::flow("f").var("log", "STRING", "").queue("Queue", "q1").row("Start Queue")
}

fn at_event(flow: Builder) -> Builder {
    let flow = flow.event("ContactPredial", "PreDial").set("Log", "log", HEARD);
    flow.act("Shown", "SetCallerID", json!({ "callerId": "+15550199" }))
}

/// Logs, and chooses a number.
fn choosing() -> Builder {
    at_event(queued()).row("ContactPredial Log Shown")
}

/// Asks a server before it chooses.
fn asking() -> Builder {
    let flow = at_event(queued()).get("Ask", "http://crm/number", &[]);
    flow.row("ContactPredial Log Ask Shown")
}

fn arrive(flow: &Builder) -> Life {
    let named = |name: &str, phone: &str| json!({ "id": format!("id-{name}"), "name": name, "phone": phone });
    let agents = json!([named("Ann", "4001"), named("Bob", "4002")]);
    let setup = Setup::new().tenant(json!({ "agents": agents }));
    setup.entry(json!({ "dnis": ["+18005550100"] })).arrive(flow)
}

fn dialled(life: &Life) -> Vec<String> {
    let is_dialled = |line: &String| {
        let words = ["ring", "dial", "transfer", "bridge"];
        words.iter().any(|word| line.starts_with(word))
    };
    life.all().into_iter().filter(is_dialled).collect()
}

fn tick(life: &mut Life) {
    life.now_ms = life.contact.wake_at().unwrap() - 1_000;
    life.give(Input::Flow(FlowInput::Tick));
}

fn consult(life: &mut Life, to: Destination) {
    life.give(Input::Acted { agent: agent("Ann").id, act: Act::Consult { to } });
}

#[test]
fn an_agent_is_rung_with_the_number_that_pre_dial_chose() {
    let mut life = arrive(&choosing());
    life.offer("Ann");
    assert_eq!(dialled(&life), ["ring id-Ann as +15550199"]);
    let told = "INBOUND Agent INBOUND 4001 from +14806754111 at +18005550100 as ;";
    assert_eq!(life.var("log"), told);
    // The next one is asked again.
    life.offer_ends("Ann", OfferEnd::Rona).offer("Bob");
    assert_eq!(dialled(&life)[1..], ["ring id-Bob as +15550199"]);
    assert!(life.var("log").ends_with(&told.replace("4001", "4002")));
}

#[test]
fn without_pre_dial_nothing_is_different() {
    let mut life = arrive(&queued());
    life.offer("Ann");
    assert_eq!(dialled(&life), ["ring id-Ann"]);
    assert_eq!(life.happened("pre_dial"), 0);
    // As exports of templates have it: wired to End Flow.
    let flow = queued().event("ContactPredial", "PreDial").end("End").row("ContactPredial End");
    let mut life = arrive(&flow);
    life.offer("Ann");
    assert_eq!(dialled(&life), ["ring id-Ann"]);
    assert_eq!(life.happened("pre_dial"), 1);
}

#[test]
fn an_agent_is_rung_when_pre_dial_has_ended() {
    let mut life = arrive(&asking());
    life.offer("Ann");
    assert_eq!(dialled(&life), [""; 0]);
    life.respond("{}");
    assert_eq!(dialled(&life), ["ring id-Ann as +15550199"]);
    assert_eq!(life.contact.wake_at(), None);
}

#[test]
fn a_slow_pre_dial_does_not_keep_an_agent_from_ringing() {
    let mut life = arrive(&asking());
    life.offer("Ann");
    let offered_ms = life.now_ms;
    assert_eq!(life.contact.wake_at(), Some(offered_ms + 5_000));
    tick(&mut life);
    assert_eq!(dialled(&life), ["ring id-Ann"]);
    assert_eq!(life.happened("pre_dial_ended"), 1);
    // Its number comes too late, and is not for the next leg either.
    life.offer_ends("Ann", OfferEnd::Rona).offer("Bob");
    life.respond("{}");
    assert_eq!(dialled(&life), ["ring id-Ann"]);
    life.respond("{}");
    assert_eq!(dialled(&life)[1..], ["ring id-Bob as +15550199"]);
}

#[test]
fn a_pre_dial_that_fails_does_not_keep_an_agent_from_ringing() {
    let mut life = arrive(&asking());
    life.offer("Ann").refuse();
    assert_eq!(dialled(&life).len(), 1, "{:?}", life.all());
}

#[test]
fn nobody_is_dialled_for_a_caller_who_has_left() {
    let mut life = arrive(&asking());
    life.offer("Ann").hang_up();
    life.offer_ends("Ann", OfferEnd::ContactLeft).respond("{}");
    assert_eq!(dialled(&life), [""; 0]);
    assert_eq!(life.all().last().map(String::as_str), Some("ended"));
}

#[test]
fn a_transfer_of_the_flow_is_asked_about() {
    let flow = Builder::flow("f").var("log", "STRING", "");
    let flow = flow.act("Transfer", "blind-transfer", json!({ "transfertodn": "+15550111" }));
    let flow = at_event(flow.row("Start Transfer")).row("ContactPredial Log Shown");
    let life = arrive(&flow);
    assert_eq!(dialled(&life), ["transfer +15550111 as +15550199"]);
    let told = "TRANSFER_TO_DN DN INBOUND +15550111 from +14806754111 at +18005550100 as ;";
    assert_eq!(life.var("log"), told);
}

#[test]
fn consults_are_asked_about() {
    let number = |caller_id: Option<&str>| Destination::Number {
        number: "+15550122".into(),
        caller_id: caller_id.map(str::to_owned),
    };
    let rings = |name: &str| ConsultNews::Offered { agent: agent(name), ring_timeout_ms: 9_000 };
    for (to, operation, other) in [
        (Destination::Agent(agent("Bob").id), "CONSULT_TO_AGENT Agent INBOUND 4002", ""),
        (Destination::Queue(QueueId::new("q2")), "CONSULT_TO_QUEUE Agent INBOUND 4002", ""),
        (number(None), "CONSULT_TO_DN DN INBOUND +15550122", ""),
        (number(Some("+15550133")), "CONSULT_TO_DN DN INBOUND +15550122", "+15550133"),
    ] {
        let mut life = arrive(&choosing());
        life.talk("Ann");
        let is_number = matches!(to, Destination::Number { .. });
        consult(&mut life, to);
        if !is_number {
            life.give(Input::Consult { consult: 1, news: rings("Bob") });
        }
        let line =
            if is_number { "dial +15550122" } else { "ring id-Bob for consult 1 as +15550199" };
        assert_eq!(dialled(&life)[1..], [line], "{operation}");
        let told = format!("{operation} from 4001 at +18005550100 as {other};");
        assert!(life.var("log").ends_with(&told), "{}", life.var("log"));
        let shown = life.outputs.iter().find_map(|output| match output {
            Output::Dial { transfer, .. } => Some(transfer.caller_id.clone()),
            _ => None,
        });
        assert_eq!(shown.flatten().as_deref(), is_number.then_some("+15550199"));
    }
}

#[test]
fn a_consult_that_is_ended_before_it_was_dialled_never_is() {
    let mut life = arrive(&asking());
    life.offer("Ann").respond("{}").answer("Ann");
    let number = Destination::Number { number: "+15550122".into(), caller_id: None };
    consult(&mut life, number);
    life.give(Input::Acted { agent: agent("Ann").id, act: Act::EndConsult });
    life.respond("{}");
    assert_eq!(dialled(&life), ["ring id-Ann as +15550199"]);
    assert!(!life.all().contains(&"hang up party".to_owned()));
}

#[test]
fn a_caller_whom_an_agent_hands_over_is_asked_about() {
    let mut life = arrive(&choosing());
    life.talk("Ann");
    let to = Some(Destination::Agent(agent("Bob").id));
    life.give(Input::Acted { agent: agent("Ann").id, act: Act::Transfer { to } });
    life.offer("Bob");
    let told = "TRANSFER_TO_AGENT Agent INBOUND 4002 from 4001 at +18005550100 as ;";
    assert!(life.var("log").ends_with(told), "{}", life.var("log"));
    assert_eq!(dialled(&life)[1..], ["ring id-Bob as +15550199"]);

    let mut life = arrive(&choosing());
    life.talk("Ann");
    let to = Some(Destination::Number { number: "+15550122".into(), caller_id: None });
    life.give(Input::Acted { agent: agent("Ann").id, act: Act::Transfer { to } });
    let told = "TRANSFER_TO_DN DN INBOUND +15550122 from 4001 at +18005550100 as ;";
    assert!(life.var("log").ends_with(told), "{}", life.var("log"));
    assert_eq!(dialled(&life)[1..], ["transfer +15550122 as +15550199"]);
    life.transferred(TransferOutcome::Connected);
    assert!(life.contact.is_transferred());
}

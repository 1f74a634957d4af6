//! Conversations that are recorded where the flow says so.

use serde_json::json;
use trunkline_contact::{Act, ActRefusal, Destination, Input};
use trunkline_model::QueueId;
use trunkline_model::call::CallRecording;

use crate::builder::Builder;
use crate::driver::{Life, Setup, agent, arrive};

fn asked(flow: Builder, answer: &str) -> Builder {
    let flow = flow.act("Asked", "RecordingControl", json!({ "enableRecording": answer }));
    flow.queue("Queue", "q1").row("Start Asked Queue")
}

fn at_answer(flow: Builder, answer: &str) -> Builder {
    let flow = flow.event("AgentContactAssigned", "AgentAnswered");
    let flow = flow.act("Then", "RecordingControl", json!({ "enableRecording": answer }));
    flow.end("End").row("AgentContactAssigned Then End")
}

fn recorded(life: &Life) -> Vec<String> {
    life.all().into_iter().filter(|line| line.contains("record")).collect()
}

#[test]
fn a_conversation_is_recorded_if_the_caller_agrees() {
    let mut life = arrive(&asked(Builder::flow("f"), "true"));
    assert_eq!(recorded(&life), [""; 0]);
    life.talk("Ann");
    assert_eq!(recorded(&life), ["record call 1"]);
    assert!(life.contact.is_recorded());
    life.agent_hangs_up("Ann");
    assert_eq!(recorded(&life), ["record call 1", "stop recording call 1"]);
    let (file, problem) = ("call.wav".to_owned(), None);
    let recording = CallRecording { number: 1, file, duration_ms: 4_000, problem };
    life.give(Input::CallRecorded(recording));
    assert_eq!(life.happened("call_recorded"), 1);
    assert!(life.trace().contains("call.wav"));
}

#[test]
fn nobody_is_recorded_who_did_not_agree() {
    for answer in ["false", "", "perhaps"] {
        let mut life = arrive(&asked(Builder::flow("f"), answer));
        life.talk("Ann").hang_up();
        assert_eq!(recorded(&life), [""; 0], "{answer}");
    }
}

#[test]
fn the_flow_may_change_its_mind_in_mid_call() {
    let mut life = arrive(&at_answer(asked(Builder::flow("f"), "true"), "false"));
    life.talk("Ann");
    assert_eq!(recorded(&life), [""; 0]);
    let mut life = arrive(&at_answer(asked(Builder::flow("f"), "false"), "true"));
    life.talk("Ann").hang_up();
    assert_eq!(recorded(&life), ["record call 1", "stop recording call 1"]);
}

#[test]
fn each_conversation_has_a_recording_of_its_own() {
    let mut life = arrive(&asked(Builder::flow("f"), "true"));
    life.talk("Ann");
    let to = Some(Destination::Queue(QueueId::new("q2")));
    life.give(Input::Acted { agent: agent("Ann").id, act: Act::Transfer { to } });
    assert_eq!(recorded(&life), ["record call 1", "stop recording call 1"]);
    life.talk("Bob");
    assert_eq!(recorded(&life)[2..], ["record call 2"]);
    // Hold and consults go on in the same one.
    life.give(Input::Acted { agent: agent("Bob").id, act: Act::Hold });
    life.give(Input::Acted { agent: agent("Bob").id, act: Act::Resume });
    assert_eq!(recorded(&life).len(), 3);
}

fn act(life: &mut Life, name: &str, act: Act) {
    life.give(Input::Acted { agent: agent(name).id, act });
}

fn pauses(life: &Life, name: &str) -> Option<bool> {
    life.contact.is_recording_paused(&agent(name).id)
}

/// A conversation with Ann is recorded, in a queue with these keys.
fn recorded_in(queue: serde_json::Value) -> Life {
    let mut queues = json!([{ "id": "q1", "name": "Sales" }, { "id": "q2", "name": "Support" }]);
    crate::builder::merge(&mut queues[0], queue);
    let mut life =
        Setup::new().tenant(json!({ "queues": queues })).arrive(&asked(Builder::flow("f"), "true"));
    life.talk("Ann");
    life
}

#[test]
fn an_agent_pauses_a_recording_and_goes_on_with_it() {
    let mut life = recorded_in(json!({}));
    assert_eq!((pauses(&life, "Ann"), pauses(&life, "Bob")), (Some(false), None));
    act(&mut life, "Ann", Act::PauseRecording);
    act(&mut life, "Ann", Act::PauseRecording);
    assert_eq!(recorded(&life), ["record call 1", "pause recording call 1"]);
    assert_eq!(pauses(&life, "Ann"), Some(true));
    assert_eq!(life.contact.wake_at(), None, "nothing ends it but the agent");
    act(&mut life, "Bob", Act::ResumeRecording);
    assert_eq!(pauses(&life, "Ann"), Some(true), "it is Ann's conversation");
    act(&mut life, "Ann", Act::ResumeRecording);
    act(&mut life, "Ann", Act::ResumeRecording);
    assert_eq!(recorded(&life)[2..], ["resume recording call 1"]);
    assert_eq!(life.happened("recording_paused"), 1);
    assert_eq!(life.happened("recording_resumed"), 1);
    act(&mut life, "Ann", Act::PauseRecording);
    life.hang_up();
    assert_eq!(recorded(&life)[3..], ["pause recording call 1", "stop recording call 1"]);
    assert_eq!(pauses(&life, "Ann"), None);
}

#[test]
fn a_pause_ends_by_itself_where_the_queue_says_so() {
    let mut life = recorded_in(json!({ "recording_pause_s": 30 }));
    act(&mut life, "Ann", Act::PauseRecording);
    let until_ms = life.now_ms + 30_000;
    assert_eq!(life.contact.wake_at(), Some(until_ms));
    // Saying it again does not make it longer.
    act(&mut life, "Ann", Act::PauseRecording);
    assert_eq!(life.contact.wake_at(), Some(until_ms));
    life.give(Input::Flow(trunkline_flow::Input::Tick));
    assert_eq!(pauses(&life, "Ann"), Some(true), "it is too early");
    life.now_ms = until_ms - 1_000;
    life.give(Input::Flow(trunkline_flow::Input::Tick));
    assert_eq!(recorded(&life)[2..], ["resume recording call 1"]);
    assert_eq!((pauses(&life, "Ann"), life.contact.wake_at()), (Some(false), None));
}

#[test]
fn a_queue_may_forbid_pauses_and_what_is_not_recorded_has_none() {
    let mut life = recorded_in(json!({ "pause_recording": false }));
    let ann = agent("Ann").id;
    assert!(!life.contact.lets_recordings_pause());
    assert_eq!(life.contact.may(&ann, &Act::PauseRecording), Err(ActRefusal::MayNotPause));
    act(&mut life, "Ann", Act::PauseRecording);
    assert_eq!(recorded(&life), ["record call 1"]);
    let mut life = arrive(&asked(Builder::flow("f"), "false"));
    life.talk("Ann");
    assert_eq!(life.contact.may(&ann, &Act::PauseRecording), Err(ActRefusal::NotRecorded));
    assert_eq!(pauses(&life, "Ann"), None);
}

#[test]
fn a_pause_holds_through_consults_and_for_whoever_takes_the_call_over() {
    let mut life = recorded_in(json!({}));
    act(&mut life, "Ann", Act::PauseRecording);
    act(&mut life, "Ann", Act::Consult { to: Destination::Queue(QueueId::new("q2")) });
    assert_eq!(pauses(&life, "Ann"), Some(true));
    act(&mut life, "Ann", Act::EndConsult);
    let to = Some(Destination::Queue(QueueId::new("q2")));
    act(&mut life, "Ann", Act::Transfer { to });
    assert_eq!(recorded(&life)[2..], ["stop recording call 1"]);
    life.talk("Bob");
    assert_eq!(recorded(&life)[3..], ["record call 2", "pause recording call 2"]);
    assert_eq!(pauses(&life, "Bob"), Some(true));
    act(&mut life, "Bob", Act::ResumeRecording);
    assert_eq!(recorded(&life)[5..], ["resume recording call 2"]);
}

//! Conversations that are recorded where the flow says so.

use serde_json::json;
use trunkline_contact::{Act, Destination, Input};
use trunkline_model::QueueId;
use trunkline_model::call::CallRecording;

use crate::builder::Builder;
use crate::driver::{Life, agent, arrive};

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

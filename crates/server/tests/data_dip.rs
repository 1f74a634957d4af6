//! The example flow on a real call: a caller, a CRM over HTTP, an agent's phone.

mod support;

use std::time::Duration;

use support::{Floor, within};
use trunkline_telephony::message::Headers;

const CALLER: &str = "+12025550142";

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_greeted_queued_and_answered_and_the_case_gets_a_comment() {
    let floor = Floor::start().await;
    let agent = floor.agent("maria").await;
    let caller = floor.caller(CALLER).await;
    let call = caller.dial(&floor.uri("+12025550100"), Headers::default()).await.unwrap();
    call.record().unwrap();
    call.answered(within(5)).await.unwrap();
    let offer = tokio::time::timeout(within(30), agent.incoming()).await.unwrap().unwrap();
    let desk = offer.answer();
    desk.record().unwrap();
    desk.answered(within(5)).await.unwrap();
    // The whisper is over after a fifth of a second.
    tokio::time::sleep(Duration::from_millis(600)).await;
    let (heard_by_caller, heard_by_agent) = (call.heard_so_far(), desk.heard_so_far());
    call.play_tone(440.0, -10.0);
    desk.play_tone(660.0, -10.0);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let steady = |recording: trunkline_softphone::Recording| {
        recording.part(Duration::from_millis(400), Duration::from_millis(800)).measure()
    };
    let at_caller = steady(call.heard_since(heard_by_caller));
    let at_agent = steady(desk.heard_since(heard_by_agent));
    assert!((at_caller.tone.frequency_hz - 660.0).abs() < 2.0, "{at_caller:?}");
    assert!((at_agent.tone.frequency_hz - 440.0).abs() < 2.0, "{at_agent:?}");
    call.hang_up();
    desk.ended(within(5)).await.unwrap();
    let comments = floor.comments_of_call(within(20)).await;
    assert_eq!(comments.len(), 1, "{comments:?}");
    assert!(comments[0].contains("Maria Lind"), "{comments:?}");
}

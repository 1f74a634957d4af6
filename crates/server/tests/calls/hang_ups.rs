//! The caller hangs up: whatever was going on, ContactEnded runs once.

use std::time::Duration;

use serde_json::json;
use trunkline_softphone::Happened;
use trunkline_telephony::message::Headers;

use crate::builder::Builder;
use crate::centre::{Centre, MUSIC_HZ, PROMPT_HZ, Plan, ending, file};
use crate::ear::{LIMIT, hears};

/// A dip, a prompt, then the queue.
fn flow() -> Builder {
    let flow = Builder::flow("f").get("Dip", "http://crm/dip", &[]);
    let flow = flow.act("Say", "play-message", file("prompt.wav")).queue("Queue", "Support");
    ending(flow.end("End").row("Start Dip Say Queue End"))
}

async fn centre() -> Centre {
    Plan::new(flow()).start().await
}

#[tokio::test(flavor = "multi_thread")]
async fn during_a_dip() {
    let centre = centre().await;
    let dip = centre.crm.hold("/dip");
    let call = centre.call().await;
    centre.crm.came("/dip", 1).await;
    call.hang_up();
    call.ended(LIMIT).await.unwrap();
    // The open request may finish first.
    tokio::time::sleep(Duration::from_millis(200)).await;
    dip.send_replace(true);
    centre.has_ended(1).await;
    assert_eq!(centre.crm.count("/dip"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn during_a_prompt() {
    let centre = centre().await;
    let call = centre.call().await;
    hears(&call, PROMPT_HZ).await;
    call.hang_up();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn during_the_queues_music() {
    let centre = centre().await;
    let call = centre.call().await;
    hears(&call, MUSIC_HZ).await;
    assert_eq!(centre.contacts().await[0].state, "queued");
    call.hang_up();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_answer() {
    let plan = Plan::new(flow()).entry(json!({ "answer": "first_media" }));
    let centre = plan.start().await;
    let dip = centre.crm.hold("/dip");
    let call = centre.dial(Headers::default()).await;
    centre.crm.came("/dip", 1).await;
    call.hang_up();
    call.ended(LIMIT).await.unwrap();
    drop(dip);
    centre.has_ended(1).await;
    assert!(!call.history().iter().any(|event| event.what == Happened::Answered));
}

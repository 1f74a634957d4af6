//! Offers that are not taken, and agents who compete.

use serde_json::json;
use trunkline_desk::{Choice, Command, Device, Phase, Refusal, StateKind};

use crate::ear::LIMIT;
use crate::page::Page;
use crate::work::{AGENT_HZ, OTHER_HZ, plan, talk};

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_is_set_to_rona_and_one_click_from_available() {
    let routing = json!({ "routing": { "ring_timeout_s": 1 } });
    let centre = plan().tenant(routing).start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.available(Device::Browser).await;
    let call = centre.call().await;
    let contact = ann.phase(Phase::Offered).await.id;
    let view = ann.state(StateKind::Rona).await;
    assert!(view.contact.is_none());
    let late = ann.command(Command::Answer { contact }).await;
    assert_eq!(late, Err(Refusal::NotYours));
    ann.command(Command::SetState(Choice::Available)).await.unwrap();
    ann.answer().await;
    talk(&call, &ann, AGENT_HZ).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_declines_is_set_aside_and_the_next_agent_rings() {
    let centre = plan().start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.available(Device::Browser).await;
    let call = centre.call().await;
    let contact = ann.phase(Phase::Offered).await.id;
    ann.command(Command::Decline { contact }).await.unwrap();
    ann.state(StateKind::Rona).await;
    let bob = Page::open(&centre, "bob", "b2:t1", OTHER_HZ).await;
    bob.available(Device::Browser).await;
    bob.answer().await;
    talk(&call, &bob, OTHER_HZ).await;
    let not_theirs = ann.command(Command::End { contact: bob.contact() }).await;
    assert_eq!(not_theirs, Err(Refusal::NotYours));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_agents_and_one_caller_who_gives_up() {
    let centre = plan().start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.available(Device::Browser).await;
    let bob = Page::open(&centre, "bob", "b2:t1", OTHER_HZ).await;
    bob.available(Device::Browser).await;
    let call = centre.call().await;
    ann.phase(Phase::Offered).await;
    assert_eq!(bob.view().state.kind, StateKind::Available, "one is asked at a time");
    call.hang_up();
    let view = ann.state(StateKind::Available).await;
    assert!(view.contact.is_none());
    centre.has_ended(1).await;
    assert_eq!(ann.audio_counts(), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_answers_by_itself_where_its_profile_says_so() {
    let profile = json!([{ "id": "d", "name": "Own", "auto_answer": true }]);
    let agents = json!([
        { "id": "ann", "name": "ann", "teams": ["Desk"], "desktop_profile": "d" },
        { "id": "bob", "name": "bob", "teams": ["Desk"] },
    ]);
    let centre = plan().tenant(json!({ "desktop_profiles": profile, "agents": agents }));
    let centre = centre.start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.available(Device::Browser).await;
    assert!(ann.view().features.auto_answer);
    let call = centre.call().await;
    ann.phase(Phase::Talking).await;
    talk(&call, &ann, AGENT_HZ).await;
    call.hang_up();
    tokio::time::timeout(LIMIT, ann.state(StateKind::WrapUp)).await.unwrap();
}

//! Offers that are not taken, and agents who compete.

use serde_json::json;
use trunkline_desk::{Choice, Command, Device, Phase, Refusal, StateKind};

use crate::ear::LIMIT;
use crate::page::{NO_MICROPHONE, Page};
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
    assert_eq!(view.state.code, None, "nobody has answered, and that is all");
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
    let view = ann.state(StateKind::Rona).await;
    assert_eq!(view.state.code.as_deref(), Some("declined"));
    let bob = Page::open(&centre, "bob", "b2:t1", OTHER_HZ).await;
    bob.available(Device::Browser).await;
    bob.answer().await;
    talk(&call, &bob, OTHER_HZ).await;
    let not_theirs = ann.command(Command::End { contact: bob.contact() }).await;
    assert_eq!(not_theirs, Err(Refusal::NotYours));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_call_says_that_the_page_had_no_audio_or_was_not_there() {
    let routing = json!({ "routing": { "ring_timeout_s": 1 } });
    let centre = plan().tenant(routing).start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", NO_MICROPHONE).await;
    ann.available(Device::Browser).await;
    let _call = centre.call().await;
    let view = ann.state(StateKind::Rona).await;
    assert_eq!(view.state.code.as_deref(), Some("microphone"));
    ann.command(Command::SetState(Choice::Available)).await.unwrap();
    ann.phase(Phase::Offered).await;
    ann.vanish();
    tokio::time::sleep(std::time::Duration::from_millis(1_300)).await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    let view = ann.state(StateKind::Rona).await;
    assert_eq!(view.state.code.as_deref(), Some("lost_connection"));
}

/// Ann answers at the moment when her time is over, and Bob as soon as it rings at his.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_agents_who_answer_at_once_one_has_the_caller() {
    let routing = json!({ "routing": { "ring_timeout_s": 1 } });
    let centre = plan().tenant(routing).start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.available(Device::Browser).await;
    let bob = Page::open(&centre, "bob", "b2:t1", OTHER_HZ).await;
    bob.available(Device::Browser).await;
    for wait_ms in [0, 985, 995, 1_005] {
        let call = centre.call().await;
        let offered = ann.phase(Phase::Offered).await;
        let elapsed_ms = ann.view().server_ms - offered.offered_ms;
        let wait_ms = u64::try_from((wait_ms - elapsed_ms).max(0)).unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(wait_ms)).await;
        // Bob presses too: what does not ring at his desk is not his.
        let press = || Command::Answer { contact: offered.id.clone() };
        let (anns, bobs) = tokio::join!(ann.command(press()), bob.command(press()));
        let has_ann = anns.is_ok();
        assert!(has_ann || anns == Err(Refusal::NotYours), "{anns:?}");
        assert!(!(has_ann && bobs.is_ok()), "both have the caller");
        assert!(bobs.is_ok() || bobs == Err(Refusal::NotYours) || is_early(&bobs), "{bobs:?}");
        if !has_ann && bobs.is_err() {
            bob.answer().await;
        }
        let (has, has_not) = if has_ann { (&ann, &bob) } else { (&bob, &ann) };
        has.phase(Phase::Talking).await;
        assert_ne!(has_not.view().state.kind, StateKind::Engaged);
        talk(&call, has, if has_ann { AGENT_HZ } else { OTHER_HZ }).await;
        call.hang_up();
        has.wrapped_up_after().await;
        has.state(StateKind::Available).await;
        if !has_ann {
            // He was longer free meanwhile than she will be: she is to ring first again.
            bob.command(Command::SetState(idle())).await.unwrap();
            ann.command(Command::SetState(Choice::Available)).await.unwrap();
            bob.command(Command::SetState(Choice::Available)).await.unwrap();
        } else {
            bob.command(Command::SetState(idle())).await.unwrap();
            bob.command(Command::SetState(Choice::Available)).await.unwrap();
        }
    }
}

/// It rings at his page, whose audio does not stand yet.
fn is_early(result: &Result<(), Refusal>) -> bool {
    matches!(result, Err(Refusal::Device(_)))
}

fn idle() -> Choice {
    Choice::Idle { code: "lunch".into() }
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

//! The page's audio comes and goes: reload, lost network, pops of a page that comes back.

use std::time::Duration;

use trunkline_desk::{Command, Phase, PopOutcome, PopTarget, StateKind};

use crate::centre::{HOLD_HZ, MUSIC_HZ};
use crate::ear::{LIMIT, hears, hears_from};
use crate::page::Page;
use crate::work::{AGENT_HZ, OTHER_HZ, flow, plan, talk, talking};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_loaded_anew_in_mid_call_goes_on() {
    let (centre, ann, call) = talking(plan()).await;
    let began_ms = ann.view().contact.unwrap().answered_ms;
    ann.vanish();
    let ann = Page::open(&centre, "ann", "b1:t1", OTHER_HZ).await;
    let contact = ann.phase(Phase::Talking).await;
    assert_eq!(contact.answered_ms, began_ms, "the timer is unbroken");
    talk(&call, &ann, OTHER_HZ).await;
    call.hang_up();
    ann.wrapped_up_after().await;
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_cut_for_a_moment_changes_nothing() {
    let (_centre, ann, call) = talking(plan()).await;
    let audio = ann.audio().await;
    audio.cut(true);
    tokio::time::sleep(Duration::from_secs(3)).await;
    audio.cut(false);
    hears_from(&call, call.heard_so_far(), AGENT_HZ).await;
    assert_eq!(ann.view().state.kind, StateKind::Engaged);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_gone_for_good_loses_the_caller_to_the_next_agent() {
    let plan = plan().waits(Duration::from_secs(2)).rtp("timeout_s = 1");
    let (centre, ann, call) = talking(plan).await;
    ann.audio().await.cut(true);
    // Nobody answers the page's checks either.
    hears(&call, HOLD_HZ).await;
    hears_from(&call, call.heard_so_far(), MUSIC_HZ).await;
    let view = ann.state(StateKind::Idle).await;
    assert_eq!(view.state.code.as_deref(), Some("lost_connection"));
    let bob = Page::open(&centre, "bob", "b2:t1", OTHER_HZ).await;
    bob.available(trunkline_desk::Device::Browser).await;
    bob.answer().await;
    talk(&call, &bob, OTHER_HZ).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_gone_is_noticed_at_once_by_its_page() {
    let (_centre, ann, call) = talking(plan().waits(Duration::from_secs(3))).await;
    let from = call.heard_so_far();
    let began = tokio::time::Instant::now();
    ann.vanish();
    hears_from(&call, from, HOLD_HZ).await;
    let noticed = began.elapsed();
    assert!(noticed < Duration::from_secs(4), "after {noticed:?}");
    // Nobody comes back: the queue's music.
    hears_from(&call, call.heard_so_far(), MUSIC_HZ).await;
    call.hang_up();
}

#[tokio::test(flavor = "multi_thread")]
async fn pops_come_once_and_again_until_somebody_says_what_became_of_them() {
    let pop = |url: &str, target: &str| serde_json::json!({ "screenPopUrl": url, "screenPopDesktopLabel": "CRM", "target": target });
    let flow = flow().event("AgentContactAssigned", "AgentAnswered");
    let flow = flow
        .act("Pop", "screen-pop", pop("https://crm.example/{{ customerName }}", "insideDesktop"))
        .act("Bad", "screen-pop", pop("javascript:alert(1)", "newBrowserTab"))
        .end("Popped");
    let plan = crate::centre::Plan::new(flow.row("AgentContactAssigned Pop Bad Popped"));
    let (centre, ann, call) = talking(plan).await;
    let until = tokio::time::Instant::now() + LIMIT;
    while ann.pops().is_empty() {
        assert!(tokio::time::Instant::now() < until, "no pop: {:?}", ann.view());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let [pop] = &ann.pops()[..] else { panic!("{:?}", ann.pops()) };
    assert_eq!((pop.target, pop.label.as_str()), (PopTarget::Panel, "CRM"));
    assert!(pop.url.starts_with("https://crm.example/"), "{pop:?}");
    // Nobody has said that it opened.
    ann.vanish();
    let until = tokio::time::Instant::now() + LIMIT;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    let contact = ann.phase(Phase::Talking).await.id;
    // It comes behind the view.
    while ann.pops().is_empty() {
        assert!(tokio::time::Instant::now() < until, "no pop after the page came back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(ann.pops().len(), 1);
    let shown = Command::PopShown { contact, pop: pop.id, outcome: PopOutcome::Blocked };
    ann.command(shown).await.unwrap();
    let is_known = |view: &trunkline_desk::DeskView| {
        let pop = view.contact.as_ref().and_then(|it| it.pop.as_ref());
        pop.is_some_and(|pop| pop.outcome == Some(PopOutcome::Blocked))
    };
    ann.until("the outcome", is_known).await;
    ann.vanish();
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.phase(Phase::Talking).await;
    assert!(ann.pops().is_empty());
    call.hang_up();
}

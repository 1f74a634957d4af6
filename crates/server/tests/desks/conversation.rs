//! A call at a desktop, from the offer to what follows the wrap-up.

use std::time::Duration;

use serde_json::json;
use trunkline_desk::{
    Choice, Command, Device, Keys, LegState, Phase, Refusal, StateKind, WrapUpAction,
};
use trunkline_model::{AgentId, ContactId};
use trunkline_softphone::Phone;

use crate::centre::{CALLER, HOLD_HZ, MUSIC_HZ};
use crate::ear::{LIMIT, hears};
use crate::page::Page;
use crate::work::{AGENT_HZ, CALLER_HZ, plan, talk, talking};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_rings_in_the_page_is_held_ended_and_wrapped_up() {
    let centre = plan().start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.available(Device::Browser).await;
    let call = centre.call().await;
    let offered = ann.phase(Phase::Offered).await;
    assert_eq!((offered.ani.as_str(), offered.entry_point.as_str()), (CALLER, "Main"));
    assert_eq!(offered.customer_name.as_deref(), Some("Ann Novak"));
    assert_eq!(offered.queue.as_ref().map(|queue| queue.name.as_str()), Some("Support"));
    assert!(offered.ring_until_ms.unwrap() - offered.offered_ms > 10_000);
    hears(&call, MUSIC_HZ).await;
    let contact = ann.answer().await;
    assert_eq!(contact.parties[0].state, LegState::Talking);
    talk(&call, &ann, AGENT_HZ).await;
    ann.until("connected", |view| view.contact.as_ref().unwrap().is_audio_connected).await;

    ann.command(Command::Hold { contact: contact.id.clone() }).await.unwrap();
    let held = ann.phase(Phase::OnHold).await;
    assert_eq!(held.parties[0].state, LegState::OnHold);
    hears(&call, HOLD_HZ).await;
    ann.command(Command::Resume { contact: contact.id.clone() }).await.unwrap();
    ann.phase(Phase::Talking).await;
    talk(&call, &ann, AGENT_HZ).await;

    let keys = |digits: &str| Command::Keys {
        contact: contact.id.clone(),
        keys: Keys { digits: digits.into() },
    };
    assert!(matches!(ann.command(keys("12x")).await, Err(Refusal::Invalid { .. })));
    ann.command(keys("12#")).await.unwrap();
    call.keys("12#", LIMIT).await.unwrap();

    ann.save("notes", "新しいパッドを送付。\n\"C:\\x\"").await.unwrap();
    ann.command(Command::End { contact: contact.id.clone() }).await.unwrap();
    call.ended(LIMIT).await.unwrap();
    let wrapping = ann.phase(Phase::WrapUp).await;
    assert!(wrapping.is_caller_gone && wrapping.wrap_up.unwrap().until_ms.is_none());
    assert_eq!(centre.crm.count("/ended"), 0, "what follows waits for the wrap-up");
    ann.save("count", "3").await.unwrap();
    ann.wrapped_up(Some("resolved")).await.unwrap();
    ann.state(StateKind::Available).await;
    centre.has_ended(1).await;
    assert_eq!(centre.crm.bodies("/ended"), ["新しいパッドを送付。\n\"C:\\x\"|3|4711"]);
    assert_eq!(ann.audio_counts(), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_caller_did_before_is_shown() {
    let (_centre, ann, call) = talking(plan()).await;
    let has = |kind: &'static str| {
        move |view: &trunkline_desk::DeskView| {
            let contact = view.contact.as_ref();
            contact.is_some_and(|it| it.path.iter().any(|step| step.kind == kind))
        }
    };
    let view = ann.until("answered", has("answered")).await;
    let path = view.contact.unwrap().path;
    let kinds: Vec<&str> = path.iter().map(|step| step.kind.as_str()).collect();
    assert_eq!(kinds, ["called", "queued", "offered", "answered"]);
    assert_eq!(path[1].with["queue"], "Support");
    call.hang_up();
    ann.until("hung up", has("hung_up")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_leaves_the_agent_to_wrap_up() {
    let (centre, ann, call) = talking(plan()).await;
    ann.command(Command::SetState(Choice::Idle { code: "lunch".into() })).await.unwrap();
    let lunch = Some(Choice::Idle { code: "lunch".into() });
    ann.until("what comes next", |view| view.next == lunch).await;
    call.hang_up();
    ann.state(StateKind::WrapUp).await;
    let contact = ann.contact();
    let action = WrapUpAction::Code { code: "no such".into() };
    let refused = ann.command(Command::WrapUp { contact: contact.clone(), action }).await;
    assert!(matches!(refused, Err(Refusal::Invalid { .. })), "{refused:?}");
    let action = WrapUpAction::Code { code: "other".into() };
    ann.command(Command::WrapUp { contact: contact.clone(), action }).await.unwrap();
    let view = ann
        .until("the code", |view| {
            let wrap_up = view.contact.as_ref().and_then(|it| it.wrap_up.as_ref());
            wrap_up.is_some_and(|it| it.code.is_some())
        })
        .await;
    assert_eq!(view.contact.unwrap().wrap_up.unwrap().code.unwrap().id, "other");
    ann.wrapped_up(None).await.unwrap();
    let view = ann.state(StateKind::Idle).await;
    assert_eq!((view.state.code.as_deref(), view.next), (Some("lunch"), None));
    assert!(view.contact.is_none());
    centre.has_ended(1).await;
    // A click that comes too late cannot hit the next contact.
    let late = ann.command(Command::End { contact }).await;
    assert_eq!(late, Err(Refusal::NotYours));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrap_up_that_ends_by_its_time_saves_what_was_typed() {
    wraps_up_by_time(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrap_up_is_made_longer_ten_times() {
    wraps_up_by_time(true).await;
}

async fn wraps_up_by_time(longer: bool) {
    let plan = plan().tenant(json!({ "routing": { "auto_wrap_up_s": 1 } }));
    let (centre, ann, call) = talking(plan).await;
    call.hang_up();
    let wrapping = ann.phase(Phase::WrapUp).await;
    assert!(wrapping.wrap_up.unwrap().until_ms.is_some());
    ann.draft("notes", "typed and not saved").await;
    let contact = ann.contact();
    let until_ms = ann.view().contact.unwrap().wrap_up.unwrap().until_ms;
    let extend = || Command::WrapUp { contact: contact.clone(), action: WrapUpAction::Extend };
    if longer {
        ann.command(extend()).await.unwrap();
        let is_later = |view: &trunkline_desk::DeskView| {
            let wrap_up = view.contact.as_ref().and_then(|it| it.wrap_up.as_ref());
            wrap_up.is_some_and(|it| it.until_ms == until_ms.map(|it| it + 60_000))
        };
        ann.until("a minute more", is_later).await;
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        assert_eq!(ann.view().state.kind, StateKind::WrapUp);
        for _ in 1..10 {
            ann.command(extend()).await.unwrap();
        }
        let refused = ann.command(extend()).await;
        assert!(matches!(refused, Err(Refusal::NotNow(_))), "{refused:?}");
        ann.wrapped_up(None).await.unwrap();
    }
    ann.state(StateKind::Available).await;
    centre.has_ended(1).await;
    assert_eq!(centre.crm.bodies("/ended"), ["typed and not saved|0|4711"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_at_a_desktop_talks_by_a_sip_phone() {
    let centre = plan().start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    let refused = ann.sign_in(Device::SipPhone).await;
    assert!(matches!(refused, Err(Refusal::Device(_))), "not registered: {refused:?}");
    let phone: Phone = centre.agent("ann").await;
    // Whoever has a phone alone is Available by it (decision 25).
    assert_eq!(ann.state(StateKind::Available).await.device, Some(Device::SipPhone));
    ann.sign_in(Device::SipPhone).await.unwrap();
    let call = centre.call().await;
    let offer = tokio::time::timeout(LIMIT, phone.incoming()).await.unwrap().unwrap();
    let contact = ann.phase(Phase::Offered).await.id;
    let refused = ann.command(Command::Answer { contact: contact.clone() }).await;
    assert_eq!(refused, Err(Refusal::NotNow(trunkline_desk::Reason::PickUpPhone)));
    let desk = offer.answer();
    desk.record().unwrap();
    ann.phase(Phase::Talking).await;
    call.play_tone(CALLER_HZ, -10.0);
    hears(&desk, CALLER_HZ).await;
    // Muting is the server's, whatever the phone can do.
    desk.play_tone(AGENT_HZ, -10.0);
    hears(&call, AGENT_HZ).await;
    let mute = |muted| Command::Mute { contact: contact.clone(), muted };
    ann.command(mute(true)).await.unwrap();
    ann.until("muted", |view| view.contact.as_ref().is_some_and(|it| it.is_muted)).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let from = call.heard_so_far();
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    let heard = call.heard_since(from).samples;
    assert!(!crate::browser::power_of(&heard, AGENT_HZ), "nothing of the agent is heard");
    hears(&desk, CALLER_HZ).await;
    ann.command(mute(false)).await.unwrap();
    hears(&call, AGENT_HZ).await;
    ann.command(Command::Hold { contact: contact.clone() }).await.unwrap();
    hears(&call, HOLD_HZ).await;
    ann.command(Command::Resume { contact: contact.clone() }).await.unwrap();
    ann.command(Command::End { contact }).await.unwrap();
    desk.ended(LIMIT).await.unwrap();
    ann.wrapped_up(None).await.unwrap();
    centre.has_ended(1).await;
    // Without the phone the desktop goes on, Idle.
    phone.unregister().await.unwrap();
    let view = ann.state(StateKind::Idle).await;
    assert_eq!(view.state.code.as_deref(), Some("lost_connection"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secure_value_is_shown_only_when_it_is_asked_for() {
    let (centre, ann, _call) = talking(plan()).await;
    let contact = ann.view().contact.unwrap();
    let pin = contact.variables.iter().find(|it| it.name == "pin").unwrap();
    assert!(pin.is_secure && pin.value.is_empty(), "{pin:?}");
    assert!(!contact.variables.iter().any(|it| it.name == "inner"));
    let desk = centre.server.as_ref().unwrap().centre();
    let id = ContactId::new(contact.id);
    let value = |agent: &str, name: &str| desk.secure_value(&AgentId::new(agent), &id, name);
    assert_eq!(value("ann", "pin").await.as_deref(), Ok("4711"));
    assert_eq!(value("bob", "pin").await, Err(Refusal::NotYours));
    assert!(value("ann", "notes").await.is_err(), "it is not secure");
    tokio::time::sleep(Duration::from_millis(10)).await;
}

//! Consults, conferences and transfers at desktops: who hears whom in each state.

use std::time::Duration;

use serde_json::json;
use trunkline_desk::{
    Choice, Command, Destination, Device, Direction, LegState, PartyKind, Phase, Reason, Refusal,
    StateKind,
};
use trunkline_softphone::{Call, Phone, PhoneSettings};

use crate::browser::power_of;
use crate::centre::{Centre, HOLD_HZ, MUSIC_HZ};
use crate::ear::{LIMIT, hears};
use crate::page::Page;
use crate::work::{AGENT_HZ, CALLER_HZ, OTHER_HZ, plan, talk, talking};

/// Ann talks to a caller; Bob is Available.
async fn two_agents() -> (Centre, Page, Page, Call) {
    let (centre, ann, call) = talking(plan()).await;
    let bob = Page::open(&centre, "bob", "b2:t1", OTHER_HZ).await;
    bob.available(Device::Browser).await;
    (centre, ann, bob, call)
}

async fn consult(ann: &Page, bob: &Page) -> String {
    let contact = ann.contact();
    let to = Destination::Agent { id: "bob".into() };
    ann.command(Command::Consult { contact: contact.clone(), to }).await.unwrap();
    let asked = bob.phase(Phase::Offered).await;
    assert_eq!(asked.direction, Direction::Consult);
    assert_eq!(asked.customer_name.as_deref(), Some("Ann Novak"), "it is about the contact");
    bob.answer().await;
    contact
}

/// Waits until a caller hears both tones at once.
async fn hears_both(call: &Call, tones: [f64; 2]) {
    let until = tokio::time::Instant::now() + LIMIT;
    loop {
        let from = call.heard_so_far();
        tokio::time::sleep(Duration::from_millis(400)).await;
        let heard = call.heard_since(from).samples;
        if tones.iter().all(|hz| power_of(&heard, *hz)) {
            return;
        }
        assert!(tokio::time::Instant::now() < until, "not both of {tones:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_consulted_joins_and_takes_the_caller_over() {
    let (centre, ann, bob, call) = two_agents().await;
    let contact = consult(&ann, &bob).await;
    let view = ann.phase(Phase::Consulting).await;
    assert_eq!(view.parties[0].state, LegState::OnHold);
    ann.audio().await.hears(OTHER_HZ).await;
    bob.audio().await.hears(AGENT_HZ).await;
    hears(&call, HOLD_HZ).await;
    let view = ann.view().contact.unwrap().consult.unwrap();
    assert!(view.is_active && view.party.state == LegState::Talking, "{view:?}");
    let held = ann.command(Command::Hold { contact: contact.clone() }).await;
    assert!(matches!(held, Err(Refusal::NotNow(_))), "{held:?}");

    ann.command(Command::Swap { contact: contact.clone() }).await.unwrap();
    hears(&call, AGENT_HZ).await;
    ann.audio().await.hears(CALLER_HZ).await;
    bob.audio().await.hears(HOLD_HZ).await;

    ann.command(Command::Conference { contact: contact.clone() }).await.unwrap();
    ann.phase(Phase::Conference).await;
    bob.phase(Phase::Conference).await;
    hears_both(&call, [AGENT_HZ, OTHER_HZ]).await;
    ann.audio().await.hears_both([CALLER_HZ, OTHER_HZ]).await;
    bob.audio().await.hears_both([CALLER_HZ, AGENT_HZ]).await;
    // One steps out and comes back.
    let asked = bob.contact();
    bob.command(Command::Hold { contact: asked.clone() }).await.unwrap();
    hears(&call, AGENT_HZ).await;
    bob.command(Command::Resume { contact: asked }).await.unwrap();
    hears_both(&call, [AGENT_HZ, OTHER_HZ]).await;

    ann.command(Command::Transfer { contact: contact.clone(), to: None }).await.unwrap();
    ann.phase(Phase::WrapUp).await;
    bob.until("the contact is Bob's", |view| {
        view.contact.as_ref().is_some_and(|it| it.id == contact && it.phase == Phase::Talking)
    })
    .await;
    talk(&call, &bob, OTHER_HZ).await;
    let late = ann.command(Command::Hold { contact: contact.clone() }).await;
    assert!(late.is_err(), "{late:?}");
    ann.wrapped_up(None).await.unwrap();
    bob.command(Command::End { contact }).await.unwrap();
    call.ended(LIMIT).await.unwrap();
    bob.wrapped_up_after().await;
    centre.has_ended(1).await;
    assert_eq!(centre.crm.count("/ended"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consult_that_ends_gives_the_caller_back() {
    let (_centre, ann, bob, call) = two_agents().await;
    let contact = consult(&ann, &bob).await;
    let asked = bob.contact();
    bob.command(Command::End { contact: asked }).await.unwrap();
    bob.state(StateKind::Available).await;
    ann.phase(Phase::OnHold).await;
    hears(&call, HOLD_HZ).await;
    ann.command(Command::Resume { contact: contact.clone() }).await.unwrap();
    talk(&call, &ann, AGENT_HZ).await;
    // Declined: the same.
    let to = Destination::Agent { id: "bob".into() };
    ann.command(Command::Consult { contact: contact.clone(), to }).await.unwrap();
    let asked = bob.phase(Phase::Offered).await.id;
    bob.command(Command::Decline { contact: asked }).await.unwrap();
    bob.state(StateKind::Rona).await;
    ann.phase(Phase::OnHold).await;
    hears(&call, HOLD_HZ).await;
    // The caller hangs up while Bob is asked: everybody is let go.
    bob.command(Command::SetState(trunkline_desk::Choice::Available)).await.unwrap();
    consult(&ann, &bob).await;
    call.hang_up();
    bob.state(StateKind::Available).await;
    ann.state(StateKind::WrapUp).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blind_transfer_to_a_queue_has_its_music_and_another_agent() {
    let (_centre, ann, call) = talking(plan()).await;
    let contact = ann.contact();
    let queue = ann.view().contact.unwrap().queue.unwrap().id;
    let to = Some(Destination::Queue { id: queue });
    ann.command(Command::Transfer { contact, to }).await.unwrap();
    ann.phase(Phase::WrapUp).await;
    hears(&call, MUSIC_HZ).await;
    let bob = Page::open(&_centre, "bob", "b2:t1", OTHER_HZ).await;
    bob.available(Device::Browser).await;
    bob.answer().await;
    talk(&call, &bob, OTHER_HZ).await;
    ann.wrapped_up(None).await.unwrap();
}

const NUMBER: &str = "+12025550177";

/// A trunk that leads to a phone, which stands for the carrier.
async fn carrier() -> (Phone, String) {
    let carrier = Phone::start(PhoneSettings::loopback("carrier")).await.unwrap();
    let trunk = format!(
        "[[trunk]]\nname = \"carrier\"\nnetworks = [\"127.0.0.0/8\"]\n\
         [trunk.outbound]\ntargets = [\"{}\"]\n",
        carrier.address()
    );
    (carrier, trunk)
}

async fn answered(carrier: &Phone) -> Call {
    let incoming = tokio::time::timeout(LIMIT, carrier.incoming()).await.unwrap().unwrap();
    let party = incoming.answer();
    party.record().unwrap();
    party.answered(LIMIT).await.unwrap();
    party.play_tone(OTHER_HZ, -10.0);
    party
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_consulted_confers_and_is_dropped() {
    let (carrier, trunk) = carrier().await;
    let (_centre, ann, call) = talking(plan().config(&trunk)).await;
    let contact = ann.contact();
    let to = Destination::Number { number: "+1 (202) 555-0177".into() };
    ann.command(Command::Consult { contact: contact.clone(), to }).await.unwrap();
    hears(&call, HOLD_HZ).await;
    let party = answered(&carrier).await;
    ann.audio().await.hears(OTHER_HZ).await;
    hears(&party, AGENT_HZ).await;
    ann.command(Command::Conference { contact: contact.clone() }).await.unwrap();
    hears_both(&call, [AGENT_HZ, OTHER_HZ]).await;
    hears_both(&party, [AGENT_HZ, CALLER_HZ]).await;
    let drop = Command::Drop { contact: contact.clone(), party: "consulted".into() };
    ann.command(drop).await.unwrap();
    party.ended(LIMIT).await.unwrap();
    talk(&call, &ann, AGENT_HZ).await;
    // Once more, and the caller stays with the number when the agent goes.
    let to = Destination::Number { number: NUMBER.into() };
    ann.command(Command::Consult { contact: contact.clone(), to }).await.unwrap();
    let party = answered(&carrier).await;
    ann.audio().await.hears(OTHER_HZ).await;
    ann.command(Command::Transfer { contact, to: None }).await.unwrap();
    ann.phase(Phase::WrapUp).await;
    hears(&call, OTHER_HZ).await;
    hears(&party, CALLER_HZ).await;
    party.hang_up();
    call.ended(LIMIT).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_calls_a_number() {
    let (carrier, trunk) = carrier().await;
    let profile = json!({
        "id": "p", "name": "Out", "outdial": true,
        "outdial_anis": [{ "name": "Main", "number": "+18005550100" }],
    });
    let ann = json!({ "id": "ann", "name": "ann", "teams": ["Desk"], "desktop_profile": "p" });
    let bob = json!({ "id": "bob", "name": "bob", "teams": ["Desk"] });
    let tenant = json!({ "desktop_profiles": [profile], "agents": [ann, bob] });
    let plan = plan().config(&trunk).tenant(tenant);
    let centre = plan.start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.sign_in(Device::Browser).await.unwrap();
    ann.until("the audio is here", |view| view.audio_owner.is_some()).await;
    let outdial = |number: &str| Command::Outdial { number: number.into(), ani: None };
    let refused = ann.command(outdial("nonsense")).await;
    assert!(matches!(refused, Err(Refusal::Invalid { .. })), "{refused:?}");
    ann.command(outdial(NUMBER)).await.unwrap();
    // The page asked for it: nobody has to answer there.
    let dialling = ann.phase(Phase::Dialling).await;
    assert_eq!(dialling.direction, Direction::Outdial);
    let party = answered(&carrier).await;
    ann.phase(Phase::Talking).await;
    ann.audio().await.hears(OTHER_HZ).await;
    hears(&party, AGENT_HZ).await;
    party.hang_up();
    ann.phase(Phase::WrapUp).await;
    // Whoever was Idle is so again, and is told before.
    let idle = Choice::Idle { code: "signed_in".into() };
    assert_eq!(ann.view().next, Some(idle));
    ann.wrapped_up(None).await.unwrap();
    let view = ann.state(StateKind::Idle).await;
    assert_eq!(view.state.code.as_deref(), Some("signed_in"));
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_in_a_conference_reach_everybody_outside() {
    let (carrier, trunk) = carrier().await;
    let (_centre, ann, call) = talking(plan().config(&trunk)).await;
    let contact = ann.contact();
    let to = Destination::Number { number: NUMBER.into() };
    ann.command(Command::Consult { contact: contact.clone(), to }).await.unwrap();
    let party = answered(&carrier).await;
    ann.audio().await.hears(OTHER_HZ).await;
    let keys = |digits: &str| Command::Keys {
        contact: contact.clone(),
        keys: trunkline_desk::Keys { digits: digits.into() },
    };
    ann.command(keys("12")).await.unwrap();
    keys_reach(&party, "12").await;
    ann.command(Command::Conference { contact: contact.clone() }).await.unwrap();
    ann.phase(Phase::Conference).await;
    ann.command(keys("7#")).await.unwrap();
    keys_reach(&party, "127#").await;
    keys_reach(&call, "7#").await;
    hears_both(&call, [AGENT_HZ, OTHER_HZ]).await;
}

async fn keys_reach(call: &Call, keys: &str) {
    let until = tokio::time::Instant::now() + LIMIT;
    while call.keys_heard() != keys {
        let heard = call.keys_heard();
        assert!(tokio::time::Instant::now() < until, "{heard} is not {keys}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_consulted_and_its_agent_takes_the_caller_over() {
    let (centre, ann, call) = talking(plan()).await;
    let contact = ann.contact();
    let queue = ann.view().contact.unwrap().queue.unwrap().id;
    let to = Destination::Queue { id: queue };
    ann.command(Command::Consult { contact: contact.clone(), to }).await.unwrap();
    let asked = ann.phase(Phase::Consulting).await.consult.unwrap();
    assert_eq!((asked.party.kind, asked.party.state), (PartyKind::Queue, LegState::Ringing));
    assert_eq!(asked.party.name, "Support");
    hears(&call, HOLD_HZ).await;
    // Nobody was free. Whoever becomes so is asked for the agent, not for the caller.
    let bob = Page::open(&centre, "bob", "b2:t1", OTHER_HZ).await;
    bob.available(Device::Browser).await;
    let offered = bob.phase(Phase::Offered).await;
    assert_eq!(offered.direction, Direction::Consult);
    bob.answer().await;
    ann.audio().await.hears(OTHER_HZ).await;
    bob.audio().await.hears(AGENT_HZ).await;
    hears(&call, HOLD_HZ).await;
    ann.command(Command::Transfer { contact: contact.clone(), to: None }).await.unwrap();
    ann.phase(Phase::WrapUp).await;
    talk(&call, &bob, OTHER_HZ).await;
    assert_eq!(bob.contact(), contact);
    call.hang_up();
    bob.wrapped_up_after().await;
    ann.wrapped_up(None).await.unwrap();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consult_of_a_queue_ends_before_anybody_is_there() {
    let (centre, ann, call) = talking(plan()).await;
    let contact = ann.contact();
    let queue = ann.view().contact.unwrap().queue.unwrap().id;
    let to = Destination::Queue { id: queue };
    ann.command(Command::Consult { contact: contact.clone(), to }).await.unwrap();
    let early = ann.command(Command::Transfer { contact: contact.clone(), to: None }).await;
    assert_eq!(early, Err(Refusal::NotNow(Reason::ConsultNotAnswered)));
    ann.command(Command::EndConsult { contact: contact.clone() }).await.unwrap();
    talk(&call, &ann, AGENT_HZ).await;
    // Nothing of it waits in the queue any more.
    let bob = Page::open(&centre, "bob", "b2:t1", OTHER_HZ).await;
    bob.available(Device::Browser).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(bob.view().state.kind, StateKind::Available);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_point_is_consulted_by_its_number() {
    let (carrier, trunk) = carrier().await;
    let (_centre, ann, call) = talking(plan().config(&trunk)).await;
    let contact = ann.contact();
    let unknown = Destination::EntryPoint { id: "nowhere".into() };
    let refused = ann.command(Command::Consult { contact: contact.clone(), to: unknown }).await;
    assert_eq!(refused, Err(Refusal::Unreachable(Reason::UnknownTarget)));
    let to = Destination::EntryPoint { id: "main".into() };
    ann.command(Command::Consult { contact: contact.clone(), to }).await.unwrap();
    let asked = ann.phase(Phase::Consulting).await.consult.unwrap();
    assert_eq!(asked.party.name, "Main");
    let party = answered(&carrier).await;
    ann.audio().await.hears(OTHER_HZ).await;
    hears(&party, AGENT_HZ).await;
    hears(&call, HOLD_HZ).await;
    ann.command(Command::EndConsult { contact: contact.clone() }).await.unwrap();
    party.ended(LIMIT).await.unwrap();
    talk(&call, &ann, AGENT_HZ).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consulted_agent_who_is_lost_gives_the_caller_back() {
    let (_centre, ann, bob, call) = two_agents().await;
    consult(&ann, &bob).await;
    ann.audio().await.hears(OTHER_HZ).await;
    bob.audio().await.cut(true);
    // The agent who asked has the caller again, who still waits.
    ann.phase(Phase::OnHold).await;
    let view = bob.state(StateKind::Idle).await;
    assert_eq!(view.state.code.as_deref(), Some("lost_connection"));
    let contact = ann.contact();
    ann.command(Command::Resume { contact }).await.unwrap();
    talk(&call, &ann, AGENT_HZ).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_is_lost_while_consulting_leaves_the_caller_to_the_queue() {
    let (centre, ann, bob, call) = two_agents().await;
    let contact = consult(&ann, &bob).await;
    ann.audio().await.hears(OTHER_HZ).await;
    ann.audio().await.cut(true);
    let view = ann.state(StateKind::Idle).await;
    assert_eq!(view.state.code.as_deref(), Some("lost_connection"));
    // Bob was only asked: he is free, and the caller comes to him as to anybody.
    let is_the_caller = |view: &trunkline_desk::DeskView| {
        let offered = view.contact.as_ref().filter(|it| it.phase == Phase::Offered);
        offered.is_some_and(|it| it.id == contact && it.direction == Direction::Inbound)
    };
    bob.until("the caller is offered to Bob", is_the_caller).await;
    bob.answer().await;
    talk(&call, &bob, OTHER_HZ).await;
    call.hang_up();
    bob.wrapped_up_after().await;
    centre.has_ended(1).await;
}

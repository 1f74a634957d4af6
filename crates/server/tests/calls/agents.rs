//! Agents at their phones: offers, conversations, hold, wrap-up, and how each may go wrong.

use std::time::Duration;

use serde_json::json;
use trunkline_server::ops::{AgentMode, AgentSetting, Ask};
use trunkline_softphone::{Call, Incoming, Phone};
use trunkline_telephony::call::Cause;
use trunkline_telephony::message::Headers;

use crate::builder::Builder;
use crate::centre::{CALLER, Centre, HOLD_HZ, MUSIC_HZ, OTHER_HZ, Plan, ending, file};
use crate::ear::{LIMIT, first, hears, hears_from, hears_nothing};

/// What the two say.
const CALLER_HZ: f64 = 850.0;
const AGENT_HZ: f64 = 1_150.0;

fn queues() -> Builder {
    ending(Builder::flow("f").queue("Queue", "Support").end("End").row("Start Queue End"))
}

async fn offer(phone: &Phone) -> Incoming {
    tokio::time::timeout(LIMIT, phone.incoming()).await.unwrap().unwrap()
}

async fn answer(offer: Incoming) -> Call {
    let desk = offer.answer();
    desk.record().unwrap();
    desk.answered(LIMIT).await.unwrap();
    desk
}

/// Both say something, and hear each other.
async fn talk(call: &Call, desk: &Call) {
    call.play_tone(CALLER_HZ, -10.0);
    desk.play_tone(AGENT_HZ, -10.0);
    hears(call, AGENT_HZ).await;
    hears(desk, CALLER_HZ).await;
}

/// A caller and Ann who talk.
async fn talking(plan: Plan) -> (Centre, Phone, Call, Call) {
    let centre = plan.start().await;
    let ann = centre.agent("ann").await;
    let call = centre.call().await;
    let desk = answer(offer(&ann).await).await;
    talk(&call, &desk).await;
    (centre, ann, call, desk)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_hears_music_until_an_agent_answers_who_hears_a_tone_first() {
    let centre = Plan::new(queues()).start().await;
    let ann = centre.agent("ann").await;
    let call = centre.call().await;
    let offer = offer(&ann).await;
    assert_eq!(offer.from(), CALLER);
    offer.ring();
    hears(&call, MUSIC_HZ).await;
    centre.state_is("ringing").await;
    call.play_tone(CALLER_HZ, -10.0);
    let desk = answer(offer).await;
    desk.play_tone(AGENT_HZ, -10.0);
    hears(&call, AGENT_HZ).await;
    hears(&desk, CALLER_HZ).await;
    let heard = desk.heard_since(0);
    let whisper = first(&heard, 440.0).unwrap();
    assert!(whisper < first(&heard, CALLER_HZ).unwrap(), "{whisper:?}");
    assert_eq!(centre.agent_mode("ann").await, AgentMode::Engaged);
    centre.state_is("connected").await;
    call.hang_up();
    assert_eq!(desk.ended(LIMIT).await.unwrap(), Cause::HungUpThere);
    centre.has_ended(1).await;
    centre.agent_is("ann", AgentMode::Available).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_over_the_queues_music_pauses_it() {
    let flow = queues().event("AgentOfferContact", "AgentOffered");
    let flow = flow.act("Soon", "play-message", file("other.wav")).end("Said");
    let centre = Plan::new(flow.row("AgentOfferContact Soon Said")).start().await;
    let call = centre.call().await;
    hears(&call, MUSIC_HZ).await;
    let before = call.heard_so_far();
    let ann = centre.agent("ann").await;
    let _offer = offer(&ann).await;
    hears_from(&call, before, OTHER_HZ).await;
    hears(&call, MUSIC_HZ).await;
    call.hang_up();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_holds_the_caller_who_hears_music_and_comes_back() {
    let (centre, _ann, call, desk) = talking(Plan::new(queues())).await;
    desk.hold();
    hears(&call, HOLD_HZ).await;
    desk.resume();
    hears(&call, AGENT_HZ).await;
    hears(&desk, CALLER_HZ).await;
    call.hang_up();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_was_on_hold_hears_the_flow_when_the_agent_has_left() {
    let flow = queues().event("FCAsk(ContactLastAgentRemoved)", "AgentDisconnected");
    let flow = flow.act("Thanks", "play-message", file("other.wav")).end("Thanked");
    let plan = Plan::new(flow.row("FCAsk(ContactLastAgentRemoved) Thanks Thanked"));
    let (centre, _ann, call, desk) = talking(plan).await;
    desk.hold();
    hears(&call, HOLD_HZ).await;
    let held = call.heard_so_far();
    desk.hang_up();
    hears_from(&call, held, OTHER_HZ).await;
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_holds_does_not_hear_the_agent_and_comes_back() {
    let (centre, _ann, call, desk) = talking(Plan::new(queues())).await;
    call.hold();
    hears_nothing(&call).await;
    call.resume();
    hears(&desk, CALLER_HZ).await;
    hears(&call, AGENT_HZ).await;
    desk.hang_up();
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_hangs_up_wraps_up_and_the_call_is_over() {
    let plan = Plan::new(queues()).entry(json!({ "post_call": "after_wrap_up" }));
    let plan = plan.tenant(json!({ "routing": { "auto_wrap_up_s": 1 } }));
    let (centre, _ann, call, desk) = talking(plan).await;
    desk.hang_up();
    assert_eq!(call.ended(LIMIT).await.unwrap(), Cause::HungUpThere);
    centre.agent_is("ann", AgentMode::WrapUp).await;
    assert_eq!(centre.crm.count("/ended"), 0, "the agent still wraps up");
    centre.has_ended(1).await;
    centre.agent_is("ann", AgentMode::Available).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_hangs_up_while_the_phone_rings() {
    let centre = Plan::new(queues()).start().await;
    let ann = centre.agent("ann").await;
    let call = centre.call().await;
    let offer = offer(&ann).await;
    offer.ring();
    let ringing = offer.ignore();
    centre.state_is("ringing").await;
    call.hang_up();
    assert_eq!(ringing.ended(LIMIT).await.unwrap(), Cause::Cancelled);
    centre.has_ended(1).await;
    centre.agent_is("ann", AgentMode::Available).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_call_is_over_while_the_agent_wraps_up() {
    let plan = Plan::new(queues()).entry(json!({ "post_call": "after_wrap_up" }));
    let plan = plan.wrap_up(Duration::from_secs(60));
    let (centre, ann, call, _desk) = talking(plan).await;
    call.hang_up();
    centre.agent_is("ann", AgentMode::WrapUp).await;
    centre.state_is("after_call").await;
    assert_eq!(centre.crm.count("/ended"), 0);
    // *1 ends the wrap-up.
    let service = ann.dial(&centre.uri("*1"), Headers::default()).await.unwrap();
    service.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
    centre.agent_is("ann", AgentMode::Available).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_is_set_aside_and_the_next_agent_rings() {
    let routing = json!({ "routing": { "ring_timeout_s": 1 } });
    let centre = Plan::new(queues()).tenant(routing).start().await;
    let ann = centre.agent("ann").await;
    let call = centre.call().await;
    let ringing = offer(&ann).await.ignore();
    assert_eq!(ringing.ended(LIMIT).await.unwrap(), Cause::Cancelled);
    centre.agent_is("ann", AgentMode::Idle).await;
    let agents = centre.ask(Ask::Agents).await;
    assert_eq!(agents[0].idle_code.as_deref(), Some("RONA"), "{agents:?}");
    hears(&call, MUSIC_HZ).await;
    let bob = centre.agent("bob").await;
    let desk = answer(offer(&bob).await).await;
    talk(&call, &desk).await;
    call.hang_up();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_declines_is_set_aside_and_the_next_agent_rings() {
    for status in [486, 603] {
        let centre = Plan::new(queues()).start().await;
        let ann = centre.agent("ann").await;
        let call = centre.call().await;
        let declined = offer(&ann).await.decline(status);
        declined.ended(LIMIT).await.unwrap();
        centre.agent_is("ann", AgentMode::Idle).await;
        let bob = centre.agent("bob").await;
        let desk = answer(offer(&bob).await).await;
        call.hang_up();
        desk.ended(LIMIT).await.unwrap();
        centre.has_ended(1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_without_a_phone_is_not_waited_for() {
    let centre = Plan::new(queues()).start().await;
    let set =
        |reply| Ask::SetAgent { agent: "ann".into(), setting: AgentSetting::Available, reply };
    centre.ask(set).await.unwrap();
    let call = centre.call().await;
    // The offer fails at once.
    centre.agent_is("ann", AgentMode::Idle).await;
    hears(&call, MUSIC_HZ).await;
    let bob = centre.agent("bob").await;
    let desk = answer(offer(&bob).await).await;
    talk(&call, &desk).await;
    desk.hang_up();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_goes_while_it_rings_is_not_waited_for() {
    let centre = Plan::new(queues()).start().await;
    let ann = centre.agent("ann").await;
    let call = centre.call().await;
    let ringing = offer(&ann).await.ignore();
    ann.unregister().await.unwrap();
    centre.agent_is("ann", AgentMode::SignedOut).await;
    ringing.ended(LIMIT).await.unwrap();
    hears(&call, MUSIC_HZ).await;
    let bob = centre.agent("bob").await;
    let desk = answer(offer(&bob).await).await;
    call.hang_up();
    desk.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_goes_while_its_agent_talks_signs_them_out_afterwards() {
    let (centre, ann, call, desk) = talking(Plan::new(queues())).await;
    ann.unregister().await.unwrap();
    talk(&call, &desk).await;
    assert_eq!(centre.agent_mode("ann").await, AgentMode::Engaged);
    desk.hang_up();
    centre.has_ended(1).await;
    centre.agent_is("ann", AgentMode::SignedOut).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn service_codes_set_the_agents_state_with_a_tone() {
    let centre = Plan::new(queues()).start().await;
    let ann = centre.agent("ann").await;
    let dial = async |code: &str| {
        let service = ann.dial(&centre.uri(code), Headers::default()).await.unwrap();
        service.record().unwrap();
        service.answered(LIMIT).await.unwrap();
        service.ended(LIMIT).await.unwrap();
        let heard = service.recording().await;
        assert!(first(&heard, 600.0).is_some(), "{:?}", heard.measure());
    };
    dial("*0").await;
    centre.agent_is("ann", AgentMode::Idle).await;
    let call = centre.call().await;
    hears(&call, MUSIC_HZ).await;
    assert_eq!(centre.agent_mode("ann").await, AgentMode::Idle);
    dial("*1").await;
    let desk = answer(offer(&ann).await).await;
    call.hang_up();
    desk.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_answers_as_the_caller_hangs_up_is_let_go() {
    let centre = Plan::new(queues()).start().await;
    let ann = centre.agent("ann").await;
    for count in 1..=4 {
        let call = centre.call().await;
        let ringing = offer(&ann).await;
        let desk = match count % 2 {
            0 => {
                call.hang_up();
                ringing.answer()
            }
            _ => {
                let desk = ringing.answer();
                call.hang_up();
                desk
            }
        };
        desk.ended(LIMIT).await.unwrap();
        centre.has_ended(count).await;
        centre.agent_is("ann", AgentMode::Available).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_phones_of_an_agent_ring_and_one_is_answered() {
    let centre = Plan::new(queues()).start().await;
    let (desk_phone, mobile) = (centre.agent("ann").await, centre.agent("ann").await);
    let call = centre.call().await;
    let (one, other) = (offer(&desk_phone).await, offer(&mobile).await);
    let desk = answer(one).await;
    assert_eq!(other.ignore().ended(LIMIT).await.unwrap(), Cause::Cancelled);
    talk(&call, &desk).await;
    // A phone that declines says nothing for the other.
    desk.hang_up();
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
    centre.agent_is("ann", AgentMode::Available).await;
    let call = centre.call().await;
    let (one, other) = (offer(&desk_phone).await, offer(&mobile).await);
    one.decline(486).ended(LIMIT).await.unwrap();
    let desk = answer(other).await;
    talk(&call, &desk).await;
    call.hang_up();
    centre.has_ended(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_callers_and_one_agent_take_their_turns() {
    let centre = Plan::new(queues()).start().await;
    let one = centre.call().await;
    hears(&one, MUSIC_HZ).await;
    let other = centre.call().await;
    hears(&other, MUSIC_HZ).await;
    let ann = centre.agent("ann").await;
    let desk = answer(offer(&ann).await).await;
    talk(&one, &desk).await;
    desk.hang_up();
    one.ended(LIMIT).await.unwrap();
    // The second is offered when the first has been wrapped up.
    let desk = answer(offer(&ann).await).await;
    talk(&other, &desk).await;
    other.hang_up();
    centre.has_ended(2).await;
}

/// Whose media are gone, with the engine's shortest limit.
fn short_of_media() -> Plan {
    Plan::new(queues()).rtp("timeout_s = 1")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_media_are_gone_for_good_loses_the_caller_to_the_queue() {
    let (centre, _ann, call, desk) = talking(short_of_media()).await;
    desk.lose_media();
    hears(&call, HOLD_HZ).await;
    let held = call.heard_so_far();
    hears_from(&call, held, MUSIC_HZ).await;
    centre.agent_is("ann", AgentMode::Idle).await;
    desk.ended(LIMIT).await.unwrap();
    let bob = centre.agent("bob").await;
    let desk = answer(offer(&bob).await).await;
    talk(&call, &desk).await;
    call.hang_up();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_media_come_back_goes_on() {
    let plan = short_of_media().waits(Duration::from_secs(60));
    let (centre, _ann, call, desk) = talking(plan).await;
    desk.lose_media();
    hears(&call, HOLD_HZ).await;
    // Anything that is agreed anew begins media again.
    desk.hold();
    let held = |what: &_| *what == trunkline_softphone::Happened::MediaAgreed;
    let _ = desk.wait_for("media", Duration::from_millis(300), held).await;
    desk.resume();
    talk(&call, &desk).await;
    call.hang_up();
    centre.has_ended(1).await;
}

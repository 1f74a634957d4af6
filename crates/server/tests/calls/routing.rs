//! Queue activities on the wire: one agent who is asked for, parking, recovery, groups that join.

use serde_json::{Value, json};
use trunkline_server::ops::{AgentMode, AgentSetting, Ask};
use trunkline_softphone::{Incoming, Phone};
use trunkline_telephony::call::Cause;

use crate::builder::{Builder, merge};
use crate::centre::{Centre, Plan, ending};
use crate::ear::{LIMIT, hears};

const AGENT_HZ: f64 = 1_150.0;

async fn offer(phone: &Phone) -> Incoming {
    tokio::time::timeout(LIMIT, phone.incoming()).await.unwrap().unwrap()
}

/// The agent answers, and the caller hears them.
async fn talks(centre: &Centre, call: &trunkline_softphone::Call, offer: Incoming) {
    let desk = offer.answer();
    desk.answered(LIMIT).await.unwrap();
    desk.play_tone(AGENT_HZ, -10.0);
    hears(call, AGENT_HZ).await;
    call.hang_up();
    centre.has_ended(1).await;
}

/// To Ann, by her id.
fn to_ann(more: Value) -> Builder {
    let mut to = json!({ "destinationVariable": "ann", "destinationLookupType": "agentId",
        "reportingQueue": "Support", "parkContactToggle": true });
    merge(&mut to, more);
    let flow = Builder::flow("f").act("ToAnn", "queue-to-agent", to).end("End");
    ending(flow.row("Start ToAnn End"))
}

async fn set(centre: &Centre, agent: &str, setting: AgentSetting) {
    let agent = agent.into();
    centre.ask(|reply| Ask::SetAgent { agent, setting, reply }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_caller_waits_for_the_one_agent() {
    let centre = Plan::new(to_ann(json!({}))).start().await;
    let _bob = centre.agent("bob").await;
    let ann = centre.agent("ann").await;
    set(&centre, "ann", AgentSetting::Idle("Lunch".into())).await;
    let call = centre.call().await;
    hears(&call, crate::centre::MUSIC_HZ).await;
    assert_eq!(centre.agent_mode("bob").await, AgentMode::Available, "it is not for bob");
    set(&centre, "ann", AgentSetting::Available).await;
    let ringing = offer(&ann).await;
    talks(&centre, &call, ringing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recovery_queue_takes_a_caller_whom_the_agent_does_not() {
    let centre = Plan::new(to_ann(json!({ "recoveryQueue": "Support" }))).start().await;
    let ann = centre.agent("ann").await;
    let call = centre.call().await;
    let declined = offer(&ann).await.decline(603);
    declined.ended(LIMIT).await.unwrap();
    let bob = centre.agent("bob").await;
    let ringing = offer(&bob).await;
    talks(&centre, &call, ringing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_joins_when_the_flow_says_so() {
    let wider = json!({ "callDistributionGroup": "nextGroup" });
    let flow = Builder::flow("f").queue("Queue", "Support");
    let flow = flow.act("First", "set-contact-priority", json!({ "priority": "1" }));
    let flow = flow.act("Info", "advanced-queue-info", json!({ "destination": "Support" }));
    let flow = flow.act("Wider", "escalate-cdg", wider).end("End");
    let flow = ending(flow.row("Start Queue First Info Wider End"));
    let tenant = json!({
        "teams": [{ "id": "t", "name": "T" }, { "id": "u", "name": "U" }],
        "queues": [{ "id": "q", "name": "Support", "music": "music.wav", "groups": [
            { "teams": ["u"], "duration_s": 600 }, { "teams": ["t"] }] }],
        "agents": [{ "id": "ann", "name": "ann", "teams": ["t"] },
                   { "id": "bob", "name": "bob", "teams": ["t"] }],
    });
    let centre = Plan::new(flow).tenant(tenant).start().await;
    let ann = centre.agent("ann").await;
    let call = centre.call().await;
    let ringing = offer(&ann).await;
    let desk = ringing.answer();
    desk.answered(LIMIT).await.unwrap();
    call.hang_up();
    assert_eq!(desk.ended(LIMIT).await.unwrap(), Cause::HungUpThere);
    centre.has_ended(1).await;
}

//! Callers who are transferred: to another phone, over a trunk, and what may become of it.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use trunkline_softphone::{Call, Happened, Incoming, Phone, PhoneSettings};
use trunkline_telephony::call::Cause;

use crate::builder::{Builder, merge};
use crate::centre::{CALLER, Centre, HOLD_HZ, OTHER_HZ, Plan, ending, file};
use crate::ear::{LIMIT, hears, hears_from};

const NUMBER: &str = "+12025550177";
const CALLER_HZ: f64 = 850.0;
const PARTY_HZ: f64 = 1_150.0;

/// A transfer, then a prompt, then good-bye; another prompt when the transfer fails.
fn flow(kind: &str, more: Value) -> Builder {
    let mut properties = json!({ "transfertodn": NUMBER, "timeout": 15 });
    merge(&mut properties, more);
    let flow = Builder::flow("f").act("Go", kind, properties);
    let flow = flow.act("Back", "play-message", file("prompt.wav"));
    let flow = flow.act("Failed", "play-message", file("other.wav"));
    let flow = flow.act("Bye", "disconnect-contact", json!({}));
    let links = "Start out Go; Go default Back; Back default Bye; Failed default Bye;";
    ending(flow.links(&format!("{links} Go failure Failed")))
}

/// A server whose trunk leads to a phone, which stands for the carrier.
async fn with_carrier(flow: Builder) -> (Centre, Phone) {
    let carrier = Phone::start(PhoneSettings::loopback("carrier")).await.unwrap();
    let trunk = format!(
        "[[trunk]]\nname = \"carrier\"\nnetworks = [\"127.0.0.0/8\"]\n\
         [trunk.outbound]\ntargets = [\"{}\"]\n",
        carrier.address()
    );
    (Plan::new(flow).config(&trunk).start().await, carrier)
}

async fn comes(phone: &Phone) -> Incoming {
    tokio::time::timeout(LIMIT, phone.incoming()).await.unwrap().unwrap()
}

async fn answer(incoming: Incoming) -> Call {
    let party = incoming.answer();
    party.record().unwrap();
    party.answered(LIMIT).await.unwrap();
    party
}

async fn talk(call: &Call, party: &Call) {
    call.play_tone(CALLER_HZ, -10.0);
    party.play_tone(PARTY_HZ, -10.0);
    hears(call, PARTY_HZ).await;
    hears(party, CALLER_HZ).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blind_transfer_over_a_trunk_joins_the_two() {
    let headers = json!({ "headers": { "X-Case": "4711" } });
    let (centre, carrier) = with_carrier(flow("blind-transfer", headers)).await;
    let call = centre.call().await;
    let incoming = comes(&carrier).await;
    assert_eq!((incoming.from(), incoming.to()), (CALLER, NUMBER));
    let party = answer(incoming).await;
    talk(&call, &party).await;
    party.hang_up();
    assert_eq!(call.ended(LIMIT).await.unwrap(), Cause::HungUpThere);
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_takes_the_third_party_along() {
    for kind in ["blind-transfer", "bridged-transfer"] {
        let (centre, carrier) = with_carrier(flow(kind, json!({}))).await;
        let call = centre.call().await;
        let party = answer(comes(&carrier).await).await;
        talk(&call, &party).await;
        call.hang_up();
        assert_eq!(party.ended(LIMIT).await.unwrap(), Cause::HungUpThere);
        centre.has_ended(1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_stops_the_ringing() {
    let (centre, carrier) = with_carrier(flow("bridged-transfer", json!({}))).await;
    let call = centre.call().await;
    let incoming = comes(&carrier).await;
    incoming.ring();
    let ringing = incoming.ignore();
    call.hang_up();
    assert_eq!(ringing.ended(LIMIT).await.unwrap(), Cause::Cancelled);
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_bridged_transfer_the_flow_goes_on() {
    let digits = json!({ "transferoutdigits": "12#" });
    let (centre, carrier) = with_carrier(flow("bridged-transfer", digits)).await;
    let call = centre.call().await;
    let party = answer(comes(&carrier).await).await;
    party.keys("12#", LIMIT).await.unwrap();
    talk(&call, &party).await;
    // The third party may hold, and leave while it does.
    party.hold();
    hears(&call, HOLD_HZ).await;
    let held = call.heard_so_far();
    party.hang_up();
    hears_from(&call, held, crate::centre::PROMPT_HZ).await;
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_party_that_is_busy_or_does_not_answer_leaves_the_caller_to_the_flow() {
    let mut tests = JoinSet::new();
    for status in [Some(486), Some(404), Some(503), None] {
        tests.spawn(a_third_party_that_is_not_there(status));
    }
    while let Some(test) = tests.join_next().await {
        test.unwrap();
    }
}

/// It refuses the call, or does not answer.
async fn a_third_party_that_is_not_there(status: Option<u16>) {
    let quick = json!({ "timeout": 1 });
    let (centre, carrier) = with_carrier(flow("bridged-transfer", quick)).await;
    let call = centre.call().await;
    let incoming = comes(&carrier).await;
    let over = match status {
        Some(status) => incoming.decline(status),
        None => incoming.ignore(),
    };
    over.ended(LIMIT).await.unwrap();
    hears_from(&call, 0, OTHER_HZ).await;
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_trunk_a_transfer_fails() {
    let centre = Plan::new(flow("bridged-transfer", json!({}))).start().await;
    let call = centre.call().await;
    hears_from(&call, 0, OTHER_HZ).await;
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_may_go_to_a_phone_of_this_server() {
    let to = json!({ "transfertodn": "4001" });
    let phone = "[[phone]]\nuser = \"4001\"\npassword = \"secret-word\"\nagent = \"cid\"\n";
    let agents = json!([{ "id": "ann", "name": "ann", "teams": ["Desk"] },
                        { "id": "bob", "name": "bob", "teams": ["Desk"] },
                        { "id": "cid", "name": "cid", "teams": ["Desk"] }]);
    let plan = Plan::new(flow("blind-transfer", to)).tenant(json!({ "agents": agents }));
    let centre = plan.config(phone).start().await;
    let settings = PhoneSettings::loopback("4001");
    let registrar = format!("sip:{}", centre.address);
    let phone = Phone::start(settings.registered_at(registrar, "secret-word")).await.unwrap();
    phone.register().await.unwrap();
    let call = centre.call().await;
    let incoming = comes(&phone).await;
    assert_eq!(incoming.from(), CALLER);
    let party = answer(incoming).await;
    talk(&call, &party).await;
    call.hang_up();
    party.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_flow_may_set_the_number_that_is_shown() {
    let flow = Builder::flow("f").act("Show", "SetCallerID", json!({ "callerId": "+12025550155" }));
    let flow = flow.act("Go", "blind-transfer", json!({ "transfertodn": NUMBER }));
    let (centre, carrier) = with_carrier(ending(flow.row("Start Show Go"))).await;
    let call = centre.call().await;
    let incoming = comes(&carrier).await;
    assert_eq!(incoming.from(), "+12025550155");
    let party = answer(incoming).await;
    call.hang_up();
    party.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_sent_to_the_caller() {
    let flow = Builder::flow("f").act("Send", "send-digits", json!({ "transferoutdigits": "90#" }));
    let flow = flow.act("Bye", "disconnect-contact", json!({})).row("Start Send Bye");
    let centre = Plan::new(ending(flow)).start().await;
    let call = centre.call().await;
    call.keys("90#", LIMIT).await.unwrap();
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
}

/// A recording of which the CRM is told.
fn records(more: Value) -> Builder {
    let mut properties = json!({ "maxRecordingTime": 20, "silenceTimeout": 1 });
    merge(&mut properties, more);
    let flow = Builder::flow("f").act("Record", "record", properties);
    let body = "{{ Record.Duration }}";
    let body = json!({ "httpContentType": "Application/JSON", "httpRequestBody": body });
    let flow = flow.http("Tell", "POST", "http://crm/recorded", body, &[]);
    let flow = flow.act("None", "play-message", file("other.wav"));
    let flow = flow.act("Bye", "disconnect-contact", json!({})).row("Start Record Tell Bye");
    ending(flow.links("Record noInputTimeout None; None default Bye"))
}

/// The recordings that a server has made.
fn files(centre: &Centre) -> Vec<std::path::PathBuf> {
    let folder = centre.setup.data_dir().join("recordings");
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_caller_says_after_the_beep_is_recorded_until_the_key() {
    let centre = Plan::new(records(json!({ "terminationSymbol": "#" }))).start().await;
    let call = centre.call().await;
    hears_tone_start(&call, 1_000.0).await;
    call.play_tone(CALLER_HZ, -10.0);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    call.press("#").unwrap();
    centre.crm.came("/recorded", 1).await;
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
    let files = files(&centre);
    assert_eq!(files.len(), 1, "{files:?}");
    let wav = std::fs::read(&files[0]).unwrap();
    let wav = trunkline_media::wav::Wav::parse(&wav).unwrap();
    let heard = trunkline_softphone::Recording::new(wav.to_telephone().unwrap());
    let tone = crate::ear::inside(&heard).measure();
    assert!((tone.tone.frequency_hz - CALLER_HZ).abs() < 2.0, "{tone:?}");
    assert!((1..20).contains(&heard.length().as_secs()), "{tone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_ends_a_recording() {
    let centre = Plan::new(records(json!({}))).start().await;
    let call = centre.call().await;
    hears_tone_start(&call, 1_000.0).await;
    call.play_tone(CALLER_HZ, -10.0);
    tokio::time::sleep(Duration::from_millis(800)).await;
    call.stop_playing();
    centre.crm.came("/recorded", 1).await;
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
    assert_eq!(files(&centre).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_says_nothing_is_not_recorded() {
    let centre = Plan::new(records(json!({}))).start().await;
    let call = centre.call().await;
    hears_from(&call, 0, OTHER_HZ).await;
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
    assert!(files(&centre).is_empty());
    assert_eq!(centre.crm.count("/recorded"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_may_hang_up_while_recorded() {
    let centre = Plan::new(records(json!({}))).start().await;
    let call = centre.call().await;
    hears_tone_start(&call, 1_000.0).await;
    call.play_tone(CALLER_HZ, -10.0);
    tokio::time::sleep(Duration::from_millis(500)).await;
    call.hang_up();
    centre.has_ended(1).await;
    assert!(!call.history().iter().any(|event| event.what == Happened::Held));
}

/// Waits until a short tone has begun.
async fn hears_tone_start(call: &Call, frequency_hz: f64) {
    let until = tokio::time::Instant::now() + LIMIT;
    while crate::ear::first(&call.heard_since(0), frequency_hz).is_none() {
        assert!(tokio::time::Instant::now() < until, "no tone");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

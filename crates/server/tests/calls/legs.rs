//! Legs that the flow has a say in: the number that they show, whether they are recorded; and a
//! whole call by IPv6.

use std::net::{Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use serde_json::json;
use trunkline_media::wav::Wav;
use trunkline_server::ops::AgentMode;
use trunkline_softphone::{Call, Incoming, Phone, Recording};

use crate::builder::Builder;
use crate::centre::{Centre, MUSIC_HZ, Plan, ending};
use crate::ear::{LIMIT, hears, inside};

/// What the two say.
pub(crate) const CALLER_HZ: f64 = 850.0;
pub(crate) const AGENT_HZ: f64 = 1_150.0;

/// What PreDial has phones show.
const SHOWN: &str = "+12025550155";

fn queues(flow: Builder) -> Builder {
    ending(flow.queue("Queue", "Support").end("End").row("Start Queue End"))
}

pub(crate) async fn offer(phone: &Phone) -> Incoming {
    tokio::time::timeout(LIMIT, phone.incoming()).await.unwrap().unwrap()
}

pub(crate) async fn answer(offer: Incoming) -> Call {
    let desk = offer.answer();
    desk.record().unwrap();
    desk.answered(LIMIT).await.unwrap();
    desk
}

/// Both say something, and hear each other.
pub(crate) async fn talk(call: &Call, desk: &Call) {
    call.play_tone(CALLER_HZ, -10.0);
    desk.play_tone(AGENT_HZ, -10.0);
    hears(call, AGENT_HZ).await;
    hears(desk, CALLER_HZ).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pre_dial_asks_the_crm_which_number_an_agents_phone_shows() {
    let flow = queues(Builder::flow("f").var("shown", "STRING", ""));
    let flow = flow.event("ContactPredial", "PreDial");
    let body = "{{ PreDial.operationType }} {{ PreDial.otherPartyDn }}";
    let body = json!({ "httpContentType": "Application/JSON", "httpRequestBody": body });
    let flow = flow.http("Ask", "POST", "http://crm/number", body, &[]);
    let flow = flow.act("Show", "SetCallerID", json!({ "callerId": SHOWN }));
    let centre = Plan::new(flow.row("ContactPredial Ask Show")).start().await;
    let ann = centre.agent("ann").await;
    let call = centre.call().await;
    let offer = offer(&ann).await;
    assert_eq!(offer.from(), SHOWN);
    assert_eq!(centre.crm.bodies("/number"), [format!("INBOUND {}", crate::centre::CALLER)]);
    let desk = answer(offer).await;
    talk(&call, &desk).await;
    call.hang_up();
    centre.has_ended(1).await;
}

/// What is recorded, as soon as so many files are there and whole.
pub(crate) async fn recordings(centre: &Centre, count: usize) -> Vec<PathBuf> {
    let folder = centre.setup.data_dir().join("recordings");
    let files = || {
        let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = files.collect();
        files.sort();
        files
    };
    let is_whole =
        |path: &PathBuf| std::fs::read(path).is_ok_and(|bytes| Wav::parse(&bytes).is_ok());
    let until = tokio::time::Instant::now() + LIMIT;
    loop {
        let files = files();
        if files.len() == count && files.iter().all(is_whole) {
            return files;
        }
        assert!(tokio::time::Instant::now() < until, "{files:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_recorded_where_the_caller_agreed() {
    let agrees = json!({ "enableRecording": "true" });
    let flow = Builder::flow("f").act("Agrees", "RecordingControl", agrees);
    let flow = flow.queue("Queue", "Support").end("End").row("Start Agrees Queue End");
    let centre = Plan::new(ending(flow)).start().await;
    let call = centre.call().await;
    hears(&call, MUSIC_HZ).await;
    assert!(recordings(&centre, 0).await.is_empty(), "who waits is not recorded");
    let ann = centre.agent("ann").await;
    let desk = answer(offer(&ann).await).await;
    talk(&call, &desk).await;
    desk.hang_up();
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
    centre.agent_is("ann", AgentMode::Available).await;

    let files = recordings(&centre, 1).await;
    assert!(files[0].to_string_lossy().ends_with("-call-1.wav"), "{files:?}");
    let bytes = std::fs::read(&files[0]).unwrap();
    let wav = Wav::parse(&bytes).unwrap();
    assert_eq!(wav.channels, 2);
    // Each frame has the caller's sample and the agent's.
    let sides = [(0, CALLER_HZ), (1, AGENT_HZ)];
    for (side, frequency_hz) in sides {
        let samples = wav.data.iter().skip(side).step_by(2);
        let law = trunkline_media::g711::Law::Mu;
        let heard = Recording::new(samples.map(|byte| law.decode(*byte)).collect());
        let end = inside(&heard);
        let last = end.part(
            end.length().saturating_sub(std::time::Duration::from_millis(300)),
            std::time::Duration::from_millis(200),
        );
        let tone = last.measure().tone;
        assert!((tone.frequency_hz - frequency_hz).abs() < 3.0, "side {side}: {tone:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_call_by_ipv6() {
    let centre = Plan::new(queues(Builder::flow("f"))).by_ipv6().start().await;
    assert!(centre.address.is_ipv6());
    let ann = centre.agent("ann").await;
    let call = centre.call().await;
    let offer = offer(&ann).await;
    offer.ring();
    hears(&call, MUSIC_HZ).await;
    let desk = answer(offer).await;
    talk(&call, &desk).await;
    desk.hang_up();
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_ipv6_talks_with_who_has_ipv4() {
    let mut centre = Plan::new(queues(Builder::flow("f"))).by_both().start().await;
    let four = centre.address;
    let six = SocketAddr::from((Ipv6Addr::LOCALHOST, four.port()));
    for (ended, (caller, agent)) in [(six, four), (four, six)].into_iter().enumerate() {
        centre.address = agent;
        let ann = centre.agent("ann").await;
        centre.address = caller;
        let call = centre.call().await;
        let offer = offer(&ann).await;
        offer.ring();
        hears(&call, MUSIC_HZ).await;
        let desk = answer(offer).await;
        talk(&call, &desk).await;
        desk.hang_up();
        call.ended(LIMIT).await.unwrap();
        centre.has_ended(ended + 1).await;
    }
}

//! Recordings of conversations that agents pause: what is in the file, and what is not.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use trunkline_desk::{Command, DeskView, Refusal};
use trunkline_media::g711::Law;
use trunkline_media::wav::Wav;
use trunkline_model::AgentId;
use trunkline_softphone::{Call, Recording};

use crate::builder::Builder;
use crate::centre::{Centre, Plan, ending};
use crate::ear::{LIMIT, hears};
use crate::legs::{AGENT_HZ, CALLER_HZ, answer, offer, recordings, talk};

/// How long each part of the conversation lasts.
const PART: Duration = Duration::from_millis(900);

/// A moment of a recording that is judged.
const WINDOW: Duration = Duration::from_millis(40);

/// A server whose queue has these keys; the caller agrees to be recorded.
async fn recording_centre(queue: Value) -> Centre {
    let agrees = json!({ "enableRecording": "true" });
    let flow = Builder::flow("f").act("Agrees", "RecordingControl", agrees);
    let flow = flow.queue("Queue", "Support").end("End").row("Start Agrees Queue End");
    let mut all = json!({ "id": "q", "name": "Support", "music": "music.wav",
                          "groups": [{ "teams": ["Desk"] }] });
    crate::builder::merge(&mut all, queue);
    Plan::new(ending(flow)).tenant(json!({ "queues": [all] })).start().await
}

async fn view(centre: &Centre) -> DeskView {
    let asked = centre.server.as_ref().unwrap().centre().view(&AgentId::new("ann"));
    tokio::time::timeout(LIMIT, asked).await.unwrap().unwrap()
}

async fn is_paused(centre: &Centre) -> Option<bool> {
    view(centre).await.contact.and_then(|contact| contact.is_recording_paused)
}

async fn pause(centre: &Centre, paused: bool) -> Result<(), Refusal> {
    let contact = centre.contacts().await.remove(0).contact;
    let command = Command::PauseRecording { contact, paused };
    let asked = centre.server.as_ref().unwrap().centre().command(&AgentId::new("ann"), command);
    tokio::time::timeout(LIMIT, asked).await.unwrap()
}

/// Both hang up; gives the file's two sides.
async fn sides(centre: &Centre, call: &Call, desk: &Call) -> [Recording; 2] {
    desk.hang_up();
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
    let bytes = std::fs::read(&recordings(centre, 1).await[0]).unwrap();
    let wav = Wav::parse(&bytes).unwrap();
    let side = |side: usize| {
        let samples = wav.data.iter().skip(side).step_by(2);
        Recording::new(samples.map(|byte| Law::Mu.decode(*byte)).collect())
    };
    [side(0), side(1)]
}

/// Where nothing at all is to be heard between two stretches of sound: when it begins, and how
/// long it is.
fn gap(side: &Recording) -> (Duration, Duration) {
    let begin = side.first_sound().unwrap();
    let end = side.length() - side.quiet_at_end();
    let count = (end - begin).as_millis() / WINDOW.as_millis();
    let windows = (0..count as u32).map(|at| begin + WINDOW * at);
    let is_silent = |at: &Duration| side.part(*at, WINDOW).samples.iter().all(|it| *it == 0);
    let silent: Vec<Duration> = windows.filter(is_silent).collect();
    let (first, last) = (*silent.first().unwrap(), *silent.last().unwrap() + WINDOW);
    assert_eq!(silent.len() as u128, (last - first).as_millis() / WINDOW.as_millis(), "one gap");
    (first, last - first)
}

fn assert_tone(part: &Recording, frequency_hz: f64) {
    let tone = part.measure().tone;
    assert!((tone.frequency_hz - frequency_hz).abs() < 3.0, "{frequency_hz}: {tone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_pause_is_in_the_file_and_the_rest_is_at_its_time() {
    let centre = recording_centre(json!({})).await;
    let ann = centre.agent("ann").await;
    let call = centre.call().await;
    let desk = answer(offer(&ann).await).await;
    talk(&call, &desk).await;
    assert_eq!(is_paused(&centre).await, Some(false));
    assert!(view(&centre).await.features.may_pause_recording);
    tokio::time::sleep(PART).await;
    pause(&centre, true).await.unwrap();
    let paused = Instant::now();
    assert_eq!(is_paused(&centre).await, Some(true));
    // They hear each other all the time.
    tokio::time::sleep(PART).await;
    hears(&call, AGENT_HZ).await;
    pause(&centre, false).await.unwrap();
    let lasted = paused.elapsed();
    assert_eq!(is_paused(&centre).await, Some(false));
    tokio::time::sleep(PART).await;
    for (side, frequency_hz) in sides(&centre, &call, &desk).await.iter().zip([CALLER_HZ, AGENT_HZ])
    {
        let (begin, length) = gap(side);
        let off = length.abs_diff(lasted);
        assert!(off < Duration::from_millis(250), "{length:?}, and not {lasted:?}");
        let some = Duration::from_millis(300);
        assert_tone(&side.part(begin - some, some), frequency_hz);
        // The time of the buffers is silent too.
        let after = begin + length + Duration::from_millis(100);
        assert_tone(&side.part(after, some), frequency_hz);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_ends_by_itself_after_the_time_of_the_queue() {
    let centre = recording_centre(json!({ "recording_pause_s": 1 })).await;
    let ann = centre.agent("ann").await;
    let call = centre.call().await;
    let desk = answer(offer(&ann).await).await;
    talk(&call, &desk).await;
    pause(&centre, true).await.unwrap();
    assert_eq!(is_paused(&centre).await, Some(true));
    let until = Instant::now() + LIMIT;
    while is_paused(&centre).await != Some(false) {
        assert!(Instant::now() < until, "it never ends");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    tokio::time::sleep(PART).await;
    for side in sides(&centre, &call, &desk).await {
        let (_, length) = gap(&side);
        assert!(length.abs_diff(Duration::from_secs(1)) < Duration::from_millis(250), "{length:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_may_forbid_it() {
    let centre = recording_centre(json!({ "pause_recording": false })).await;
    let ann = centre.agent("ann").await;
    let call = centre.call().await;
    let desk = answer(offer(&ann).await).await;
    talk(&call, &desk).await;
    assert!(!view(&centre).await.features.may_pause_recording);
    let refused = pause(&centre, true).await.unwrap_err();
    assert_eq!((refused.code(), refused.reason()), ("not-now", Some("may-not-pause")));
    assert_eq!(is_paused(&centre).await, Some(false));
    desk.hang_up();
    call.ended(LIMIT).await.unwrap();
}

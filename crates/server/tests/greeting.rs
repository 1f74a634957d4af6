//! What a caller hears who calls the example flow.

mod support;

use std::time::Duration;

use support::{Floor, within};
use trunkline_telephony::message::Headers;

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_hears_the_greeting_and_music() {
    let floor = Floor::start().await;
    let caller = floor.caller("+12025550142").await;
    let call = caller.dial(&floor.uri("+12025550100"), Headers::default()).await.unwrap();
    call.record().unwrap();
    call.answered(within(5)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(14)).await;
    for event in call.history() {
        println!("{event:?}");
    }
    call.hang_up();
    call.ended(within(5)).await.unwrap();
    let heard = call.recording().await;
    println!("first sound {:?}", heard.first_sound());
    for (at, level) in heard.levels_dbm0().chunks(25).enumerate() {
        println!("{:.1} s {:.1}", at as f64 / 2.0, level.iter().copied().fold(-99.0, f64::max));
    }
    std::fs::write("/tmp/greeting.wav", heard.to_wav().unwrap()).unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
}

//! Two phones call each other over loopback.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::time::Duration;

use trunkline_softphone::script::{self, Step, ToneExpected};
use trunkline_softphone::{
    Call, Happened, Incoming, Phone, PhoneError, PhoneSettings, Recording, sound,
};
use trunkline_telephony::call::Cause;
use trunkline_telephony::message::Headers;

const SOON: Duration = Duration::from_secs(10);

async fn phone(user: &str) -> Phone {
    Phone::start(settings(user)).await.unwrap()
}

fn settings(user: &str) -> PhoneSettings {
    let mut settings = PhoneSettings::loopback(user);
    settings.t1 = Duration::from_millis(50);
    settings
}

/// Anna calls Ben: both ends before the answer.
async fn ringing(anna: &Phone, ben: &Phone, transport: &str) -> (Call, Incoming) {
    let uri = format!("{}{transport}", ben.uri());
    let call = anna.dial(&uri, Headers::default()).await.unwrap();
    call.record().unwrap();
    let incoming = tokio::time::timeout(SOON, ben.incoming()).await.unwrap().unwrap();
    (call, incoming)
}

/// Anna calls Ben, who answers.
async fn talking(anna: &Phone, ben: &Phone, transport: &str) -> (Call, Call) {
    let (out, incoming) = ringing(anna, ben, transport).await;
    incoming.ring();
    let is_ringing = |what: &Happened| *what == Happened::Progressed { status: 180 };
    out.wait_for("ringing", SOON, is_ringing).await.unwrap();
    let into = incoming.answer();
    into.record().unwrap();
    out.answered(SOON).await.unwrap();
    into.answered(SOON).await.unwrap();
    (out, into)
}

fn expect(hz: f64) -> Step {
    Step::ExpectTone(ToneExpected::new(hz))
}

async fn assert_tones(out: &Call, into: &Call) {
    out.play_tone(440.0, -10.0);
    into.play_tone(700.0, -13.0);
    let (there, here) = ([expect(440.0)], [expect(700.0)]);
    let (one, other) = tokio::join!(script::run(into, &there), script::run(out, &here));
    one.unwrap();
    other.unwrap();
}

/// The level of what was heard last, over half a second.
async fn last_half_second(call: &Call) -> Recording {
    let heard = call.recording().await;
    let half = Duration::from_millis(500);
    heard.part(heard.length().saturating_sub(half), half)
}

#[tokio::test(flavor = "multi_thread")]
async fn tones_and_keys_go_both_ways() {
    for transport in ["", ";transport=tcp"] {
        let (anna, ben) = (phone("anna").await, phone("ben").await);
        let (out, into) = talking(&anna, &ben, transport).await;
        assert_tones(&out, &into).await;
        let heard = last_half_second(&into).await.measure();
        assert!((heard.level_dbm0 + 10.0).abs() < 1.0, "{heard:?}");
        assert!(heard.longest_gap < Duration::from_millis(5), "{heard:?}");
        out.press("1,2#").unwrap();
        into.keys("12#", SOON).await.unwrap();
        into.press("*0D").unwrap();
        out.keys("*0D", SOON).await.unwrap();
        assert_eq!((into.keys_heard().as_str(), out.keys_heard().as_str()), ("12#", "*0D"));
        assert!(out.recording().await.began.is_some());
        out.hang_up();
        assert_eq!(out.ended(SOON).await.unwrap(), Cause::HungUpHere, "{transport}");
        assert_eq!(into.ended(SOON).await.unwrap(), Cause::HungUpThere, "{transport}");
        let quality = out.quality().await.unwrap();
        assert!(quality.received > 20 && quality.lost == 0 && quality.mos > 4.0, "{quality:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_held_hears_and_is_not_heard() {
    let (anna, ben) = (phone("anna").await, phone("ben").await);
    let (out, into) = talking(&anna, &ben, "").await;
    assert_tones(&out, &into).await;
    into.hold();
    out.wait_for("the hold", SOON, |what| *what == Happened::Held).await.unwrap();
    // Who holds goes on to be heard.
    script::run(&out, &[expect(700.0)]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let before = into.heard_so_far();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let heard = into.heard_since(before).measure();
    assert!(heard.length >= Duration::from_secs(1), "{heard:?}");
    assert_eq!(heard.sound, Duration::ZERO, "{heard:?}");
    into.resume();
    out.wait_for("the resume", SOON, |what| *what == Happened::Resumed).await.unwrap();
    script::run(&into, &[expect(440.0)]).await.unwrap();
    // The side that was called hangs up.
    into.hang_up();
    assert_eq!(out.ended(SOON).await.unwrap(), Cause::HungUpThere);
    assert_eq!(into.ended(SOON).await.unwrap(), Cause::HungUpHere);
    let ends = out.history().into_iter().filter(|event| matches!(event.what, Happened::Ended(_)));
    assert_eq!(ends.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_not_answered_end_as_they_should() {
    let (anna, ben) = (phone("anna").await, phone("ben").await);
    // Busy.
    let (out, incoming) = ringing(&anna, &ben, "").await;
    assert_eq!((incoming.from(), incoming.to()), ("anna", "ben"));
    let into = incoming.decline(486);
    assert_eq!(out.ended(SOON).await.unwrap(), Cause::Refused { status: 486 });
    assert_eq!(into.ended(SOON).await.unwrap(), Cause::RejectedHere { status: 486 });
    let error = out.answered(SOON).await.unwrap_err();
    assert!(matches!(error, PhoneError::Over { cause: Cause::Refused { status: 486 }, .. }));
    // The caller gives up while it rings.
    let (out, incoming) = ringing(&anna, &ben, "").await;
    incoming.ring();
    let is_ringing = |what: &Happened| *what == Happened::Progressed { status: 180 };
    out.wait_for("ringing", SOON, is_ringing).await.unwrap();
    out.hang_up();
    assert_eq!(out.ended(SOON).await.unwrap(), Cause::HungUpHere);
    assert_eq!(incoming.ignore().ended(SOON).await.unwrap(), Cause::Cancelled);
    // Nobody takes notice, and the call is dropped.
    let (out, incoming) = ringing(&anna, &ben, "").await;
    drop(incoming);
    assert_eq!(out.ended(SOON).await.unwrap(), Cause::Refused { status: 480 });
    // The caller drops its call.
    let (out, incoming) = ringing(&anna, &ben, "").await;
    drop(out);
    assert_eq!(incoming.ignore().ended(SOON).await.unwrap(), Cause::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers() {
    let mut settings = settings("anna");
    settings.ring_limit = Duration::from_millis(300);
    let (anna, ben) = (Phone::start(settings).await.unwrap(), phone("ben").await);
    let (out, incoming) = ringing(&anna, &ben, "").await;
    let into = incoming.ignore();
    assert_eq!(out.ended(SOON).await.unwrap(), Cause::NotAnswered);
    assert_eq!(into.ended(SOON).await.unwrap(), Cause::Cancelled);
    // Where nobody listens at all, the INVITE is given up after 64 T1, or the ring limit.
    let nobody = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let uri = format!("sip:x@{}", nobody.local_addr().unwrap());
    let out = anna.dial(&uri, Headers::default()).await.unwrap();
    assert_eq!(out.ended(SOON).await.unwrap(), Cause::NotAnswered);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_goes_through_a_call() {
    let (anna, ben) = (phone("anna").await, phone("ben").await);
    let (out, incoming) = ringing(&anna, &ben, "").await;
    let second = Duration::from_secs(1);
    let beep =
        sound::from_samples(&trunkline_media::tone::Sine::new(900.0, -10.0).take(4_000), 8_000);
    let into = incoming.answer();
    into.record().unwrap();
    let caller = [
        Step::WaitForAnswer { within: SOON },
        Step::WaitForMedia { within: SOON },
        Step::WaitForSound { within: SOON },
        Step::WaitUntilQuiet { quiet: Duration::from_millis(300), within: SOON },
        Step::Press("7".into()),
        Step::WaitForEnd { within: SOON },
    ];
    let called = [
        Step::Sleep(Duration::from_millis(200)),
        Step::Say(vec![beep.unwrap()]),
        Step::WaitForKeys { keys: "7".into(), within: SOON },
        // The key is heard before the caller has sent the last of it.
        Step::Sleep(Duration::from_millis(500)),
        Step::HangUp,
    ];
    let (one, other) = tokio::join!(script::run(&out, &caller), script::run(&into, &called));
    other.unwrap();
    one.unwrap();
    let at = |call: &Call, wanted: fn(&Happened) -> bool| {
        call.history().into_iter().find(|event| wanted(&event.what)).unwrap().at
    };
    let played = at(&into, |what| matches!(what, Happened::Played { .. }));
    let key = at(&into, |what| matches!(what, Happened::KeyHeard { .. }));
    assert!(key > played, "the key comes after the beep: {played:?} {key:?}");
    assert!(played >= Duration::from_millis(500), "{played:?}");
    let wrong = script::run(&out, &[Step::WaitForSound { within: second }]).await.unwrap_err();
    assert!(matches!(wrong, PhoneError::Over { .. }), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tone_that_does_not_come_is_told() {
    let (anna, ben) = (phone("anna").await, phone("ben").await);
    let (out, into) = talking(&anna, &ben, "").await;
    into.play_tone(700.0, -13.0);
    let within = Duration::from_millis(2_500);
    let wrong = ToneExpected { within, ..ToneExpected::new(440.0) };
    let error = script::run(&out, &[Step::ExpectTone(wrong)]).await.unwrap_err();
    assert!(error.to_string().contains("700.0 Hz"), "{error}");
    assert!(out.press("12x").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_phone_carries_many_calls() {
    let (anna, ben) = (phone("anna").await, phone("ben").await);
    let mut calls = Vec::new();
    for _ in 0..5 {
        calls.push(talking(&anna, &ben, "").await);
    }
    for (at, (out, into)) in calls.iter().enumerate() {
        let hz = 500.0 + 100.0 * at as f64;
        out.play_tone(hz, -10.0);
        script::run(into, &[expect(hz)]).await.unwrap();
    }
    // Dropping a call hangs up.
    for (out, into) in calls {
        drop(out);
        assert_eq!(into.ended(SOON).await.unwrap(), Cause::HungUpThere);
    }
}

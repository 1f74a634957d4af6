//! `trunkline call`, run as a program against a phone of this process.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use support::{PROGRAM, Ran, folder, trunkline};
use tokio::task::spawn_blocking;
use trunkline_softphone::script::{self, Step, ToneExpected};
use trunkline_softphone::{Phone, PhoneSettings};

const SOON: Duration = Duration::from_secs(20);

async fn phone() -> Phone {
    Phone::start(PhoneSettings::loopback("100")).await.unwrap()
}

/// Runs the program while the phone does its part.
async fn call(arguments: &[&str]) -> Ran {
    let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
    let run = move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        trunkline(&arguments, b"")
    };
    spawn_blocking(run).await.unwrap()
}

fn events(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn find<'a>(events: &'a [Value], name: &str) -> &'a Value {
    events.iter().find(|event| event["event"] == name).unwrap_or_else(|| panic!("{events:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_answered_heard_and_recorded() {
    let phone = phone().await;
    let file = folder("call_command").join("heard.wav");
    let uri = phone.uri();
    let there = async {
        let incoming = phone.incoming().await.unwrap();
        assert_eq!((incoming.from(), incoming.display()), ("+14155550100", "Anna"));
        assert_eq!(incoming.invite().headers.get("X-Account"), Some("42"));
        incoming.ring();
        let call = incoming.answer();
        call.record().unwrap();
        call.play_tone(440.0, -10.0);
        let steps = [
            Step::WaitForKeys { keys: "1#".into(), within: SOON },
            Step::ExpectTone(ToneExpected::new(660.0)),
            Step::Press("5".into()),
            Step::Sleep(Duration::from_secs(1)),
            Step::HangUp,
        ];
        script::run(&call, &steps).await.unwrap();
    };
    let file = file.to_str().unwrap();
    let from = "Anna <+14155550100>";
    let line = ["call", &uri, "--from", from, "--header", "X-Account: 42", "--json"];
    let line = [&line[..], &["--press", "1#", "--tone", "660", "--record", file]].concat();
    let (ran, ()) = tokio::join!(call(&line), there);
    assert_eq!(ran.status, Some(0), "{} {}", ran.out, ran.err);
    let events = events(&ran);
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names[..2], ["calling", "ringing"], "{names:?}");
    assert_eq!(find(&events, "key heard")["key"], "5");
    assert_eq!(find(&events, "ended")["why"], "the other side hung up");
    let heard = find(&events, "heard");
    assert_eq!(heard["what"], "a tone of 440 Hz", "{heard}");
    assert!((heard["level_dbm0"].as_f64().unwrap() + 10.0).abs() < 2.0, "{heard}");
    assert!(heard["packets"].as_u64().unwrap() > 50, "{heard}");
    let wav = std::fs::read(file).unwrap();
    let seconds = (wav.len() - 44) as f64 / 16_000.0;
    assert!((seconds - heard["seconds"].as_f64().unwrap()).abs() < 0.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_said() {
    let phone = phone().await;
    let uri = phone.uri();
    let there = async {
        let call = phone.incoming().await.unwrap().answer();
        call.record().unwrap();
        let cause = call.ended(SOON).await.unwrap();
        (cause, call.recording().await.measure())
    };
    let line = ["call", &uri, "--say", "I need help with my bill.", "--hang-up-after", "4"];
    let (ran, (_, heard)) = tokio::join!(call(&line), there);
    assert_eq!(ran.status, Some(0), "{} {}", ran.out, ran.err);
    assert!(heard.is_speech, "{heard:?}");
    for word in ["calling sip:100@", "answered", "played", "ended: hung up", "heard silence"] {
        assert!(ran.out.contains(word), "{word}: {}", ran.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_status_tells_how_it_went() {
    let phone = phone().await;
    let uri = phone.uri();
    for (status, expected) in [(486, 3), (480, 4), (404, 5)] {
        let there = async { phone.incoming().await.unwrap().decline(status) };
        let line = ["call", &uri];
        let (ran, _call) = tokio::join!(call(&line), there);
        assert_eq!(ran.status, Some(expected), "{status}: {}", ran.out);
        assert!(ran.out.contains(&format!("ended: refused with {status}")), "{}", ran.out);
    }
    let there = async { phone.incoming().await.unwrap().ignore() };
    let line = ["call", &uri, "--ring", "1"];
    let (ran, _call) = tokio::join!(call(&line), there);
    assert_eq!(ran.status, Some(4), "{}", ran.out);
    for wrong in [
        &["call", "100"][..],
        &["call", &uri, "--header", "From: me"],
        &["call", &uri, "--press", "x"],
        &["call", &uri, "--play", "/nonexistent.wav"],
        &["call", &uri, "--from", "a b"],
        &["call", &uri, "--bind", "192.0.2.250"],
    ] {
        let ran = call(wrong).await;
        assert_eq!(ran.status, Some(2), "{wrong:?}: {} {}", ran.out, ran.err);
        assert!(!ran.err.is_empty(), "{wrong:?}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_gives_the_call_up() {
    let phone = phone().await;
    let mut child =
        Command::new(PROGRAM).args(["call", &phone.uri()]).stdout(Stdio::piped()).spawn().unwrap();
    let incoming = tokio::time::timeout(SOON, phone.incoming()).await.unwrap().unwrap();
    incoming.ring();
    let out = BufReader::new(child.stdout.take().unwrap());
    let mut lines = out.lines();
    assert!(lines.any(|line| line.unwrap().contains("ringing")));
    let kill = Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let cause = incoming.ignore().ended(SOON).await.unwrap();
    assert_eq!(format!("{cause:?}"), "Cancelled");
    let status = spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert_eq!(status.code(), Some(130));
}

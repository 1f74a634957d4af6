//! baresip as a phone that knows nothing of this program: it calls and is called.
//!
//! Without the program these tests say so and do nothing, unless `TRUNKLINE_NEED_BARESIP=1` is set.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod peer;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use peer::{Baresip, SOON};
use tokio::sync::mpsc::UnboundedReceiver;
use trunkline_softphone::script::{self, Step, ToneExpected};
use trunkline_softphone::{Call, Happened, Phone, PhoneSettings, Recording};
use trunkline_telephony::call::{Cause, Event, Target};
use trunkline_telephony::digest::Algorithm;
use trunkline_telephony::identity;
use trunkline_telephony::message::Headers;
use trunkline_telephony::registrar::Registration;
use trunkline_telephony::shell::{AllowList, Endpoint, IncomingCall, Notice, Settings};

/// Whether the tests can be run here.
#[expect(clippy::print_stderr, reason = "a test that does nothing has to say so")]
fn is_here() -> bool {
    let version = peer::version();
    match &version {
        Some(version) => eprintln!("the peer is {version}"),
        None if std::env::var_os("TRUNKLINE_NEED_BARESIP").is_some_and(|value| value == "1") => {
            panic!("baresip is not installed, and TRUNKLINE_NEED_BARESIP=1 asks for it");
        }
        None => eprintln!("baresip is not installed: nothing was tried against it"),
    }
    version.is_some()
}

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

async fn phone() -> Phone {
    phone_at(V4).await
}

async fn phone_at(host: IpAddr) -> Phone {
    Phone::start(PhoneSettings::new(SocketAddr::new(host, 0), "anna")).await.unwrap()
}

async fn hears(call: &Call, hz: f64) {
    script::run(call, &[Step::ExpectTone(ToneExpected::new(hz))]).await.unwrap();
}

/// The tone was heard there at its level, clearly and without gaps, in half a second of one of the
/// recordings.
fn assert_heard(recordings: &[Recording], hz: f64) {
    let half = Duration::from_millis(500);
    let mut best = None;
    for recording in recordings {
        for begin_ms in (0..recording.length().as_millis() as u64).step_by(100) {
            let part = recording.part(Duration::from_millis(begin_ms), half);
            let heard = part.measure();
            let is_it = ToneExpected::new(hz).is(&heard)
                && (heard.level_dbm0 + 10.0).abs() < 1.0
                && heard.longest_gap < Duration::from_millis(5);
            if part.length() == half && is_it {
                return;
            }
            best = best.or(Some(heard));
        }
    }
    panic!("{hz} Hz was not heard: {best:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn baresip_calls_the_phone() {
    if is_here() {
        is_called_from(V4).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn baresip_calls_the_phone_over_ipv6() {
    if is_here() {
        is_called_from(V6).await;
    }
}

async fn is_called_from(host: IpAddr) {
    let phone = phone_at(host).await;
    let account = ";regint=0;audio_codecs=pcmu,pcma";
    let mut peer = Baresip::start_at(host, "bob", 620.0, None, account).await;
    peer.command("dial", &phone.uri()).await;
    let incoming = tokio::time::timeout(SOON, phone.incoming()).await.unwrap().unwrap();
    assert_eq!(incoming.from(), "bob");
    incoming.ring();
    peer.event("CALL_RINGING").await;
    let call = incoming.answer();
    call.record().unwrap();
    peer.event("CALL_ESTABLISHED").await;
    call.play_tone(440.0, -10.0);
    hears(&call, 620.0).await;
    call.press("12#").unwrap();
    peer.keys("12#").await;
    peer.command("sndcode", "7").await;
    call.keys("7", SOON).await.unwrap();
    // baresip holds and goes on.
    peer.command("hold", "").await;
    call.wait_for("the hold", SOON, |what| *what == Happened::Held).await.unwrap();
    peer.command("resume", "").await;
    call.wait_for("the resume", SOON, |what| *what == Happened::Resumed).await.unwrap();
    hears(&call, 620.0).await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    peer.command("hangup", "").await;
    assert_eq!(call.ended(SOON).await.unwrap(), Cause::HungUpThere);
    peer.quit().await;
    assert_heard(&peer.heard(), 440.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_calls_baresip() {
    if !is_here() {
        return;
    }
    let ways = [(V4, "pcmu", ""), (V4, "pcma", ";transport=tcp"), (V6, "pcmu", "")];
    for (host, codec, transport) in ways {
        let phone = phone_at(host).await;
        let account = format!(";regint=0;audio_codecs={codec}");
        let mut peer = Baresip::start_at(host, "bob", 620.0, None, &account).await;
        let uri = format!("{}{transport}", peer.uri);
        let call = phone.dial(&uri, Headers::default()).await.unwrap();
        call.record().unwrap();
        peer.event("CALL_INCOMING").await;
        let is_ringing = |what: &Happened| *what == Happened::Progressed { status: 180 };
        call.wait_for("ringing", SOON, is_ringing).await.unwrap();
        peer.command("accept", "").await;
        call.answered(SOON).await.unwrap();
        call.play_tone(440.0, -10.0);
        hears(&call, 620.0).await;
        peer.command("sndcode", "5").await;
        call.keys("5", SOON).await.unwrap();
        call.press("*9").unwrap();
        peer.keys("*9").await;
        // The phone holds: baresip is not heard, and comes back.
        call.hold();
        peer.event("CALL_REMOTE_SDP").await;
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        let before = call.heard_so_far();
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        let heard = call.heard_since(before).measure();
        assert!(heard.length >= Duration::from_secs(1), "{heard:?}");
        assert_eq!(heard.sound, Duration::ZERO);
        call.resume();
        hears(&call, 620.0).await;
        tokio::time::sleep(Duration::from_millis(800)).await;
        call.hang_up();
        peer.event("CALL_CLOSED").await;
        assert_eq!(call.ended(SOON).await.unwrap(), Cause::HungUpHere);
        peer.quit().await;
        assert_heard(&peer.heard(), 440.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_not_answered_end_on_both_sides() {
    if !is_here() {
        return;
    }
    let phone = phone().await;
    let mut peer = Baresip::start("bob", 620.0, None, ";regint=0").await;
    // baresip declines.
    let call = phone.dial(&peer.uri, Headers::default()).await.unwrap();
    peer.event("CALL_INCOMING").await;
    peer.command("hangup", "").await;
    let cause = call.ended(SOON).await.unwrap();
    assert!(matches!(cause, Cause::Refused { status: 486 | 603 }), "{cause:?}");
    // The phone gives up.
    let call = phone.dial(&peer.uri, Headers::default()).await.unwrap();
    peer.event("CALL_INCOMING").await;
    let is_ringing = |what: &Happened| *what == Happened::Progressed { status: 180 };
    call.wait_for("ringing", SOON, is_ringing).await.unwrap();
    peer.event("CALL_CLOSED").await;
    call.hang_up();
    peer.event("CALL_CLOSED").await;
    // baresip gives up.
    peer.command("dial", &phone.uri()).await;
    let incoming = tokio::time::timeout(SOON, phone.incoming()).await.unwrap().unwrap();
    incoming.ring();
    peer.event("CALL_RINGING").await;
    peer.command("hangup", "").await;
    assert_eq!(incoming.ignore().ended(SOON).await.unwrap(), Cause::Cancelled);
    // The phone is busy.
    peer.command("dial", &phone.uri()).await;
    let incoming = tokio::time::timeout(SOON, phone.incoming()).await.unwrap().unwrap();
    let call = incoming.decline(486);
    assert_eq!(call.ended(SOON).await.unwrap(), Cause::RejectedHere { status: 486 });
    peer.event("CALL_CLOSED").await;
    let closed = peer.event("CALL_CLOSED").await;
    assert!(closed["param"].as_str().unwrap().contains("486"), "{closed}");
    peer.quit().await;
}

/// This version of baresip knows MD5 alone, and gives up where SHA-256 is offered as well.
async fn registrar() -> (Endpoint, UnboundedReceiver<IncomingCall>, String) {
    for _ in 0..10 {
        let address = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut settings = Settings::new(address, AllowList::default());
        settings.algorithms = vec![Algorithm::Md5];
        settings.phones.push(identity::Phone { user: "maria".into(), password: "secret".into() });
        if let Ok((endpoint, calls)) = Endpoint::start(settings).await {
            return (endpoint, calls, address.to_string());
        }
    }
    panic!("no free port");
}

async fn heard_of(changes: &mut UnboundedReceiver<Registration>) -> Registration {
    tokio::time::timeout(SOON, changes.recv()).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn baresip_registers_calls_and_is_called() {
    if !is_here() {
        return;
    }
    for transport in ["udp", "tcp"] {
        let (endpoint, mut calls, address) = registrar().await;
        let mut changes = endpoint.registrations();
        let record = format!("sip:maria@{address};transport={transport}");
        let account = ";auth_user=maria;auth_pass=secret;regint=60;audio_codecs=pcmu";
        let mut peer = Baresip::start("maria", 620.0, Some(&record), account).await;
        let maria = || "maria".to_owned();
        assert_eq!(heard_of(&mut changes).await, Registration::Registered { user: maria() });
        // It is called where it registered from.
        let bindings = endpoint.bindings("maria");
        let target = Target {
            uri: String::new(),
            to: format!("<sip:maria@{address}>"),
            from: format!("<sip:+14155550100@{address}>"),
            call_id: String::new(),
            headers: Headers::default(),
        };
        let media: SocketAddr = "127.0.0.1:20000".parse().unwrap();
        let mut call = endpoint.call_binding(&bindings[0], target, media, |_| ()).unwrap();
        let incoming = peer.event("CALL_INCOMING").await;
        assert!(incoming["peeruri"].as_str().unwrap().contains("+14155550100"), "{incoming}");
        peer.command("accept", "").await;
        peer.event("CALL_ESTABLISHED").await;
        peer.command("hangup", "").await;
        loop {
            let notice = tokio::time::timeout(SOON, call.next()).await.unwrap().unwrap();
            if let Notice::Event(Event::Ended(cause)) = notice {
                assert_eq!(cause, Cause::HungUpThere, "{transport}");
                break;
            }
        }
        // It calls, and is asked for its password.
        peer.command("dial", &format!("sip:+18005550199@{address};transport={transport}")).await;
        let incoming = tokio::time::timeout(SOON, calls.recv()).await.unwrap().unwrap();
        assert_eq!(*incoming.identity(), identity::Source::Phone(maria()), "{transport}");
        incoming.reject(486, Headers::default());
        peer.event("CALL_CLOSED").await;
        peer.quit().await;
        assert_eq!(heard_of(&mut changes).await, Registration::Unregistered { user: maria() });
    }
}

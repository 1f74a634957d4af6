//! The endpoint against a peer that is written out here, datagram by datagram.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod peer;

use std::time::{Duration, Instant};

use peer::{Peer, SDP, answered, ended, start};
use trunkline_telephony::call::{Cause, Command};
use trunkline_telephony::message::{ClientTx, Headers, Method, OutRequest};
use trunkline_telephony::shell::{AllowList, Bind, Endpoint, Settings, ShellError};

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_sent_again_until_the_ack_is_given_up() {
    let (_endpoint, mut calls, address) = start(|_| ()).await;
    let peer = Peer::new(address);
    peer.send(&peer.message("INVITE", "1", 1, "", SDP));
    let mut handle = answered(&mut calls).await;
    let (first, trying) = peer.read_until("200 OK");
    assert_eq!(trying, 1, "100 before it");
    assert!(first.contains("Content-Type: application/sdp"), "{first}");
    let begin = Instant::now();
    let (bye, again) = peer.read_until("BYE");
    // After 20, 60, 140, 300, 620 and 1,260 ms; the last may come too late for 64 T1.
    assert!(again >= 5, "{again}");
    let waited = begin.elapsed();
    assert!((1_200..2_500).contains(&waited.as_millis()), "{waited:?}");
    assert!(bye.contains("CSeq: 2 BYE") || bye.contains(" BYE"), "{bye}");
    assert_eq!(ended(&mut handle).await, Cause::AckMissing);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_twice_has_one_effect() {
    let (endpoint, mut calls, address) = start(|_| ()).await;
    let peer = Peer::new(address);
    let invite = peer.message("INVITE", "1", 1, "", SDP);
    peer.send(&invite);
    peer.send(&invite);
    let mut handle = answered(&mut calls).await;
    peer.read_until("200 OK");
    assert!(calls.try_recv().is_err(), "one call");
    // The same INVITE on another path.
    peer.send(&peer.message("INVITE", "2", 1, "", SDP));
    let (merged, _) = peer.read_until("482 ");
    assert!(merged.contains("branch=z9hG4bK2"), "{merged}");
    assert_eq!(endpoint.counters().calls, 1);
    let (ok, _) = peer.read_until("200 OK");
    let tag = ok.split(";tag=").nth(2).unwrap().split("\r\n").next().unwrap();
    let to = format!(";tag={tag}");
    peer.send(&peer.message("ACK", "3", 1, &to, ""));
    for _ in 0..2 {
        peer.send(&peer.message("BYE", "4", 2, &to, ""));
        while !peer.read_until("200 OK").0.contains("2 BYE") {}
        // No peer sends again at once: what comes while the library notes that it has answered
        // is lost.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(ended(&mut handle).await, Cause::HungUpThere);
    peer.send(&peer.message("BYE", "5", 3, &to, ""));
    peer.read_until("481 ");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_calls_are_refused_and_room_comes_back() {
    let (endpoint, mut calls, address) = start(|settings| settings.max_calls = 1).await;
    let peer = Peer::new(address);
    peer.send(&peer.message("INVITE", "1", 1, "", SDP));
    let call = calls.recv().await.unwrap();
    let other = Peer::new(address);
    other.send(&other.message("INVITE", "2", 1, "", SDP).replace("c1", "c2"));
    let (busy, _) = other.read_until("503 ");
    assert!(busy.contains("Retry-After: 5"), "{busy}");
    assert_eq!((endpoint.counters().overloaded, endpoint.counters().calls), (1, 1));
    // Nobody takes it: it is refused, and its place is free after the transaction.
    drop(call);
    peer.read_until("480 ");
    peer.send(&peer.message("ACK", "1", 1, "", ""));
    for _ in 0..300 {
        if endpoint.counters().calls == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the place is never free");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_malformed_is_refused_or_dropped_and_the_endpoint_lives() {
    let (endpoint, _calls, address) = start(|_| ()).await;
    let peer = Peer::new(address);
    let invite = peer.message("INVITE", "1", 1, "", SDP);
    peer.send("nonsense");
    peer.send("\r\n\r\n");
    peer.send(&invite[..invite.len() / 2]);
    peer.send(&invite.replace("Call-ID", "Call-IDD"));
    peer.send(&invite.replace("CSeq: 1", "CSeq: 99999999999"));
    // A body that is shorter than it says.
    peer.send(&invite[..invite.len() - 10]);
    for _ in 0..4 {
        peer.read_until("400 ");
    }
    peer.send(&peer.message("BREW", "9", 1, "", ""));
    peer.read_until("501 ");
    let counters = endpoint.counters();
    assert_eq!((counters.malformed, counters.noise), (5, 1));
    peer.send(&peer.message("OPTIONS", "2", 1, "", ""));
    let (options, _) = peer.read_until("200 OK");
    assert!(options.contains("Allow: INVITE, ACK"), "{options}");
    peer.send(&peer.message("REGISTER", "3", 1, "", ""));
    peer.read_until("405 ");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_outside_of_calls_are_asked_and_answered() {
    let (endpoint, _calls, _) = start(|_| ()).await;
    let (_other, _other_calls, address) = start(|_| ()).await;
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    for (at, status) in [(address, 200), (silent.local_addr().unwrap(), 408)] {
        let headers = Headers::default()
            .with("From", "<sip:service@pbx>;tag=t1")
            .with("To", format!("<sip:{at}>"))
            .with("Call-ID", format!("ask-{at}"));
        let request = OutRequest {
            tx: ClientTx(1),
            method: Method::Options,
            uri: format!("sip:{at}"),
            cseq: 1,
            headers,
            body: Vec::new(),
            cancels: None,
        };
        assert_eq!(endpoint.request(&request).await.status, status, "{at}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_sources_hear_nothing() {
    let nobody = |settings: &mut Settings| settings.allow = AllowList::default();
    let (endpoint, mut calls, address) = start(nobody).await;
    let peer = Peer::new(address);
    peer.socket.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    peer.send(&peer.message("INVITE", "1", 1, "", SDP));
    let mut bytes = [0; 100];
    assert!(peer.socket.recv(&mut bytes).is_err(), "silence");
    assert!(calls.try_recv().is_err());
    assert_eq!(endpoint.counters().dropped, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_in_use_is_an_error() {
    let (_endpoint, _calls, address) = start(|_| ()).await;
    let allow = AllowList::default();
    let again = Endpoint::start(Settings::new(address, allow.clone())).await;
    assert!(matches!(again, Err(ShellError::Open { address: at, .. }) if at == address));
    let mut none = Settings::new(address, allow);
    none.binds = Vec::<Bind>::new();
    assert!(matches!(Endpoint::start(none).await, Err(ShellError::NoAddress)));
}

/// A CANCEL that races with the answer: the INVITE gets one final response, 200 or 487, and the
/// call ends accordingly and is forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_may_race_with_the_answer() {
    let (endpoint, mut calls, address) = start(|_| ()).await;
    let mut ends = [0, 0];
    for round in 0..60_u64 {
        let peer = Peer::new(address);
        let id = format!("c{round}");
        let say = |method: &str, branch: &str, cseq, to: &str, body: &str| {
            let text = peer.message(method, &format!("{branch}{round}"), cseq, to, body);
            peer.send(&text.replace("Call-ID: c1", &format!("Call-ID: {id}")));
        };
        say("INVITE", "i", 1, "", SDP);
        let server = tokio::spawn({
            let call = calls.recv().await.unwrap();
            async move {
                let media = "127.0.0.1:20000".parse::<std::net::SocketAddr>().unwrap();
                let mut handle = call.accept(media, |_| ()).unwrap();
                if round % 3 == 0 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                handle.command(Command::Answer { headers: Headers::default() });
                ended(&mut handle).await
            }
        });
        if round % 2 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        say("CANCEL", "i", 1, "", "");
        let last = loop {
            let text = peer.read();
            let is_final = !text.starts_with("SIP/2.0 1") && text.contains("1 INVITE");
            if is_final {
                break text;
            }
        };
        let tag = last.split(";tag=").nth(2).unwrap().split("\r\n").next().unwrap();
        let to = format!(";tag={tag}");
        if last.starts_with("SIP/2.0 487") {
            ends[0] += 1;
            say("ACK", "i", 1, &to, "");
            assert_eq!(server.await.unwrap(), Cause::Cancelled);
        } else {
            assert!(last.starts_with("SIP/2.0 200"), "{last}");
            ends[1] += 1;
            say("ACK", "a", 1, &to, "");
            say("BYE", "b", 2, &to, "");
            assert_eq!(server.await.unwrap(), Cause::HungUpThere);
        }
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(endpoint.counters().calls, 0, "{ends:?}");
}

//! What one source may ask of an endpoint, and what becomes of a peer that does not read.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod peer;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use peer::{Peer, SDP, answered, start};
use trunkline_telephony::gate::Limits;
use trunkline_telephony::identity::Trunk;
use trunkline_telephony::shell::{Counters, Endpoint, Settings};

/// A few requests at once, and ten times as many messages that begin nothing.
fn few(settings: &mut Settings) {
    settings.limits = Limits { requests_per_s: 1, burst: 3, ..Limits::default() };
}

/// One request over TCP.
fn on_stream(peer: &Peer, method: &str, number: u32) -> String {
    let branch = format!("s{method}{number}");
    let text = peer.message(method, &branch, number, "", "").replace("/UDP", "/TCP");
    text.replace("Call-ID: c1", &format!("Call-ID: s{number}"))
}

/// All that comes within a while after the last byte.
fn read_all(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let (mut all, mut bytes) = (Vec::new(), [0; 8_192]);
    while let Ok(length @ 1..) = stream.read(&mut bytes) {
        all.extend_from_slice(&bytes[..length]);
    }
    String::from_utf8(all).unwrap()
}

/// Waits until something has been counted.
async fn counted(endpoint: &Endpoint, is_enough: impl Fn(&Counters) -> bool) -> Counters {
    for _ in 0..100 {
        if is_enough(&endpoint.counters()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    endpoint.counters()
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_on_streams_have_a_rate() {
    let (endpoint, _calls, address) = start(few).await;
    let peer = Peer::new(address);
    let mut stream = TcpStream::connect(address).unwrap();
    for number in 0..20 {
        let method = ["OPTIONS", "REGISTER", "MESSAGE", "INVITE"][number as usize % 4];
        stream.write_all(on_stream(&peer, method, number).as_bytes()).unwrap();
    }
    let said = read_all(&mut stream);
    let count = |status: &str| said.matches(&format!("SIP/2.0 {status}")).count();
    assert_eq!(said.matches("SIP/2.0 ").count(), 4, "{said}");
    assert_eq!((count("200"), count("405"), count("503")), (1, 2, 1), "{said}");
    assert_eq!(endpoint.counters().limited, 17);
    // The stream is as before: what begins nothing goes on.
    stream.write_all(on_stream(&peer, "BYE", 100).as_bytes()).unwrap();
    assert_eq!(read_all(&mut stream), "", "beyond the rate, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_an_invite_and_requests_within_a_call_have_a_rate() {
    let (endpoint, mut calls, address) = start(few).await;
    let peer = Peer::new(address);
    peer.send(&peer.message("INVITE", "i", 1, "", SDP));
    let handle = answered(&mut calls).await;
    let (ok, _) = peer.read_until("200 ");
    let tag = ok.split(";tag=").nth(2).unwrap().split("\r\n").next().unwrap();
    let to = format!(";tag={tag}");
    peer.send(&peer.message("ACK", "a", 1, &to, ""));
    // 29 more of 30 may come, and one or two for the time that passes.
    for number in 0..40 {
        peer.send(&peer.message("INVITE", &format!("copy{number}"), 1, "", SDP));
    }
    for number in 0..40 {
        peer.send(&peer.message("INFO", &format!("info{number}"), 10 + number, &to, ""));
    }
    let counters = counted(&endpoint, |counters| counters.received >= 82).await;
    assert!((40..=51).contains(&counters.limited), "{counters:?}");
    peer.socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let mut bytes = [0; 4_096];
    // Each is resent until its ACK.
    let mut merged = std::collections::HashSet::new();
    while let Ok(length) = peer.socket.recv(&mut bytes) {
        let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
        if text.starts_with("SIP/2.0 482") {
            merged.insert(text.lines().find(|line| line.starts_with("Via")).unwrap().to_owned());
        }
    }
    assert!((1..40).contains(&merged.len()), "{merged:?}");
    drop(handle);
}

/// How long an OPTIONS by UDP takes.
fn asked(address: SocketAddr, number: u32) -> Duration {
    let (peer, began) = (Peer::new(address), Instant::now());
    peer.send(&peer.message("OPTIONS", &format!("u{number}"), number, "", ""));
    peer.read_until("200 ");
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_is_cut_and_makes_nobody_wait() {
    let (endpoint, _calls, address) = start(|settings| {
        let networks = vec!["127.0.0.1/32".parse().unwrap()];
        settings.trunks = vec![Trunk { name: "deaf".into(), networks, ..Trunk::default() }];
    })
    .await;
    let peer = Peer::new(address);
    let stream = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    // Little enough that what waits is with the server.
    stream.set_recv_buffer_size(4_096).unwrap();
    stream.connect(&address.into()).unwrap();
    let mut stream = TcpStream::from(stream);
    stream.set_write_timeout(Some(Duration::from_secs(2))).unwrap();
    let mut longest = Duration::ZERO;
    for number in 0..20_000 {
        if stream.write_all(on_stream(&peer, "OPTIONS", number).as_bytes()).is_err() {
            break;
        }
        if number % 500 == 0 {
            let took = tokio::task::spawn_blocking(move || asked(address, number));
            longest = longest.max(took.await.unwrap());
        }
        if endpoint.counters().stalled > 0 {
            break;
        }
    }
    let counters = counted(&endpoint, |counters| counters.stalled > 0).await;
    assert_eq!(counters.stalled, 1, "{counters:?}");
    assert!(longest < Duration::from_secs(2), "{longest:?}");
    assert!(asked(address, 99_999) < Duration::from_secs(2));
}

//! The endpoint under fire: strangers' datagrams and mutated messages while calls go on.
//!
//! `TRUNKLINE_MUTATIONS=1000000 cargo test -p trunkline-telephony --test abuse mutated` is the long
//! run (nextest ends a test after a minute);
//! `TRUNKLINE_FLOOD_S=10 ... strangers --no-capture` prints what a stranger's datagram costs.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod peer;

use std::io::Write;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use peer::{Calls, Peer, SDP, start};
use trunkline_telephony::call::Command;
use trunkline_telephony::gate::Limits;
use trunkline_telephony::identity::{Phone, Trunk};
use trunkline_telephony::message::Headers;
use trunkline_telephony::shell::{AllowList, Counters, Endpoint, Settings};

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Answers each call and lets the caller hang up.
fn serve(mut calls: Calls) {
    tokio::spawn(async move {
        while let Some(call) = calls.recv().await {
            let Ok(mut handle) =
                call.accept("127.0.0.1:20000".parse::<SocketAddr>().unwrap(), |_| ())
            else {
                continue;
            };
            handle.command(Command::Answer { headers: Headers::default() });
            tokio::spawn(async move { while handle.next().await.is_some() {} });
        }
    });
}

/// Sends a request again and again, as every caller does, until its final response comes.
fn ask(peer: &Peer, request: &str, is_answer: impl Fn(&str) -> bool) -> String {
    let mut bytes = [0; 8_192];
    peer.socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    for _ in 0..20 {
        peer.send(request);
        let until = Instant::now() + Duration::from_millis(500);
        while Instant::now() < until {
            let Ok(length) = peer.socket.recv(&mut bytes) else { continue };
            let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
            if is_answer(&text) && !text.starts_with("SIP/2.0 1") {
                return text;
            }
        }
    }
    panic!("no answer in ten seconds to {request}");
}

/// One good call from INVITE to the 200 of its BYE; gives how long the answer took. None when it
/// was refused because there was too much to do.
fn good_call(peer: &Peer, number: usize) -> Option<Duration> {
    let id = format!("good-{number}-{}", peer.socket.local_addr().unwrap().port());
    let message = |method: &str, branch: &str, cseq, to: &str, body: &str| {
        let text = peer.message(method, &format!("{branch}{id}"), cseq, to, body);
        text.replace("Call-ID: c1", &format!("Call-ID: {id}"))
    };
    let begin = Instant::now();
    let is_invite = |text: &str| text.contains(&id) && text.contains("1 INVITE");
    let response = ask(peer, &message("INVITE", "i", 1, "", SDP), is_invite);
    let took = begin.elapsed();
    if response.starts_with("SIP/2.0 503") {
        return None;
    }
    assert!(response.starts_with("SIP/2.0 200"), "{response}");
    let tag = response.split(";tag=").nth(2).unwrap().split("\r\n").next().unwrap();
    let to = format!(";tag={tag}");
    peer.send(&message("ACK", "a", 1, &to, ""));
    let is_bye = |text: &str| text.contains(&id) && text.contains("2 BYE");
    let response = ask(peer, &message("BYE", "b", 2, &to, ""), is_bye);
    assert!(response.starts_with("SIP/2.0 200"), "{response}");
    Some(took)
}

/// Good calls one after another until the flag is set; gives the times of their answers, sorted,
/// and how many were refused.
fn good_calls(server: SocketAddr, is_over: &AtomicBool, pause: Duration) -> (Vec<Duration>, usize) {
    let peer = Peer::new(server);
    let (mut times, mut refused) = (Vec::new(), 0);
    while !is_over.load(Ordering::Relaxed) {
        match good_call(&peer, times.len() + refused) {
            Some(took) => times.push(took),
            None => refused += 1,
        }
        std::thread::sleep(pause);
    }
    times.sort_unstable();
    (times, refused)
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

const PIECES: [&[u8]; 16] = [
    b"\r\n",
    b"\r\n\r\n",
    b";",
    b",",
    b"\"",
    b"<",
    b">",
    b"\0",
    b"%00",
    b"\xff\xfe",
    b": ",
    b"=",
    b"z9hG4bK",
    b"SIP/2.0",
    b"99999999999999999999",
    b"Require: 100rel\r\n",
];

fn mutated(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes[at] = random.next().to_le_bytes()[0],
            1 => bytes.truncate(at.max(1)),
            2 => {
                let piece = PIECES[random.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            3 => {
                let end = (at + random.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let end = (at + random.below(200)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            _ => bytes[at] = bytes[at].wrapping_add(1),
        }
        if bytes.is_empty() {
            bytes.push(b' ');
        }
    }
    bytes.truncate(8_000);
    bytes
}

fn seeds(peer: &Peer) -> Vec<Vec<u8>> {
    let methods = ["INVITE", "REGISTER", "OPTIONS", "BYE", "CANCEL", "ACK", "PRACK", "UPDATE"];
    let plain = methods.iter().map(|method| peer.message(method, "m", 1, "", SDP).into_bytes());
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/torture")).unwrap();
    let files = folder.map(|entry| entry.unwrap().path());
    let torture = files.filter(|path| path.extension().is_some_and(|it| it == "dat"));
    let torture = torture.map(|path| std::fs::read(path).unwrap());
    plain.chain(torture).collect()
}

async fn start_with_everything() -> (Endpoint, Calls, SocketAddr) {
    start(|settings: &mut Settings| {
        let phone = Phone { user: "user".into(), password: "secret".into() };
        settings.phones = vec![phone];
        let networks = vec!["127.0.0.1/32".parse().unwrap()];
        settings.trunks = vec![Trunk { name: "good".into(), networks, ..Trunk::default() }];
        settings.allow = AllowList::new(["127.0.0.2/32".parse().unwrap()]);
        settings.limits = Limits { requests_per_s: 1_000, burst: 1_000, ..Limits::default() };
        // Calls that mutated messages began are over sooner.
        settings.t1 = Duration::from_millis(100);
    })
    .await
}

fn seen(counters: &Counters) -> u64 {
    counters.received + counters.dropped
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutated_messages_harm_nobody() {
    let count = setting("TRUNKLINE_MUTATIONS", 20_000);
    let (endpoint, calls, address) = start_with_everything().await;
    serve(calls);
    let is_over = Arc::new(AtomicBool::new(false));
    let good = std::thread::spawn({
        let is_over = is_over.clone();
        move || good_calls(address, &is_over, Duration::from_millis(10))
    });
    let firing = tokio::task::spawn_blocking(move || {
        let (good_peer, mut random) = (Peer::new(address), Random(7));
        let seeds = seeds(&good_peer);
        let sockets = ["127.0.0.2:0", "127.0.0.1:0"].map(|at| UdpSocket::bind(at).unwrap());
        for number in 0..count {
            // Most come from a source with limits, some from the trunk's own address.
            let socket = &sockets[usize::from(number % 8 == 0)];
            socket.send_to(&mutated(&mut random, &seeds), address).unwrap();
            if number % 64 == 0 {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    });
    firing.await.unwrap();
    is_over.store(true, Ordering::Relaxed);
    let good = tokio::task::spawn_blocking(move || good.join().unwrap()).await.unwrap();
    let counters = endpoint.counters();
    let text = format!("{} good calls, {} refused, {counters:?}\n", good.0.len(), good.1);
    let _ = std::io::stderr().write_all(text.as_bytes());
    assert!(good.0.len() >= 5 && good.0.len() > good.1, "{text}");
    assert!(seen(&counters) >= count * 8 / 10, "{counters:?}");
    assert!(counters.malformed > 0 && counters.noise > 0, "{counters:?}");
    // It still takes calls after all that.
    let last = tokio::task::spawn_blocking(move || good_call(&Peer::new(address), 1_000_000));
    assert!(last.await.unwrap().is_some());
}

/// What this process has used, in milliseconds of CPU.
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<u64>().ok()).sum();
    // A tick is 10 ms on Linux.
    ticks * 10
}

/// Floods from an address that may not speak; gives datagrams sent and how long that took.
fn flood(address: SocketAddr, per_s: u64, length: Duration) -> u64 {
    let socket = UdpSocket::bind("127.0.0.3:0").unwrap();
    let invite = Peer::new(address).message("INVITE", "x", 1, "", SDP);
    let (begin, mut sent) = (Instant::now(), 0);
    while begin.elapsed() < length {
        let due = u64::try_from(begin.elapsed().as_micros()).unwrap() * per_s / 1_000_000;
        while sent < due {
            socket.send_to(invite.as_bytes(), address).unwrap();
            sent += 1;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let mut bytes = [0; 10];
    socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert!(socket.recv(&mut bytes).is_err(), "strangers hear nothing");
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_hear_nothing_and_good_calls_go_on() {
    let length = Duration::from_secs(setting("TRUNKLINE_FLOOD_S", 1));
    let (endpoint, calls, address) = start_with_everything().await;
    serve(calls);
    let run = move |per_s| {
        let is_over = Arc::new(AtomicBool::new(false));
        let good = std::thread::spawn({
            let is_over = is_over.clone();
            move || good_calls(address, &is_over, Duration::from_millis(10))
        });
        let before_ms = cpu_ms();
        let sent = flood(address, per_s, length);
        let used_ms = cpu_ms() - before_ms;
        is_over.store(true, Ordering::Relaxed);
        let (times, refused) = good.join().unwrap();
        assert_eq!(refused, 0);
        (sent, used_ms, times)
    };
    let (_, quiet_ms, quiet) = tokio::task::spawn_blocking(move || run(0)).await.unwrap();
    let (sent, flooded_ms, times) = tokio::task::spawn_blocking(move || run(20_000)).await.unwrap();
    let p99 = |times: &[Duration]| times[times.len() * 99 / 100];
    let dropped = endpoint.counters().dropped;
    let per_datagram_us = flooded_ms.saturating_sub(quiet_ms) * 1_000 / sent.max(1);
    let text = format!(
        "{sent} datagrams in {length:?}: {dropped} dropped, {per_datagram_us} us each with their \
         sending; answers p99 {:?} before, {:?} meanwhile ({} and {} calls)\n",
        p99(&quiet),
        p99(&times),
        quiet.len(),
        times.len()
    );
    let _ = std::io::stderr().write_all(text.as_bytes());
    // A machine that is busy with other tests may lose some; what is asserted is what matters.
    assert!(dropped >= sent / 2 && dropped <= sent, "{text}");
    assert!(times.len() >= 5, "{text}");
    assert_eq!(endpoint.counters().limited, 0);
}

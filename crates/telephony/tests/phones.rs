//! Phones on the wire: they register, are called where they are, call, and are shut out.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod peer;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use peer::{Peer, SDP, authorization, ended, ok, start, with};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;
use trunkline_telephony::call::{Cause, Command, Target};
use trunkline_telephony::gate::Limits;
use trunkline_telephony::identity::{Phone, Source, Trunk, TrunkDigest};
use trunkline_telephony::message::Headers;
use trunkline_telephony::registrar::{Lifetimes, Registration};
use trunkline_telephony::shell::{AllowList, Endpoint, Settings};

/// Nobody else can reach a phone there.
const HIDDEN: &str = "<sip:anna@10.254.254.254:5060>";

fn phones(settings: &mut Settings) {
    settings.allow = AllowList::default();
    settings.phones =
        ["anna", "bert"].map(|user| Phone { user: user.into(), password: "secret".into() }).into();
    settings.lifetimes = Lifetimes { min_s: 1, ..Lifetimes::default() };
}

/// A REGISTER of Anna's phone.
fn register(peer: &Peer, cseq: u32, contact: &str, more: &str) -> String {
    let text = peer.message("REGISTER", &format!("r{cseq}"), cseq, "", "");
    let text = text.replace("<sip:service@", "<sip:anna@").replace("<sip:peer@", "<sip:anna@");
    let lines = text.split("\r\n").filter(|line| !line.starts_with("Contact: "));
    with(&lines.collect::<Vec<_>>().join("\r\n"), &format!("Contact: {contact}\r\n{more}"))
}

/// Registers and gives the final response.
fn sign_on(peer: &Peer, cseq: u32, contact: &str, more: &str, password: &str) -> String {
    peer.send(&register(peer, cseq, contact, more));
    let (challenge, _) = peer.read_until("401 ");
    let answer = authorization(&challenge, "REGISTER", "anna", password);
    peer.send(&register(peer, cseq + 1, contact, &format!("{more}{answer}")));
    peer.read()
}

fn target(server: SocketAddr) -> Target {
    Target {
        uri: String::new(),
        to: "<sip:anna@pbx>".into(),
        from: format!("<sip:service@{server}>"),
        call_id: String::new(),
        headers: Headers::default(),
    }
}

async fn told(registrations: &mut UnboundedReceiver<Registration>) -> Registration {
    timeout(Duration::from_secs(5), registrations.recv()).await.unwrap().unwrap()
}

fn registered() -> Registration {
    Registration::Registered { user: "anna".into() }
}

fn unregistered() -> Registration {
    Registration::Unregistered { user: "anna".into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_behind_a_translation_registers_and_is_called_where_it_is() {
    let (endpoint, _calls, address) = start(phones).await;
    let mut registrations = endpoint.registrations();
    let peer = Peer::new(address);
    let response = sign_on(&peer, 1, HIDDEN, "", "secret");
    assert!(response.starts_with("SIP/2.0 200"), "{response}");
    assert!(response.contains(&format!("Contact: {HIDDEN};expires=300")), "{response}");
    assert_eq!(told(&mut registrations).await, registered());
    let [binding] = &endpoint.bindings("anna")[..] else { panic!("one") };
    assert_eq!(binding.flow.address(), peer.socket.local_addr().unwrap());
    let media = "127.0.0.1:20000".parse::<SocketAddr>().unwrap();
    let mut call = endpoint.call_binding(binding, target(address), media, |_| ()).unwrap();
    let (invite, _) = peer.read_until("INVITE sip:anna@10.254.254.254:5060 ");
    peer.send(&ok(&invite, &format!("Contact: {HIDDEN}\r\n"), SDP));
    let (ack, _) = peer.read_until("ACK ");
    assert!(ack.contains("tag=phone"), "{ack}");
    call.command(Command::HangUp);
    let (bye, _) = peer.read_until("BYE ");
    peer.send(&ok(&bye, "", ""));
    assert_eq!(ended(&mut call).await, Cause::HungUpHere);
    // Keep-alives are answered (RFC 5626, section 3.5.1).
    peer.send("\r\n\r\n");
    assert_eq!(peer.read(), "\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_ends_when_it_is_not_renewed() {
    let (endpoint, _calls, address) = start(phones).await;
    let mut registrations = endpoint.registrations();
    let peer = Peer::new(address);
    let contact = format!("<sip:anna@{}>;expires=1", peer.socket.local_addr().unwrap());
    sign_on(&peer, 1, &contact, "", "secret");
    assert_eq!(told(&mut registrations).await, registered());
    assert_eq!(told(&mut registrations).await, unregistered());
    assert!(endpoint.bindings("anna").is_empty());
    // A subscriber who comes later hears who is there.
    sign_on(&peer, 3, HIDDEN, "", "secret");
    assert_eq!(told(&mut endpoint.registrations()).await, registered());
    let settings = Settings::new(address, AllowList::default());
    endpoint.reload(&settings);
    assert_eq!(told(&mut registrations).await, registered());
    assert_eq!(told(&mut registrations).await, unregistered(), "no phone of the settings any more");
    peer.send(&register(&peer, 9, HIDDEN, ""));
    peer.socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    assert!(peer.socket.recv(&mut [0; 10]).is_err(), "silence");
}

/// Reads one message without a body.
fn read_stream(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut byte = [0; 1];
    while !text.ends_with(b"\r\n\r\n") {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "the stream ends");
        text.push(byte[0]);
    }
    let text = String::from_utf8(text).unwrap();
    let length = text.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_called_over_its_stream_and_gone_with_it() {
    let (endpoint, _calls, address) = start(phones).await;
    let mut registrations = endpoint.registrations();
    let peer = Peer::new(address);
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let tcp = |text: String| text.replace("SIP/2.0/UDP", "SIP/2.0/TCP");
    stream.write_all(tcp(register(&peer, 1, HIDDEN, "")).as_bytes()).unwrap();
    let answer = authorization(&read_stream(&mut stream), "REGISTER", "anna", "secret");
    stream.write_all(tcp(register(&peer, 2, HIDDEN, &answer)).as_bytes()).unwrap();
    assert!(read_stream(&mut stream).starts_with("SIP/2.0 200"));
    assert_eq!(told(&mut registrations).await, registered());
    let bindings = endpoint.bindings("anna");
    let media = "127.0.0.1:20000".parse::<SocketAddr>().unwrap();
    let mut call = endpoint.call_binding(&bindings[0], target(address), media, |_| ()).unwrap();
    let invite = read_stream(&mut stream);
    assert!(invite.starts_with("INVITE sip:anna@10.254.254.254:5060"), "{invite}");
    stream.write_all(ok(&invite, &format!("Contact: {HIDDEN}\r\n"), SDP).as_bytes()).unwrap();
    assert!(read_stream(&mut stream).starts_with("ACK "));
    call.command(Command::HangUp);
    let bye = read_stream(&mut stream);
    stream.write_all(ok(&bye, "", "").as_bytes()).unwrap();
    assert_eq!(ended(&mut call).await, Cause::HungUpHere);
    drop(stream);
    assert_eq!(told(&mut registrations).await, unregistered());
}

fn invite(peer: &Peer, cseq: u32, from: &str, more: &str) -> String {
    let text = peer.message("INVITE", &format!("i{cseq}"), cseq, "", SDP);
    let text = text.replace("From: <sip:peer@", &format!("From: <sip:{from}@"));
    let me = peer.socket.local_addr().unwrap();
    with(&text.replace(&format!("Contact: <sip:peer@{me}>"), &format!("Contact: {HIDDEN}")), more)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_proves_who_it_is_and_hears_the_end_where_it_is() {
    let (endpoint, mut calls, address) = start(phones).await;
    let peer = Peer::new(address);
    peer.send(&invite(&peer, 1, "anna", ""));
    let (challenge, _) = peer.read_until("401 ");
    peer.send(&peer.message("ACK", "i1", 1, "", ""));
    let answer = authorization(&challenge, "INVITE", "anna", "secret");
    peer.send(&invite(&peer, 2, "anna", &answer));
    let call = calls.recv().await.unwrap();
    assert_eq!(call.identity(), &Source::Phone("anna".into()));
    assert_eq!(call.numbers().ani, "anna");
    let mut handle = call.accept("127.0.0.1:20000".parse::<SocketAddr>().unwrap(), |_| ()).unwrap();
    handle.command(Command::Answer { headers: Headers::default() });
    let (response, _) = peer.read_until("200 OK");
    let tag = response.split(";tag=").nth(2).unwrap().split("\r\n").next().unwrap();
    peer.send(&peer.message("ACK", "a", 2, &format!(";tag={tag}"), ""));
    handle.command(Command::HangUp);
    let (bye, _) = peer.read_until("BYE sip:anna@10.254.254.254:5060 ");
    peer.send(&ok(&bye, "", ""));
    assert_eq!(ended(&mut handle).await, Cause::HungUpHere);
    assert_eq!((endpoint.counters().challenged, endpoint.counters().denied), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn trunks_by_address_and_by_digest_are_told_apart() {
    let (endpoint, mut calls, address) = start(|settings| {
        phones(settings);
        let loopback = vec!["127.0.0.1/32".parse().unwrap()];
        let networks = loopback.clone();
        settings.trunks.push(Trunk { name: "carrier".into(), networks, ..Trunk::default() });
    })
    .await;
    let peer = Peer::new(address);
    peer.send(&invite(&peer, 1, "+14805550122", ""));
    let call = calls.recv().await.unwrap();
    assert_eq!(call.identity(), &Source::Trunk("carrier".into()));
    call.reject(486, Headers::default());
    peer.read_until("486 ");
    peer.send(&peer.message("ACK", "i1", 1, "", ""));
    // Who says to be a phone has to prove it.
    peer.send(&invite(&peer, 2, "anna", ""));
    peer.read_until("401 ");
    peer.send(&peer.message("ACK", "i2", 2, "", ""));
    let mut settings = Settings::new(address, AllowList::new(["127.0.0.1/32".parse().unwrap()]));
    let credentials =
        trunkline_telephony::digest::Credentials { username: "acme".into(), password: "t".into() };
    let digest = Some(TrunkDigest { realm: "acme.example".into(), credentials });
    settings.trunks.push(Trunk { name: "acme".into(), digest, ..Trunk::default() });
    endpoint.reload(&settings);
    peer.send(&invite(&peer, 3, "+14805550122", ""));
    let (challenge, _) = peer.read_until("401 ");
    assert!(challenge.contains("realm=\"acme.example\""), "{challenge}");
    peer.send(&peer.message("ACK", "i3", 3, "", ""));
    let answer = authorization(&challenge, "INVITE", "acme", "t");
    peer.send(&invite(&peer, 4, "+14805550122", &answer));
    assert_eq!(calls.recv().await.unwrap().identity(), &Source::Trunk("acme".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_ban_a_source_and_a_pardon_lets_it_in() {
    let (endpoint, _calls, address) = start(|settings| {
        phones(settings);
        settings.limits = Limits { failures: 3, ..Limits::default() };
    })
    .await;
    let peer = Peer::new(address);
    for round in 0..3 {
        let response = sign_on(&peer, 1 + round * 2, HIDDEN, "", "guess");
        assert!(response.starts_with("SIP/2.0 403"), "{response}");
    }
    let counters = endpoint.counters();
    assert_eq!((counters.denied, counters.bans), (3, 1));
    peer.send(&register(&peer, 20, HIDDEN, ""));
    peer.socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    assert!(peer.socket.recv(&mut [0; 10]).is_err(), "silence");
    assert_eq!(endpoint.counters().banned, 1);
    let ip = "127.0.0.1".parse().unwrap();
    assert_eq!(endpoint.banned()[0].0, ip);
    assert!(endpoint.pardon(ip));
    peer.socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert!(sign_on(&peer, 31, HIDDEN, "", "secret").starts_with("SIP/2.0 200"));
}

async fn one_call(endpoint: &Endpoint, peer: &Peer, cseq: u32) -> String {
    peer.send(&invite(peer, cseq, "eve", ""));
    let (response, _) = peer.read_until("503 ");
    assert!(response.contains("Retry-After: 5"), "{response}");
    assert_eq!(endpoint.counters().calls, 0);
    response
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draining_endpoint_takes_no_calls_and_comes_back() {
    let (endpoint, mut calls, address) = start(|_| ()).await;
    let peer = Peer::new(address);
    endpoint.drain();
    one_call(&endpoint, &peer, 1).await;
    peer.send(&peer.message("OPTIONS", "o1", 7, "", ""));
    peer.read_until("503 ");
    assert_eq!(endpoint.counters().drained, 1);
    endpoint.resume();
    peer.send(&peer.message("OPTIONS", "o2", 8, "", ""));
    peer.read_until("200 ");
    peer.send(&invite(&peer, 2, "eve", ""));
    assert_eq!(calls.recv().await.unwrap().identity(), &Source::Anonymous);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_calls_of_one_source_are_refused_once_and_then_ignored() {
    let limits = Limits { requests_per_s: 1, burst: 2, ..Limits::default() };
    let (endpoint, mut calls, address) = start(move |settings| settings.limits = limits).await;
    let peer = Peer::new(address);
    for cseq in 1..=20 {
        let id = format!("Call-ID: c{cseq}");
        peer.send(&invite(&peer, cseq, "eve", "").replace("Call-ID: c1", &id));
    }
    peer.read_until("503 ");
    let first = (calls.recv().await.unwrap(), calls.recv().await.unwrap());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(calls.try_recv().is_err());
    assert_eq!((endpoint.counters().limited, endpoint.counters().calls), (18, 2));
    peer.socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut bytes = [0; 2_000];
    while let Ok(length) = peer.socket.recv(&mut bytes) {
        assert!(!bytes[..length].starts_with(b"SIP/2.0 503"), "told once");
    }
    drop(first);
}

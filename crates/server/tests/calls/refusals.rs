//! Calls that are not taken: the caller gets the right status, and nothing is left of them.

use serde_json::json;
use tokio::net::UdpSocket;
use trunkline_server::ops::AgentMode;
use trunkline_telephony::call::Cause;

use crate::builder::Builder;
use crate::centre::{Centre, MAIN, MUSIC_HZ, OVERLOAD, Plan, ending};
use crate::ear::{LIMIT, hears};

fn waits() -> Builder {
    ending(Builder::flow("f").queue("Queue", "Support").end("End").row("Start Queue End"))
}

/// A number is refused with this status. On a machine under load that may take a few calls.
async fn is_refused(centre: &Centre, number: &str, status: u16) {
    for _ in 0..20 {
        let cause = centre.try_number(number).await.ended(LIMIT).await.unwrap();
        if cause != OVERLOAD || status == 503 {
            return assert_eq!(cause, Cause::Refused { status });
        }
    }
    panic!("the server is overloaded all the time");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_nobody_has_is_not_found() {
    let centre = Plan::new(waits()).start().await;
    is_refused(&centre, "+12025550199", 404).await;
    // Service codes are for phones.
    is_refused(&centre, "*1", 404).await;
    assert!(centre.contacts().await.is_empty());
}

/// The networks of nobody but those who may call anonymously.
const ANONYMOUS: &str = "[[trunk]]\nname = \"elsewhere\"\nnetworks = [\"192.0.2.0/24\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn unknown_sources_reach_only_what_is_open_to_them() {
    let plan =
        || Plan::new(waits()).sip("anonymous_networks = [\"127.0.0.0/8\"]").config(ANONYMOUS);
    let centre = plan().start().await;
    is_refused(&centre, MAIN, 403).await;
    let centre = plan().entry(json!({ "allow_anonymous": true })).start().await;
    let call = centre.call().await;
    hears(&call, MUSIC_HZ).await;
    call.hang_up();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_without_a_common_codec_is_no_contact() {
    let centre = Plan::new(waits()).start().await;
    let body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                m=audio 40000 RTP/AVP 18\r\n";
    assert_eq!(invite(&centre, "Supported: timer\r\n", body).await, 488);
    let body = body.replace("AVP 18", "AVP 0");
    assert_eq!(invite(&centre, "Require: 100rel, strange\r\n", &body).await, 420);
    let text = centre.metrics.text();
    assert!(!text.contains("contacts_begun_total 1"), "{text}");
    assert!(centre.contacts().await.is_empty());
    assert_eq!(centre.crm.count("/ended"), 0);
}

/// Sends an INVITE by hand; gives the status of the final response.
async fn invite(centre: &Centre, header: &str, body: &str) -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let (local, server) = (socket.local_addr().unwrap(), centre.address);
    let branch = format!("z9hG4bK{}", header.len());
    let text = format!(
        "INVITE sip:{MAIN}@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch={branch};rport\r\n\
         From: <sip:+12025550142@{local}>;tag=a{branch}\r\nTo: <sip:{MAIN}@{server}>\r\n\
         Call-ID: {branch}@test\r\nCSeq: 1 INVITE\r\nContact: <sip:test@{local}>\r\n\
         Max-Forwards: 70\r\n{header}Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n\
         {body}",
        body.len()
    );
    socket.send_to(text.as_bytes(), server).await.unwrap();
    let mut buffer = [0; 4_096];
    loop {
        let got = tokio::time::timeout(LIMIT, socket.recv(&mut buffer)).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&buffer[..got]).into_owned();
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        if status >= 200 {
            return status;
        }
    }
}

/// Ports for two legs, which nobody has at the moment.
fn two_legs() -> String {
    let bind = |port| std::net::UdpSocket::bind(("127.0.0.1", port));
    loop {
        let first = bind(0).unwrap().local_addr().unwrap().port() & !1;
        let last = first.saturating_add(3);
        if (first..=last).all(|port| bind(port).is_ok()) {
            return format!("ports = \"{first}-{last}\"");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ports_are_given_back_by_callers_and_agents() {
    let centre = Plan::new(waits()).rtp(&two_legs()).start().await;
    let ann = centre.agent("ann").await;
    for count in 1..=3 {
        let call = centre.call().await;
        let offer = tokio::time::timeout(LIMIT, ann.incoming()).await.unwrap().unwrap();
        let desk = offer.answer();
        desk.answered(LIMIT).await.unwrap();
        let who = if count % 2 == 0 { &call } else { &desk };
        who.hang_up();
        call.ended(LIMIT).await.unwrap();
        desk.ended(LIMIT).await.unwrap();
        centre.has_ended(count).await;
        centre.agent_is("ann", AgentMode::Available).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_for_which_there_is_no_port_are_refused_whole() {
    let centre = Plan::new(waits()).rtp(&two_legs()).start().await;
    let mut calls = vec![centre.call().await, centre.call().await];
    is_refused(&centre, MAIN, 503).await;
    assert_eq!(centre.contacts().await.len(), 2);
    calls.remove(0).hang_up();
    centre.crm.came("/ended", 1).await;
    // The port is free again.
    calls.push(centre.call().await);
    calls.iter().for_each(|call| call.hang_up());
    centre.has_ended(3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_calls_than_the_limit_are_refused() {
    let centre = Plan::new(waits()).sip("max_calls = 1").start().await;
    let call = centre.call().await;
    is_refused(&centre, MAIN, 503).await;
    call.hang_up();
    centre.has_ended(1).await;
}

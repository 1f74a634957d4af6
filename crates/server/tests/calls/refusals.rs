//! Calls that are not taken: the caller gets the right status, and nothing is left of them.

use serde_json::json;
use tokio::net::UdpSocket;
use trunkline_telephony::call::Cause;
use trunkline_telephony::message::Headers;

use crate::builder::Builder;
use crate::centre::{Centre, MAIN, MUSIC_HZ, Plan, ending};
use crate::ear::{LIMIT, hears};

fn waits() -> Builder {
    ending(Builder::flow("f").queue("Queue", "Support").end("End").row("Start Queue End"))
}

/// The status with which a number is refused.
async fn refusal(centre: &Centre, number: &str) -> u16 {
    let call = centre.phone().await.dial(&centre.uri(number), Headers::default()).await.unwrap();
    match call.ended(LIMIT).await {
        Ok(Cause::Refused { status }) => status,
        other => panic!("{other:?} {:?}", call.history()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_nobody_has_is_not_found() {
    let centre = Plan::new(waits()).start().await;
    assert_eq!(refusal(&centre, "+12025550199").await, 404);
    // Service codes are for phones.
    assert_eq!(refusal(&centre, "*1").await, 404);
    assert!(centre.contacts().await.is_empty());
}

/// The networks of nobody but those who may call anonymously.
const ANONYMOUS: &str = "[[trunk]]\nname = \"elsewhere\"\nnetworks = [\"192.0.2.0/24\"]\n";

#[tokio::test(flavor = "multi_thread")]
async fn unknown_sources_reach_only_what_is_open_to_them() {
    let plan =
        || Plan::new(waits()).sip("anonymous_networks = [\"127.0.0.0/8\"]").config(ANONYMOUS);
    let centre = plan().start().await;
    assert_eq!(refusal(&centre, MAIN).await, 403);
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

#[tokio::test(flavor = "multi_thread")]
async fn calls_for_which_there_is_no_port_are_refused_whole() {
    let plan = Plan::new(waits()).rtp("ports = \"27040-27043\"");
    let centre = plan.start().await;
    let mut calls = vec![centre.call().await, centre.call().await];
    assert_eq!(refusal(&centre, MAIN).await, 503);
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
    assert_eq!(refusal(&centre, MAIN).await, 503);
    call.hang_up();
    centre.has_ended(1).await;
}

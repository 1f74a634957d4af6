//! The 49 messages of RFC 4475 against a real endpoint over UDP, each with the class of answer
//! that it has to get.
//!
//! `486` is what the application here says to each call: the message was processed. Where the RFC
//! leaves a choice, or the library decides, the table says so.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod peer;

use std::collections::BTreeSet;
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use peer::{Peer, start};
use trunkline_telephony::identity::Phone;
use trunkline_telephony::message::Headers;
use trunkline_telephony::shell::AllowList;

/// No answer at all.
const SILENCE: u16 = 0;

const TABLE: [(&str, u16, &str); 49] = [
    // 3.1.1, valid messages.
    ("wsinv", 481, "processed: it has a tag in To and belongs to no dialog here"),
    ("intmeth", 501, "an unknown method"),
    ("esc01", 486, "escapes in URIs"),
    ("escnull", 401, "escaped NULs; a registration has to prove its user first"),
    ("esc02", 501, "an escaped method is another method"),
    ("lwsdisp", 200, "no space between name and bracket"),
    ("longreq", 486, "long values"),
    ("dblreq", 401, "what follows the body is ignored"),
    ("semiuri", 200, "a semicolon in the user part"),
    ("transports", 200, "unknown transports further down the way"),
    ("mpart01", 405, "a method that is known and not taken, with a binary body"),
    ("unreason", SILENCE, "a response to nothing"),
    ("noreason", SILENCE, "a response to nothing"),
    // 3.1.2, invalid messages.
    ("badinv01", 400, "separators with nothing between them"),
    ("clerr", 400, "a body shorter than it says"),
    ("ncl", 400, "a negative length"),
    ("scalar02", 400, "numbers beyond their range"),
    ("scalarlg", SILENCE, "a response to nothing"),
    ("quotbal", 400, "a quote that is not closed"),
    ("ltgtruri", 400, "brackets around the Request-URI"),
    ("lwsruri", 400, "space in the Request-URI"),
    ("lwsstart", 400, "two spaces in the request line; may be tolerated"),
    ("trws", 400, "space at the end of the request line; may be tolerated"),
    ("escruri", 400, "headers in the Request-URI; may be tolerated"),
    ("baddate", 486, "a bad Date, which nobody reads here; may be refused"),
    ("regbadct", 400, "a Contact that needs brackets"),
    ("badaspec", 200, "spaces in an addr-spec; may be refused"),
    ("baddn", 200, "a display name without quotes; may be refused"),
    ("badvers", 505, "another version"),
    ("mismatch01", 400, "another method in CSeq"),
    ("mismatch02", 400, "another method in CSeq; 501 would do too"),
    ("bigcode", SILENCE, "no status that there is"),
    // 3.2, transactions.
    ("badbranch", 200, "a branch without a value; may be refused"),
    // 3.3, the application.
    ("insuf", 400, "required fields are missing"),
    ("unkscm", 416, "an unknown scheme"),
    ("novelsc", 416, "an unknown scheme"),
    ("unksm2", 401, "unknown schemes in headers; a registration has to prove its user first"),
    ("bext01", 420, "unknown extensions"),
    ("invut", 415, "an unknown content type"),
    ("regaut01", 401, "an unknown authorization is none"),
    ("multi01", 400, "several values where one belongs"),
    ("mcl01", 400, "several lengths"),
    ("bcast", SILENCE, "a response to nothing; above all it is not forwarded"),
    ("zeromf", 200, "the last hop is here"),
    ("cparam01", 401, "an unknown parameter of Contact"),
    ("cparam02", 401, "an unknown parameter of the Contact's URI"),
    ("regescrt", 401, "an escaped header in the Contact's URI"),
    ("sdp01", 486, "an Accept without SDP; 406 would do too"),
    ("inv2543", 400, "RFC 2543's form: the library makes no transaction without a tag in From"),
];

fn message(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/torture/{name}.dat"));
    std::fs::read(path).unwrap()
}

/// A socket of its own source, so that the limits of one source do not matter.
fn socket(at: usize) -> UdpSocket {
    let ip = [127, 0, 1, u8::try_from(at + 1).unwrap()];
    let socket = UdpSocket::bind(SocketAddr::from((ip, 0))).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    socket
}

/// The first final status that arrives, `SILENCE` when none does in time.
fn status(socket: &UdpSocket, until: Instant) -> (u16, String) {
    let mut bytes = [0; 65_536];
    while Instant::now() < until {
        let Ok(length) = socket.recv(&mut bytes) else { continue };
        let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
        let status: u16 = text["SIP/2.0 ".len()..][..3].parse().unwrap();
        if status >= 200 {
            return (status, text);
        }
    }
    (SILENCE, String::new())
}

#[test]
fn all_messages_are_here_once() {
    let names: BTreeSet<_> = TABLE.iter().map(|(name, _, _)| *name).collect();
    assert_eq!(names.len(), 49);
    assert_eq!(message("dblreq").windows(7).filter(|w| w == b"SIP/2.0").count(), 4);
    assert!(message("mpart01").contains(&0xff), "binary");
    for (name, _, _) in TABLE {
        let message = message(name);
        let own_id = format!("{name}.");
        let has_id = message.windows(own_id.len()).any(|window| window == own_id.as_bytes());
        assert!(has_id || matches!(name, "mpart01" | "insuf"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_message_gets_the_answer_that_it_should() {
    let loopback = || "127.0.0.0/8".parse().unwrap();
    let (endpoint, mut calls, address) = start(|settings| {
        settings.allow = AllowList::new([loopback()]);
        settings.phone_networks = vec![loopback()];
        settings.phones = vec![Phone { user: "user".into(), password: "secret".into() }];
    })
    .await;
    tokio::spawn(async move {
        while let Some(call) = calls.recv().await {
            // What the state machine refuses by itself is refused there.
            let media = "127.0.0.1:20000".parse().unwrap();
            let handle = call.accept(media, |_| ()).unwrap();
            let headers = Headers::default();
            let reject = trunkline_telephony::call::Command::Reject { status: 486, headers };
            handle.command(reject);
            tokio::spawn(async move {
                let mut handle = handle;
                while handle.next().await.is_some() {}
            });
        }
    });
    let sockets: Vec<UdpSocket> = (0..TABLE.len()).map(socket).collect();
    for ((name, _, _), socket) in TABLE.iter().zip(&sockets) {
        socket.send_to(&message(name), address).unwrap();
    }
    let mut wrong = Vec::new();
    for ((name, expected, why), socket) in TABLE.iter().zip(&sockets) {
        let patience_ms = if *expected == SILENCE { 100 } else { 1_500 };
        let until = Instant::now() + Duration::from_millis(patience_ms);
        let (got, text) = status(socket, until);
        if got != *expected {
            wrong.push(format!("{name}: {expected} for {why}, got {got} {text:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // And it still works.
    let peer = Peer::new(address);
    peer.send(&peer.message("OPTIONS", "o", 1, "", ""));
    peer.read_until("200 OK");
    assert_eq!(endpoint.counters().banned, 0);
}

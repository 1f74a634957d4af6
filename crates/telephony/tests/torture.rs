//! The 49 messages of RFC 4475 against a real endpoint over UDP and TCP, each with the class of
//! answer that it has to get.
//!
//! `486` is what the application here says to each call: the message was processed. The reasons
//! give what the RFC asks for; where it leaves a choice, or the library decides, they say so.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod peer;

use std::collections::BTreeSet;
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use peer::{Calls, Peer, start};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use trunkline_telephony::identity::Phone;
use trunkline_telephony::message::Headers;
use trunkline_telephony::shell::{AllowList, Endpoint};

/// No answer at all.
const SILENCE: u16 = 0;

const TABLE: [(&str, u16, &str); 49] = [
    // 3.1.1, valid messages.
    ("wsinv", 481, "well-formed; it has a tag in To and belongs to no dialog here"),
    ("intmeth", 501, "an unknown method: endpoints answer 501 with Allow"),
    ("esc01", 486, "well-formed, with escapes in URIs"),
    ("escnull", 401, "well-formed, with escaped NULs; a registration has to prove its user first"),
    ("esc02", 501, "RE%47IST%45R is not REGISTER: endpoints reject it with 501"),
    ("lwsdisp", 200, "no space before the bracket: to be accepted as well-formed"),
    ("longreq", 486, "well-formed, with long values"),
    ("dblreq", 401, "a REGISTER; what follows its body in the datagram is ignored"),
    ("semiuri", 200, "well-formed, with a semicolon in the user part"),
    ("transports", 200, "well-formed, whatever the second Via and those after it say"),
    ("mpart01", 405, "well-formed with a binary body; MESSAGE is known here and not taken"),
    ("unreason", SILENCE, "a well-formed response, to nothing that was asked"),
    ("noreason", SILENCE, "a well-formed response, to nothing that was asked"),
    // 3.1.2, invalid messages.
    ("badinv01", 400, "should be 400"),
    ("clerr", 400, "over UDP should be 400"),
    ("ncl", 400, "should be an error"),
    ("scalar02", 400, "should be 400, for CSeq"),
    ("scalarlg", SILENCE, "a response that is discarded"),
    ("quotbal", 400, "should be 400"),
    ("ltgtruri", 400, "always reasonable to reject with 400"),
    ("lwsruri", 400, "should be 400"),
    ("lwsstart", 400, "may be rejected as malformed or tolerated"),
    ("trws", 400, "may be rejected as malformed or tolerated"),
    ("escruri", 400, "may be rejected with 400 or tolerated"),
    ("baddate", 486, "not to be rejected by those who do not need the Date"),
    ("regbadct", 400, "reasonable to reject with 400"),
    ("badaspec", 200, "reasonable to reject with 400; the liberal may ignore the spaces"),
    ("baddn", 200, "reasonable to reject with 400; the missing quotes may be inferred"),
    ("badvers", 505, "should be 505"),
    ("mismatch01", 400, "will be 400"),
    ("mismatch02", 501, "should be 501; 400 is acceptable"),
    ("bigcode", SILENCE, "a response that is dropped"),
    // 3.2, transactions.
    ("badbranch", 200, "may be rejected with 400, or matched as in RFC 2543"),
    // 3.3, the application.
    ("insuf", 400, "no Call-ID, From and To: 400"),
    ("unkscm", 416, "an unknown scheme: 416"),
    ("novelsc", 416, "a scheme that is known, and not for this: 416"),
    ("unksm2", 401, "well-formed; registrars answer 400, and here first ask for the password"),
    ("bext01", 420, "extensions that nobody supports: 420"),
    ("invut", 415, "an unknown content type: 415"),
    ("regaut01", 401, "an unknown scheme proves nothing: a challenge"),
    ("multi01", 400, "single fields given twice: 400"),
    ("mcl01", 400, "two lengths: 400"),
    ("bcast", SILENCE, "a response that is discarded, and above all not forwarded"),
    ("zeromf", 200, "an endpoint answers as if Max-Forwards were larger"),
    ("cparam01", 401, "an unknown parameter of Contact; the user has to be proven first"),
    ("cparam02", 401, "an unknown parameter of the Contact's URI; the same"),
    ("regescrt", 401, "an escaped header in the Contact's URI; the same"),
    (
        "sdp01",
        486,
        "could be 406, also 400 because SDP has to be known to all; here it is tolerated",
    ),
    // 3.4, RFC 2543.
    ("inv2543", 400, "may be accepted; the library makes no transaction without a tag in From"),
];

/// What differs over TCP: there a length says where the next message begins.
const OVER_TCP: [(&str, u16, &str); 1] =
    [("clerr", SILENCE, "more is waited for; the stream is closed when none comes")];

/// After these nobody can tell where the next message begins: the stream has to be closed. `dblreq`
/// and `inv2543` have something behind their end, which is no message.
const ENDS_STREAM: [&str; 4] = ["ncl", "mcl01", "dblreq", "inv2543"];

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

#[test]
fn no_byte_of_them_has_changed() {
    let sums = include_str!("torture/SHA256SUMS");
    let sums: Vec<_> = sums.lines().map(|line| line.split_once("  ").unwrap()).collect();
    assert_eq!(sums.len(), 49);
    for (sum, file) in sums {
        let digest = Sha256::digest(message(file.strip_suffix(".dat").unwrap()));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, sum, "{file}");
    }
}

/// Says 486 to all calls.
fn refuse_all(mut calls: Calls) {
    tokio::spawn(async move {
        while let Some(call) = calls.recv().await {
            // What the state machine refuses by itself is refused there.
            let media = "127.0.0.1:20000".parse::<SocketAddr>().unwrap();
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
}

async fn start_for_all() -> (Endpoint, Calls, SocketAddr) {
    let loopback = || "127.0.0.0/8".parse().unwrap();
    start(|settings| {
        settings.allow = AllowList::new([loopback()]);
        settings.phone_networks = vec![loopback()];
        settings.phones = vec![Phone { user: "user".into(), password: "secret".into() }];
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_message_gets_the_answer_that_it_should() {
    let (endpoint, calls, address) = start_for_all().await;
    refuse_all(calls);
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

/// What comes on a stream until the wanted status is there, the peer closes it, or the time is up.
async fn read_stream(stream: &mut TcpStream, wanted: &str) -> (String, bool) {
    let (mut text, mut bytes) = (String::new(), vec![0; 65_536]);
    let patience = Duration::from_millis(if wanted.is_empty() { 150 } else { 1_500 });
    while wanted.is_empty() || !text.contains(wanted) {
        match timeout(patience, stream.read(&mut bytes)).await {
            Ok(Ok(0) | Err(_)) => return (text, true),
            Ok(Ok(length)) => text.push_str(&String::from_utf8_lossy(&bytes[..length])),
            Err(_) => break,
        }
    }
    (text, false)
}

/// Sends a message on a stream of its own, then asks for OPTIONS there. Says what is wrong.
async fn over_tcp(address: SocketAddr, name: &str, expected: u16) -> Option<String> {
    // A source of its own: each gets so many answers to malformed requests and no more.
    let at = TABLE.iter().position(|(other, _, _)| *other == name).unwrap();
    let ip = [127, 0, 2, u8::try_from(at + 1).unwrap()];
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((ip, 0))).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    stream.write_all(&message(name)).await.unwrap();
    let wanted = match expected {
        SILENCE => String::new(),
        status => format!("SIP/2.0 {status} "),
    };
    let (text, _) = read_stream(&mut stream, &wanted).await;
    if !text.contains(&wanted) || (wanted.is_empty() && !text.is_empty()) {
        return Some(format!("{name}: {expected}, got {text:?}"));
    }
    // It waits for the rest of this message's body.
    if name == "clerr" {
        return None;
    }
    let options = Peer::new(address).message("OPTIONS", name, 1, "", "").replace("/UDP", "/TCP");
    // A stream that is being closed may refuse to take it.
    let _ = stream.write_all(options.as_bytes()).await;
    let (text, is_closed) = read_stream(&mut stream, "SIP/2.0 200 ").await;
    (is_closed != ENDS_STREAM.contains(&name))
        .then(|| format!("{name}: closed is {is_closed} after {text:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tcp_the_answers_are_the_same_and_the_stream_goes_on() {
    let (endpoint, calls, address) = start_for_all().await;
    refuse_all(calls);
    let mut wrong = Vec::new();
    for (name, status, _) in TABLE {
        let differs = OVER_TCP.iter().find(|(other, _, _)| *other == name);
        let expected = differs.map_or(status, |(_, status, _)| *status);
        wrong.extend(over_tcp(address, name, expected).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(endpoint.counters().banned, 0);
}

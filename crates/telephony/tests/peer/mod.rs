//! A SIP peer that is written out, datagram by datagram, and what tests need around it.
#![allow(dead_code, reason = "no test needs all of it")]

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use trunkline_telephony::call::{Cause, Command, Event};
use trunkline_telephony::digest::{Credentials, client};
use trunkline_telephony::message::{ClientTx, Headers, Response};
use trunkline_telephony::shell::{AllowList, CallHandle, Endpoint, IncomingCall, Notice, Settings};

pub(crate) const SDP: &str =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n";

/// A peer with its socket.
pub(crate) struct Peer {
    pub(crate) socket: UdpSocket,
    pub(crate) server: SocketAddr,
}

impl Peer {
    pub(crate) fn new(server: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        Self { socket, server }
    }

    pub(crate) fn message(
        &self,
        method: &str,
        branch: &str,
        cseq: u32,
        to_tag: &str,
        body: &str,
    ) -> String {
        let me = self.socket.local_addr().unwrap();
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        let cseq_method = method.split(' ').next().unwrap();
        format!(
            "{method} sip:service@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{branch}\r\n\
             From: <sip:peer@{me}>;tag=f1\r\nTo: <sip:service@{server}>{to_tag}\r\nCall-ID: c1\r\n\
             CSeq: {cseq} {cseq_method}\r\nContact: <sip:peer@{me}>\r\nMax-Forwards: 70\r\n{kind}\
             Content-Length: {length}\r\n\r\n{body}",
            server = self.server,
            length = body.len(),
        )
    }

    pub(crate) fn send(&self, text: &str) {
        self.socket.send_to(text.as_bytes(), self.server).unwrap();
    }

    /// The next message.
    pub(crate) fn read(&self) -> String {
        let mut bytes = [0; 8_192];
        let length = self.socket.recv(&mut bytes).expect("a message in time");
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    }

    /// The next message whose first line has the word, and how many came before it.
    pub(crate) fn read_until(&self, word: &str) -> (String, usize) {
        for before in 0..100 {
            let text = self.read();
            if text.lines().next().unwrap().contains(word) {
                return (text, before);
            }
        }
        panic!("{word} never comes");
    }
}

pub(crate) type Calls = UnboundedReceiver<IncomingCall>;

pub(crate) async fn start(adjust: impl Fn(&mut Settings)) -> (Endpoint, Calls, SocketAddr) {
    // Another program may take the port in between.
    for _ in 0..10 {
        let address = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let allow = AllowList::new(["127.0.0.1/32".parse().unwrap()]);
        let mut settings = Settings::new(address, allow);
        settings.t1 = Duration::from_millis(20);
        adjust(&mut settings);
        if let Ok((endpoint, calls)) = Endpoint::start(settings).await {
            return (endpoint, calls, address);
        }
    }
    panic!("no free port");
}

pub(crate) async fn answered(calls: &mut Calls) -> CallHandle {
    let call = calls.recv().await.unwrap();
    let handle = call.accept("127.0.0.1:20000".parse::<SocketAddr>().unwrap(), |_| ()).unwrap();
    handle.command(Command::Answer { headers: Headers::default() });
    handle
}

pub(crate) async fn ended(handle: &mut CallHandle) -> Cause {
    loop {
        let notice = tokio::time::timeout(Duration::from_secs(5), handle.next()).await.unwrap();
        if let Notice::Event(Event::Ended(cause)) = notice.expect("an end") {
            return cause;
        }
    }
}

/// The header that answers a challenge.
pub(crate) fn authorization(challenge: &str, method: &str, user: &str, password: &str) -> String {
    let values = challenge.lines().filter_map(|line| line.strip_prefix("WWW-Authenticate: "));
    let headers: Headers =
        values.map(|value| ("WWW-Authenticate".to_owned(), value.to_owned())).collect();
    let response = Response { tx: ClientTx(1), status: 401, headers, body: Vec::new() };
    let credentials = Credentials { username: user.into(), password: password.into() };
    let (name, value) =
        client::respond(&response, &credentials, method, "sip:service", "cnonce").unwrap();
    format!("{name}: {value}\r\n")
}

/// The message with more header lines.
pub(crate) fn with(message: &str, lines: &str) -> String {
    message.replacen("Max-Forwards:", &format!("{lines}Max-Forwards:"), 1)
}

/// A 200 to a request, with its headers.
pub(crate) fn ok(request: &str, more: &str, body: &str) -> String {
    let copied = ["Via: ", "From: ", "Call-ID: ", "CSeq: "];
    let lines = request.lines().filter(|line| copied.iter().any(|name| line.starts_with(name)));
    let lines: String = lines.map(|line| format!("{line}\r\n")).collect();
    let to = request.lines().find(|line| line.starts_with("To: ")).unwrap();
    let tag = if to.contains(";tag=") { "" } else { ";tag=phone" };
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!(
        "SIP/2.0 200 OK\r\n{lines}{to}{tag}\r\n{more}{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

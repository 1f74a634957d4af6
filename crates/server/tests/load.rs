//! Ten seconds of fifty calls a second, as CI runs it: every call is answered, makes its three
//! requests and is hung up by the flow. Nothing is timed here; `bench/telephony` does that.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket as StdUdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};
use trunkline_server::Server;
use trunkline_server::config::{Setup, SetupOptions};
use trunkline_server::ops::{Health, Metrics};

const CALLS: usize = 500;
const BETWEEN: Duration = Duration::from_millis(20);

/// What a caller may wait for the server to hang up.
const PATIENCE: Duration = Duration::from_secs(20);

const FLOW: &str = include_str!("../../../bench/telephony/flows/dips.json");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_calls_a_second_for_ten_seconds_are_all_served() {
    let requests = Arc::new(AtomicUsize::new(0));
    let crm = crm(requests.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    let metrics = Metrics::new();
    let (_server, address) = serve(folder.path(), crm, &metrics).await;
    let seen = Callers::new(address).await.run().await;
    assert_eq!(seen.failures, Vec::<String>::new());
    assert_eq!((seen.answered, seen.ended), (CALLS, CALLS));
    assert_eq!(requests.load(Ordering::Relaxed), 3 * CALLS);
    let begun = metrics.text().lines().any(|line| {
        line.starts_with("trunkline_contacts_begun_total") && line.ends_with(&format!(" {CALLS}"))
    });
    assert!(begun, "{}", metrics.text());
}

/// Counts the queries and answers them with one record; gives a token to whoever asks.
async fn crm(requests: Arc<AtomicUsize>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve_connection(stream, requests.clone()));
        }
    });
    address
}

async fn serve_connection(mut stream: TcpStream, requests: Arc<AtomicUsize>) {
    let (mut buffer, mut piece) = (String::new(), [0; 4096]);
    loop {
        while let Some((head, rest)) = buffer.split_once("\r\n\r\n") {
            let is_token = head.starts_with("POST ");
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            let Some(after) = rest.get(length.unwrap_or(0)..) else { break };
            buffer = after.to_owned();
            let body = if is_token {
                r#"{"access_token":"t","token_type":"Bearer"}"#
            } else {
                requests.fetch_add(1, Ordering::Relaxed);
                r#"{"totalSize":1,"records":[{"Id":"1","Name":"Ann","AccountId":"2"}],"Name":"A"}"#
            };
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n\
                 {body}",
                body.len()
            );
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(length) => buffer += &String::from_utf8_lossy(&piece[..length]),
        }
    }
}

async fn serve(folder: &Path, crm: SocketAddr, metrics: &Metrics) -> (Server, SocketAddr) {
    std::fs::write(folder.join("dips.json"), FLOW).unwrap();
    let tenant = format!(
        "name: Load\ntime_zone: Etc/UTC\nflows: [{{file: dips.json}}]\n\
         entry_points: [{{id: dips, name: Dips, dnis: [\"+12025550101\"], flow: Bench dips}}]\n\
         connectors:\n- id: bench-crm\n  name: Bench CRM\n  kind: salesforce\n  \
         base_url: http://{crm}\n  auth:\n    type: client_credentials\n    \
         token_url: /token\n    client_id: trunkline\n    client_secret: sandbox\n  writes: allow\n"
    );
    std::fs::write(folder.join("tenant.yaml"), tenant).unwrap();
    for _ in 0..10 {
        let address = StdUdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let config = format!(
            "tenant = \"tenant.yaml\"\n[sip]\nlisten = [\"{address}\"]\n\
             [rtp]\naddress = \"127.0.0.1\"\n\
             [[trunk]]\nname = \"carrier\"\nnetworks = [\"127.0.0.0/8\"]\n"
        );
        let file = folder.join("trunkline.toml");
        std::fs::write(&file, config).unwrap();
        let setup = Setup::load(&file, SetupOptions { allow_literal_secrets: true }).unwrap();
        setup.make_data_dir().unwrap();
        if let Ok(server) = Server::start(&setup, &Health::default(), metrics).await {
            return (server, address);
        }
    }
    panic!("no port is free for SIP");
}

/// What the callers saw.
#[derive(Default)]
struct Seen {
    answered: usize,
    ended: usize,
    failures: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Invited,
    Answered,
    Ended,
}

/// All callers, on one socket, with as little SIP as they need.
struct Callers {
    socket: UdpSocket,
    local: SocketAddr,
    server: SocketAddr,
    calls: HashMap<usize, State>,
    seen: Seen,
}

impl Callers {
    async fn new(server: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let local = socket.local_addr().unwrap();
        Self { socket, local, server, calls: HashMap::new(), seen: Seen::default() }
    }

    async fn run(mut self) -> Seen {
        let mut clock = interval(BETWEEN);
        clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut buffer = [0; 4096];
        while self.calls.len() < CALLS {
            tokio::select! {
                _ = clock.tick() => self.invite().await,
                got = self.socket.recv(&mut buffer) => self.take(&buffer[..got.unwrap()]).await,
            }
        }
        let until = Instant::now() + PATIENCE;
        while self.seen.ended + self.seen.failures.len() < CALLS {
            let Ok(got) = timeout_at(until, self.socket.recv(&mut buffer)).await else { break };
            self.take(&buffer[..got.unwrap()]).await;
        }
        self.seen
    }

    async fn send(&self, text: String) {
        self.socket.send_to(text.as_bytes(), self.server).await.unwrap();
    }

    async fn invite(&mut self) {
        let number = self.calls.len();
        self.calls.insert(number, State::Invited);
        let (server, local) = (self.server, self.local);
        let body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                    m=audio 9 RTP/AVP 0\r\n";
        self.send(format!(
            "INVITE sip:+12025550101@{server} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {local};branch=z9hG4bKload{number};rport\r\n\
             From: <sip:+1480{number:07}@{local}>;tag=load{number}\r\n\
             To: <sip:+12025550101@{server}>\r\nCall-ID: load-{number}\r\nCSeq: 1 INVITE\r\n\
             Contact: <sip:load@{local}>\r\nMax-Forwards: 70\r\n\
             Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
        .await;
    }

    async fn take(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let id = header(&text, "Call-ID").and_then(|id| id.strip_prefix("load-")?.parse().ok());
        let Some(number) = id else { return };
        if text.starts_with("SIP/2.0 1") {
            return;
        }
        if text.starts_with("SIP/2.0 200") {
            return self.answered(number, &text).await;
        }
        if text.starts_with("BYE ") {
            return self.ended(number, &text).await;
        }
        let first = text.lines().next().unwrap_or_default();
        self.seen.failures.push(format!("call {number}: {first}"));
    }

    async fn answered(&mut self, number: usize, text: &str) {
        if self.calls.insert(number, State::Answered) == Some(State::Invited) {
            self.seen.answered += 1;
        }
        let contact = header(text, "Contact").unwrap_or_default();
        let target = contact.split(['<', '>']).nth(1).unwrap_or_default();
        let (local, to) = (self.local, header(text, "To").unwrap_or_default());
        let from = header(text, "From").unwrap_or_default();
        self.send(format!(
            "ACK {target} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bKack{number};rport\r\n\
             From: {from}\r\nTo: {to}\r\nCall-ID: load-{number}\r\nCSeq: 1 ACK\r\n\
             Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        ))
        .await;
    }

    async fn ended(&mut self, number: usize, text: &str) {
        match self.calls.insert(number, State::Ended) {
            Some(State::Answered) => self.seen.ended += 1,
            Some(State::Ended) => {}
            Some(State::Invited) | None => {
                self.seen.failures.push(format!("call {number}: BYE before it was answered"));
            }
        }
        let kept = ["Via", "From", "To", "Call-ID", "CSeq"]
            .map(|name| format!("{name}: {}\r\n", header(text, name).unwrap_or_default()));
        self.send(format!("SIP/2.0 200 OK\r\n{}Content-Length: 0\r\n\r\n", kept.concat())).await;
    }
}

/// The first header line of this name.
fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

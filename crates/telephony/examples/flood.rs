//! What strangers' datagrams cost, and what good calls notice of them.
//!
//! `cargo run --release -p trunkline-telephony --example flood [seconds a round] [rounds]`
//!
//! A trunk begins 25 calls a second, each two seconds long, so that 50 go on at once; in every
//! second round 20,000 INVITEs a second come from an address that may not speak. The endpoint is a
//! process of its own, so that its CPU is told apart from that of callers and strangers.
#![allow(clippy::print_stdout, reason = "an example for the command line")]

use std::collections::HashMap;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use trunkline_telephony::call;
use trunkline_telephony::identity::Trunk;
use trunkline_telephony::message::Headers;
use trunkline_telephony::shell::{AllowList, CallHandle, Endpoint, Settings};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const CALLS_PER_S: u64 = 25;
const TALK: Duration = Duration::from_secs(2);
const DATAGRAMS_PER_S: u128 = 20_000;
const TRUNK: &str = "127.0.0.1:0";
const STRANGER: &str = "127.0.0.9:0";
/// When a request is sent again (T1).
const RESEND: Duration = Duration::from_millis(500);
/// How long the last answers are waited for.
const PATIENCE: Duration = Duration::from_secs(3);

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|it| it == "endpoint") {
        return tokio::runtime::Runtime::new()?.block_on(serve());
    }
    let number = |at: usize, usual: u64| match arguments.get(at) {
        Some(text) => text.parse().map_err(|_| format!("`{text}` is no number")),
        None => Ok(usual),
    };
    let (length, rounds) = (Duration::from_secs(number(0, 20)?), number(1, 3)?);
    let mut server = Server::start()?;
    println!("| round | strangers | calls | p50 | p99 | longest | sent again | CPU | a datagram |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for round in 1..=rounds {
        let calm = measure(&mut server, length, false)?;
        println!("{}", calm.row(round, None));
        let stormy = measure(&mut server, length, true)?;
        println!("{}", stormy.row(round, Some(&calm)));
    }
    Ok(())
}

// The endpoint's process.

/// Answers all calls; for each line on its input tells what it has counted.
async fn serve() -> Result<()> {
    let mut settings = Settings::new("127.0.0.1:0".parse()?, AllowList::default());
    let networks = vec!["127.0.0.1/32".parse()?];
    settings.trunks = vec![Trunk { name: "good".into(), networks, ..Trunk::default() }];
    let (endpoint, mut calls) = Endpoint::start(settings).await?;
    println!("{}", endpoint.addresses()[0]);
    tokio::spawn(async move {
        while let Some(call) = calls.recv().await {
            let media = SocketAddr::from(([127, 0, 0, 1], 20_000));
            if let Ok(handle) = call.accept(media, |_| ()) {
                tokio::spawn(talk(handle));
            }
        }
    });
    tokio::task::spawn_blocking(move || {
        for _ in std::io::stdin().lines() {
            println!("{} {}", cpu_ns(), endpoint.counters().dropped);
        }
    })
    .await?;
    Ok(())
}

async fn talk(mut call: CallHandle) {
    call.command(call::Command::Answer { headers: Headers::default() });
    while call.next().await.is_some() {}
}

/// What the threads of this process have run, by the scheduler's own count.
fn cpu_ns() -> u64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return 0 };
    let of_thread = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(path.join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    };
    threads.flatten().filter_map(|thread| of_thread(thread.path())).sum()
}

/// The endpoint's process from outside.
struct Server {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    address: SocketAddr,
}

impl Server {
    fn start() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("endpoint").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let input = process.stdin.take().ok_or("no input")?;
        let mut output = BufReader::new(process.stdout.take().ok_or("no output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        Ok(Self { process, input, output, address: line.trim().parse()? })
    }

    /// CPU in nanoseconds, and datagrams of strangers.
    fn counted(&mut self) -> Result<(u64, u64)> {
        writeln!(self.input)?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let (cpu_ns, dropped) = line.trim().split_once(' ').ok_or("the endpoint is gone")?;
        Ok((cpu_ns.parse()?, dropped.parse()?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

// One round.

struct Round {
    answers: Vec<Duration>,
    sent_again: usize,
    cpu_ns: u64,
    dropped: u64,
    sent: u64,
}

impl Round {
    fn row(&self, round: u64, calm: Option<&Self>) -> String {
        let ms = |at: usize| self.answers[at].as_secs_f64() * 1e3;
        let last = self.answers.len() - 1;
        let (p50, p99, longest) = (ms(last / 2), ms(last * 99 / 100), ms(last));
        let cpu_ms = self.cpu_ns / 1_000_000;
        let (strangers, each) = match calm {
            None => ("none".to_owned(), String::new()),
            Some(calm) => {
                let more_us = self.cpu_ns.saturating_sub(calm.cpu_ns) / 10;
                let each = more_us / self.dropped.max(1);
                let lost = self.sent.saturating_sub(self.dropped);
                let strangers = format!("{}, {lost} lost by the system", self.sent);
                (strangers, format!("{}.{:02} us", each / 100, each % 100))
            }
        };
        format!(
            "| {round} | {strangers} | {} | {p50:.2} ms | {p99:.2} ms | {longest:.2} ms | {} | \
             {cpu_ms} ms | {each} |",
            self.answers.len(),
            self.sent_again,
        )
    }
}

fn measure(server: &mut Server, length: Duration, is_stormy: bool) -> Result<Round> {
    let address = server.address;
    let (cpu_before, dropped_before) = server.counted()?;
    let is_over = AtomicBool::new(false);
    let (good, strangers) = std::thread::scope(|scope| {
        let strangers = is_stormy.then(|| scope.spawn(|| flood(address, &is_over)));
        let good = good_calls(address, length);
        is_over.store(true, Ordering::Relaxed);
        let strangers = strangers.map(|flood| flood.join());
        (good.map_err(|error| error.to_string()), strangers)
    });
    let (answers, sent_again) = good?;
    let (sent, heard) = match strangers {
        Some(flood) => flood.map_err(|_| "the flood has panicked")??,
        None => (0, 0),
    };
    // What has come is read.
    std::thread::sleep(Duration::from_millis(200));
    let (cpu, dropped) = server.counted()?;
    if heard > 0 {
        return Err(format!("strangers got {heard} answers").into());
    }
    let (cpu_ns, dropped) = (cpu - cpu_before, dropped - dropped_before);
    Ok(Round { answers, sent_again, cpu_ns, dropped, sent })
}

/// Sends from where nobody may speak; gives how many datagrams went out and came back.
fn flood(server: SocketAddr, is_over: &AtomicBool) -> std::io::Result<(u64, usize)> {
    let socket = UdpSocket::bind(STRANGER)?;
    socket.set_nonblocking(true)?;
    let me = socket.local_addr()?;
    let (begin, mut sent, mut heard, mut bytes) = (Instant::now(), 0, 0, [0; 2_048]);
    while !is_over.load(Ordering::Relaxed) {
        let due = begin.elapsed().as_micros() * DATAGRAMS_PER_S / 1_000_000;
        while u128::from(sent) < due {
            let invite = request("INVITE", server, me, &format!("s{sent}"), 1, "");
            sent += u64::from(socket.send_to(invite.as_bytes(), server).is_ok());
        }
        heard += usize::from(socket.recv(&mut bytes).is_ok());
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok((sent, heard))
}

fn request(
    method: &str,
    to: SocketAddr,
    me: SocketAddr,
    id: &str,
    cseq: u32,
    to_tag: &str,
) -> String {
    let body = match method {
        "INVITE" => {
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio 4000 RTP/AVP 0 8\r\n"
        }
        _ => "",
    };
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!(
        "{method} sip:+14805550100@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{method}{id}\
         \r\nFrom: <sip:+14155550100@{me}>;tag=f{id}\r\nTo: <sip:+14805550100@{to}>{to_tag}\r\n\
         Call-ID: {id}\r\nCSeq: {cseq} {method}\r\nContact: <sip:trunk@{me}>\r\n\
         Max-Forwards: 70\r\n{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

// Good calls.

/// A call of the trunk.
struct Good {
    began: Instant,
    answered: Option<Duration>,
    /// What is sent again until it is answered: the INVITE, then the BYE.
    open: Option<String>,
}

type Table = Mutex<HashMap<String, Good>>;

/// Something to do at a time.
enum Turn {
    /// The next call begins.
    Call,
    /// A call hangs up, with its tag.
    HangUp(String, String),
    /// What is not answered yet is sent again.
    Again(String),
}

/// Calls for a while; gives the times to their answers, sorted, and how often was sent again.
fn good_calls(server: SocketAddr, length: Duration) -> Result<(Vec<Duration>, usize)> {
    let socket = UdpSocket::bind(TRUNK)?;
    socket.set_read_timeout(Some(Duration::from_millis(50)))?;
    let (table, is_over) = (Table::default(), AtomicBool::new(false));
    let (sender, turns) = channel();
    let sent_again = std::thread::scope(|scope| {
        scope.spawn(|| listen(&socket, server, &table, &sender, &is_over));
        let sent_again = keep_calling(&socket, server, &table, &turns, length);
        is_over.store(true, Ordering::Relaxed);
        sent_again
    })?;
    let table = table.into_inner().unwrap_or_else(PoisonError::into_inner);
    let open = table.values().filter(|call| call.open.is_some()).count();
    let mut answers: Vec<Duration> = table.values().filter_map(|call| call.answered).collect();
    if open > 0 || answers.is_empty() || answers.len() < table.len() {
        return Err(format!("of {} calls {open} got no answer", table.len()).into());
    }
    answers.sort_unstable();
    Ok((answers, sent_again))
}

fn locked(table: &Table) -> std::sync::MutexGuard<'_, HashMap<String, Good>> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does what is due, until all calls are over.
fn keep_calling(
    socket: &UdpSocket,
    server: SocketAddr,
    table: &Table,
    turns: &Receiver<(Instant, Turn)>,
    length: Duration,
) -> std::io::Result<usize> {
    let (begin, me) = (Instant::now(), socket.local_addr()?);
    let (mut waiting, mut number, mut sent_again) = (vec![(begin, Turn::Call)], 0, 0);
    while begin.elapsed() < length + TALK + PATIENCE && !waiting.is_empty() {
        let at = (0..waiting.len()).min_by_key(|at| waiting[*at].0).unwrap_or(0);
        match turns.recv_timeout(waiting[at].0.saturating_duration_since(Instant::now())) {
            Ok(turn) => {
                waiting.push(turn);
                continue;
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        let (due, turn) = waiting.swap_remove(at);
        match turn {
            Turn::Call => {
                let id = format!("g{}-{number}", me.port());
                number += 1;
                let text = request("INVITE", server, me, &id, 1, "");
                let call = Good { began: Instant::now(), answered: None, open: Some(text.clone()) };
                locked(table).insert(id.clone(), call);
                socket.send_to(text.as_bytes(), server)?;
                waiting.push((due + RESEND, Turn::Again(id)));
                let next = due + Duration::from_millis(1_000 / CALLS_PER_S);
                if next < begin + length {
                    waiting.push((next, Turn::Call));
                }
            }
            Turn::HangUp(id, tag) => {
                let text = request("BYE", server, me, &id, 2, &tag);
                // The answer may come before this goes on.
                if let Some(call) = locked(table).get_mut(&id) {
                    call.open = Some(text.clone());
                }
                socket.send_to(text.as_bytes(), server)?;
                waiting.push((due + RESEND, Turn::Again(id)));
            }
            Turn::Again(id) => {
                if let Some(text) = locked(table).get(&id).and_then(|call| call.open.clone()) {
                    sent_again += 1;
                    socket.send_to(text.as_bytes(), server)?;
                    waiting.push((due + RESEND, Turn::Again(id)));
                }
            }
        }
    }
    Ok(sent_again)
}

/// Takes responses the moment that they come.
fn listen(
    socket: &UdpSocket,
    server: SocketAddr,
    table: &Table,
    turns: &Sender<(Instant, Turn)>,
    is_over: &AtomicBool,
) {
    let (Ok(me), mut bytes) = (socket.local_addr(), [0; 8_192]) else { return };
    while !is_over.load(Ordering::Relaxed) {
        let Ok(length) = socket.recv(&mut bytes) else { continue };
        let now = Instant::now();
        let text = String::from_utf8_lossy(&bytes[..length]);
        let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        let (Some(id), Some(cseq)) = (value("Call-ID: "), value("CSeq: ")) else { continue };
        if !text.starts_with("SIP/2.0 200") {
            continue;
        }
        let mut calls = locked(table);
        let Some(call) = calls.get_mut(id) else { continue };
        if cseq == "2 BYE" {
            call.open = None;
            continue;
        }
        let is_first = call.answered.is_none();
        call.answered.get_or_insert(now - call.began);
        if is_first {
            call.open = None;
        }
        let tag = value("To: ").and_then(|to| to.split_once(";tag=")).map_or("", |(_, tag)| tag);
        let tag = format!(";tag={tag}");
        let ack = request("ACK", server, me, id, 1, &tag);
        // When the ACK is lost the 200 comes again.
        let _ = socket.send_to(ack.as_bytes(), server);
        if is_first {
            // Whoever waits for it is there as long as this thread.
            let _ = turns.send((now + TALK, Turn::HangUp(id.to_owned(), tag)));
        }
    }
}

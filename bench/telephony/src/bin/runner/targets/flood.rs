//! (h) 20,000 datagrams a second from an address that nobody knows, while 50 calls a second go on.

use std::io;
use std::net::{SocketAddr, SocketAddrV4, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use trunkline_bench_telephony::net::Inbox;
use trunkline_bench_telephony::site::{Flow, STRANGERS};

use super::Finding;
use crate::{Bench, subject};

const RATE: f64 = 50.0;
const DATAGRAMS: u64 = 20_000;

pub(super) fn measure(bench: &Bench) -> io::Result<Vec<Finding>> {
    let calls = (RATE * bench.seconds(10) as f64) as usize;
    let subject = subject::server(bench, 0)?;
    // Each load has names of its own: the same calls again would be taken as sent twice.
    let load = || subject::to(Flow::Dips, subject.sip, RATE, calls);
    let calm = subject::run(&subject.process, &load())?.sound()?;
    let (stop, sent) = (AtomicBool::new(false), AtomicU64::new(0));
    let (run, answers) = std::thread::scope(|scope| {
        let flood = scope.spawn(|| strangers(subject.sip, &stop, &sent));
        let run = subject::run(&subject.process, &load());
        stop.store(true, Ordering::Relaxed);
        let answers = flood.join().map_err(|_| io::Error::other("the flood panicked"))??;
        io::Result::Ok((run?.sound()?, answers))
    })?;
    let sent = sent.load(Ordering::Relaxed);
    let each_us = 1e6 * (run.cpu_s - calm.cpu_s) / sent.max(1) as f64;
    let (before, during) = (calm.report.invite_to_answer_ms, run.report.invite_to_answer_ms);
    let beside = format!("{sent} datagrams, {answers} answers to them");
    let kept =
        format!("p50 {} ms, before {} ms; p99 before {} ms", during.p50, before.p50, before.p99);
    Ok(vec![
        Finding::at_most("h", "CPU of a stranger's datagram, us", each_us, 20.0, beside.clone()),
        Finding::at_most("h", "answers to strangers", answers as f64, 0.0, beside),
        Finding::at_most(
            "h",
            "p99 of INVITE to 200 meanwhile, ms",
            during.p99,
            (3.0 * before.p99).max(5.0),
            kept,
        ),
    ])
}

/// Sends INVITEs until it is told to stop. Gives how many answers came.
fn strangers(server: SocketAddrV4, stop: &AtomicBool, sent: &AtomicU64) -> io::Result<u64> {
    let socket = UdpSocket::bind((STRANGERS, 0))?;
    socket.set_nonblocking(true)?;
    let local = socket.local_addr()?;
    let (began, mut inbox, mut answers) = (Instant::now(), Inbox::default(), 0);
    while !stop.load(Ordering::Relaxed) {
        let due = (began.elapsed().as_secs_f64() * DATAGRAMS as f64) as u64;
        for n in sent.load(Ordering::Relaxed)..due {
            let text = invite(server, local, n);
            let _ = socket.send_to(text.as_bytes(), server);
        }
        sent.store(due, Ordering::Relaxed);
        while inbox.take(&socket).is_some() {
            answers += 1;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(answers)
}

/// An INVITE without an offer.
fn invite(server: SocketAddrV4, local: SocketAddr, n: u64) -> String {
    let uri = format!("sip:{}@{server}", Flow::Dips.number());
    format!(
        "INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bKs{n}\r\n\
         From: <sip:+1480@{local}>;tag=s{n}\r\nTo: <{uri}>\r\nCall-ID: s{n}\r\n\
         CSeq: 1 INVITE\r\nContact: <sip:s@{local}>\r\nMax-Forwards: 70\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

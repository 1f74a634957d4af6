//! Sends broken SIP to a server while good calls go on: none of them may notice.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use trunkline_bench_telephony::http_stub::{self, Counts};
use trunkline_bench_telephony::load::{self, Options, Report, Shared};
use trunkline_bench_telephony::mutation::Mutator;
use trunkline_bench_telephony::process::{LOAD_CORE, pin};
use trunkline_bench_telephony::server::{Place, Server, free_tcp};
use trunkline_bench_telephony::site::{CALLERS, Flow, PHONES};

#[derive(Parser)]
#[command(about = "Sends broken SIP to a server while good calls go on")]
struct Arguments {
    /// The program to try.
    #[arg(long, default_value = "../../target/release/trunkline")]
    trunkline: PathBuf,
    /// Where the server keeps its files.
    #[arg(long, default_value = "work")]
    work: PathBuf,
    /// How many broken datagrams.
    #[arg(long, default_value_t = 1_000_000)]
    datagrams: u64,
    /// How many in a second.
    #[arg(long, default_value_t = 10_000)]
    rate: u64,
    /// Good calls in a second.
    #[arg(long, default_value_t = 20.0)]
    calls: f64,
    /// The same seed breaks the same.
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    pin(LOAD_CORE)?;
    let crm = free_tcp()?;
    let listener = http_stub::listen(crm)?;
    let counts = Counts::default();
    std::thread::scope(|scope| {
        scope.spawn(|| http_stub::run(listener, &counts));
        let done = flood(&arguments, crm);
        counts.stop();
        done
    })
}

fn flood(arguments: &Arguments, crm: SocketAddrV4) -> Result<ExitCode, Box<dyn Error>> {
    let mut place = Place::prepare(&arguments.trunkline, &arguments.work, crm, 2)?;
    // Broken calls that look whole live for 32 seconds.
    place.site.most_calls = 50_000;
    place.site.write(&arguments.work)?;
    let mut server = place.start()?;
    let before_kib = server.process.resident_kib();
    let (during, answers) = while_flooded(arguments, &server)?;
    let (alive, kib) = (server.process.is_alive(), server.process.resident_kib());
    println!("{} datagrams, {answers} answers to them", arguments.datagrams);
    println!("good calls meanwhile: {}", serde_json::to_string(&during.calls)?);
    println!("INVITE to 200 meanwhile: {}", serde_json::to_string(&during.invite_to_answer_ms)?);
    let after = good_calls(&server, 20.0, 40, 900_000)?;
    println!("good calls afterwards: {}", serde_json::to_string(&after.calls)?);
    println!("memory: {before_kib} KiB before, {kib} KiB at the end");
    if let Some(line) = server.panic() {
        println!("the server panicked: {line}");
        return Ok(ExitCode::FAILURE);
    }
    let bad = |report: &Report| report.calls.failures() + report.calls.refused;
    let is_good = alive && bad(&during) + bad(&after) == 0;
    println!("{}", if is_good { "PASS" } else { "FAIL" });
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn while_flooded(arguments: &Arguments, server: &Server) -> Result<(Report, u64), Box<dyn Error>> {
    let seconds = arguments.datagrams as f64 / arguments.rate as f64;
    let calls = (arguments.calls * seconds) as usize;
    std::thread::scope(|scope| {
        let sender = scope.spawn(|| send(arguments, server.sip));
        let report = good_calls(server, arguments.calls, calls.max(1), 0)?;
        let answers = sender.join().map_err(|_| "the sender panicked")??;
        Ok((report, answers))
    })
}

fn good_calls(server: &Server, rate: f64, calls: usize, first: u64) -> std::io::Result<Report> {
    let options = Options {
        dial: Flow::Dips.number().to_owned(),
        address: CALLERS,
        rate,
        calls,
        first_caller: first,
        ..Options::new(server.sip)
    };
    load::run(&options, &Shared::default())
}

/// Sends all datagrams, most as the trunk, some as a phone. Gives how many answers came.
fn send(arguments: &Arguments, server: SocketAddrV4) -> std::io::Result<u64> {
    let open = |address: Ipv4Addr| {
        let socket = UdpSocket::bind((address, 0))?;
        socket.set_nonblocking(true)?;
        std::io::Result::Ok(socket)
    };
    let sockets = [open(CALLERS)?, open(CALLERS)?, open(CALLERS)?, open(PHONES)?];
    let mut mutator = Mutator::new(arguments.seed, &server.to_string(), Flow::Dips.number());
    let (began, mut sent, mut answers, mut buffer) = (Instant::now(), 0, 0, [0; 2048]);
    while sent < arguments.datagrams {
        let due = (began.elapsed().as_secs_f64() * arguments.rate as f64) as u64;
        while sent < due.min(arguments.datagrams) {
            let socket = &sockets[sent as usize % sockets.len()];
            let _ = socket.send_to(&mutator.next_datagram(), server);
            sent += 1;
        }
        for socket in &sockets {
            while socket.recv_from(&mut buffer).is_ok() {
                answers += 1;
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(answers)
}

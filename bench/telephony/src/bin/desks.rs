//! Agents at desktops under a day's load: how soon an offer reaches the desktop's socket.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::SocketAddrV4;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Parser;
use trunkline_bench_telephony::clock::MS;
use trunkline_bench_telephony::desks::Desks;
use trunkline_bench_telephony::http_stub::{self, Counts};
use trunkline_bench_telephony::load::{self, End, Options, PhoneOptions, Placed, Shared};
use trunkline_bench_telephony::process::{LOAD_CORE, pin};
use trunkline_bench_telephony::server::{Place, free_tcp};
use trunkline_bench_telephony::site::{CALLERS, FIRST_PHONE, Flow, PASSWORD, PHONES};
use trunkline_bench_telephony::summary::Spread;

#[derive(Parser)]
#[command(about = "Measures how soon offers reach the desktops of many agents")]
struct Arguments {
    /// The program to measure.
    #[arg(long, default_value = "../../target/release/trunkline")]
    trunkline: PathBuf,
    /// Where the server keeps its files.
    #[arg(long, default_value = "work")]
    work: PathBuf,
    /// Agents, each with a desktop and a phone.
    #[arg(long, default_value_t = 200)]
    agents: usize,
    /// Calls an hour for each of them.
    #[arg(long, default_value_t = 50.0)]
    per_hour: f64,
    /// How long calls come, in seconds.
    #[arg(long, default_value_t = 100)]
    seconds: u64,
    /// The shortest and the longest time from a call's answer to the caller's hanging up, in s.
    #[arg(long, default_value_t = 20)]
    shortest_s: u64,
    #[arg(long, default_value_t = 50)]
    longest_s: u64,
}

/// 99 of 100 offers are to be at the desktop within this time, in ms.
const LIMIT_MS: f64 = 100.0;

/// How long agents wrap up, in ms.
const WRAP_UP_MS: u64 = 5_000;

/// How long desktops may take to come up.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    pin(LOAD_CORE)?;
    let crm = free_tcp()?;
    let listener = http_stub::listen(crm)?;
    let counts = Counts::default();
    std::thread::scope(|scope| {
        scope.spawn(|| http_stub::run(listener, &counts));
        let done = measure(&arguments, crm, &counts);
        counts.stop();
        done
    })
}

fn measure(
    arguments: &Arguments,
    crm: SocketAddrV4,
    counts: &Counts,
) -> Result<ExitCode, Box<dyn Error>> {
    let Arguments { trunkline, work, agents, .. } = arguments;
    let place = Place::prepare_with_pages(trunkline, work, crm, *agents)?;
    let server = place.start()?;
    // Phones are there before agents sign in with them, and stay.
    let (options, shared) = (options(arguments, server.sip), Shared::default());
    let is_open = AtomicBool::new(false);
    let outcome = std::thread::scope(|scope| {
        let load = scope.spawn(|| load::run_when(&options, &shared, &is_open));
        while !shared.is_ready() && !load.is_finished() {
            std::thread::sleep(Duration::from_millis(10));
        }
        let desks = Desks::open(&place, 0, WRAP_UP_MS);
        let back = desks.as_ref().map(|desks| desks.all_back(PATIENCE));
        eprintln!("desktops: {back:?}");
        let (before, views) =
            (server.process.cpu_s(), desks.as_ref().map_or(0, |it| it.seen.views()));
        let began = std::time::Instant::now();
        shared.measure(true);
        is_open.store(true, Ordering::Relaxed);
        if desks.is_err() {
            shared.abort();
        }
        let report = load.join().map_err(|_| "the load panicked")??;
        std::thread::sleep(Duration::from_millis(WRAP_UP_MS + 2_000));
        let desks = desks?;
        let (long_s, cpu_s) = (began.elapsed().as_secs_f64(), server.process.cpu_s() - before);
        println!(
            "server: {:.1} % of a core, {} KiB",
            100.0 * cpu_s / long_s,
            server.process.resident_kib()
        );
        println!("views: {:.0} a second", (desks.seen.views() - views) as f64 / long_s);
        println!("calls: {:?}", report.calls);
        println!("phones: {:?}", report.phones);
        println!("audio: {:?}", report.rtp);
        println!("refused: {:?}", desks.seen.refusals());
        Ok::<_, Box<dyn Error>>((desks.seen.take_offers(), desks.seen.notes(), report))
    })?;
    let (offers, notes, report) = outcome;
    let placed: BTreeMap<u64, u64> =
        shared.take_placed().iter().map(|Placed { caller, at_ns }| (*caller, *at_ns)).collect();
    let since = |from_ns: u64, to_ns: u64| to_ns.saturating_sub(from_ns) as f64 / MS as f64;
    let decided = offers.iter().map(|offer| since(offer.offered_ms * MS, offer.seen_ns));
    let decided = Spread::of(decided.collect());
    let invited = offers.iter().filter_map(|it| Some(since(*placed.get(&it.caller)?, it.seen_ns)));
    let invited = Spread::of(invited.collect());
    println!("from the decision to the desktop's socket, ms: {decided:?}");
    println!("from INVITE, with three dips, to the desktop's socket, ms: {invited:?}");
    let comments = counts.comments();
    let is_kept = |note: &&String| comments.iter().any(|it| it.contains(&format!("[{note}]")));
    let kept = notes.values().filter(is_kept).count();
    println!("notes saved: {}, on their Case: {kept}", notes.len());
    let is_good = decided.n as u64 >= report.calls.placed
        && decided.p99 <= LIMIT_MS
        && report.calls.failures() + report.calls.refused == 0
        && kept == notes.len();
    println!("{}", if is_good { "PASS" } else { "FAIL" });
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn options(arguments: &Arguments, sip: SocketAddrV4) -> Options {
    let rate = arguments.agents as f64 * arguments.per_hour / 3_600.0;
    Options {
        dial: Flow::Notes.number().to_owned(),
        address: CALLERS,
        rate,
        calls: (rate * arguments.seconds as f64) as usize,
        end: End::Caller(1_000 * arguments.shortest_s, 1_000 * arguments.longest_s),
        audio: true,
        speaks: true,
        phones: Some(PhoneOptions {
            count: arguments.agents,
            first_user: FIRST_PHONE,
            password: PASSWORD.to_owned(),
            ring_ms: 1_000,
            talk_ms: None,
            address: PHONES,
        }),
        ..Options::new(sip)
    }
}

//! What is measured: the server or a floor, under one load.

use std::io;
use std::net::SocketAddrV4;
use std::path::Path;
use std::time::{Duration, Instant};

use trunkline_bench_telephony::load::{self, Options, PhoneOptions, Report, Shared};
use trunkline_bench_telephony::process::{LOAD_CORE, MEASURED_CORE, Process, beside};
use trunkline_bench_telephony::rtp::Tally;
use trunkline_bench_telephony::server::{Place, Server, free_udp};
use trunkline_bench_telephony::site::{CALLERS, FIRST_PHONE, Flow, PASSWORD, PHONES};

use crate::Bench;

/// How long a program may go on working after the last call.
const AFTERMATH: Duration = Duration::from_millis(1_500);

/// CPU time and report of one load.
pub(crate) struct Run {
    /// CPU time of the process, in seconds, from before the first call until after the last.
    pub(crate) cpu_s: f64,
    /// What the load saw.
    pub(crate) report: Report,
}

impl Run {
    /// CPU time for each call that was placed, in ms.
    pub(crate) fn cpu_ms_per_call(&self) -> f64 {
        1_000.0 * self.cpu_s / self.report.calls.placed.max(1) as f64
    }

    /// The report, if no call failed and the load kept its rate.
    pub(crate) fn sound(self) -> io::Result<Self> {
        let report = &self.report;
        if report.calls.failures() + report.calls.refused > 0 {
            return Err(io::Error::other(format!("calls failed: {:?}", report.calls)));
        }
        if report.rate_reached < 0.98 * report.rate_asked {
            let (reached, asked) = (report.rate_reached, report.rate_asked);
            return Err(io::Error::other(format!(
                "the load reached {reached} of {asked} a second"
            )));
        }
        Ok(self)
    }
}

/// A fresh server.
pub(crate) fn server(bench: &Bench, agents: usize) -> io::Result<Server> {
    Place::prepare(&bench.trunkline, &bench.work, bench.crm, agents)?.start()
}

/// The bare responder with its dips.
pub(crate) struct Responder {
    pub(crate) process: Process,
    pub(crate) sip: SocketAddrV4,
}

pub(crate) fn responder(bench: &Bench) -> io::Result<Responder> {
    let sip = free_udp()?;
    std::fs::create_dir_all(&bench.work)?;
    let log = bench.work.join("floor.log");
    let words = ["sip", "--listen", &sip.to_string(), "--stub", &bench.crm.to_string()];
    let process = floors(&words, &log)?;
    Ok(Responder { process, sip })
}

/// Starts a floor and waits until it is ready.
fn floors(words: &[&str], log: &Path) -> io::Result<Process> {
    std::fs::write(log, "")?;
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let mut process = Process::start(MEASURED_CORE, &beside("floors")?, &words, log)?;
    let until = Instant::now() + Duration::from_secs(5);
    while !std::fs::read_to_string(log)?.contains("ready") {
        if Instant::now() > until || !process.is_alive() {
            return Err(io::Error::other(format!("the floor does not start: {}", log.display())));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(process)
}

/// Calls to a flow, from the trunk's address.
pub(crate) fn to(flow: Flow, server: SocketAddrV4, rate: f64, calls: usize) -> Options {
    let dial = flow.number().to_owned();
    Options { dial, address: CALLERS, rate, calls, ..Options::new(server) }
}

/// Phones that ring for a second.
pub(crate) fn phones(count: usize, ring_ms: u64) -> Option<PhoneOptions> {
    Some(PhoneOptions {
        count,
        first_user: FIRST_PHONE,
        password: PASSWORD.to_owned(),
        ring_ms,
        talk_ms: None,
        address: PHONES,
    })
}

/// Runs a load to its end.
pub(crate) fn run(process: &Process, options: &Options) -> io::Result<Run> {
    let shared = Shared::default();
    shared.measure(true);
    let before = process.cpu_s();
    let report = load::run(options, &shared)?;
    std::thread::sleep(AFTERMATH);
    Ok(Run { cpu_s: process.cpu_s() - before, report })
}

/// Runs a load to its end, in whose midst as many calls begin as end. Gives the part of a core that
/// the process takes there, too: from `after` the first call on, for so long.
pub(crate) fn run_steadily(
    process: &Process,
    options: &Options,
    after: Duration,
    long: Duration,
) -> io::Result<(Run, f64)> {
    std::thread::scope(|scope| {
        let whole = scope.spawn(|| run(process, options));
        std::thread::sleep(after);
        let (before, began) = (process.cpu_s(), Instant::now());
        std::thread::sleep(long);
        let core = (process.cpu_s() - before) / began.elapsed().as_secs_f64();
        let whole = whole.join().map_err(|_| io::Error::other("the load panicked"))??;
        Ok((whole, core))
    })
}

/// What was seen while calls were held.
pub(crate) struct Held {
    /// CPU time while they were held, as a part of a core.
    pub(crate) core: f64,
    /// Resident memory while they were held, in KiB.
    pub(crate) resident_kib: u64,
    /// Threads while they were held.
    pub(crate) threads: u64,
    /// What the load saw.
    pub(crate) report: Report,
}

/// Places calls, waits until `wanted` of them are there (`talking`: with an agent), holds them for
/// some seconds, hangs up.
pub(crate) fn hold(
    process: &Process,
    options: &Options,
    talking: bool,
    seconds: u64,
) -> io::Result<Held> {
    let shared = Shared::default();
    let wanted = options.calls as u64;
    let (mut core, mut resident_kib, mut threads) = (0.0, 0, 0);
    let report = std::thread::scope(|scope| {
        let load = scope.spawn(|| load::run(options, &shared));
        let until = Instant::now() + Duration::from_secs(60);
        let there = || if talking { shared.talking() } else { shared.answered() };
        while there() < wanted && Instant::now() < until && !load.is_finished() {
            std::thread::sleep(Duration::from_millis(20));
        }
        // Prompts before the music, and sockets filled while calls came, are over.
        std::thread::sleep(Duration::from_secs(2));
        shared.measure(true);
        let (before, began) = (process.cpu_s(), Instant::now());
        std::thread::sleep(Duration::from_secs(seconds));
        core = (process.cpu_s() - before) / began.elapsed().as_secs_f64();
        shared.measure(false);
        (resident_kib, threads) = (process.resident_kib(), process.threads());
        let missing = wanted.saturating_sub(there());
        shared.hang_up();
        let report = load.join().map_err(|_| io::Error::other("the load panicked"))??;
        match missing {
            0 => Ok(report),
            _ => Err(io::Error::other(format!("{missing} of {wanted} calls are not there"))),
        }
    })?;
    Ok(Held { core, resident_kib, threads, report })
}

/// The bare RTP floor with its far side: the part of a core that it takes, and what came in.
pub(crate) fn rtp_floor(
    bench: &Bench,
    streams: usize,
    bridge: bool,
    seconds: u64,
) -> io::Result<(f64, Tally)> {
    std::fs::create_dir_all(&bench.work)?;
    let (log, peer_log) = (bench.work.join("floor.log"), bench.work.join("peer.log"));
    std::fs::write(&peer_log, "")?;
    let (count, length) = (streams.to_string(), (seconds + 4).to_string());
    let words = ["--streams", &count, "--seconds", &length, "--warm", "3"].map(str::to_owned);
    let mut peer = Process::start(LOAD_CORE, &beside("rtppeer")?, &words, &peer_log)?;
    std::thread::sleep(Duration::from_millis(200));
    let length = (seconds + 1).to_string();
    let mut words = vec!["rtp", "--streams", &count, "--seconds", &length];
    words.extend(bridge.then_some("--bridge"));
    let floor = floors(&words, &log)?;
    std::thread::sleep(Duration::from_millis(2_500));
    let (before, began) = (floor.cpu_s(), Instant::now());
    std::thread::sleep(Duration::from_secs(seconds));
    let core = (floor.cpu_s() - before) / began.elapsed().as_secs_f64();
    while peer.is_alive() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let said = std::fs::read_to_string(&peer_log)?;
    let tally = serde_json::from_str(&said);
    let tally = tally.map_err(|_| io::Error::other(format!("the far side says: {said:?}")))?;
    Ok((core, tally))
}

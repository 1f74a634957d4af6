//! Kills a server at random moments under calls: every answered contact must get its end, once.
//!
//! The flow's ContactEnded writes a comment to a stand-in CRM that is never killed. A second
//! comment for a call is right only after a kill whose journal has the request of the first one,
//! and not its answer (D18).

mod changes;
mod floor;
mod journal;
mod tally;

use std::error::Error;
use std::net::SocketAddrV4;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use clap::Parser;
use floor::Floor;
use tally::Tally;
use trunkline_bench_telephony::http_stub::{self, Counts};
use trunkline_bench_telephony::load::{self, End, Options, PhoneOptions, Shared};
use trunkline_bench_telephony::process::{LOAD_CORE, pin};
use trunkline_bench_telephony::random::Random;
use trunkline_bench_telephony::server::{Place, Server, free_tcp};
use trunkline_bench_telephony::site::{CALLERS, FIRST_PHONE, Flow, PASSWORD, PHONES};

#[derive(Parser)]
#[command(about = "Kills a server at random moments under calls and counts what became of them")]
struct Arguments {
    /// The program to kill.
    #[arg(long, default_value = "../../target/release/trunkline")]
    trunkline: PathBuf,
    /// Where the server keeps its files.
    #[arg(long, default_value = "work")]
    work: PathBuf,
    /// How many kills.
    #[arg(long, default_value_t = 300)]
    kills: u32,
    /// Calls at once.
    #[arg(long, default_value_t = 20)]
    calls: usize,
    /// The longest time from the first call to the kill, in ms.
    #[arg(long, default_value_t = 4_000)]
    longest_ms: u64,
    /// How long the CRM takes for an answer, in ms: so that kills fall into requests.
    #[arg(long, default_value_t = 30)]
    crm_ms: u64,
    /// Agents have desktops, write notes and change states; what was confirmed must be there
    /// after each kill.
    #[arg(long)]
    desktops: bool,
    /// The same seed gives the same moments.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Agents: fewer than callers, so that some calls wait in the queue.
const AGENTS: usize = 12;

/// How long the last server may take to end what the kills left.
const LAST_WORDS: Duration = Duration::from_secs(30);

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    pin(LOAD_CORE)?;
    let crm = free_tcp()?;
    let listener = http_stub::listen(crm)?;
    let counts = Counts::default();
    counts.delay(arguments.crm_ms);
    std::thread::scope(|scope| {
        scope.spawn(|| http_stub::run(listener, &counts));
        let done = kill(&arguments, crm, &counts);
        counts.stop();
        done
    })
}

fn kill(
    arguments: &Arguments,
    crm: SocketAddrV4,
    counts: &Counts,
) -> Result<ExitCode, Box<dyn Error>> {
    let (program, work) = (&arguments.trunkline, &arguments.work);
    let place = match arguments.desktops {
        true => Place::prepare_with_pages(program, work, crm, AGENTS + floor::IDLERS)?,
        false => Place::prepare(program, work, crm, AGENTS)?,
    };
    let mut floor = arguments.desktops.then(|| Floor::open(&place)).transpose()?;
    let (mut tally, mut random) = (Tally::default(), Random::new(arguments.seed));
    let mut first_caller = 0;
    for round in 1..=arguments.kills {
        let mut server = place.start()?;
        tally.slowest_start = tally.slowest_start.max(server.start_took);
        if let Some(floor) = &mut floor {
            floor.look(round)?;
        }
        first_caller += calls(arguments, &mut server, first_caller, &mut random, &mut tally)?;
        if let Some(floor) = &mut floor {
            floor.killed();
        }
        tally.panics.extend(server.panic());
        check_databases(&place.folder, &mut tally)?;
        tally.leave_in_doubt(journal::in_doubt(&place.folder.join("copies/journal.db"))?);
        if round % 10 == 0 {
            let (answered, written) = (tally.answered.len(), counts.comments().len());
            eprintln!("{round} kills, {answered} calls answered, {written} comments");
        }
    }
    let server = place.start()?;
    if let Some(floor) = &mut floor {
        floor.look(arguments.kills + 1)?;
    }
    wait_for_the_rest(&tally, counts);
    tally.panics.extend(server.panic());
    drop(server);
    check_databases(&place.folder, &mut tally)?;
    let verdict = tally.verdict(&counts.comments());
    println!("{verdict}");
    let kept = floor.as_ref().map(|floor| floor.verdict(&counts.comments()));
    kept.iter().for_each(|kept| println!("{kept}"));
    let is_good = verdict.is_good() && kept.is_none_or(|kept| kept.is_good());
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Calls until the server is killed. Gives how many caller's numbers were used up.
fn calls(
    arguments: &Arguments,
    server: &mut Server,
    first_caller: u64,
    random: &mut Random,
    tally: &mut Tally,
) -> Result<u64, Box<dyn Error>> {
    let flow = if arguments.desktops { Flow::Notes } else { Flow::Whole };
    let options = Options {
        dial: flow.number().to_owned(),
        address: CALLERS,
        rate: 200.0,
        calls: 1_000_000,
        most: arguments.calls,
        end: End::Caller(100, 6_000),
        first_caller,
        audio: true,
        speaks: true,
        phones: Some(PhoneOptions {
            count: if arguments.desktops { AGENTS + floor::IDLERS } else { AGENTS },
            first_user: FIRST_PHONE,
            password: PASSWORD.to_owned(),
            ring_ms: 200,
            talk_ms: None,
            address: PHONES,
        }),
        seed: random.bits(),
        ..Options::new(server.sip)
    };
    let after = Duration::from_millis(random.between(20, arguments.longest_ms));
    let shared = Shared::default();
    std::thread::scope(|scope| {
        let load = scope.spawn(|| load::run(&options, &shared));
        while !shared.is_ready() && !load.is_finished() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(after);
        tally.active.push(shared.active());
        server.process.kill();
        shared.abort();
        let report = load.join().map_err(|_| "the load panicked")??;
        tally.answered.extend(shared.take_answers());
        for (why, count) in &report.calls.failed {
            *tally.failed.entry(why.clone()).or_default() += count;
        }
        tally.refused += report.calls.refused;
        Ok(report.calls.placed)
    })
}

/// What a server keeps.
const DATABASES: [&str; 5] =
    ["journal.db", "desk.sqlite", "accounts.sqlite", "contacts.sqlite", "settings.sqlite"];

/// Lets SQLite look at copies of the databases as the kill left them.
fn check_databases(folder: &Path, tally: &mut Tally) -> Result<(), Box<dyn Error>> {
    let copies = folder.join("copies");
    let _ = std::fs::remove_dir_all(&copies);
    std::fs::create_dir_all(&copies)?;
    for base in DATABASES {
        for name in [base.to_owned(), format!("{base}-wal")] {
            let from = folder.join("data").join(&name);
            if from.exists() {
                std::fs::copy(&from, copies.join(name))?;
            }
        }
        if folder.join("data").join(base).exists() {
            check_copy(&copies.join(base), tally)?;
        }
    }
    Ok(())
}

fn check_copy(copy: &Path, tally: &mut Tally) -> Result<(), Box<dyn Error>> {
    let output = Command::new("sqlite3").arg(copy).arg("PRAGMA integrity_check").output();
    let output = output.map_err(|error| {
        format!("sqlite3 cannot be run: {error}; install it with: apt-get install -y sqlite3")
    })?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    tally.checks += 1;
    if said != "ok" {
        let error = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let (copy, kill) = (copy.display(), tally.active.len());
        tally.damages.push(format!("{copy} after kill {kill}: {said} {error}"));
    }
    Ok(())
}

/// Waits until every answered call has its comment and no more come.
fn wait_for_the_rest(tally: &Tally, counts: &Counts) {
    let until = Instant::now() + LAST_WORDS;
    let mut before = 0;
    while Instant::now() < until {
        std::thread::sleep(Duration::from_secs(2));
        let comments = counts.comments();
        if comments.len() == before && tally.missing(&comments).is_empty() {
            return;
        }
        before = comments.len();
    }
}

//! Measures a server against its floors: every target by its letter, alternated, with medians.

mod subject;
mod targets;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use serde::Serialize;
use trunkline_bench_telephony::http_stub::{self, Counts};
use trunkline_bench_telephony::process::{LOAD_CORE, pin};
use trunkline_bench_telephony::server::free_tcp;

use targets::{Finding, TARGETS};

#[derive(Parser)]
#[command(about = "Measures a server's calls against what the least program would need")]
struct Arguments {
    /// The program to measure.
    #[arg(long, default_value = "../../target/release/trunkline")]
    trunkline: PathBuf,
    /// Where servers keep their files while they are measured.
    #[arg(long, default_value = "work")]
    work: PathBuf,
    /// Where results are written.
    #[arg(long, default_value = "results")]
    results: PathBuf,
    /// How often floor and server alternate.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// A fifth of the time for each load: to try things out.
    #[arg(long)]
    short: bool,
    /// The letters of the targets; all without any.
    targets: Vec<String>,
}

/// What all targets need.
struct Bench {
    trunkline: PathBuf,
    work: PathBuf,
    rounds: usize,
    short: bool,
    crm: std::net::SocketAddrV4,
    counts: Arc<Counts>,
}

impl Bench {
    /// A length of time in seconds, or a fifth of it.
    fn seconds(&self, full: u64) -> u64 {
        if self.short { (full / 5).max(2) } else { full }
    }
}

#[derive(Serialize)]
struct Results {
    machine: String,
    findings: Vec<Finding>,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    pin(LOAD_CORE)?;
    let crm = free_tcp()?;
    let listener = http_stub::listen(crm)?;
    let counts = Arc::new(Counts::default());
    let stub = std::thread::spawn({
        let counts = counts.clone();
        move || http_stub::run(listener, &counts)
    });
    let bench = Bench {
        trunkline: arguments.trunkline.clone(),
        work: arguments.work.clone(),
        rounds: arguments.rounds,
        short: arguments.short,
        crm,
        counts: counts.clone(),
    };
    let mut findings = Vec::new();
    for target in &TARGETS {
        let is_wanted = arguments.targets.iter().any(|wanted| wanted == target.letter);
        if !arguments.targets.is_empty() && !is_wanted {
            continue;
        }
        eprintln!("({}) {}", target.letter, target.title);
        match (target.measure)(&bench) {
            Ok(found) => found.into_iter().for_each(|finding| {
                println!("{finding}");
                findings.push(finding);
            }),
            Err(error) => {
                let finding = Finding::broken(target.letter, &error.to_string());
                println!("{finding}");
                findings.push(finding);
            }
        }
    }
    counts.stop();
    stub.join().map_err(|_| "the stub panicked")??;
    std::fs::create_dir_all(&arguments.results)?;
    let all_met = findings.iter().all(|finding| finding.met);
    let results = Results { machine: machine(), findings };
    let text = serde_json::to_string_pretty(&results)?;
    std::fs::write(arguments.results.join("telephony.json"), text)?;
    Ok(if all_met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpus = read("/proc/cpuinfo");
    let mut models = cpus.lines().filter(|line| line.starts_with("model name"));
    let cores = models.clone().count();
    let model =
        models.next_back().and_then(|line| line.split_once(": ")).map_or("", |(_, name)| name);
    let (kernel, load) = (read("/proc/sys/kernel/osrelease"), read("/proc/loadavg"));
    format!("{cores} x {model}, Linux {}, load at the end {}", kernel.trim(), load.trim())
}

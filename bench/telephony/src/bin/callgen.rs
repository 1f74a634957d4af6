//! Calls at a rate, measured: prints a report as JSON.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use trunkline_bench_telephony::load::{self, End, Options, PhoneOptions, Shared};

#[derive(Parser)]
#[command(about = "Places calls at a rate, whatever the answers, and measures them")]
struct Arguments {
    /// The server.
    server: SocketAddrV4,
    /// The number that is called.
    #[arg(long, default_value = "+12025550100")]
    dial: String,
    /// Calls a second.
    #[arg(long, default_value_t = 100.0)]
    rate: f64,
    /// How many calls.
    #[arg(long, default_value_t = 1_000)]
    calls: usize,
    /// The caller hangs up so many ms after the answer; without, the server must.
    #[arg(long)]
    hang_up_ms: Option<u64>,
    /// Once all calls are there: hold them for so many seconds, measuring audio, then hang up.
    #[arg(long, conflicts_with = "hang_up_ms")]
    hold_s: Option<u64>,
    /// Open sockets for audio and listen.
    #[arg(long)]
    audio: bool,
    /// Send audio, too.
    #[arg(long, requires = "audio")]
    speak: bool,
    /// Write the time of sending into the audio, to measure bridges.
    #[arg(long, requires = "speak")]
    stamp: bool,
    /// Keys to press a second after the answer.
    #[arg(long, requires = "audio")]
    keys: Option<String>,
    /// The first port for audio.
    #[arg(long, default_value_t = 10_000)]
    first_port: u16,
    /// The callers' address.
    #[arg(long, default_value = "127.0.0.1")]
    address: Ipv4Addr,
    /// The first caller's number after +1480.
    #[arg(long, default_value_t = 0)]
    first_caller: u64,
    /// How many agents' phones register.
    #[arg(long, default_value_t = 0)]
    phones: usize,
    /// The first phone's user; the others follow.
    #[arg(long, default_value_t = 1_001)]
    first_phone: u64,
    /// The phones' password.
    #[arg(long, default_value = "bench")]
    password: String,
    /// How long a phone rings, in ms.
    #[arg(long, default_value_t = 1_000)]
    ring_ms: u64,
    /// A phone hangs up so many ms after its answer.
    #[arg(long)]
    talk_ms: Option<u64>,
    /// Fail unless the load was placed at the wanted rate and no call failed.
    #[arg(long)]
    strict: bool,
}

fn options(arguments: &Arguments) -> Options {
    let end = match (arguments.hang_up_ms, arguments.hold_s) {
        (Some(ms), _) => End::Caller(ms, ms),
        (None, Some(_)) => End::Told,
        (None, None) => End::Server(30_000),
    };
    let phones = (arguments.phones > 0).then(|| PhoneOptions {
        count: arguments.phones,
        first_user: arguments.first_phone,
        password: arguments.password.clone(),
        ring_ms: arguments.ring_ms,
        talk_ms: arguments.talk_ms,
        address: arguments.address,
    });
    Options {
        dial: arguments.dial.clone(),
        address: arguments.address,
        rate: arguments.rate,
        calls: arguments.calls,
        end,
        first_caller: arguments.first_caller,
        audio: arguments.audio,
        speaks: arguments.speak,
        stamped: arguments.stamp,
        keys: arguments.keys.clone().map(|keys| (keys, 1_000)),
        first_port: arguments.first_port,
        phones,
        ..Options::new(arguments.server)
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    let (options, shared) = (options(&arguments), Shared::default());
    let report = std::thread::scope(|scope| {
        if let Some(hold_s) = arguments.hold_s {
            let (shared, calls) = (&shared, arguments.calls as u64);
            scope.spawn(move || hold(shared, calls, hold_s));
        } else {
            shared.measure(true);
        }
        load::run(&options, &shared)
    })?;
    println!("{}", serde_json::to_string_pretty(&report)?);
    let is_slow = report.rate_reached < 0.98 * report.rate_asked;
    let has_failed = report.calls.failures() + report.calls.refused > 0;
    let is_bad = arguments.strict && (is_slow || has_failed);
    Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Waits until all calls are answered, or no more will be, then measures and has them hung up.
fn hold(shared: &Shared, calls: u64, hold_s: u64) {
    while shared.answered() < calls && shared.ended() == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_secs(1));
    shared.measure(true);
    std::thread::sleep(Duration::from_secs(hold_s));
    shared.measure(false);
    shared.hang_up();
}

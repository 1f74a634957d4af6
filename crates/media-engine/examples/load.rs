//! Runs many legs for a time and prints what they cost.
//!
//! ```text
//! load peer 1000 20 &      # the far side, in a process of its own: answers on 40000, 40002, …
//! load music 1000 15       # 1,000 legs hear music and are talked to
//! load bridge 100 15       # 100 legs, bridged in pairs
//! ```
//!
//! Processor time counts from two seconds after the start. The lateness is that of the engine's own
//! clock; what reaches a peer is better measured there, with the kernel's time stamps.

#![allow(clippy::print_stdout, reason = "it is a program for the terminal")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use trunkline_media::codec::Codec;
use trunkline_media::music;
use trunkline_media::plan::{Direction, MediaPlan};
use trunkline_media::prompt::{Item, Prompt};
use trunkline_media_engine::{Counters, Engine, Leg, Settings};

const HOST: Ipv4Addr = Ipv4Addr::LOCALHOST;
const OWN_PORT: u16 = 20_000;
const PEER_PORT: u16 = 40_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, count, seconds, rest @ ..] = &arguments[..] else {
        return Err("usage: load peer|music|bridge LEGS SECONDS [THREADS]".into());
    };
    let count: u16 = count.parse()?;
    let duration = Duration::from_secs(seconds.parse()?);
    let threads = rest.first().map_or(Ok(1), |threads| threads.parse())?;
    let first = if mode == "peer" { PEER_PORT } else { OWN_PORT };
    let settings = Settings {
        bind: HOST.into(),
        ports: first..=first.checked_add(2 * count - 1).ok_or("too many legs")?,
        threads,
        ..Settings::default()
    };
    let idle_kib = memory_kib()?;
    let engine = Engine::start(settings, Arc::new(drop))?;
    let music = Item::Loop(Prompt::from_wav(music::DEFAULT_MUSIC)?);
    let mut legs = Vec::new();
    for number in 0..count {
        let leg = engine.open(number.into())?;
        match mode.as_str() {
            "peer" => leg.start(plan(SocketAddr::from(([0, 0, 0, 0], 0)))),
            _ => leg.start(plan(SocketAddr::from((HOST, PEER_PORT + 2 * number)))),
        }
        if mode == "music" {
            leg.background(0, Some(music.clone()));
        }
        legs.push(leg);
    }
    if mode == "bridge" {
        // The peers learn where to send before packets of others come this way.
        std::thread::sleep(Duration::from_millis(500));
        legs.chunks_exact(2).for_each(|pair: &[Leg]| pair[0].bridge(&pair[1]));
    }
    std::thread::sleep(Duration::from_secs(2));
    let (start, before, cpu) = (Instant::now(), engine.counters(), cpu_time()?);
    std::thread::sleep(duration);
    let (wall, after) = (start.elapsed(), engine.counters());
    let cpu = cpu_time()?.saturating_sub(cpu);
    print(mode, count, wall, cpu, &before, &after);
    println!("memory_kib_per_leg={:.1}", (memory_kib()? - idle_kib) / f64::from(count));
    Ok(())
}

fn print(
    mode: &str,
    count: u16,
    wall: Duration,
    cpu: Duration,
    before: &Counters,
    after: &Counters,
) {
    let rate = |after: u64, before: u64| (after - before) as f64 / wall.as_secs_f64();
    let percent = 100.0 * cpu.as_secs_f64() / wall.as_secs_f64();
    let (tx, rx) = (rate(after.sent, before.sent), rate(after.received, before.received));
    println!(
        "mode={mode} n={count} tx_pps={tx:.0} rx_pps={rx:.0} relayed={} cpu={percent:.2}% \
         per_100={:.3}% us_per_packet={:.2} late={} worst_ms={:.1} send_failures={}",
        after.relayed - before.relayed,
        percent * 100.0 / f64::from(count),
        cpu.as_secs_f64() * 1e6 / ((tx + rx) * wall.as_secs_f64()),
        after.late_frames - before.late_frames,
        after.worst_lateness.as_secs_f64() * 1e3,
        after.send_failures,
    );
}

fn plan(remote: SocketAddr) -> MediaPlan {
    MediaPlan {
        local: remote,
        remote,
        remote_rtcp: remote,
        rtcp_mux: true,
        codec: Codec::Pcmu,
        payload_type: 0,
        event_payload_type: Some(101),
        ptime_ms: 20,
        direction: Direction::SendRecv,
    }
}

/// Processor time of all threads, as the kernel counts it in nanoseconds (Linux).
fn cpu_time() -> Result<Duration, Box<dyn Error>> {
    let mut total = 0_u64;
    for task in std::fs::read_dir("/proc/self/task")? {
        let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
        total += text.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(Duration::from_nanos(total))
}

/// Resident memory in KiB (Linux).
fn memory_kib() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    Ok(line.split_whitespace().nth(1).unwrap_or_default().parse()?)
}

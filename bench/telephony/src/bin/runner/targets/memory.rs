//! (f) Memory of 2,000 queued calls, and after them.

use std::io;
use std::time::Duration;

use trunkline_bench_telephony::load::{End, Options};
use trunkline_bench_telephony::site::Flow;

use super::Finding;
use crate::{Bench, subject};

const CALLS: usize = 2_000;

pub(super) fn measure(bench: &Bench) -> io::Result<Vec<Finding>> {
    let subject = subject::server(bench, 0)?;
    // The first calls make what all later ones share.
    let options = subject::to(Flow::Dips, subject.sip, 50.0, 50);
    subject::run(&subject.process, &options)?.sound()?;
    let (none_kib, none_threads) = (subject.process.resident_kib(), subject.process.threads());
    let options = Options {
        end: End::Told,
        audio: true,
        ..subject::to(Flow::Music, subject.sip, 200.0, CALLS)
    };
    let held = subject::hold(&subject.process, &options, false, 3)?;
    // SIP remembers calls for 32 seconds.
    std::thread::sleep(Duration::from_secs(if bench.short { 5 } else { 45 }));
    let after_kib = subject.process.resident_kib();
    let each = held.resident_kib.saturating_sub(none_kib) as f64 / CALLS as f64;
    let beside = format!(
        "{none_kib} KiB without calls, {} KiB with {CALLS}, {after_kib} KiB afterwards",
        held.resident_kib
    );
    let back = after_kib as f64 / none_kib.max(1) as f64;
    let more = held.threads.saturating_sub(none_threads) as f64;
    let threads = format!("{none_threads} threads without calls, {} with {CALLS}", held.threads);
    Ok(vec![
        Finding::at_most("f", "KiB for a queued call", each, 48.0, beside.clone()),
        Finding::at_most("f", "memory afterwards by that before", back, 1.2, beside),
        Finding::at_most("f", "threads more with calls", more, 10.0, threads).with(&held.report),
    ])
}

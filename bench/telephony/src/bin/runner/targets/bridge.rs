//! (d) 100 callers who talk to 100 agents, against bare passing on.

use std::io;

use trunkline_bench_telephony::load::{End, Options};
use trunkline_bench_telephony::site::Flow;
use trunkline_bench_telephony::summary::median;

use super::Finding;
use crate::{Bench, subject};

const CALLS: usize = 100;

pub(super) fn measure(bench: &Bench) -> io::Result<Vec<Finding>> {
    let seconds = bench.seconds(10);
    let (mut floor, mut server, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut late, mut relay) = (0, Vec::new());
    let mut bare_late = 0;
    for _ in 0..bench.rounds {
        let (bare, tally) = subject::rtp_floor(bench, 2 * CALLS, true, seconds)?;
        bare_late += tally.late_20ms;
        let subject = subject::server(bench, CALLS)?;
        let options = Options {
            end: End::Told,
            audio: true,
            speaks: true,
            stamped: true,
            phones: subject::phones(CALLS, 200),
            ..subject::to(Flow::Bridge, subject.sip, 50.0, CALLS)
        };
        let held = subject::hold(&subject.process, &options, true, seconds)?;
        if held.report.relay_ms.n == 0 {
            return Err(io::Error::other("nothing that one party said reached the other"));
        }
        eprintln!("  floor {:.2} %, server {:.2} % of a core", 100.0 * bare, 100.0 * held.core);
        floor.push(100.0 * bare);
        server.push(100.0 * held.core);
        ratios.push(held.core / bare);
        late += held.report.rtp.late_20ms;
        relay.push(held.report.relay_ms);
    }
    let beside = format!(
        "server {:.2} % of a core, floor {:.2} %; rounds {server:.2?} and {floor:.2?}; through the \
         bridge p50 {} p99 {} ms; {late} packets over 20 ms late, floor {bare_late}",
        median(server.clone()),
        median(floor.clone()),
        relay[0].p50,
        relay[0].p99
    );
    let what = "CPU of 100 bridged calls by the floor's";
    Ok(vec![Finding::at_most("d", what, median(ratios), 1.5, beside).with(relay)])
}

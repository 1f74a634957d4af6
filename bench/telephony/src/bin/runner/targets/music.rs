//! (c) 100 and 1,000 calls that hear music and speak, against bare sending and receiving.

use std::io;

use trunkline_bench_telephony::load::{End, Options};
use trunkline_bench_telephony::rtp::Tally;
use trunkline_bench_telephony::site::Flow;
use trunkline_bench_telephony::summary::median;

use super::Finding;
use crate::{Bench, subject};

pub(super) fn measure(bench: &Bench) -> io::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for calls in [100, 1_000] {
        findings.extend(with(bench, calls)?);
    }
    Ok(findings)
}

fn with(bench: &Bench, calls: usize) -> io::Result<Vec<Finding>> {
    let seconds = bench.seconds(10);
    let (mut floor, mut server, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut bare_rtp, mut rtp) = (Tally::default(), Tally::default());
    for _ in 0..bench.rounds {
        let (bare, tally) = subject::rtp_floor(bench, calls, false, seconds)?;
        bare_rtp.add(&tally);
        let subject = subject::server(bench, 0)?;
        let options = Options {
            end: End::Told,
            audio: true,
            speaks: true,
            ..subject::to(Flow::Music, subject.sip, 200.0, calls)
        };
        let held = subject::hold(&subject.process, &options, false, seconds)?;
        let per_100 = |core: f64| 100.0 * core / (calls as f64 / 100.0);
        eprintln!(
            "  {calls} calls: floor {:.2} %, server {:.2} % of a core per 100",
            per_100(bare),
            per_100(held.core)
        );
        floor.push(per_100(bare));
        server.push(per_100(held.core));
        ratios.push(held.core / bare);
        rtp.add(&held.report.rtp);
    }
    let beside = format!(
        "server {:.2} % of a core per 100 calls, floor {:.2} %; rounds {server:.2?} and \
         {floor:.2?}; lost {}, worst late {:.1} ms",
        median(server.clone()),
        median(floor.clone()),
        rtp.lost,
        rtp.worst_late_ms
    );
    let what = format!("CPU of {calls} music calls by the floor's");
    let late = format!("packets over 20 ms late, {calls} calls");
    let late_beside = format!(
        "of {}; the floor {} of {}, worst {:.1} ms",
        rtp.received, bare_rtp.late_20ms, bare_rtp.received, bare_rtp.worst_late_ms
    );
    let (is, may) = (rtp.late_20ms as f64, bare_rtp.late_20ms as f64);
    Ok(vec![
        Finding::at_most("c", what, median(ratios), 1.5, beside).with(&rtp),
        Finding::at_most("c", late, is, may, late_beside).with(&bare_rtp),
    ])
}

//! (b) 2,000 calls a second without a failure; more than that are refused, not spoiled.

use std::io;

use trunkline_bench_telephony::load::Report;
use trunkline_bench_telephony::site::Flow;
use trunkline_bench_telephony::summary::median;

use super::Finding;
use crate::{Bench, subject};

const RATE: f64 = 2_000.0;

/// How much slower accepted calls may be under too much load: what one still calls kept.
const KEPT: f64 = 3.0;

pub(super) fn measure(bench: &Bench) -> io::Result<Vec<Finding>> {
    let seconds = bench.seconds(10) as f64;
    let responder = subject::responder(bench)?;
    let options = subject::to(Flow::Dips, responder.sip, RATE, (RATE * seconds) as usize);
    let bare = subject::run(&responder.process, &options)?;
    drop(responder);
    let beside = format!(
        "placed {:.0} of {RATE} a second, worst {:.1} ms late; {}",
        bare.report.rate_reached,
        bare.report.worst_lag_ms,
        said(&bare.report)
    );
    let failed = bare.report.calls.failures() as f64;
    let mut findings =
        vec![Finding::at_most("b", "failures of the bare responder", failed, 0.0, beside)];
    let server = subject::server(bench, 0)?;
    let options = subject::to(Flow::Dips, server.sip, RATE, (RATE * seconds) as usize);
    let run = subject::run(&server.process, &options)?;
    drop(server);
    let failed = (run.report.calls.failures() + run.report.calls.refused) as f64;
    let beside = format!("{:.3} ms of CPU a call; {}", run.cpu_ms_per_call(), said(&run.report));
    let what = "calls failed or refused at 2,000 a second";
    findings.push(Finding::at_most("b", what, failed, 0.0, beside).with(&run.report));
    findings.extend(overload(bench, seconds, 1_000.0 / run.cpu_ms_per_call())?);
    Ok(findings)
}

/// Half as much again as the server can do, by its CPU time for a call when it is busiest. The load
/// comes from one moment to the next: until that is known for too much, which takes some tenths of
/// a second, more calls are let in than are answered in time.
fn overload(bench: &Bench, seconds: f64, capacity: f64) -> io::Result<Vec<Finding>> {
    let calm_rate = 400.0;
    let rate = (1.5 * capacity).round();
    let (mut calm_p99, mut p99, mut whole_p99) = (Vec::new(), Vec::new(), Vec::new());
    let (mut failed, mut reports) = (0, Vec::new());
    for _ in 0..bench.rounds {
        let server = subject::server(bench, 0)?;
        let calm = (calm_rate * seconds) as usize;
        let calm = subject::to(Flow::Dips, server.sip, calm_rate, calm);
        calm_p99.push(subject::run(&server.process, &calm)?.report.invite_to_answer_ms.p99);
        let options = subject::to(Flow::Dips, server.sip, rate, (rate * seconds) as usize);
        let report = subject::run(&server.process, &options)?.report;
        eprintln!("  {:.0} a second: {}", report.rate_reached, said(&report));
        p99.push(report.invite_to_answer_settled_ms.p99);
        whole_p99.push(report.invite_to_answer_ms.p99);
        failed += report.calls.failures();
        reports.push(report);
    }
    let said = said(&reports[0]);
    let beside = format!(
        "asked {rate} a second, 1.5 x {capacity:.0}; first round: {said}; p99 of calls half a \
         second after the first and later {p99:.1?}, of all {whole_p99:.1?}, at {calm_rate} a \
         second {calm_p99:.1?} ms"
    );
    let kept = "p99 of INVITE to 200 of accepted calls in overload, ms";
    let limit = (KEPT * median(calm_p99)).max(20.0);
    let failed =
        Finding::at_most("b", "calls failed in overload", failed as f64, 0.0, beside.clone());
    Ok(vec![failed, Finding::at_most("b", kept, median(p99), limit, beside).with(reports)])
}

fn said(report: &Report) -> String {
    let calls = &report.calls;
    format!(
        "{} completed, {} refused, failed {:?}, INVITEs resent {}, INVITE to 200 p50 {} p99 {} ms",
        calls.completed,
        calls.refused,
        calls.failed,
        calls.invites_resent,
        report.invite_to_answer_ms.p50,
        report.invite_to_answer_ms.p99
    )
}

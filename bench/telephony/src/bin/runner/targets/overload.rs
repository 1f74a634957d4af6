//! (b) 2,000 calls a second without a failure; more than that are refused, not spoiled.

use std::io;

use trunkline_bench_telephony::load::Report;
use trunkline_bench_telephony::site::Flow;

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

/// Half as much again as the server can do, by its CPU time for a call when it is busiest.
fn overload(bench: &Bench, seconds: f64, capacity: f64) -> io::Result<Vec<Finding>> {
    let server = subject::server(bench, 0)?;
    let calm_rate = 400.0;
    let options = subject::to(Flow::Dips, server.sip, calm_rate, (calm_rate * seconds) as usize);
    let calm = subject::run(&server.process, &options)?;
    let rate = (1.5 * capacity).round();
    let options = subject::to(Flow::Dips, server.sip, rate, (rate * seconds) as usize);
    let run = subject::run(&server.process, &options)?;
    let (calm_p99, p99) = (calm.report.invite_to_answer_ms.p99, run.report.invite_to_answer_ms.p99);
    let beside = format!(
        "asked {rate} a second, 1.5 x {capacity:.0}; placed {:.0}; {}; p99 at {calm_rate} a second \
         {calm_p99} ms",
        run.report.rate_reached,
        said(&run.report)
    );
    let failed = run.report.calls.failures() as f64;
    let kept = "p99 of INVITE to 200 of accepted calls in overload, ms";
    let limit = (KEPT * calm_p99).max(20.0);
    Ok(vec![
        Finding::at_most("b", "calls failed in overload", failed, 0.0, beside.clone())
            .with(&run.report),
        Finding::at_most("b", kept, p99, limit, beside),
    ])
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

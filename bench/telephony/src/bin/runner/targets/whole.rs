//! (e) The whole scenario, 14 s a call, at ten calls a second.

use std::io;
use std::time::Duration;

use trunkline_bench_telephony::load::{End, Options};
use trunkline_bench_telephony::site::Flow;
use trunkline_bench_telephony::summary::median;

use super::Finding;
use crate::{Bench, subject};

const RATE: f64 = 10.0;
const AGENTS: usize = 250;

/// Two seconds of prompt, the dips, a second of ringing, and the rest is talk.
const CALL_MS: u64 = 14_000;

/// By then as many calls end as begin.
const UNTIL_STEADY: Duration = Duration::from_millis(CALL_MS + 2_000);

pub(super) fn measure(bench: &Bench) -> io::Result<Vec<Finding>> {
    let steady = Duration::from_secs(bench.seconds(30));
    let calls = (RATE * (UNTIL_STEADY + steady).as_secs_f64()) as usize;
    let (mut server, mut all, mut reports) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.rounds {
        let comments = bench.counts.comments().len();
        let subject = subject::server(bench, AGENTS)?;
        let options = Options {
            end: End::Caller(CALL_MS, CALL_MS),
            audio: true,
            speaks: true,
            phones: subject::phones(AGENTS, 1_000),
            ..subject::to(Flow::Whole, subject.sip, RATE, calls)
        };
        let (run, core) = subject::run_steadily(&subject.process, &options, UNTIL_STEADY, steady)?;
        let run = run.sound()?;
        let written = bench.counts.comments().len() - comments;
        if written != calls {
            return Err(io::Error::other(format!("{written} comments for {calls} calls")));
        }
        let answered = run.report.phones.as_ref().map_or(0, |phones| phones.answered);
        if (answered as usize) < calls {
            return Err(io::Error::other(format!("{answered} of {calls} got an agent")));
        }
        let (at_rate, whole) = (1_000.0 * core / RATE, run.cpu_ms_per_call());
        eprintln!("  server {at_rate:.2} ms a call, {whole:.2} with what comes before and after");
        server.push(at_rate);
        all.push(whole);
        reports.push(run.report);
    }
    let rtp = &reports[0].rtp;
    let beside = format!(
        "while 10 begin and 10 end in a second; {calls} calls each, no failure, a comment for \
         each; rounds {server:.2?}, of all calls with the time when they only begin or only \
         end {all:.2?}; {} packets over 20 ms late of {}, lost {}",
        rtp.late_20ms, rtp.received, rtp.lost
    );
    let what = "CPU of a call, ms";
    Ok(vec![Finding::at_most("e", what, median(server.clone()), 12.0, beside).with(reports)])
}

//! (a) Answer, three dips, hang-up at 400 calls a second, against the bare responder.

use std::io;

use trunkline_bench_telephony::site::Flow;
use trunkline_bench_telephony::summary::median;

use super::Finding;
use crate::{Bench, subject};

const RATE: f64 = 400.0;

pub(super) fn measure(bench: &Bench) -> io::Result<Vec<Finding>> {
    let calls = (RATE * bench.seconds(15) as f64) as usize;
    let (mut floor, mut server, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut reports = Vec::new();
    for _ in 0..bench.rounds {
        let responder = subject::responder(bench)?;
        let options = subject::to(Flow::Dips, responder.sip, RATE, calls);
        let bare = subject::run(&responder.process, &options)?.sound()?.cpu_ms_per_call();
        drop(responder);
        let subject = subject::server(bench, 0)?;
        let options = subject::to(Flow::Dips, subject.sip, RATE, calls);
        let run = subject::run(&subject.process, &options)?.sound()?;
        let whole = run.cpu_ms_per_call();
        eprintln!("  floor {bare:.3} ms, server {whole:.3} ms a call");
        floor.push(bare);
        server.push(whole);
        ratios.push(whole / bare);
        reports.push(run.report);
    }
    let beside = format!(
        "server {:.3} ms of CPU a call, floor {:.3} ms; rounds {server:.3?} and {floor:.3?}",
        median(server.clone()),
        median(floor.clone())
    );
    let finding = Finding::at_most("a", "CPU by the floor's", median(ratios), 1.7, beside);
    Ok(vec![finding.with(reports)])
}

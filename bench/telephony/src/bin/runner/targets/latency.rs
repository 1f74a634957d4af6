//! (g) INVITE to 200, and ACK to the first sound, at 100 calls a second.

use std::io;

use trunkline_bench_telephony::load::{End, Options};
use trunkline_bench_telephony::site::Flow;
use trunkline_bench_telephony::summary::median;

use super::Finding;
use crate::{Bench, subject};

const RATE: f64 = 100.0;

pub(super) fn measure(bench: &Bench) -> io::Result<Vec<Finding>> {
    let calls = (RATE * bench.seconds(10) as f64) as usize;
    let (mut p50, mut p99, mut sound) = (Vec::new(), Vec::new(), Vec::new());
    let mut bare = Vec::new();
    for _ in 0..bench.rounds {
        let responder = subject::responder(bench)?;
        let options = subject::to(Flow::Dips, responder.sip, RATE, calls);
        let run = subject::run(&responder.process, &options)?.sound()?;
        bare.push((run.report.invite_to_answer_ms.p50, run.report.invite_to_answer_ms.p99));
        drop(responder);
        let subject = subject::server(bench, 0)?;
        let options = subject::to(Flow::Dips, subject.sip, RATE, calls);
        let run = subject::run(&subject.process, &options)?.sound()?;
        p50.push(run.report.invite_to_answer_ms.p50);
        p99.push(run.report.invite_to_answer_ms.p99);
        let options = Options {
            end: End::Caller(400, 400),
            audio: true,
            ..subject::to(Flow::Greeting, subject.sip, RATE, calls)
        };
        let run = subject::run(&subject.process, &options)?.sound()?;
        let heard = run.report.ack_to_sound_ms;
        if heard.n < calls {
            let text = format!("{} of {calls} callers heard the greeting", heard.n);
            return Err(io::Error::other(text));
        }
        eprintln!(
            "  INVITE to 200 p50 {} p99 {}; ACK to sound {heard:?}",
            p50[p50.len() - 1],
            p99[p99.len() - 1]
        );
        sound.push(heard);
    }
    let worst = sound.iter().map(|spread| spread.p99).collect();
    let medians: Vec<f64> = sound.iter().map(|spread| spread.p50).collect();
    let most: Vec<f64> = sound.iter().map(|spread| spread.max).collect();
    Ok(vec![
        Finding::at_most(
            "g",
            "INVITE to 200, median, ms",
            median(p50.clone()),
            1.0,
            format!("rounds {p50:.3?}; bare responder (p50, p99) {bare:.3?}"),
        ),
        Finding::at_most(
            "g",
            "INVITE to 200, p99, ms",
            median(p99.clone()),
            5.0,
            format!("rounds {p99:.3?}"),
        ),
        Finding::at_most(
            "g",
            "ACK to the first sound, p99, ms",
            median(worst),
            40.0,
            format!("medians {medians:.1?}, most {most:.1?}"),
        )
        .with(sound),
    ])
}

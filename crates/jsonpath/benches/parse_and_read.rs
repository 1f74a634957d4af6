//! Parse a CRM answer of about 1 KB and read one field, beside `serde_json`.
//!
//! `cargo bench -p trunkline-jsonpath` prints both times and, at the end, their ratio, measured in
//! turns so that a busy machine slows both alike.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use trunkline_jsonpath::{Document, Json, Path};

/// A query's answer as Salesforce writes it: 4 records with attributes.
const ANSWER: &str = include_str!("answer.json");

const PATH: &str = "$.records.[0].Id";
const POINTER: &str = "/records/0/Id";

fn ours(path: &Path, text: &str) -> Json {
    let document = Document::parse(text).expect("the answer is JSON");
    path.read(&document).expect("the answer has the field")
}

fn theirs(text: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).expect("the answer is JSON");
    let field = value.pointer(POINTER).and_then(|field| field.as_str());
    field.expect("the answer has the field").to_owned()
}

/// How long a slice of repetitions takes. Both sides get slices of the same length: of slices with
/// the same number of repetitions the slower side's are the longer ones, which a busy machine
/// interrupts more often.
const SLICE: Duration = Duration::from_micros(250);

const SLICES: usize = 4_001;

/// The time of one repetition, over `rounds` of them.
fn timed(rounds: u32, run: &mut dyn FnMut()) -> f64 {
    let start = Instant::now();
    (0..rounds).for_each(|_| run());
    start.elapsed().as_secs_f64() / f64::from(rounds)
}

/// How many repetitions fill a slice, from the fastest of some tries.
fn rounds(run: &mut dyn FnMut()) -> u32 {
    let fastest = (0..500).map(|_| timed(50, run)).fold(f64::MAX, f64::min);
    (SLICE.as_secs_f64() / fastest) as u32
}

/// The least and the median time of one repetition on each side, slice by slice in turns.
fn compare(sides: [&mut dyn FnMut(); 2]) -> [(f64, f64); 2] {
    let [ours, theirs] = sides;
    let (our_rounds, their_rounds) = (rounds(ours), rounds(theirs));
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..SLICES {
        our_times.push(timed(our_rounds, ours));
        their_times.push(timed(their_rounds, theirs));
    }
    [our_times, their_times].map(|mut times| {
        times.sort_by(f64::total_cmp);
        (times[0], times[times.len() / 2])
    })
}

#[allow(clippy::print_stdout, reason = "the ratio is what the bench is for")]
fn main() {
    let path = Path::compile(PATH).expect("the path is one");
    assert_eq!(ours(&path, ANSWER).as_str(), Some(theirs(ANSWER).as_str()));
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("parse_and_read");
    group.bench_function("trunkline", |b| b.iter(|| ours(&path, black_box(ANSWER))));
    group.bench_function("serde_json", |b| b.iter(|| theirs(black_box(ANSWER))));
    let document = Document::parse(ANSWER).expect("the answer is JSON");
    group.bench_function("read only", |b| b.iter(|| path.read(black_box(&document))));
    group.bench_function("compile", |b| b.iter(|| Path::compile(black_box(PATH))));
    group.finish();
    criterion.final_summary();
    let [ours, theirs] =
        compare([&mut || drop(black_box(ours(&path, black_box(ANSWER)))), &mut || {
            drop(black_box(theirs(black_box(ANSWER))));
        }]);
    for (name, ours, theirs) in [("least", ours.0, theirs.0), ("median", ours.1, theirs.1)] {
        let (ours_ns, theirs_ns) = (ours * 1e9, theirs * 1e9);
        let ratio = ours / theirs;
        println!("{name}: {ours_ns:.0} ns, serde_json {theirs_ns:.0} ns, ratio {ratio:.3}");
    }
}

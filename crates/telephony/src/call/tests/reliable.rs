//! Reliable provisional responses (RFC 3262).

use super::harness::Bench;
use crate::message::Headers;

fn demanding() -> Bench {
    Bench::incoming_with(&[("Require", "100rel")])
}

/// The other side's PRACK names the last response, shifted by `by`.
fn confirm(bench: &mut Bench, by: i64) {
    let rseq = bench.last_response().headers.get("RSeq").unwrap().parse::<i64>().unwrap();
    bench.extra = Headers::default().with("RAck", format!("{} 1 INVITE", rseq + by));
}

#[test]
fn a_provisional_response_is_sent_again_until_its_prack() {
    let mut bench = demanding();
    bench.run(&[":ring -> 180", "499 ->", "1 -> 180", "1000 -> 180", "PRACK -> 481"]);
    // The harness has noted the 481 as the last response.
    bench.run(&["2000 -> 180"]);
    let first = bench.last_response().clone();
    assert_eq!(first.headers.get("Require"), Some("100rel"));
    confirm(&mut bench, 1);
    bench.run(&["PRACK -> 481", "4000 -> 180"]);
    confirm(&mut bench, 0);
    bench.run(&["PRACK -> 200", "PRACK -> 481", "30000 ->"]);
    bench.extra = Headers::default();
    bench.run(&[":answer -> 200 sendrecv; start sendrecv; Answered", "ACK ->"]);
}

#[test]
fn a_caller_that_never_confirms_is_refused() {
    let mut bench = demanding();
    bench.run(&[":ring -> 180"]);
    bench.step("31999");
    assert!(bench.effects().starts_with("180; 180"), "sent again");
    bench.run(&["1 -> 504; Ended(RejectedHere { status: 504 }); release"]);
}

#[test]
fn an_answer_waits_for_the_prack_of_early_media() {
    let mut bench = demanding();
    bench.run(&[":progress -> 183 sendrecv; start sendrecv", ":answer ->"]);
    confirm(&mut bench, 0);
    bench.run(&["PRACK -> 200; 200; Answered"]);
    bench.extra = Headers::default();
    bench.run(&["ACK ->", "BYE -> 200; stop; Ended(HungUpThere); release"]);
}

#[test]
fn early_media_waits_for_the_prack_of_ringing_and_an_answer_does_not() {
    let mut bench = demanding();
    bench.run(&[":ring -> 180", ":progress ->", ":ring ->"]);
    confirm(&mut bench, 0);
    bench.run(&["PRACK -> 200; 183 sendrecv; start sendrecv"]);
    confirm(&mut bench, 0);
    // The offer has been answered: the PRACK may bring the next one.
    bench.run(&["PRACK moved -> 200 sendrecv; change sendrecv to 198.51.100.7:5000"]);
    bench.extra = Headers::default();
    bench.run(&[":answer -> 200; Answered", "ACK ->"]);
    let mut bench = demanding();
    bench.run(&[":ring -> 180", ":answer -> 200 sendrecv; start sendrecv; Answered", "9000 ->"]);
}

#[test]
fn without_an_offer_nothing_but_the_answer_is_sent() {
    let mut bench = Bench::incoming("");
    bench.call.reliable.is_wanted = true;
    bench.run(&[":ring ->", ":progress ->", "40000 ->", ":answer -> 200 sendrecv"]);
}

#[test]
fn a_call_may_end_while_a_response_is_open() {
    let mut bench = demanding();
    bench.run(&[
        ":progress -> 183 sendrecv; start sendrecv",
        "CANCEL -> 487; stop; Ended(Cancelled); release",
    ]);
    assert_eq!(bench.call.wake_at_ms(), None);
    let mut bench = demanding();
    bench.run(&[":progress -> 183 sendrecv; start sendrecv", ":answer ->"]);
    bench.run(&["BYE -> 200; 487; stop; Ended(HungUpThere); release"]);
    let mut bench = demanding();
    bench.run(&[":ring -> 180", ":hangup -> 480; Ended(HungUpHere); release", "PRACK -> 481"]);
}

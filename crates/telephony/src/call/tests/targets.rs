//! Outgoing calls with several targets, redirections, and keys by INFO.

use super::harness::{Bench, config};
use crate::message::Headers;

const INVITE: &str = "0 -> INVITE sendrecv";

fn bench(alternatives: &[&str], hosts: &[&str]) -> Bench {
    let mut config = config();
    config.alternatives = alternatives.iter().map(|uri| (*uri).to_owned()).collect();
    config.redirect_hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
    Bench::outgoing_with(config)
}

#[test]
fn the_next_target_is_tried_when_one_fails() {
    let mut bench = bench(&["sip:phone@b", "sip:phone@c"], &[]);
    bench.run(&[INVITE, "=401 -> INVITE sendrecv auth", "=503 -> INVITE sendrecv"]);
    bench.run(&["=408 -> INVITE sendrecv", "=500 -> Ended(Refused { status: 500 }); release"]);
    let sent: Vec<_> = bench.sent.iter().map(|sent| (sent.uri.as_str(), sent.cseq)).collect();
    let first = "sip:phone@198.51.100.1";
    let cseq = sent[0].1;
    let expected =
        [(first, cseq), (first, cseq + 1), ("sip:phone@b", cseq + 2), ("sip:phone@c", cseq + 3)];
    assert_eq!(sent, expected);
    let call_ids: Vec<_> = bench.sent.iter().map(|sent| sent.headers.get("Call-ID")).collect();
    assert!(call_ids.iter().all(|id| *id == Some("call-2")));
}

#[test]
fn a_target_that_refuses_the_call_ends_it() {
    for status in [403, 404, 486, 501, 603] {
        let mut bench = bench(&["sip:phone@b"], &[]);
        let refused = format!("={status} -> Ended(Refused {{ status: {status} }}); release");
        bench.run(&[INVITE, &refused]);
    }
}

#[test]
fn a_silent_target_is_left_soon_and_one_that_works_on_it_is_not() {
    let mut bench = bench(&["sip:phone@b", "sip:phone@c"], &[]);
    bench.run(&[INVITE, "3999 ->", "1 -> INVITE sendrecv", "=100 ->", "10000 ->"]);
    bench.run(&["=180 -> Progressed { status: 180 }", "10000 ->"]);
    bench.run(&["=200 sdp -> start sendrecv; Answered"]);
    // The last target has as long as it may ring.
    let mut bench = self::bench(&["sip:phone@b"], &[]);
    bench.run(&[INVITE, "4000 -> INVITE sendrecv", "60000 -> abandon"]);
    bench.run(&[":hangup -> Ended(HungUpHere)"]);
}

#[test]
fn a_target_that_was_too_slow_hears_the_end() {
    let left = |steps: &[&str]| {
        let mut bench = bench(&["sip:phone@b"], &[]);
        bench.run(&[INVITE, "4000 -> INVITE sendrecv"]);
        let first = bench.sent[0].tx;
        bench.run(steps);
        (bench, first)
    };
    // It rings, and is told to stop; it answers, and is told that nobody is there.
    let (mut bench, first) = left(&[]);
    bench.respond(first, 180, "late");
    assert_eq!(bench.effects(), "CANCEL");
    assert_eq!(bench.sent[2].cancels, Some(first));
    bench.respond(first, 183, "late");
    assert_eq!(bench.effects(), "");
    bench.run(&["=180 invite -> Progressed { status: 180 }"]);
    bench.respond(first, 200, "late");
    assert_eq!(bench.effects(), "BYE");
    let bye = bench.sent.last().unwrap();
    assert_eq!(bye.headers.get("To"), Some("<sip:phone@198.51.100.1>;tag=late"));
    bench.run(&["=200 ->", "=200 sdp invite -> start sendrecv; Answered"]);
    bench.run(&["BYE -> 200; stop; Ended(HungUpThere); release"]);
    // The call is over before: it is not forgotten as long as that target may answer.
    let over = "=486 -> Ended(Refused { status: 486 })";
    let (mut bench, first) = left(&[over, "OPTIONS -> 481"]);
    bench.respond(first, 200, "late");
    assert_eq!(bench.effects(), "BYE; release");
    let (mut bench, first) = left(&[over]);
    bench.respond(first, 487, "late");
    assert_eq!(bench.effects(), "release");
    left(&[over, "31999 ->", "1 -> abandon; release"]);
}

#[test]
fn redirections_are_followed_to_known_hosts_only() {
    let mut bench = bench(&[], &["b:5080", "c"]);
    bench.extra = Headers::default().with("Contact", "<sip:evil@d>, <sip:x@B:5080>, <sip:y@c>");
    // The harness adds a contact of its own, at a host that is not listed.
    bench.run(&[INVITE, "=302 -> INVITE sendrecv"]);
    assert_eq!(bench.sent[1].uri, "sip:x@B:5080");
    bench.extra = Headers::default();
    bench.run(&["=503 -> INVITE sendrecv"]);
    assert_eq!(bench.sent[2].uri, "sip:y@c");
    bench.run(&["=301 -> Ended(Refused { status: 301 }); release"]);
    let mut bench = self::bench(&[], &[]);
    bench.run(&[INVITE, "=302 -> Ended(Refused { status: 302 }); release"]);
}

#[test]
fn redirections_in_a_circle_end() {
    let mut bench = bench(&[], &["c"]);
    bench.extra = Headers::default().with("Contact", "<sip:y@c>");
    bench.run(&[INVITE, "=302 -> INVITE sendrecv", "=302 -> INVITE sendrecv"]);
    bench.run(&["=302 -> INVITE sendrecv", "=302 -> Ended(Refused { status: 302 }); release"]);
}

#[test]
fn keys_go_out_by_info() {
    let mut bench = Bench::talking_out();
    bench.run(&[":key 5 -> INFO", "=200 ->", ":key x ->", ":key # -> INFO", "=415 ->"]);
    let info = bench.sent.last().unwrap();
    assert_eq!(info.body, b"Signal=#\r\nDuration=200\r\n");
    assert_eq!(info.headers.get("Content-Type"), Some("application/dtmf-relay"));
    bench.run(&[":hangup -> stop; Ended(HungUpHere); BYE", ":key 1 ->"]);
}

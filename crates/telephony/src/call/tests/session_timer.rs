//! Session timers (RFC 4028).

use super::harness::{Bench, config};
use crate::message::Headers;

const ANSWERED: &str = ":answer -> 200 sendrecv; start sendrecv; Answered";
const LOST: &str = "stop; Ended(Lost { status: 408 }); BYE";

fn answered(headers: &[(&str, &str)]) -> Bench {
    let mut bench = Bench::incoming_with(headers);
    bench.run(&[ANSWERED, "ACK ->"]);
    bench
}

fn says(bench: &Bench, name: &str) -> String {
    // The ACK has no response: the last one is the 200.
    bench.last_response().headers.get(name).unwrap_or_default().to_owned()
}

#[test]
fn a_caller_that_refreshes_keeps_the_call_and_one_that_is_silent_loses_it() {
    let asked = [("Supported", "timer"), ("Session-Expires", "120;refresher=uac")];
    let mut bench = answered(&asked);
    assert_eq!(says(&bench, "Session-Expires"), "120;refresher=uac");
    assert_eq!(says(&bench, "Require"), "timer");
    bench.extra = Headers::default().with(asked[0].0, asked[0].1).with(asked[1].0, asked[1].1);
    bench.run(&["60000 ->", "UPDATE -> 200", "87999 ->", "INVITE sdp -> 200 sendrecv", "ACK ->"]);
    assert_eq!(says(&bench, "Session-Expires"), "120;refresher=uac");
    // A third of the time early (RFC 4028, section 10), 32 s at the most.
    bench.run(&["87999 ->", &format!("1 -> {LOST}")]);
}

#[test]
fn this_side_refreshes_for_who_cannot_and_for_who_asks_for_nothing() {
    let mut bench = answered(&[("Session-Expires", "200")]);
    assert_eq!(says(&bench, "Session-Expires"), "200;refresher=uas");
    assert_eq!(says(&bench, "Require"), "");
    // Without `Allow: UPDATE` by re-INVITE.
    bench.extra = Headers::default().with("Session-Expires", "200;refresher=uac");
    bench.run(&["99999 ->", "1 -> INVITE sendrecv", "=200 sdp ->", "100000 -> INVITE sendrecv"]);
    let invite = bench.sent.last().unwrap();
    assert_eq!(invite.headers.get("Session-Expires"), Some("200;refresher=uac"));
    bench.run(&["=500 ->", "2000 -> INVITE sendrecv", &format!("=408 -> {LOST}")]);
    let mut bench = answered(&[("Supported", "timer"), ("Allow", "INVITE, UPDATE")]);
    assert_eq!(says(&bench, "Session-Expires"), "1800;refresher=uas");
    bench.run(&["899999 ->", "1 -> UPDATE"]);
    bench.extra = Headers::default().with("Session-Expires", "1800;refresher=uac");
    bench.run(&[
        "=200 ->",
        "900000 -> UPDATE",
        "=481 -> stop; Ended(Lost { status: 481 }); release",
    ]);
    // Who knows nothing of timers gets none.
    let bench = answered(&[]);
    assert_eq!(says(&bench, "Session-Expires"), "");
}

#[test]
fn who_knows_no_timers_is_asked_for_a_sign_of_life() {
    // Any answer is one.
    let mut bench = answered(&[]);
    for status in ["=200", "=405", "=500", "=401"] {
        bench.run(&["899999 ->", "1 -> OPTIONS", "=100 ->", &format!("{status} ->")]);
    }
    // A change in between puts it off; one question at a time.
    bench.run(&["800000 ->", "INVITE sdp -> 200 sendrecv", "ACK ->", "899999 ->"]);
    bench.run(&["1 -> OPTIONS", "900000 ->", &format!("=408 -> {LOST}")]);
    let mut bench = answered(&[]);
    bench.run(&["900000 -> OPTIONS", "=481 -> stop; Ended(Lost { status: 481 }); release"]);
    // It hangs up meanwhile.
    let mut bench = answered(&[]);
    bench.run(&["900000 -> OPTIONS", ":hangup -> stop; Ended(HungUpHere); BYE", "=200 -> release"]);
    let mut quiet = config();
    quiet.keepalive_ms = None;
    let mut bench = Bench::outgoing_with(quiet);
    bench.run(&["0 -> INVITE sendrecv", "=200 sdp -> start sendrecv; Answered", "7200000 ->"]);
}

#[test]
fn a_session_that_is_too_short_is_refused() {
    let mut bench =
        Bench::incoming_with(&[("Require", "timer"), ("Session-Expires", "89;refresher=uac")]);
    assert_eq!(bench.effects(), "422; Ended(RejectedHere { status: 422 }); release");
    assert_eq!(says(&bench, "Min-SE"), "90");
    // Whoever does not know 422 gets the least.
    let bench = answered(&[("x", "30")]);
    assert_eq!(says(&bench, "Session-Expires"), "90;refresher=uas");
    let mut bench = answered(&[("Supported", "timer"), ("Min-SE", "3600")]);
    assert_eq!(says(&bench, "Session-Expires"), "3600;refresher=uas");
    bench.extra = Headers::default().with("Supported", "timer").with("Session-Expires", "10");
    bench.run(&["UPDATE -> 422", "INVITE sdp -> 422"]);
}

#[test]
fn a_refresh_that_is_not_granted_is_asked_for_until_the_end() {
    let mut bench = answered(&[("Session-Expires", "90"), ("Allow", "UPDATE")]);
    bench.run(&["45000 -> UPDATE", "=405 ->", "2000 -> INVITE sendrecv", "=491 ->"]);
    bench.run(&["2000 -> INVITE sendrecv", "=500 ->"]);
    // 45 s, 2 s, at most 2 s for the glare; the end comes at 90 s.
    bench.run(&["2000 -> INVITE sendrecv", "=500 ->"]);
    bench.run(&[":hold -> INVITE sendonly"]);
    bench.step("39000");
    assert_eq!(bench.effects(), LOST.replace("BYE", "abandon; BYE"));
}

#[test]
fn an_outgoing_call_asks_for_a_timer_and_takes_what_it_gets() {
    let mut bench = Bench::outgoing();
    bench.run(&["0 -> INVITE sendrecv"]);
    let invite = &bench.sent[0].headers;
    assert_eq!(
        (invite.get("Supported"), invite.get("Session-Expires")),
        (Some("timer"), Some("1800"))
    );
    bench.extra = Headers::default().with("Min-SE", "2400");
    bench.run(&["=422 -> INVITE sendrecv"]);
    let invite = &bench.sent[1].headers;
    assert_eq!((invite.get("Min-SE"), invite.get("Session-Expires")), (Some("2400"), Some("2400")));
    bench.extra = Headers::default().with("Session-Expires", "2400;refresher=uas");
    bench.run(&["=200 sdp -> start sendrecv; Answered", "2367999 ->", &format!("1 -> {LOST}")]);
    // The same 422 again is a refusal.
    let mut bench = Bench::outgoing();
    bench.extra = Headers::default().with("Min-SE", "60");
    bench.run(&["0 -> INVITE sendrecv", "=422 -> INVITE sendrecv"]);
    bench.run(&["=422 -> Ended(Refused { status: 422 }); release"]);
    let mut quiet = config();
    quiet.session_expires_s = None;
    let mut bench = Bench::outgoing_with(quiet);
    bench.run(&["0 -> INVITE sendrecv"]);
    assert_eq!(bench.sent[0].headers.get("Session-Expires"), None);
}

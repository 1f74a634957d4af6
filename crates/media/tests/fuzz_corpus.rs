//! The streams and datagrams that fuzzers found to be different from one another, checked as the
//! fuzzers check them (`docs/fuzzing.md`).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../../fuzz/checks/rtcp.rs"]
mod rtcp;
#[path = "../../../fuzz/checks/rtp.rs"]
mod rtp;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus-small");

fn replay(target: &str, check: fn(&[u8])) {
    let folder = format!("{CORPUS}/{target}");
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in &files {
        let input = std::fs::read(file).unwrap();
        let outcome = std::panic::catch_unwind(|| check(&input));
        assert!(outcome.is_ok(), "{} fails, see above", file.display());
    }
    assert!(files.len() >= 40, "{folder} holds {} inputs only", files.len());
}

#[test]
fn the_small_corpus_of_rtp_passes() {
    replay("rtp", rtp::check);
}

#[test]
fn the_small_corpus_of_rtcp_passes() {
    replay("rtcp", rtcp::check);
}

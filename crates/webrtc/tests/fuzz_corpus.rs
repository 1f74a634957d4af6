//! The answers and datagrams that a fuzzer found to be different from one another, checked as the
//! fuzzer checks them (`docs/fuzzing.md`).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../../fuzz/checks/browser.rs"]
mod checks;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus-small/browser");

#[test]
fn the_small_corpus_passes() {
    let mut files: Vec<_> =
        std::fs::read_dir(CORPUS).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in &files {
        let input = std::fs::read(file).unwrap();
        let outcome = std::panic::catch_unwind(|| checks::check(&input));
        assert!(outcome.is_ok(), "{} fails, see above", file.display());
    }
    assert!(files.len() >= 40, "{} holds {} inputs only", CORPUS, files.len());
}

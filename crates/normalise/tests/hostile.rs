//! A mebibyte of every repeated token, on a small stack: an error or an answer, and soon.

use std::time::{Duration, Instant};

use trunkline_normalise::{ResponseType, normalise};

/// What is repeated.
const PIECES: [&str; 30] = [
    "[",
    "{",
    "- ",
    "? ",
    "a: ",
    "a:\n ",
    "&a ",
    "*a ",
    "!t ",
    "'",
    "\"",
    "| ",
    "---\n",
    "#",
    "\n",
    "<a>",
    "<a ",
    "</a>",
    "<!--",
    "<![CDATA[",
    "<!DOCTYPE a [",
    "&",
    "&#1;",
    "a.",
    "a=[",
    "a={b=",
    "[a]\n",
    "[[a]]\n",
    "a = 1\n",
    "{a: ",
];

#[test]
fn repeated_tokens_end_soon_and_without_a_panic() {
    let worker = std::thread::Builder::new().stack_size(2 << 20).spawn(|| {
        for piece in PIECES {
            let body = piece.repeat((1 << 20) / piece.len());
            for kind in [ResponseType::Xml, ResponseType::Yaml, ResponseType::Toml] {
                let started = Instant::now();
                let result = normalise(kind, &body);
                let took = started.elapsed();
                let what = format!("{kind:?} of {piece:?}: {:?} in {took:?}", result.is_ok());
                assert!(took < Duration::from_secs(2), "{what}");
            }
        }
    });
    worker.expect("a thread").join().expect("no panic");
}

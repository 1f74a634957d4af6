//! A browser's leg: takes any answer, and any datagrams.
#![no_main]

#[path = "../checks/browser.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));

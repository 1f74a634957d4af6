//! Session descriptions: reads and answers any text.
#![no_main]

#[path = "../checks/sdp.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));

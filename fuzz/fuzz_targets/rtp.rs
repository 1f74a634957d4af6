//! RTP: takes any stream of datagrams as a call does.
#![no_main]

#[path = "../checks/rtp.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));

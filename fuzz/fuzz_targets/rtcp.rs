//! RTCP: reads any datagram.
#![no_main]

#[path = "../checks/rtcp.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));

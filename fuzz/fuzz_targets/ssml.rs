//! Texts to be spoken: reads any text and plans how it is spoken.
#![no_main]

#[path = "../checks/ssml.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));

//! JSONPath: reads any path from any document.
#![no_main]

#[path = "../checks/jsonpath.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));

//! SOQL: runs any query.
#![no_main]

#[path = "../checks/soql.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));

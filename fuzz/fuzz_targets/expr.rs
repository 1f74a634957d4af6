//! Templates: compiles and renders any text.
#![no_main]

#[path = "../checks/expr.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));

//! Flows: reads, checks, repairs and runs any export.
#![no_main]

#[path = "../checks/flow.rs"]
mod checks;
#[path = "../mutation.rs"]
mod mutation;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::check(data));

// Bytes that are changed at random are hardly ever JSON, so that most changes are made to values.
libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutation::mutate(data, size, max_size, seed)
});

//! Has the crate built anew when the pages were: their files' names change with what is in them.
//! Builds for development read the files when they are asked for, and need nothing.
#![allow(clippy::print_stdout, reason = "this is how Cargo is told")]

fn main() {
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    println!("cargo:rerun-if-changed={}", if is_release { "../../web/dist" } else { "build.rs" });
}

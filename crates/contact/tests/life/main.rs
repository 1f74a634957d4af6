//! One contact's life, driven by hand: errors, agents, hang-ups, the end.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

#[path = "../../../flow/tests/interpreter/builder.rs"]
#[allow(dead_code, reason = "shared with the interpreter's tests")]
mod builder;

mod agents;
mod driver;
mod edits;
mod errors;
mod hang_ups;
mod line;
mod lines;
mod pre_dial;
mod recordings;
mod talk;

//! Whole simulated calls: golden traces, agents by script, keys, and exact replay.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "all of it is test code")]

#[path = "../../../flow/tests/interpreter/builder.rs"]
#[allow(dead_code, reason = "shared with the interpreter's tests")]
mod builder;

#[path = "../../../contact/tests/life/lines.rs"]
mod lines;

mod calls;
mod corpus;
mod golden;
mod replay;
mod scenarios;
mod tape;

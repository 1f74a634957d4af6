//! Contacts and queues together, driven by hand: what one decides, the other hears.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

#[path = "../../../flow/tests/interpreter/builder.rs"]
#[allow(dead_code, reason = "shared with the interpreter's tests")]
mod builder;

mod conversations;
mod floor;
mod lives;
mod messages;
mod replay;
mod shell;

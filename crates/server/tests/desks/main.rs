//! Agents' desktops without a browser: what pages are shown, what agents do, what callers hear.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

#[path = "../../../flow/tests/interpreter/builder.rs"]
#[allow(dead_code, reason = "shared with the interpreter's tests")]
mod builder;
#[path = "../calls/centre.rs"]
#[allow(dead_code, reason = "shared with the tests of calls")]
mod centre;
#[path = "../calls/crm.rs"]
#[allow(dead_code, reason = "shared with the tests of calls")]
mod crm;
#[path = "../calls/ear.rs"]
#[allow(dead_code, reason = "shared with the tests of calls")]
mod ear;

mod browser;
mod page;

mod audio;
mod consults;
mod conversation;
mod crowd;
mod history;
mod notes;
mod offers;
mod signing;
mod trial;
mod work;

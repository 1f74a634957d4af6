//! The interpreter: every activity, every way in which a flow can fail, events, secrets.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod audio;
mod builder;
mod driver;
mod errors;
mod events;
mod hours;
mod http;
mod json_variables;
mod keys;
mod line;
mod logic;
mod other_flows;
mod parse;
mod pops;
mod queues;
mod routing;
mod secrets;
mod set_variable;

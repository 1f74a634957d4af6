//! Every state of a call on the wire: a server, phones and a CRM on loopback.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

#[path = "../../../flow/tests/interpreter/builder.rs"]
#[allow(dead_code, reason = "shared with the interpreter's tests")]
mod builder;

mod agents;
mod centre;
mod crm;
mod ear;
mod example;
mod hang_ups;
mod legs;
mod operation;
mod pauses;
mod prompts;
mod refusals;
mod routing;
mod tenant;
mod transfers;

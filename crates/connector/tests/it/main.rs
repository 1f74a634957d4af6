//! The client against raw servers on loopback: what goes over the wire, and what comes of answers
//! of every kind.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod answers;
mod canary;
mod diagnose;
mod network;
mod policy;
mod server;
mod tls;
mod token;
mod wire;

//! The interface as programs and pages meet it: over sockets, with a centre that plays a script.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

mod access;
mod audio;
mod configuration;
mod contacts;
mod desk;
mod double;
mod house;
mod http;
mod live;
mod serving;
mod session;
mod tls;
mod trial;
mod users;

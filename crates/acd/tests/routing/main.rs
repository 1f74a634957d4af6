//! Routing from outside: its rules, its races, and a simulation against a brute-force model.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod agreement;
mod desk;
mod model;
mod picks;
mod races;
mod reported;
mod rules;
mod simulation;
mod states;
mod to_agent;

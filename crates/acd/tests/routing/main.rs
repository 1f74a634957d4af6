//! Routing from outside: its rules, its races, and a simulation against a brute-force model.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod desk;
mod model;
mod races;
mod rules;
mod simulation;

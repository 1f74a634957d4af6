//! Routing from outside: its rules, its races, and a simulation against a brute-force model.

mod desk;
mod model;
mod races;
mod rules;
mod simulation;

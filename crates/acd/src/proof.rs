//! The model is worth something: it notices each rule that is broken, within ten seeds.
//!
//! The model and the simulation are those of the tests from outside, which share no code with the
//! crate; here they meet a crate in which a fault can be switched on.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]
#![allow(dead_code, reason = "the tests from outside use more of the simulation")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::faults::{self, Fault};

use self::simulation::{CENTRE, Run, Size};

#[path = "../tests/routing/model.rs"]
mod model;
#[path = "../tests/routing/simulation.rs"]
mod simulation;

/// How many seeds a fault may live through.
const SEEDS: u64 = 10;

/// What a seed showed.
#[derive(Debug, PartialEq)]
enum Shown {
    Nothing,
    /// The model said something else; what.
    Difference(String),
    /// The crate noticed by itself that something was wrong.
    Panic,
}

/// Every kind of queue, and agents enough to choose from.
fn size(seed: u64) -> Size {
    let auto_wrap_up_s = if seed.is_multiple_of(2) { 0 } else { 5 };
    // Sometimes contacts wait for agents, sometimes agents for contacts.
    let live = if seed.is_multiple_of(3) { 30 } else { 8 };
    let (agents, contacts) = (16, 600);
    Size { agents, queues: 9, teams: 3, contacts, live, auto_wrap_up_s, ..CENTRE }
}

fn run(seed: u64) -> Shown {
    let size = size(seed);
    let mut run = Run::new(seed, &size);
    while run.made < size.contacts {
        match catch_unwind(AssertUnwindSafe(|| run.step())) {
            Ok(Ok(())) => {}
            Ok(Err(what)) => return Shown::Difference(what),
            Err(_) => return Shown::Panic,
        }
    }
    Shown::Nothing
}

/// Whether a seed shows the fault by a difference from the model.
fn is_shown(fault: Fault) -> bool {
    faults::switch(Some(fault));
    let is_shown = (1..=SEEDS).any(|seed| matches!(run(seed), Shown::Difference(_)));
    faults::switch(None);
    is_shown
}

#[test]
fn the_model_notices_every_broken_rule_within_ten_seeds() {
    // What the crate says of itself when it is broken is of no interest.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let unnoticed: Vec<Fault> = faults::ALL.into_iter().filter(|fault| !is_shown(*fault)).collect();
    std::panic::set_hook(hook);
    assert_eq!(unnoticed, [], "these faults live through {SEEDS} seeds");
}

#[test]
fn without_a_fault_nothing_is_noticed() {
    for seed in 1..=SEEDS {
        assert_eq!(run(seed), Shown::Nothing, "seed {seed}");
    }
}

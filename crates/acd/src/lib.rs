//! Queues, teams, agents: who gets which contact, and when.
//!
//! [`Routing`] is one routing domain as a sans-IO state machine: [`Input`]s and the time go in,
//! [`Output`]s come out, nothing else is touched. Its rules:
//!
//! - Among the contacts that an agent may take, the first by (priority, first enqueue time, contact
//!   id) is next, whatever its queue; those that wait for this agent alone come before all others.
//! - Among the agents for a contact, its queue picks the one who has been Available longest, or the
//!   one with the best skills, or who comes next in a circle, or the first from the top.
//! - A queue's distribution groups are cumulative: each joins when the one before has had its time.
//!   In a skills-based queue an agent must meet all of the contact's requirements, which may be
//!   replaced by others after some time.
//! - An agent who does not answer in time, or declines, is set to RONA until choosing a state; the
//!   contact goes back to its place. If the contact leaves while the device rings, the agent goes
//!   back to the old place among the Available.
//! - A contact that waits for one agent goes to its recovery queue when that agent signs out or
//!   does
//!   not answer, or when it has waited too long ([`Output::SentToRecovery`]).
//! - A contact that waits in one queue longer than it allows leaves it ([`Output::TimedOut`]).
//! - An agent who is Available or Idle may be asked by name for a contact that waits in no queue
//!   ([`Input::Ask`]): a consult, a transfer to an agent, a call of their own.
//! - What is due by now happens before an input of the same millisecond.

mod agent;
mod bits;
mod contact;
mod conversation;
mod direct;
mod faults;
mod figures;
mod input;
pub mod limits;
mod map;
mod matching;
mod offers;
mod operator;
mod ordered;
mod output;
mod plan;
mod pools;
mod problem;
#[cfg(test)]
mod proof;
mod queue;
mod queueing;
mod refusal;
mod renew;
mod routing;
mod signing;
mod skill_sets;
mod skills;
mod stats;
mod timers;
mod to_agent;
mod view;
mod waiting;

pub use input::{AgentChoice, GroupStep, Input, Leaving};
pub use output::{AgentState, NextState, OfferEnd, Output};
pub use problem::Problem;
pub use refusal::{Refusal, SkillProblem};
pub use routing::Routing;
pub use stats::Interval;
pub use view::AgentView;

/// The tests from outside, which run here too, call the crate by its name.
#[cfg(test)]
extern crate self as trunkline_acd;

/// The idle code of an agent who has just signed in.
pub const SIGNED_IN: &str = "Signed in";

/// The idle code of an agent whose device failed (D26).
pub const LOST_CONNECTION: &str = "Lost connection";

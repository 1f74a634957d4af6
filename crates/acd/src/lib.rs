//! Queues, teams, agents: who gets which contact, and when.
//!
//! [`Routing`] is one routing domain as a sans-IO state machine: [`Input`]s and the time go in,
//! [`Output`]s come out, nothing else is touched. Its rules:
//!
//! - Among the contacts that an agent may take, the first by (priority, first enqueue time, contact
//!   id) is next, whatever its queue; among the agents for a contact, the one who has been
//!   Available longest.
//! - A queue's distribution groups are cumulative: each joins when the one before has had its time.
//!   In a skills-based queue an agent must meet all of the contact's requirements.
//! - An agent who does not answer in time, or declines, is set to RONA until choosing a state; the
//!   contact goes back to its place. If the contact leaves while the device rings, the agent goes
//!   back to the old place among the Available.
//! - A contact that waits in one queue longer than it allows leaves it ([`Output::TimedOut`]).
//! - What is due by now happens before an input of the same millisecond.

mod agent;
mod bits;
mod contact;
mod conversation;
mod figures;
mod input;
pub mod limits;
mod map;
mod matching;
mod offers;
mod ordered;
mod output;
mod plan;
mod pools;
mod problem;
mod queue;
mod queueing;
mod refusal;
mod routing;
mod signing;
mod skill_sets;
mod skills;
mod timers;
mod waiting;

pub use input::{AgentChoice, GroupStep, Input};
pub use output::{AgentState, OfferEnd, Output};
pub use problem::Problem;
pub use refusal::{Refusal, SkillProblem};
pub use routing::Routing;

/// The idle code of an agent who has just signed in.
pub const SIGNED_IN: &str = "Signed in";

/// The idle code of an agent whose device failed (D26).
pub const LOST_CONNECTION: &str = "Lost connection";

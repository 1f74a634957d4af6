//! Queues, teams, agents: who gets which contact, and when.

mod input;
pub mod limits;
mod output;
mod problem;
mod refusal;
mod routing;

pub use input::{AgentChoice, GroupStep, Input};
pub use output::{AgentState, OfferEnd, Output};
pub use problem::Problem;
pub use refusal::{Refusal, SkillProblem};
pub use routing::Routing;

/// The idle code of an agent who has just signed in.
pub const SIGNED_IN: &str = "Signed in";

/// The idle code of an agent whose device failed (D26).
pub const LOST_CONNECTION: &str = "Lost connection";

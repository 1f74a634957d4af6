//! Reads, checks, writes and runs flows exported from Webex Contact Center.
//!
//! - [`Flow::read`] turns an export into a [`Flow`]: typed activities, links, event flows and
//!   variables. Strange content never stops it: it is kept, reported as a [`Diagnostic`], and
//!   written back unchanged by [`Flow::export`].
//! - [`Run`] runs one contact's flow. It is sans-IO: inputs and the time go in, [`Effect`]s come
//!   out, and the same inputs give the same effects.
//! - [`Site`] is what a run may look things up in: the tenant and its flows.
//!
//! An activity is one file in `activities/` and one line in its registry.

pub mod activities;
pub mod check;
pub mod diagnostic;
pub mod flow;
pub mod json;
pub mod outputs;
pub mod read;
pub mod run;
pub mod site;

pub use diagnostic::{Diagnostic, Severity};
pub use flow::{EventFlow, Flow, FlowKind, Node, Variable};
pub use read::FlowError;
pub use run::{Effect, Input, Run};
pub use site::Site;

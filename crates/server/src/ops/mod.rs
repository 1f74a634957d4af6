//! How a server is run: logs, metrics, health, the admin socket, reload and stop.
//!
//! [`operate`](run::operate) is the loop around a server. It knows the server by [`Control`] only:
//! a question goes to the switchboard, the answer comes back by a oneshot channel.

pub mod admin;
pub mod control;
pub mod health;
pub mod http;
pub mod log;
pub mod metrics;
mod process;
pub mod run;
mod socket;
#[cfg(test)]
mod tests;

pub use admin::{Client, ClientError};
pub use control::{
    AgentLine, AgentMode, AgentSetting, Ask, Asked, ContactLine, Control, QueueLine, Reply, Status,
    ask,
};
pub use health::{Check, Health};
pub use log::{LogHandle, contact_span};
pub use metrics::{CallOutcome, DipOutcome, JournalFault, Metrics, RtpFigures, SipFigures};
pub use run::{End, OperateError, Operation, operate};

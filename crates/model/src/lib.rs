//! Tenant configuration, typed ids and the words that several parts share.
//!
//! `model` has no behaviour: it names things. Routing, flows, connectors and stores all speak of
//! the queues, requests, failures and traces that are defined here, so that none of them needs to
//! know another.

pub mod call;
pub mod failure;
pub mod http;
pub mod ids;
pub mod number;
pub mod prompt;
pub mod routing;
pub mod tenant;
pub mod trace;

pub use failure::{Failure, FailureCode};
pub use ids::{AgentId, ConnectorId, ContactId, EntryPointId, FlowId, QueueId, TeamId};

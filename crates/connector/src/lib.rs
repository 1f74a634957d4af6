//! HTTP requests of flows: connectors, grants, tokens, retries, limits.

mod address;
mod answer;
mod client;
mod credential;
mod diagnose;
mod error;
mod fault;
mod grants;
mod network;
mod options;
mod outgoing;
mod proxy;
mod redirect;
mod report;
mod resolver;
mod retry;
mod secret;
pub mod soql_guard;
#[cfg(test)]
mod testing;
mod tls;
mod token;
mod token_cache;
mod transport;
mod write_guard;

pub use client::Client;
pub use error::ConnectorError;
pub use options::{
    Clock, EnvLookup, Options, WriteDecision, WritePolicy, server_write_policy,
    unattended_write_policy,
};
pub use report::{Report, Stage, StageReport, Status};
pub use resolver::{Addresses, Resolve, SystemResolver};
pub use retry::RetryStop;
pub use secret::KnownSecrets;

/// Makes aws-lc-rs the TLS provider of the whole process (decision 23). Call it first in `main`;
/// later calls do nothing.
pub fn install_crypto() {
    // An error means that a provider is installed already, which is what we want.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

//! A local stand-in for Salesforce: OAuth2, REST and SOQL on SQLite.
//!
//! It is meant for development, demos, CI and flow tests: a client that was written for
//! Salesforce signs in, queries and updates records, and nothing leaves the machine.
//!
//! ```no_run
//! # async fn run() -> Result<(), trunkline_salesforce_sandbox::SandboxError> {
//! use trunkline_salesforce_sandbox::{Options, Sandbox};
//!
//! let sandbox = Sandbox::start(Options::default()).await?;
//! println!("{}", sandbox.banner());
//! sandbox.stop().await;
//! # Ok(())
//! # }
//! ```

mod api_error;
mod banner;
mod error;
mod fixture;
mod http;
mod id;
mod json;
mod oauth;
mod options;
mod rest;
mod sandbox;
mod schema;
mod service;
mod soql;
mod sosl;
mod store;
mod time;

pub use error::SandboxError;
pub use fixture::Fixture;
pub use options::{Credentials, Database, Observer, Options, RequestLog};
pub use sandbox::Sandbox;

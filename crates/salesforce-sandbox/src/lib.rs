//! A local stand-in for Salesforce: OAuth2, REST and SOQL on SQLite.
//!
//! It is meant for development, demos, CI and flow tests: a client that was written for
//! Salesforce signs in, queries and updates records, and nothing leaves the machine. It is no
//! place for real data: it checks secrets as Salesforce does, but everybody knows them.
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
//!
//! **Signing in** (`oauth`): client credentials, password, refresh token, JWT bearer (RS256),
//! SOAP `login()`; revoke, introspect, userinfo and identity URL. Tokens live in memory.
//!
//! **REST** (`rest`): versions 31 to 66; describe, records, external Ids, relationships, `query`,
//! `queryAll`, `search`, `parameterizedSearch`, `limits`, and `composite` with its variants. Not
//! there: Bulk, Apex, metadata, triggers, sharing, the authorization code flow.
//!
//! **SOQL** (`soql`): the whole SELECT but `WITH DATA CATEGORY` and distances. Every value of a
//! query reaches SQLite as a bound parameter. Records without ORDER BY come by Id.
//!
//! **Records** (`store`): what Salesforce fills, the sandbox fills: a case gets its number and
//! status, `Case.Comments` becomes one private `CaseComment` for each write and reads back null.
//!
//! **Fixtures** (`fixture`): objects and records to start with, as JSON that can be written by
//! hand: records need no Ids, and `"AccountId": "@acme"` means the record with `"Id": "@acme"`:
//!
//! ```
//! use trunkline_salesforce_sandbox::{Fixture, Options};
//!
//! let text = r#"{
//!   "records": {
//!     "Account": [{"Id": "@acme", "Name": "Acme Corp", "Phone": "+14806754111"}],
//!     "Contact": [{"LastName": "Howard", "AccountId": "@acme", "Phone": "(480) 675-4111"}],
//!     "Case": [{"Subject": "Renewal", "AccountId": "@acme", "Priority": "High"}]
//!   }
//! }"#;
//! let fixture = Fixture::from_json(text, "demo")?;
//! let options = Options { fixture: Some(fixture), ..Options::default() };
//! # let _ = options;
//! # Ok::<(), trunkline_salesforce_sandbox::SandboxError>(())
//! ```
//!
//! A fixture's `schema` adds fields to the built-in objects, replaces an object when it names
//! its `keyPrefix`, or brings new ones; see `src/schema/builtin.json` for the format.

mod api_error;
mod banner;
mod error;
mod fixture;
mod http;
mod id;
mod json;
mod oauth;
mod options;
mod records;
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
#[doc(hidden)]
pub use records::Records;
pub use sandbox::Sandbox;

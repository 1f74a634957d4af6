//! What is written down of contacts and routing, how it is read back, and what comes after a crash.
//!
//! - [`Writer`] writes the streams of many contacts and of one routing domain for a single thread:
//!   it gathers what happened, and [`Writer::commit`] stores all of it at once. Effects leave the
//!   process only afterwards (decision 17).
//! - [`SiteImage`] is the tenant with its flows, written once as a stream named after its content;
//!   a contact's head names it.
//! - [`read_contact`] reads one contact back, [`rebuild`] builds it again, and [`recover`] does
//!   that for all contacts that a crash cut off.
//! - [`Keys`] is where the key is that seals what is secret (decision 20).
//!
//! A contact's stream holds its head, then its inputs, each followed by one entry with the outputs
//! that it led to, and a closing entry. Head and inputs alone say what the contact did, so they
//! alone are read back; outputs are there for people. A routing stream holds an era of the domain:
//! the agents' seats at its beginning, then each input with the outputs that it led to.

mod codec;
mod error;
mod key;
mod lane;
mod moments;
mod read;
mod rebuild;
mod record;
mod recover;
mod routing;
mod site;
mod uses;
mod writer;

pub use error::{FailureClass, JournalError};
pub use key::Keys;
pub use read::{CONTACTS, ReadContact, SiteCache, read_contact};
pub use rebuild::{InDoubt, Rebuilt, Replayed, lost, may_resend, rebuild, replay};
pub use recover::{Draft, Problem, RecoverOptions, Recovered, RecoveredContact, recover};
pub use routing::Seat;
pub use site::SiteImage;
pub use trunkline_exchange::{ContactRecord, MessageId, RoutingRecord, Sender};
pub use writer::{Commit, Retention, Writer, WriterOptions};

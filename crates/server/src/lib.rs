//! The contact centre on the wire: calls, agents' phones, configuration, operation.
//!
//! One thread, the switchboard, owns all contacts and the queues
//! ([`trunkline_exchange::Exchange`]). What happens reaches it as events: from the tasks of SIP
//! calls, from the media threads, from requests and prompts under way. It takes what has gathered,
//! has it written to the journal at once, and then carries out what follows. Nothing it does
//! blocks but the journal.

mod archive;
mod audio;
mod book;
mod centre;
pub mod config;
mod figures;
mod follow;
pub mod ops;
mod parts;
mod recovery;
mod server;
mod switchboard;
mod trial;
mod variables;
mod web;

pub use server::{Server, StartError};
#[doc(hidden)]
pub use switchboard::Waits;
pub use web::Web;

//! Contacts and their routing domain together: what one decides, the other hears.
//!
//! [`Exchange`] is a sans-IO state machine over many [`Contact`](trunkline_contact::Contact)s and
//! one [`Routing`](trunkline_acd::Routing). A shell gives it [`Input`]s with the time, and carries
//! out the [`Output`]s once the [`Recorder`] has written down what led to them (decision 17).
//!
//! Contacts and routing are journalled in streams of their own. What one tells the other carries a
//! [`MessageId`], so that after a crash a message that was sent is delivered once (decision 19).

mod allocation;
mod contacts;
mod exchange;
mod input;
mod messages;
mod output;
mod recorder;

pub use allocation::Allocations;
pub use exchange::Exchange;
pub use input::Input;
pub use messages::{Told, agent_gone, message_to_contact, message_to_routing};
pub use output::Output;
pub use recorder::{ContactRecord, MessageId, Recorder, RoutingRecord, Sender};

//! What a shell tells an exchange.

use trunkline_acd as acd;
use trunkline_contact as contact;
use trunkline_contact::Arrival;
use trunkline_model::{AgentId, ContactId};

/// Something that happened outside of contacts and routing.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A call arrived at an entry point that exists and whose flow is loaded.
    Arrived(Box<Arrival>),
    /// Something happened to a contact.
    Contact {
        /// The contact; one that is over hears nothing.
        contact: ContactId,
        /// What happened.
        input: contact::Input,
    },
    /// An agent did something, or something happened to their device.
    Routing(acd::Input),
    /// An agent hung up in a conversation: queues and contact both hear of it.
    AgentHungUp {
        /// The contact.
        contact: ContactId,
        /// The agent.
        agent: AgentId,
    },
    /// The time that [`Exchange::wake_at`](crate::Exchange::wake_at) named has come.
    Tick,
}

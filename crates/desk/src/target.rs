//! Whom a caller may be sent to, or who may be asked.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a consult or a transfer goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Destination {
    /// An agent.
    Agent {
        /// The agent's id.
        id: String,
    },
    /// A queue: whoever answers there.
    Queue {
        /// The queue's id.
        id: String,
    },
    /// An entry point: its flow begins.
    EntryPoint {
        /// The entry point's id.
        id: String,
    },
    /// A number, as typed.
    Number {
        /// The number.
        number: String,
    },
}

/// A line of the picker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Target {
    /// Where it goes.
    pub to: Destination,
    /// The name.
    pub name: String,
    /// Whether it can be reached now, and if not, why.
    pub reach: Reach,
    /// For agents: since when they are in their state. For queues: since when the first contact
    /// waits.
    pub since_ms: Option<i64>,
    /// For queues: how many contacts wait.
    pub waiting: Option<u64>,
    /// For agents: the team's name.
    pub team: Option<String>,
}

/// Whether a target can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Yes.
    Reachable,
    /// The agent is signed out.
    SignedOut,
    /// The agent is Idle: may be asked, and may decline.
    Idle,
    /// The agent is with a contact.
    Busy,
    /// Nobody serves the queue now.
    NobodyThere,
    /// It is closed.
    Closed,
}

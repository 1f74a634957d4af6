//! Contacts of the past, as lists show them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::call::Direction;

/// A contact that an agent has had or missed, or that a customer has made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PastContact {
    /// The contact's id.
    pub id: String,
    /// When it arrived.
    pub arrived_ms: i64,
    /// Who called whom.
    pub direction: Direction,
    /// The caller's name, if a variable gave one.
    pub customer_name: Option<String>,
    /// The caller's number.
    pub ani: String,
    /// The last queue's name.
    pub queue: Option<String>,
    /// The last agent's name.
    pub agent: Option<String>,
    /// How long they talked, in milliseconds.
    pub talk_ms: i64,
    /// What became of it.
    pub outcome: PastOutcome,
    /// The name of the wrap-up code.
    pub wrap_up: Option<String>,
    /// Whether it goes on.
    pub is_live: bool,
}

/// What became of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PastOutcome {
    /// An agent talked to the caller.
    Handled,
    /// It rang, and the agent did not answer.
    Missed,
    /// The caller hung up before anybody answered.
    Abandoned,
    /// It went elsewhere.
    Transferred,
    /// The flow alone dealt with it.
    SelfService,
}

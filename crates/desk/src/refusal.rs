//! Why something that an agent asked for is not done.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::reason::Reason;

/// Why a command is not carried out. Pages have a sentence for each; `code()` is stable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The user is no agent of the tenant, or not one any more.
    #[error("you are not an agent of this contact centre; ask an administrator")]
    NoAgent,
    /// The agent has no team.
    #[error("you have no team; ask an administrator")]
    NoTeam,
    /// There is no such team for this agent.
    #[error("you may not sign in to this team")]
    NotYourTeam,
    /// The agent has not signed in.
    #[error("you are not signed in")]
    SignedOut,
    /// The agent is signed in at another desktop.
    #[error("you are signed in on {}", .0.label)]
    Elsewhere(Elsewhere),
    /// The device cannot be used.
    #[error("{0}")]
    Device(Reason),
    /// The contact is not, or no longer, the agent's.
    #[error("this contact is not yours any more")]
    NotYours,
    /// It does not fit how the conversation stands.
    #[error("this cannot be done now: {0}")]
    NotNow(Reason),
    /// The target does not exist or cannot be reached.
    #[error("{0}")]
    Unreachable(Reason),
    /// A value is not what it must be.
    #[error("{field}: {problem}")]
    Invalid {
        /// The field or variable.
        field: String,
        /// What is wrong, and what would be right.
        problem: Reason,
    },
    /// Somebody saved these variables meanwhile; their values now.
    #[error("these values have changed meanwhile")]
    Stale {
        /// The version to build on.
        version: u64,
        /// The values now, of the variables that were to be saved.
        values: Vec<(String, String)>,
    },
    /// The server cannot do it: it stops, or has failed.
    #[error("{0}")]
    Unavailable(Reason),
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoAgent => "no-agent",
            Self::NoTeam => "no-team",
            Self::NotYourTeam => "not-your-team",
            Self::SignedOut => "signed-out",
            Self::Elsewhere(_) => "signed-in-elsewhere",
            Self::Device(_) => "device",
            Self::NotYours => "not-yours",
            Self::NotNow(_) => "not-now",
            Self::Unreachable(_) => "unreachable",
            Self::Invalid { .. } => "invalid",
            Self::Stale { .. } => "stale",
            Self::Unavailable(_) => "unavailable",
        }
    }
}

impl Refusal {
    /// The stable code of the reason, where there is more than one.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Device(reason)
            | Self::NotNow(reason)
            | Self::Unreachable(reason)
            | Self::Invalid { problem: reason, .. }
            | Self::Unavailable(reason) => reason.code(),
            Self::NoAgent
            | Self::NoTeam
            | Self::NotYourTeam
            | Self::SignedOut
            | Self::Elsewhere(_)
            | Self::NotYours
            | Self::Stale { .. } => None,
        }
    }
}

/// The other desktop of an agent who signs in twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Elsewhere {
    /// What it is called: browser and machine.
    pub label: String,
    /// Since when.
    pub since_ms: i64,
    /// Whether a conversation goes on there, and since when.
    pub talking_since_ms: Option<i64>,
}

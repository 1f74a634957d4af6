//! What an exchange wants of its shell.

use std::sync::Arc;

use trunkline_acd::{self as acd, AgentState, NextState, OfferEnd, Refusal};
use trunkline_contact as contact;
use trunkline_model::routing::AgentDetails;
use trunkline_model::{AgentId, ContactId, QueueId};

/// Something to be done, or to be known.
///
/// Where an agent rings, answers or leaves, `contact` may be the name of a consult: see
/// [`trunkline_contact::consult_of`].
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// A contact wants something of the outside. Never what the exchange itself does: queues,
    /// their figures, allocations.
    Contact {
        /// The contact.
        contact: ContactId,
        /// What it wants.
        output: contact::Output,
    },
    /// Nothing more comes from this contact.
    Ended {
        /// The contact.
        contact: ContactId,
    },
    /// The program made a mistake over this contact, which is gone; whoever calls is still there.
    Crashed {
        /// The contact.
        contact: ContactId,
        /// The contact that takes its place, if it was not over for the caller; its outputs follow.
        successor: Option<ContactId>,
        /// What the program said.
        message: String,
    },
    /// A contact waits in a queue.
    Queued {
        /// The contact.
        contact: ContactId,
        /// The queue.
        queue: QueueId,
    },
    /// An agent's device is to ring.
    Ring {
        /// The contact on offer.
        contact: ContactId,
        /// Whose device.
        agent: Arc<AgentDetails>,
        /// The queues end the offer after so many milliseconds.
        ring_timeout_ms: u64,
        /// The number to show at the agent's phone; none for the caller's.
        caller_id: Option<String>,
    },
    /// An agent's device is to stop ringing.
    StopRinging {
        /// The contact that was on offer.
        contact: ContactId,
        /// Whose device.
        agent: AgentId,
        /// Why.
        reason: OfferEnd,
    },
    /// An agent answered: caller and agent are to hear each other.
    Connect {
        /// The contact.
        contact: ContactId,
        /// Who answered.
        agent: Arc<AgentDetails>,
    },
    /// The agent's device that belongs to a consult belongs to the contact from now on. The device
    /// of the agent who had it is let go by a [`Output::Release`] of its own.
    TakenOver {
        /// The contact.
        contact: ContactId,
        /// The consult, by its name in the queues.
        consult: ContactId,
        /// Who has it now.
        agent: AgentId,
    },
    /// The conversation is over for the agent: their device is to be let go.
    Release {
        /// The contact.
        contact: ContactId,
        /// Whose device.
        agent: AgentId,
        /// Whether the agent now wraps up, and only they can end it.
        wraps_up_without_end: bool,
    },
    /// An agent's state changed.
    AgentState {
        /// Who.
        agent: AgentId,
        /// The new state.
        state: AgentState,
    },
    /// What an agent will be when they are free again, or that nothing is chosen any more.
    AgentNext {
        /// Who.
        agent: AgentId,
        /// The choice.
        next: Option<NextState>,
    },
    /// Wrap-up takes longer.
    WrapUpExtended {
        /// The contact.
        contact: ContactId,
        /// Who wraps up.
        agent: AgentId,
        /// Wrap-up ends by itself after so many milliseconds from now.
        auto_end_ms: u64,
    },
    /// Something that somebody did came too late, or does not fit.
    Refused {
        /// What was asked of the queues.
        input: Box<acd::Input>,
        /// Why.
        reason: Refusal,
    },
}

impl Output {
    /// The contact that it concerns.
    pub fn contact(&self) -> Option<&ContactId> {
        match self {
            Self::Contact { contact, .. }
            | Self::Ended { contact }
            | Self::Crashed { contact, .. }
            | Self::Queued { contact, .. }
            | Self::Ring { contact, .. }
            | Self::StopRinging { contact, .. }
            | Self::Connect { contact, .. }
            | Self::TakenOver { contact, .. }
            | Self::WrapUpExtended { contact, .. }
            | Self::Release { contact, .. } => Some(contact),
            Self::AgentState { .. } | Self::AgentNext { .. } | Self::Refused { .. } => None,
        }
    }
}

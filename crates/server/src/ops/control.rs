//! What the outside may ask of a running server.
//!
//! The server implements [`Control`] by sending the [`Ask`] to its switchboard, whose thread
//! answers between two events:
//!
//! ```
//! use std::sync::mpsc::{Sender, channel};
//! use trunkline_server::ops::{Ask, Control};
//!
//! struct Handle(Sender<Ask>);
//!
//! impl Control for Handle {
//!     fn ask(&self, ask: Ask) {
//!         // A switchboard that is gone drops the channel for the answer; whoever asked sees that.
//!         let _ = self.0.send(ask);
//!     }
//! }
//!
//! let (sender, switchboard) = channel();
//! Handle(sender).ask(Ask::Drain);
//! assert!(matches!(switchboard.recv(), Ok(Ask::Drain)));
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use trunkline_model::ids::{AgentId, ContactId};

use crate::config::Setup;

/// Where an answer goes.
pub type Reply<T> = oneshot::Sender<T>;

/// A running server as its operator sees it.
pub trait Control: Send + Sync + 'static {
    /// Gives the question to the switchboard and returns at once.
    fn ask(&self, ask: Ask);
}

/// A question or an order.
#[derive(Debug)]
pub enum Ask {
    /// How many contacts there are.
    Status(Reply<Status>),
    /// The contacts, the oldest first, at most so many.
    Contacts(usize, Reply<Vec<ContactLine>>),
    /// The queues, in the order of the tenant.
    Queues(Reply<Vec<QueueLine>>),
    /// The agents, in the order of the tenant.
    Agents(Reply<Vec<AgentLine>>),
    /// An agent, by id or name, is to be Available or Idle; an agent who is not signed in is
    /// signed in. The answer is the new state, or why it cannot be.
    SetAgent {
        /// Id or name.
        agent: String,
        /// What is wanted.
        setting: AgentSetting,
        /// The answer.
        reply: Reply<Result<AgentLine, String>>,
    },
    /// A contact's call is to end, as if the caller had hung up.
    HangUp {
        /// The contact.
        contact: ContactId,
        /// Whether it is there.
        reply: Reply<Result<(), String>>,
    },
    /// New calls are refused with 503 from now on; existing ones go on.
    Drain,
    /// The configuration was read anew and is in order; calls under way keep what they began
    /// with. The answer has a line for each thing that could not be taken over.
    Reload(Box<Setup>, Reply<Vec<String>>),
}

/// A server in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Contacts whose flow or event flows run.
    pub contacts: u64,
    /// Of these, with a call that is up.
    pub calls: u64,
    /// Of these, waiting in queues.
    pub queued: u64,
    /// Of these, talking to an agent.
    pub connected: u64,
    /// Agents signed in.
    pub agents: u64,
    /// Whether new calls are refused since the server is about to stop.
    pub draining: bool,
}

/// A contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactLine {
    /// Its id.
    pub contact: String,
    /// The entry point's name.
    pub entry_point: String,
    /// The caller's number as the flow sees it.
    pub ani: String,
    /// The number that was dialled.
    pub dnis: String,
    /// What it is at: `flow`, `queued`, `ringing`, `connected`, `after_call`.
    pub state: String,
    /// The queue in which it waits.
    pub queue: Option<String>,
    /// The agent who talks.
    pub agent: Option<String>,
    /// Since the call arrived, in seconds.
    pub age_s: u64,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueLine {
    /// Its name.
    pub queue: String,
    /// Contacts that wait.
    pub waiting: u64,
    /// How long the first of them has waited, in milliseconds.
    pub longest_wait_ms: u64,
    /// Agents who serve it and are Available.
    pub available_agents: u64,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentLine {
    /// The id.
    pub agent: AgentId,
    /// The name.
    pub name: String,
    /// What they do.
    pub state: AgentMode,
    /// Why they are Idle.
    pub idle_code: Option<String>,
    /// The contact on offer, talked to or wrapped up.
    pub contact: Option<String>,
    /// The user of their phone; None for agents without one.
    pub phone: Option<String>,
    /// Whether that phone is registered.
    pub registered: bool,
}

/// What an agent does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentMode {
    /// Not signed in.
    SignedOut,
    /// Signed in, not ready.
    Idle,
    /// Ready for a contact.
    Available,
    /// The phone rings.
    Reserved,
    /// In a conversation.
    Engaged,
    /// After a conversation.
    WrapUp,
}

impl AgentMode {
    /// All of them, in the order of a working day.
    pub const ALL: [Self; 6] =
        [Self::SignedOut, Self::Idle, Self::Available, Self::Reserved, Self::Engaged, Self::WrapUp];

    /// Its name in JSON and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Idle => "idle",
            Self::Available => "available",
            Self::Reserved => "reserved",
            Self::Engaged => "engaged",
            Self::WrapUp => "wrap_up",
        }
    }
}

/// What an agent is set to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentSetting {
    /// Ready for a contact.
    Available,
    /// Not ready, for this reason.
    Idle(String),
}

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Asked {
    /// The switchboard is gone.
    #[error("the switchboard is gone; the log says why")]
    Gone,
    /// It did not answer in time.
    #[error("the switchboard does not answer")]
    Late,
}

/// Asks and waits for the answer.
///
/// # Errors
/// When no answer comes.
pub async fn ask<T>(
    control: &dyn Control,
    limit: Duration,
    question: impl FnOnce(Reply<T>) -> Ask,
) -> Result<T, Asked> {
    let (reply, answer) = oneshot::channel();
    control.ask(question(reply));
    match tokio::time::timeout(limit, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => Err(Asked::Gone),
        Err(_) => Err(Asked::Late),
    }
}

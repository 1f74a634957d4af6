//! What desktops ask of the switchboard.

use tokio::sync::oneshot;
use trunkline_api::centre::{ContactSearch, PageLink};
use trunkline_desk::{Command, DeskView, FromDesk, PastContact, PathStep, Refusal, Target};
use trunkline_model::{AgentId, ContactId};

use super::desktop::PageId;
use crate::archive::Entry;

/// Where an answer goes.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// Something that a desktop asks or tells.
pub(crate) enum DeskEvent {
    /// What is shown now.
    View { agent: AgentId, reply: Reply<Box<DeskView>> },
    /// An agent wants something done.
    Command { agent: AgentId, command: Box<Command>, reply: Reply<()> },
    /// Whom the agent may reach.
    Targets { agent: AgentId, search: String, reply: Reply<Vec<Target>> },
    /// The value of a secure variable.
    Secure { agent: AgentId, contact: ContactId, variable: String, reply: Reply<String> },
    /// A page is there.
    Attach { agent: AgentId, reply: Reply<PageLink> },
    /// A page says something.
    Said { agent: AgentId, page: PageId, message: Box<FromDesk> },
    /// A page is gone.
    Left { agent: AgentId, page: PageId },
    /// The steps of a contact have been read.
    Path { contact: ContactId, path: Vec<PathStep> },
    /// Contacts that go on and fit.
    Live { search: ContactSearch, reply: Reply<Vec<PastContact>> },
    /// What is known of a contact that goes on.
    LiveEntry { contact: ContactId, reply: Reply<Option<Entry>> },
}

//! The contact centre as its interface sees it: what can be asked of it and what it tells.
//!
//! The server implements [`Centre`]; who may ask what has been decided before it is asked.

use std::future::Future;
use std::pin::Pin;

use tokio::sync::mpsc;
use trunkline_desk::{Command, DeskView, FromDesk, PastContact, Refusal, Target, ToDesk};
use trunkline_model::{AgentId, ContactId};

/// An answer that comes later.
pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send>>;

/// What can be asked of a contact centre.
pub trait Centre: Send + Sync + 'static {
    /// What the agent's desktop shows now.
    fn view(&self, agent: &AgentId) -> Answer<DeskView>;

    /// Does what an agent asks for. The next view shows what came of it.
    fn command(&self, agent: &AgentId, command: Command) -> Answer<()>;

    /// Whom the agent may consult or transfer to, those that match `search` (all when empty), at
    /// most 200; the reachable first.
    fn targets(&self, agent: &AgentId, search: &str) -> Answer<Vec<Target>>;

    /// The value of a secure variable of the agent's contact; that it was read goes into the audit
    /// log of whoever asks.
    fn secure_value(&self, agent: &AgentId, contact: &ContactId, variable: &str) -> Answer<String>;

    /// Joins a page to the agent's desktop: what it sends goes in, what it is to know comes out.
    /// Dropping the [`PageLink`] is the page's end.
    fn attach(&self, agent: &AgentId) -> Answer<PageLink>;

    /// Contacts of the past and of now that fit, the newest first.
    fn contacts(&self, search: ContactSearch) -> Answer<Vec<PastContact>>;

    /// One contact with all its steps.
    fn contact(&self, contact: &ContactId) -> Answer<ContactRecord>;
}

/// A page's connection with its agent's desktop.
#[derive(Debug)]
pub struct PageLink {
    /// What the page is told; over when the desktop lets go of the page. A page that does not
    /// read for long is let go.
    pub events: mpsc::Receiver<ToDesk>,
    /// What the page says; at most 64 messages wait.
    pub say: mpsc::Sender<FromDesk>,
}

/// Which contacts are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactSearch {
    /// Only those that this agent has had or missed.
    pub agent: Option<AgentId>,
    /// Only those of agents of these teams (ids); all when none.
    pub teams: Option<Vec<String>>,
    /// Only those of this caller's number.
    pub ani: Option<String>,
    /// Only those that arrived before this moment (for the next page).
    pub before_ms: Option<i64>,
    /// Only those that arrived at or after this moment.
    pub from_ms: Option<i64>,
    /// At most so many, up to 200.
    pub limit: usize,
}

/// A contact with its steps and variables.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactRecord {
    /// Its line in lists.
    pub contact: PastContact,
    /// The entry point's name.
    pub entry_point: String,
    /// The number that was called.
    pub dnis: String,
    /// The flow's name and version.
    pub flow: String,
    /// All agents who have had it.
    pub agents: Vec<AgentId>,
    /// The teams of these agents.
    pub teams: Vec<String>,
    /// Its trace: lines of `docs/trace.schema.json`, in their order; secure values masked.
    pub trace: Vec<serde_json::Value>,
    /// Its variables with their last values; secure ones masked.
    pub variables: Vec<trunkline_desk::VariableView>,
    /// What happened, for people.
    pub path: Vec<trunkline_desk::PathStep>,
}

//! The contact centre as its interface sees it: what can be asked of it and what it tells.
//!
//! The server implements [`Centre`]; who may ask what has been decided before it is asked.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::mpsc;
use trunkline_desk::{
    CaseOf, CaseView, Command, DeskView, FromCaller, FromDesk, PastContact, Refusal, Target,
    ToCaller, ToDesk, TrialView,
};
use trunkline_model::{AgentId, ContactId};
use trunkline_settings::Trial;
use utoipa::ToSchema;

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

    /// Which revision of the configuration new contacts meet.
    fn in_force(&self) -> Answer<InForce>;

    /// Tries a connector step by step, by the requests that flows would send; reads only.
    fn test_connector(&self, trial: Trial) -> Answer<ConnectorReport>;

    /// Converts an audio file (WAV, MP3, FLAC, OGG Vorbis) into what telephones play: WAV, mono,
    /// 8 kHz, 8-bit mu-law, 5 MB at most. One that is like that already comes back as it is.
    fn convert_audio(&self, file: Vec<u8>) -> Answer<Vec<u8>>;

    /// The audio file of this name as callers hear it now, in that form; none if there is none.
    fn audio(&self, name: &str) -> Answer<Option<Vec<u8>>>;

    /// What the page "Try it" needs; none where it is switched off, as it is unless the
    /// configuration says otherwise.
    fn try_it(&self) -> Option<Arc<dyn TryIt>> {
        None
    }
}

/// What can be asked of a contact centre that may be tried from its pages, with sample data.
pub trait TryIt: Send + Sync + 'static {
    /// Who may call whom.
    fn view(&self) -> Answer<TrialView>;

    /// Joins a page as a caller's phone. Dropping the [`PhoneLink`] ends its call.
    fn phone(&self) -> Answer<PhoneLink>;

    /// Speaks a text, at most 300 characters, as the caller's voice: a WAV file, mono, 16 bits.
    fn speak(&self, text: &str) -> Answer<Vec<u8>>;

    /// A case as the CRM has it now; none if there is no such case.
    fn case(&self, of: CaseOf) -> Answer<Option<CaseView>>;
}

/// The connection of a caller's phone.
#[derive(Debug)]
pub struct PhoneLink {
    /// What the phone is told; over when the server lets go of it.
    pub events: mpsc::Receiver<ToCaller>,
    /// What the phone says; at most 64 messages wait.
    pub say: mpsc::Sender<FromCaller>,
}

/// Which revision of the configuration new contacts meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InForce {
    /// The revision.
    pub revision: u64,
    /// What of newer ones is not taken over, and why; for people.
    pub notes: Vec<String>,
}

/// How a connector's test went. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConnectorReport {
    /// The connector's name.
    pub connector: String,
    /// Its base URL.
    pub base_url: String,
    /// Whether no stage failed.
    pub passed: bool,
    /// The stages, in their order.
    pub stages: Vec<ConnectorStage>,
}

/// A stage of a connector's test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConnectorStage {
    /// `config`, `dns`, `tcp`, `tls`, `token`, `scope` or `api`.
    pub stage: String,
    /// How it went.
    pub status: StageStatus,
    /// How long it took, in milliseconds; 0 when it was skipped.
    pub duration_ms: u64,
    /// What was found, or why it was skipped.
    pub detail: String,
    /// What to do, when it failed.
    pub advice: Option<String>,
}

/// How a stage went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StageStatus {
    /// It works.
    Ok,
    /// It does not.
    Failed,
    /// It was not tried.
    Skipped,
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

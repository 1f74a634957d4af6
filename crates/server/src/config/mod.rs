//! `trunkline.toml`: how the server is reached, who may call and register, where it keeps things.
//!
//! The types here are the file's shape; `docs/trunkline.schema.json` and the table of keys in
//! `docs/serve.md` are generated from them. [`read::parse`] reads a text, [`load::Setup`] reads
//! the file with everything that it names.

mod accounts;
mod check;
mod defaults;
mod inspect;
mod kept;
pub mod load;
mod mistake;
mod operation;
mod phones;
mod ports;
mod reach;
pub mod read;
mod reload;
mod rtp;
pub mod schema;
mod secret;
mod shape;
mod sip;
mod summary;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod trial;
mod trunk;
mod web;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trunkline_speech::SpeechConfig;

pub use accounts::{Credentials, PhoneAccount, TrunkAccount};
pub use inspect::{Finding, Severity, inspect};
pub use kept::{KeptTenant, TenantSource, keeper};
pub use load::{Setup, SetupOptions, socket_of};
pub use mistake::{ConfigErrors, Problem};
pub use operation::{
    AdminConfig, HttpConfig, JournalConfig, LimitsConfig, LogConfig, LogFormat, LogLevel, SyncMode,
};
pub use phones::{DigestAlgorithm, PhoneConfig, PhonesConfig};
pub use ports::PortRange;
pub use reload::{Change, changes};
pub use rtp::RtpConfig;
pub use sip::{BanConfig, RateConfig, SipConfig, SipListen};
pub use summary::{NumberSummary, PhoneSummary, Summary, TrunkSummary};
pub use text::HostPort;
pub use trial::{TryCaller, TryConfig};
pub use trunk::{DigestConfig, DnisHeader, OutboundConfig, Transport, TrunkConfig};
pub use web::{BrowserCodec, DeskConfig, WebConfig, WebrtcConfig};

/// The whole file. Paths are relative to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The tenant's file: flows, entry points, queues, agents, connectors. It counts until the
    /// tenant is changed by the pages, the interface or `trunkline apply`.
    pub tenant: PathBuf,
    /// The folder for what the server keeps: the journal, its key, the admin socket. It is made
    /// at the first start.
    pub data_dir: PathBuf,
    /// Signalling.
    pub sip: SipConfig,
    /// Audio.
    pub rtp: RtpConfig,
    /// Who sends calls and takes them: carriers, other exchanges.
    #[serde(rename = "trunk")]
    pub trunks: Vec<TrunkConfig>,
    /// What holds for all agents' phones.
    pub phones: PhonesConfig,
    /// An agent's SIP phone. `phone:` of the agent in the tenant's file may name the same user.
    #[serde(rename = "phone")]
    pub phone: Vec<PhoneConfig>,
    /// Text to speech.
    pub speech: SpeechConfig,
    /// The journal of calls, from which they are recovered after a crash.
    pub journal: JournalConfig,
    /// Health and metrics.
    pub http: HttpConfig,
    /// The pages of agents and administrators.
    pub web: WebConfig,
    /// Browsers' audio.
    pub webrtc: WebrtcConfig,
    /// Agents' desktops.
    pub desk: DeskConfig,
    /// The page "Try it", for a server with sample data.
    #[serde(rename = "try")]
    pub trial: TryConfig,
    /// The socket of `trunkline status` and `trunkline agent`.
    pub admin: AdminConfig,
    /// What is logged, to the standard error.
    pub log: LogConfig,
    /// Limits.
    pub limits: LimitsConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            tenant: "tenant.yaml".into(),
            data_dir: "data".into(),
            sip: SipConfig::default(),
            rtp: RtpConfig::default(),
            trunks: Vec::new(),
            phones: PhonesConfig::default(),
            phone: Vec::new(),
            speech: SpeechConfig::default(),
            journal: JournalConfig::default(),
            http: HttpConfig::default(),
            web: WebConfig::default(),
            webrtc: WebrtcConfig::default(),
            desk: DeskConfig::default(),
            trial: TryConfig::default(),
            admin: AdminConfig::default(),
            log: LogConfig::default(),
            limits: LimitsConfig::default(),
        }
    }
}

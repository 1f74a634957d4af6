//! `[journal]`, `[http]`, `[admin]`, `[log]`, `[limits]`: how the server is run.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::schema;

/// The journal of calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct JournalConfig {
    /// The database; `journal.db` in `data_dir` without this key.
    pub path: Option<PathBuf>,
    /// When entries are on the disk: at once, within 50 ms and before each request to another
    /// system, or when the system pleases (D17). A crash of the program alone loses nothing in
    /// any case.
    pub sync: SyncMode,
    /// Calls that ended are kept for so many hours.
    #[schemars(range(max = 87_600))]
    pub keep_h: u32,
    /// At most so many calls that ended are kept.
    #[schemars(range(max = 100_000_000))]
    pub keep_calls: u32,
    /// The key that seals what is secret in the journal; `journal.key` in `data_dir` without this
    /// key, made at the first start. The variable `TRUNKLINE_KEY` goes before the file.
    pub key_file: Option<PathBuf>,
}

impl Default for JournalConfig {
    fn default() -> Self {
        Self {
            path: None,
            sync: SyncMode::default(),
            keep_h: 168,
            keep_calls: 1_000_000,
            key_file: None,
        }
    }
}

/// When entries of the journal are on the disk (D17).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SyncMode {
    /// Before anything that follows from them is done.
    #[serde(rename = "always")]
    Always,
    /// Within 50 ms, and before each request to another system.
    #[default]
    #[serde(rename = "50ms")]
    Within50Ms,
    /// When the system pleases.
    #[serde(rename = "never")]
    Never,
}

/// Health and metrics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// Where `/healthz`, `/readyz` and `/metrics` are served.
    #[schemars(schema_with = "schema::socket_address")]
    pub listen: SocketAddr,
    /// Whether `listen` may be an address that others reach although there is no TLS. They see
    /// names of queues and agents there, no numbers of callers and no secrets.
    pub allow_plain: bool,
}

impl Default for HttpConfig {
    fn default() -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8088));
        Self { listen, allow_plain: false }
    }
}

/// The socket of `trunkline status` and `trunkline agent`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AdminConfig {
    /// The Unix socket; `admin.sock` in `data_dir` without this key. Only the server's user may
    /// open it.
    pub socket: Option<PathBuf>,
}

/// What is logged, to the standard error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// The least important lines that are written.
    pub level: LogLevel,
    /// Text for people or JSON for programs.
    pub format: LogFormat,
    /// Other levels for parts of the program, such as `trunkline_telephony = "debug"`. The SIP
    /// library `rsipstack` never gets below `warn`: it would log credentials.
    pub targets: BTreeMap<String, LogLevel>,
}

/// How important a line is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// What an operator has to act on.
    Error,
    /// What is wrong and was dealt with.
    Warn,
    /// What a call does, in a few lines.
    #[default]
    Info,
    /// Each step.
    Debug,
    /// Everything.
    Trace,
}

/// How lines of the log are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// An object a line.
    Json,
}

/// Limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// How long a server that stops waits for its calls, in seconds. A second signal ends it at
    /// once.
    #[schemars(range(max = 86_400))]
    pub drain_s: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self { drain_s: 600 }
    }
}

//! What the caller of a [`Client`](crate::Client) decides: where secrets are, what may be written.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use trunkline_model::http::Request;
use trunkline_model::tenant::connector::{Connector, Writes};

use crate::resolver::{Resolve, SystemResolver};

/// Looks up an environment variable.
pub type EnvLookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Tells the time as Unix milliseconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Decides about a request that may change data (decision 9). It is asked when the connector says
/// `ask` and the host is not a loopback one, and when it says `deny`; it may block, since it runs
/// on a thread of its own. Requests to a bare URL come with a connector that has no id, the URL's
/// origin as name and `writes: ask`.
pub type WritePolicy = Arc<dyn Fn(&Connector, &Request) -> WriteDecision + Send + Sync>;

/// What becomes of a request that may change data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteDecision {
    /// It is sent. Counts as [`WriteDecision::Deny`] where the connector says `deny`.
    Allow,
    /// It is not sent, and the activity fails.
    Deny,
    /// It is not sent; the flow gets an empty answer with this status (decision 9: 204).
    StandIn(u16),
}

/// What the caller decides about sending.
#[derive(Clone)]
pub struct Options {
    /// The folder of `tenant.yaml`, to which the paths of secret files are relative.
    pub base_dir: PathBuf,
    /// Whether secrets may be written in `tenant.yaml` itself (decision 31).
    pub allow_literal_secrets: bool,
    /// Where environment variables come from: secrets, proxies, `SSL_CERT_FILE`.
    pub env: EnvLookup,
    /// What is asked before a request that may change data.
    pub write_policy: WritePolicy,
    /// The clock for token lifetimes.
    pub now: Clock,
    /// How names become addresses.
    pub resolver: Arc<dyn Resolve>,
    /// How long a request waits for an access token, in milliseconds.
    pub token_timeout_ms: u64,
    /// The pause before the first retry, in milliseconds; it doubles with each further one.
    pub retry_pause_ms: u64,
}

impl Default for Options {
    /// The process's environment, clock and resolver, and a server's answer to `writes: ask`.
    fn default() -> Self {
        Self {
            base_dir: PathBuf::from("."),
            allow_literal_secrets: false,
            env: Arc::new(|name| std::env::var(name).ok()),
            write_policy: server_write_policy(),
            now: Arc::new(unix_ms),
            resolver: Arc::new(SystemResolver),
            token_timeout_ms: 5_000,
            retry_pause_ms: 100,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("base_dir", &self.base_dir)
            .field("allow_literal_secrets", &self.allow_literal_secrets)
            .field("token_timeout_ms", &self.token_timeout_ms)
            .field("retry_pause_ms", &self.retry_pause_ms)
            .finish_non_exhaustive()
    }
}

/// A server's policy: `ask` means allow, `deny` makes the activity fail.
pub fn server_write_policy() -> WritePolicy {
    Arc::new(|connector, _| match connector.writes {
        Writes::Allow | Writes::Ask => WriteDecision::Allow,
        Writes::Deny => WriteDecision::Deny,
    })
}

/// The policy of a command without a terminal: nothing is written, the flow gets 204.
pub fn unattended_write_policy() -> WritePolicy {
    Arc::new(|connector, _| match connector.writes {
        Writes::Allow => WriteDecision::Allow,
        Writes::Ask | Writes::Deny => WriteDecision::StandIn(204),
    })
}

fn unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

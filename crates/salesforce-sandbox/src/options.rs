//! How a sandbox is set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::fixture::Fixture;

/// Everything that can be chosen when a sandbox starts; [`Options::default`] is a good start.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 takes any free port. Default `127.0.0.1:8090`.
    pub listen: SocketAddr,
    /// Where the records live. Default: in memory, gone at the end.
    pub database: Database,
    /// The objects and records to start with. Without one: the built-in objects and one user.
    pub fixture: Option<Fixture>,
    /// A fixed time for date literals (`TODAY`) and audit fields (`CreatedDate`). It wins over
    /// the fixture's own `now`; without either it is the real time. Tokens always use real time.
    pub now: Option<jiff::Timestamp>,
    /// Who may sign in.
    pub credentials: Credentials,
    /// RSA keys that may sign a JWT bearer assertion, each a PEM file with a public key, a
    /// certificate, or a private key (of which the public half is taken).
    pub jwt_public_keys: Vec<PathBuf>,
    /// How long an access token is good for, in seconds. Default 7200.
    pub session_seconds: u64,
    /// Whether `!=`, `NOT` and `NOT IN` match records whose field is null. Salesforce's manual
    /// is silent and observers disagree. Default true.
    pub null_is_different: bool,
    /// The largest request body that is read, in bytes. Default 8 MiB.
    pub max_body_bytes: usize,
    /// How many requests [`Sandbox::requests`](crate::Sandbox::requests) remembers. Default 1000.
    pub request_log_length: usize,
    /// Called after each request, e.g. to print a line.
    pub observer: Option<Observer>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8090)),
            database: Database::Memory,
            fixture: None,
            now: None,
            credentials: Credentials::default(),
            jwt_public_keys: Vec::new(),
            session_seconds: 7200,
            null_is_different: true,
            max_body_bytes: 8 << 20,
            request_log_length: 1000,
            observer: None,
        }
    }
}

/// Where the records live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// In memory: every start is a fresh one.
    Memory,
    /// In an SQLite file, which is made when it is missing. A fixture is loaded only into a
    /// file that holds no records yet.
    File(PathBuf),
}

/// The one client and user that may sign in, beside the active users of the fixture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The consumer key. Default `trunkline`.
    pub client_id: String,
    /// The consumer secret. Default `sandbox`.
    pub client_secret: String,
    /// The user whom integrations run as. Default `admin@sandbox.example`.
    pub username: String,
    /// The password of this user and of every user of the fixture. Default `sandbox`.
    pub password: String,
    /// A refresh token that always works. Default `sandbox-refresh-token`.
    pub refresh_token: String,
}

impl Default for Credentials {
    fn default() -> Self {
        Credentials {
            client_id: "trunkline".to_owned(),
            client_secret: "sandbox".to_owned(),
            username: "admin@sandbox.example".to_owned(),
            password: "sandbox".to_owned(),
            refresh_token: "sandbox-refresh-token".to_owned(),
        }
    }
}

/// One request that the sandbox has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLog {
    /// The HTTP method.
    pub method: String,
    /// Path and query as they were sent; access tokens in them are blanked.
    pub path: String,
    /// The answer's status code.
    pub status: u16,
}

/// A callback that sees every request after it was answered.
#[derive(Clone)]
pub struct Observer(std::sync::Arc<dyn Fn(&RequestLog) + Send + Sync>);

impl Observer {
    /// Wraps a function; it runs on the sandbox's threads and should be quick.
    pub fn new(see: impl Fn(&RequestLog) + Send + Sync + 'static) -> Self {
        Observer(std::sync::Arc::new(see))
    }

    pub(crate) fn see(&self, request: &RequestLog) {
        (self.0)(request);
    }
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Observer")
    }
}

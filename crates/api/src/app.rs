//! What all handlers share.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use trunkline_accounts::{Accounts, AccountsError, AuditEvent};
use trunkline_settings::{Author, Settings as Configuration, SettingsError};

use crate::access::Caller;
use crate::centre::Centre;
use crate::client::{Client, Surroundings};
use crate::problem::Problem;
use crate::rate::Limits;
use crate::routes::Pages;

/// What all handlers share.
pub(crate) struct App {
    /// The contact centre.
    pub centre: Arc<dyn Centre>,
    /// Who may sign in.
    pub accounts: Arc<Accounts>,
    /// The tenant's configuration.
    pub configuration: Arc<Configuration>,
    /// Hosts and proxies.
    pub surroundings: Surroundings,
    /// Who may show the pages under `/embed` in a frame: origins.
    pub embed_hosts: Vec<String>,
    /// Whether browsers are told to come by HTTPS only.
    pub is_hsts: bool,
    /// How often somebody may ask.
    pub limits: Limits,
    /// The pages that are connected.
    pub pages: Arc<Pages>,
    /// The OpenAPI document.
    pub openapi: String,
}

impl App {
    /// The server's clock, in milliseconds since the Unix epoch.
    pub(crate) fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    /// Asks accounts on a thread that may wait for the disk, and compute.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Accounts) -> Result<T, AccountsError> + Send + 'static,
    ) -> Result<T, Problem> {
        let accounts = Arc::clone(&self.accounts);
        let now_ms = self.now();
        match tokio::task::spawn_blocking(move || ask(&accounts)).await {
            Ok(answer) => answer.map_err(|error| Problem::of_accounts(error, now_ms)),
            Err(error) => Err(Problem::fault(error)),
        }
    }

    /// Asks the configuration on a thread that may wait for the disk.
    pub(crate) async fn configuration<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Configuration) -> Result<T, SettingsError> + Send + 'static,
    ) -> Result<T, Problem> {
        let configuration = Arc::clone(&self.configuration);
        match tokio::task::spawn_blocking(move || ask(&configuration)).await {
            Ok(answer) => answer.map_err(Problem::from),
            Err(error) => Err(Problem::fault(error)),
        }
    }

    /// A user as the author of a change made now.
    pub(crate) fn author(&self, caller: &Caller, note: &str) -> Author {
        Author::new(self.now(), caller.user.name.as_str()).note(note)
    }

    /// Who has this session.
    pub(crate) async fn by_cookie(&self, token: &str) -> Result<Caller, Problem> {
        let (now_ms, token) = (self.now(), token.to_owned());
        Ok(self.blocking(move |accounts| accounts.session(now_ms, &token)).await?.into())
    }

    /// Who has this API token.
    pub(crate) async fn by_token(&self, token: &str) -> Result<Caller, Problem> {
        let (now_ms, token) = (self.now(), token.to_owned());
        Ok(self.blocking(move |accounts| accounts.token(now_ms, &token)).await?.into())
    }

    /// Writes into the audit log.
    pub(crate) async fn record(
        &self,
        caller: &Caller,
        client: &Client,
        event: AuditEvent,
    ) -> Result<(), Problem> {
        let (now_ms, actor) = (self.now(), caller.actor(client));
        self.blocking(move |accounts| accounts.record(now_ms, &actor, &event)).await
    }
}

//! The pages of agents and administrators, with their users.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use trunkline_accounts::{Accounts, Settings};
use trunkline_api::{Running, serve};

use crate::centre::Asking;
use crate::config::Setup;
use crate::parts;
use crate::server::StartError;
use crate::switchboard::Clock;

/// How often what is over is deleted.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// How long pages may take to learn that the server stops.
const PATIENCE: Duration = Duration::from_secs(3);

/// What cannot be: [`crate::Server::start`] settles the set-up.
const UNSETTLED: &str = "the tenant is not kept anywhere";

/// The pages at work.
pub struct Web {
    url: String,
    /// None once it was told to stop.
    running: Option<Running>,
    accounts: Arc<Accounts>,
    setup_link: Option<String>,
    sweeping: JoinHandle<()>,
}

impl Drop for Web {
    fn drop(&mut self) {
        self.sweeping.abort();
    }
}

impl Web {
    /// The address that people open.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The SHA-256 of the certificate, as browsers show it; none without TLS.
    pub fn fingerprint(&self) -> Option<String> {
        self.running.as_ref()?.fingerprint()
    }

    /// The one-time address at which the first administrator is made; none once there is one. It
    /// is a secret.
    pub fn setup_link(&self) -> Option<&str> {
        self.setup_link.as_deref()
    }

    /// The users.
    pub fn accounts(&self) -> &Arc<Accounts> {
        &self.accounts
    }

    pub(crate) async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            running.stop(PATIENCE).await;
        }
    }
}

/// Serves the pages, if the configuration names an address for them.
pub(crate) async fn open(setup: &Setup, centre: Arc<Asking>) -> Result<Option<Web>, StartError> {
    let Some(settings) = parts::web(setup) else { return Ok(None) };
    let path = setup.config.accounts_path(&setup.base_dir);
    let accounts = Arc::new(Accounts::open(path, Settings::default())?);
    let now_ms = Clock::start().now_ms();
    let token = accounts.new_setup(now_ms)?;
    let kept = setup.settings.clone().ok_or_else(|| StartError::Kept(UNSETTLED.to_owned()))?;
    let running = serve(settings, centre, accounts.clone(), kept).await?;
    let url = running.url().to_owned();
    let setup_link = token.map(|token| format!("{url}/setup/{}", token.reveal()));
    let sweeping = tokio::spawn(sweep(accounts.clone()));
    Ok(Some(Web { url, running: Some(running), accounts, setup_link, sweeping }))
}

/// Deletes sessions, tokens and records whose time is over.
async fn sweep(accounts: Arc<Accounts>) {
    let clock = Clock::start();
    loop {
        tokio::time::sleep(SWEEP_EVERY).await;
        let accounts = accounts.clone();
        let swept = move || accounts.sweep(clock.now_ms());
        if let Ok(Err(error)) = tokio::task::spawn_blocking(swept).await {
            tracing::error!("users: {error}");
        }
    }
}

//! Serves the interface and the pages: HTTP/1.1, with TLS or without, until it is told to stop.

mod accept;
mod front;
mod patient;
mod self_signed;
mod settings;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use trunkline_accounts::Accounts;
use trunkline_settings::Settings as Configuration;

use self::accept::{Acceptor, Counts};
use self::tls::Identity;
use crate::app::App;
use crate::centre::Centre;
use crate::client::Surroundings;
use crate::codes::Code;
use crate::pages;
use crate::problem::Problem;
use crate::rate::Limits;
use crate::routes::{self, Pages};

pub use self::settings::{ApiError, ServeLimits, Settings, Transport};

/// How often sessions and the like that are over are deleted.
const TIDY_EVERY: Duration = Duration::from_secs(60);

/// The interface at work. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    url: String,
    identity: Option<Arc<Identity>>,
    pages: Arc<Pages>,
    counts: Arc<Counts>,
    stops: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address that people use, without a slash at its end: `public_url`, or where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The SHA-256 of the certificate, as browsers show it; none without TLS.
    pub fn fingerprint(&self) -> Option<String> {
        self.identity.as_ref().map(|identity| identity.fingerprint())
    }

    /// Reads the certificate's files again now; they are looked at every 10 s too.
    ///
    /// # Errors
    /// What is wrong with the files; the certificate in use stays.
    pub fn reload_certificate(&self) -> Result<(), ApiError> {
        self.identity.as_ref().map_or(Ok(()), |identity| identity.reload())
    }

    /// Takes no new connections, tells the pages, and waits for what is under way, `patience` at
    /// the most.
    pub async fn stop(mut self, patience: Duration) {
        self.stops.send_replace(true);
        let all = async {
            self.pages.stop(patience).await;
            self.counts.none_left().await;
        };
        if tokio::time::timeout(patience, all).await.is_err() {
            tracing::warn!("requests were still under way when the interface stopped");
        }
        self.abort();
    }

    fn abort(&mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stops.send_replace(true);
        self.abort();
    }
}

/// Serves the interface of a contact centre.
///
/// # Errors
/// Settings that cannot be, a certificate that cannot be used, an address that cannot be had.
pub async fn serve(
    settings: Settings,
    centre: Arc<dyn Centre>,
    accounts: Arc<Accounts>,
    configuration: Arc<Configuration>,
) -> Result<Running, ApiError> {
    settings.check()?;
    let identity = Identity::open(&settings.transport)?;
    let tls = identity.as_ref().map(Identity::config).transpose()?.map(TlsAcceptor::from);
    let listen = settings.listen;
    let failed = |source| ApiError::Listen { listen, source };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;

    let pages = Pages::new();
    let app = app(&settings, (centre, accounts, configuration), Arc::clone(&pages))?;
    let (counts, stops) = (Counts::new(), watch::Sender::new(false));
    let acceptor = Acceptor {
        surroundings: app.surroundings.clone(),
        router: router(Arc::clone(&app)),
        tls,
        limits: settings.limits,
        counts: Arc::clone(&counts),
        stops: stops.subscribe(),
    };
    let mut tasks = vec![tokio::spawn(acceptor.run(listener)), tokio::spawn(tidy(app))];
    tasks.extend(identity.clone().map(|identity| tokio::spawn(identity.watch())));
    let scheme = if identity.is_some() { "https" } else { "http" };
    let url = settings.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
    let url = url.unwrap_or_else(|| format!("{scheme}://{}", named(address)));
    Ok(Running { address, url, identity, pages, counts, stops, tasks })
}

/// Has accounts delete what is over, for as long as it is let.
async fn tidy(app: Arc<App>) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        let now_ms = app.now();
        if let Err(problem) = app.blocking(move |accounts| accounts.sweep(now_ms)).await {
            tracing::warn!("accounts could not be tidied up: {}", problem.detail());
        }
    }
}

/// An address for people: who listens everywhere is found on this machine.
fn named(address: SocketAddr) -> String {
    match address.ip().is_unspecified() || address.ip().is_loopback() {
        true => format!("localhost:{}", address.port()),
        false => address.to_string(),
    }
}

fn app(
    settings: &Settings,
    (centre, accounts, configuration): (Arc<dyn Centre>, Arc<Accounts>, Arc<Configuration>),
    pages: Arc<Pages>,
) -> Result<Arc<App>, ApiError> {
    let surroundings = Surroundings {
        public_host: settings.public_host()?,
        trusted_proxies: settings.trusted_proxies.clone(),
        is_loopback_only: settings.listen.ip().is_loopback(),
    };
    let limits = Limits::new(settings.limits.address, settings.limits.user);
    let is_own = matches!(settings.transport, Transport::SelfSigned { .. });
    Ok(Arc::new(App {
        centre,
        accounts,
        configuration,
        surroundings,
        embed_hosts: settings.embed_hosts.clone(),
        // A browser that has the policy lets nobody past a certificate that it does not know.
        is_hsts: !is_own,
        limits,
        pages,
        openapi: routes::table().build().2.to_json()?,
    }))
}

/// Waits until the server stops.
pub(crate) async fn stopped(stops: &mut watch::Receiver<bool>) {
    // An error says that the server is gone, which is the same.
    let _ = stops.wait_for(|stops| *stops).await;
}

/// The interface's addresses, the pages, and what stands before them all.
fn router(app: Arc<App>) -> Router {
    let (table, _, _) = routes::table().build();
    table
        .method_not_allowed_fallback(async || Problem::of(Code::NotThisMethod))
        .fallback(pages::serve)
        .layer(from_fn_with_state(Arc::clone(&app), front::front))
        .with_state(app)
}

//! `/healthz`, `/readyz` and `/metrics`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::control::{AgentLine, Ask, Asked, Control, QueueLine, Status, ask};
use super::health::Health;
use super::metrics::Metrics;

/// How long the switchboard may take for an answer.
const LIMIT: Duration = Duration::from_secs(2);

/// What OpenMetrics is called.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the pages are made of.
#[derive(Clone)]
pub struct Pages {
    /// The server.
    pub control: Arc<dyn Control>,
    /// Readiness.
    pub health: Health,
    /// Figures.
    pub metrics: Metrics,
}

/// The pages, served until this is dropped.
pub struct Served {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Served {
    /// Where they are served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves the pages.
///
/// # Errors
/// When the address cannot be opened.
pub async fn serve(listen: SocketAddr, pages: Pages) -> std::io::Result<Served> {
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(pages);
    let task = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "health and metrics are not served any more");
        }
    });
    Ok(Served { address, task })
}

/// Alive: the switchboard answers. A program that hangs is to be started anew.
async fn healthz(State(pages): State<Pages>) -> Response {
    match ask(&*pages.control, LIMIT, Ask::Status).await {
        Ok(_) => (StatusCode::OK, "alive\n").into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
    }
}

/// Ready: new calls are taken.
async fn readyz(State(pages): State<Pages>) -> Response {
    let answered = ask(&*pages.control, LIMIT, Ask::Status).await;
    let readiness = pages.health.readiness(answered.err().map(|error| error.to_string()));
    let status = match readiness.ready {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    let json = [(header::CONTENT_TYPE, "application/json")];
    (status, json, format!("{:#}\n", readiness.body)).into_response()
}

async fn metrics(State(pages): State<Pages>) -> Response {
    match now(&*pages.control).await {
        Ok((status, queues, agents)) => {
            pages.metrics.snapshot(Some((&status, &queues, &agents)));
        }
        Err(_) => pages.metrics.snapshot(None),
    }
    ([(header::CONTENT_TYPE, OPEN_METRICS)], pages.metrics.text()).into_response()
}

async fn now(control: &dyn Control) -> Result<(Status, Vec<QueueLine>, Vec<AgentLine>), Asked> {
    let status = ask(control, LIMIT, Ask::Status).await?;
    let queues = ask(control, LIMIT, Ask::Queues).await?;
    let agents = ask(control, LIMIT, Ask::Agents).await?;
    Ok((status, queues, agents))
}

//! The loop around a server: signals, orders of the admin socket, reload, drain and stop.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::admin::{self, Order};
use super::control::{Ask, Asked, Control, ask};
use super::health::{Check, Health};
use super::http::{self, Pages};
use super::log::LogHandle;
use super::metrics::Metrics;
use crate::config::{Change, Setup, changes};

/// How often a server that drains is asked whether its calls are over.
const DRAIN_STEP: Duration = Duration::from_millis(200);

/// How often it is looked whether the switchboard is still there.
const WATCH_STEP: Duration = Duration::from_secs(1);

/// How long a reload may take: prompts are read, converted and spoken.
const RELOAD_LIMIT: Duration = Duration::from_secs(60);

/// How long the switchboard may take for an answer.
const LIMIT: Duration = Duration::from_secs(5);

/// Orders of the admin socket that may wait.
const MAX_ORDERS: usize = 16;

/// What is operated.
pub struct Operation {
    /// What the server was started with.
    pub setup: Setup,
    /// The server.
    pub control: Arc<dyn Control>,
    /// Readiness, which the server sets but for [`Check::Accepting`].
    pub health: Health,
    /// Figures, which the server counts.
    pub metrics: Metrics,
    /// The log.
    pub logs: LogHandle,
}

/// Why a server stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All calls were over.
    Drained,
    /// The time for calls to end was over; so many were cut off.
    CutOff(u64),
    /// It was told to stop at once.
    AtOnce,
    /// Its switchboard is gone.
    Broken,
}

/// Why a server cannot be operated.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    /// The address for health and metrics cannot be opened.
    #[error(
        "{address} cannot be opened for health and metrics: {reason}; set `listen` under \
             `[http]` to another one"
    )]
    Http {
        /// The address.
        address: std::net::SocketAddr,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The admin socket cannot be opened.
    #[error("the admin socket {path} cannot be opened: {reason}")]
    Admin {
        /// The socket.
        path: std::path::PathBuf,
        /// What is wrong.
        reason: std::io::Error,
    },
    /// Signals cannot be received.
    #[error("signals cannot be received: {0}")]
    Signals(std::io::Error),
}

/// What comes from outside.
struct Outside {
    hang_up: Signal,
    terminate: Signal,
    interrupt: Signal,
    orders: mpsc::Receiver<Order>,
}

/// What is to be done next.
enum Next {
    /// The switchboard is gone, and nobody told it to go.
    Broken,
    Reload(Option<oneshot::Sender<Result<Vec<String>, Vec<String>>>>),
    Drain,
    Stop,
}

impl Outside {
    fn new(orders: mpsc::Receiver<Order>) -> Result<Self, OperateError> {
        let signal = |kind| signal(kind).map_err(OperateError::Signals);
        Ok(Self {
            hang_up: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            orders,
        })
    }

    async fn next(&mut self, control: &dyn Control) -> Next {
        tokio::select! {
            () = gone(control) => Next::Broken,
            _ = self.hang_up.recv() => Next::Reload(None),
            _ = self.terminate.recv() => Next::Drain,
            _ = self.interrupt.recv() => Next::Drain,
            Some(order) = self.orders.recv() => match order {
                Order::Reload(reply) => Next::Reload(Some(reply)),
                Order::Drain => Next::Drain,
                Order::Stop => Next::Stop,
            },
        }
    }
}

/// Serves health, metrics and the admin socket, and carries out signals and orders until the
/// server is to stop. `SIGHUP` reads the configuration anew; `SIGTERM` and `SIGINT` drain, and a
/// second one stops at once.
///
/// # Errors
/// When an address or socket cannot be opened.
pub async fn operate(mut operation: Operation) -> Result<End, OperateError> {
    let (sender, orders) = mpsc::channel(MAX_ORDERS);
    let mut outside = Outside::new(orders)?;
    let (_pages, _socket) = open(&operation, sender).await?;
    operation.health.good(Check::Accepting);
    loop {
        match outside.next(&*operation.control).await {
            Next::Broken => {
                operation.health.bad(Check::Accepting, "the switchboard is gone");
                return Ok(End::Broken);
            }
            Next::Reload(reply) => operation.reload(reply).await,
            Next::Drain => return Ok(operation.drain(&mut outside).await),
            Next::Stop => return Ok(End::AtOnce),
        }
    }
}

async fn open(
    operation: &Operation,
    orders: mpsc::Sender<Order>,
) -> Result<(http::Served, admin::Served), OperateError> {
    let Operation { setup, control, health, metrics, logs } = operation;
    metrics.observe_health(health);
    metrics.observe_log(logs.dropped_counter());
    let pages =
        Pages { control: control.clone(), health: health.clone(), metrics: metrics.clone() };
    let address = setup.config.http.listen;
    let pages = http::serve(address, pages).await;
    let pages = pages.map_err(|reason| OperateError::Http { address, reason })?;
    let desk = admin::Desk { control: control.clone(), health: health.clone(), orders };
    let path = setup.socket_path();
    let socket = admin::serve(&path, desk);
    let socket = socket.map_err(|reason| OperateError::Admin { path, reason })?;
    tracing::info!(address = %pages.address(), "health and metrics are served");
    Ok((pages, socket))
}

impl Operation {
    async fn reload(&mut self, reply: Option<oneshot::Sender<Result<Vec<String>, Vec<String>>>>) {
        let result = self.take_over().await;
        self.metrics.reloaded(result.is_ok());
        match &result {
            Ok(notes) => {
                notes.iter().for_each(|note| tracing::info!("configuration: {note}"));
                tracing::info!("the configuration was read anew");
            }
            Err(problems) => {
                problems.iter().for_each(|problem| tracing::error!("configuration: {problem}"));
                tracing::error!("the configuration was not taken over; nothing has changed");
            }
        }
        if let Some(reply) = reply {
            // Whoever asked may have gone.
            let _ = reply.send(result);
        }
    }

    /// Reads everything anew. Either all of it is in order and taken over, or nothing changes.
    async fn take_over(&mut self) -> Result<Vec<String>, Vec<String>> {
        let mut new = read_anew(&self.setup).await?;
        let found = changes(&self.setup, &new);
        let mut notes: Vec<String> = found.iter().map(note).collect();
        notes.extend(new.warnings.iter().map(|warning| format!("note: {warning}")));
        new.keep_fixed(&self.setup);
        let new = settled(new).await?;
        let given = Box::new(new.clone());
        let answer = ask(&*self.control, RELOAD_LIMIT, |reply| Ask::Reload(given, reply)).await;
        notes.extend(answer.map_err(|error| vec![error.to_string()])?);
        self.logs.apply(&new.config.log);
        self.setup = new;
        Ok(notes)
    }

    async fn drain(&mut self, outside: &mut Outside) -> End {
        self.health.bad(Check::Accepting, "the server is about to stop");
        self.control.ask(Ask::Drain);
        let limit = Duration::from_secs(self.setup.config.limits.drain_s.into());
        tracing::info!(limit_s = limit.as_secs(), "no new calls; waiting for those under way");
        let end = Instant::now() + limit;
        loop {
            let contacts = match ask(&*self.control, LIMIT, Ask::Status).await {
                Ok(status) if status.contacts == 0 => return End::Drained,
                Ok(status) => status.contacts,
                Err(_) => return End::Broken,
            };
            if Instant::now() >= end {
                return End::CutOff(contacts);
            }
            tokio::select! {
                () = tokio::time::sleep(DRAIN_STEP) => {}
                next = outside.next(&*self.control) => match next {
                    Next::Broken => return End::Broken,
                    Next::Drain | Next::Stop => return End::AtOnce,
                    Next::Reload(reply) => refuse(reply),
                },
            }
        }
    }
}

/// Waits until the switchboard is gone: it has lost its contacts to another process, or the program
/// made a mistake. A server that looks alive and takes no calls helps nobody; one that ends is
/// started anew by its supervisor. One that is late is not gone. It is looked twice: whoever asks
/// for health and metrics meanwhile shall hear why.
async fn gone(control: &dyn Control) {
    let mut misses = 0;
    while misses < 2 {
        tokio::time::sleep(WATCH_STEP).await;
        let answer = ask(control, LIMIT, Ask::Status).await;
        misses = if matches!(answer, Err(Asked::Gone)) { misses + 1 } else { 0 };
    }
}

fn refuse(reply: Option<oneshot::Sender<Result<Vec<String>, Vec<String>>>>) {
    tracing::warn!("the configuration is not read anew by a server that is about to stop");
    if let Some(reply) = reply {
        let _ = reply.send(Err(vec!["the server is about to stop".to_owned()]));
    }
}

/// Takes the files over where they count.
async fn settled(mut new: Setup) -> Result<Setup, Vec<String>> {
    let settle = move || {
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let now_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        new.settle(now_ms).map(|()| new)
    };
    match tokio::task::spawn_blocking(settle).await {
        Ok(Ok(new)) => Ok(new),
        Ok(Err(errors)) => Err(errors.problems().iter().map(ToString::to_string).collect()),
        Err(error) => Err(vec![error.to_string()]),
    }
}

async fn read_anew(setup: &Setup) -> Result<Setup, Vec<String>> {
    let (file, options) = (setup.file.clone(), setup.options);
    let read = move || Setup::load(Path::new(&file), options);
    match tokio::task::spawn_blocking(read).await {
        Ok(Ok(new)) => Ok(new),
        Ok(Err(errors)) => Err(errors.problems().iter().map(ToString::to_string).collect()),
        Err(error) => Err(vec![error.to_string()]),
    }
}

fn note(change: &Change) -> String {
    let Change { key, live } = change;
    match live {
        true => format!("`{key}` is taken over"),
        false => format!("`{key}` changed; that holds after the next start only"),
    }
}

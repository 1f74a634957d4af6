//! The admin socket: a JSON object a line for a request, one for its answer.
//!
//! Requests are `{"do": "status"}`, `contacts`, `queues`, `agents`, `{"do": "agent_set", "agent":
//! NAME, "state": "available"}` or `"state": {"idle": CODE}`, `reload`, `drain`, `stop`,
//! `{"do": "hang_up", "contact": ID}`. The answer is `{"ok": true, "result": …}` or
//! `{"ok": false, "error": TEXT}`.

mod client;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use trunkline_model::ids::ContactId;

use super::control::{AgentSetting, Ask, Control, ask};
use super::health::Health;
use super::socket::{self, SocketFile};

pub use client::{Client, ClientError};

/// The longest request, in bytes.
const MAX_REQUEST_BYTES: u64 = 64 * 1024;

/// Connections at a time.
const MAX_CONNECTIONS: usize = 32;

/// A connection that says nothing for so long is closed.
const IDLE: Duration = Duration::from_secs(60);

/// How long the switchboard may take for an answer.
const LIMIT: Duration = Duration::from_secs(5);

/// The most contacts in an answer.
const MAX_CONTACTS: usize = 10_000;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// The server in numbers, and whether it is ready.
    Status,
    /// The contacts.
    Contacts,
    /// The queues.
    Queues,
    /// The agents.
    Agents,
    /// Sets an agent's state.
    AgentSet {
        /// Id or name.
        agent: String,
        /// What is wanted.
        state: AgentSetting,
    },
    /// Reads the configuration anew.
    Reload,
    /// Refuses new calls and stops when the others are over.
    Drain,
    /// Stops at once.
    Stop,
    /// Ends a contact's call.
    HangUp {
        /// The contact's id.
        contact: String,
    },
}

/// What only the loop around the server can do.
#[derive(Debug)]
pub enum Order {
    /// Read the configuration anew; the answer is what was taken over, or what is wrong.
    Reload(oneshot::Sender<Result<Vec<String>, Vec<String>>>),
    /// Drain, then stop.
    Drain,
    /// Stop at once.
    Stop,
}

/// Whom requests are passed on to.
#[derive(Clone)]
pub struct Desk {
    /// The server.
    pub control: Arc<dyn Control>,
    /// Readiness.
    pub health: Health,
    /// The loop around the server.
    pub orders: mpsc::Sender<Order>,
}

/// The socket, served until this is dropped.
pub struct Served {
    task: JoinHandle<()>,
    _file: SocketFile,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Opens the socket and answers there.
///
/// # Errors
/// When it cannot be opened; the message says what to do.
pub fn serve(path: &Path, desk: Desk) -> std::io::Result<Served> {
    let (listener, file) = socket::open(path)?;
    let task = tokio::spawn(async move {
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            let Ok(place) = places.clone().acquire_owned().await else { return };
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "the admin socket does not accept");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
            };
            while connections.try_join_next().is_some() {}
            let desk = desk.clone();
            connections.spawn(async move {
                converse(stream, &desk).await;
                drop(place);
            });
        }
    });
    Ok(Served { task, _file: file })
}

async fn converse(stream: UnixStream, desk: &Desk) {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    loop {
        let mut line = Vec::new();
        let mut limited = (&mut read).take(MAX_REQUEST_BYTES);
        let got = tokio::time::timeout(IDLE, limited.read_until(b'\n', &mut line)).await;
        let Ok(Ok(1..)) = got else { return };
        let is_whole = line.ends_with(b"\n");
        let answer = match is_whole {
            true => answer(&line, desk).await,
            false => refused(format!(
                "a request has at most {MAX_REQUEST_BYTES} bytes and ends \
                                      with a line break"
            )),
        };
        let mut text = answer.to_string();
        text.push('\n');
        if write.write_all(text.as_bytes()).await.is_err() || !is_whole {
            return;
        }
    }
}

fn refused(error: impl Into<String>) -> Value {
    json!({"ok": false, "error": error.into()})
}

async fn answer(line: &[u8], desk: &Desk) -> Value {
    match serde_json::from_slice::<Request>(line) {
        Err(error) => refused(format!("the request is not understood: {error}")),
        Ok(request) => match carry_out(request, desk).await {
            Ok(result) => json!({"ok": true, "result": result}),
            Err(error) => refused(error),
        },
    }
}

async fn carry_out(request: Request, desk: &Desk) -> Result<Value, String> {
    let control = &*desk.control;
    match request {
        Request::Status => {
            let status = answered(ask(control, LIMIT, Ask::Status).await)?;
            let readiness = desk.health.readiness(None);
            Ok(json!({"status": status, "readiness": readiness.body}))
        }
        Request::Contacts => {
            let question = |reply| Ask::Contacts(MAX_CONTACTS, reply);
            as_json(answered(ask(control, LIMIT, question).await)?)
        }
        Request::Queues => as_json(answered(ask(control, LIMIT, Ask::Queues).await)?),
        Request::Agents => as_json(answered(ask(control, LIMIT, Ask::Agents).await)?),
        Request::AgentSet { agent, state: setting } => {
            tracing::info!(agent, ?setting, "the operator sets an agent's state");
            let question = |reply| Ask::SetAgent { agent, setting, reply };
            as_json(answered(ask(control, LIMIT, question).await)??)
        }
        Request::HangUp { contact } => {
            tracing::info!(contact, "the operator ends a call");
            let contact = ContactId::new(contact);
            let question = |reply| Ask::HangUp { contact, reply };
            as_json(answered(ask(control, LIMIT, question).await)??)
        }
        Request::Reload => reload(&desk.orders).await,
        Request::Drain => order(&desk.orders, Order::Drain).await,
        Request::Stop => order(&desk.orders, Order::Stop).await,
    }
}

fn answered<T>(answer: Result<T, super::Asked>) -> Result<T, String> {
    answer.map_err(|error| error.to_string())
}

fn as_json(value: impl Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

async fn order(orders: &mpsc::Sender<Order>, order: Order) -> Result<Value, String> {
    orders.send(order).await.map_err(|_| STOPPING.to_owned())?;
    Ok(Value::Null)
}

async fn reload(orders: &mpsc::Sender<Order>) -> Result<Value, String> {
    let (reply, taken) = oneshot::channel();
    order(orders, Order::Reload(reply)).await?;
    match taken.await {
        Ok(Ok(notes)) => Ok(json!({"notes": notes})),
        Ok(Err(problems)) => Err(problems.join("\n")),
        Err(_) => Err(STOPPING.to_owned()),
    }
}

const STOPPING: &str = "the server is stopping";

//! A server that reads whole requests and answers with the very bytes that it is told, and what
//! the tests need around it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use trunkline_connector::{Client, Options};
use trunkline_model::http::{Answer, Method, Outcome, Rendered, Request, Target};
use trunkline_model::tenant::connector::{Auth, Connector, ConnectorKind, Secret, Writes};
use trunkline_model::tenant::{Http, Tenant};
use trunkline_model::{Failure, FailureCode};

/// What the server does with a request.
pub(crate) enum Reply {
    /// Sends these bytes and reads the next request.
    Send(Vec<u8>),
    /// Sends these bytes and closes.
    Close(Vec<u8>),
    /// Sends the first part and then the second again and again, with a pause between.
    Repeat(Vec<u8>, Vec<u8>, Duration),
    /// Waits before it does the rest.
    Later(Duration, Box<Reply>),
}

type Handler = dyn Fn(usize, &str) -> Reply + Send + Sync;

/// A running server; it stops with the test's runtime.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// A server whose answer to the nth request (from 0) is the handler's.
    pub(crate) async fn start(
        handler: impl Fn(usize, &str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let server = Self { address, requests };
        let (accepting, handler) = (server.clone(), Arc::new(handler));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(accepting.clone().serve(stream, handler.clone()));
            }
        });
        server
    }

    /// A server with the same answer to all requests.
    pub(crate) async fn always(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Self {
        Self::start(move |_, _| reply()).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, as they came over the wire.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) async fn serve<S>(self, mut stream: S, handler: Arc<Handler>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        while let Some(request) = read_request(&mut stream).await {
            let index = {
                let mut requests = self.requests.lock().unwrap();
                requests.push(request.clone());
                requests.len() - 1
            };
            if !write_reply(&mut stream, handler(index, &request)).await {
                return;
            }
        }
    }
}

async fn write_reply(stream: &mut (impl AsyncWrite + Unpin), reply: Reply) -> bool {
    match reply {
        Reply::Send(bytes) => stream.write_all(&bytes).await.is_ok(),
        Reply::Close(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
            false
        }
        Reply::Repeat(first, then, pause) => {
            let mut sent = stream.write_all(&first).await;
            while sent.is_ok() {
                tokio::time::sleep(pause).await;
                sent = stream.write_all(&then).await;
            }
            false
        }
        Reply::Later(pause, rest) => {
            tokio::time::sleep(pause).await;
            Box::pin(write_reply(stream, *rest)).await
        }
    }
}

async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        read_more(stream, &mut bytes).await?;
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
    let length: usize = length.map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head + length {
        read_more(stream, &mut bytes).await?;
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

async fn read_more(stream: &mut (impl AsyncRead + Unpin), bytes: &mut Vec<u8>) -> Option<()> {
    let mut buffer = [0; 4096];
    let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
    bytes.extend_from_slice(&buffer[..count]);
    Some(())
}

/// A whole answer with this status line and body.
pub(crate) fn answer(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len()).into_bytes();
    headers.iter().for_each(|line| bytes.extend_from_slice(format!("{line}\r\n").as_bytes()));
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

/// A JSON answer with status 200.
pub(crate) fn ok(body: &str) -> Reply {
    Reply::Send(answer("200 OK", &["Content-Type: application/json"], body))
}

/// An empty answer with this status line.
pub(crate) fn status(status: &str) -> Reply {
    Reply::Send(answer(status, &[], ""))
}

/// An answer that redirects.
pub(crate) fn redirect(to: &str) -> Reply {
    Reply::Send(answer("302 Found", &[&format!("Location: {to}")], ""))
}

/// The field's value in a raw request.
pub(crate) fn field<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let head = request.split("\r\n\r\n").next()?;
    head.split("\r\n").skip(1).find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then_some(value)
    })
}

/// The connector `crm`.
pub(crate) fn connector(base_url: &str) -> Connector {
    Connector {
        id: "crm-id".into(),
        name: "crm".to_owned(),
        kind: ConnectorKind::Salesforce,
        base_url: base_url.to_owned(),
        auth: Auth::None,
        writes: Writes::Ask,
        soql_guard: None,
        resend_in_doubt: true,
        max_body_bytes: 100_000,
    }
}

/// The client credentials grant at `/token` of the base URL.
pub(crate) fn client_credentials(token_url: &str, secret: &str) -> Auth {
    Auth::ClientCredentials {
        token_url: token_url.to_owned(),
        client_id: "client".to_owned(),
        client_secret: Secret::Literal(secret.to_owned()),
        scopes: Vec::new(),
    }
}

/// Options that see nothing of this machine's environment.
pub(crate) fn options() -> Options {
    Options {
        allow_literal_secrets: true,
        env: Arc::new(|_| None),
        retry_pause_ms: 1,
        ..Options::default()
    }
}

pub(crate) fn tenant(connectors: Vec<Connector>, http: Http) -> Tenant {
    Tenant { connectors, http, ..Tenant::default() }
}

/// A client with one connector.
pub(crate) fn client(connector: Connector) -> Client {
    client_with(connector, options())
}

pub(crate) fn client_with(connector: Connector, options: Options) -> Client {
    Client::new(&tenant(vec![connector], Http::default()), options).unwrap()
}

/// A request through the connector `crm`.
pub(crate) fn request(method: Method, path: &str) -> Request {
    let path = Rendered::from(path);
    let target = Target::Connector { id: String::new(), name: Some("crm".to_owned()), path };
    Request {
        method,
        target,
        query: Vec::new(),
        headers: Vec::new(),
        content_type: None,
        body: None,
        timeout_ms: 2_000,
        retries: 1,
        idempotency_key: None,
    }
}

pub(crate) fn get(path: &str) -> Request {
    request(Method::Get, path)
}

/// A request to a whole URL.
pub(crate) fn get_url(url: &str) -> Request {
    Request { target: Target::Url(url.into()), ..get("") }
}

pub(crate) fn good(outcome: Outcome) -> Answer {
    outcome.result.expect("an answer")
}

pub(crate) fn bad(outcome: Outcome) -> Failure {
    outcome.result.expect_err("a failure")
}

/// Sends and expects this failure.
pub(crate) async fn fails(client: &Client, request: &Request, code: FailureCode) -> Failure {
    let failure = bad(client.send(request, None).await);
    assert_eq!(failure.code, code, "{failure:?}");
    failure
}

//! A running sandbox: the listening socket, the way from HTTP to the service, the banner.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::api_error::ApiError;
use crate::error::SandboxError;
use crate::http::{Body, Request, Response};
use crate::json::Json;
use crate::options::{Options, RequestLog};
use crate::service::Service;

/// How long open requests may take when the sandbox is stopped.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// A sandbox that listens. Dropping it stops it at once; [`Sandbox::stop`] lets requests finish.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    service: Service,
    base_url: String,
    max_body_bytes: usize,
    requests: Mutex<VecDeque<RequestLog>>,
    request_log_length: usize,
    observer: Option<crate::options::Observer>,
}

impl Sandbox {
    /// Starts a sandbox; it is listening when this returns.
    ///
    /// # Errors
    /// When the address cannot be bound, the fixture's records do not fit its schema, the
    /// database cannot be written, or a JWT key is no key.
    pub async fn start(options: Options) -> Result<Sandbox, SandboxError> {
        let listen = options.listen;
        let refused = |source| SandboxError::Listen { address: listen, source };
        let listener = tokio::net::TcpListener::bind(listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let max_body_bytes = options.max_body_bytes;
        let request_log_length = options.request_log_length;
        let observer = options.observer.clone();
        let service = tokio::task::spawn_blocking(move || Service::open(options))
            .await
            .map_err(|error| SandboxError::Worker(error.to_string()))??;
        let shared = Arc::new(Shared {
            service,
            base_url: base_url(address),
            max_body_bytes,
            requests: Mutex::default(),
            request_log_length,
            observer,
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let router = axum::Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let serve = axum::serve(listener, router).with_graceful_shutdown(async {
            // A dropped sender is as good as a sent signal.
            let _ = stopped.await;
        });
        let server = tokio::spawn(async move {
            let _ = serve.await;
        });
        Ok(Sandbox { address, shared, stop: Some(stop), server })
    }

    /// Where the sandbox listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a URL without a trailing slash, e.g. `http://127.0.0.1:8090`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.shared.base_url.clone()
    }

    /// What to print at the start: what this is, where it is, how to sign in.
    #[must_use]
    pub fn banner(&self) -> String {
        crate::banner::text(&self.shared.base_url, &self.shared.service)
    }

    /// The last requests, oldest first; how many are kept is an option.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestLog> {
        let requests = self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.iter().cloned().collect()
    }

    /// Stops listening, lets open requests finish, and waits for that, five seconds at most.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // A client that never ends its request does not keep us; dropping ends the rest.
        let _ = tokio::time::timeout(STOP_PATIENCE, &mut self.server).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A wildcard address is reached by loopback.
fn base_url(address: SocketAddr) -> String {
    let mut address = address;
    if address.ip().is_unspecified() {
        match address {
            SocketAddr::V4(_) => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            SocketAddr::V6(_) => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        }
    }
    format!("http://{address}")
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    request: axum::extract::Request,
) -> axum::response::Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let response = match axum::body::to_bytes(body, shared.max_body_bytes).await {
        Ok(bytes) => {
            let request = Request {
                method: head.method.as_str().to_owned(),
                path: path.clone(),
                query: query.clone(),
                headers: headers_of(&head.headers),
                body: bytes.to_vec(),
                base_url: host_url(&head.headers).unwrap_or_else(|| shared.base_url.clone()),
            };
            serve(Arc::clone(&shared), request).await
        }
        Err(_) => too_large(shared.max_body_bytes),
    };
    shared.log(head.method.as_str(), &path, &query, response.status);
    into_http(response, head.method == axum::http::Method::HEAD)
}

/// Runs the request on a thread that may block: SQLite does.
async fn serve(shared: Arc<Shared>, request: Request) -> Response {
    tokio::task::spawn_blocking(move || shared.service.handle(&request)).await.unwrap_or_else(
        |_| {
            let error = ApiError::new(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred");
            Response::json(500, Json::Array(vec![error.to_json()]))
        },
    )
}

fn too_large(limit: usize) -> Response {
    let message = format!("Request Entity Too Large: the body is longer than {limit} bytes");
    let error = ApiError::new(413, "REQUEST_ENTITY_TOO_LARGE", message);
    Response::json(413, Json::Array(vec![error.to_json()])).with_header("connection", "close")
}

fn headers_of(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

/// The address by which the client reached us, so that its links lead back the same way.
fn host_url(headers: &HeaderMap) -> Option<String> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
    (!host.is_empty() && host.bytes().all(plain)).then(|| format!("http://{host}"))
}

fn into_http(response: Response, head_only: bool) -> axum::response::Response {
    let (content_type, bytes) = match response.body {
        Body::Empty => (None, Vec::new()),
        Body::Json(json) => (Some("application/json;charset=UTF-8"), json.to_bytes()),
        Body::Text { content_type, text } => (Some(content_type), text.into_bytes()),
    };
    let bytes = if head_only { Vec::new() } else { bytes };
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut http = (status, Bytes::from(bytes)).into_response();
    let headers = http.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    for (name, value) in response.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    http
}

impl Shared {
    fn log(&self, method: &str, path: &str, query: &str, status: u16) {
        let entry =
            RequestLog { method: method.to_owned(), path: shown_target(path, query), status };
        if let Some(observer) = &self.observer {
            observer.see(&entry);
        }
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        while requests.len() >= self.request_log_length.max(1) {
            requests.pop_front();
        }
        if self.request_log_length > 0 {
            requests.push_back(entry);
        }
    }
}

/// Path and query with the values of secrets blanked.
fn shown_target(path: &str, query: &str) -> String {
    const SECRET: [&str; 6] =
        ["oauth_token", "token", "client_secret", "password", "assertion", "refresh_token"];
    if query.is_empty() {
        return path.to_owned();
    }
    let shown: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if SECRET.contains(&name) => format!("{name}=***"),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{path}?{}", shown.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_reach_the_log() {
        assert_eq!(
            shown_target("/id", "format=json&oauth_token=x"),
            "/id?format=json&oauth_token=***"
        );
        assert_eq!(shown_target("/a", ""), "/a");
    }

    #[test]
    fn wildcard_addresses_are_shown_as_loopback() {
        assert_eq!(base_url("0.0.0.0:80".parse().unwrap()), "http://127.0.0.1:80");
        assert_eq!(base_url("[::]:80".parse().unwrap()), "http://[::1]:80");
    }
}

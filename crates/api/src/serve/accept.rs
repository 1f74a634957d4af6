//! Accepts connections, so many at once and for so long without a word, and hands their requests
//! to the router.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tower::service_fn;
use tower::util::ServiceExt;

use super::patient::Patient;
use super::settings::ServeLimits;
use super::stopped;
use crate::client::{Peer, Surroundings};
use crate::rate::network;

/// How long a handshake of TLS may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How long the head of a request may take, and a connection wait for its next request.
const HEAD: Duration = Duration::from_secs(15);

/// The largest head of a request, in bytes.
const HEAD_SIZE: usize = 32 * 1024;

/// The most header lines of a request.
const HEADERS: usize = 64;

/// How long to wait after the system refused a connection: it has no file descriptors left.
const PAUSE: Duration = Duration::from_millis(100);

/// What a connection needs.
#[derive(Clone)]
pub(super) struct Acceptor {
    pub router: Router,
    pub tls: Option<TlsAcceptor>,
    pub limits: ServeLimits,
    pub surroundings: Surroundings,
    pub counts: Arc<Counts>,
    /// Turns true when the server stops.
    pub stops: watch::Receiver<bool>,
}

impl Acceptor {
    /// Accepts until the server stops. Connections go on until their requests are answered.
    pub(super) async fn run(mut self, listener: TcpListener) {
        let mut stops = self.stops.clone();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stopped(&mut stops) => return,
            };
            match accepted {
                Ok((stream, peer)) => self.welcome(stream, peer),
                Err(error) => {
                    tracing::warn!("a connection could not be accepted: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn welcome(&mut self, stream: TcpStream, peer: SocketAddr) {
        let key = network(peer.ip());
        let per_address = match self.surroundings.is_trusted(peer.ip()) {
            true => usize::MAX,
            false => self.limits.connections_per_address,
        };
        let place = self.counts.enter(key, self.limits.connections, per_address);
        let Some(place) = place else {
            tracing::debug!(%peer, "a connection too many");
            return;
        };
        let acceptor = self.clone();
        tokio::spawn(async move {
            acceptor.connection(stream, peer.ip()).await;
            drop(place);
        });
    }

    async fn connection(self, stream: TcpStream, address: IpAddr) {
        // Small messages of the WebSocket go at once.
        let _ = stream.set_nodelay(true);
        let Some(tls) = self.tls.clone() else {
            return self.requests(stream, Peer { address, is_tls: false }).await;
        };
        match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.requests(stream, Peer { address, is_tls: true }).await,
            Ok(Err(error)) => tracing::debug!(%address, "no TLS: {error}"),
            Err(_) => tracing::debug!(%address, "no TLS in time"),
        }
    }

    async fn requests<S>(mut self, stream: S, peer: Peer)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let router = self.router;
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            router.clone().oneshot(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .max_buf_size(HEAD_SIZE)
            .max_headers(HEADERS)
            .serve_connection(TokioIo::new(Patient::new(stream)), TowerToHyperService::new(service))
            .with_upgrades();
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stopped(&mut self.stops) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(address = %peer.address, "a connection broke: {error}");
        }
    }
}

/// How many connections there are, in all and by address.
#[derive(Debug)]
pub(super) struct Counts {
    by_address: Mutex<HashMap<IpAddr, usize>>,
    all: watch::Sender<usize>,
}

/// A connection's place; dropping it gives it back.
#[derive(Debug)]
struct Place {
    counts: Arc<Counts>,
    key: IpAddr,
}

impl Counts {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { by_address: Mutex::default(), all: watch::Sender::new(0) })
    }

    fn enter(self: &Arc<Self>, key: IpAddr, most: usize, per_address: usize) -> Option<Place> {
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let count = by_address.get(&key).copied().unwrap_or_default();
        if *self.all.borrow() >= most || count >= per_address {
            return None;
        }
        by_address.insert(key, count + 1);
        self.all.send_modify(|all| *all += 1);
        Some(Place { counts: Arc::clone(self), key })
    }

    /// Waits until no connection is left.
    pub(super) async fn none_left(&self) {
        let _ = self.all.subscribe().wait_for(|all| *all == 0).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_address = self.counts.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = by_address.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&self.key);
            }
        }
        self.counts.all.send_modify(|all| *all -= 1);
    }
}

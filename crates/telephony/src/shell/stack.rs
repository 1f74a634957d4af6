//! One address with its sockets: one instance of the library.
//!
//! Each address has its own, because the library sends whatever has no connection from the first
//! UDP socket that it knows, and that one may be of the other IP family.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rsipstack::EndpointBuilder;
use rsipstack::sip::uri::ParamsExt;
use rsipstack::sip::{Header, Param, Transport};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::endpoint::{Endpoint, EndpointInnerRef, EndpointOption};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipAddr, SipConnection, TransportLayer};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::door::Door;
use super::driver::is_open;
use super::pinned::{self, Contacts};
use super::shared::Shared;
use super::streams::{Open, Streams};
use super::{ShellError, convert, ended, random_text};
use crate::message::OutRequest;

/// When the library gives up a call that rings (its timer C). Longer than any call's own limit.
const RING_LIMIT: Duration = Duration::from_secs(86_400);

/// When a silent stream is closed: after the longest usual registration.
const STREAM_IDLE_LIMIT: Duration = Duration::from_secs(3_900);

/// How many ports are tried when any will do.
const PORT_TRIES: u32 = 20;

/// An address to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bind {
    /// Where SIP is received, by UDP and TCP. Port 0 takes one that is free for both.
    pub address: SocketAddr,
    /// What others are told, when it differs: behind a translation, or for a wildcard address.
    pub advertised: Option<SocketAddr>,
}

/// One opened address.
pub(super) struct Stack {
    pub(super) inner: EndpointInnerRef,
    /// Dropping it closes the sockets.
    _endpoint: Endpoint,
    address: SocketAddr,
    advertised: SocketAddr,
    stop: CancellationToken,
}

impl Stack {
    pub(super) async fn open(
        bind: Bind,
        shared: &Arc<Shared>,
    ) -> Result<(Self, TransactionReceiver), ShellError> {
        let t1 = shared.settings.t1;
        let failed = |reason: String| ShellError::Open { address: bind.address, reason };
        let stop = CancellationToken::new();
        let layer = TransportLayer::new(stop.child_token());
        let token = Some(stop.child_token());
        let sockets = sockets(bind.address, shared).await;
        let (door, listener, address) = sockets.map_err(|error| failed(error.to_string()))?;
        let udp = UdpConnection::from_socket(Arc::new(door), bind.advertised, token).await;
        layer.add_transport(udp.map_err(|error| failed(error.to_string()))?.into());
        layer.set_stream_idle_timeout(STREAM_IDLE_LIMIT);
        let timerc = RING_LIMIT;
        let option = EndpointOption { t1, t1x64: t1 * 64, timerc, ..EndpointOption::default() };
        let endpoint = EndpointBuilder::new()
            .with_user_agent(convert::PRODUCT)
            .with_transport_layer(layer)
            .with_cancel_token(stop.clone())
            .with_option(option)
            .with_inspector(Box::new(Contacts(shared.clone())))
            .build();
        let incoming = endpoint.incoming_transactions();
        let incoming = incoming.map_err(|error| failed(error.to_string()))?;
        let inner = endpoint.inner.clone();
        tokio::spawn({
            let inner = inner.clone();
            async move {
                if let Err(error) = ended::serve(&inner).await {
                    tracing::error!(%error, "SIP endpoint ended");
                }
            }
        });
        let advertised = bind.advertised.unwrap_or(address);
        let streams = Streams {
            listener,
            advertised,
            stack: inner.clone(),
            shared: shared.clone(),
            stop: stop.child_token(),
            open: Open::default(),
        };
        tokio::spawn(streams.run());
        Ok((Self { inner, _endpoint: endpoint, address, advertised, stop }, incoming))
    }

    /// The address that was opened, with its real port.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn advertised(&self) -> SocketAddr {
        self.advertised
    }

    pub(super) fn close(&self) {
        self.stop.cancel();
    }

    /// A transaction for a request, not yet sent. `via` is the INVITE's for a CANCEL. Gives the
    /// `Via` that it used, too.
    pub(super) fn transaction(
        &self,
        out: &OutRequest,
        via: Option<Header>,
        path: &Path,
    ) -> Option<(Transaction, Header)> {
        let mut request = convert::library_request(out)?;
        let connection = path.connection.clone().filter(is_open);
        if path.is_only_way && connection.is_none() && path.pinned.is_none() {
            return None;
        }
        let has_route = out.headers.get("Route").is_some();
        let pinned = path.pinned.filter(|_| connection.is_none() && !has_route);
        let transport = match (&connection, pinned) {
            (Some(connection), _) => connection.transport(),
            (None, Some(_)) => Transport::Udp,
            (None, None) => request.destination().transport().copied().unwrap_or(Transport::Udp),
        };
        let via = match via {
            Some(via) => via,
            None => self.via(transport, path.is_pinned())?,
        };
        request.headers.push_front(via.clone());
        let key = TransactionKey::from_request(&request, TransactionRole::Client).ok()?;
        let inner = self.inner.clone();
        let mut transaction = Transaction::new_client(key, request, inner, connection);
        if let Some(address) = pinned {
            transaction.destination = Some(SipAddr::new(Transport::Udp, address.into()));
        }
        Some((transaction, via))
    }

    fn via(&self, transport: Transport, is_pinned: bool) -> Option<Header> {
        let address = SipAddr::new(transport, self.advertised.into());
        let branch = match is_pinned {
            true => {
                let branch = format!("{}{}", pinned::BRANCH, random_text().ok()?);
                Some(Param::Branch(branch.into()))
            }
            false => None,
        };
        Some(Header::Via(self.inner.get_via(Some(address), branch).ok()?.into()))
    }
}

/// Opens both sockets of an address, on the same port.
async fn sockets(
    address: SocketAddr,
    shared: &Arc<Shared>,
) -> std::io::Result<(Door, TcpListener, SocketAddr)> {
    let mut tries = if address.port() == 0 { PORT_TRIES } else { 1 };
    loop {
        let door = Door::open(address, shared.clone())?;
        let opened = door.address()?;
        tries -= 1;
        match TcpListener::bind(opened).await {
            Ok(listener) => return Ok((door, listener, opened)),
            // A port that is free for UDP may be taken for TCP.
            Err(_) if tries > 0 => {}
            Err(error) => return Err(error),
        }
    }
}

/// How the other side of a call is reached when not by its `Contact`.
#[derive(Clone, Default)]
pub(super) struct Path {
    /// The stream on which the call came, or on which the phone registered. Requests go there
    /// while it is open.
    pub(super) connection: Option<SipConnection>,
    /// The address of a phone that may be behind a translation.
    pub(super) pinned: Option<SocketAddr>,
    /// Whether nothing is sent where neither is left. A phone writes its `Contact` itself: if we
    /// went there when its stream is closed, it could have us call whomever it names.
    pub(super) is_only_way: bool,
}

impl Path {
    fn is_pinned(&self) -> bool {
        self.pinned.is_some()
    }
}

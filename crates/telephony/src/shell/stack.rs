//! One address with its sockets: one instance of the library.
//!
//! Each address has its own, because the library sends whatever has no connection from the first
//! UDP socket that it knows, and that one may be of the other IP family.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rsipstack::EndpointBuilder;
use rsipstack::sip::uri::ParamsExt;
use rsipstack::sip::{Header, Param, Transport};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::endpoint::{Endpoint, EndpointInnerRef, EndpointOption};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipAddr, SipConnection, TcpListenerConnection, TransportLayer};
use tokio_util::sync::CancellationToken;

use super::{AllowList, ShellError, convert};
use crate::message::OutRequest;

/// When the library gives up a call that rings (its timer C). Longer than any call's own limit.
const RING_LIMIT: Duration = Duration::from_secs(86_400);

/// An address to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bind {
    /// Where SIP is received, by UDP and TCP. The port is given, not 0.
    pub address: SocketAddr,
    /// What others are told, when it differs: behind a translation, or for a wildcard address.
    pub advertised: Option<SocketAddr>,
}

/// One opened address.
pub(super) struct Stack {
    pub(super) inner: EndpointInnerRef,
    /// Dropping it closes the sockets.
    _endpoint: Endpoint,
    advertised: SocketAddr,
    stop: CancellationToken,
}

impl Stack {
    pub(super) async fn open(
        bind: Bind,
        allow: Arc<AllowList>,
        dropped: Arc<AtomicU64>,
        t1: Duration,
    ) -> Result<(Self, TransactionReceiver), ShellError> {
        let failed = |reason: String| ShellError::Open { address: bind.address, reason };
        let stop = CancellationToken::new();
        let layer = TransportLayer::new(stop.child_token());
        let token = Some(stop.child_token());
        // The library opens TCP later and only logs a failure: try now, to be able to tell.
        std::net::TcpListener::bind(bind.address).map_err(|error| failed(error.to_string()))?;
        let udp = UdpConnection::create_connection(bind.address, bind.advertised, token).await;
        layer.add_transport(udp.map_err(|error| failed(error.to_string()))?.into());
        let tcp = TcpListenerConnection::new(bind.address, bind.advertised).await;
        layer.add_transport(tcp.map_err(|error| failed(error.to_string()))?.into());
        layer.set_whitelist(move |source| {
            let is_allowed = allow.allows(source);
            if !is_allowed {
                dropped.fetch_add(1, Ordering::Relaxed);
            }
            std::future::ready(is_allowed)
        });
        let timerc = RING_LIMIT;
        let option = EndpointOption { t1, t1x64: t1 * 64, timerc, ..EndpointOption::default() };
        let endpoint = EndpointBuilder::new()
            .with_user_agent(convert::PRODUCT)
            .with_transport_layer(layer)
            .with_cancel_token(stop.clone())
            .with_option(option)
            .build();
        let incoming = endpoint.incoming_transactions();
        let incoming = incoming.map_err(|error| failed(error.to_string()))?;
        let inner = endpoint.inner.clone();
        tokio::spawn({
            let inner = inner.clone();
            async move {
                if let Err(error) = inner.serve().await {
                    tracing::error!(%error, "SIP endpoint ended");
                }
            }
        });
        let advertised = bind.advertised.unwrap_or(bind.address);
        Ok((Self { inner, _endpoint: endpoint, advertised, stop }, incoming))
    }

    pub(super) fn advertised(&self) -> SocketAddr {
        self.advertised
    }

    pub(super) fn close(&self) {
        self.stop.cancel();
    }

    /// A transaction for a request, not yet sent. `via` is the INVITE's for a CANCEL; the
    /// connection is that of the call, when it is a stream. Gives the `Via` that it used, too.
    pub(super) fn transaction(
        &self,
        out: &OutRequest,
        via: Option<Header>,
        connection: Option<SipConnection>,
    ) -> Option<(Transaction, Header)> {
        let mut request = convert::library_request(out)?;
        let transport = match &connection {
            Some(connection) => connection.transport(),
            None => request.destination().transport().copied().unwrap_or(Transport::Udp),
        };
        let via = match via {
            Some(via) => via,
            None => {
                let address = SipAddr::new(transport, self.advertised.into());
                Header::Via(self.inner.get_via(Some(address), None::<Param>).ok()?.into())
            }
        };
        request.headers.push_front(via.clone());
        let key = TransactionKey::from_request(&request, TransactionRole::Client).ok()?;
        Some((Transaction::new_client(key, request, self.inner.clone(), connection), via))
    }
}

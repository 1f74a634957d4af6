//! The TCP listener, with the gate in front.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rsipstack::sip::Transport;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transport::{SipAddr, SipConnection};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::settings::count;
use super::shared::{Shared, lock};
use super::stream_door::StreamDoor;

/// How long a peer may leave unread what it was sent, before its stream is cut.
#[cfg(target_os = "linux")]
const READ_LIMIT: Duration = Duration::from_secs(3);

/// The most streams of one source at once: an office of phones behind one address.
const MAX_PER_SOURCE: usize = 256;

/// The most streams at once.
const MAX_STREAMS: usize = 4_096;

/// How long to wait when the system gives no stream, for want of descriptors.
const PAUSE: Duration = Duration::from_millis(50);

/// What takes streams at one address.
pub(super) struct Streams {
    pub(super) listener: TcpListener,
    pub(super) advertised: SocketAddr,
    pub(super) stack: EndpointInnerRef,
    pub(super) shared: Arc<Shared>,
    pub(super) stop: CancellationToken,
    pub(super) open: Open,
}

/// How many streams each source has.
#[derive(Clone, Default)]
pub(super) struct Open(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Open {
    /// Counts a stream, when there may be one more.
    fn enter(&self, ip: IpAddr) -> bool {
        let mut open = lock(&self.0);
        let total: usize = open.values().sum();
        let of_source = open.entry(ip).or_default();
        let is_allowed = total < MAX_STREAMS && *of_source < MAX_PER_SOURCE;
        *of_source += usize::from(is_allowed);
        is_allowed
    }

    fn leave(&self, ip: IpAddr) {
        let mut open = lock(&self.0);
        if let Some(of_source) = open.get_mut(&ip) {
            *of_source = of_source.saturating_sub(1);
            if *of_source == 0 {
                open.remove(&ip);
            }
        }
    }
}

impl Streams {
    /// Takes streams until the address is closed.
    pub(super) async fn run(self) {
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => return,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, source)) => self.take(stream, source),
                Err(error) => {
                    tracing::warn!(%error, "no stream taken");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn take(&self, stream: TcpStream, source: SocketAddr) {
        let ip = source.ip();
        if !self.shared.admits(ip) {
            return;
        }
        if !self.open.enter(ip) {
            return count(&self.shared.counts.limited);
        }
        // Small messages are not held back for more to come.
        let _ = stream.set_nodelay(true);
        // One that does not read what it is sent must not make others wait: the library sends
        // from the task that takes all messages of this address.
        #[cfg(target_os = "linux")]
        let _ = socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(READ_LIMIT));
        let local = SipAddr::new(Transport::Tcp, self.advertised.into());
        let token = self.stop.child_token();
        let shared = self.shared.clone();
        match StreamDoor::open(stream, source, local, token.clone(), shared) {
            Ok((door, connection)) => {
                self.stack.transport_layer.add_connection(SipConnection::Tcp(connection));
                let open = self.open.clone();
                tokio::spawn(async move {
                    // When the door is left, the library sees the end and cancels.
                    tokio::select! {
                        () = token.cancelled() => {}
                        () = door.run() => token.cancelled().await,
                    }
                    open.leave(ip);
                });
            }
            // The system has no sockets left.
            Err(error) => {
                tracing::debug!(%error, "stream not taken");
                self.open.leave(ip);
            }
        }
    }
}

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
use crate::gate::customer;

/// How long what a peer was sent may be on its way, before its stream is cut.
#[cfg(target_os = "linux")]
const READ_LIMIT: Duration = Duration::from_secs(30);

/// How much the system keeps of what a peer has not taken, in bytes: a few hundred messages.
const SEND_BUFFER_BYTES: usize = 128 << 10;

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

/// How many streams each source has; a network of IPv6 addresses is one.
#[derive(Clone, Default)]
pub(super) struct Open(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Open {
    /// Counts a stream, when there may be one more.
    fn enter(&self, ip: IpAddr) -> bool {
        let (ip, mut open) = (customer(ip), lock(&self.0));
        let total: usize = open.values().sum();
        let of_source = open.entry(ip).or_default();
        let is_allowed = total < MAX_STREAMS && *of_source < MAX_PER_SOURCE;
        *of_source += usize::from(is_allowed);
        is_allowed
    }

    fn leave(&self, ip: IpAddr) {
        let (ip, mut open) = (customer(ip), lock(&self.0));
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
        let socket = socket2::SockRef::from(&stream);
        let _ = socket.set_send_buffer_size(SEND_BUFFER_BYTES);
        #[cfg(target_os = "linux")]
        let _ = socket.set_tcp_user_timeout(Some(READ_LIMIT));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_as_many_streams_as_an_address() {
        let open = Open::default();
        let host = |last: usize| format!("2001:db8:1:2::{last:x}").parse().unwrap();
        assert!((0..MAX_PER_SOURCE).all(|last| open.enter(host(last))));
        assert!(!open.enter(host(MAX_PER_SOURCE)));
        assert!(open.enter("2001:db8:1:3::1".parse().unwrap()), "another network");
        let v4 = |last: u8| IpAddr::from([192, 0, 2, last]);
        assert!((0..MAX_PER_SOURCE).all(|_| open.enter(v4(1))));
        assert!(!open.enter(v4(1)) && open.enter(v4(2)));
        (0..MAX_PER_SOURCE).for_each(|last| open.leave(host(last)));
        open.leave("2001:db8:1:3::1".parse().unwrap());
        assert_eq!(lock(&open.0).len(), 2, "what is left has no place");
    }
}

//! The UDP socket that the library reads: what may not come in never gets there.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rsipstack::platform::net::UdpSocket as LibrarySocket;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

use super::shared::{Look, Shared};

/// A socket with the gate in front.
pub(super) struct Door {
    socket: UdpSocket,
    shared: Arc<Shared>,
    /// Datagrams since others had their turn.
    taken: AtomicUsize,
}

/// So many datagrams are taken in one go.
const AT_ONCE: usize = 512;

impl Door {
    /// Opens a socket. A receive buffer that the system does not give is no error.
    pub(super) fn open(address: SocketAddr, shared: Arc<Shared>) -> std::io::Result<Self> {
        let domain = if address.is_ipv6() { Domain::IPV6 } else { Domain::IPV4 };
        let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_nonblocking(true)?;
        if let Err(error) = socket.set_recv_buffer_size(shared.settings.receive_buffer_bytes) {
            tracing::debug!(%error, "receive buffer not enlarged");
        }
        socket.bind(&address.into())?;
        Ok(Self { socket: UdpSocket::from_std(socket.into())?, shared, taken: AtomicUsize::new(0) })
    }

    /// The next datagram. All that are there are taken in one go, as far as others are not kept
    /// waiting too long: what is not seen here cannot be refused in time, and what the system's
    /// buffer has no place for is lost. The runtime by itself would go on to others sooner.
    async fn receive(&self, buffer: &mut [u8]) -> std::io::Result<(usize, SocketAddr)> {
        if self.taken.fetch_add(1, Ordering::Relaxed) >= AT_ONCE {
            self.taken.store(0, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
        loop {
            match self.socket.try_recv_from(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                received => return received,
            }
            self.taken.store(0, Ordering::Relaxed);
            self.socket.readable().await?;
        }
    }

    /// The address with its real port.
    pub(super) fn address(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

#[async_trait::async_trait]
impl LibrarySocket for Door {
    async fn recv_from(&self, buffer: &mut [u8]) -> rsipstack::Result<(usize, SocketAddr)> {
        loop {
            let (length, source) = match self.receive(buffer).await {
                Ok(received) => received,
                // A peer's port was closed; nothing is wrong with this socket.
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => continue,
                Err(error) => return Err(error.into()),
            };
            let is_cut = length == buffer.len();
            match self.shared.look(&buffer[..length], source, is_cut) {
                Look::Pass(0) => return Ok((length, source)),
                Look::Pass(leading) => {
                    buffer.copy_within(leading..length, 0);
                    return Ok((length - leading, source));
                }
                Look::PassTidied(tidied) => {
                    // It is never longer than what it was made of, but for a space in a list.
                    let length = tidied.len().min(buffer.len());
                    buffer[..length].copy_from_slice(&tidied[..length]);
                    return Ok((length, source));
                }
                // Not waited for: whoever sends too much must not make others wait.
                Look::Answer(response) => {
                    let _ = self.socket.try_send_to(&response, source);
                }
                Look::Drop => {}
            }
        }
    }

    async fn send_to(&self, bytes: &[u8], to: SocketAddr) -> rsipstack::Result<usize> {
        Ok(self.socket.send_to(bytes, to).await?)
    }

    fn local_addr(&self) -> rsipstack::Result<SocketAddr> {
        Ok(self.socket.local_addr()?)
    }
}

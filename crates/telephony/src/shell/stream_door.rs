//! The first look at what comes on a stream that a peer has opened.
//!
//! The library reads streams by itself and takes nothing but the system's own kind. It gets one
//! end of a local pair of sockets instead, and here what comes from the peer is looked at, message
//! by message, before it goes into the other end. What the library sends comes out of it and waits
//! here for the peer: the library sends from the task that takes all messages of an address, and a
//! peer that does not read must not make that task wait.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use rsipstack::transport::SipAddr;
use rsipstack::transport::stream::StreamConnectionInner;
use rsipstack::transport::tcp::TcpConnection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream, tcp, unix};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::settings::count;
use super::shared::{Look, Shared};
use crate::wire::frames::{Frame, Frames, Loss};

/// How long a message may take from its first byte to its last, and an answer to be taken.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a lost stream stays open, so that what was asked before on it is answered.
const LINGER: Duration = Duration::from_millis(200);

/// How much may wait for a peer that does not read, in bytes, before its stream is closed.
const MAX_WAITING_BYTES: usize = 256 << 10;

/// How much is read at once.
const CHUNK_BYTES: usize = 8_192;

/// A stream with the gate in front.
pub(super) struct StreamDoor {
    peer: TcpStream,
    /// What the library reads comes out at its other end, and what it sends goes in there.
    inside: UnixStream,
    connection: TcpConnection,
    source: SocketAddr,
    shared: Arc<Shared>,
}

impl StreamDoor {
    /// Puts the gate in front of a stream. Gives what the library has to serve.
    pub(super) fn open(
        stream: TcpStream,
        source: SocketAddr,
        local: SipAddr,
        token: CancellationToken,
        shared: Arc<Shared>,
    ) -> std::io::Result<(Self, TcpConnection)> {
        let (inside, outlet) = pair()?;
        let (read_half, write_half) = tokio::io::split(outlet);
        let remote = SipAddr::new(rsipstack::sip::Transport::Tcp, source.into());
        let inner = StreamConnectionInner::new(local, remote, read_half, write_half);
        let connection = TcpConnection { inner: Arc::new(inner), cancel_token: Some(token) };
        let door = Self { peer: stream, inside, connection: connection.clone(), source, shared };
        Ok((door, connection))
    }

    /// Lets messages through until either side closes the stream or it is lost.
    pub(super) async fn run(self) {
        let Self { peer, inside, connection, source, shared } = self;
        let (from_peer, to_peer) = peer.into_split();
        let (from_inside, to_inside) = inside.into_split();
        let way_in = WayIn { peer: from_peer, inside: to_inside, connection, source, shared };
        let shared = way_in.shared.clone();
        tokio::select! {
            () = way_in.run() => {}
            is_stalled = bring_out(from_inside, to_peer) => {
                if is_stalled {
                    count(&shared.counts.stalled);
                    tracing::info!(%source, "stream closed: its peer does not read");
                }
            }
        }
    }
}

/// Brings to the peer what comes from inside, until either end is closed. True when the peer has
/// left too much unread.
async fn bring_out(mut inside: unix::OwnedReadHalf, mut peer: tcp::OwnedWriteHalf) -> bool {
    let (mut bytes, mut waiting) = (vec![0; CHUNK_BYTES], VecDeque::new());
    let mut is_open = true;
    while is_open || !waiting.is_empty() {
        if waiting.len() > MAX_WAITING_BYTES {
            return true;
        }
        tokio::select! {
            read = inside.read(&mut bytes), if is_open => match read {
                Ok(length @ 1..) => waiting.extend(&bytes[..length]),
                Ok(0) | Err(_) => is_open = false,
            },
            written = peer.write(waiting.as_slices().0), if !waiting.is_empty() => match written {
                Ok(length @ 1..) => drop(waiting.drain(..length)),
                Ok(0) | Err(_) => return false,
            },
        }
    }
    false
}

/// The way from the peer to the library.
struct WayIn {
    peer: tcp::OwnedReadHalf,
    inside: unix::OwnedWriteHalf,
    connection: TcpConnection,
    source: SocketAddr,
    shared: Arc<Shared>,
}

impl WayIn {
    async fn run(mut self) {
        let mut frames = Frames::default();
        let mut bytes = vec![0; CHUNK_BYTES];
        let mut begun = None;
        loop {
            let read = self.peer.read(&mut bytes);
            let length = match begun {
                Some(at) => timeout_at(at + PATIENCE, read).await.unwrap_or(Ok(0)),
                None => read.await,
            };
            let Ok(length @ 1..) = length else { return };
            frames.push(&bytes[..length]);
            let mut has_taken = false;
            loop {
                let frame = frames.take();
                if frame == Frame::Partial {
                    break;
                }
                has_taken = true;
                if self.take(frame).await.is_none() {
                    return tokio::time::sleep(LINGER).await;
                }
            }
            begun = match frames.is_within_message() {
                false => None,
                true if has_taken => Some(Instant::now()),
                true => begun.or_else(|| Some(Instant::now())),
            };
        }
    }

    /// None when the stream is at its end.
    async fn take(&mut self, frame: Frame) -> Option<()> {
        match frame {
            Frame::Partial => Some(()),
            Frame::KeepAlive(bytes) => self.pass(&bytes).await,
            Frame::Message(message) => match self.shared.look_at_stream(&message, self.source)? {
                Look::Pass(leading) => self.pass(&message[leading..]).await,
                Look::PassTidied(tidied) => self.pass(&tidied).await,
                Look::Answer(response) => self.answer(&response).await,
                Look::Drop => Some(()),
            },
            Frame::Lost(head, loss) => {
                let (status, reason) = match loss {
                    Loss::Length => (400, "Malformed Content-Length"),
                    Loss::Size => (513, "Message Too Large"),
                };
                let look = self.shared.refuse_stream(&head, self.source, status, reason);
                if let Look::Answer(response) = look {
                    self.answer(&response).await;
                }
                None
            }
        }
    }

    async fn pass(&mut self, bytes: &[u8]) -> Option<()> {
        self.inside.write_all(bytes).await.ok()
    }

    async fn answer(&self, response: &[u8]) -> Option<()> {
        timeout(PATIENCE, self.connection.inner.send_raw(response)).await.ok()?.ok()
    }
}

/// Two sockets that are connected: what is written into the first comes out of the second, which
/// looks like a TCP stream to who reads it.
fn pair() -> std::io::Result<(UnixStream, TcpStream)> {
    let (inside, outlet) = std::os::unix::net::UnixStream::pair()?;
    inside.set_nonblocking(true)?;
    outlet.set_nonblocking(true)?;
    let outlet = std::net::TcpStream::from(OwnedFd::from(outlet));
    Ok((UnixStream::from_std(inside)?, TcpStream::from_std(outlet)?))
}

//! UDP sockets that tell when the kernel received a datagram.

use std::io::{self, IoSliceMut};
use std::net::{SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd;

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg, setsockopt, sockopt};

use crate::clock::{SECOND, now_ns};

/// A socket that does not block and stamps what it receives.
///
/// # Errors
/// When the address cannot be opened.
pub fn open(address: SocketAddrV4, receive_buffer: usize) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
    setsockopt(&socket, sockopt::RcvBuf, &receive_buffer)?;
    Ok(socket)
}

/// A datagram that was received; its bytes are in the [`Inbox`].
#[derive(Clone, Copy, Debug)]
pub struct Received {
    /// How many bytes there are.
    pub length: usize,
    /// Who sent it.
    pub from: SocketAddrV4,
    /// When the kernel received it, in nanoseconds since 1970.
    pub at_ns: u64,
}

/// The place where datagrams are received, one after another.
pub struct Inbox {
    buffer: Vec<u8>,
    control: Vec<u8>,
}

impl Default for Inbox {
    fn default() -> Self {
        Self { buffer: vec![0; 65_536], control: nix::cmsg_space!(nix::sys::time::TimeSpec) }
    }
}

impl Inbox {
    /// Takes a datagram out of the socket, if there is one.
    pub fn take(&mut self, socket: &UdpSocket) -> Option<Received> {
        // The macro gives capacity without length.
        self.control.resize(self.control.capacity(), 0);
        let mut pieces = [IoSliceMut::new(&mut self.buffer)];
        let control = Some(self.control.as_mut_slice());
        let flags = MsgFlags::MSG_DONTWAIT;
        let got = recvmsg::<SockaddrIn>(socket.as_raw_fd(), &mut pieces, control, flags).ok()?;
        let from = got.address?;
        let stamped = got.cmsgs().ok().and_then(|mut all| {
            all.find_map(|message| match message {
                ControlMessageOwned::ScmTimestampns(at) => Some(at),
                _ => None,
            })
        });
        let at_ns = stamped.map_or_else(now_ns, |at| {
            at.tv_sec().unsigned_abs() * SECOND + at.tv_nsec().unsigned_abs()
        });
        let from = SocketAddrV4::new(from.ip(), from.port());
        Some(Received { length: got.bytes, from, at_ns })
    }

    /// The bytes of the last datagram.
    pub fn bytes(&self, received: Received) -> &[u8] {
        &self.buffer[..received.length]
    }
}

/// Waits for sockets, each known by a number.
pub struct Poller {
    epoll: Epoll,
    events: Vec<EpollEvent>,
    ready: usize,
}

impl Poller {
    /// An empty one.
    ///
    /// # Errors
    /// When the system gives no epoll.
    pub fn new() -> io::Result<Self> {
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        Ok(Self { epoll, events: vec![EpollEvent::empty(); 512], ready: 0 })
    }

    /// Watches a socket or a listener for something to read.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn watch(&self, source: impl std::os::fd::AsFd, number: u64) -> io::Result<()> {
        Ok(self.epoll.add(source, EpollEvent::new(EpollFlags::EPOLLIN, number))?)
    }

    /// Waits up to so many milliseconds. [`Poller::ready`] tells what there is.
    pub fn wait(&mut self, timeout_ms: u16) {
        // A signal ends the wait early: as if nothing had come.
        self.ready = self.epoll.wait(&mut self.events, EpollTimeout::from(timeout_ms)).unwrap_or(0);
    }

    /// How many sockets are ready.
    pub fn count(&self) -> usize {
        self.ready
    }

    /// The number of the socket at this place of those that are ready.
    pub fn ready(&self, place: usize) -> u64 {
        self.events[place].data()
    }
}

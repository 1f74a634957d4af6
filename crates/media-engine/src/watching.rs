//! Which sockets of legs a media thread is told of.
//!
//! mio tells of a socket once and wants it read until nothing is left in it. A leg gets a packet
//! every 20 ms, so that would be two calls of the system for each. On Linux the sockets are watched
//! so that one with something left is told of again: then one call is enough.

use std::io;

use mio::net::UdpSocket;
use mio::{Poll, Token};

/// Whether a socket with something left in it is told of again.
pub(crate) const TELLS_AGAIN: bool = cfg!(target_os = "linux");

/// Has a poller tell of a socket.
///
/// # Errors
/// The system's.
#[cfg(target_os = "linux")]
pub(crate) fn watch(poll: &Poll, socket: &mut UdpSocket, token: Token) -> io::Result<()> {
    use rustix::event::epoll::{EventData, EventFlags, add};

    // mio reads its tokens where this writes them.
    Ok(add(poll.registry(), &*socket, EventData::new_u64(token.0 as u64), EventFlags::IN)?)
}

/// Has a poller tell of a socket no more.
///
/// # Errors
/// The system's.
#[cfg(target_os = "linux")]
pub(crate) fn forget(poll: &Poll, socket: &mut UdpSocket) -> io::Result<()> {
    Ok(rustix::event::epoll::delete(poll.registry(), &*socket)?)
}

/// Has a poller tell of a socket.
///
/// # Errors
/// The system's.
#[cfg(not(target_os = "linux"))]
pub(crate) fn watch(poll: &Poll, socket: &mut UdpSocket, token: Token) -> io::Result<()> {
    poll.registry().register(socket, token, mio::Interest::READABLE)
}

/// Has a poller tell of a socket no more.
///
/// # Errors
/// The system's.
#[cfg(not(target_os = "linux"))]
pub(crate) fn forget(poll: &Poll, socket: &mut UdpSocket) -> io::Result<()> {
    poll.registry().deregister(socket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mio::Events;
    use std::net::Ipv4Addr;
    use std::time::Duration;

    #[test]
    fn a_socket_is_told_of_until_it_is_empty_or_forgotten() {
        let mut poll = Poll::new().unwrap();
        let mut events = Events::with_capacity(8);
        let bound = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        bound.set_nonblocking(true).unwrap();
        let address = bound.local_addr().unwrap();
        let mut socket = UdpSocket::from_std(bound);
        watch(&poll, &mut socket, Token(77)).unwrap();
        let sender = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut told = |poll: &mut Poll, wait| {
            poll.poll(&mut events, Some(Duration::from_millis(wait))).unwrap();
            events.iter().map(|event| (event.token(), event.is_readable())).collect::<Vec<_>>()
        };
        assert_eq!(told(&mut poll, 0), []);
        for _ in 0..2 {
            sender.send_to(b"packet", address).unwrap();
        }
        for _ in 0..2 {
            assert_eq!(told(&mut poll, 5_000), [(Token(77), true)]);
            socket.recv(&mut [0; 16]).unwrap();
            if !TELLS_AGAIN {
                socket.recv(&mut [0; 16]).unwrap();
                break;
            }
        }
        assert_eq!(told(&mut poll, 0), []);
        forget(&poll, &mut socket).unwrap();
        sender.send_to(b"packet", address).unwrap();
        assert_eq!(told(&mut poll, 20), []);
    }
}

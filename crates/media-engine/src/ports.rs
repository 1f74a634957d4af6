//! Pairs of ports: which are free, and sockets on them.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};

use mio::net::UdpSocket;
use socket2::{Domain, Protocol, Socket, Type};

use crate::settings::EngineError;

/// Bytes of a socket's buffers: some hundred packets, so that a thread that is kept from running
/// for a moment loses nothing. The system doubles it, and counts each packet with its overhead.
const BUFFER_BYTES: usize = 128 * 1024;

/// Sockets of a leg.
#[derive(Debug)]
pub(crate) struct Sockets {
    /// The even port.
    pub(crate) rtp: UdpSocket,
    /// The odd port; closed where RTCP is multiplexed, as browsers always do.
    pub(crate) rtcp: Option<UdpSocket>,
    /// The even port's number.
    pub(crate) port: u16,
}

/// The free ports of an engine, by their even number. A port that was given back waits at the end
/// of the queue, so that what is still sent to it finds nobody.
#[derive(Debug)]
pub(crate) struct Ports {
    bind: IpAddr,
    range: RangeInclusive<u16>,
    total: usize,
    free: Mutex<VecDeque<u16>>,
}

impl Ports {
    /// All pairs of a range, beginning somewhere in it.
    pub(crate) fn new(
        bind: IpAddr,
        range: RangeInclusive<u16>,
        seed: u64,
    ) -> Result<Self, EngineError> {
        let (first, last) = (*range.start(), *range.end());
        let pairs = (first..last).filter(|port| port.is_multiple_of(2) && *port > 0);
        let mut free: VecDeque<u16> = pairs.collect();
        if free.is_empty() {
            return Err(EngineError::BadPorts { first, last });
        }
        let start = seed % free.len() as u64;
        free.rotate_left(start as usize);
        Ok(Self { bind, range, total: free.len(), free: Mutex::new(free) })
    }

    /// Binds the sockets of a leg. Ports that another program uses are passed over.
    pub(crate) fn open(&self) -> Result<Sockets, EngineError> {
        for _ in 0..self.total {
            let Some(port) = self.take() else { break };
            match self.bind(port) {
                Ok(sockets) => return Ok(sockets),
                Err(source) => {
                    self.give_back(port);
                    if source.kind() != io::ErrorKind::AddrInUse {
                        let address = SocketAddr::new(self.bind, port);
                        return Err(EngineError::Socket { what: "bind", address, source });
                    }
                }
            }
        }
        let (first, last) = (*self.range.start(), *self.range.end());
        Err(EngineError::NoPort { first, last, open: self.total - self.free() })
    }

    fn bind(&self, port: u16) -> io::Result<Sockets> {
        let rtp = bind(SocketAddr::new(self.bind, port))?;
        let rtcp = bind(SocketAddr::new(self.bind, port + 1))?;
        Ok(Sockets { rtp, rtcp: Some(rtcp), port })
    }

    fn take(&self) -> Option<u16> {
        self.lock().pop_front()
    }

    /// Gives a port back whose sockets are closed.
    pub(crate) fn give_back(&self, port: u16) {
        self.lock().push_back(port);
    }

    /// How many pairs are free.
    pub(crate) fn free(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<u16>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A socket that does not block.
pub(crate) fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket.set_recv_buffer_size(BUFFER_BYTES)?;
    socket.set_send_buffer_size(BUFFER_BYTES)?;
    socket.bind(&address.into())?;
    Ok(UdpSocket::from_std(socket.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn ranges_without_a_pair_are_refused() {
        assert!(Ports::new(HOST, 4_001..=4_002, 0).is_err());
        assert_eq!(Ports::new(HOST, 4_001..=4_007, 0).unwrap().free(), 3);
        assert_eq!(Ports::new(HOST, 65_534..=65_535, 0).unwrap().free(), 1);
        assert!(Ports::new(HOST, 0..=1, 0).is_err(), "port 0 is no port");
    }

    #[test]
    fn ports_in_use_are_passed_over_and_given_back_ones_come_last() {
        let taken = std::net::UdpSocket::bind((HOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port() & !1;
        if port > 65_000 {
            return;
        }
        let ports = Ports::new(HOST, port..=port + 5, 0).unwrap();
        assert_eq!(ports.free(), 3);
        // Other programs may hold the other two, but never is the one in use given.
        if let Ok(sockets) = ports.open() {
            assert_ne!(sockets.port, port);
            assert_eq!(sockets.rtp.local_addr().unwrap().port(), sockets.port);
            assert_eq!(ports.lock().back(), Some(&port));
        }
    }
}

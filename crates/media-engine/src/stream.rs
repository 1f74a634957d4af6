//! A browser's TCP connection: datagrams with their lengths (RFC 4571).

use std::io::{self, Read, Write};
use std::net::SocketAddr;

use mio::net::TcpStream;
use trunkline_webrtc::framing::{self, Frame};

/// Bytes that wait for a slow connection: some seconds of audio. More is dropped: it would come
/// too late.
const MAX_WAITING_BYTES: usize = 32 * 1024;

/// A connection, and what is on its way.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) socket: TcpStream,
    /// The other end, in its own form.
    pub(crate) remote: SocketAddr,
    /// Received, up to a whole datagram.
    inbound: Vec<u8>,
    outbound: Vec<u8>,
}

impl Stream {
    /// A connection that was accepted.
    pub(crate) fn new(socket: TcpStream, remote: SocketAddr) -> Self {
        let remote = SocketAddr::new(remote.ip().to_canonical(), remote.port());
        Self { socket, remote, inbound: Vec::new(), outbound: Vec::new() }
    }

    /// Reads once. False if there is nothing for now.
    ///
    /// # Errors
    /// If the connection is at its end.
    pub(crate) fn fill(&mut self, scratch: &mut [u8]) -> io::Result<bool> {
        match self.socket.read(scratch) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(length) => {
                self.inbound.extend_from_slice(&scratch[..length]);
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// The first datagram that was received, which stays.
    ///
    /// # Errors
    /// If what was received is none.
    pub(crate) fn first(&self) -> io::Result<Option<&[u8]>> {
        match framing::read(&self.inbound) {
            Frame::Datagram(datagram, _) => Ok(Some(datagram)),
            Frame::Incomplete => Ok(None),
            Frame::TooLong => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Takes the next datagram. Ask until there is none, so that what waits stays short.
    ///
    /// # Errors
    /// If what was received is none.
    pub(crate) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        match framing::read(&self.inbound) {
            Frame::Datagram(datagram, length) => {
                let datagram = datagram.to_vec();
                self.inbound.drain(..length);
                Ok(Some(datagram))
            }
            Frame::Incomplete => Ok(None),
            Frame::TooLong => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Sends a datagram. False if the connection is too slow for it.
    pub(crate) fn send(&mut self, datagram: &[u8]) -> bool {
        let is_taken = self.outbound.len() + datagram.len() <= MAX_WAITING_BYTES
            && framing::write(datagram, &mut self.outbound);
        // If it is broken, reading will tell.
        let _ = self.flush();
        is_taken
    }

    /// Writes what waits, as far as it goes.
    ///
    /// # Errors
    /// If the connection is at its end.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        while !self.outbound.is_empty() {
            match self.socket.write(&self.outbound) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(length) => drop(self.outbound.drain(..length)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

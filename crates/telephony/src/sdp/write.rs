//! Writes session descriptions in the order that RFC 8866 gives.

use std::fmt::{self, Display, Formatter};
use std::net::IpAddr;

use super::{Direction, Media, Sdp};

impl Display for Sdp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let origin = &self.origin;
        let family = if origin.address.contains(':') { "IP6" } else { "IP4" };
        write!(f, "v=0\r\no={} {} ", origin.username, origin.session_id)?;
        write!(f, "{} IN {family} {}\r\ns=-\r\n", origin.session_version, origin.address)?;
        connection(f, self.connection)?;
        f.write_str("t=0 0\r\n")?;
        direction(f, self.direction)?;
        self.media.iter().try_for_each(|media| write_media(f, media))
    }
}

fn connection(f: &mut Formatter<'_>, address: Option<IpAddr>) -> fmt::Result {
    match address {
        None => Ok(()),
        Some(IpAddr::V4(address)) => write!(f, "c=IN IP4 {address}\r\n"),
        Some(IpAddr::V6(address)) => write!(f, "c=IN IP6 {address}\r\n"),
    }
}

fn direction(f: &mut Formatter<'_>, direction: Option<Direction>) -> fmt::Result {
    direction.map_or(Ok(()), |direction| write!(f, "a={}\r\n", name(direction)))
}

fn write_media(f: &mut Formatter<'_>, media: &Media) -> fmt::Result {
    write!(f, "m={} {} {}", media.kind, media.port, media.protocol)?;
    media.formats.iter().try_for_each(|format| write!(f, " {format}"))?;
    f.write_str("\r\n")?;
    connection(f, media.connection)?;
    for map in &media.rtpmaps {
        write!(f, "a=rtpmap:{} {}/{}", map.payload_type, map.encoding, map.clock_hz)?;
        if map.channels != 1 {
            write!(f, "/{}", map.channels)?;
        }
        f.write_str("\r\n")?;
    }
    for (payload_type, text) in &media.fmtps {
        write!(f, "a=fmtp:{payload_type} {text}\r\n")?;
    }
    if let Some(ptime_ms) = media.ptime_ms {
        write!(f, "a=ptime:{ptime_ms}\r\n")?;
    }
    direction(f, media.direction)?;
    if media.rtcp_mux {
        f.write_str("a=rtcp-mux\r\n")?;
    }
    media.rtcp_port.map_or(Ok(()), |port| write!(f, "a=rtcp:{port}\r\n"))
}

/// The attribute's name.
pub(crate) fn name(direction: Direction) -> &'static str {
    match direction {
        Direction::SendRecv => "sendrecv",
        Direction::SendOnly => "sendonly",
        Direction::RecvOnly => "recvonly",
        Direction::Inactive => "inactive",
    }
}

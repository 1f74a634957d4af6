//! Reads session descriptions, line by line.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{
    Direction, MAX_BYTES, MAX_FORMATS, MAX_LINES, MAX_MEDIA, Media, Origin, RtpMap, Sdp, SdpError,
};

/// The longest packet time that is believed, in milliseconds.
const MAX_PTIME_MS: u16 = 200;

pub(super) fn parse(bytes: &[u8]) -> Result<Sdp, SdpError> {
    if bytes.len() > MAX_BYTES {
        return Err(SdpError::TooLong(bytes.len()));
    }
    let text = str::from_utf8(bytes).map_err(|_| SdpError::NotText)?;
    let mut lines = (1..).zip(text.lines());
    if lines.next().is_none_or(|(_, line)| line.trim_ascii_end() != "v=0") {
        return Err(SdpError::Version);
    }
    let mut reader = Reader::default();
    for (line, text) in lines {
        if line > MAX_LINES {
            return Err(too_many(line, "lines", MAX_LINES));
        }
        let Some((kind, value)) = split(text) else { continue };
        reader.line(line, kind, value)?;
    }
    let origin = reader.origin.ok_or(SdpError::Missing('o'))?;
    let Reader { connection, direction, media, .. } = reader;
    Ok(Sdp { origin, connection, direction, media })
}

fn split(text: &str) -> Option<(char, &str)> {
    let (kind, value) = text.split_once('=')?;
    let mut letters = kind.chars();
    let letter = letters.next()?;
    letters.next().is_none().then_some((letter, value.trim_ascii()))
}

fn too_many(line: usize, what: &'static str, limit: usize) -> SdpError {
    SdpError::TooMany { line, what, limit }
}

#[derive(Default)]
struct Reader {
    origin: Option<Origin>,
    connection: Option<IpAddr>,
    direction: Option<Direction>,
    media: Vec<Media>,
}

impl Reader {
    fn line(&mut self, line: usize, kind: char, value: &str) -> Result<(), SdpError> {
        let wrong = SdpError::Line { line, kind };
        match kind {
            'o' => self.origin = Some(origin(value).ok_or(wrong)?),
            'c' => {
                let address = Some(connection(value).ok_or(wrong)?);
                match self.media.last_mut() {
                    Some(media) => media.connection = address,
                    None => self.connection = address,
                }
            }
            'm' => {
                if self.media.len() == MAX_MEDIA {
                    return Err(too_many(line, "media", MAX_MEDIA));
                }
                let media = media(value).ok_or(wrong)?;
                if media.formats.len() > MAX_FORMATS {
                    return Err(too_many(line, "formats", MAX_FORMATS));
                }
                self.media.push(media);
            }
            'a' => self.attribute(value).ok_or(wrong)?,
            _ => {}
        }
        Ok(())
    }

    /// None when an attribute that matters is malformed.
    fn attribute(&mut self, text: &str) -> Option<()> {
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        if let Some(direction) = direction(name) {
            match self.media.last_mut() {
                Some(media) => media.direction = Some(direction),
                None => self.direction = Some(direction),
            }
            return Some(());
        }
        let Some(media) = self.media.last_mut() else { return Some(()) };
        match name {
            // Without a clock rate it says nothing (`31 LPC`, in an example of RFC 4475).
            "rtpmap" if !value.contains('/') => {}
            "rtpmap" if media.is_rtp() => media.rtpmaps.push(rtpmap(value)?),
            "fmtp" if media.is_rtp() => media.fmtps.push(fmtp(value)?),
            "ptime" => media.ptime_ms = Some(ptime(value)?),
            "rtcp-mux" => media.rtcp_mux = true,
            "rtcp" => media.rtcp_port = Some(value.split(' ').next()?.parse().ok()?),
            _ => {}
        }
        Some(())
    }
}

impl Media {
    fn is_rtp(&self) -> bool {
        self.protocol.contains("RTP/")
    }
}

fn origin(value: &str) -> Option<Origin> {
    let mut words = value.split_ascii_whitespace();
    let username = words.next()?.to_owned();
    let (session_id, session_version) = (number(words.next()?)?, number(words.next()?)?);
    let (_net, _family) = (words.next()?, words.next()?);
    let address = words.next()?.to_owned();
    Some(Origin { username, session_id, session_version, address })
}

/// Numbers of sessions are long in the wild; only their growth matters, so they are kept modulo
/// 2^64.
fn number(text: &str) -> Option<u64> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
    text.bytes().try_fold(0_u64, |sum, b| Some(sum.wrapping_mul(10).wrapping_add(digit(b)?)))
}

/// An address of the family that the line names. Names and multicast are refused: media goes to
/// one machine whose address the trunk knows.
fn connection(value: &str) -> Option<IpAddr> {
    let mut words = value.split_ascii_whitespace();
    let address = match (words.next()?, words.next()?, words.next()?) {
        ("IN", "IP4", text) => IpAddr::V4(text.parse::<Ipv4Addr>().ok()?),
        ("IN", "IP6", text) => IpAddr::V6(text.parse::<Ipv6Addr>().ok()?),
        _ => return None,
    };
    (words.next().is_none() && !address.is_multicast()).then_some(address)
}

fn media(value: &str) -> Option<Media> {
    let mut words = value.split_ascii_whitespace();
    let kind = words.next()?.to_ascii_lowercase();
    // `49170/2` asks for two ports; one is used.
    let port = words.next()?.split('/').next()?.parse().ok()?;
    let protocol = words.next()?.to_owned();
    let formats: Vec<String> = words.take(MAX_FORMATS + 1).map(str::to_owned).collect();
    (!formats.is_empty()).then(|| Media { kind, port, protocol, formats, ..Media::default() })
}

fn direction(name: &str) -> Option<Direction> {
    [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive]
        .into_iter()
        .find(|direction| super::write::name(*direction) == name)
}

fn payload_type(text: &str) -> Option<u8> {
    text.parse().ok().filter(|number| *number < 128)
}

fn rtpmap(value: &str) -> Option<RtpMap> {
    let (number, text) = value.split_once(' ')?;
    let mut parts = text.trim_ascii().split('/');
    let encoding = parts.next()?.to_owned();
    let clock_hz = parts.next()?.parse().ok()?;
    let channels = parts.next().map_or(Some(1), |text| text.parse().ok())?;
    Some(RtpMap { payload_type: payload_type(number)?, encoding, clock_hz, channels })
}

fn fmtp(value: &str) -> Option<(u8, String)> {
    let (number, text) = value.split_once(' ')?;
    Some((payload_type(number)?, text.trim_ascii().to_owned()))
}

fn ptime(value: &str) -> Option<u16> {
    // Some phones write `20.0`.
    let whole = value.split('.').next()?;
    whole.parse().ok().filter(|ms| (1..=MAX_PTIME_MS).contains(ms))
}

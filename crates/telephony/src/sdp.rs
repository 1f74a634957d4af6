//! Session descriptions: the subset of RFC 8866 that a contact centre needs.
//!
//! Reading keeps what an answer depends on (addresses, media lines, audio payload types, direction,
//! `ptime`, `rtcp-mux`) and passes over the rest. Every size has a limit, and hostile text gives an
//! error. [`Sdp::to_string`](ToString::to_string) writes the same subset.

mod parse;
mod write;

use std::net::IpAddr;

use thiserror::Error;
pub use trunkline_media::plan::Direction;
#[cfg(test)]
pub(crate) use write::name as name_of;

/// The longest description that is read, in bytes.
pub const MAX_BYTES: usize = 16_384;

/// The most lines that are read.
pub const MAX_LINES: usize = 512;

/// The most media lines that are read.
pub const MAX_MEDIA: usize = 16;

/// The most formats that one media line may list.
pub const MAX_FORMATS: usize = 64;

/// The content type of a session description.
pub const CONTENT_TYPE: &str = "application/sdp";

/// One session description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sdp {
    /// Who made it, and which version it is (`o=`).
    pub origin: Origin,
    /// The address for media lines that have none of their own (`c=`).
    pub connection: Option<IpAddr>,
    /// The direction of media lines that have none of their own.
    pub direction: Option<Direction>,
    /// The media lines, in order: an answer has one for each of the offer's.
    pub media: Vec<Media>,
}

/// The `o=` line. A description is a new one when `session_version` grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The user's name, `-` for none.
    pub username: String,
    /// The session's number.
    pub session_id: u64,
    /// Grows by one with each changed description of the session.
    pub session_version: u64,
    /// The maker's address, which may be a host name; media never goes there.
    pub address: String,
}

/// One media line with the attributes that belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// The kind of media, lower case: `audio`, `video`, `image`, …
    pub kind: String,
    /// The port for RTP. 0: the media line is rejected or switched off.
    pub port: u16,
    /// The transport protocol (`RTP/AVP`).
    pub protocol: String,
    /// The formats: payload types for RTP, words for anything else.
    pub formats: Vec<String>,
    /// The line's own address (`c=`).
    pub connection: Option<IpAddr>,
    /// What the payload types mean (`a=rtpmap`), in order.
    pub rtpmaps: Vec<RtpMap>,
    /// Parameters of formats (`a=fmtp`): payload type and text.
    pub fmtps: Vec<(u8, String)>,
    /// Milliseconds of audio in a packet (`a=ptime`), 1 to 200.
    pub ptime_ms: Option<u16>,
    /// The line's own direction.
    pub direction: Option<Direction>,
    /// Whether RTCP shares the port of RTP (RFC 5761).
    pub rtcp_mux: bool,
    /// The port for RTCP where it is not the next one (`a=rtcp`, RFC 3605).
    pub rtcp_port: Option<u16>,
}

/// What a payload type means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RtpMap {
    /// The payload type, 0 to 127.
    pub payload_type: u8,
    /// The encoding's name as written; names are compared without case.
    pub encoding: String,
    /// Samples a second.
    pub clock_hz: u32,
    /// Channels, 1 where none is given.
    pub channels: u8,
}

/// Why a session description cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SdpError {
    /// It is longer than [`MAX_BYTES`].
    #[error("the session description has {0} bytes, at most {MAX_BYTES} are read")]
    TooLong(usize),
    /// It has more than [`MAX_LINES`] lines, [`MAX_MEDIA`] media or [`MAX_FORMATS`] formats.
    #[error("line {line} of the session description: more {what} than {limit}")]
    TooMany {
        /// The line, from 1.
        line: usize,
        /// What there is too much of.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// It is not text.
    #[error("the session description is not UTF-8")]
    NotText,
    /// It does not begin with `v=0`.
    #[error("the session description does not begin with `v=0`")]
    Version,
    /// A line that must be there is missing.
    #[error("the session description has no `{0}=` line")]
    Missing(char),
    /// A line is not what it should be.
    #[error("line {line} of the session description is no valid `{kind}=` line")]
    Line {
        /// The line, from 1.
        line: usize,
        /// The letter in front of the `=`.
        kind: char,
    },
}

impl Sdp {
    /// Reads a description.
    ///
    /// # Errors
    /// When it is too large, does not begin with `v=0`, has no `o=`, or a line that matters is
    /// malformed. Unknown lines and attributes are passed over.
    pub fn parse(bytes: &[u8]) -> Result<Self, SdpError> {
        parse::parse(bytes)
    }

    /// The address that a media line uses: its own, else the session's.
    pub fn address_of(&self, media: &Media) -> Option<IpAddr> {
        media.connection.or(self.connection)
    }

    /// The direction that a media line has: its own, else the session's, else `sendrecv`.
    pub fn direction_of(&self, media: &Media) -> Direction {
        media.direction.or(self.direction).unwrap_or_default()
    }
}

impl Media {
    /// The same line, rejected: port 0 and nothing but the formats (RFC 3264, section 6).
    #[must_use]
    pub fn rejected(&self) -> Self {
        Self {
            kind: self.kind.clone(),
            protocol: self.protocol.clone(),
            formats: self.formats.clone(),
            ..Self::default()
        }
    }
}

impl Default for Media {
    fn default() -> Self {
        Self {
            kind: "audio".into(),
            port: 0,
            protocol: "RTP/AVP".into(),
            formats: Vec::new(),
            connection: None,
            rtpmaps: Vec::new(),
            fmtps: Vec::new(),
            ptime_ms: None,
            direction: None,
            rtcp_mux: false,
            rtcp_port: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=alice 2890844526 2890844527 IN IP4 host.example\r\ns=-\r\n\
        c=IN IP4 192.0.2.1\r\nt=0 0\r\na=sendonly\r\n\
        m=audio 49170 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 \
        telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=rtcp-mux\r\n\
        a=rtcp:53020 IN IP4 192.0.2.1\r\n\
        m=video 51372 RTP/AVP 99\r\nc=IN IP6 2001:db8::1\r\na=rtpmap:99 H264/90000\r\na=inactive\r\n";

    #[test]
    fn an_offer_is_read() {
        let sdp = Sdp::parse(OFFER.as_bytes()).unwrap();
        assert_eq!(sdp.origin.session_id, 2_890_844_526);
        assert_eq!(sdp.origin.address, "host.example");
        let [audio, video] = &sdp.media[..] else { panic!("two media lines") };
        assert_eq!((audio.port, audio.formats.len()), (49_170, 3));
        assert_eq!(audio.rtpmaps[1].encoding, "telephone-event");
        assert_eq!(audio.fmtps, [(101, "0-16".to_owned())]);
        assert_eq!((audio.ptime_ms, audio.rtcp_mux), (Some(20), true));
        assert_eq!(audio.rtcp_port, Some(53_020));
        assert_eq!(sdp.address_of(audio), Some("192.0.2.1".parse().unwrap()));
        assert_eq!(sdp.address_of(video), Some("2001:db8::1".parse().unwrap()));
        assert_eq!(sdp.direction_of(audio), Direction::SendOnly);
        assert_eq!(sdp.direction_of(video), Direction::Inactive);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let sdp = Sdp::parse(OFFER.as_bytes()).unwrap();
        assert_eq!(Sdp::parse(sdp.to_string().as_bytes()).unwrap(), sdp);
    }

    #[test]
    fn lines_may_end_with_a_line_feed_alone_and_unknown_ones_are_passed_over() {
        let text =
            "v=0\no=- 1 1 IN IP4 192.0.2.1\nz=0 0\na=strange\nnonsense\nm=audio 9 RTP/AVP 0\n";
        let sdp = Sdp::parse(text.as_bytes()).unwrap();
        assert_eq!((sdp.media.len(), sdp.connection), (1, None));
    }

    #[test]
    fn hostile_text_gives_an_error() {
        let head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n";
        let media = |line: &str| format!("{head}{line}\r\n");
        let line = |line, kind| SdpError::Line { line, kind };
        let cases: Vec<(String, SdpError)> = vec![
            (String::new(), SdpError::Version),
            ("v=1\r\n".into(), SdpError::Version),
            ("v=0\r\ns=-\r\n".into(), SdpError::Missing('o')),
            ("v=0\r\no=-\r\n".into(), line(2, 'o')),
            (media("m=audio 65536 RTP/AVP 0"), line(3, 'm')),
            (media("m=audio -1 RTP/AVP 0"), line(3, 'm')),
            (media("m=audio 9"), line(3, 'm')),
            (media("m=audio 9 RTP/AVP"), line(3, 'm')),
            (media("c=IN IP4 2001:db8::1"), line(3, 'c')),
            (media("c=IN IP4 host.example"), line(3, 'c')),
            (media("c=IN IP4 224.2.1.1/127"), line(3, 'c')),
            (media("m=audio 9 RTP/AVP 0\r\na=rtpmap:300 PCMU/8000"), line(4, 'a')),
            (media("m=audio 9 RTP/AVP 0\r\na=rtpmap:0 PCMU/99999999999"), line(4, 'a')),
            (media("m=audio 9 RTP/AVP 0\r\na=ptime:0"), line(4, 'a')),
        ];
        for (text, expected) in cases {
            assert_eq!(Sdp::parse(text.as_bytes()), Err(expected), "{text:?}");
        }
        assert_eq!(Sdp::parse(b"v=0\r\no=\xff"), Err(SdpError::NotText));
    }

    #[test]
    fn sizes_are_limited() {
        let head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n".to_owned();
        let too_many = |text: String| match Sdp::parse(text.as_bytes()) {
            Err(SdpError::TooMany { what, .. }) => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(too_many(head.clone() + &"a=x\r\n".repeat(MAX_LINES)), "lines");
        assert_eq!(too_many(head.clone() + &"m=audio 9 RTP/AVP 0\r\n".repeat(17)), "media");
        let formats = format!("{head}m=audio 9 RTP/AVP{}\r\n", " 0".repeat(MAX_FORMATS + 1));
        assert_eq!(too_many(formats), "formats");
        let long = "a".repeat(MAX_BYTES + 1);
        assert_eq!(Sdp::parse(long.as_bytes()), Err(SdpError::TooLong(MAX_BYTES + 1)));
    }

    #[test]
    fn white_space_is_that_of_ascii() {
        let text = OFFER.replacen("o=", "o=- 1 1 I I \u{b}\r\no=", 1);
        let read = Sdp::parse(text.as_bytes());
        let again = read.as_ref().map(|sdp| Sdp::parse(sdp.to_string().as_bytes()));
        assert!(again.is_err() || again == Ok(read.clone()), "{read:?}");
    }

    #[test]
    fn cut_and_changed_descriptions_never_panic() {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        for round in 0..20_000 {
            let mut bytes = OFFER.as_bytes().to_vec();
            for _ in 0..=round % 8 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let at = (seed >> 33) as usize % bytes.len();
                match seed % 3 {
                    0 => bytes[at] = (seed >> 24) as u8,
                    1 => bytes.truncate(at.max(1)),
                    _ => bytes.insert(at, b"0=:/ \r\n\xff"[(seed >> 20) as usize % 8]),
                }
            }
            if let Ok(sdp) = Sdp::parse(&bytes) {
                assert_eq!(Sdp::parse(sdp.to_string().as_bytes()).as_ref(), Ok(&sdp));
            }
        }
    }
}

//! The browser's answer: what of it matters is read here, by our own rules, and written anew for
//! the library. So no text of a browser reaches the library's parser.

use std::fmt::Write;

use trunkline_media::SAMPLE_RATE_HZ;
use trunkline_media::codec::Codec;
use trunkline_media::plan::Direction;

use crate::{Agreed, Audio, Error, MAX_CANDIDATES, MAX_SDP_BYTES, MAX_SDP_LINES};

/// The header extension that names the m-line (RFC 9143, section 14).
const MID_EXTENSION: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";

/// A payload that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Payload {
    pub(crate) number: u8,
    pub(crate) kind: Kind,
}

/// What it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Audio(Audio),
    Events { clock_rate_hz: u32 },
}

impl Payload {
    /// As in `rtpmap` (RFC 8866, section 6.6).
    fn name(self) -> &'static str {
        match self.kind {
            Kind::Audio(Audio::G711(Codec::Pcmu)) => "PCMU/8000",
            Kind::Audio(Audio::G711(Codec::Pcma)) => "PCMA/8000",
            Kind::Audio(Audio::Opus) => "opus/48000/2",
            Kind::Events { clock_rate_hz: SAMPLE_RATE_HZ } => "telephone-event/8000",
            Kind::Events { .. } => "telephone-event/48000",
        }
    }
}

/// What an answer says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Written anew.
    pub(crate) sdp: String,
    pub(crate) agreed: Agreed,
}

/// The lines of an answer that matter. Those of the m-line come before those of the session.
#[derive(Default)]
struct Lines<'a> {
    media: Option<&'a str>,
    ufrag: Option<&'a str>,
    password: Option<&'a str>,
    fingerprint: Option<&'a str>,
    setup: Option<&'a str>,
    mid: Option<&'a str>,
    direction: Option<Direction>,
    mid_extension: Option<u8>,
    ssrc: Option<u32>,
    is_muxed: bool,
    is_lite: bool,
    maps: Vec<(u8, &'a str)>,
}

/// Reads the answer to an offer of `payloads` on the m-line `mid`.
pub(crate) fn read(sdp: &str, mid: &str, payloads: &[Payload]) -> Result<Answer, Error> {
    let lines = collect(sdp)?;
    let chosen = chosen(&lines, payloads)?;
    if lines.mid.is_some_and(|other| other != mid) {
        return Err(wrong("its m-line is another than the offer's"));
    }
    if !lines.is_muxed {
        return Err(wrong("it has no a=rtcp-mux"));
    }
    if lines.is_lite {
        return Err(wrong("both sides are ICE-lite"));
    }
    let audio = chosen.iter().find_map(|payload| match payload.kind {
        Kind::Audio(audio) => Some((audio, payload.number)),
        Kind::Events { .. } => None,
    });
    let (audio, payload_type) = audio.ok_or_else(|| wrong("it takes no codec of the offer"))?;
    let (events, slow) = events(&chosen, audio);
    let theirs = lines.direction.unwrap_or_default();
    let agreed = Agreed {
        audio,
        payload_type,
        event_payload_type: events.map(|(number, _)| number),
        event_clock_rate_hz: events.map_or(audio.clock_rate_hz(), |(_, rate)| rate),
        slow_event_payload_type: slow.map(|(number, _)| number),
        direction: theirs.reversed(),
    };
    Ok(Answer { sdp: write(&lines, mid, &chosen, theirs)?, agreed })
}

fn wrong(what: impl Into<String>) -> Error {
    Error::Answer { what: what.into() }
}

fn collect(sdp: &str) -> Result<Lines<'_>, Error> {
    if sdp.len() > MAX_SDP_BYTES {
        return Err(Error::TooLong { what: "bytes", limit: MAX_SDP_BYTES });
    }
    let mut lines = Lines::default();
    let mut candidates = 0;
    for (number, line) in sdp.lines().enumerate() {
        if number == MAX_SDP_LINES {
            return Err(Error::TooLong { what: "lines", limit: MAX_SDP_LINES });
        }
        if let Some(media) = line.strip_prefix("m=") {
            if lines.media.replace(media).is_some() {
                return Err(wrong("it has more than one m-line"));
            }
        } else if let Some(attribute) = line.strip_prefix("a=") {
            candidates += usize::from(attribute.starts_with("candidate:"));
            lines.note(attribute)?;
        }
    }
    if candidates > MAX_CANDIDATES {
        return Err(Error::TooLong { what: "candidates", limit: MAX_CANDIDATES });
    }
    Ok(lines)
}

impl<'a> Lines<'a> {
    fn note(&mut self, attribute: &'a str) -> Result<(), Error> {
        let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
        let value = value.trim();
        match name {
            "ice-ufrag" => self.ufrag = Some(value),
            "ice-pwd" => self.password = Some(value),
            "fingerprint" => self.fingerprint = Some(value),
            "setup" => self.setup = Some(value),
            "mid" => self.mid = Some(value),
            "sendrecv" => self.direction = Some(Direction::SendRecv),
            "sendonly" => self.direction = Some(Direction::SendOnly),
            "recvonly" => self.direction = Some(Direction::RecvOnly),
            "inactive" => self.direction = Some(Direction::Inactive),
            "rtcp-mux" => self.is_muxed = true,
            "ice-lite" => self.is_lite = true,
            "rtpmap" => {
                let map = value
                    .split_once(' ')
                    .and_then(|(number, name)| Some((number.parse().ok()?, name.trim())));
                self.maps.push(map.ok_or_else(|| wrong("an a=rtpmap is none"))?);
            }
            "extmap" => {
                let (id, uri) = value.split_once(' ').unwrap_or((value, ""));
                if uri.trim() == MID_EXTENSION {
                    self.mid_extension = id.parse().ok().filter(|id| (1..=14).contains(id));
                }
            }
            "ssrc" => {
                let number = value.split(' ').next().unwrap_or_default().parse().ok();
                self.ssrc = self.ssrc.or(number.filter(|number| *number != 0));
            }
            _ => {}
        }
        Ok(())
    }
}

/// A payload type of keys, and the clock of their durations.
type Events = Option<(u8, u32)>;

/// The payload type of keys, and the one that may come in its place. Keys should have the clock of
/// the audio between them (RFC 4733, section 2.1); browsers have the slow one beside Opus too.
fn events(chosen: &[Payload], audio: Audio) -> (Events, Events) {
    let known = || {
        let events = chosen.iter().filter_map(|payload| match payload.kind {
            Kind::Events { clock_rate_hz } => Some((payload.number, clock_rate_hz)),
            Kind::Audio(_) => None,
        });
        events.filter(|(_, rate)| *rate <= audio.clock_rate_hz())
    };
    let best = known().max_by_key(|(_, rate)| *rate);
    let slow = known().find(|(_, rate)| best.is_some_and(|(_, best)| *rate < best));
    (best, slow)
}

/// The offered payloads that the answer takes, in its order.
fn chosen(lines: &Lines<'_>, payloads: &[Payload]) -> Result<Vec<Payload>, Error> {
    let media = lines.media.ok_or_else(|| wrong("it has no m-line"))?;
    let mut words = media.split_ascii_whitespace();
    if words.next() != Some("audio") {
        return Err(wrong("its m-line is not audio"));
    }
    let port: Option<u16> = words.next().and_then(|port| port.parse().ok());
    if port.is_none_or(|port| port == 0) {
        return Err(wrong("the browser takes no audio"));
    }
    let mut chosen: Vec<Payload> = Vec::new();
    for word in words.skip(1) {
        let known = |payload: &&Payload| word.parse() == Ok(payload.number);
        let Some(payload) = payloads.iter().find(known) else { continue };
        let mut maps = lines.maps.iter().filter(|(number, _)| *number == payload.number);
        // A second channel count or none means the same for one channel.
        let is_same = |name: &str| {
            let name = name.strip_suffix("/1").unwrap_or(name);
            name.eq_ignore_ascii_case(payload.name())
        };
        if !maps.all(|(_, name)| is_same(name)) {
            return Err(wrong(format!("payload type {word} means another codec in it")));
        }
        if !chosen.contains(payload) {
            chosen.push(*payload);
        }
    }
    Ok(chosen)
}

fn write(
    lines: &Lines<'_>,
    mid: &str,
    chosen: &[Payload],
    direction: Direction,
) -> Result<String, Error> {
    let ufrag = ice_text(lines.ufrag, 4).ok_or_else(|| wrong("it has no a=ice-ufrag"))?;
    let password = ice_text(lines.password, 22).ok_or_else(|| wrong("it has no a=ice-pwd"))?;
    let print = fingerprint(lines.fingerprint).ok_or_else(|| wrong("it has no a=fingerprint"))?;
    let setup = match lines.setup {
        Some("passive") => "passive",
        Some("active") => "active",
        Some(_) | None => return Err(wrong("its a=setup is neither active nor passive")),
    };
    let direction = match direction {
        Direction::SendRecv => "sendrecv",
        Direction::SendOnly => "sendonly",
        Direction::RecvOnly => "recvonly",
        Direction::Inactive => "inactive",
    };
    let mut numbers = String::new();
    let mut maps = String::new();
    for payload in chosen {
        // Writing into a String cannot fail.
        let _ = write!(numbers, " {}", payload.number);
        let _ = write!(maps, "a=rtpmap:{} {}\r\n", payload.number, payload.name());
    }
    if let Some(id) = lines.mid_extension {
        let _ = write!(maps, "a=extmap:{id} {MID_EXTENSION}\r\n");
    }
    if let Some(ssrc) = lines.ssrc {
        let _ = write!(maps, "a=ssrc:{ssrc} cname:browser\r\n");
    }
    Ok(format!(
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {mid}\r\n\
         m=audio 9 UDP/TLS/RTP/SAVPF{numbers}\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:{ufrag}\r\n\
         a=ice-pwd:{password}\r\na=fingerprint:{print}\r\na=setup:{setup}\r\na=mid:{mid}\r\n\
         a={direction}\r\na=rtcp-mux\r\n{maps}"
    ))
}

/// A user fragment or password: so many to 256 `ice-char`s (RFC 8839, section 5.4).
fn ice_text(text: Option<&str>, least: usize) -> Option<&str> {
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    text.filter(|text| (least..=256).contains(&text.len()) && text.bytes().all(is_fit))
}

/// A SHA-256 fingerprint (RFC 8122, section 5): browsers send no other.
fn fingerprint(text: Option<&str>) -> Option<String> {
    let (hash, digits) = text?.split_once(' ')?;
    let pairs: Vec<&str> = digits.trim().split(':').collect();
    let is_pair =
        |pair: &&str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_fit = hash.eq_ignore_ascii_case("sha-256") && pairs.len() == 32;
    (is_fit && pairs.iter().all(is_pair)).then(|| format!("sha-256 {}", pairs.join(":")))
}

//! Offers and answers (RFC 3264): one stream of G.711 audio with telephone events.
//!
//! [`Session`] remembers what has been agreed, so that a later description keeps the number and
//! the order of the media lines (section 8) and its version grows only when it changes. An answer
//! takes the first codec of the offer that Trunkline has, and no second one: a call keeps one
//! codec, so that a bridge never has to watch for a change between two packets.

use std::net::{IpAddr, SocketAddr};

use thiserror::Error;
pub use trunkline_media::codec::Codec;
pub use trunkline_media::plan::{MediaPlan, OwnAddresses};

use crate::sdp::{Direction, Media, Origin, RtpMap, Sdp, SdpError};

/// The packet time that is sent unless the other side asks for 40 or 60 ms, in milliseconds.
pub const PTIME_MS: u16 = 20;

/// The dynamic payload type under which own offers name telephone events.
const EVENT_PAYLOAD_TYPE: u8 = 101;

/// The dynamic payload type for a codec that has no static one.
const CODEC_PAYLOAD_TYPE: u8 = 96;

/// The keys of a telephone: 0-9, *, #, A-D (RFC 4733).
const EVENTS: &str = "0-15";

const EVENT_ENCODING: &str = "telephone-event";
const CLOCK_HZ: u32 = 8_000;

/// What this side offers and accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// Where RTP is received: an offer's family decides which of two addresses answers it.
    pub addresses: OwnAddresses,
    /// The number of the session, in `o=`; unique among this address's calls.
    pub session_id: u64,
    /// The codecs that may be used, those of own offers in the order of preference.
    pub codecs: Vec<Codec>,
}

/// Why a description leads to no session; 488 for an offer, BYE for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] SdpError),
    /// No audio line that can be accepted is there.
    #[error("no audio stream over plain RTP is offered")]
    NoAudio,
    /// The audio line has none of the codecs.
    #[error("no common codec: the stream has neither PCMU nor PCMA")]
    NoCodec,
    /// The audio line has no address, or one of the family that is not used here.
    #[error("the stream's address is missing or of the other IP family")]
    Address,
    /// The answer does not have one media line for each of the offer's.
    #[error("the answer has {got} media lines, the offer has {expected}")]
    Lines {
        /// How many the offer has.
        expected: usize,
        /// How many the answer has.
        got: usize,
    },
    /// There is an answer without an offer, or an offer while one is open.
    #[error("the description comes at a moment when none may come")]
    OutOfTurn,
}

/// One side's view of a session: its last description, an offer that is open, what is agreed.
#[derive(Clone, Debug)]
pub struct Session {
    local: Local,
    wish: Direction,
    agreed_wish: Direction,
    version: u64,
    written: Option<Sdp>,
    open_offer: Option<Sdp>,
    plan: Option<MediaPlan>,
}

impl Session {
    /// A session before the first description.
    pub fn new(local: Local) -> Self {
        let (written, open_offer, plan) = (None, None, None);
        let (wish, agreed_wish) = (Direction::SendRecv, Direction::SendRecv);
        Self { local, wish, agreed_wish, version: 0, written, open_offer, plan }
    }

    /// What is agreed, when anything is.
    pub fn plan(&self) -> Option<&MediaPlan> {
        self.plan.as_ref()
    }

    /// Whether an own offer waits for its answer.
    pub fn has_open_offer(&self) -> bool {
        self.open_offer.is_some()
    }

    /// The own offer that waits for its answer.
    pub fn open_offer(&self) -> Option<&Sdp> {
        self.open_offer.as_ref()
    }

    /// The direction that this side wants: `SendOnly` puts the other side on hold.
    pub fn wish(&self) -> Direction {
        self.wish
    }

    /// Changes the wanted direction for the next description.
    pub fn set_wish(&mut self, direction: Direction) {
        self.wish = direction;
    }

    /// Changes the address for the next description.
    pub fn set_address(&mut self, address: SocketAddr) {
        self.local.addresses.usual = address;
    }

    /// Where RTP is received.
    pub fn address(&self) -> SocketAddr {
        self.local.addresses.usual
    }

    /// Answers an offer.
    ///
    /// # Errors
    /// When the offer cannot be accepted or an own offer is open; the session stays as it was.
    pub fn answer(&mut self, offer: &Sdp) -> Result<Sdp, Refusal> {
        if self.has_open_offer() {
            return Err(Refusal::OutOfTurn);
        }
        let chosen = choose(offer, &self.local)?;
        self.local.addresses = self.local.addresses.towards(chosen.remote.is_ipv4());
        let offered = offer.direction_of(&offer.media[chosen.index]);
        let towards = if chosen.is_hold_address { Direction::SendOnly } else { offered };
        let direction = Direction::new(
            self.wish.sends() && towards.receives(),
            self.wish.receives() && towards.sends(),
        );
        let mut media: Vec<Media> = offer.media.iter().map(Media::rejected).collect();
        media[chosen.index] = self.line(&[chosen.codec], &chosen, direction);
        media[chosen.index].protocol = offer.media[chosen.index].protocol.clone();
        let answer = self.describe(media);
        self.plan = Some(chosen.plan(self.address(), direction));
        self.agreed_wish = self.wish;
        self.written = Some(answer.clone());
        Ok(answer)
    }

    /// Makes an offer that stays open until [`Self::take_answer`] or [`Self::withdraw`].
    ///
    /// # Errors
    /// When an offer is open already.
    pub fn offer(&mut self) -> Result<Sdp, Refusal> {
        if self.has_open_offer() {
            return Err(Refusal::OutOfTurn);
        }
        let template = Chosen::template(self.plan.as_ref());
        let mut codecs = self.local.codecs.clone();
        if let Some(plan) = &self.plan {
            codecs.retain(|codec| *codec == plan.codec);
        }
        let line = self.line(&codecs, &template, self.wish);
        // Lines that were rejected stay, rejected, where they are.
        let mut media: Vec<Media> =
            self.written.iter().flat_map(|sdp| &sdp.media).map(Media::rejected).collect();
        match self.active_line() {
            Some(index) => media[index] = line,
            None => media = vec![line],
        }
        let offer = self.describe(media);
        self.open_offer = Some(offer.clone());
        Ok(offer)
    }

    /// Takes the answer to the open offer.
    ///
    /// # Errors
    /// When it cannot be used or no offer is open. The offer stays open only in the first case.
    pub fn take_answer(&mut self, answer: &Sdp) -> Result<(), Refusal> {
        let offer = self.open_offer.as_ref().ok_or(Refusal::OutOfTurn)?;
        let (expected, got) = (offer.media.len(), answer.media.len());
        if expected != got {
            return Err(Refusal::Lines { expected, got });
        }
        let chosen = choose(answer, &self.local)?;
        let given = answer.direction_of(&answer.media[chosen.index]);
        let towards = if chosen.is_hold_address { Direction::SendOnly } else { given };
        let direction = Direction::new(
            self.wish.sends() && towards.receives(),
            self.wish.receives() && towards.sends(),
        );
        self.plan = Some(chosen.plan(self.address(), direction));
        self.agreed_wish = self.wish;
        self.written = self.open_offer.take();
        Ok(())
    }

    /// Takes the open offer back; what was agreed before goes on (RFC 3261, section 14.1).
    pub fn withdraw(&mut self) {
        if self.open_offer.take().is_some()
            && let Some(plan) = &self.plan
        {
            self.local.addresses.usual = plan.local;
            self.wish = self.agreed_wish;
        }
    }

    /// The place of the audio line in use in what was written last.
    fn active_line(&self) -> Option<usize> {
        self.written.as_ref()?.media.iter().position(|media| media.port != 0)
    }

    fn line(&self, codecs: &[Codec], chosen: &Chosen, direction: Direction) -> Media {
        let mut line = Media { port: self.address().port(), ..Media::default() };
        for codec in codecs {
            let payload_type = match chosen.codec == *codec {
                true => chosen.payload_type,
                false => usual_payload_type(*codec),
            };
            line.formats.push(payload_type.to_string());
            line.rtpmaps.push(rtpmap(payload_type, codec.name()));
        }
        if let Some(payload_type) = chosen.event_payload_type {
            line.formats.push(payload_type.to_string());
            line.rtpmaps.push(rtpmap(payload_type, EVENT_ENCODING));
            line.fmtps.push((payload_type, EVENTS.into()));
        }
        line.ptime_ms = Some(PTIME_MS);
        line.direction = Some(direction);
        line.rtcp_mux = chosen.rtcp_mux;
        line
    }

    fn describe(&mut self, media: Vec<Media>) -> Sdp {
        let address = self.address().ip();
        let is_same = self
            .written
            .as_ref()
            .is_some_and(|written| written.media == media && written.connection == Some(address));
        if !is_same {
            self.version += 1;
        }
        let origin = Origin {
            username: "-".into(),
            session_id: self.local.session_id,
            session_version: self.version,
            address: address.to_string(),
        };
        Sdp { origin, connection: Some(address), direction: None, media }
    }
}

/// The payload type of own offers.
fn usual_payload_type(codec: Codec) -> u8 {
    codec.static_payload_type().unwrap_or(CODEC_PAYLOAD_TYPE)
}

fn rtpmap(payload_type: u8, encoding: &str) -> RtpMap {
    RtpMap { payload_type, encoding: encoding.into(), clock_hz: CLOCK_HZ, channels: 1 }
}

/// The audio line of the other side's description that is used.
struct Chosen {
    index: usize,
    remote: SocketAddr,
    rtcp_port: Option<u16>,
    rtcp_mux: bool,
    codec: Codec,
    payload_type: u8,
    event_payload_type: Option<u8>,
    ptime_ms: u16,
    is_hold_address: bool,
}

impl Chosen {
    /// What an own offer is made of: what is agreed already, or the usual.
    fn template(plan: Option<&MediaPlan>) -> Self {
        let none = SocketAddr::new(IpAddr::from([0, 0, 0, 0]), 0);
        let (codec, payload_type) = (Codec::Pcmu, usual_payload_type(Codec::Pcmu));
        Self {
            index: 0,
            remote: plan.map_or(none, |plan| plan.remote),
            rtcp_port: None,
            rtcp_mux: plan.is_none_or(|plan| plan.rtcp_mux),
            codec: plan.map_or(codec, |plan| plan.codec),
            payload_type: plan.map_or(payload_type, |plan| plan.payload_type),
            event_payload_type: plan.map_or(Some(EVENT_PAYLOAD_TYPE), |p| p.event_payload_type),
            ptime_ms: PTIME_MS,
            is_hold_address: false,
        }
    }

    fn plan(&self, local: SocketAddr, direction: Direction) -> MediaPlan {
        let next = self.remote.port().wrapping_add(1);
        let rtcp_port = match self.rtcp_mux {
            true => self.remote.port(),
            false => self.rtcp_port.unwrap_or(next),
        };
        MediaPlan {
            local,
            remote: self.remote,
            remote_rtcp: SocketAddr::new(self.remote.ip(), rtcp_port),
            rtcp_mux: self.rtcp_mux,
            codec: self.codec,
            payload_type: self.payload_type,
            event_payload_type: self.event_payload_type,
            ptime_ms: self.ptime_ms,
            direction,
        }
    }
}

/// The first audio line that can be used. When none can, the reason for the first one.
fn choose(sdp: &Sdp, local: &Local) -> Result<Chosen, Refusal> {
    let lines = sdp.media.iter().enumerate();
    let mut audio = lines.filter(|(_, media)| is_plain_audio(media)).peekable();
    let Some(&(first, _)) = audio.peek() else { return Err(Refusal::NoAudio) };
    let mut reason = None;
    for (index, media) in audio {
        match choose_line(sdp, index, media, local) {
            Ok(chosen) => return Ok(chosen),
            Err(refusal) if index == first => reason = Some(refusal),
            Err(_) => {}
        }
    }
    Err(reason.unwrap_or(Refusal::NoAudio))
}

fn is_plain_audio(media: &Media) -> bool {
    media.kind == "audio" && media.port != 0 && matches!(&*media.protocol, "RTP/AVP" | "RTP/AVPF")
}

fn choose_line(sdp: &Sdp, index: usize, media: &Media, local: &Local) -> Result<Chosen, Refusal> {
    let address = sdp.address_of(media).ok_or(Refusal::Address)?;
    local.addresses.of_family(address.is_ipv4()).ok_or(Refusal::Address)?;
    let (codec, payload_type) = codec_of(media, &local.codecs).ok_or(Refusal::NoCodec)?;
    Ok(Chosen {
        index,
        remote: SocketAddr::new(address, media.port),
        rtcp_port: media.rtcp_port,
        rtcp_mux: media.rtcp_mux,
        codec,
        payload_type,
        event_payload_type: event_payload_type(media),
        ptime_ms: media.ptime_ms.filter(|ms| matches!(ms, 40 | 60)).unwrap_or(PTIME_MS),
        // The old way to put a call on hold (RFC 2543), still sent by some phones.
        is_hold_address: address.is_unspecified(),
    })
}

fn codec_of(media: &Media, codecs: &[Codec]) -> Option<(Codec, u8)> {
    media.formats.iter().find_map(|format| {
        let number: u8 = format.parse().ok()?;
        let map = media.rtpmaps.iter().find(|map| map.payload_type == number);
        let codec = codecs.iter().copied().find(|codec| match map {
            Some(map) => {
                map.encoding.eq_ignore_ascii_case(codec.name())
                    && (map.clock_hz, map.channels) == (CLOCK_HZ, 1)
            }
            None => codec.static_payload_type() == Some(number),
        })?;
        Some((codec, number))
    })
}

fn event_payload_type(media: &Media) -> Option<u8> {
    let map = media.rtpmaps.iter().find(|map| {
        map.encoding.eq_ignore_ascii_case(EVENT_ENCODING)
            && map.clock_hz == CLOCK_HZ
            && media.formats.iter().any(|format| *format == map.payload_type.to_string())
    })?;
    Some(map.payload_type)
}

#[cfg(test)]
mod tests;

//! One connection with a browser.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::{Codec as Format, FormatParams};
use str0m::media::{Direction, Frequency, MediaKind, Mid};
use str0m::net::{Protocol, Receive, TcpType, Transmit};
use str0m::rtp::{Extension, RtpWrite, Ssrc};
use str0m::stats::MediaEgressStats;
use str0m::{Candidate, Event, IceConnectionState, Input, Rtc, RtcConfig};
use trunkline_media::SAMPLE_RATE_HZ;
use trunkline_media::codec::Codec;
use trunkline_media::opus;
use trunkline_media::rtp::{Header, SequenceUnwrapper};

use crate::answer::{self, Kind, Payload};
use crate::{
    Agreed, Audio, Error, Failure, MAX_DATAGRAM_BYTES, MAX_PAYLOAD_BYTES, MAX_REMOTES, Offer,
    Settings, Via,
};

/// Payload types of what has no number of its own (RFC 3551 section 3).
const EVENTS: u8 = 101;
const EVENTS_BESIDE_OPUS: u8 = 110;

/// The number of the header extension that names the m-line.
const MID_EXTENSION: u8 = 4;

/// How often the figures of the browser's reports are told.
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// A packet may be so many numbers behind the newest one.
const MAX_BEHIND: i64 = 1_000;

/// A packet of the browser's, decrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Its header, without extensions.
    pub header: Header,
    /// Its payload.
    pub payload: Arc<[u8]>,
}

/// What the browser says of the packets that it received.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// Loss since the report before, in percent.
    pub loss_percent: f64,
    /// Packets lost since the beginning.
    pub lost: i32,
    /// Jitter between arrivals.
    pub jitter: Duration,
    /// There and back, if measured.
    pub round_trip: Option<Duration>,
}

/// What is to be done, or has happened.
#[derive(Debug)]
pub enum Output {
    /// Send these bytes.
    Transmit {
        /// As a datagram, or framed on the connection with that address.
        via: Via,
        /// Where to.
        to: SocketAddr,
        /// What.
        bytes: Vec<u8>,
    },
    /// A packet came.
    Rtp(Heard),
    /// The browser is reached and the keys are agreed on: media may be sent.
    Connected,
    /// The browser has not been heard of for 15 s. It may come back, with [`Output::Rtp`].
    Lost,
    /// The browser has reported.
    Report(Report),
    /// The connection is over. Nothing more comes.
    Failed(Failure),
}

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Offered,
    Connecting { until: Instant },
    Connected,
    Over,
}

/// One connection with a browser. See the crate's documentation for how it is driven.
pub struct Peer {
    rtc: Rtc,
    pending: Option<SdpPendingOffer>,
    mid: Mid,
    payloads: Vec<Payload>,
    udp: Vec<SocketAddr>,
    tcp: Vec<SocketAddr>,
    patience: Duration,
    state: State,
    agreed: Option<Agreed>,
    /// The stream that we send.
    ssrc: Option<Ssrc>,
    numbers: Numbers,
    remotes: Vec<(Via, SocketAddr)>,
    wake_at: Instant,
}

impl Peer {
    /// Makes an offer.
    ///
    /// # Errors
    /// [`Error::Address`] if the settings name none that a browser can send to.
    pub fn offer(now: Instant, settings: &Settings) -> Result<(Self, Offer), Error> {
        settings.check()?;
        let payloads = payloads(settings);
        let mut rtc = config(settings, &payloads).build(now);
        for candidate in candidates(settings)? {
            rtc.add_local_candidate(candidate);
        }
        let ufrag = rtc.direct_api().local_ice_credentials().ufrag;
        let mut change = rtc.sdp_api();
        let mid = change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        // There is a change, so that there is an offer.
        let Some((offer, pending)) = change.apply() else { return Err(Error::Certificate) };
        let peer = Self {
            rtc,
            pending: Some(pending),
            mid,
            payloads,
            udp: settings.udp.clone(),
            tcp: settings.tcp.clone(),
            patience: settings.patience,
            state: State::Offered,
            agreed: None,
            ssrc: None,
            numbers: Numbers::default(),
            remotes: Vec::new(),
            wake_at: now,
        };
        Ok((peer, Offer { sdp: with_opus_parameters(&offer.to_sdp_string()), ufrag }))
    }

    /// Takes the browser's answer. Then the browser connects.
    ///
    /// # Errors
    /// If the text is no answer to the offer, or there was one before. After an error an answer may
    /// still come, unless it was refused for what it says of keys.
    pub fn accept(&mut self, now: Instant, sdp: &str) -> Result<Agreed, Error> {
        if self.pending.is_none() || self.state != State::Offered {
            return Err(Error::Answered);
        }
        let answer = answer::read(sdp, &self.mid, &self.payloads)?;
        let refused = |error: &dyn std::fmt::Display| Error::Answer { what: error.to_string() };
        let sdp = SdpAnswer::from_sdp_string(&answer.sdp).map_err(|error| refused(&error))?;
        let Some(pending) = self.pending.take() else { return Err(Error::Answered) };
        // Its time stands at the offer; the handshake's begins now.
        let caught_up = self.rtc.handle_input(Input::Timeout(now));
        let accepted = caught_up.and_then(|()| self.rtc.sdp_api().accept_answer(pending, sdp));
        if let Err(error) = accepted {
            self.state = State::Over;
            return Err(refused(&error));
        }
        let mut direct = self.rtc.direct_api();
        if let Some(stream) = direct.stream_tx_by_mid(self.mid, None) {
            // Audio is not sent again: what came late would not be played.
            stream.set_rtx_cache(1, Duration::from_millis(1), None);
            self.ssrc = Some(stream.ssrc());
        }
        self.state = State::Connecting { until: now + self.patience };
        self.agreed = Some(answer.agreed);
        self.wake_at = now;
        Ok(answer.agreed)
    }

    /// What the answer has settled.
    pub fn agreed(&self) -> Option<Agreed> {
        self.agreed
    }

    /// Whether media may be sent.
    pub fn is_connected(&self) -> bool {
        self.state == State::Connected
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// Takes bytes that came from an address. False if they are not the browser's, or make no
    /// sense: count and forget them. Packets that were sent twice are forgotten as well.
    pub fn receive(&mut self, now: Instant, from: SocketAddr, via: Via, datagram: &[u8]) -> bool {
        if self.is_idle() || datagram.len() > MAX_DATAGRAM_BYTES {
            return false;
        }
        let Some(to) = self.address_for(from, via) else { return false };
        let Ok(received) = Receive::new(protocol(via), from, to, datagram) else { return false };
        let input = Input::Receive(now, received);
        // Checks are authenticated here; everything else must come from where checks came from.
        if !self.rtc.accepts(&input) || !self.knows(from, via) {
            return false;
        }
        self.rtc.handle_input(input).is_ok()
    }

    /// Sends a packet: its numbers and its payload, of the agreed types. The source is our own, and
    /// sequence numbers begin anew, but go on as the given ones do. False if it is not sent: the
    /// browser is not there, it is too old, too long, or of a type that was not agreed on.
    pub fn send(&mut self, now: Instant, header: &Header, payload: &[u8]) -> bool {
        let Some(agreed) = self.agreed.filter(|_| self.is_connected()) else { return false };
        let payload_type = header.payload_type;
        let is_agreed =
            payload_type == agreed.payload_type || Some(payload_type) == agreed.event_payload_type;
        if !is_agreed || payload.len() > MAX_PAYLOAD_BYTES {
            return false;
        }
        let Some(number) = self.numbers.next(header.sequence) else { return false };
        let mut direct = self.rtc.direct_api();
        let Some(stream) = self.ssrc.and_then(|ssrc| direct.stream_tx(&ssrc)) else { return false };
        let write =
            RtpWrite::new(payload_type.into(), number.into(), header.timestamp, now, payload);
        stream.write_rtp(write.marker(header.marker));
        self.rtc.handle_input(Input::Timeout(now)).is_ok()
    }

    /// Does what is due. Call it at [`Peer::wake_at`]; earlier does no harm.
    pub fn handle_time(&mut self, now: Instant) {
        if !self.is_idle() {
            // What is wrong then shows in the next poll.
            let _ = self.rtc.handle_input(Input::Timeout(now));
        }
    }

    /// What is to be done next; None if nothing is until [`Peer::wake_at`].
    pub fn poll(&mut self, now: Instant) -> Option<Output> {
        if self.is_idle() {
            return None;
        }
        loop {
            let output = match self.rtc.poll_output() {
                Ok(str0m::Output::Timeout(at)) => {
                    self.wake_at = at;
                    return self.look_at_the_end(now);
                }
                Ok(str0m::Output::Transmit(transmit)) => sent(transmit),
                Ok(str0m::Output::Event(event)) => self.tell(event),
                Err(error) => Some(self.fail(Failure::Insecure(error.to_string()))),
            };
            if output.is_some() {
                return output;
            }
        }
    }

    /// When [`Peer::handle_time`] is next due.
    pub fn wake_at(&self) -> Instant {
        match self.state {
            State::Connecting { until } => self.wake_at.min(until),
            State::Offered | State::Connected | State::Over => self.wake_at,
        }
    }

    /// Says goodbye. What is to be sent comes by [`Peer::poll`].
    pub fn close(&mut self) {
        if !self.is_idle() && self.rtc.close().is_err() {
            self.state = State::Over;
        }
    }

    /// Nothing goes on before the answer and after the end.
    fn is_idle(&self) -> bool {
        matches!(self.state, State::Offered | State::Over)
    }

    /// Which of our addresses something came to, as the offer named it.
    fn address_for(&self, from: SocketAddr, via: Via) -> Option<SocketAddr> {
        let own = match via {
            Via::Udp => &self.udp,
            Via::Tcp => &self.tcp,
        };
        let is_ipv4 = from.ip().to_canonical().is_ipv4();
        own.iter().find(|own| own.ip().is_ipv4() == is_ipv4).copied()
    }

    /// Whether something authentic may come from there: addresses are not collected without end.
    fn knows(&mut self, from: SocketAddr, via: Via) -> bool {
        if self.remotes.last() == Some(&(via, from)) || self.remotes.contains(&(via, from)) {
            return true;
        }
        if self.remotes.len() == MAX_REMOTES {
            return false;
        }
        self.remotes.push((via, from));
        true
    }

    fn look_at_the_end(&mut self, now: Instant) -> Option<Output> {
        if !self.rtc.is_alive() && self.state != State::Over {
            return Some(self.fail(Failure::Closed));
        }
        match self.state {
            State::Connecting { until } if now >= until => Some(self.fail(Failure::TimedOut)),
            State::Offered | State::Connecting { .. } | State::Connected | State::Over => None,
        }
    }

    fn fail(&mut self, failure: Failure) -> Output {
        self.state = State::Over;
        self.rtc.disconnect();
        Output::Failed(failure)
    }

    fn tell(&mut self, event: Event) -> Option<Output> {
        match event {
            Event::Connected => {
                self.state = State::Connected;
                Some(Output::Connected)
            }
            Event::RtpPacket(packet) => {
                let header = Header {
                    marker: packet.header.marker,
                    payload_type: *packet.header.payload_type,
                    sequence: packet.header.sequence_number,
                    timestamp: packet.header.timestamp,
                    ssrc: *packet.header.ssrc,
                };
                Some(Output::Rtp(Heard { header, payload: packet.payload }))
            }
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                self.is_connected().then_some(Output::Lost)
            }
            Event::MediaEgressStats(stats) => report(&stats).map(Output::Report),
            // The library's enumeration is open; nothing else concerns audio.
            _ => None,
        }
    }
}

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peer").field("state", &self.state).finish_non_exhaustive()
    }
}

/// The sequence numbers of what is sent. A number must not come twice with different content, for
/// it makes the key stream; and the first one is low, so that its wrap is not missed (RFC 3711,
/// section 3.3.1).
#[derive(Debug, Default)]
struct Numbers {
    unwrapper: SequenceUnwrapper,
    first: Option<i64>,
    newest: i64,
}

impl Numbers {
    fn next(&mut self, sequence: u16) -> Option<u64> {
        let given = self.unwrapper.unwrap(sequence);
        let first = *self.first.get_or_insert(given);
        let number = given - first;
        if number + MAX_BEHIND < self.newest {
            return None;
        }
        self.newest = self.newest.max(number);
        u64::try_from(number).ok()
    }
}

fn payloads(settings: &Settings) -> Vec<Payload> {
    let mut payloads: Vec<Payload> = Vec::new();
    let codecs = if settings.codecs.is_empty() { &Audio::G711_ONLY } else { &settings.codecs[..] };
    for audio in codecs {
        let number = match audio {
            Audio::G711(codec) => codec.static_payload_type(),
            Audio::Opus => Some(opus::PAYLOAD_TYPE),
        };
        let Some(number) = number else { continue };
        let payload = Payload { number, kind: Kind::Audio(*audio) };
        if !payloads.contains(&payload) {
            payloads.push(payload);
        }
    }
    if codecs.contains(&Audio::Opus) {
        let kind = Kind::Events { clock_rate_hz: opus::CLOCK_RATE_HZ };
        payloads.push(Payload { number: EVENTS_BESIDE_OPUS, kind });
    }
    let kind = Kind::Events { clock_rate_hz: SAMPLE_RATE_HZ };
    payloads.push(Payload { number: EVENTS, kind });
    payloads
}

/// The library has no word for all of them.
fn with_opus_parameters(sdp: &str) -> String {
    let prefix = format!("a=fmtp:{} ", opus::PAYLOAD_TYPE);
    let line = |line: &str| match line.starts_with(&prefix) {
        true => format!("{prefix}{}\r\n", opus::FMTP),
        false => format!("{line}\r\n"),
    };
    sdp.lines().map(line).collect()
}

fn config(settings: &Settings, payloads: &[Payload]) -> RtcConfig {
    let mut config = RtcConfig::new()
        .set_crypto_provider(settings.identity.cryptography.clone())
        .set_dtls_cert(settings.identity.certificate.clone())
        .set_ice_lite(true)
        .set_rtp_mode(true)
        .set_stats_interval(Some(REPORT_INTERVAL))
        .clear_extension_map()
        .set_extension(MID_EXTENSION, Extension::RtpMid)
        .clear_codecs();
    for payload in payloads {
        let (format, rate, channels) = match payload.kind {
            Kind::Audio(Audio::G711(Codec::Pcmu)) => (Format::PCMU, Frequency::EIGHT_KHZ, None),
            Kind::Audio(Audio::G711(Codec::Pcma)) => (Format::PCMA, Frequency::EIGHT_KHZ, None),
            Kind::Audio(Audio::Opus) => (Format::Opus, Frequency::FORTY_EIGHT_KHZ, Some(2)),
            Kind::Events { clock_rate_hz: SAMPLE_RATE_HZ } => {
                (Format::Tele, Frequency::EIGHT_KHZ, None)
            }
            Kind::Events { .. } => (Format::Tele, Frequency::FORTY_EIGHT_KHZ, None),
        };
        let mut params = FormatParams::default();
        if payload.kind == Kind::Audio(Audio::Opus) {
            params.min_p_time = Some(10);
            params.use_inband_fec = Some(true);
        }
        let number = payload.number.into();
        config.codec_config().add_config(number, None, format, rate, channels, params);
    }
    config
}

fn candidates(settings: &Settings) -> Result<Vec<Candidate>, Error> {
    let failed = |address: &SocketAddr| Error::Address {
        address: address.to_string(),
        why: "it is no address of a host",
    };
    let udp = settings
        .udp
        .iter()
        .map(|address| Candidate::host(*address, Protocol::Udp).map_err(|_| failed(address)));
    let tcp = settings.tcp.iter().map(|address| {
        let candidate = Candidate::builder().tcp().host(*address).tcptype(TcpType::Passive);
        candidate.build().map_err(|_| failed(address))
    });
    udp.chain(tcp).collect()
}

fn protocol(via: Via) -> Protocol {
    match via {
        Via::Udp => Protocol::Udp,
        Via::Tcp => Protocol::Tcp,
    }
}

fn sent(transmit: Transmit) -> Option<Output> {
    let via = match transmit.proto {
        Protocol::Udp => Via::Udp,
        Protocol::Tcp => Via::Tcp,
        // They were not offered.
        Protocol::SslTcp | Protocol::Tls => return None,
    };
    let bytes = transmit.contents.into();
    Some(Output::Transmit { via, to: transmit.destination, bytes })
}

fn report(stats: &MediaEgressStats) -> Option<Report> {
    let remote = stats.remote.as_ref()?;
    Some(Report {
        loss_percent: f64::from(stats.loss.unwrap_or_default()) * 100.0,
        lost: i32::try_from(remote.packets_lost).unwrap_or_default(),
        jitter: Duration::from_micros(u64::from(remote.jitter) * 125),
        round_trip: stats.rtt,
    })
}

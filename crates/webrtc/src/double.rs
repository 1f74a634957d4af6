//! A browser for tests and load tools: it answers an offer, connects, sends and hears packets.
//!
//! It is what [`crate::Peer`] is for the server, seen from the other end: sans-IO, driven in the
//! same way. Unlike the server it makes checks (full ICE) and is the DTLS client.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::change::SdpOffer;
use str0m::format::{Codec as Format, FormatParams};
use str0m::media::{Frequency, Mid};
use str0m::net::{Protocol, Receive, TcpType};
use str0m::rtp::{Extension, RtpWrite};
use str0m::{Candidate, Event, Input, Rtc, RtcConfig};
use trunkline_media::rtp::{Header, SequenceUnwrapper};

use crate::{Heard, Identity, Via};

/// What is to be done, or has happened.
#[derive(Debug)]
pub enum Output {
    /// Send these bytes: as a datagram, or framed on a connection to that address.
    Transmit {
        /// How.
        via: Via,
        /// Where to.
        to: SocketAddr,
        /// What.
        bytes: Vec<u8>,
    },
    /// A packet came.
    Rtp(Heard),
    /// Media may be sent.
    Connected,
    /// The other side said goodbye, or something went wrong.
    Ended(String),
}

/// A browser.
pub struct Double {
    rtc: Rtc,
    mid: Mid,
    numbers: SequenceUnwrapper,
    wake_at: Instant,
    is_over: bool,
}

/// Why an offer cannot be answered: it was written wrongly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the offer cannot be answered: {0}")]
pub struct Unanswerable(pub String);

impl Double {
    /// Answers an offer from an address of its own: G.711, keys, and Opus if told to. With
    /// [`Via::Tcp`] it opens a connection from that address and reaches nobody by datagrams.
    ///
    /// # Errors
    /// If the offer is none.
    pub fn answer(
        now: Instant,
        identity: &Identity,
        offer: &str,
        (via, own): (Via, SocketAddr),
        opus: bool,
    ) -> Result<(Self, String), Unanswerable> {
        let failed = |error: &dyn std::fmt::Display| Unanswerable(error.to_string());
        let mut rtc = config(identity, opus).build(now);
        let candidate = match via {
            Via::Udp => Candidate::host(own, Protocol::Udp),
            Via::Tcp => Candidate::builder().tcp().host(own).tcptype(TcpType::Active).build(),
        };
        rtc.add_local_candidate(candidate.map_err(|error| failed(&error))?);
        let mid = offer.lines().find_map(|line| line.strip_prefix("a=mid:"));
        let mid: Mid = mid.ok_or_else(|| failed(&"it has no a=mid"))?.into();
        // The library would be passive; browsers are active, which is quicker (RFC 8842).
        let offer = offer.replace("a=setup:actpass", "a=setup:passive");
        let offer = SdpOffer::from_sdp_string(&offer).map_err(|error| failed(&error))?;
        let order = offered(&offer.to_sdp_string());
        let answer = rtc.sdp_api().accept_offer(offer).map_err(|error| failed(&error))?;
        let double =
            Self { rtc, mid, numbers: SequenceUnwrapper::default(), wake_at: now, is_over: false };
        Ok((double, in_order(&answer.to_sdp_string(), &order)))
    }

    /// Takes what came to its own address. False if it made no sense of it.
    pub fn receive(
        &mut self,
        now: Instant,
        from: SocketAddr,
        (via, own): (Via, SocketAddr),
        bytes: &[u8],
    ) -> bool {
        let proto = match via {
            Via::Udp => Protocol::Udp,
            Via::Tcp => Protocol::Tcp,
        };
        let Ok(received) = Receive::new(proto, from, own, bytes) else { return false };
        !self.is_over && self.rtc.handle_input(Input::Receive(now, received)).is_ok()
    }

    /// Sends a packet; the source is its own. False if it cannot yet.
    pub fn send(&mut self, now: Instant, header: &Header, payload: &[u8]) -> bool {
        let number = u64::try_from(self.numbers.unwrap(header.sequence)).unwrap_or_default();
        let mut direct = self.rtc.direct_api();
        let Some(stream) = direct.stream_tx_by_mid(self.mid, None) else { return false };
        let kind = header.payload_type.into();
        let write = RtpWrite::new(kind, number.into(), header.timestamp, now, payload);
        stream.write_rtp(write.marker(header.marker));
        self.rtc.handle_input(Input::Timeout(now)).is_ok()
    }

    /// Does what is due at [`Double::wake_at`].
    pub fn handle_time(&mut self, now: Instant) {
        // What is wrong shows in the next poll.
        let _ = self.rtc.handle_input(Input::Timeout(now));
    }

    /// What is to be done next; None if nothing is until [`Double::wake_at`].
    pub fn poll(&mut self) -> Option<Output> {
        while !self.is_over {
            match self.rtc.poll_output() {
                Ok(str0m::Output::Timeout(at)) => {
                    self.wake_at = at;
                    return None;
                }
                Ok(str0m::Output::Transmit(transmit)) => {
                    let via = match transmit.proto {
                        Protocol::Udp => Via::Udp,
                        Protocol::Tcp | Protocol::SslTcp | Protocol::Tls => Via::Tcp,
                    };
                    let (to, bytes) = (transmit.destination, transmit.contents.into());
                    return Some(Output::Transmit { via, to, bytes });
                }
                Ok(str0m::Output::Event(Event::Connected)) => return Some(Output::Connected),
                Ok(str0m::Output::Event(Event::RtpPacket(packet))) => {
                    let header = Header {
                        marker: packet.header.marker,
                        payload_type: *packet.header.payload_type,
                        sequence: packet.header.sequence_number,
                        timestamp: packet.header.timestamp,
                        ssrc: *packet.header.ssrc,
                    };
                    return Some(Output::Rtp(Heard { header, payload: packet.payload }));
                }
                Ok(str0m::Output::Event(Event::Closed)) => return self.end("goodbye"),
                Ok(str0m::Output::Event(_)) => {}
                Err(error) => return self.end(&error.to_string()),
            }
        }
        None
    }

    fn end(&mut self, why: &str) -> Option<Output> {
        self.is_over = true;
        Some(Output::Ended(why.to_owned()))
    }

    /// When [`Double::handle_time`] is next due.
    pub fn wake_at(&self) -> Instant {
        self.wake_at
    }

    /// Says goodbye, as a page does that is closed: what to send comes by [`Double::poll`].
    pub fn close(&mut self) {
        let _ = self.rtc.close();
    }
}

impl std::fmt::Debug for Double {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Double").finish_non_exhaustive()
    }
}

/// The payload types of a description's m-line.
fn offered(sdp: &str) -> Vec<String> {
    let line = sdp.lines().find(|line| line.starts_with("m=audio")).unwrap_or_default();
    line.split(' ').skip(3).map(str::to_owned).collect()
}

/// Browsers answer in the offer's order.
fn in_order(answer: &str, order: &[String]) -> String {
    let line = |line: &str| {
        if !line.starts_with("m=audio") {
            return format!("{line}\r\n");
        }
        let words: Vec<&str> = line.split(' ').collect();
        let (head, types) = words.split_at(words.len().min(3));
        let mut types = types.to_vec();
        types.sort_by_key(|number| order.iter().position(|other| other == number));
        format!("{} {}\r\n", head.join(" "), types.join(" "))
    };
    answer.lines().map(line).collect()
}

fn config(identity: &Identity, opus: bool) -> RtcConfig {
    let mut config = RtcConfig::new()
        .set_crypto_provider(identity.cryptography.clone())
        .set_dtls_cert(identity.certificate.clone())
        .set_rtp_mode(true)
        .clear_extension_map()
        .set_extension(4, Extension::RtpMid)
        .clear_codecs();
    config.set_initial_stun_rto(Duration::from_millis(50));
    let codecs = config.codec_config();
    codecs.enable_pcmu(true, false);
    codecs.enable_pcma(true, false);
    codecs.enable_opus(opus, false);
    let clocks = [(101, Frequency::EIGHT_KHZ), (110, Frequency::FORTY_EIGHT_KHZ)];
    for (number, clock) in clocks.into_iter().take(1 + usize::from(opus)) {
        let params = FormatParams::default();
        codecs.add_config(u8::into(number), None, Format::Tele, clock, None, params);
    }
    config
}

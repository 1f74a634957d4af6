//! What is offered, and what was agreed on.

use std::net::SocketAddr;
use std::time::Duration;

use trunkline_media::codec::Codec;
use trunkline_media::opus;
use trunkline_media::plan::Direction;

use crate::{Error, Identity, MAX_ADDRESSES};

/// How a datagram travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// As a datagram.
    Udp,
    /// Framed on a connection that the browser opened (RFC 4571).
    Tcp,
}

/// What is offered to a browser.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who we are.
    pub identity: Identity,
    /// Where browsers reach us with UDP, as they see it, the best one first: IPv4, IPv6 or both, 1
    /// to 8 together with `tcp`.
    pub udp: Vec<SocketAddr>,
    /// Where browsers reach us with TCP, when UDP does not get through; may be empty.
    pub tcp: Vec<SocketAddr>,
    /// What is offered, in the order of preference; without any it is G.711.
    pub codecs: Vec<Audio>,
    /// How long a browser may take from its answer to the first media.
    pub patience: Duration,
}

impl Settings {
    /// G.711, UDP, half a minute.
    pub fn new(identity: Identity, udp: Vec<SocketAddr>) -> Self {
        Self {
            identity,
            udp,
            tcp: Vec::new(),
            codecs: Audio::G711_ONLY.to_vec(),
            patience: Duration::from_secs(30),
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let count = self.udp.len() + self.tcp.len();
        if !(1..=MAX_ADDRESSES).contains(&count) {
            let address = format!("a list of {count} addresses");
            return Err(Error::Address { address, why: "there must be 1 to 8" });
        }
        let unfit = |address: &&SocketAddr| {
            let ip = address.ip();
            address.port() == 0 || ip.is_unspecified() || ip.is_multicast()
        };
        match self.udp.iter().chain(&self.tcp).find(unfit) {
            Some(address) => {
                let why = "it is no address of one host and port";
                Err(Error::Address { address: address.to_string(), why })
            }
            None => Ok(()),
        }
    }
}

/// An offer on its way to the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The description (RFC 8866).
    pub sdp: String,
    /// The name that the browser's checks carry: it tells whose a TCP connection is.
    pub ufrag: String,
}

/// What the browser speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audio {
    /// G.711 of a law.
    G711(Codec),
    /// Opus (RFC 7587).
    Opus,
}

impl Audio {
    /// Both laws of G.711, and nothing else.
    pub const G711_ONLY: [Self; 2] = [Self::G711(Codec::Pcmu), Self::G711(Codec::Pcma)];

    /// Everything, in the order in which least is transcoded.
    pub const ALL: [Self; 3] = [Self::G711(Codec::Pcmu), Self::G711(Codec::Pcma), Self::Opus];

    /// Rate of RTP timestamps in Hz.
    pub fn clock_rate_hz(self) -> u32 {
        match self {
            Self::G711(codec) => codec.clock_rate_hz(),
            Self::Opus => opus::CLOCK_RATE_HZ,
        }
    }
}

/// What a browser's answer has settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// The codec of both directions.
    pub audio: Audio,
    /// Its payload type.
    pub payload_type: u8,
    /// The payload type of keys (RFC 4733), if the browser takes them.
    pub event_payload_type: Option<u8>,
    /// The rate in Hz that durations of keys are given in: 8,000 or 48,000. Their timestamps are
    /// on the clock of the audio.
    pub event_clock_rate_hz: u32,
    /// Another payload type of keys, whose durations are at 8 kHz. The browser has agreed to both,
    /// and Chromium sends this one beside Opus.
    pub slow_event_payload_type: Option<u8>,
    /// Who sends, from our point of view.
    pub direction: Direction,
}

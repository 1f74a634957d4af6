//! What an engine is told at its start, and why it or a leg cannot start.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::time::Duration;

use trunkline_media::codec::Codec;
use trunkline_webrtc::Audio;

/// The most media threads.
pub(crate) const MAX_THREADS: usize = 64;

/// How an engine works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The address that sockets are bound to.
    pub bind: IpAddr,
    /// The addresses that others send to, where these are not `bind`: they go into descriptions.
    /// The usual one first, and after it at most one of the other IP family, which only sockets
    /// that are bound to `::` can have.
    pub advertised: Vec<IpAddr>,
    /// The ports for RTP. Only even ones are taken, each with the odd one after it for RTCP.
    pub ports: RangeInclusive<u16>,
    /// Media threads, 1 to 64. One carries some thousand legs.
    pub threads: usize,
    /// After so long without RTP a leg that should receive reports [`crate::LegEvent::MediaLost`];
    /// that of a browser after 5 s at the latest, for browsers send without a pause.
    pub media_timeout: Duration,
}

impl Default for Settings {
    /// All addresses, ports 20,000 to 29,999, one thread, 20 s.
    fn default() -> Self {
        Self {
            bind: Ipv4Addr::UNSPECIFIED.into(),
            advertised: Vec::new(),
            ports: 20_000..=29_999,
            threads: 1,
            media_timeout: Duration::from_secs(20),
        }
    }
}

/// How browsers reach an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserSettings {
    /// The addresses that browsers send to, the best one first; each needs the engine's ports as
    /// they are. Without any it is [`Settings::advertised`], or [`Settings::bind`].
    pub addresses: Vec<IpAddr>,
    /// Where connections of browsers are taken that UDP does not get through to; port 0 takes any.
    /// None offers UDP alone.
    pub tcp: Option<SocketAddr>,
    /// The port that browsers connect to, if it is not the one of `tcp`.
    pub tcp_port: Option<u16>,
    /// What browsers are offered, in the order of preference: the law of the trunks first saves
    /// work, Opus first endures loss. Inside all is G.711: of the first law named here.
    pub codecs: Vec<Audio>,
    /// How long a browser may take from its answer to the first media.
    pub patience: Duration,
}

impl BrowserSettings {
    /// The law of G.711 that is spoken inside where a browser speaks Opus.
    pub(crate) fn inner_codec(&self) -> Codec {
        let law = |audio: &Audio| match audio {
            Audio::G711(codec) => Some(*codec),
            Audio::Opus => None,
        };
        self.codecs.iter().find_map(law).unwrap_or(Codec::Pcmu)
    }
}

impl Default for BrowserSettings {
    /// The engine's address, UDP alone, mu-law first and Opus last, half a minute.
    fn default() -> Self {
        Self {
            addresses: Vec::new(),
            tcp: None,
            tcp_port: None,
            codecs: Audio::ALL.to_vec(),
            patience: Duration::from_secs(30),
        }
    }
}

/// Why an engine or a leg did not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The range holds no pair of ports.
    #[error("ports {first} to {last} hold no even port with the odd one after it; widen the range")]
    BadPorts {
        /// Its first port.
        first: u16,
        /// Its last port.
        last: u16,
    },
    /// Too few or too many threads.
    #[error("{threads} media threads are not 1 to 64; one is enough for some thousand legs")]
    BadThreads {
        /// How many were asked for.
        threads: usize,
    },
    /// All ports of the range are taken: refuse the call.
    #[error(
        "no RTP port is free from {first} to {last} ({open} legs are open); widen the range of \
         ports, or refuse calls"
    )]
    NoPort {
        /// First port of the range.
        first: u16,
        /// Last port of the range.
        last: u16,
        /// Ports that legs of this engine hold.
        open: usize,
    },
    /// A socket cannot be used, for another reason than a port in use.
    #[error("cannot {what} for RTP on {address}: {source}; check the address and the file limit")]
    Socket {
        /// What was attempted.
        what: &'static str,
        /// The local address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A thread or its poller cannot be made.
    #[error("cannot start a media thread: {source}; check the limits on threads and files")]
    Thread {
        /// What the system said.
        source: io::Error,
    },
    /// A browser cannot be offered anything, or its answer is refused.
    #[error("a browser's media: {0}")]
    Browser(#[from] trunkline_webrtc::Error),
    /// A leg that was not opened for a browser is asked for an offer.
    #[error("leg {tag} is no browser's; open it with `open_browser`")]
    NoBrowser {
        /// The leg's.
        tag: u64,
    },
    /// Keys that no telephone has, or too many.
    #[error("these keys cannot be sent: {0}")]
    Keys(#[from] trunkline_media::Error),
}

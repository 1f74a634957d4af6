//! What legs report.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use trunkline_media::dtmf::Key;
use trunkline_media::quality::Quality;

use crate::record::Recording;

/// Takes events. It is called on media threads, for files of recordings on the writer's thread, and
/// must not block; it may call methods of legs.
pub type Sink = Arc<dyn Fn(LegEvent) + Send + Sync>;

/// Something that happened on a leg; `tag` is what [`crate::Engine::open`] was given.
#[derive(Clone, Debug)]
pub enum LegEvent {
    /// A key was pressed: reported with its first packet, once.
    Key {
        /// The leg.
        tag: u64,
        /// The key.
        key: Key,
    },
    /// What was played came to its end. What was stopped or replaced is not reported.
    Played {
        /// The leg.
        tag: u64,
        /// The number that it was played under.
        id: u32,
    },
    /// All keys of a [`crate::Leg::send_keys`] were sent.
    KeysSent {
        /// The leg.
        tag: u64,
    },
    /// A browser is reached and media flow; once for each answer. What is played before is heard
    /// from here on.
    Connected {
        /// The leg.
        tag: u64,
    },
    /// No RTP came for [`crate::Settings::media_timeout`], though it should; or a browser was not
    /// heard of for 5 s (1 s when it is suspected to be gone), has closed its page, or could not
    /// connect.
    MediaLost {
        /// The leg.
        tag: u64,
    },
    /// RTP comes again.
    MediaBack {
        /// The leg.
        tag: u64,
    },
    /// The other side of the bridge was closed or bridged to somebody else.
    Unbridged {
        /// The leg that is left.
        tag: u64,
    },
    /// A recording ended.
    Recorded {
        /// The leg.
        tag: u64,
        /// The number that it was recorded under.
        id: u32,
        /// What was recorded.
        recording: Recording,
    },
    /// The leg's handle was dropped: its ports are free again. The last event of a leg, but for
    /// the [`LegEvent::Recorded`] of a file.
    Closed {
        /// The leg.
        tag: u64,
        /// How good it was.
        quality: LegQuality,
    },
}

/// How good the media of a leg are or were.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LegQuality {
    /// What was received; None before the first packet.
    pub received: Option<Quality>,
    /// Packets that were sent, of our own and relayed.
    pub sent: u64,
    /// What the peer last reported of our packets (RTCP).
    pub peer: Option<PeerView>,
    /// Where our packets go, once that is known.
    pub remote: Option<SocketAddr>,
    /// Packets from others that were ignored.
    pub wrong_source: u64,
}

/// What a peer says of the packets that it received from us.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeerView {
    /// Loss since the peer's report before, in percent.
    pub loss_percent: f64,
    /// Packets lost since the beginning.
    pub lost: i32,
    /// Jitter between arrivals.
    pub jitter: Duration,
}

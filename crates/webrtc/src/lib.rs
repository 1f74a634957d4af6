//! One browser's media: ICE, DTLS-SRTP and RTP over datagrams that others send.
//!
//! The server offers and the browser answers. The server is ICE-lite (RFC 8445, section 2.5): it
//! has addresses that browsers reach, and only answers their checks, so that nothing is sent to
//! addresses that a browser merely names. There is one m-line of audio, with RTCP on the same port
//! (RFC 5761), by default G.711 first, so that nothing is transcoded towards telephones.
//!
//! Everything is sans-IO: time, datagrams and randomness aside (keys are made by the cryptography),
//! nothing comes from elsewhere. Whoever drives a [`Peer`] calls one of [`Peer::receive`],
//! [`Peer::send`], [`Peer::handle_time`], then [`Peer::poll`] until it gives nothing more, then
//! waits for the next datagram or [`Peer::wake_at`].
//!
//! ```
//! use std::time::Instant;
//! use trunkline_webrtc::{Identity, Peer, Settings};
//!
//! # fn main() -> Result<(), trunkline_webrtc::Error> {
//! let now = Instant::now();
//! let settings = Settings::new(Identity::generate()?, vec!["192.0.2.1:20000".parse().unwrap()]);
//! let (mut peer, offer) = Peer::offer(now, &settings)?;
//! assert!(offer.sdp.contains("a=ice-lite") && offer.sdp.contains("a=setup:actpass"));
//! assert!(peer.accept(now, "v=0\r\n").is_err(), "this is no answer");
//! # Ok(())
//! # }
//! ```
//!
//! - [`Peer`]: one connection; after its end, or when the page was loaded anew, another is offered.
//! - [`framing`]: datagrams on TCP (RFC 4571), and whose a new TCP connection is.
//! - [`double`], with the feature of that name: a browser for tests.

mod answer;
mod error;
mod identity;
mod peer;
mod settings;

#[cfg(feature = "double")]
pub mod double;
pub mod framing;

pub use error::{Error, Failure};
pub use identity::Identity;
pub use peer::{Heard, Output, Peer, Report};
pub use settings::{Agreed, Audio, Offer, Settings, Via};

/// The longest description that is read, in bytes. Those of browsers have 2,000 to 5,000.
pub const MAX_SDP_BYTES: usize = 16 * 1024;

/// The most lines of a description that are read.
pub const MAX_SDP_LINES: usize = 400;

/// The most candidates that an answer may name. They are counted and not used: a browser's address
/// is the one that its checks come from.
pub const MAX_CANDIDATES: usize = 64;

/// The most own addresses of an offer.
pub const MAX_ADDRESSES: usize = 8;

/// Addresses that a browser's checks may come from during one connection.
pub const MAX_REMOTES: usize = 64;

/// The longest datagram that is taken.
pub const MAX_DATAGRAM_BYTES: usize = 2_000;

/// The longest payload of a packet that is sent.
pub const MAX_PAYLOAD_BYTES: usize = 1_200;

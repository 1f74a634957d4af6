//! RTP sockets, one clock of 20 ms on threads of its own, legs that play, bridge, hold and record.
//!
//! The shell around `trunkline_media`, which holds all that can be decided without sockets. An
//! [`Engine`] has one or more media threads; each owns its legs, their sockets and two pollers.
//! A [`Leg`] is a handle: its methods put a command into the leg's queue and wake the thread, and
//! take effect in the leg's next frame. What happens comes back as [`LegEvent`]s through the
//! engine's [`Sink`].
//!
//! - The clock has four slots in 20 ms; each leg sends in one of them, so that packets do not
//!   leave in bursts. Deadlines are absolute. A thread that was kept from running catches up
//!   at twice the pace, not in a burst; frames that are over 100 ms late are left out. Late frames
//!   are counted.
//! - A bridged leg's packets are relayed as they arrive. Everybody else's are read four times in
//!   20 ms, which saves most of the wake-ups.
//! - A leg's remote address is that of the plan, or the one that its packets come from (symmetric
//!   RTP behind NAT), if that is of the host that was signalled or that signals, or has proved
//!   itself by packets in sequence; other sources are ignored and counted.
//! - A browser's leg ([`Engine::open_browser`]) is one like all others, but for what lies between
//!   its packets and its socket: DTLS-SRTP over ICE, or over TCP where UDP does not get through.
//!
//! What a leg hears is the first of these that there is: keys that are being sent, what
//! [`Leg::play`] plays, the item of [`Leg::hold`], the other side of [`Leg::bridge`],
//! [`Leg::background`], silence. A leg that has started always sends, if the plan lets it.
//!
//! ```no_run
//! use std::sync::Arc;
//! use trunkline_media::prompt::{Item, Prompt};
//! use trunkline_media_engine::{Engine, LegEvent, Settings};
//!
//! # fn plan() -> trunkline_media::plan::MediaPlan { unreachable!() }
//! let sink = Arc::new(|event: LegEvent| drop(event));
//! let engine = Engine::start(Settings::default(), sink)?;
//! let leg = engine.open(7)?;
//! // … leg.local() goes into the answer, the plan comes out of the negotiation …
//! leg.start(plan());
//! leg.play(1, vec![Item::Prompt(Prompt::from_samples(&[0; 8_000]))]);
//! # Ok::<(), trunkline_media_engine::EngineError>(())
//! ```

mod browser;
mod clock;
mod command;
mod counters;
mod engine;
mod event;
mod hearing;
mod keys;
mod leg;
mod line;
mod listener;
mod mailbox;
mod opus_edge;
mod ports;
mod record;
mod reports;
mod seat;
mod settings;
mod source;
mod stream;
mod transport;
mod watching;
mod worker;
mod writer;

pub use counters::Counters;
pub use engine::Engine;
pub use event::{LegEvent, LegQuality, PeerView, Sink};
pub use leg::{Leg, PlayStream};
pub use record::{RecordEnd, RecordSettings, RecordSides, RecordTo, Recording};
pub use settings::{BrowserSettings, EngineError, Settings};
pub use trunkline_webrtc::Audio;

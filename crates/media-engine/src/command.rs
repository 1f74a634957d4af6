//! What a leg's handle asks of its media thread.

use std::net::IpAddr;
use std::sync::Arc;

use trunkline_media::plan::MediaPlan;
use trunkline_media::prompt::Item;
use trunkline_webrtc::Peer;

use crate::keys::Script;
use crate::mailbox::Shared;
use crate::record::Order;
use crate::stream::Stream;

/// One call of a method of [`crate::Leg`] or [`crate::PlayStream`].
#[derive(Debug)]
pub(crate) enum Command {
    /// Begin, or go on with another plan, whose signalling came from that address.
    Start(MediaPlan, Option<IpAddr>),
    /// A browser has answered.
    Connect(Box<Peer>),
    /// A browser has come by TCP.
    Stream(Box<Stream>),
    /// Send and receive no more.
    Stop,
    /// Play these instead of what plays now; `is_open`: more will come.
    Play { id: u32, items: Vec<Item>, is_open: bool },
    /// One more item of an open playlist.
    Push { id: u32, item: Item },
    /// An open playlist is complete.
    Finish { id: u32 },
    /// What is heard when nothing else plays.
    Background { id: u32, item: Option<Item> },
    /// Stop what plays under this number.
    StopPlaying { id: u32 },
    /// Send keys.
    SendKeys(Script),
    /// Send keys to the other side of the bridge.
    PassKeys(Script),
    /// Join with another leg; `hops` counts the threads that the leg came through for it.
    Bridge { other: Arc<Shared>, hops: u8 },
    /// Join the conference of another leg, as `Bridge` joins the leg.
    Confer { other: Arc<Shared>, hops: u8 },
    /// Part the legs; leave the conference.
    Unbridge,
    /// Hear this instead of the other side.
    Hold(Option<Item>),
    /// Hear the other side again.
    Resume,
    /// Whether what the party says is passed on to nobody.
    Mute(bool),
    /// Whether there is reason to believe that the party is gone.
    Suspect(bool),
    /// Record.
    Record(Box<Order>),
    /// Whether the recording has silence in place of what is said and heard.
    PauseRecording(bool),
    /// End the recording.
    StopRecording,
    /// The handle is gone.
    Close,
}

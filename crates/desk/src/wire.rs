//! What goes over a desktop's WebSocket, as JSON texts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::call::Pop;
use crate::refusal::Elsewhere;
use crate::view::DeskView;

/// From the server to a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToDesk {
    /// Everything, whenever something has changed; only the newest counts.
    View {
        /// What is to be shown.
        view: Box<DeskView>,
    },
    /// A page is to be opened, once. Sent again after a gap if it was not confirmed with
    /// `PopShown`.
    Pop {
        /// Which.
        pop: Pop,
    },
    /// To the tab that owns the audio: a connection is to be made or made anew. Answer with
    /// [`FromDesk::AudioAnswer`].
    AudioOffer {
        /// Names the connection.
        leg: String,
        /// The offer (SDP).
        sdp: String,
    },
    /// The connection is over.
    AudioEnd {
        /// Which.
        leg: String,
    },
    /// This desktop is not the agent's any more; no view follows.
    SignedOut {
        /// Why.
        why: Gone,
    },
    /// Something could not be done for a message of the page.
    Refused {
        /// A stable code.
        code: String,
        /// For people.
        text: String,
    },
    /// Answers [`FromDesk::Ping`].
    Pong {
        /// The server's clock.
        server_ms: i64,
    },
}

/// Why a desktop is not the agent's any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Gone {
    /// The agent signed out.
    SignedOut,
    /// The agent signed in elsewhere.
    Elsewhere {
        /// Where.
        elsewhere: Elsewhere,
    },
    /// The user's session ended.
    SessionEnded,
    /// The server stops.
    Stopping,
}

/// From a page to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromDesk {
    /// The first message: which tab it is, and what it has seen.
    Hello {
        /// The tab's name, which it keeps over reloads; see [`crate::SignIn::tab`].
        tab: String,
        /// [`DeskView::seq`] of the last view that it has; none for a fresh page.
        seen: Option<u64>,
        /// Whether it wants the audio if no other tab has it.
        wants_audio: bool,
    },
    /// This tab is to have the audio from now on.
    ClaimAudio,
    /// Answers [`ToDesk::AudioOffer`].
    AudioAnswer {
        /// Which connection.
        leg: String,
        /// The answer (SDP).
        sdp: String,
    },
    /// The connection cannot be made, or broke: make it anew.
    AudioFailed {
        /// Which connection.
        leg: String,
        /// Why, for the log.
        why: String,
    },
    /// How good the audio is here, every 5 s.
    Quality {
        /// Which connection.
        leg: String,
        /// The figures.
        quality: Quality,
    },
    /// Shows that the page is alive; every 10 s.
    Ping,
}

/// How good the audio is at the browser.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Quality {
    /// The way there and back, in milliseconds.
    pub round_trip_ms: Option<f64>,
    /// Jitter, in milliseconds.
    pub jitter_ms: Option<f64>,
    /// Packets lost, in percent.
    pub loss_percent: Option<f64>,
}

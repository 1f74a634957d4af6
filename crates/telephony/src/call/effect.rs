//! What comes out of a call.

use crate::message::{ClientTx, OutRequest, OutResponse};
use crate::offer_answer::MediaPlan;

/// What the shell has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send a response.
    Respond(OutResponse),
    /// Send a request.
    Request(OutRequest),
    /// Forget a transaction of this side: its response is not waited for any more.
    Abandon(ClientTx),
    /// Begin to send and receive media.
    StartMedia(MediaPlan),
    /// Go on with media as agreed now.
    ChangeMedia(MediaPlan),
    /// End all media.
    StopMedia,
    /// Tell the application.
    Event(Event),
    /// Forget the call: nothing can come for it any more.
    Release,
}

/// What the application is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The called phone rings, or the call makes progress.
    Progressed {
        /// The status, 180 to 199.
        status: u16,
    },
    /// The call is answered and media is agreed.
    Answered,
    /// The other side has put the call on hold.
    Held,
    /// The other side has ended the hold.
    Resumed,
    /// A key arrived by INFO.
    KeyPressed {
        /// `0` to `9`, `*`, `#`, `A` to `D`.
        key: char,
        /// How long it was pressed, where the message tells.
        duration_ms: Option<u16>,
    },
    /// The other side has refused a hold, a resume or a move: the session is as before.
    ChangeRefused {
        /// The status of the refusal.
        status: u16,
    },
    /// The call is over.
    Ended(Cause),
}

/// Why a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The caller gave up before the answer.
    Cancelled,
    /// The other side hung up.
    HungUpThere,
    /// The application hung up.
    HungUpHere,
    /// The application refused the call.
    RejectedHere {
        /// The status that was sent.
        status: u16,
    },
    /// The other side refused the call, or could not be reached (408, 503).
    Refused {
        /// The final status.
        status: u16,
    },
    /// Nobody answered within the ring limit.
    NotAnswered,
    /// The ACK of the answer never came.
    AckMissing,
    /// No media could be agreed.
    NoMedia {
        /// What was wrong, for an operator.
        reason: String,
    },
    /// The other side no longer knows the call.
    Lost {
        /// The status that told so.
        status: u16,
    },
    /// It reached the limit of its duration.
    TooLong,
}

//! What goes into a call.

use std::net::SocketAddr;

use crate::message::{Headers, Request, Response};

/// Something that happens to a call.
#[derive(Clone, Debug)]
pub enum Input {
    /// The other side asks for something; an ACK and a CANCEL of the INVITE come this way too.
    Request(Box<Request>),
    /// A request of this side has been answered, by the other side or the transaction layer.
    Response(Box<Response>),
    /// The application wants something.
    Command(Command),
    /// The time that [`wake_at_ms`](super::Call::wake_at_ms) named has come.
    TimePassed,
}

/// What the application may want. A command that does not fit the state does nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Tell the caller that it rings (180).
    Ring,
    /// Let the caller hear early media (183); rings only when the INVITE has no offer.
    Progress,
    /// Answer the call (200).
    Answer {
        /// Headers to add to the response.
        headers: Headers,
    },
    /// Refuse the call.
    Reject {
        /// The status, 300 to 699.
        status: u16,
        /// Headers to add, such as `Retry-After`.
        headers: Headers,
    },
    /// End the call, in whatever state it is.
    HangUp,
    /// Put the other side on hold: it hears what this side plays and is not heard.
    Hold,
    /// End the hold.
    Resume,
    /// Press a key towards the other side by INFO, where it takes no telephone events in RTP.
    SendKey {
        /// `0` to `9`, `*`, `#`, `A` to `D`; another does nothing.
        key: char,
        /// How long, in milliseconds.
        duration_ms: u16,
    },
    /// Receive RTP at another address.
    Move(SocketAddr),
}

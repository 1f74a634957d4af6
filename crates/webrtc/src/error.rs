//! Why an offer, an answer or a connection came to nothing.

/// Why an offer cannot be made, or an answer is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The certificate of this side cannot be made: a fault of this program.
    #[error("no certificate for browsers' media can be made; calls in browsers are not possible")]
    Certificate,
    /// No address, too many, or one that no browser can send to.
    #[error("{address} cannot be offered to a browser: {why}; set a public address")]
    Address {
        /// Which one, or how many.
        address: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A description is longer than any that a browser writes.
    #[error("the answer has more than {limit} {what}; it is not read")]
    TooLong {
        /// `bytes`, `lines` or `candidates`.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// A description is not the answer to our offer.
    #[error("this is no answer to the offer: {what}; offer again")]
    Answer {
        /// What is missing or wrong.
        what: String,
    },
    /// The answer was given before, or the connection is over.
    #[error("the offer has been answered already; offer again")]
    Answered,
}

/// Why a connection that was agreed on ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The browser said goodbye: its page was closed or loaded anew.
    #[error("the browser has closed the connection")]
    Closed,
    /// The browser did not get through in time.
    #[error("the browser did not connect in time; check the public address and the firewall")]
    TimedOut,
    /// The keys could not be agreed on, or the certificate was not the one of the answer.
    #[error("the connection cannot be secured: {0}")]
    Insecure(String),
}

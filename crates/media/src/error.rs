//! What can be wrong with media that comes from outside.

/// Why bytes or a request were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A datagram is not the packet it was taken for. Drop and count it.
    #[error("this is no {protocol} packet: {what} (at byte {at}); drop it")]
    Packet {
        /// `RTP`, `RTCP` or `telephone-event`.
        protocol: &'static str,
        /// What is wrong.
        what: &'static str,
        /// Where, in bytes from the start.
        at: usize,
    },
    /// A file is not a WAV file that can be played.
    #[error("this WAV file cannot be used: {what} (at byte {at}); {hint}")]
    Wav {
        /// What is wrong.
        what: String,
        /// Where, in bytes from the start of the file.
        at: usize,
        /// What to do about it.
        hint: &'static str,
    },
    /// A sampling rate that is not converted.
    #[error("audio at {rate_hz} Hz is not converted; use 8,000 to 96,000 Hz")]
    SampleRate {
        /// The rate in Hz.
        rate_hz: u32,
    },
    /// Too many keys wait to be sent.
    #[error("{limit} keys wait to be sent already; send them more slowly")]
    TooManyKeys {
        /// How many may wait.
        limit: usize,
    },
    /// A character that no key of a telephone has.
    #[error("`{0}` is no key of a telephone; use 0 to 9, *, #, A to D")]
    NoSuchKey(char),
    /// Too many prompts wait to be played.
    #[error("{limit} prompts wait to be played already; stop some first")]
    PlaylistFull {
        /// How many may wait.
        limit: usize,
    },
    /// The codec Opus cannot be set up: a fault of this program.
    #[error("Opus cannot be set up for telephone audio; the call goes on with G.711")]
    Opus,
}

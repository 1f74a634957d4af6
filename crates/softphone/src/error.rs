//! Why a phone cannot do what it was asked for.

use std::time::Duration;

use thiserror::Error;
use trunkline_media_engine::EngineError;
use trunkline_telephony::call::Cause;
use trunkline_telephony::shell::ShellError;

/// Why a phone cannot do what it was asked for.
#[derive(Debug, Error)]
pub enum PhoneError {
    /// SIP cannot be spoken.
    #[error(transparent)]
    Sip(#[from] ShellError),
    /// RTP cannot be spoken.
    #[error(transparent)]
    Media(#[from] EngineError),
    /// No port is free.
    #[error("no free port for SIP was found at {0}; name one")]
    NoPort(std::net::IpAddr),
    /// There is no room for recordings.
    #[error("no folder for recordings can be made: {0}")]
    Folder(std::io::Error),
    /// It is no address that can be called.
    #[error("`{0}` cannot be called: write sip:NUMBER@HOST, with :PORT where it is not 5060")]
    Address(String),
    /// Keys that no telephone has.
    #[error("`{0}` cannot be pressed: write 0 to 9, *, #, A to D, and a comma for a pause")]
    Keys(String),
    /// The phone has no registrar.
    #[error("this phone has no registrar; give it one in its settings")]
    NoRegistrar,
    /// The registrar's address cannot be used.
    #[error("`{0}` is no registrar: write sip:HOST, with :PORT where it is not 5060; UDP alone")]
    Registrar(String),
    /// No way to the registrar can be opened.
    #[error("no way to the registrar {registrar} can be opened: {reason}")]
    Flow {
        /// The registrar's address.
        registrar: std::net::SocketAddr,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The machine gives no random numbers.
    #[error("the system's random numbers cannot be read: {0}")]
    Random(String),
    /// Name or password are wrong.
    #[error("the registrar does not accept the name and the password ({status})")]
    WrongPassword {
        /// The status.
        status: u16,
    },
    /// The registrar refuses, or does not answer (408, 503).
    #[error("the registrar refuses the registration with {status}")]
    NotRegistered {
        /// The status.
        status: u16,
    },
    /// What was waited for did not happen.
    #[error("{what} was waited for and did not happen within {} ms", within.as_millis())]
    TooLate {
        /// What was waited for.
        what: String,
        /// For how long.
        within: Duration,
    },
    /// The call ended before.
    #[error("{what} was waited for, and the call ended before: {}", crate::cause_text(cause))]
    Over {
        /// What was waited for.
        what: String,
        /// Why it ended.
        cause: Cause,
    },
    /// A tone is not what it should be.
    #[error("the tone heard is not the one expected: {0}")]
    Tone(String),
}

//! The shell on tokio: sockets, transactions and clocks around [`Call`](crate::call::Call).
//!
//! [`Endpoint`] opens each address that it is given, for UDP and TCP. A source that is not on the
//! [`AllowList`] is dropped before anything of its datagram is read. A call is one task with its
//! state machine; an INVITE's transaction is another for as long as it lasts.

mod allow_list;
mod convert;
mod dispatch;
mod door;
mod driver;
mod endpoint;
mod incoming;
mod phones;
mod pinned;
mod registry;
mod settings;
mod shared;
mod stack;
mod streams;

pub use allow_list::AllowList;
pub use driver::{CallControl, CallHandle, CallNotices, Notice};
pub use endpoint::Endpoint;
pub use incoming::IncomingCall;
pub use phones::{Binding, Flow};
pub use settings::{Counters, Settings};
pub use stack::Bind;

use std::net::SocketAddr;

use thiserror::Error;

/// Why the shell cannot start or place a call.
#[derive(Debug, Error)]
pub enum ShellError {
    /// An address cannot be opened.
    #[error("cannot open {address} for SIP: {reason}; choose another address or port")]
    Open {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        reason: String,
    },
    /// No address was given.
    #[error("no address for SIP is given: name at least one")]
    NoAddress,
    /// The machine gives no random numbers.
    #[error("the system's random numbers cannot be read: {0}")]
    Random(getrandom::Error),
    /// No call can go out over the trunk.
    #[error("no call goes out over a trunk `{0}`: give a trunk of this name targets")]
    NoTrunk(String),
    /// There are as many calls as there may be.
    #[error("there are {0} calls, as many as there may be")]
    TooManyCalls(usize),
}

/// A text of 32 random hexadecimal digits, for tags and `Call-ID`s.
fn random_text() -> Result<String, ShellError> {
    Ok(format!("{:016x}{:016x}", random_number()?, random_number()?))
}

fn random_number() -> Result<u64, ShellError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(ShellError::Random)?;
    Ok(u64::from_ne_bytes(bytes))
}

//! The shell on tokio: sockets, transactions and clocks around [`Call`](crate::call::Call).
//!
//! [`Endpoint`] opens each address that it is given, for UDP and TCP. A source that is no trunk, no
//! phone's network and not on the [`AllowList`] is dropped before anything of its datagram is read.
//! A call is one task with its state machine; an INVITE's transaction is another for as long as it
//! lasts.
//!
//! ```no_run
//! use std::net::SocketAddr;
//!
//! use trunkline_telephony::call::{Command, Target};
//! use trunkline_telephony::identity::outbound::TrunkCall;
//! use trunkline_telephony::identity::{Outbound, Phone, Source, Transport, Trunk, TrunkTarget};
//! use trunkline_telephony::message::Headers;
//! use trunkline_telephony::shell::{AllowList, Endpoint, Settings};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let targets = vec![TrunkTarget { host: "192.0.2.7:5060".into(), transport: Transport::Udp }];
//! let mut settings = Settings::new("192.0.2.1:5060".parse()?, AllowList::default());
//! settings.phones = vec![Phone { user: "anna".into(), password: "secret".into() }];
//! settings.phone_networks = vec!["10.0.0.0/8".parse()?];
//! settings.trunks = vec![Trunk {
//!     name: "carrier".into(),
//!     networks: vec!["192.0.2.7/32".parse()?],
//!     outbound: Some(Outbound { targets, assert_identity: true, ..Outbound::default() }),
//!     ..Trunk::default()
//! }];
//! let (endpoint, mut calls) = Endpoint::start(settings).await?;
//! // Phones that come and go.
//! let mut registrations = endpoint.registrations();
//! println!("{:?}", registrations.recv().await);
//! // A call comes in.
//! let Some(call) = calls.recv().await else { return Ok(()) };
//! if *call.identity() == Source::Anonymous {
//!     call.reject(403, Headers::default());
//! } else {
//!     println!("{} calls {}", call.numbers().ani, call.numbers().dnis);
//!     let media: SocketAddr = "192.0.2.1:20000".parse()?;
//!     call.accept(media, |_| ())?.command(Command::Ring);
//! }
//! // A registered phone is called where it is; `uri` does not matter.
//! let (to, from) = ("<sip:anna@pbx>".into(), "<sip:+14805550122@pbx>".into());
//! let (uri, call_id, headers) = (String::new(), String::new(), Headers::default());
//! let target = Target { uri, to, from, call_id, headers };
//! for binding in endpoint.bindings("anna") {
//!     let media: SocketAddr = "192.0.2.1:20002".parse()?;
//!     endpoint.call_binding(&binding, target.clone(), media, |_| ())?;
//! }
//! // A number behind the trunk; its credentials and next targets come from the settings.
//! let (trunk, number) = ("carrier".into(), "+14155550100".into());
//! let call = TrunkCall { trunk, number, ..TrunkCall::default() };
//! let media: SocketAddr = "192.0.2.1:20004".parse()?;
//! endpoint.call_trunk(&call, media, |_| ())?;
//! // Before the end: no new calls, OPTIONS gets 503, calls that there are go on.
//! endpoint.drain();
//! # Ok(())
//! # }
//! ```

mod allow_list;
mod convert;
mod dispatch;
mod door;
mod driver;
mod ended;
mod endpoint;
mod incoming;
mod phones;
mod pinned;
mod registry;
mod settings;
mod shared;
mod stack;
mod stream_door;
mod streams;

pub use allow_list::AllowList;
pub use driver::{CallControl, CallHandle, CallNotices, Notice};
pub use endpoint::Endpoint;
pub use incoming::IncomingCall;
pub use phones::{Binding, Flow, KeptPhone};
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

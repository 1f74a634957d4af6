//! What the load tools share: sockets with kernel receive times, a SIP text of their own, RTP
//! streams that know their grid, the load itself, an HTTP stub, and the measuring of processes.
//!
//! Nothing here uses the product's crates: what measures must not share mistakes with what is
//! measured.

pub mod clock;
pub mod desks;
pub mod desktop;
pub mod digest;
pub mod http_stub;
pub mod load;
pub mod mutation;
pub mod net;
pub mod pages;
pub mod process;
pub mod random;
pub mod rtp;
pub mod server;
pub mod sip;
pub mod site;
pub mod summary;

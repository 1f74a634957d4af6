//! SIP signalling: calls, offers and answers, digest, numbers, and the shell on tokio.

pub mod address;
pub mod call;
pub mod digest;
pub mod message;
pub mod number;
pub mod offer_answer;
pub mod sdp;
pub mod shell;

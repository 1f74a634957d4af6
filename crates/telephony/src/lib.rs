//! SIP signalling: calls, offers and answers, digest, numbers, and the shell on tokio.

pub mod offer_answer;
pub mod sdp;

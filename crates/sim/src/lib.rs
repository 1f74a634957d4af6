//! Virtual time, scripted callers, agents and HTTP answers.
//!
//! A [`World`] holds contacts, one routing domain and a clock that jumps from one moment to the
//! next. Requests that no stub answers come out of [`World::advance`], so that a shell can send
//! them for real: while it does, the clock stands still; then it moves by the time that the
//! request took, and what falls due in between happens in order (decision 5).

mod audio;
mod caller;
mod desk;
mod line;
mod moments;
mod recorder;
pub mod script;
mod world;

pub use recorder::Recorder;
pub use script::{Script, ScriptError};
pub use world::{Advance, PendingRequest, World, WorldOptions};

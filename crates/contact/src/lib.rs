//! One contact's life: its flow, its event flows, its place in a queue, its agent.
//!
//! [`Contact`] is a sans-IO state machine between a flow's [`Run`](trunkline_flow::Run) and the
//! queues of [`trunkline_acd`]: [`Input`]s and the time go in, [`Output`]s come out. It lives from
//! the arrival of a call to the end of its last event flow.
//!
//! An agent in conversation may hold, consult, confer and hand the caller over ([`Act`]); who hears
//! whom is told as a whole ([`Arrangement`]).
//!
//! [`journal`] is what of it is written down, and how the same contact is built again from that;
//! [`snapshot`] is what outlives a release that gives the same inputs another meaning.

mod acts;
mod after_call;
mod agent;
mod arrival;
mod audio;
mod call_recording;
mod consult;
mod contact;
mod conversation;
mod effects;
mod handover;
mod input;
pub mod journal;
mod outdial;
mod output;
mod pre_dial;
mod queued;
mod rescue;
pub mod snapshot;
mod steps;
mod transfer;

pub use acts::dialled;
pub use arrival::{Arrival, ArrivalError};
pub use consult::ConsultNews;
pub use contact::Contact;
pub use conversation::{
    Act, ActRefusal, Arrangement, Consult, Conversation, Destination, Party, Stage, consult_name,
    consult_of,
};
pub use input::Input;
pub use outdial::Outdial;
pub use output::{Notice, Output};

/// Raised whenever the same inputs would give other outputs than before: recovery replays only
/// journals of the same number (decision 21).
pub const SEMANTICS: u32 = 4;

//! What reaches the switchboard, from whatever thread.

use std::time::Instant;

use tokio::sync::oneshot;
use trunkline_exchange::Output;
use trunkline_media_engine::LegEvent;
use trunkline_model::ContactId;
use trunkline_model::http::Outcome;
use trunkline_prompts::PromptFailure;
use trunkline_telephony::registrar::Registration;
use trunkline_telephony::shell::{IncomingCall, KeptPhone, Notice};

use super::desk::DeskEvent;
use super::legs::LegId;
use super::trial::TrialEvent;
use crate::follow::Prepared;
use crate::ops::Ask;

/// Something that happened outside of the switchboard.
pub(crate) enum Event {
    /// An INVITE, and since when it waits.
    Call { call: Box<IncomingCall>, since: Instant },
    /// A call's signalling has news.
    Signal { leg: LegId, notice: Notice },
    /// A leg's media has news.
    Media(LegEvent),
    /// A phone has come or gone.
    Phone(Registration),
    /// Where a user's phones are now, to be kept.
    Phones { user: String, phones: Vec<KeptPhone> },
    /// A request has ended.
    Http { contact: ContactId, id: u32, outcome: Box<Outcome> },
    /// A prompt could not be made.
    PromptFailed { contact: ContactId, id: u32, failure: PromptFailure },
    /// The journal is on the disk, or cannot be brought there; these have waited for it.
    Synced { outputs: Vec<Output>, is_synced: bool },
    /// Something that came of what a contact wanted.
    Told { contact: ContactId, input: Box<trunkline_contact::Input> },
    /// A desktop asks or tells something.
    Desk(DeskEvent),
    /// The page "Try it" asks or tells something.
    Trial(TrialEvent),
    /// An operator asks or wants something.
    Asked(Box<Ask>),
    /// The tenant was changed; the answer has a line for each thing that could not be taken over.
    Tenant(Box<Prepared>, oneshot::Sender<Result<Vec<String>, String>>),
    /// Another configuration, with what took long to make for it.
    Reloaded(Box<Result<Prepared, String>>, crate::ops::Reply<Vec<String>>),
    /// The thread is to end.
    Stop,
}

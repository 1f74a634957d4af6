//! One line of activities that is being walked: the main flow, or an event flow.

use trunkline_model::Failure;
use trunkline_model::trace::Fields;

use crate::outputs::Outputs;

/// What a thread waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// An HTTP request.
    Http(u32),
    /// The end of a prompt or of music.
    Played(u32),
    /// Keys: while the prompt with this id plays, or until a time.
    Keys {
        /// The prompt; none when it has ended.
        playing: Option<u32>,
        /// When the wait is over, in milliseconds since the Unix epoch.
        until_ms: Option<i64>,
    },
    /// The third party of a transfer: its answer, or in a bridged one its hang-up.
    Transfer(u32),
    /// The end of keys that are being sent.
    Digits(u32),
    /// The end of a recording.
    Recording(u32),
    /// The figures of a queue.
    Figures(u32),
    /// What the queues answer.
    Reply(u32),
    /// The path of a percent allocation.
    Allocation(u32),
    /// The end of a subflow, which this thread itself walks.
    Subflow,
}

#[derive(Debug)]
pub(super) enum State {
    /// At a node that has not begun.
    Ready,
    Waiting(Wait),
    /// Failed, and waiting for the OnGlobalError flow.
    Suspended(Failure),
    Ended,
}

/// Where a thread goes on when its subflow ends.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) scope: usize,
    pub(super) node: usize,
}

#[derive(Debug)]
pub(super) struct Thread {
    /// `main` or `event:<name>`.
    pub(super) name: String,
    /// The event's own outputs.
    pub(super) outputs: Outputs,
    /// The event's name; empty for the main flow.
    pub(super) event: String,
    pub(super) scope: usize,
    pub(super) node: usize,
    pub(super) calls: Vec<Call>,
    pub(super) state: State,
    /// The thread whose failure this one handles.
    pub(super) handles: Option<usize>,
    /// Whether it is an OnGlobalError flow: its own failures start no other one.
    pub(super) is_handler: bool,
    /// Whether it is a PreDial flow: what it chooses is for one leg.
    pub(super) is_pre_dial: bool,
    /// Keys pressed so far in the present activity.
    pub(super) keys: String,
    pub(super) input: Fields,
    pub(super) output: Fields,
    pub(super) warnings: Vec<String>,
}

impl Thread {
    pub(super) fn new(event: &str, scope: usize, node: usize, outputs: Outputs) -> Self {
        let name = if event.is_empty() { "main".to_owned() } else { format!("event:{event}") };
        Self {
            name,
            outputs,
            event: event.to_owned(),
            scope,
            node,
            calls: Vec::new(),
            state: State::Ready,
            handles: None,
            is_handler: false,
            is_pre_dial: false,
            keys: String::new(),
            input: Fields::new(),
            output: Fields::new(),
            warnings: Vec::new(),
        }
    }

    pub(super) fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    pub(super) fn waits_for(&self, wait: Wait) -> bool {
        matches!(self.state, State::Waiting(present) if present == wait)
    }

    /// The request that this thread waits for.
    pub(super) fn open_request(&self) -> Option<u32> {
        match self.state {
            State::Waiting(Wait::Http(id)) => Some(id),
            State::Waiting(_) | State::Ready | State::Suspended(_) | State::Ended => None,
        }
    }

    /// What this thread makes the caller hear.
    pub(super) fn playing(&self) -> Option<u32> {
        match self.state {
            State::Waiting(Wait::Played(id) | Wait::Keys { playing: Some(id), .. }) => Some(id),
            State::Waiting(_) | State::Ready | State::Suspended(_) | State::Ended => None,
        }
    }

    /// What this thread records.
    pub(super) fn recording(&self) -> Option<u32> {
        match self.state {
            State::Waiting(Wait::Recording(id)) => Some(id),
            State::Waiting(_) | State::Ready | State::Suspended(_) | State::Ended => None,
        }
    }

    /// Whether this thread waits for something that needs the caller's line.
    pub(super) fn needs_line(&self) -> bool {
        match self.state {
            State::Waiting(wait) => match wait {
                Wait::Played(_)
                | Wait::Keys { .. }
                | Wait::Transfer(_)
                | Wait::Digits(_)
                | Wait::Recording(_) => true,
                Wait::Http(_)
                | Wait::Figures(_)
                | Wait::Reply(_)
                | Wait::Allocation(_)
                | Wait::Subflow => false,
            },
            State::Ready | State::Suspended(_) | State::Ended => false,
        }
    }
}

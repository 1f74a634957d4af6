//! The virtual clock's agenda: what happens when, in order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use trunkline_contact::{Act, Input};
use trunkline_model::AgentId;
use trunkline_model::http::Outcome;

/// A contact's place in the world.
pub(crate) type Slot = usize;

/// Something that will happen.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    /// The caller presses a key, if the flow is still at that activity's visit.
    Press { slot: Slot, ask: u32, key: char },
    /// The caller hangs up.
    HangUp { slot: Slot },
    /// The caller hangs up unless an agent has answered.
    LosePatience { slot: Slot },
    /// What is playing has ended.
    Played { slot: Slot, id: u32 },
    /// A request has ended.
    Http { slot: Slot, id: u32, outcome: Box<Outcome> },
    /// Planned for one offer of the contact; later offers are none of its business.
    ForOffer { slot: Slot, offer: usize, then: Box<Happening> },
    /// A contact gets what it asked for.
    Given { slot: Slot, input: Box<Input> },
    /// The third party of a transfer answers.
    ThirdPartyAnswers { slot: Slot, id: u32, hangs_up_after_s: Option<f64> },
    /// The third party of a transfer hangs up.
    ThirdPartyHangsUp { slot: Slot, id: u32, answered_ms: i64 },
    /// A contact's timer may be due.
    ContactTick { slot: Slot },
    /// A timer of the queues may be due.
    RoutingTick,
    /// The agent answers the offer.
    Answer { slot: Slot, agent: AgentId },
    /// The agent turns the offer down.
    Decline { slot: Slot, agent: AgentId },
    /// The agent hangs up.
    AgentHangUp { slot: Slot, agent: AgentId },
    /// The agent does something in the conversation.
    Act { slot: Slot, agent: AgentId, act: Box<Act> },
    /// The agent saves a variable.
    Edit { slot: Slot, name: String, value: String },
    /// The agent finishes wrap-up.
    WrapUp { slot: Slot, agent: AgentId, code: String },
    /// An agent does something at the queues.
    Route { input: Box<trunkline_acd::Input> },
    /// The agent becomes Available again after RONA.
    Ready { agent: AgentId },
}

#[derive(Debug)]
struct Entry {
    at_ms: i64,
    sequence: u64,
    happening: Happening,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.at_ms, self.sequence) == (other.at_ms, other.sequence)
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at_ms, self.sequence).cmp(&(other.at_ms, other.sequence))
    }
}

/// What will happen, earliest first; at the same time, in the order in which it was planned.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    entries: BinaryHeap<Reverse<Entry>>,
    next_sequence: u64,
}

impl Agenda {
    pub(crate) fn add(&mut self, at_ms: i64, happening: Happening) {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        self.entries.push(Reverse(Entry { at_ms, sequence, happening }));
    }

    pub(crate) fn next_at(&self) -> Option<i64> {
        self.entries.peek().map(|Reverse(entry)| entry.at_ms)
    }

    pub(crate) fn take(&mut self) -> Option<(i64, Happening)> {
        self.entries.pop().map(|Reverse(entry)| (entry.at_ms, entry.happening))
    }
}

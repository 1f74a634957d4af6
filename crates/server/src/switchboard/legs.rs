//! The calls that are up, and what each contact has on the wire.

use std::collections::HashMap;

use trunkline_contact::Arrangement;
use trunkline_media_engine::Leg;
use trunkline_model::{AgentId, ContactId, QueueId};

use super::signalling::Signalling;

/// Names one leg: a call with its media. The media engine knows it by the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LegId(pub(crate) u64);

/// What a leg is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The one who called.
    Caller(ContactId),
    /// An agent's phone to which a contact is offered, or which has it.
    Agent { contact: ContactId, agent: AgentId },
    /// Whom the caller is transferred to.
    Party { contact: ContactId, transfer: u32 },
    /// A phone that dialled a service code and hears a tone.
    Service,
}

impl Role {
    /// The contact that the leg belongs to.
    pub(crate) fn contact(&self) -> Option<&ContactId> {
        match self {
            Self::Caller(contact) | Self::Agent { contact, .. } | Self::Party { contact, .. } => {
                Some(contact)
            }
            Self::Service => None,
        }
    }
}

/// One call with its media.
pub(crate) struct CallLeg {
    pub(crate) role: Role,
    pub(crate) media: Leg,
    /// Whether the call has been answered, by whichever side had to.
    pub(crate) is_answered: bool,
    /// Whether the other side has put this one on hold.
    pub(crate) is_held: bool,
    /// When the engine told that no media comes any more, in milliseconds since the Unix epoch;
    /// none while it comes.
    pub(crate) media_lost_ms: Option<i64>,
    /// When it was answered, in milliseconds since the Unix epoch.
    pub(crate) answered_ms: i64,
    /// Whether it has been asked to end; nothing more is to be played on it then.
    pub(crate) is_leaving: bool,
    pub(crate) signalling: Signalling,
}

impl CallLeg {
    pub(crate) fn new(role: Role, media: Leg, signalling: Signalling) -> Self {
        Self {
            role,
            media,
            is_answered: false,
            is_held: false,
            media_lost_ms: None,
            answered_ms: 0,
            is_leaving: false,
            signalling,
        }
    }

    /// Whether its audio can flow.
    pub(crate) fn is_connected(&self) -> bool {
        self.signalling.is_connected(self.is_answered)
    }

    /// Answers the call, once.
    pub(crate) fn answer(&mut self) {
        if !std::mem::replace(&mut self.is_answered, true) {
            self.signalling.answer();
        }
    }

    /// Has the gate know that a call waits for its flow, if that is what it waits for.
    pub(crate) fn waits(&self) {
        if !self.is_answered && !self.is_leaving {
            self.signalling.waits();
        }
    }

    /// Ends the call, or refuses it with `status` if it has not been answered here.
    pub(crate) fn end(&mut self, status: u16) {
        self.is_leaving = true;
        let is_refusal = matches!(self.role, Role::Caller(_)) && !self.is_answered;
        self.signalling.end(is_refusal.then_some(status));
    }
}

/// What a contact has on the wire.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// The caller's leg; none when they are gone.
    pub(crate) caller: Option<LegId>,
    /// Phones that ring for it, or are being let go.
    pub(crate) ringing: Vec<LegId>,
    /// The agent's leg while they talk.
    pub(crate) agent: Option<LegId>,
    /// The leg of a transfer.
    pub(crate) party: Option<LegId>,
    /// The queue in which it waits, or waited last.
    pub(crate) queue: Option<QueueId>,
    /// When it was first put into a queue, in milliseconds since the Unix epoch.
    pub(crate) queued_ms: Option<i64>,
    /// Whether the agent has put the caller on hold.
    pub(crate) is_on_hold: bool,
    /// Whether the caller's number came from a trunk; what others write in `From` nobody has
    /// looked at, and no trunk is told that it is theirs.
    pub(crate) is_number_trusted: bool,
    /// The calling number for outbound legs, if the flow has set one.
    pub(crate) caller_id: Option<String>,
    /// Whether caller and agent hear each other.
    pub(crate) is_bridged: bool,
    /// Whether three hear each other.
    pub(crate) is_conference: bool,
    /// Who is to hear whom; none as long as an answer alone says so.
    pub(crate) arranged: Option<Arrangement>,
    /// Numbers that agents called, by the ids of their calls.
    pub(crate) dialled: Vec<(u32, LegId)>,
    /// The call that is to bring the caller, where an agent calls; none once it is answered.
    pub(crate) outdial: Option<u32>,
    /// Consults about the contact, which have lines of their own.
    pub(crate) consults: Vec<ContactId>,
    /// Whether an agent has had it.
    pub(crate) was_handled: bool,
    /// Whether it has gone to a number outside.
    pub(crate) was_transferred: bool,
}

/// All legs and lines. They are boxed, as a table keeps room for the most that it ever had.
#[derive(Default)]
pub(crate) struct Legs {
    last: u64,
    legs: HashMap<LegId, Box<CallLeg>>,
    lines: HashMap<ContactId, Box<Line>>,
}

impl Legs {
    /// A number that no leg has had.
    pub(crate) fn fresh_id(&mut self) -> LegId {
        self.last += 1;
        LegId(self.last)
    }

    pub(crate) fn add(&mut self, id: LegId, leg: CallLeg) {
        self.legs.insert(id, Box::new(leg));
    }

    pub(crate) fn get(&self, id: LegId) -> Option<&CallLeg> {
        self.legs.get(&id).map(|leg| &**leg)
    }

    pub(crate) fn get_mut(&mut self, id: LegId) -> Option<&mut CallLeg> {
        self.legs.get_mut(&id).map(|leg| &mut **leg)
    }

    pub(crate) fn remove(&mut self, id: LegId) -> Option<CallLeg> {
        self.legs.remove(&id).map(|leg| *leg)
    }

    pub(crate) fn line(&self, contact: &ContactId) -> Option<&Line> {
        self.lines.get(contact).map(|line| &**line)
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = (&ContactId, &Line)> + Clone {
        self.lines.iter().map(|(contact, line)| (contact, &**line))
    }

    /// The contact's line, a fresh one if it has none.
    pub(crate) fn line_mut(&mut self, contact: &ContactId) -> &mut Line {
        self.lines.entry(contact.clone()).or_default()
    }

    /// Forgets the contact's line. Legs that are still up stay until they end.
    pub(crate) fn forget(&mut self, contact: &ContactId) -> Option<Line> {
        self.lines.remove(contact).map(|line| *line)
    }

    /// The caller's leg.
    pub(crate) fn caller(&self, contact: &ContactId) -> Option<&CallLeg> {
        self.get(self.line(contact)?.caller?)
    }

    pub(crate) fn caller_mut(&mut self, contact: &ContactId) -> Option<&mut CallLeg> {
        let id = self.line(contact)?.caller?;
        self.get_mut(id)
    }
}

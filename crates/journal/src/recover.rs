//! After a crash: contacts that never ended are built again and told that their call is gone, and
//! agents are asked to sit down again.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use trunkline_acd as acd;
use trunkline_contact::journal::InputRecord;
use trunkline_contact::{Arrival, Contact, Input, Output};
use trunkline_exchange::{ContactRecord, MessageId};
use trunkline_model::ContactId;
use trunkline_model::routing::RoutingReply;
use trunkline_model::tenant::Tenant;
use trunkline_model::trace::Step;
use trunkline_store::{Position, Store, StreamId};

use crate::codec::Reader;
use crate::lane::Lane;
use crate::rebuild::{InDoubt, Rebuilt, lost, may_resend, rebuild};
use crate::record::{RoutingEntry, Step as RoutingStep};
use crate::routing::{Message, Seat, Seats, messages};
use crate::{CONTACTS, JournalError, Keys, ReadContact, SiteCache, Writer, read_contact};

/// So many contacts are recovered at a start; the others wait for the next one.
const MAX_CONTACTS: usize = 100_000;

/// So many streams are asked for at once.
const PAGE: usize = 1_000;

/// A contact is given so many answers without I/O before it counts as going round in circles.
const MAX_ANSWERS: usize = 10_000;

/// How to recover.
#[derive(Debug)]
pub struct RecoverOptions<'o> {
    /// The tenant of today: its connectors say what may be sent again.
    pub tenant: &'o Tenant,
    /// The keys of sealed streams.
    pub keys: &'o Keys,
    /// The present, in milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// Whether recovered contacts keep a trace.
    pub is_traced: bool,
    /// What agents had typed and not saved, by contact: it is saved as the call ends, before what
    /// follows the call reads it (decision 11).
    pub drafts: &'o HashMap<ContactId, Vec<Draft>>,
}

/// What an agent had typed into a variable and not saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The variable.
    pub name: String,
    /// The text.
    pub value: String,
    /// How many inputs the contact had taken by then. What was saved later is newer: who keeps
    /// drafts may not have come to dropping this one.
    pub after: u64,
}

/// What a crash left behind.
#[derive(Debug, Default)]
pub struct Recovered {
    /// Contacts that never ended, in the order of their ids: their calls are over, and what
    /// follows a call is still to be done.
    pub contacts: Vec<RecoveredContact>,
    /// Who was signed in; who was Available first. Tell the new routing domain their
    /// [`Seat::inputs`], or leave them out.
    pub seats: Vec<Seat>,
    /// How many inputs the routing domain had taken: the new one numbers its own from there on.
    pub routing_inputs: u64,
    /// Streams that cannot be read. They are left as they are.
    pub problems: Vec<Problem>,
}

/// A stream that could not be recovered.
#[derive(Debug)]
pub struct Problem {
    /// The stream.
    pub stream: StreamId,
    /// Why.
    pub text: String,
}

/// A contact that goes on after a crash.
#[derive(Debug)]
pub struct RecoveredContact {
    /// The contact. It has taken `Recovered`, and its call is over.
    pub contact: Box<Contact>,
    /// How it arrived.
    pub arrival: Arrival,
    /// How many inputs it has taken.
    pub inputs: u64,
    /// What is to be done for it, after [`Writer::commit`]: requests that are sent again, and what
    /// its event flows want. Never what concerns queues.
    pub outputs: Vec<Output>,
    /// Its trace from the arrival on, if it was asked for.
    pub trace: Vec<Step>,
    /// What the reader of the trace should know.
    pub note: String,
}

/// Finds what never ended and takes it over: contacts go on after their call, the routing domain
/// begins a new era. All of it is queued in `writer`; call [`Writer::commit`] afterwards, and drop
/// the contacts that it names as fenced: another process has them. Nothing may leave before.
///
/// A stream that cannot be read is reported and left alone.
///
/// # Errors
/// The store cannot be read at all.
pub fn recover(
    writer: &mut Writer,
    options: &RecoverOptions<'_>,
) -> Result<Recovered, JournalError> {
    let store = writer.store();
    let mut recovered = Recovered::default();
    let mut sites = SiteCache::default();
    let mut read = Vec::new();
    for stream in open_streams(&*store, CONTACTS, &mut recovered.problems)? {
        match read_contact(&*store, &stream, options.keys, &mut sites) {
            Ok(contact) => read.extend(contact),
            Err(error) => recovered.problems.push(problem(&stream, &error)),
        }
    }
    let open: HashSet<ContactId> = read.iter().map(|it| it.arrival.contact.clone()).collect();
    let mut domain = read_domain(&*store, &writer.routing_prefix(), options.keys, &open)?;
    recovered.problems.append(&mut domain.problems);
    recovered.seats = domain.seats.in_turn();
    recovered.routing_inputs = domain.inputs;
    writer.begin_era(domain.inputs, domain.eras);
    if read.iter().any(|contact| contact.is_sealed) {
        writer.key_or(options.keys)?;
    }
    for contact in read {
        let told = domain.told.remove(&contact.arrival.contact).unwrap_or_default();
        let stream = contact.stream.clone();
        // A contact at which the program stumbles must not keep the others.
        let revived = catch_unwind(AssertUnwindSafe(|| revive(contact, told, options)));
        match revived {
            Ok(Ok(revived)) => recovered.contacts.extend(revived.write(writer)),
            Ok(Err(error)) => recovered.problems.push(problem(&stream, &error)),
            Err(_) => {
                let text = "the program made a mistake over it".to_owned();
                recovered.problems.push(Problem { stream, text });
            }
        }
    }
    Ok(recovered)
}

fn problem(stream: &StreamId, error: &dyn std::fmt::Display) -> Problem {
    Problem { stream: stream.clone(), text: error.to_string() }
}

/// All open streams with a prefix, within limits.
fn open_streams(
    store: &dyn Store,
    prefix: &str,
    problems: &mut Vec<Problem>,
) -> Result<Vec<StreamId>, JournalError> {
    let mut streams: Vec<StreamId> = Vec::new();
    loop {
        let page = store.open_streams(prefix, streams.last(), PAGE)?;
        let Some(last) = page.last() else { return Ok(streams) };
        if streams.len() >= MAX_CONTACTS {
            let text = format!("only {MAX_CONTACTS} streams are recovered at once");
            problems.push(Problem { stream: last.clone(), text });
            return Ok(streams);
        }
        streams.extend(page);
    }
}

/// A routing domain as its eras tell it.
#[derive(Default)]
struct Domain {
    seats: Seats,
    inputs: u64,
    /// What it told contacts that are still open.
    told: HashMap<ContactId, Vec<Message>>,
    /// The streams, to be closed.
    eras: Vec<Lane>,
    problems: Vec<Problem>,
}

fn read_domain(
    store: &dyn Store,
    prefix: &str,
    keys: &Keys,
    open: &HashSet<ContactId>,
) -> Result<Domain, JournalError> {
    let mut domain = Domain::default();
    for stream in open_streams(store, prefix, &mut Vec::new())? {
        let Some(end) = store.head(&stream)? else { continue };
        let mut era = domain.inputs;
        if let Err(error) = domain.read(store, &stream, keys, (open, &mut era)) {
            domain.problems.push(problem(&stream, &error));
        }
        let place: (Position, u64) = (end.position, end.number);
        let mut lane = Lane::taken_over(stream, end.origin, place, end.epoch + 1);
        lane.inputs = domain.inputs;
        domain.eras.push(lane);
    }
    Ok(domain)
}

impl Domain {
    fn read(
        &mut self,
        store: &dyn Store,
        stream: &StreamId,
        keys: &Keys,
        (open, inputs): (&HashSet<ContactId>, &mut u64),
    ) -> Result<(), JournalError> {
        let mut reader = Reader::new(stream, keys);
        for entry in store.inputs(stream)? {
            let Some(payload) = reader.read(&entry)? else { continue };
            let read = serde_json::from_slice(&payload);
            match read.map_err(|error| reader.problem(&entry, &error))? {
                RoutingEntry::Era(head) => {
                    self.seats = Seats::of(head.seats);
                    *inputs = head.inputs;
                }
                RoutingEntry::Step(step) => {
                    *inputs = step.record.number;
                    self.step(*step, open);
                }
                RoutingEntry::Closed {} => {}
            }
            self.inputs = self.inputs.max(*inputs);
        }
        Ok(())
    }

    fn step(&mut self, step: RoutingStep, open: &HashSet<ContactId>) {
        self.seats.take(&step.record, &step.outputs);
        for (contact, message) in messages(&step.record, step.outputs) {
            if open.contains(&contact) {
                self.told.entry(contact).or_default().push(message);
            }
        }
    }
}

/// A contact that took what was left for it, and what is to be written of that.
struct Revived {
    read: ReadContact,
    contact: Contact,
    /// What it took, with what that led to.
    taken: Vec<(ContactRecord, Vec<Output>)>,
    inputs: u64,
    now_ms: i64,
    wanted: Vec<Output>,
    trace: Vec<Step>,
    note: String,
}

fn revive(
    read: ReadContact,
    told: Vec<Message>,
    options: &RecoverOptions<'_>,
) -> Result<Revived, JournalError> {
    let Rebuilt { contact, trace, in_doubt, unanswered, note } = rebuild(&read, options.is_traced)?;
    let is_replayable = read.check_replayable().is_ok();
    let heard: HashSet<MessageId> = read.inputs.iter().filter_map(|it| it.from.clone()).collect();
    let mut revived = Revived {
        inputs: read.input_count,
        now_ms: options.now_ms.max(read.last_ms),
        read,
        contact,
        taken: Vec::new(),
        wanted: Vec::new(),
        trace,
        note,
    };
    if revived.contact.is_ended() {
        return Ok(revived);
    }
    // Where inputs were lost nobody knows which messages were heard.
    for message in told.into_iter().filter(|it| is_replayable && !heard.contains(&it.id)) {
        revived.give(message.input, Some(message.id));
    }
    revived.save_drafts(options.drafts);
    revived.give(Input::Recovered, None);
    for request in in_doubt {
        revived.settle_doubt(request, options.tenant);
    }
    revived.answer(unanswered);
    Ok(revived)
}

impl Revived {
    fn give(&mut self, input: Input, from: Option<MessageId>) {
        // Nothing is written of a contact behind its end, which its own outputs have written.
        if self.contact.is_ended() {
            return;
        }
        self.inputs += 1;
        let record = InputRecord { now_ms: self.now_ms, input: input.clone() };
        self.contact.handle(self.now_ms, input);
        let outputs: Vec<_> = std::iter::from_fn(|| self.contact.poll()).collect();
        self.trace.extend(self.contact.take_trace());
        self.wanted.extend(outputs.iter().cloned());
        self.taken.push((ContactRecord { number: self.inputs, record, from }, outputs));
    }

    /// What fits its variable, and has not been saved since, is saved; the rest was never more
    /// than a draft.
    fn save_drafts(&mut self, drafts: &HashMap<ContactId, Vec<Draft>>) {
        let drafts = drafts.get(&self.read.arrival.contact).map(Vec::as_slice);
        for draft in drafts.unwrap_or_default().iter() {
            let Draft { name, value, .. } = draft;
            let is_taken = self.contact.takes_edits() && !self.has_saved_since(draft);
            if is_taken && self.contact.run().check_edit(name, value).is_ok() {
                let (name, value) = (name.clone(), value.clone());
                self.give(Input::Edited { name, value }, None);
            }
        }
    }

    fn has_saved_since(&self, draft: &Draft) -> bool {
        let mut later = self.read.inputs.iter().filter(|it| it.number > draft.after);
        later
            .any(|it| matches!(&it.record.input, Input::Edited { name, .. } if *name == draft.name))
    }

    fn flow(&mut self, input: trunkline_flow::Input) {
        self.give(Input::Flow(input), None);
    }

    fn settle_doubt(&mut self, it: InDoubt, tenant: &Tenant) {
        let InDoubt { id, request, may_repeat } = it;
        if may_repeat && may_resend(tenant, &request) {
            self.wanted.push(Output::Http { id, request, may_repeat });
        } else {
            self.flow(trunkline_flow::Input::Http { id, outcome: Box::new(lost()) });
        }
    }

    /// Answers what nobody else will: there are no queues to ask and there is no line to play on.
    fn answer(&mut self, unanswered: Vec<Output>) {
        let mut open = unanswered;
        for _ in 0..MAX_ANSWERS {
            open.extend(std::mem::take(&mut self.wanted));
            let is_ours = |it: &Output| {
                matches!(
                    it,
                    Output::QueryQueue { .. }
                        | Output::Escalate { .. }
                        | Output::EnqueueToAgent { .. }
                        | Output::Allocate { .. }
                        | Output::Play { .. }
                        | Output::PlayMusic { .. }
                )
            };
            let Some(place) = open.iter().position(is_ours) else { break };
            match open.remove(place) {
                Output::QueryQueue { id, .. } => {
                    self.flow(trunkline_flow::Input::Figures { id, figures: None });
                }
                Output::Escalate { id, .. } | Output::EnqueueToAgent { id, .. } => {
                    let reply = RoutingReply::NotQueued;
                    self.flow(trunkline_flow::Input::Routed { id, reply });
                }
                // The counters are gone; the first way is as good as any.
                Output::Allocate { id, .. } => {
                    self.flow(trunkline_flow::Input::Allocated { id, index: 0 });
                }
                Output::Play { id, .. } | Output::PlayMusic { id, .. } => {
                    self.flow(trunkline_flow::Input::Played { id });
                }
                other => self.wanted.push(other),
            }
        }
        // The queues have forgotten the contact, and its call is gone.
        let is_left = |it: &Output| {
            !matches!(
                it,
                Output::Enqueue { .. }
                    | Output::SetPriority { .. }
                    | Output::Withdraw
                    | Output::LeaveAgent
                    | Output::Disconnect
                    | Output::StopPlaying { .. }
                    | Output::StopRetries { .. }
                    | Output::Ended
            )
        };
        self.wanted = open.into_iter().filter(is_left).collect();
    }

    /// Queues what happened. A contact that has nothing left to do is over with that.
    fn write(self, writer: &mut Writer) -> Option<RecoveredContact> {
        writer.adopt(&self.read);
        let id = self.read.arrival.contact.clone();
        for (record, outputs) in &self.taken {
            writer.contact_took(&id, record, outputs, None);
        }
        writer.keep(&self.contact);
        if self.contact.is_ended() {
            writer.ended(&id);
            if self.wanted.is_empty() {
                return None;
            }
        }
        Some(RecoveredContact {
            contact: Box::new(self.contact),
            arrival: self.read.arrival,
            inputs: self.inputs,
            outputs: self.wanted,
            trace: self.trace,
            note: self.note,
        })
    }
}

impl RecoveredContact {
    /// Whether nothing is left of it but what [`RecoveredContact::outputs`] says.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.contact.is_ended()
    }
}

impl Recovered {
    /// What to tell a new routing domain, so that agents sit there again.
    pub fn agents(&self) -> impl Iterator<Item = acd::Input> {
        self.seats.iter().flat_map(Seat::inputs)
    }
}

//! Writes many contacts and one routing domain, for a single thread.

mod commit;
mod outage;
mod retention;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use trunkline_acd as acd;
use trunkline_contact::{Arrival, Contact, Output, SEMANTICS};
use trunkline_exchange::{ContactRecord, Recorder, RoutingRecord};
use trunkline_model::{ContactId, EntryPointId};
use trunkline_store::seal::Key;
use trunkline_store::{BatchId, EntryKind, Origin, Store, StreamId};
use uuid::Uuid;

use crate::lane::Lane;
use crate::moments::is_worth_a_snapshot;
use crate::record::{ContactHead, EraHead, StepRef, Written, WrittenRouting};
use crate::routing::{ROUTING, Seat, Seats};
use crate::{CONTACTS, FailureClass, JournalError, Keys, ReadContact, SiteImage, codec, uses};
use outage::Outage;

/// An era of routing ends after this many entries, so that a start need not read more.
const ERA_ENTRIES: u64 = 50_000;

/// The longest part of a domain's name in the names of its streams.
const DOMAIN_BYTES: usize = 40;

/// How a [`Writer`] works.
#[derive(Clone, Debug, Default)]
pub struct WriterOptions {
    /// Seals what contacts of sites with secure variables do; see [`crate::Keys`].
    pub key: Option<Key>,
    /// The routing domain's name; usually the tenant's.
    pub domain: String,
    /// How long contacts are kept after their end.
    pub retention: Retention,
}

/// How long contacts are kept after their end: until either limit is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// For so many milliseconds.
    pub keep_ms: i64,
    /// At most so many contacts, the latest.
    pub keep_contacts: usize,
}

impl Default for Retention {
    /// Seven days, a million contacts.
    fn default() -> Self {
        Self { keep_ms: 7 * 24 * 3_600_000, keep_contacts: 1_000_000 }
    }
}

/// What a commit came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// How many entries were stored.
    pub entries: u64,
    /// Contacts that another process has taken over: drop them, nothing may leave for them.
    pub fenced: Vec<ContactId>,
    /// Whether another process has taken over the routing domain: everything here is to be dropped.
    pub is_routing_fenced: bool,
    /// Contacts whose streams cannot be written any more, and why. They go on without a journal.
    pub broken: Vec<(ContactId, String)>,
    /// Why something of the routing domain could not be written, if so: after a crash agents may
    /// have to sign in again.
    pub routing_broken: Option<String>,
}

/// Whose a stream is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Owner {
    Contact(ContactId),
    Routing,
}

/// The site that contacts arrive at.
struct Place {
    /// Where it is written; none until it is.
    stream: Option<StreamId>,
    image: Arc<SiteImage>,
    flow_hashes: HashMap<EntryPointId, [u8; 32]>,
    /// Whether it is written down that contacts have met it.
    is_met: bool,
}

/// An era of the routing domain.
struct Era {
    lane: Lane,
    seats: Seats,
}

/// Writes the streams of many contacts and of one routing domain. What it is told is gathered;
/// [`Writer::commit`] stores it, and only then may effects leave the process (decision 17).
pub struct Writer {
    store: Arc<dyn Store>,
    options: WriterOptions,
    place: Option<Place>,
    /// Boxed, so that a table which once held many stays small.
    contacts: HashMap<ContactId, Box<Lane>>,
    era: Option<Era>,
    /// Eras that are over: they are closed once the one after them is written.
    retired: Vec<Lane>,
    /// Who has something to be written, in the order in which it came.
    dirty: Vec<Owner>,
    /// Contacts without a journal, because it could not be written when they arrived.
    unjournalled: HashSet<ContactId>,
    outage: Option<Outage>,
    /// What happened to streams since the last successful commit.
    report: Commit,
    /// The store's failure outside of a commit.
    failure: Option<JournalError>,
    next_batch: u128,
    pending_bytes: usize,
    max_pending_bytes: usize,
    /// The store's time when it was last told.
    last_ms: i64,
    purge: retention::Cursor,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Writer");
        shown.field("contacts", &self.contacts.len()).field("outage", &self.outage);
        shown.finish_non_exhaustive()
    }
}

impl Writer {
    /// A writer that knows no contact yet. A routing domain begins with [`crate::recover`], or with
    /// [`Writer::begin_routing`] where there is nothing to recover.
    pub fn new(store: Arc<dyn Store>, options: WriterOptions) -> Self {
        Self {
            store,
            options,
            place: None,
            contacts: HashMap::new(),
            era: None,
            retired: Vec::new(),
            dirty: Vec::new(),
            unjournalled: HashSet::new(),
            outage: None,
            report: Commit::default(),
            failure: None,
            next_batch: Uuid::now_v7().as_u128(),
            pending_bytes: 0,
            max_pending_bytes: outage::MAX_PENDING_BYTES,
            last_ms: 0,
            purge: retention::Cursor::default(),
        }
    }

    /// While the store cannot be written, at most so many bytes wait for it (32 MiB by default);
    /// what is beyond is lost.
    #[must_use]
    pub fn limit_pending(mut self, bytes: usize) -> Self {
        self.max_pending_bytes = bytes;
        self
    }

    /// The store that is written to.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// Contacts that arrive from now on meet this site. It is written at once, unless it is there
    /// already. Where the store fails, [`Writer::commit`] says so and tries again.
    ///
    /// # Errors
    /// [`JournalError::Key`] if the site has secure variables and there is no key.
    pub fn begin_site(&mut self, image: Arc<SiteImage>, now_ms: i64) -> Result<(), JournalError> {
        if image.has_secrets() && self.options.key.is_none() {
            let text = "the tenant's flows have secure variables, and there is no key to seal \
                        them with: name a key";
            return Err(JournalError::Key { text: text.to_owned() });
        }
        let flow_hashes = image.flow_hashes(self.site_key(&image));
        self.place = Some(Place { stream: None, image, flow_hashes, is_met: false });
        self.purge.site_changed(now_ms);
        if let Err(error) = self.begin_uses(now_ms).and_then(|()| self.site_stream(now_ms)) {
            self.outage = Some(Outage::new(&error, now_ms));
        }
        Ok(())
    }

    /// The key for a stream's records, if they are sealed.
    fn lane_key(&self, lane: &Lane) -> Result<Option<&Key>, JournalError> {
        match &self.options.key {
            _ if !lane.is_sealed => Ok(None),
            Some(key) => Ok(Some(key)),
            None => {
                let text = format!("{} is sealed, and there is no key to go on with", lane.id);
                Err(JournalError::Key { text })
            }
        }
    }

    /// Has a key for sealed contacts that are taken over, where the site needs none.
    pub(crate) fn key_or(&mut self, keys: &Keys) -> Result<(), JournalError> {
        if self.options.key.is_none() {
            self.options.key = Some(keys.find()?);
        }
        Ok(())
    }

    fn site_key(&self, image: &SiteImage) -> Option<&Key> {
        self.options.key.as_ref().filter(|_| image.has_secrets())
    }

    /// Begins a routing domain that has taken `inputs` inputs before and in which these agents sit.
    /// The era before, if there is one, is closed.
    pub fn begin_routing(&mut self, inputs: u64, seats: Vec<Seat>) {
        let id = format!("{}{}", self.routing_prefix(), Uuid::now_v7());
        let id = match StreamId::new(id) {
            Ok(id) => id,
            Err(error) => return self.routing_broke(&error.into()),
        };
        let head = EraHead { semantics: SEMANTICS, inputs, seats };
        let mut lane = Lane::new(id, Origin { flow_hash: None, semantics: SEMANTICS });
        lane.inputs = inputs;
        if let Err(error) = self.encode(&mut lane, EntryKind::Input, &WrittenRouting::Era(&head)) {
            return self.routing_broke(&error);
        }
        let seats = Seats::of(head.seats);
        if let Some(before) = self.era.replace(Era { lane, seats }) {
            self.retire(before.lane);
        }
        self.touch(Owner::Routing);
    }

    /// As [`Writer::begin_routing`] after a crash: nobody sits anywhere until they are told to, and
    /// the eras before are taken over and closed.
    pub(crate) fn begin_era(&mut self, inputs: u64, before: Vec<Lane>) {
        self.begin_routing(inputs, Vec::new());
        for lane in before {
            self.retire(lane);
        }
    }

    fn retire(&mut self, mut lane: Lane) {
        let closed = WrittenRouting::Closed { inputs: lane.inputs };
        // Without its end the era is closed after the next crash.
        if let Err(error) = self.encode(&mut lane, EntryKind::Closed, &closed) {
            return self.routing_broke(&error);
        }
        self.retired.push(lane);
    }

    /// A record of routing cannot be written: a mistake of ours, which the next crash makes
    /// somebody sign in again for.
    fn routing_broke(&mut self, error: &JournalError) {
        self.report.routing_broken.get_or_insert(error.to_string());
    }

    /// Prefix of the names of the domain's streams.
    pub(crate) fn routing_prefix(&self) -> String {
        format!("{ROUTING}{}", self.domain())
    }

    /// The domain's name in names of streams, with a dot.
    fn domain(&self) -> String {
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let domain: String = self.options.domain.chars().filter(is_plain).collect();
        format!("{}.", &domain[..domain.len().min(DOMAIN_BYTES)])
    }

    /// A contact arrived. Its head is written before its inputs.
    pub fn arrived(&mut self, arrival: &Arrival) {
        let id = arrival.contact.clone();
        let begun = self.begin_contact(arrival);
        match begun {
            Ok(lane) => {
                self.contacts.insert(id.clone(), lane);
                self.touch(Owner::Contact(id));
            }
            Err(error) if error.class() == FailureClass::Fault => self.broke(&id, &error),
            Err(error) => {
                self.unjournalled.insert(id);
                self.failure.get_or_insert(error);
            }
        }
    }

    fn begin_contact(&mut self, arrival: &Arrival) -> Result<Box<Lane>, JournalError> {
        let id = StreamId::new(format!("{CONTACTS}{}", arrival.contact))?;
        let no_site = || {
            let (stream, problem) = (id.clone(), "no site was begun".to_owned());
            JournalError::Stream { stream, problem }
        };
        let place = self.place.as_ref().ok_or_else(no_site)?;
        let flow_hash = place.flow_hashes.get(&arrival.entry_point).copied();
        let is_sealed = place.image.has_secrets();
        let site = self.meet_site(arrival.at_ms.max(self.last_ms))?;
        let mut lane = Box::new(Lane::new(id, Origin { flow_hash, semantics: SEMANTICS }));
        lane.is_sealed = is_sealed;
        let head = ContactHead { semantics: SEMANTICS, arrival: arrival.clone(), site };
        self.encode(&mut lane, EntryKind::Input, &Written::Head(&head))?;
        Ok(lane)
    }

    fn begin_uses(&mut self, now_ms: i64) -> Result<(), JournalError> {
        let id = self.new_batch_id();
        uses::begin_first(&*self.store, &self.domain(), (id, now_ms))
    }

    /// The stream of the present site, for a contact that arrives there.
    fn meet_site(&mut self, now_ms: i64) -> Result<StreamId, JournalError> {
        if let Some(Place { stream: Some(stream), is_met: true, .. }) = &self.place {
            return Ok(stream.clone());
        }
        let written = self.site_stream(self.last_ms)?;
        // Nobody had met it, so it may have been purged meanwhile.
        let is_there = self.store.head(&written)?.is_some_and(|head| head.closed);
        if let Some(place) = self.place.as_mut().filter(|_| !is_there) {
            place.stream = None;
        }
        let stream = self.site_stream(self.last_ms)?;
        let id = self.new_batch_id();
        uses::begin(&*self.store, &self.domain(), std::slice::from_ref(&stream), (id, now_ms))?;
        if let Some(place) = &mut self.place {
            place.is_met = true;
        }
        Ok(stream)
    }

    /// The stream of the present site, which is written now if it is not yet: once for all
    /// contacts of it.
    fn site_stream(&mut self, now_ms: i64) -> Result<StreamId, JournalError> {
        self.last_ms = now_ms;
        let Some(place) = &self.place else {
            let text = "no site was begun".to_owned();
            return Err(JournalError::Key { text });
        };
        if let Some(stream) = &place.stream {
            return Ok(stream.clone());
        }
        let image = Arc::clone(&place.image);
        let id = self.new_batch_id();
        let stream = image.write(&*self.store, self.site_key(&image), (id, now_ms))?;
        if let Some(place) = &mut self.place {
            place.stream = Some(stream.clone());
        }
        Ok(stream)
    }

    /// Goes on with a contact's stream after a crash, as its new owner.
    pub fn adopt(&mut self, read: &ReadContact) {
        let id = read.arrival.contact.clone();
        let mut lane = read.lane();
        if read.is_foreign() {
            let continued = Written::Continued { semantics: SEMANTICS };
            if let Err(error) = self.encode(&mut lane, EntryKind::Input, &continued) {
                return self.broke(&id, &error);
            }
            self.touch(Owner::Contact(id.clone()));
        }
        self.contacts.insert(id, lane);
    }

    /// What the arrival led to. With the contact, a snapshot of it is kept when it is worth one.
    pub fn started(&mut self, id: &ContactId, outputs: &[Output], contact: Option<&Contact>) {
        self.write(id, None, outputs);
        let Some(contact) = contact else { return };
        if is_worth_a_snapshot(None, outputs) {
            self.keep(contact);
        }
    }

    /// A contact took an input. With the contact, a snapshot of it is kept when it is worth one.
    pub fn contact_took(
        &mut self,
        id: &ContactId,
        record: &ContactRecord,
        outputs: &[Output],
        contact: Option<&Contact>,
    ) {
        let had_gap = self.contacts.get(id).is_some_and(|lane| lane.has_gap);
        self.write(id, Some(record), outputs);
        let Some(contact) = contact else { return };
        if had_gap || is_worth_a_snapshot(Some(&record.record.input), outputs) {
            self.keep(contact);
        }
    }

    fn write(&mut self, id: &ContactId, record: Option<&ContactRecord>, outputs: &[Output]) {
        let Some(mut lane) = self.contacts.remove(id) else { return };
        if let Err(error) = self.write_to(&mut lane, record, outputs) {
            return self.broke(id, &error);
        }
        self.contacts.insert(id.clone(), lane);
        self.touch(Owner::Contact(id.clone()));
        if outputs.contains(&Output::Ended) {
            self.ended(id);
        }
    }

    fn write_to(
        &mut self,
        lane: &mut Lane,
        record: Option<&ContactRecord>,
        outputs: &[Output],
    ) -> Result<(), JournalError> {
        if let Some(record) = record {
            if std::mem::take(&mut lane.has_gap) {
                let gap = Written::Gap { inputs: record.number.saturating_sub(1) };
                self.encode(lane, EntryKind::Input, &gap)?;
            }
            lane.inputs = record.number;
            self.encode(lane, EntryKind::Input, &Written::Input(record))?;
        }
        if outputs.is_empty() {
            return Ok(());
        }
        self.encode(lane, EntryKind::Effect, &Written::Outputs(outputs))
    }

    /// Keeps a snapshot of a contact, in place of an older one.
    pub fn keep(&mut self, contact: &Contact) {
        if self.contacts.get(contact.id()).is_none_or(|lane| lane.is_closing) {
            return;
        }
        let Some(mut lane) = self.contacts.remove(contact.id()) else { return };
        // It is a hint: where it cannot be written, the former one, or none, has to do.
        if let Ok(payload) = self.snapshot(&lane, contact) {
            lane.keep(payload);
        }
        self.contacts.insert(contact.id().clone(), lane);
    }

    fn snapshot(&self, lane: &Lane, contact: &Contact) -> Result<Vec<u8>, JournalError> {
        let bytes = serde_json::to_vec(&contact.snapshot())?;
        codec::seal(self.lane_key(lane)?, &lane.id, bytes)
    }

    /// Nothing more comes of a contact: its stream is closed. To end one that wanted
    /// [`Output::Ended`] is done already; for one that is gone otherwise it must be said.
    pub fn ended(&mut self, id: &ContactId) {
        self.unjournalled.remove(id);
        let Some(mut lane) = self.contacts.remove(id) else { return };
        if !lane.is_closing {
            if let Err(error) = self.close(&mut lane) {
                return self.broke(id, &error);
            }
            self.touch(Owner::Contact(id.clone()));
        }
        self.contacts.insert(id.clone(), lane);
    }

    /// A contact that never was: who called was refused after all. What of it is written already
    /// is closed.
    pub fn forget(&mut self, id: &ContactId) {
        self.unjournalled.remove(id);
        let Some(lane) = self.contacts.remove(id) else { return };
        if lane.is_unwritten() {
            self.pending_bytes = self.pending_bytes.saturating_sub(lane.pending_bytes());
            return;
        }
        self.contacts.insert(id.clone(), lane);
        self.ended(id);
    }

    /// A contact's stream cannot be written any more: it goes on without.
    fn broke(&mut self, id: &ContactId, error: &JournalError) {
        if let Some(lane) = self.contacts.remove(id) {
            self.pending_bytes = self.pending_bytes.saturating_sub(lane.pending_bytes());
        }
        self.unjournalled.insert(id.clone());
        self.report.broken.push((id.clone(), error.to_string()));
    }

    fn close(&mut self, lane: &mut Lane) -> Result<(), JournalError> {
        let inputs = lane.inputs;
        if std::mem::take(&mut lane.has_gap) {
            self.encode(lane, EntryKind::Input, &Written::Gap { inputs })?;
        }
        self.encode(lane, EntryKind::Closed, &Written::Closed { inputs })
    }

    /// The routing domain took an input.
    pub fn routing_took(&mut self, record: &RoutingRecord, outputs: &[acd::Output]) {
        let Some(mut era) = self.era.take() else { return };
        era.seats.take(record, outputs);
        era.lane.inputs = record.number;
        let is_over = era.lane.entries() >= ERA_ENTRIES || era.lane.has_gap;
        if !era.lane.has_gap {
            let step = WrittenRouting::Step(StepRef { record, outputs });
            if let Err(error) = self.encode(&mut era.lane, EntryKind::Input, &step) {
                self.routing_broke(&error);
            }
        }
        let seats = is_over.then(|| era.seats.list());
        self.era = Some(era);
        match seats {
            Some(seats) => self.begin_routing(record.number, seats),
            None => self.touch(Owner::Routing),
        }
    }

    /// Whether a contact goes on without a journal, because it could not be written.
    #[must_use]
    pub fn is_unjournalled(&self, id: &ContactId) -> bool {
        self.unjournalled.contains(id) || self.contacts.get(id).is_some_and(|lane| lane.has_gap)
    }

    /// Makes everything that was committed durable; before a request to another system leaves
    /// (decision 17).
    ///
    /// # Errors
    /// The store's; then the request may not leave.
    pub fn sync(&self) -> Result<(), JournalError> {
        Ok(self.store.sync()?)
    }

    /// The time by which [`Writer::sync`] is to be called, if anything waits for it.
    #[must_use]
    pub fn sync_due_ms(&self) -> Option<i64> {
        self.store.sync_due_ms()
    }

    /// Queues a record.
    fn encode(
        &mut self,
        lane: &mut Lane,
        kind: EntryKind,
        record: &impl serde::Serialize,
    ) -> Result<(), JournalError> {
        let key = self.lane_key(lane)?;
        let payload = codec::seal(key, &lane.id, serde_json::to_vec(record)?)?;
        self.pending_bytes += lane.push(codec::entries(kind, payload));
        Ok(())
    }

    fn touch(&mut self, owner: Owner) {
        if self.dirty.last() != Some(&owner) {
            self.dirty.push(owner);
        }
        self.shed_if_too_much();
    }

    fn new_batch_id(&mut self) -> BatchId {
        // The parts of a site take as many as they need.
        self.next_batch = self.next_batch.wrapping_add(1 << 16);
        BatchId(self.next_batch)
    }
}

impl Recorder for Writer {
    fn arrived(&mut self, arrival: &Arrival, contact: &Contact, outputs: &[Output]) {
        self.arrived(arrival);
        self.started(&arrival.contact, outputs, Some(contact));
    }

    fn contact(&mut self, contact: &Contact, record: &ContactRecord, outputs: &[Output]) {
        self.contact_took(contact.id(), record, outputs, Some(contact));
    }

    fn routing(&mut self, record: &RoutingRecord, outputs: &[acd::Output]) {
        self.routing_took(record, outputs);
    }
}

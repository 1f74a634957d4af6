//! A contact as its stream tells it.

use std::collections::HashMap;
use std::sync::Arc;

use trunkline_contact::snapshot::Snapshot;
use trunkline_contact::{Arrival, SEMANTICS};
use trunkline_exchange::ContactRecord;
use trunkline_store::{Head as StreamEnd, Origin, Position, Store, StreamId};

use crate::codec::Reader;
use crate::lane::Lane;
use crate::record::{ContactHead, Outline, Record};
use crate::{JournalError, Keys, SiteImage};

/// Prefix of the streams of contacts.
pub const CONTACTS: &str = "contact.";

/// A contact as its stream tells it.
#[derive(Debug)]
pub struct ReadContact {
    /// Its stream.
    pub stream: StreamId,
    /// The number of the release that wrote it: another than ours if anything in the stream is.
    pub semantics: u32,
    /// How it arrived.
    pub arrival: Arrival,
    /// Where it arrived.
    pub site: Arc<SiteImage>,
    /// What can be replayed; for one of other semantics, or with a gap, too little.
    pub inputs: Vec<ContactRecord>,
    /// How many inputs there are.
    pub input_count: u64,
    /// The time of the last input, or of the arrival, in milliseconds since the Unix epoch.
    pub last_ms: i64,
    /// Whether it has ended.
    pub is_closed: bool,
    /// Whether its records are sealed.
    pub is_sealed: bool,
    /// Whether inputs were lost while the journal could not be written.
    pub is_lossy: bool,
    /// Where a contact goes on that cannot be replayed.
    pub snapshot: Option<Snapshot>,
    origin: Origin,
    /// Where the stream ended when it was read, and whose it was.
    position: Position,
    number: u64,
    epoch: u64,
}

impl ReadContact {
    /// Whether a release of other semantics wrote to the stream, so that replay would not be exact.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.semantics != SEMANTICS
    }

    /// Why the contact cannot be replayed, if it cannot.
    ///
    /// # Errors
    /// [`JournalError::Semantics`], [`JournalError::Lossy`].
    pub fn check_replayable(&self) -> Result<(), JournalError> {
        if self.is_foreign() {
            return Err(JournalError::Semantics { found: self.semantics });
        }
        if self.is_lossy {
            return Err(JournalError::Lossy { stream: self.stream.clone() });
        }
        Ok(())
    }

    /// The stream under a new owner.
    pub(crate) fn lane(&self) -> Box<Lane> {
        let end = (self.position, self.number);
        let lane = Lane::taken_over(self.stream.clone(), self.origin, end, self.epoch + 1);
        let mut lane = Box::new(lane);
        lane.inputs = self.input_count;
        lane.is_sealed = self.is_sealed;
        lane
    }
}

/// The sites of contacts that are read, so that each is read once.
#[derive(Debug, Default)]
pub struct SiteCache {
    sites: HashMap<StreamId, Arc<SiteImage>>,
}

impl SiteCache {
    fn get(
        &mut self,
        store: &dyn Store,
        stream: &StreamId,
        keys: &Keys,
    ) -> Result<Arc<SiteImage>, JournalError> {
        if let Some(site) = self.sites.get(stream) {
            return Ok(Arc::clone(site));
        }
        let site = Arc::new(SiteImage::read(store, stream, keys)?);
        self.sites.insert(stream.clone(), Arc::clone(&site));
        Ok(site)
    }
}

/// Reads the stream of a contact; none where there is no such stream (any more).
///
/// # Errors
/// [`JournalError::Entry`] and [`JournalError::Stream`] for a stream that is damaged or not whole,
/// [`JournalError::Key`], and the store's.
pub fn read_contact(
    store: &dyn Store,
    stream: &StreamId,
    keys: &Keys,
    sites: &mut SiteCache,
) -> Result<Option<ReadContact>, JournalError> {
    let Some(end) = store.head(stream)? else { return Ok(None) };
    let problem = |problem: String| JournalError::Stream { stream: stream.clone(), problem };
    let mut reader = Reader::new(stream, keys);
    let mut story = Story::default();
    for entry in store.inputs(stream)? {
        let Some(payload) = reader.read(&entry)? else { continue };
        story.take(&payload).map_err(|error| reader.problem(&entry, &error))?;
        if story.is_gapped {
            return Err(problem(format!("input {} is missing", story.next_input)));
        }
    }
    if end.closed && story.closed_after != Some(story.next_input - 1) {
        return Err(problem("its last entries are missing".to_owned()));
    }
    let head = story.head.take().ok_or_else(|| problem("its head is missing".to_owned()))?;
    let is_replayable = story.foreign.is_none() && !story.is_lossy;
    let snapshot = if is_replayable { None } else { reader.snapshot(store)? };
    let is_sealed = reader.key().is_some();
    let site = sites.get(store, &head.site, keys)?;
    Ok(Some(contact(stream, &end, story, head, (site, snapshot, is_sealed))))
}

fn contact(
    stream: &StreamId,
    end: &StreamEnd,
    story: Story,
    head: ContactHead,
    (site, snapshot, is_sealed): (Arc<SiteImage>, Option<Snapshot>, bool),
) -> ReadContact {
    ReadContact {
        stream: stream.clone(),
        semantics: story.foreign.unwrap_or(head.semantics),
        last_ms: story.last_ms.unwrap_or(head.arrival.at_ms),
        arrival: head.arrival,
        site,
        inputs: story.inputs,
        input_count: story.next_input - 1,
        is_closed: end.closed,
        is_sealed,
        is_lossy: story.is_lossy,
        snapshot,
        origin: end.origin,
        position: end.position,
        number: end.number,
        epoch: end.epoch,
    }
}

/// What the records of a stream say, one after the other.
struct Story {
    head: Option<ContactHead>,
    /// The number of a release of other semantics that wrote to the stream: what is read from
    /// there on is an outline, since its inputs may look otherwise.
    foreign: Option<u32>,
    inputs: Vec<ContactRecord>,
    /// 1 until an input has come.
    next_input: u64,
    is_gapped: bool,
    is_lossy: bool,
    last_ms: Option<i64>,
    closed_after: Option<u64>,
}

impl Default for Story {
    fn default() -> Self {
        Self {
            head: None,
            foreign: None,
            inputs: Vec::new(),
            next_input: 1,
            is_gapped: false,
            is_lossy: false,
            last_ms: None,
            closed_after: None,
        }
    }
}

impl Story {
    fn take(&mut self, payload: &[u8]) -> serde_json::Result<()> {
        if self.foreign.is_some() {
            return self.take_outline(serde_json::from_slice(payload)?);
        }
        match serde_json::from_slice(payload)? {
            Record::Head(head) => {
                self.note_semantics(head.semantics);
                self.head = Some(*head);
            }
            Record::Input(input) => {
                self.input(input.number, input.record.now_ms);
                self.inputs.push(*input);
            }
            Record::Continued { semantics } => self.note_semantics(semantics),
            Record::Gap { inputs } => self.gap(inputs),
            Record::Closed { inputs } => self.closed_after = Some(inputs),
        }
        Ok(())
    }

    fn take_outline(&mut self, outline: Outline) -> serde_json::Result<()> {
        if let Some(input) = outline.input {
            self.input(input.number, input.now_ms);
        }
        if let Some(gap) = outline.gap {
            self.gap(gap.inputs);
        }
        self.closed_after = outline.closed.map(|closed| closed.inputs).or(self.closed_after);
        Ok(())
    }

    fn note_semantics(&mut self, semantics: u32) {
        if semantics != SEMANTICS {
            self.foreign = Some(semantics);
        }
    }

    fn input(&mut self, number: u64, now_ms: i64) {
        if number != self.next_input {
            self.is_gapped = true;
            return;
        }
        self.next_input += 1;
        self.last_ms = Some(now_ms);
    }

    fn gap(&mut self, inputs: u64) {
        self.is_lossy = true;
        self.next_input = self.next_input.max(inputs.saturating_add(1));
    }
}

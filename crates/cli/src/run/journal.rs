//! The journal of a run in a SQLite file: what is written, sealed, and read back.
//!
//! A stream holds one contact: its head, then its inputs, each followed by the outputs that it
//! led to. A record that holds secrets is sealed (decision 20); one that is larger than a batch
//! is split over several.
//!
//! Head and inputs alone say what the contact did, so they alone are read back: outputs are there
//! for people and may be removed. Inputs carry numbers of their own, and the closing entry says
//! how many there are, so that a missing one is noticed.
//!
//! A snapshot is kept beside the entries for a release of other semantics, which cannot replay
//! them (decision 21). It is a hint: it may be a little old, or missing.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use trunkline_contact::journal::{Head, InputRecord};
use trunkline_contact::snapshot::Snapshot;
use trunkline_contact::{Arrival, Contact, Input, Output, SEMANTICS};
use trunkline_model::tenant::{Auth, Tenant};
use trunkline_store::seal::Key;
use trunkline_store::{
    Batch, BatchId, Entry, EntryKind, Expected, Head as StreamEnd, JournalSync, NewEntry, Origin,
    Position, Resolved, Snapshot as StoredSnapshot, SqliteOptions, SqliteStore, Store, StoreError,
    StreamId, append_resolved, sha256,
};

use super::recovery;
use crate::problem::{Problem, Result};

/// One record of a contact's stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Record {
    /// What the contact was started with.
    Head {
        /// The start, without credentials.
        head: Box<Head>,
        /// Names of the connectors whose credentials are left out and not well known.
        needs_credentials: Vec<String>,
    },
    /// What happened.
    Input {
        /// 1, 2, 3, … without a gap.
        number: u64,
        /// The input.
        record: InputRecord,
    },
    /// From here on a release of other semantics goes on from a snapshot: replay ends before.
    Continued {
        /// The number of the release that goes on.
        semantics: u32,
    },
    /// What the contact wanted done.
    Output(Output),
    /// The end.
    Closed {
        /// How many inputs there were.
        inputs: u64,
    },
}

/// What is read of a record that another release wrote.
#[derive(Debug, Deserialize)]
struct Outline {
    input: Option<InputOutline>,
    closed: Option<ClosedOutline>,
}

#[derive(Debug, Deserialize)]
struct InputOutline {
    number: u64,
    record: TimeOutline,
}

#[derive(Debug, Deserialize)]
struct TimeOutline {
    now_ms: i64,
}

#[derive(Debug, Deserialize)]
struct ClosedOutline {
    inputs: u64,
}

/// What a journal needs to know of the run.
pub(crate) struct JournalOptions {
    pub(crate) tenant: Tenant,
    pub(crate) exports: Vec<String>,
    /// Whether records may hold values of secure variables.
    pub(crate) has_secrets: bool,
    pub(crate) sync: JournalSync,
}

/// The stream that a contact is written to.
struct Stream {
    id: StreamId,
    position: Option<Position>,
    epoch: u64,
    /// Number of its last entry.
    number: u64,
    /// How many inputs are in it.
    inputs: u64,
    flow_hash: Option<[u8; 32]>,
}

/// Writes the journal of one contact.
pub(crate) struct Journal {
    store: SqliteStore,
    key: Option<Key>,
    options: JournalOptions,
    stream: Option<Stream>,
    /// The contact as a replay would build it, for its snapshots: it takes the same inputs.
    replica: Option<Contact>,
    /// Whether the stream is still to be told that another release goes on with it.
    is_to_continue: bool,
    is_fenced: bool,
}

/// Prefix of the streams of contacts.
const CONTACTS: &str = "contact.";

/// The first byte of the first part of a record, of a further one, and of the last one. A record
/// that fits one entry begins with `{`, or with the seal's own version byte. A first part that no
/// last one follows was cut off by a crash: its record never was.
const FIRST_PART: u8 = 0x10;
const PART: u8 = 0x11;
const LAST_PART: u8 = 0x12;

/// The largest payload of one entry: a batch takes 900,000 bytes.
const PART_BYTES: usize = 500_000;

impl Journal {
    /// A journal in this file, which is made when it is missing.
    pub(crate) fn create(path: &Path, options: JournalOptions) -> Result<Self> {
        let store = open(path, options.sync)?;
        let key = if options.has_secrets { Some(key_for(path, true)?) } else { None };
        Ok(Self {
            store,
            key,
            options,
            stream: None,
            replica: None,
            is_to_continue: false,
            is_fenced: false,
        })
    }

    /// Goes on with a contact's stream after a crash, as its new owner.
    pub(crate) fn resume(path: &Path, read: &ReadContact, sync: JournalSync) -> Result<Self> {
        let store = open(path, sync)?;
        let key = if read.is_sealed { Some(key_for(path, false)?) } else { None };
        let options = JournalOptions {
            tenant: read.head.tenant.clone(),
            exports: Vec::new(),
            has_secrets: read.is_sealed,
            sync,
        };
        // Where the reader stopped, not where the stream ends by now: whoever went on in the
        // meantime keeps the contact.
        let stream = Stream {
            id: read.stream.clone(),
            position: Some(read.position),
            epoch: read.epoch + 1,
            number: read.number,
            inputs: read.input_count,
            flow_hash: None,
        };
        Ok(Self {
            store,
            key,
            options,
            stream: Some(stream),
            replica: None,
            is_to_continue: read.is_foreign(),
            is_fenced: false,
        })
    }

    /// Whether another process has taken the contact over: nothing more may be done for it here.
    pub(crate) fn is_fenced(&self) -> bool {
        self.is_fenced
    }

    /// Begins the stream of a contact.
    pub(crate) fn arrived(&mut self, arrival: &Arrival) -> Result<()> {
        let id =
            StreamId::new(format!("{CONTACTS}{}", arrival.contact)).map_err(Problem::misuse)?;
        let mut tenant = self.options.tenant.clone();
        // Replay needs no credentials, so the journal holds none.
        let secret = tenant.connectors.iter().filter(|it| recovery::has_secret_auth(it));
        let needs_credentials = secret.map(|connector| connector.name.clone()).collect();
        tenant.connectors.iter_mut().for_each(|connector| connector.auth = Auth::None);
        let head = Head {
            semantics: SEMANTICS,
            arrival: arrival.clone(),
            tenant,
            flows: std::mem::take(&mut self.options.exports),
        };
        let site = Arc::new(head.site().map_err(Problem::misuse)?);
        let replica = Contact::arrive(&site, arrival, false).map_err(Problem::misuse)?;
        let entry = site.tenant.entry_point(arrival.entry_point.as_str());
        let flow = entry.and_then(|entry| site.flow_of(entry));
        let place =
            site.flows().iter().position(|it| flow.is_some_and(|flow| Arc::ptr_eq(it, flow)));
        let flow_hash = place.map(|place| sha256(head.flows[place].as_bytes()));
        self.replica = Some(replica);
        self.stream =
            Some(Stream { id, position: None, epoch: 1, number: 0, inputs: 0, flow_hash });
        self.write(&[Record::Head { head: Box::new(head), needs_credentials }])
    }

    /// Writes an input with the outputs that it led to, before they are done.
    pub(crate) fn append(
        &mut self,
        _: &Arrival,
        record: Option<&InputRecord>,
        outputs: &[Output],
    ) -> Result<()> {
        let mut inputs = self.stream.as_ref().map_or(0, |stream| stream.inputs);
        let mut records = Vec::new();
        if self.is_to_continue {
            records.push(Record::Continued { semantics: SEMANTICS });
        }
        if let Some(record) = record.cloned() {
            inputs += 1;
            records.push(Record::Input { number: inputs, record });
        }
        records.extend(outputs.iter().cloned().map(Record::Output));
        if outputs.contains(&Output::Ended) {
            records.push(Record::Closed { inputs });
        }
        self.write(&records)?;
        self.is_to_continue = false;
        if let Some(stream) = &mut self.stream {
            stream.inputs = inputs;
        }
        let Some(mut replica) = self.replica.take() else { return Ok(()) };
        if let Some(record) = record.cloned() {
            replica.handle(record.now_ms, record.input);
        }
        while replica.poll().is_some() {}
        let result = self.keep(&replica, record, outputs);
        self.replica = Some(replica);
        result
    }

    /// Saves a snapshot of the contact if what happened to it last is worth one.
    pub(crate) fn keep(
        &self,
        contact: &Contact,
        record: Option<&InputRecord>,
        outputs: &[Output],
    ) -> Result<()> {
        let Some(Stream { id, position: Some(position), number, .. }) = &self.stream else {
            return Ok(());
        };
        if !is_worth_a_snapshot(record.map(|record| &record.input), outputs) {
            return Ok(());
        }
        let payload = serde_json::to_vec(&contact.snapshot()).map_err(Problem::misuse)?;
        let payload = self.sealed(payload)?;
        let snapshot = StoredSnapshot { position: *position, number: *number, payload };
        match self.store.save_snapshot(id, &snapshot) {
            // The former one is better than a call that stops.
            Ok(()) | Err(StoreError::SnapshotTooLarge { .. }) => Ok(()),
            Err(error) => Err(Problem::misuse(error)),
        }
    }

    /// Closes the stream of a contact that had ended when its process did.
    pub(crate) fn close(&mut self) -> Result<()> {
        let inputs = self.stream.as_ref().map_or(0, |stream| stream.inputs);
        self.write(&[Record::Closed { inputs }])
    }

    /// Makes what was written durable.
    pub(crate) fn sync(&mut self) -> Result<()> {
        self.store.sync().map_err(Problem::misuse)
    }

    fn write(&mut self, records: &[Record]) -> Result<()> {
        let mut entries: Vec<NewEntry> = Vec::new();
        for record in records {
            for entry in self.encode(record)? {
                let size: usize = entries.iter().map(|entry| entry.payload.len()).sum();
                if size + entry.payload.len() > PART_BYTES {
                    self.append_batch(std::mem::take(&mut entries))?;
                }
                entries.push(entry);
            }
        }
        if entries.is_empty() { Ok(()) } else { self.append_batch(entries) }
    }

    fn encode(&self, record: &Record) -> Result<Vec<NewEntry>> {
        let kind = match record {
            Record::Head { .. } | Record::Input { .. } | Record::Continued { .. } => {
                EntryKind::Input
            }
            Record::Output(_) => EntryKind::Effect,
            Record::Closed { .. } => EntryKind::Closed,
        };
        let payload = self.sealed(serde_json::to_vec(record).map_err(Problem::misuse)?)?;
        if payload.len() <= PART_BYTES {
            return Ok(vec![NewEntry { kind, payload }]);
        }
        let last = payload.len().div_ceil(PART_BYTES - 1) - 1;
        let part = |(place, bytes): (usize, &[u8])| {
            let mark = match place {
                0 => FIRST_PART,
                _ if place == last => LAST_PART,
                _ => PART,
            };
            NewEntry { kind, payload: [&[mark], bytes].concat() }
        };
        Ok(payload.chunks(PART_BYTES - 1).enumerate().map(part).collect())
    }

    /// The bytes as they may lie in the file.
    fn sealed(&self, bytes: Vec<u8>) -> Result<Vec<u8>> {
        let (Some(key), Some(stream)) = (&self.key, &self.stream) else { return Ok(bytes) };
        key.seal(&bytes, stream.id.as_str().as_bytes()).map_err(Problem::misuse)
    }

    fn append_batch(&mut self, entries: Vec<NewEntry>) -> Result<()> {
        let epoch = self.stream.as_ref().map_or(1, |stream| stream.epoch);
        self.put(Batch::new(new_batch_id(), epoch, entries))
    }

    fn put(&mut self, batch: Batch) -> Result<()> {
        let Some(stream) = &mut self.stream else { return Ok(()) };
        let origin = Origin { flow_hash: stream.flow_hash, semantics: SEMANTICS };
        // The real clock: the store's window is about power cuts, which know no virtual time.
        let now_ms = real_now_ms();
        let expected = stream.position.map_or(Expected::New(origin), Expected::At);
        let pause = &mut |_| {};
        let outcome = append_resolved(&self.store, &stream.id, &expected, &batch, now_ms, pause);
        match outcome.map_err(Problem::misuse)? {
            Resolved::Stored(position) => {
                stream.position = Some(position);
                stream.number += batch.entries.len() as u64;
                Ok(())
            }
            Resolved::Fenced(_) => {
                self.is_fenced = true;
                Err(Problem::failed(
                    "another process has taken over this contact in the journal; this one stops",
                ))
            }
        }
    }
}

fn real_now_ms() -> i64 {
    // A clock set before 1970 only makes syncs come at other times.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Whether a release that goes on from a snapshot would miss what just happened.
fn is_worth_a_snapshot(input: Option<&Input>, outputs: &[Output]) -> bool {
    let by_input = match input {
        Some(
            Input::Answered { .. }
            | Input::Edited { .. }
            | Input::CallerHungUp
            | Input::AgentHungUp { .. }
            | Input::AgentLost { .. }
            | Input::Requeued { .. }
            | Input::WrapUpStarted { .. }
            | Input::Recovered,
        ) => true,
        Some(
            Input::Flow(_)
            | Input::Offered { .. }
            | Input::OfferEnded { .. }
            | Input::WrapUpEnded { .. }
            | Input::TimedOut { .. }
            | Input::EnqueueRefused { .. }
            | Input::QueueMusicFailed { .. },
        )
        | None => false,
    };
    let moves = |output: &Output| {
        matches!(output, Output::Enqueue { .. } | Output::Disconnect | Output::Transfer { .. })
    };
    // One that has ended is not recovered.
    let has_ended = outputs.contains(&Output::Ended);
    (by_input || outputs.iter().any(moves)) && !has_ended
}

fn new_batch_id() -> BatchId {
    BatchId(uuid::Uuid::now_v7().as_u128())
}

fn open(path: &Path, sync: JournalSync) -> Result<SqliteStore> {
    let options = SqliteOptions { sync, ..SqliteOptions::default() };
    SqliteStore::open(path, options).map_err(Problem::misuse)
}

/// The environment variable that holds the journal's key.
const KEY_VARIABLE: &str = "TRUNKLINE_KEY";

/// The key of a journal: from the environment, or from the file beside it, which is made with
/// the journal.
fn key_for(journal: &Path, may_make: bool) -> Result<Key> {
    if let Ok(text) = std::env::var(KEY_VARIABLE) {
        let key = Key::parse(&text);
        return key.map_err(|error| Problem::misuse(format!("{KEY_VARIABLE}: {error}")));
    }
    let path = key_path(journal);
    let problem = |error: &dyn std::fmt::Display| {
        Problem::misuse(format!(
            "{}: {error}; the journal holds secrets: set {KEY_VARIABLE}, or keep its key file",
            path.display()
        ))
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Key::parse(&text).map_err(|error| problem(&error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && may_make => {
            let key = Key::generate().map_err(|error| problem(&error))?;
            write_private(&path, key.to_hex().as_str()).map_err(|error| problem(&error))?;
            Ok(key)
        }
        Err(error) => Err(problem(&error)),
    }
}

fn key_path(journal: &Path) -> PathBuf {
    let mut name = journal.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

/// Makes a file that only its owner can read.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

/// A contact as its stream tells it.
pub(crate) struct ReadContact {
    pub(crate) stream: StreamId,
    /// Its number of semantics is another than ours if anything in the stream is.
    pub(crate) head: Head,
    /// Connectors whose credentials only the tenant has.
    pub(crate) needs_credentials: Vec<String>,
    /// What can be replayed; for a foreign contact too little.
    pub(crate) inputs: Vec<InputRecord>,
    /// The time of the last input, or of the arrival.
    pub(crate) last_ms: i64,
    pub(crate) is_closed: bool,
    pub(crate) is_sealed: bool,
    /// Where a foreign contact goes on.
    pub(crate) snapshot: Option<Snapshot>,
    /// How many inputs there are.
    input_count: u64,
    /// Where the stream ended when it was read, and whose it was.
    position: Position,
    number: u64,
    epoch: u64,
}

impl ReadContact {
    /// Whether a release of other semantics wrote to the stream, so that replay would not be exact.
    pub(crate) fn is_foreign(&self) -> bool {
        self.head.semantics != SEMANTICS
    }
}

/// Which contacts of a journal are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted<'w> {
    All,
    /// Those that were cut off.
    Open,
    /// The one of this id.
    One(&'w str),
}

/// Reads contacts of a journal, in the order in which they arrived.
pub(crate) fn read(path: &Path, wanted: Wanted<'_>) -> Result<Vec<ReadContact>> {
    // Opening would make a missing file, and fill an empty one.
    let metadata = std::fs::metadata(path);
    let metadata =
        metadata.map_err(|error| Problem::misuse(format!("{}: {error}", path.display())))?;
    if metadata.len() == 0 {
        return Err(Problem::misuse(format!("{}: an empty file is no journal", path.display())));
    }
    let store = open(path, JournalSync::default())?;
    let streams = store.all_streams(CONTACTS).map_err(Problem::misuse)?;
    let mut contacts = Vec::new();
    for stream in streams {
        let id = stream.as_str().strip_prefix(CONTACTS);
        if matches!(wanted, Wanted::One(one) if id != Some(one)) {
            continue;
        }
        // None: purged a moment ago.
        let Some(end) = store.head(&stream).map_err(Problem::misuse)? else { continue };
        if end.closed && wanted == Wanted::Open {
            continue;
        }
        contacts.push(read_contact(&store, path, stream, &end)?);
    }
    Ok(contacts)
}

fn read_contact(
    store: &SqliteStore,
    path: &Path,
    stream: StreamId,
    end: &StreamEnd,
) -> Result<ReadContact> {
    let entries = store.inputs(&stream).map_err(Problem::misuse)?;
    let problem = |what: &str| Problem::misuse(format!("{}: {stream}: {what}", path.display()));
    let mut reader = Reader { path, stream: &stream, key: None, parts: Vec::new() };
    let mut story = Story::default();
    for entry in &entries {
        reader.read(entry, |record| story.take(record))?;
        if story.is_gapped {
            return Err(problem(&format!("input {} is missing", story.next_input)));
        }
    }
    if end.closed && story.closed_after != Some(story.next_input - 1) {
        return Err(problem("its last entries are missing"));
    }
    let (mut head, needs_credentials) = story.head.ok_or_else(|| problem("its head is missing"))?;
    head.semantics = story.foreign.unwrap_or(head.semantics);
    let snapshot = match story.foreign {
        Some(_) => reader.snapshot(store)?,
        None => None,
    };
    Ok(ReadContact {
        stream: stream.clone(),
        last_ms: story.last_ms.unwrap_or(head.arrival.at_ms),
        head,
        needs_credentials,
        inputs: story.inputs,
        is_closed: end.closed,
        is_sealed: reader.key.is_some(),
        snapshot,
        input_count: story.next_input - 1,
        position: end.position,
        number: end.number,
        epoch: end.epoch,
    })
}

/// What the records of a stream say, one after the other.
struct Story {
    head: Option<(Head, Vec<String>)>,
    /// The number of a release of other semantics that wrote to the stream: what is read from
    /// there on is an outline, since its inputs may look otherwise.
    foreign: Option<u32>,
    inputs: Vec<InputRecord>,
    /// 1 until an input has come.
    next_input: u64,
    is_gapped: bool,
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
            last_ms: None,
            closed_after: None,
        }
    }
}

impl Story {
    fn take(&mut self, payload: &[u8]) -> serde_json::Result<()> {
        if self.foreign.is_some() {
            let outline: Outline = serde_json::from_slice(payload)?;
            if let Some(InputOutline { number, record }) = outline.input {
                self.input(number, record.now_ms);
            }
            if let Some(ClosedOutline { inputs }) = outline.closed {
                self.closed_after = Some(inputs);
            }
            return Ok(());
        }
        match serde_json::from_slice(payload)? {
            Record::Head { head, needs_credentials } => {
                self.note_semantics(head.semantics);
                self.head = Some((*head, needs_credentials));
            }
            Record::Input { number, record } => {
                self.input(number, record.now_ms);
                self.inputs.push(record);
            }
            Record::Continued { semantics } => self.note_semantics(semantics),
            Record::Closed { inputs } => self.closed_after = Some(inputs),
            Record::Output(_) => {}
        }
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
}

/// Puts the parts of records together and opens sealed ones.
struct Reader<'r> {
    path: &'r Path,
    stream: &'r StreamId,
    key: Option<Key>,
    parts: Vec<u8>,
}

impl Reader<'_> {
    /// Gives the opened bytes of a record to `take`, once all parts of it are there.
    fn read(
        &mut self,
        entry: &Entry,
        take: impl FnOnce(&[u8]) -> serde_json::Result<()>,
    ) -> Result<()> {
        let payload = match entry.payload.split_first() {
            Some((&FIRST_PART, rest)) => {
                self.parts = rest.to_vec();
                return Ok(());
            }
            Some((&PART, rest)) => {
                self.parts.extend_from_slice(rest);
                return Ok(());
            }
            Some((&LAST_PART, rest)) => {
                self.parts.extend_from_slice(rest);
                std::mem::take(&mut self.parts)
            }
            Some(_) | None => entry.payload.clone(),
        };
        if payload.first() == Some(&b'{') {
            return take(&payload).map_err(|error| self.problem(entry, &error));
        }
        let key = match &self.key {
            Some(key) => key.clone(),
            None => key_for(self.path, false)?,
        };
        let opened = key.open(&payload, self.stream.as_str().as_bytes());
        let opened = opened.map_err(|error| self.problem(entry, &error))?;
        self.key = Some(key);
        take(&opened).map_err(|error| self.problem(entry, &error))
    }

    /// The stream's snapshot. It is a hint: one that cannot be read is as good as none.
    fn snapshot(&self, store: &SqliteStore) -> Result<Option<Snapshot>> {
        let kept = store.snapshot(self.stream).map_err(Problem::misuse)?;
        let Some(payload) = kept.map(|kept| kept.payload) else { return Ok(None) };
        let Some(key) = self.key.as_ref().filter(|_| payload.first() != Some(&b'{')) else {
            return Ok(serde_json::from_slice(&payload).ok());
        };
        let opened = key.open(&payload, self.stream.as_str().as_bytes());
        Ok(opened.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    fn problem(&self, entry: &Entry, error: &dyn std::fmt::Display) -> Problem {
        let (path, stream) = (self.path.display(), self.stream.as_str());
        Problem::misuse(format!("{path}: {stream}, entry {}: {error}", entry.number))
    }
}

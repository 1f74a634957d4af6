//! The journal of a run in a SQLite file: what is written, sealed, and read back.
//!
//! A stream holds one contact: its head, then its inputs, each followed by the outputs that it
//! led to. A record that holds secrets is sealed (decision 20); one that is larger than a batch
//! is split over several.
//!
//! Head and inputs alone say what the contact did, so they alone are read back: outputs are there
//! for people and may be removed. Inputs carry numbers of their own, and the closing entry says
//! how many there are, so that a missing one is noticed.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use trunkline_contact::journal::{Head, InputRecord};
use trunkline_contact::{Arrival, Output, SEMANTICS};
use trunkline_model::tenant::{Auth, Tenant};
use trunkline_store::seal::Key;
use trunkline_store::{
    Batch, BatchId, Entry, EntryKind, Expected, Head as StreamEnd, JournalSync, NewEntry, Origin,
    Position, Resolved, SqliteOptions, SqliteStore, Store, StreamId, append_resolved,
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
    /// What the contact wanted done.
    Output(Output),
    /// The end.
    Closed {
        /// How many inputs there were.
        inputs: u64,
    },
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
    /// How many inputs are in it.
    inputs: u64,
}

/// Writes the journal of one contact.
pub(crate) struct Journal {
    store: SqliteStore,
    key: Option<Key>,
    options: JournalOptions,
    stream: Option<Stream>,
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
        Ok(Self { store, key, options, stream: None, is_fenced: false })
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
            inputs: read.inputs.len() as u64,
        };
        Ok(Self { store, key, options, stream: Some(stream), is_fenced: false })
    }

    /// Whether another process has taken the contact over: nothing more may be done for it here.
    pub(crate) fn is_fenced(&self) -> bool {
        self.is_fenced
    }

    /// Begins the stream of a contact.
    pub(crate) fn arrived(&mut self, arrival: &Arrival) -> Result<()> {
        let id =
            StreamId::new(format!("{CONTACTS}{}", arrival.contact)).map_err(Problem::misuse)?;
        self.stream = Some(Stream { id, position: None, epoch: 1, inputs: 0 });
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
        self.write(&[Record::Head { head: Box::new(head), needs_credentials }], arrival.at_ms)
    }

    /// Writes an input with the outputs that it led to, before they are done.
    pub(crate) fn append(
        &mut self,
        arrival: &Arrival,
        record: Option<&InputRecord>,
        outputs: &[Output],
    ) -> Result<()> {
        let now_ms = record.map_or(arrival.at_ms, |record| record.now_ms);
        let mut inputs = self.stream.as_ref().map_or(0, |stream| stream.inputs);
        let mut records = Vec::new();
        if let Some(record) = record.cloned() {
            inputs += 1;
            records.push(Record::Input { number: inputs, record });
        }
        records.extend(outputs.iter().cloned().map(Record::Output));
        if outputs.contains(&Output::Ended) {
            records.push(Record::Closed { inputs });
        }
        self.write(&records, now_ms)?;
        if let Some(stream) = &mut self.stream {
            stream.inputs = inputs;
        }
        Ok(())
    }

    /// Closes the stream of a contact that had ended when its process did.
    pub(crate) fn close(&mut self, now_ms: i64) -> Result<()> {
        let inputs = self.stream.as_ref().map_or(0, |stream| stream.inputs);
        self.write(&[Record::Closed { inputs }], now_ms)
    }

    /// Makes what was written durable.
    pub(crate) fn sync(&mut self) -> Result<()> {
        self.store.sync().map_err(Problem::misuse)
    }

    fn write(&mut self, records: &[Record], now_ms: i64) -> Result<()> {
        let mut entries: Vec<NewEntry> = Vec::new();
        for record in records {
            for entry in self.encode(record)? {
                let size: usize = entries.iter().map(|entry| entry.payload.len()).sum();
                if size + entry.payload.len() > PART_BYTES {
                    self.append_batch(std::mem::take(&mut entries), now_ms)?;
                }
                entries.push(entry);
            }
        }
        if entries.is_empty() { Ok(()) } else { self.append_batch(entries, now_ms) }
    }

    fn encode(&self, record: &Record) -> Result<Vec<NewEntry>> {
        let kind = match record {
            Record::Head { .. } | Record::Input { .. } => EntryKind::Input,
            Record::Output(_) => EntryKind::Effect,
            Record::Closed { .. } => EntryKind::Closed,
        };
        let mut payload = serde_json::to_vec(record).map_err(Problem::misuse)?;
        if let (Some(key), Some(stream)) = (&self.key, &self.stream) {
            payload = key.seal(&payload, stream.id.as_str().as_bytes()).map_err(Problem::misuse)?;
        }
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

    fn append_batch(&mut self, entries: Vec<NewEntry>, now_ms: i64) -> Result<()> {
        let epoch = self.stream.as_ref().map_or(1, |stream| stream.epoch);
        self.put(Batch::new(new_batch_id(), epoch, entries), now_ms)
    }

    fn put(&mut self, batch: Batch, now_ms: i64) -> Result<()> {
        let Some(stream) = &mut self.stream else { return Ok(()) };
        let origin = Origin { flow_hash: None, semantics: SEMANTICS };
        let expected = stream.position.map_or(Expected::New(origin), Expected::At);
        let pause = &mut |_| {};
        let outcome = append_resolved(&self.store, &stream.id, &expected, &batch, now_ms, pause);
        match outcome.map_err(Problem::misuse)? {
            Resolved::Stored(position) => {
                stream.position = Some(position);
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
    pub(crate) head: Head,
    /// Connectors whose credentials only the tenant has.
    pub(crate) needs_credentials: Vec<String>,
    pub(crate) inputs: Vec<InputRecord>,
    pub(crate) is_closed: bool,
    pub(crate) is_sealed: bool,
    /// Where the stream ended when it was read, and whose it was.
    position: Position,
    epoch: u64,
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
    let (mut head, mut inputs, mut closed_after) = (None, Vec::new(), None);
    for entry in &entries {
        match reader.record(entry)? {
            Some(Record::Head { head: found, needs_credentials }) => {
                head = Some((*found, needs_credentials));
            }
            Some(Record::Input { number, record }) => {
                let next = inputs.len() as u64 + 1;
                if number != next {
                    return Err(problem(&format!("input {next} is missing")));
                }
                inputs.push(record);
            }
            Some(Record::Closed { inputs }) => closed_after = Some(inputs),
            Some(Record::Output(_)) | None => {}
        }
    }
    if end.closed && closed_after != Some(inputs.len() as u64) {
        return Err(problem("its last entries are missing"));
    }
    let is_sealed = reader.key.is_some();
    let (head, needs_credentials) = head.ok_or_else(|| problem("its head is missing"))?;
    Ok(ReadContact {
        stream,
        head,
        needs_credentials,
        inputs,
        is_closed: end.closed,
        is_sealed,
        position: end.position,
        epoch: end.epoch,
    })
}

/// Puts the parts of records together and opens sealed ones.
struct Reader<'r> {
    path: &'r Path,
    stream: &'r StreamId,
    key: Option<Key>,
    parts: Vec<u8>,
}

impl Reader<'_> {
    fn record(&mut self, entry: &Entry) -> Result<Option<Record>> {
        let payload = match entry.payload.split_first() {
            Some((&FIRST_PART, rest)) => {
                self.parts = rest.to_vec();
                return Ok(None);
            }
            Some((&PART, rest)) => {
                self.parts.extend_from_slice(rest);
                return Ok(None);
            }
            Some((&LAST_PART, rest)) => {
                self.parts.extend_from_slice(rest);
                std::mem::take(&mut self.parts)
            }
            Some(_) | None => entry.payload.clone(),
        };
        let problem = |error: &dyn std::fmt::Display| {
            let (path, stream) = (self.path.display(), self.stream.as_str());
            Problem::misuse(format!("{path}: {stream}, entry {}: {error}", entry.number))
        };
        if payload.first() == Some(&b'{') {
            return serde_json::from_slice(&payload).map(Some).map_err(|error| problem(&error));
        }
        let key = match &self.key {
            Some(key) => key.clone(),
            None => key_for(self.path, false)?,
        };
        let opened = key.open(&payload, self.stream.as_str().as_bytes());
        let opened = opened.map_err(|error| problem(&error))?;
        let record = serde_json::from_slice(&opened).map_err(|error| problem(&error))?;
        self.key = Some(key);
        Ok(Some(record))
    }
}

//! The journal of a run in a SQLite file. What is in it, and how, is `trunkline_journal`'s.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use trunkline_contact::journal::InputRecord;
use trunkline_contact::{Arrival, Contact, Output};
use trunkline_journal::{
    CONTACTS, ContactRecord, JournalError, Keys, ReadContact, SiteCache, SiteImage, Writer,
    WriterOptions, read_contact,
};
use trunkline_model::ContactId;
use trunkline_model::tenant::Tenant;
use trunkline_store::{JournalSync, SqliteOptions, SqliteStore, Store};

use super::recovery;
use crate::problem::{Problem, Result};

/// What a journal needs to know of the run.
pub(crate) struct JournalOptions {
    pub(crate) tenant: Tenant,
    pub(crate) exports: Vec<String>,
    /// Whether records may hold values of secure variables.
    pub(crate) has_secrets: bool,
    pub(crate) sync: JournalSync,
}

/// Writes the journal of one contact.
pub(crate) struct Journal {
    writer: Writer,
    /// Where the contact arrives; none for one that is finished after a crash.
    image: Option<Arc<SiteImage>>,
    contact: Option<ContactId>,
    /// How many inputs it has taken.
    inputs: u64,
    /// The contact as a replay would build it, for its snapshots: it takes the same inputs.
    replica: Option<Contact>,
    is_fenced: bool,
}

impl Journal {
    /// A journal in this file, which is made when it is missing.
    pub(crate) fn create(path: &Path, options: JournalOptions) -> Result<Self> {
        let store = open(path, options.sync)?;
        let keys = Keys::beside(path);
        let key = if options.has_secrets { Some(keys.find_or_make()) } else { None };
        let key = key.transpose().map_err(Problem::misuse)?;
        let connectors = options.tenant.connectors.iter();
        let secret = connectors.filter(|it| recovery::has_secret_auth(it));
        let needed = secret.map(|connector| connector.name.clone()).collect();
        let image = SiteImage::new(&options.tenant, options.exports).map_err(Problem::misuse)?;
        let image = Arc::new(image.needing(needed));
        let mut journal = Self::over(store, WriterOptions { key, ..WriterOptions::default() });
        let begun = journal.writer.begin_site(Arc::clone(&image), real_now_ms());
        begun.map_err(Problem::misuse)?;
        journal.image = Some(image);
        Ok(journal)
    }

    /// Goes on with a contact's stream after a crash, as its new owner.
    pub(crate) fn resume(path: &Path, read: &ReadContact, sync: JournalSync) -> Result<Self> {
        let store = open(path, sync)?;
        let key = if read.is_sealed { Some(Keys::beside(path).find()) } else { None };
        let key = key.transpose().map_err(Problem::misuse)?;
        let mut journal = Self::over(store, WriterOptions { key, ..WriterOptions::default() });
        journal.writer.adopt(read);
        journal.contact = Some(read.arrival.contact.clone());
        journal.inputs = read.input_count;
        Ok(journal)
    }

    fn over(store: SqliteStore, options: WriterOptions) -> Self {
        let writer = Writer::new(Arc::new(store), options);
        let (image, contact, replica) = (None, None, None);
        Self { writer, image, contact, inputs: 0, replica, is_fenced: false }
    }

    /// Whether another process has taken the contact over: nothing more may be done for it here.
    pub(crate) fn is_fenced(&self) -> bool {
        self.is_fenced
    }

    /// Begins the stream of a contact.
    pub(crate) fn arrived(&mut self, arrival: &Arrival) -> Result<()> {
        let Some(image) = &self.image else { return Ok(()) };
        let replica = Contact::arrive(image.site(), arrival, false);
        self.replica = Some(replica.map_err(Problem::misuse)?);
        self.contact = Some(arrival.contact.clone());
        self.writer.arrived(arrival);
        self.commit()
    }

    /// Writes an input with the outputs that it led to, before they are done.
    pub(crate) fn append(
        &mut self,
        _: &Arrival,
        record: Option<&InputRecord>,
        outputs: &[Output],
    ) -> Result<()> {
        let Some(mut replica) = self.replica.take() else { return Ok(()) };
        if let Some(record) = record.cloned() {
            replica.handle(record.now_ms, record.input);
        }
        while replica.poll().is_some() {}
        let result = self.took(record, outputs, &replica);
        self.replica = Some(replica);
        result
    }

    /// As [`Journal::append`], with the contact for its snapshots.
    pub(crate) fn took(
        &mut self,
        record: Option<&InputRecord>,
        outputs: &[Output],
        contact: &Contact,
    ) -> Result<()> {
        match record.cloned() {
            Some(record) => {
                self.inputs += 1;
                let record = ContactRecord { number: self.inputs, record, from: None };
                self.writer.contact_took(contact.id(), &record, outputs, Some(contact));
            }
            None => self.writer.started(contact.id(), outputs, Some(contact)),
        }
        self.commit()
    }

    /// Closes the stream of a contact that had ended when its process did.
    pub(crate) fn close(&mut self) -> Result<()> {
        if let Some(contact) = &self.contact {
            self.writer.ended(contact);
        }
        self.commit()
    }

    /// Makes what was written durable.
    pub(crate) fn sync(&mut self) -> Result<()> {
        self.writer.sync().map_err(Problem::misuse)
    }

    fn commit(&mut self) -> Result<()> {
        // The real clock: the store's window is about power cuts, which know no virtual time.
        let commit = self.writer.commit(real_now_ms()).map_err(Problem::misuse)?;
        if let Some((_, why)) = commit.broken.first() {
            return Err(Problem::misuse(why));
        }
        if commit.fenced.is_empty() {
            return Ok(());
        }
        self.is_fenced = true;
        Err(Problem::failed(
            "another process has taken over this contact in the journal; this one stops",
        ))
    }
}

fn real_now_ms() -> i64 {
    // A clock set before 1970 only makes syncs come at other times.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn open(path: &Path, sync: JournalSync) -> Result<SqliteStore> {
    let options = SqliteOptions { sync, ..SqliteOptions::default() };
    SqliteStore::open(path, options).map_err(Problem::misuse)
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

/// Reads contacts of a journal, in the order in which they arrived; for one that cannot be read,
/// why.
pub(crate) fn read(path: &Path, wanted: Wanted<'_>) -> Result<Vec<Result<ReadContact>>> {
    // Opening would make a missing file, and fill an empty one.
    let metadata = std::fs::metadata(path);
    let metadata =
        metadata.map_err(|error| Problem::misuse(format!("{}: {error}", path.display())))?;
    if metadata.len() == 0 {
        return Err(Problem::misuse(format!("{}: an empty file is no journal", path.display())));
    }
    let store = open(path, JournalSync::default())?;
    let problem = |error: JournalError| match error {
        // Those name the file, or a stream that is one of a kind.
        JournalError::Store(_) | JournalError::Key { .. } => Problem::misuse(error),
        error => Problem::misuse(format!("{}: {error}", path.display())),
    };
    let streams = store.all_streams(CONTACTS).map_err(Problem::misuse)?;
    let (keys, mut sites) = (Keys::beside(path), SiteCache::default());
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
        let read = read_contact(&store, &stream, &keys, &mut sites).map_err(problem);
        contacts.extend(read.transpose());
    }
    Ok(contacts)
}

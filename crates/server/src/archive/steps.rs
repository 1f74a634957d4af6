//! What a contact did, by a replay of its journal.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use trunkline_contact::Contact;
use trunkline_desk::{PathStep, VariableView};
use trunkline_journal::{CONTACTS, Keys, Replayed, SiteCache, read_contact, replay};
use trunkline_model::ContactId;
use trunkline_model::trace::{Line, Step};
use trunkline_store::{JournalSync, SqliteOptions, SqliteStore, StreamId};

use super::path::path;
use crate::variables;

/// Sites that are kept for the next contact; a tenant has a new one with each change.
const MAX_SITES_READ: usize = 1_000;

/// Reads journals.
pub(super) struct Steps {
    journal: PathBuf,
    keys: Keys,
    /// Opened when it is first needed, since the server makes the file.
    store: Option<SqliteStore>,
    sites: SiteCache,
    read: usize,
}

/// What a contact did.
#[derive(Debug, Default)]
pub(crate) struct Story {
    pub(crate) trace: Vec<serde_json::Value>,
    pub(crate) variables: Vec<VariableView>,
    pub(super) path: Vec<PathStep>,
}

impl Steps {
    pub(super) fn new(journal: PathBuf, keys: Keys) -> Self {
        Self { journal, keys, store: None, sites: SiteCache::default(), read: 0 }
    }

    /// What the caller did.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub(super) fn path(&mut self, contact: &ContactId) -> Result<Vec<PathStep>, String> {
        Ok(path(&self.replay(contact)?.trace))
    }

    /// Everything.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub(super) fn story(&mut self, contact: &ContactId) -> Result<Story, String> {
        let Replayed { contact, trace, .. } = self.replay(contact)?;
        let path = path(&trace);
        let variables = all_variables(&contact);
        let trace = trace.into_iter().map(json).collect();
        Ok(Story { trace, variables, path })
    }

    fn replay(&mut self, contact: &ContactId) -> Result<Replayed, String> {
        let name = format!("{CONTACTS}{contact}");
        let stream = StreamId::new(name).map_err(|error| error.to_string())?;
        self.read += 1;
        if self.read > MAX_SITES_READ {
            (self.read, self.sites) = (0, SiteCache::default());
        }
        if self.store.is_none() {
            // A connection of its own, so that the switchboard never waits for a reader.
            let options = SqliteOptions { sync: JournalSync::Never, ..SqliteOptions::default() };
            let store = SqliteStore::open(&self.journal, options);
            self.store = Some(store.map_err(|error| error.to_string())?);
        }
        let store = self.store.as_ref().ok_or("the journal is not open")?;
        let read = read_contact(store, &stream, &self.keys, &mut self.sites);
        let read = read.map_err(|error| error.to_string())?;
        let read = read.ok_or("the journal does not hold it, or not any more")?;
        read.check_replayable().map_err(|error| error.to_string())?;
        // A contact at which the program stumbles must not end the archive.
        let again = || replay(read.site.site(), &read.arrival, &read.inputs, true);
        let replayed = catch_unwind(AssertUnwindSafe(again));
        let replayed = replayed.map_err(|_| "the program made a mistake over it".to_owned())?;
        replayed.map_err(|error| error.to_string())
    }
}

fn all_variables(contact: &Contact) -> Vec<VariableView> {
    let run = contact.run();
    let all = run.variables();
    all.map(|(variable, text, _)| variables::view(run.flow(), variable, text.as_deref())).collect()
}

/// A line of the trace as the schema has it. Steps that cannot be written, which no step is, are
/// empty.
fn json(step: Step) -> serde_json::Value {
    serde_json::to_value(Line::Step(step)).unwrap_or_default()
}

//! The configuration of a server.

use std::fmt;
use std::path::Path;

use tokio::sync::watch;
use trunkline_store::seal::Key;

use crate::change;
use crate::database::Database;
use crate::error::SettingsError;

/// The configuration of a server, with its history. Shared by reference between threads.
pub struct Settings {
    pub(crate) db: Database,
    pub(crate) key: Key,
    newest: watch::Sender<u64>,
}

impl Settings {
    /// Opens the settings in this file (`settings.sqlite` in the server's folder), and makes it if
    /// there is none. The key seals secrets; it is the journal's.
    ///
    /// # Errors
    /// [`SettingsError::WrongKey`], [`SettingsError::Format`] for another program's or a newer
    /// release's file, and failures of the database.
    pub fn open(path: impl AsRef<Path>, key: Key) -> Result<Self, SettingsError> {
        Self::with(Database::open(path.as_ref(), &key)?, key)
    }

    /// Settings in memory, for tests.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn in_memory(key: Key) -> Result<Self, SettingsError> {
        Self::with(Database::in_memory(&key)?, key)
    }

    fn with(db: Database, key: Key) -> Result<Self, SettingsError> {
        let newest = db.read("read the revision", |db| Ok(change::newest(db)?))?;
        Ok(Self { db, key, newest: watch::Sender::new(newest) })
    }

    /// The newest revision, whenever there is a newer one. What it changed is in
    /// [`Settings::revisions_after`]; who is slow sees the newest only.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    /// Looks for changes that another process has made, such as `trunkline apply` beside a running
    /// server, and tells who watches. Gives the newest revision. To be called once a second or so:
    /// it reads one number.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn refresh(&self) -> Result<u64, SettingsError> {
        let newest = self.revision()?;
        self.announce(newest);
        Ok(newest)
    }

    /// Tells who watches; after the commit. Of two at once the later commit may tell first.
    pub(crate) fn announce(&self, revision: u64) {
        self.newest.send_if_modified(|newest| {
            let is_newer = revision > *newest;
            *newest = revision.max(*newest);
            is_newer
        });
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("revision", &*self.newest.borrow()).finish_non_exhaustive()
    }
}

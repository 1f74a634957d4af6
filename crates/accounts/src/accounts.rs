//! The accounts of a server.

use std::fmt;
use std::path::Path;
use std::sync::Mutex;

use tokio::sync::broadcast;

use crate::database::Database;
use crate::error::AccountsError;
use crate::hashing::Hasher;
use crate::link::Link;
use crate::session::EndedSession;
use crate::settings::Settings;

/// So many ended sessions may wait for a listener that does not listen.
const ENDED_WAITING: usize = 1_024;

/// Users, sessions, tokens, lock-out and the audit log of a server. Shared by reference between
/// threads; every change is all there or not at all, and on the disk when the function returns.
pub struct Accounts {
    pub(crate) db: Database,
    pub(crate) hasher: Hasher,
    pub(crate) settings: Settings,
    pub(crate) ended: broadcast::Sender<EndedSession>,
    pub(crate) pepper: Vec<u8>,
    pub(crate) link: Mutex<Option<Link>>,
}

impl Accounts {
    /// Opens the accounts in this file (`accounts.sqlite` in the server's folder), and makes it if
    /// there is none.
    ///
    /// # Errors
    /// [`AccountsError::Format`] for another program's or a newer release's file, and failures of
    /// the database.
    pub fn open(path: impl AsRef<Path>, settings: Settings) -> Result<Self, AccountsError> {
        Self::with(Database::open(path.as_ref())?, settings)
    }

    /// Accounts in memory, for tests.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn in_memory(settings: Settings) -> Result<Self, AccountsError> {
        Self::with(Database::in_memory()?, settings)
    }

    fn with(db: Database, settings: Settings) -> Result<Self, AccountsError> {
        let hasher = Hasher::new(&settings)?;
        let pepper = db.read("open the accounts", |db| {
            Ok(db.query_row("SELECT bytes FROM pepper", [], |row| row.get(0))?)
        })?;
        let (ended, _) = broadcast::channel(ENDED_WAITING);
        Ok(Self { db, hasher, settings, ended, pepper, link: Mutex::default() })
    }

    /// The limits and times in force.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts").field("settings", &self.settings).finish_non_exhaustive()
    }
}

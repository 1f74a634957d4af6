//! The store of a single process: a SQLite file in WAL mode.
//!
//! In WAL mode a commit is in the operating system's hands when the call returns, so it survives
//! the death of the process; with `synchronous=FULL` it is on the disk as well. `journal.sync:
//! 50ms` therefore commits with `NORMAL` and, when a sync is due, makes one small commit with
//! `FULL`, which takes all earlier ones to the disk with it.

mod log;
mod open;
mod read;
mod write;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, ErrorCode};

use log::Log;

use crate::journal::one_by_one;
use crate::{
    Append, Batch, Entry, Expected, Head, JournalSync, Outcome, Position, Snapshot, Store,
    StoreError, StreamId,
};

/// How a [`SqliteStore`] is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SqliteOptions {
    /// When entries reach the disk.
    pub sync: JournalSync,
    /// The greatest size of the file, in bytes (its write-ahead log not counted); beyond it
    /// appends give [`StoreError::Full`]. None: as much as the disk holds.
    pub max_bytes: Option<u64>,
    /// Under [`JournalSync::Within50Ms`]: a thread of the store syncs by itself, so that neither
    /// an append nor a caller has to wait for the disk. [`Store::sync`] then waits without holding
    /// up appends, and [`Store::sync_due_ms`] is always None. Without effect on a journal in
    /// memory.
    pub syncs_itself: bool,
}

/// A journal in one SQLite file. It never answers [`Outcome::Unknown`], and its reads are never
/// behind. Several processes may open the file; the fence holds between them.
#[derive(Debug)]
pub struct SqliteStore {
    place: String,
    inner: Mutex<Inner>,
    /// The log, for a store that syncs itself.
    log: Option<Arc<Log>>,
}

#[derive(Debug)]
struct Inner {
    connection: Connection,
    sync: JournalSync,
    /// Whether the log may hold commits that are not on the disk. True at first: the process
    /// before this one may have died between a commit and its sync.
    is_dirty: bool,
    /// When the oldest of them must be there.
    due_ms: Option<i64>,
    /// Who takes care of that instead.
    log: Option<Arc<Log>>,
}

/// A failure inside a transaction.
#[derive(Debug)]
enum Fault {
    Sql(rusqlite::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Fault {
    fn at(self, place: &str, doing: &'static str) -> StoreError {
        let error = match self {
            Self::Store(error) => return error,
            Self::Sql(error) => error,
        };
        let place = place.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full { place },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { place },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                StoreError::Damaged { place, source: error.into() }
            }
            Some(_) => StoreError::Engine { place, doing, source: error.into() },
            // A value that is not what the schema says.
            None => StoreError::Damaged { place, source: error.into() },
        }
    }
}

impl SqliteStore {
    /// Opens the journal in this file, and makes it if there is none.
    ///
    /// # Errors
    /// [`StoreError::Format`] for another program's or a newer release's file,
    /// [`StoreError::Damaged`] for what is no SQLite file, and the engine's failures.
    pub fn open(path: impl AsRef<Path>, options: SqliteOptions) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let place = path.display().to_string();
        let connection = Connection::open(path).map_err(|e| Fault::Sql(e).at(&place, "open"))?;
        let mut store = Self::with_connection(connection, place, options)?;
        if options.syncs_itself && options.sync == JournalSync::Within50Ms {
            store.sync_by_itself(path)?;
        }
        Ok(store)
    }

    fn sync_by_itself(&mut self, path: &Path) -> Result<(), StoreError> {
        // There is a log only after the first commit.
        self.sync()?;
        let log = Log::open(path).map_err(|source| self.log_failed(source))?;
        self.log = Some(Arc::clone(&log));
        self.inner.get_mut().unwrap_or_else(PoisonError::into_inner).log = Some(log);
        Ok(())
    }

    fn log_failed(&self, source: std::io::Error) -> StoreError {
        let place = self.place.clone();
        StoreError::Engine { place, doing: "sync the log", source: source.into() }
    }

    /// A journal in memory, gone with the store.
    ///
    /// # Errors
    /// The engine's failures.
    pub fn in_memory(options: SqliteOptions) -> Result<Self, StoreError> {
        let place = String::from("(memory)");
        let connection =
            Connection::open_in_memory().map_err(|e| Fault::Sql(e).at(&place, "open"))?;
        Self::with_connection(connection, place, options)
    }

    fn with_connection(
        mut connection: Connection,
        place: String,
        options: SqliteOptions,
    ) -> Result<Self, StoreError> {
        open::prepare(&mut connection, &place, options).map_err(|e| e.at(&place, "open"))?;
        let inner =
            Inner { connection, sync: options.sync, is_dirty: true, due_ms: None, log: None };
        Ok(Self { place, inner: Mutex::new(inner), log: None })
    }

    fn run<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&mut Inner) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        // A transaction that a panic cut short was rolled back when it was dropped.
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut inner).map_err(|fault| fault.at(&self.place, doing))
    }
}

impl SqliteStore {
    /// Every stream whose id begins with `prefix`, closed ones included, by id. It lists them all:
    /// for tools that show a whole journal, never for a hot path.
    ///
    /// # Errors
    /// Those of [`Store::read`].
    pub fn all_streams(&self, prefix: &str) -> Result<Vec<StreamId>, StoreError> {
        self.run("list streams", |inner| read::all_streams(&inner.connection, prefix))
    }
}

impl Store for SqliteStore {
    fn append(
        &self,
        stream: &StreamId,
        expected: &Expected,
        batch: &Batch,
        now_ms: i64,
    ) -> Result<Outcome, StoreError> {
        batch.check()?;
        let append = Append { stream, expected: *expected, batch };
        self.run("append", |inner| inner.append(&append, now_ms))
    }

    fn append_all(&self, appends: &[Append<'_>], now_ms: i64) -> Vec<Result<Outcome, StoreError>> {
        let failure = match self.run("append", |inner| inner.append_all(appends, now_ms)) {
            Ok(outcomes) => return outcomes,
            Err(error) => error,
        };
        match failure {
            StoreError::Full { place } => {
                let full = || Err(StoreError::Full { place: place.clone() });
                appends.iter().map(|_| full()).collect()
            }
            StoreError::Busy { place } => {
                let busy = || Err(StoreError::Busy { place: place.clone() });
                appends.iter().map(|_| busy()).collect()
            }
            // One damaged stream must not keep the others from being written.
            _ => one_by_one(self, appends, now_ms),
        }
    }

    fn head(&self, stream: &StreamId) -> Result<Option<Head>, StoreError> {
        self.run("read a stream's head", |inner| {
            Ok(read::find(&inner.connection, stream)?.and_then(read::Found::head))
        })
    }

    fn read(
        &self,
        stream: &StreamId,
        from: u64,
        until: Option<Position>,
    ) -> Result<Vec<Entry>, StoreError> {
        self.run("read", |inner| read::entries(&mut inner.connection, stream, from, until))
    }

    fn purge(&self, stream: &StreamId, now_ms: i64) -> Result<(), StoreError> {
        self.run("purge", |inner| write::purge(&mut inner.connection, stream, now_ms))
    }

    fn open_streams(
        &self,
        prefix: &str,
        after: Option<&StreamId>,
        limit: usize,
    ) -> Result<Vec<StreamId>, StoreError> {
        self.run("list open streams", |inner| {
            read::streams(&inner.connection, false, prefix, after, limit)
        })
    }

    fn inputs(&self, stream: &StreamId) -> Result<Vec<Entry>, StoreError> {
        self.run("read inputs", |inner| read::inputs(&mut inner.connection, stream))
    }

    fn closed_streams(
        &self,
        prefix: &str,
        after: Option<&StreamId>,
        limit: usize,
    ) -> Result<Vec<StreamId>, StoreError> {
        self.run("list closed streams", |inner| {
            read::streams(&inner.connection, true, prefix, after, limit)
        })
    }

    fn count_closed(&self, prefix: &str) -> Result<usize, StoreError> {
        self.run("count closed streams", |inner| read::count_closed(&inner.connection, prefix))
    }

    fn save_snapshots(&self, snapshots: &[(StreamId, Snapshot)]) -> Result<(), StoreError> {
        snapshots.iter().try_for_each(|(stream, snapshot)| snapshot.check(stream))?;
        self.run("save snapshots", |inner| write::save_snapshots(&mut inner.connection, snapshots))
    }

    fn save_snapshot(&self, stream: &StreamId, snapshot: &Snapshot) -> Result<(), StoreError> {
        snapshot.check(stream)?;
        self.run("save a snapshot", |inner| {
            write::save_snapshot(&inner.connection, stream, snapshot)
        })
    }

    fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, StoreError> {
        self.run("read a snapshot", |inner| read::snapshot(&inner.connection, stream))
    }

    fn sync(&self) -> Result<(), StoreError> {
        if let Some(log) = &self.log {
            return log.sync().map_err(|source| self.log_failed(source));
        }
        self.run("sync", Inner::sync)
    }

    fn sync_due_ms(&self) -> Option<i64> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).due_ms
    }
}

//! The SQLite file: one connection that writes, one that reads.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::Type;
use rusqlite::{Connection, ErrorCode, Row, Transaction, TransactionBehavior};
use trunkline_store::seal::{Key, SealError};

use crate::apply::Plan;
use crate::error::SettingsError;

/// `TRKS`, in the file's header: says that the file is ours.
const APPLICATION_ID: i64 = 0x5452_4b53;

/// The number of the schema. A new one comes with the steps from each older one.
const FORMAT: i64 = 2;

/// The number of the schema that had no sounds.
const WITHOUT_SOUNDS: i64 = 1;

/// How long to wait for another process's transaction.
const BUSY: Duration = Duration::from_secs(5);

/// The log is cut back to this size, in bytes, when it was longer.
const LOG_BYTES: i64 = 64 << 20;

/// What is sealed to tell whether the key is the same, and where it belongs.
const PROBE: (&[u8], &[u8]) = (b"trunkline settings", b"seal");

/// The database.
#[derive(Debug)]
pub(crate) struct Database {
    place: String,
    writer: Mutex<Connection>,
    /// None in memory, where one connection is the database.
    reader: Option<Mutex<Connection>>,
}

/// Why a transaction is given up.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The engine failed.
    Sql(rusqlite::Error),
    /// It is refused.
    Refused(SettingsError),
    /// It was only a trial, and this is what would have been done.
    Tried(Plan),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<SettingsError> for Fault {
    fn from(error: SettingsError) -> Self {
        Self::Refused(error)
    }
}

impl Database {
    /// Opens the file, and makes it if there is none, for its owner's eyes only.
    pub(crate) fn open(path: &Path, key: &Key) -> Result<Self, SettingsError> {
        let place = path.display().to_string();
        let opened = || -> Result<_, Fault> {
            make_private(path);
            let mut writer = Connection::open(path)?;
            prepare(&mut writer, &place, key)?;
            let reader = Connection::open(path)?;
            configure(&reader)?;
            reader.pragma_update(None, "query_only", true)?;
            Ok((writer, reader))
        };
        let (writer, reader) = opened().map_err(|it| refusal(it, &place, "open the settings"))?;
        Ok(Self { place, writer: Mutex::new(writer), reader: Some(Mutex::new(reader)) })
    }

    /// A database in memory, gone when it is dropped.
    pub(crate) fn in_memory(key: &Key) -> Result<Self, SettingsError> {
        let place = "(memory)".to_owned();
        let opened = || -> Result<_, Fault> {
            let mut writer = Connection::open_in_memory()?;
            prepare(&mut writer, "(memory)", key)?;
            Ok(writer)
        };
        let writer = opened().map_err(|it| refusal(it, &place, "open the settings"))?;
        Ok(Self { place, writer: Mutex::new(writer), reader: None })
    }

    /// Does all of it or, after a fault, nothing.
    pub(crate) fn write<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, SettingsError> {
        self.run(work).map_err(|fault| refusal(fault, &self.place, doing))
    }

    /// The same for what may turn out to be only a trial ([`Fault::Tried`]): then nothing is done,
    /// and the plan is given instead.
    pub(crate) fn write_or_try<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<Result<T, Plan>, SettingsError> {
        match self.run(work) {
            Ok(done) => Ok(Ok(done)),
            Err(Fault::Tried(plan)) => Ok(Err(plan)),
            Err(fault) => Err(refusal(fault, &self.place, doing)),
        }
    }

    fn run<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        // A transaction that a panic cut short was rolled back when it was dropped.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }

    /// Reads what is there at one moment.
    pub(crate) fn read<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, SettingsError> {
        let reader = self.reader.as_ref().unwrap_or(&self.writer);
        let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
        let run = || -> Result<T, Fault> {
            let tx = reader.transaction()?;
            work(&tx)
        };
        run().map_err(|fault| refusal(fault, &self.place, doing))
    }
}

fn refusal(fault: Fault, place: &str, doing: &'static str) -> SettingsError {
    let place = place.to_owned();
    let source = match fault {
        Fault::Refused(error) => return error,
        Fault::Tried(_) => return SettingsError::StalePlan { revision: 0 },
        Fault::Sql(error) => error,
    };
    match source.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => SettingsError::Full { place, doing },
        // Without a code it is a value that is not what the schema says.
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) | None => {
            SettingsError::Damaged { place, doing, reason: source.to_string() }
        }
        Some(_) => SettingsError::Engine { place, doing, source },
    }
}

/// A column that counts.
pub(crate) fn count(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(index).map(i64::unsigned_abs)
}

/// The error for a column whose JSON is not what it should be.
pub(crate) fn strange(index: usize, error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
}

/// Makes the file before SQLite does, so that others cannot read it; its log gets the same rights.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // That it exists is fine, and any other failure shows when it is opened.
    drop(options.open(path));
}

fn prepare(writer: &mut Connection, place: &str, key: &Key) -> Result<(), Fault> {
    configure(writer)?;
    // Before anything is written: it may be another program's file.
    is_new(writer, place)?;
    writer.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    writer.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES, |_| Ok(()))?;
    writer.pragma_update(None, "synchronous", "full")?;
    let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been quicker.
    if is_new(&tx, place)? {
        tx.execute_batch(include_str!("schema.sql"))?;
        let sealed = key.seal(PROBE.0, PROBE.1).map_err(probe_failed)?;
        tx.execute("INSERT INTO seal (only, sealed) VALUES (1, ?1)", [sealed])?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", WITHOUT_SOUNDS)?;
    }
    let found: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found == WITHOUT_SOUNDS {
        tx.execute_batch(include_str!("sounds.sql"))?;
        tx.pragma_update(None, "user_version", FORMAT)?;
    }
    let sealed: Vec<u8> = tx.query_row("SELECT sealed FROM seal", [], |row| row.get(0))?;
    if key.open(&sealed, PROBE.1).is_err() {
        return Err(SettingsError::WrongKey { place: place.to_owned() }.into());
    }
    tx.commit()?;
    Ok(())
}

fn probe_failed(source: SealError) -> SettingsError {
    SettingsError::Secret { connector: "(none)".to_owned(), source }
}

fn configure(connection: &Connection) -> Result<(), Fault> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

/// Whether the file is empty; an error if it is not one that this program knows.
fn is_new(connection: &Connection, place: &str) -> Result<bool, Fault> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, found) = (number("application_id")?, number("user_version")?);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let advice = match (application, found, tables) {
        (0, 0, 0) => return Ok(true),
        (APPLICATION_ID, WITHOUT_SOUNDS..=FORMAT, _) => return Ok(false),
        (APPLICATION_ID, _, _) => "another release wrote it; use that release, or a later one",
        (_, _, _) => "it is another program's file; name another one",
    };
    Err(SettingsError::Format { place: place.to_owned(), advice }.into())
}

//! The SQLite file: one connection that writes, one that reads.
//!
//! Commits are on the disk when they return (`synchronous=FULL`), since what they hold is rare and
//! dear: a revoked session must not come back after a power cut.

use std::error::Error;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::Type;
use rusqlite::{Connection, ErrorCode, Row, Transaction, TransactionBehavior};

use crate::error::AccountsError;
use crate::secret;

/// `TRKA`, in the file's header: says that the file is ours.
const APPLICATION_ID: i64 = 0x5452_4b41;

/// The number of the schema. A new one comes with the steps from each older one.
const FORMAT: i64 = 1;

/// How long to wait for another process's transaction.
const BUSY: Duration = Duration::from_secs(5);

/// The log is cut back to this size, in bytes, when it was longer.
const LOG_BYTES: i64 = 16 << 20;

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
    Refused(AccountsError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<AccountsError> for Fault {
    fn from(error: AccountsError) -> Self {
        Self::Refused(error)
    }
}

impl Fault {
    fn at(self, place: &str, doing: &'static str) -> AccountsError {
        let source = match self {
            Self::Refused(error) => return error,
            Self::Sql(error) => error,
        };
        let place = place.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => AccountsError::Full { place, doing },
            // Without a code it is a value that is not what the schema says.
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) | None => {
                AccountsError::Damaged { place, doing, source }
            }
            Some(_) => AccountsError::Engine { place, doing, source },
        }
    }
}

impl Database {
    /// Opens the file, and makes it if there is none, for its owner's eyes only.
    pub(crate) fn open(path: &Path) -> Result<Self, AccountsError> {
        let place = path.display().to_string();
        let opened = || -> Result<_, Fault> {
            make_private(path);
            let mut writer = Connection::open(path)?;
            prepare(&mut writer, &place)?;
            let reader = Connection::open(path)?;
            configure(&reader)?;
            reader.pragma_update(None, "query_only", true)?;
            Ok((writer, reader))
        };
        let (writer, reader) = opened().map_err(|fault| fault.at(&place, "open the accounts"))?;
        Ok(Self { place, writer: Mutex::new(writer), reader: Some(Mutex::new(reader)) })
    }

    /// A database in memory, gone when it is dropped.
    pub(crate) fn in_memory() -> Result<Self, AccountsError> {
        let place = "(memory)".to_owned();
        let opened = || -> Result<_, Fault> {
            let mut writer = Connection::open_in_memory()?;
            prepare(&mut writer, "(memory)")?;
            Ok(writer)
        };
        let writer = opened().map_err(|fault| fault.at(&place, "open the accounts"))?;
        Ok(Self { place, writer: Mutex::new(writer), reader: None })
    }

    /// Does all of it or, after a fault, nothing.
    pub(crate) fn write<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, AccountsError> {
        // A transaction that a panic cut short was rolled back when it was dropped.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let run = || -> Result<T, Fault> {
            let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&tx)?;
            tx.commit()?;
            Ok(done)
        };
        run().map_err(|fault| fault.at(&self.place, doing))
    }

    /// Reads what is there at one moment.
    pub(crate) fn read<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, AccountsError> {
        let reader = self.reader.as_ref().unwrap_or(&self.writer);
        let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
        let run = || -> Result<T, Fault> {
            let tx = reader.transaction()?;
            work(&tx)
        };
        run().map_err(|fault| fault.at(&self.place, doing))
    }
}

/// A column that is text and something else in the program.
pub(crate) fn parsed<T: FromStr<Err: Error + Send + Sync + 'static>>(
    row: &Row<'_>,
    index: usize,
) -> rusqlite::Result<T> {
    let text: String = row.get(index)?;
    text.parse().map_err(|error| strange(index, error))
}

/// A column that may be empty and is an address.
pub(crate) fn place<T: FromStr<Err: Error + Send + Sync + 'static>>(
    row: &Row<'_>,
    index: usize,
) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(index)?;
    text.map(|text| text.parse().map_err(|error| strange(index, error))).transpose()
}

/// The error for a column whose text is not what it should be.
pub(crate) fn strange(index: usize, error: impl Error + Send + Sync + 'static) -> rusqlite::Error {
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

fn prepare(writer: &mut Connection, place: &str) -> Result<(), Fault> {
    configure(writer)?;
    // Before anything is written: it may be another program's file.
    is_new(writer, place)?;
    writer.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    writer.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES, |_| Ok(()))?;
    writer.pragma_update(None, "synchronous", "full")?;
    // What is deleted is overwritten, so that old hashes do not stay in the file.
    writer.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been quicker.
    if is_new(&tx, place)? {
        tx.execute_batch(include_str!("schema.sql"))?;
        let pepper = secret::random::<32>()?;
        tx.execute("INSERT INTO pepper (only, bytes) VALUES (1, ?1)", [pepper])?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", FORMAT)?;
    }
    tx.commit()?;
    Ok(())
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
        (APPLICATION_ID, FORMAT, _) => return Ok(false),
        (APPLICATION_ID, _, _) => "another release wrote it; use that release, or a later one",
        (_, _, _) => "it is another program's file; name another one",
    };
    Err(AccountsError::Format { place: place.to_owned(), advice }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_programs_files_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let other = dir.path().join("other.sqlite");
        Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        let before = std::fs::read(&other).unwrap();
        assert_eq!(Database::open(&other).unwrap_err().code(), "storage_format");
        assert_eq!(std::fs::read(&other).unwrap(), before);

        let text = dir.path().join("text.sqlite");
        std::fs::write(&text, "no database ".repeat(200)).unwrap();
        assert_eq!(Database::open(&text).unwrap_err().code(), "storage_damaged");
        let nowhere = dir.path().join("no/such/folder.sqlite");
        assert_eq!(Database::open(&nowhere).unwrap_err().code(), "storage_failed");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_files() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let database = Database::open(&dir.path().join("a.sqlite")).unwrap();
        database.write("test", |tx| Ok(tx.execute("DELETE FROM users", [])?)).unwrap();
        for file in std::fs::read_dir(dir.path()).unwrap() {
            let file = file.unwrap();
            let mode = file.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{:?}", file.path());
        }
    }

    #[test]
    fn a_fault_or_a_panic_leaves_nothing_behind() {
        let database = Database::in_memory().unwrap();
        let insert = "INSERT INTO setup (only, hash, created_ms) VALUES (1, x'00', 0)";
        let refused = database.write("test", |tx| {
            tx.execute(insert, [])?;
            Err::<(), _>(AccountsError::Busy.into())
        });
        assert_eq!(refused.unwrap_err().code(), "busy");
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            database.write("test", |tx| -> Result<(), Fault> {
                tx.execute(insert, [])?;
                panic!("planted")
            })
        }));
        assert!(panicked.is_err());
        let count = database.read("test", |db| {
            Ok(db.query_row("SELECT count(*) FROM setup", [], |row| row.get::<_, i64>(0))?)
        });
        assert_eq!(count.unwrap(), 0);
    }
}

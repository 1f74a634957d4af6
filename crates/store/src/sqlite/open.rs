//! Opening a journal file: whose it is, its schema, its settings.

use std::time::Duration;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::{Fault, SqliteOptions};
use crate::{JournalSync, StoreError};

/// `TRKL`, in the file's header: says that the file is ours.
const APPLICATION_ID: i64 = 0x5452_4b4c;

/// The number of the schema below. A new one comes with the steps from each older one.
const FORMAT: i64 = 1;

/// How long to wait for another process's transaction, in ms.
const BUSY_MS: u64 = 5_000;

/// The pause before what the engine refused at once is tried again, in ms.
const PAUSE_MS: u64 = 5;

/// The log is cut back to this size, in bytes, when it was longer.
const LOG_BYTES: i64 = 64 << 20;

/// Memory for pages of the file, in KiB: those that appends write to; what is read of it later the
/// system keeps as near.
const CACHE_KIB: i64 = 512;

/// Checks or makes the schema and applies the settings.
pub(super) fn prepare(
    connection: &mut Connection,
    place: &str,
    options: SqliteOptions,
) -> Result<(), Fault> {
    connection.busy_timeout(Duration::from_millis(BUSY_MS))?;
    connection.set_prepared_statement_cache_capacity(32);
    // Before anything is written, the log mode included: it may be another program's file.
    // In one transaction, because another process may be making the schema at this moment.
    let tx = connection.transaction()?;
    let is_new = is_new(&tx, place)?;
    drop(tx);
    use_log(connection)?;
    connection.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES, |_| Ok(()))?;
    if is_new {
        make_schema(connection, place)?;
    }
    if let Some(bytes) = options.max_bytes {
        limit_size(connection, bytes)?;
    }
    let level = match options.sync {
        JournalSync::Always => "full",
        // Never, too: without syncs at checkpoints a power cut could damage the file itself.
        JournalSync::Within50Ms | JournalSync::Never => "normal",
    };
    connection.pragma_update(None, "synchronous", level)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(())
}

/// Changes to the write-ahead log. While another process does the same, or makes the schema, the
/// engine refuses at once, whatever the time that it may wait.
fn use_log(connection: &Connection) -> Result<(), Fault> {
    for _ in 0..BUSY_MS / PAUSE_MS {
        let changed = connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()));
        match changed {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                std::thread::sleep(Duration::from_millis(PAUSE_MS));
            }
            other => return Ok(other?),
        }
    }
    Ok(connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?)
}

fn make_schema(connection: &mut Connection, place: &str) -> Result<(), Fault> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been quicker.
    if is_new(&tx, place)? {
        create(&tx)?;
    }
    tx.commit()?;
    Ok(())
}

fn create(tx: &Transaction<'_>) -> Result<(), Fault> {
    tx.execute_batch(include_str!("schema.sql"))?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", FORMAT)?;
    Ok(())
}

/// Whether the file is empty; an error if it is not a journal that this program knows.
fn is_new(connection: &Connection, place: &str) -> Result<bool, Fault> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, found) = (number("application_id")?, number("user_version")?);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let advice = match (application, found, tables) {
        (0, 0, 0) => return Ok(true),
        (APPLICATION_ID, FORMAT, _) => return Ok(false),
        (APPLICATION_ID, _, _) => "use the release that wrote it, or a later one",
        (_, _, _) => "it is another program's file, name another one",
    };
    let place = place.to_owned();
    Err(StoreError::Format { place, found, known: FORMAT, advice }.into())
}

fn limit_size(connection: &Connection, bytes: u64) -> Result<(), Fault> {
    let page_bytes: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let pages = (bytes / page_bytes.unsigned_abs().max(1)).clamp(1, u64::from(u32::MAX - 1));
    connection.pragma_update_and_check(None, "max_page_count", pages.cast_signed(), |_| Ok(()))?;
    Ok(())
}

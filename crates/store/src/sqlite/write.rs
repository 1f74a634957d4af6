//! Appending, purging, saving snapshots and syncing.

use rusqlite::{Connection, TransactionBehavior, params};

use super::read::{CLOSED, Found, OPEN, PURGED, find, snapshot_checksum};
use super::{Fault, Inner};
use crate::fence::{Decision, decide};
use crate::{
    Append, Batch, Entry, Expected, Head, JournalSync, Origin, Outcome, Position, Snapshot,
    StoreError, StreamId,
};

/// How long the name of a purged stream is refused, in ms: 30 days, far longer than an append
/// can be late. After that only the rule that ids are never reused protects it.
pub(super) const KEEP_NAMES_MS: i64 = 30 * 24 * 3_600_000;

impl Inner {
    pub(super) fn append(&mut self, append: &Append<'_>, now_ms: i64) -> Result<Outcome, Fault> {
        let is_late = self.is_late(now_ms);
        let (outcome, is_written) = if is_late {
            self.with_full(|connection| append_one(connection, append, now_ms))?
        } else {
            append_one(&mut self.connection, append, now_ms)?
        };
        let is_stored = matches!(outcome, Outcome::Stored(_));
        self.appended(is_late, is_written, is_stored, now_ms)?;
        Ok(outcome)
    }

    /// Appends all of these in one commit. An error is one of the engine, and then none of them
    /// is stored.
    pub(super) fn append_all(
        &mut self,
        appends: &[Append<'_>],
        now_ms: i64,
    ) -> Result<Vec<Result<Outcome, StoreError>>, Fault> {
        let is_late = self.is_late(now_ms);
        let (outcomes, is_written) = if is_late {
            self.with_full(|connection| append_group(connection, appends, now_ms))?
        } else {
            append_group(&mut self.connection, appends, now_ms)?
        };
        let is_stored = outcomes.iter().any(|it| matches!(it, Ok(Outcome::Stored(_))));
        self.appended(is_late, is_written, is_stored, now_ms)?;
        Ok(outcomes)
    }

    /// Whether something has waited for the disk for too long.
    fn is_late(&self, now_ms: i64) -> bool {
        self.due_ms.is_some_and(|due_ms| due_ms <= now_ms)
    }

    /// Keeps account of what is not on the disk yet.
    fn appended(
        &mut self,
        is_late: bool,
        is_written: bool,
        is_stored: bool,
        now_ms: i64,
    ) -> Result<(), Fault> {
        if let Some(log) = self.log.as_ref().filter(|_| is_written) {
            log.wrote();
            return Ok(());
        }
        match (self.sync, is_written) {
            (JournalSync::Always, true) => self.is_dirty = false,
            // It is this call's duty to have it on the disk, whoever wrote it.
            (JournalSync::Always, false) if is_stored => self.sync()?,
            (JournalSync::Within50Ms, true) if is_late => self.is_synced(),
            (JournalSync::Within50Ms, true) => {
                self.is_dirty = true;
                let due_ms = now_ms.saturating_add(JournalSync::WINDOW_MS);
                self.due_ms.get_or_insert(due_ms);
            }
            (JournalSync::Always | JournalSync::Within50Ms, false) | (JournalSync::Never, _) => {}
        }
        Ok(())
    }

    pub(super) fn sync(&mut self) -> Result<(), Fault> {
        if self.sync == JournalSync::Never || !self.is_dirty {
            return Ok(());
        }
        self.with_full(|connection| {
            connection.prepare_cached("UPDATE synced SET count = count + 1")?.execute([])?;
            Ok(())
        })?;
        self.is_synced();
        Ok(())
    }

    fn is_synced(&mut self) {
        self.is_dirty = false;
        self.due_ms = None;
    }

    /// Does some work whose commit, with all commits before it, is on the disk when this returns.
    fn with_full<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if self.sync == JournalSync::Always {
            return work(&mut self.connection);
        }
        self.connection.execute_batch("PRAGMA synchronous = FULL")?;
        let done = work(&mut self.connection);
        self.connection.execute_batch("PRAGMA synchronous = NORMAL")?;
        done
    }
}

/// Appends, and says whether anything was written.
fn append_one(
    connection: &mut Connection,
    it: &Append<'_>,
    now_ms: i64,
) -> Result<(Outcome, bool), Fault> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (outcome, is_written) = append_within(&tx, it, now_ms)?;
    if is_written {
        tx.commit()?;
    }
    Ok((outcome, is_written))
}

/// What each append of a group came to.
type Outcomes = Vec<Result<Outcome, StoreError>>;

/// Appends all, and says whether anything was written. One that is refused has written nothing,
/// so the others go on without it.
fn append_group(
    connection: &mut Connection,
    appends: &[Append<'_>],
    now_ms: i64,
) -> Result<(Outcomes, bool), Fault> {
    // Prepared, because there is one for each batch of calls.
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let mut end = Rollback { connection, is_over: false };
    let mut outcomes = Vec::with_capacity(appends.len());
    let mut is_any_written = false;
    for it in appends {
        match append_within(end.connection, it, now_ms) {
            Ok((outcome, is_written)) => {
                is_any_written |= is_written;
                outcomes.push(Ok(outcome));
            }
            Err(Fault::Store(error)) => outcomes.push(Err(error)),
            Err(fault @ Fault::Sql(_)) => return Err(fault),
        }
    }
    if is_any_written {
        end.connection.prepare_cached("COMMIT")?.execute([])?;
        end.is_over = true;
    }
    Ok((outcomes, is_any_written))
}

/// Ends a transaction that was not committed, also when a panic cut it short.
struct Rollback<'c> {
    connection: &'c Connection,
    is_over: bool,
}

impl Drop for Rollback<'_> {
    fn drop(&mut self) {
        if !self.is_over && !self.connection.is_autocommit() {
            // The engine has ended it where this fails.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

/// One append within a transaction. A [`Fault::Store`] comes before anything is written.
fn append_within(tx: &Connection, it: &Append<'_>, now_ms: i64) -> Result<(Outcome, bool), Fault> {
    let Append { stream, expected, batch } = *it;
    let (key, head) = match find(tx, stream)? {
        Some(Found::Kept { key, head }) => (Some(key), Some(head)),
        Some(Found::Purged) => return Err(StoreError::Purged { stream: stream.clone() }.into()),
        None => (None, None),
    };
    let first = match decide(stream, head.as_ref(), &expected, batch)? {
        Decision::Repeat(position) => return Ok((Outcome::Stored(position), false)),
        Decision::Conflict => return Ok((Outcome::Conflict(head), false)),
        Decision::Write { first } => first,
    };
    let last = Position(first + batch.entries.len() as u64 - 1);
    let key = match (key, &expected) {
        (Some(key), _) => move_head(tx, key, last, batch)?,
        (None, Expected::New(origin)) => begin(tx, stream, last, batch, origin)?,
        (None, Expected::At(_)) => return Ok((Outcome::Conflict(None), false)),
    };
    for entry in batch.stored(stream, first, last, now_ms) {
        insert(tx, key, &entry)?;
    }
    Ok((Outcome::Stored(last), true))
}

fn state_after(batch: &Batch) -> i64 {
    if batch.closes() { CLOSED } else { OPEN }
}

fn begin(
    tx: &Connection,
    stream: &StreamId,
    last: Position,
    batch: &Batch,
    origin: &Origin,
) -> Result<i64, Fault> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO stream (id, state, number, epoch, batch, batch_checksum, flow_hash, semantics)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    Ok(statement.insert(params![
        stream.as_str(),
        state_after(batch),
        last.0.cast_signed(),
        batch.epoch.cast_signed(),
        batch.id.0.to_be_bytes(),
        batch.checksum(),
        origin.flow_hash,
        origin.semantics,
    ])?)
}

fn move_head(tx: &Connection, key: i64, last: Position, batch: &Batch) -> Result<i64, Fault> {
    let mut statement = tx.prepare_cached(
        "UPDATE stream SET state = ?2, number = ?3, epoch = ?4, batch = ?5, batch_checksum = ?6
         WHERE key = ?1",
    )?;
    statement.execute(params![
        key,
        state_after(batch),
        last.0.cast_signed(),
        batch.epoch.cast_signed(),
        batch.id.0.to_be_bytes(),
        batch.checksum(),
    ])?;
    Ok(key)
}

fn insert(tx: &Connection, key: i64, entry: &Entry) -> Result<(), Fault> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO entry (stream, number, position, epoch, batch, kind, at_ms, payload, checksum)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    statement.execute(params![
        key,
        entry.number.cast_signed(),
        entry.position.0.cast_signed(),
        entry.epoch.cast_signed(),
        entry.batch.0.to_be_bytes(),
        entry.kind.code(),
        entry.at_ms,
        entry.payload,
        entry.checksum,
    ])?;
    Ok(())
}

/// Removes a closed stream and forgets names that were purged long ago.
pub(super) fn purge(
    connection: &mut Connection,
    stream: &StreamId,
    now_ms: i64,
) -> Result<(), Fault> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (key, head): (i64, Head) = match find(&tx, stream)? {
        Some(Found::Kept { key, head }) => (key, head),
        Some(Found::Purged) | None => return Ok(()),
    };
    if !head.closed {
        return Err(StoreError::NotClosed { stream: stream.clone() }.into());
    }
    tx.execute("DELETE FROM snapshot WHERE stream = ?1", [key])?;
    tx.execute("DELETE FROM entry WHERE stream = ?1", [key])?;
    tx.execute(
        "UPDATE stream SET state = ?2, flow_hash = NULL, purged_at_ms = ?3 WHERE key = ?1",
        params![key, PURGED, now_ms],
    )?;
    tx.execute(
        "DELETE FROM stream WHERE state = 2 AND purged_at_ms < ?1",
        [now_ms.saturating_sub(KEEP_NAMES_MS)],
    )?;
    tx.commit()?;
    Ok(())
}

/// Keeps several snapshots in one commit.
pub(super) fn save_snapshots(
    connection: &mut Connection,
    snapshots: &[(StreamId, Snapshot)],
) -> Result<(), Fault> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (stream, snapshot) in snapshots {
        save_snapshot(&tx, stream, snapshot)?;
    }
    Ok(tx.commit()?)
}

/// Keeps a snapshot unless a newer one is there or the stream has not come so far.
pub(super) fn save_snapshot(
    connection: &Connection,
    stream: &StreamId,
    snapshot: &Snapshot,
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO snapshot (stream, position, number, payload, checksum)
         SELECT key, ?2, ?3, ?4, ?5 FROM stream WHERE id = ?1 AND state < 2 AND number >= ?3
         ON CONFLICT (stream) DO UPDATE SET position = excluded.position,
             number = excluded.number, payload = excluded.payload, checksum = excluded.checksum
         WHERE excluded.number > snapshot.number",
    )?;
    statement.execute(params![
        stream.as_str(),
        snapshot.position.0.cast_signed(),
        snapshot.number.cast_signed(),
        snapshot.payload,
        snapshot_checksum(stream, snapshot),
    ])?;
    Ok(())
}

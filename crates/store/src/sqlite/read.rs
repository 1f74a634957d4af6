//! Reading heads, entries, snapshots and the list of open streams.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Fault;
use crate::journal::page;
use crate::{
    BatchId, Corruption, Entry, EntryKind, Head, Origin, Position, Snapshot, StoreError, StreamId,
};

/// `stream.state`.
pub(super) const OPEN: i64 = 0;
pub(super) const CLOSED: i64 = 1;
pub(super) const PURGED: i64 = 2;

/// A row of `stream`.
pub(super) enum Found {
    Kept { key: i64, head: Head },
    Purged,
}

impl Found {
    pub(super) fn head(self) -> Option<Head> {
        match self {
            Self::Kept { head, .. } => Some(head),
            Self::Purged => None,
        }
    }
}

/// The stream's row.
pub(super) fn find(connection: &Connection, stream: &StreamId) -> Result<Option<Found>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT key, state, number, epoch, batch, batch_checksum, flow_hash, semantics
         FROM stream WHERE id = ?1",
    )?;
    Ok(statement.query_row([stream.as_str()], found).optional()?)
}

fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    let state: i64 = row.get(1)?;
    if state == PURGED {
        return Ok(Found::Purged);
    }
    let number = row.get::<_, i64>(2)?.cast_unsigned();
    let head = Head {
        position: Position(number),
        number,
        epoch: row.get::<_, i64>(3)?.cast_unsigned(),
        batch: BatchId(u128::from_be_bytes(row.get(4)?)),
        batch_checksum: row.get(5)?,
        closed: state == CLOSED,
        origin: Origin { flow_hash: row.get(6)?, semantics: row.get(7)? },
    };
    Ok(Found::Kept { key: row.get(0)?, head })
}

/// One page of entries.
pub(super) fn entries(
    connection: &mut Connection,
    stream: &StreamId,
    from: u64,
    until: Option<Position>,
) -> Result<Vec<Entry>, Fault> {
    // Head and entries out of the same state of the file.
    let tx = connection.transaction()?;
    let Some(Found::Kept { key, head }) = find(&tx, stream)? else {
        return Ok(page(stream, from, until, None, std::iter::empty())?);
    };
    let mut statement = tx.prepare_cached(
        "SELECT number, position, epoch, batch, kind, at_ms, payload, checksum
         FROM entry WHERE stream = ?1 AND number >= ?2 ORDER BY number",
    )?;
    let mut sql_error = None;
    let first = i64::try_from(from).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![key, first], |row| Ok(entry(row, stream)))?;
    let rows = rows.map_while(|row| match row.and_then(|row| row) {
        Ok(entry) => Some(entry),
        Err(error) => {
            sql_error = Some(error);
            None
        }
    });
    let paged = page(stream, from, until, Some(&head), rows);
    match sql_error {
        Some(error) => Err(error.into()),
        None => Ok(paged?),
    }
}

/// The inputs and the closing entry of a stream, whatever lies between them.
pub(super) fn inputs(connection: &mut Connection, stream: &StreamId) -> Result<Vec<Entry>, Fault> {
    let tx = connection.transaction()?;
    let Some(Found::Kept { key, .. }) = find(&tx, stream)? else { return Ok(Vec::new()) };
    let mut statement = tx.prepare_cached(
        "SELECT number, position, epoch, batch, kind, at_ms, payload, checksum
         FROM entry WHERE stream = ?1 AND kind IN (?2, ?3) ORDER BY number",
    )?;
    let kinds = (EntryKind::Input.code(), EntryKind::Closed.code());
    let mut rows = statement.query(params![key, kinds.0, kinds.1])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let entry = entry(row, stream)??;
        entry.check(stream, entry.number)?;
        entries.push(entry);
    }
    Ok(entries)
}

fn entry(row: &Row<'_>, stream: &StreamId) -> rusqlite::Result<Result<Entry, StoreError>> {
    let number = row.get::<_, i64>(0)?.cast_unsigned();
    let code: i64 = row.get(4)?;
    let Some(kind) = u8::try_from(code).ok().and_then(EntryKind::from_code) else {
        let what = Corruption::Kind { code };
        return Ok(Err(StoreError::Corrupt { stream: stream.clone(), number, what }));
    };
    Ok(Ok(Entry {
        number,
        position: Position(row.get::<_, i64>(1)?.cast_unsigned()),
        epoch: row.get::<_, i64>(2)?.cast_unsigned(),
        batch: BatchId(u128::from_be_bytes(row.get(3)?)),
        kind,
        at_ms: row.get(5)?,
        payload: row.get(6)?,
        checksum: row.get(7)?,
    }))
}

/// Names of streams that are closed, or of those that are open.
pub(super) fn streams(
    connection: &Connection,
    is_closed: bool,
    prefix: &str,
    after: Option<&StreamId>,
    limit: usize,
) -> Result<Vec<StreamId>, Fault> {
    // Not a parameter: the indexes are of one state each, and need to see it in the statement.
    let state = if is_closed { CLOSED } else { OPEN };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT id FROM stream
         WHERE state = {state} AND id > ?1 AND id >= ?2 AND substr(id, 1, length(?2)) = ?2
         ORDER BY id LIMIT ?3",
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let after = after.map_or("", StreamId::as_str);
    let rows = statement.query_map(params![after, prefix, limit], |row| row.get::<_, String>(0))?;
    rows.map(|row| Ok(StreamId::new(row?)?)).collect()
}

/// How many closed streams there are.
pub(super) fn count_closed(connection: &Connection, prefix: &str) -> Result<usize, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT count(*) FROM stream
         WHERE state = 1 AND id >= ?1 AND substr(id, 1, length(?1)) = ?1",
    )?;
    let count: i64 = statement.query_row([prefix], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// All streams with this prefix that are not purged, by id.
pub(super) fn all_streams(connection: &Connection, prefix: &str) -> Result<Vec<StreamId>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM stream
         WHERE state IN (0, 1) AND id >= ?1 AND substr(id, 1, length(?1)) = ?1 ORDER BY id",
    )?;
    let rows = statement.query_map([prefix], |row| row.get::<_, String>(0))?;
    rows.map(|row| Ok(StreamId::new(row?)?)).collect()
}

/// The stream's snapshot, unless it is damaged: it is a hint, and the entries are the truth.
pub(super) fn snapshot(
    connection: &Connection,
    stream: &StreamId,
) -> Result<Option<Snapshot>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT snapshot.position, snapshot.number, payload, checksum
         FROM snapshot JOIN stream ON stream.key = snapshot.stream WHERE stream.id = ?1",
    )?;
    let row = statement.query_row([stream.as_str()], |row| {
        let snapshot = Snapshot {
            position: Position(row.get::<_, i64>(0)?.cast_unsigned()),
            number: row.get::<_, i64>(1)?.cast_unsigned(),
            payload: row.get(2)?,
        };
        Ok((snapshot, row.get::<_, u32>(3)?))
    });
    let kept = row.optional()?;
    let whole =
        kept.filter(|(snapshot, checksum)| snapshot_checksum(stream, snapshot) == *checksum);
    Ok(whole.map(|(snapshot, _)| snapshot))
}

/// CRC-32 over the snapshot and the name of its stream.
pub(super) fn snapshot_checksum(stream: &StreamId, snapshot: &Snapshot) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(stream.as_str().as_bytes());
    crc.update(&snapshot.position.0.to_le_bytes());
    crc.update(&snapshot.number.to_le_bytes());
    crc.update(&snapshot.payload);
    crc.finalize()
}

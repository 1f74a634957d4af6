//! The records: one SQLite table for each object, named and shaped like it.

mod delete;
mod draft;
mod functions;
mod load;
mod open;
mod rules;
mod value;
mod write;

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use crate::api_error::ApiError;
use crate::schema::{Object, Schema};
use crate::time::Clock;

pub(crate) use delete::is_dependant;
pub(crate) use functions::is_like;
pub(crate) use value::{to_json, to_sql};

/// All records of an organisation.
#[derive(Debug)]
pub(crate) struct Store {
    db: Connection,
    schema: Arc<Schema>,
    clock: Clock,
    null_is_different: bool,
}

/// Whether a record is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Here,
    Deleted,
    Missing,
}

impl Store {
    pub(crate) fn db(&self) -> &Connection {
        &self.db
    }

    pub(crate) fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.schema)
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    pub(crate) fn null_is_different(&self) -> bool {
        self.null_is_different
    }

    /// Does all of it or, when it fails, nothing. Calls may be nested.
    pub(crate) fn atomically<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        self.db.execute_batch("SAVEPOINT work")?;
        let result = work();
        if result.is_err() {
            self.db.execute_batch("ROLLBACK TO work")?;
        }
        self.db.execute_batch("RELEASE work")?;
        result
    }

    /// Whether a record with this Id of 18 characters is there.
    pub(crate) fn presence(&self, object: &Object, id: &str) -> rusqlite::Result<Presence> {
        let deleted = if object.deletable() { "IsDeleted" } else { "0" };
        let sql = format!("SELECT {deleted} FROM \"{}\" WHERE Id = ?1", object.name);
        let found: Option<bool> =
            self.db.prepare_cached(&sql)?.query_row([id], |row| row.get(0)).optional()?;
        Ok(match found {
            None => Presence::Missing,
            Some(false) => Presence::Here,
            Some(true) => Presence::Deleted,
        })
    }

    /// The error of a request for a record that is not there.
    pub(crate) fn require(&self, object: &Object, id: &str) -> Result<(), ApiError> {
        match self.presence(object, id)? {
            Presence::Here => Ok(()),
            Presence::Deleted => Err(ApiError::new(404, "ENTITY_IS_DELETED", "entity is deleted")),
            Presence::Missing => Err(ApiError::not_found()),
        }
    }

    /// Ids of the records whose field has this value, at most `limit`.
    pub(crate) fn ids_by_field(
        &self,
        object: &Object,
        field: &crate::schema::Field,
        value: &rusqlite::types::Value,
        limit: u32,
    ) -> rusqlite::Result<Vec<String>> {
        let collation = if field.folds_case() { " COLLATE soql" } else { "" };
        let here = if object.deletable() { " AND IsDeleted = 0" } else { "" };
        let sql = format!(
            "SELECT Id FROM \"{}\" WHERE \"{}\"{collation} = ?1{here} ORDER BY Id LIMIT ?2",
            object.name, field.name
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        statement.query_map(params![value, limit], |row| row.get(0))?.collect()
    }

    /// The next of a row of numbers, which begins with 1.
    pub(crate) fn next_number(&self, row: &str) -> rusqlite::Result<i64> {
        self.db
            .prepare_cached(
                "INSERT INTO _sandbox (key, value) VALUES (?1, 1) \
                 ON CONFLICT (key) DO UPDATE SET value = value + 1 RETURNING value",
            )?
            .query_row([row], |row| row.get(0))
    }

    /// A new Id for an object.
    pub(crate) fn next_id(&self, object: &Object) -> rusqlite::Result<String> {
        let number = self.next_number("id")?;
        Ok(crate::id::generate(&object.key_prefix, number.unsigned_abs()))
    }
}

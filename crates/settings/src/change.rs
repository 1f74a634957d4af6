//! What has changed: a revision counts all changes, and names the objects of each.

use rusqlite::{Connection, Row, Transaction, params};
use serde::Serialize;
use utoipa::ToSchema;

use crate::apply::Action;
use crate::author::Author;
use crate::database::{Fault, count};
use crate::error::SettingsError;
use crate::settings::Settings;

/// A change of the configuration: all of it was made at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConfigurationRevision)]
pub struct Revision {
    /// Its number, from 1.
    pub revision: u64,
    /// When.
    pub at_ms: i64,
    /// Who.
    pub who: String,
    /// Why.
    pub note: String,
    /// What was changed.
    pub changes: Vec<Change>,
}

/// An object that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConfigurationChange)]
pub struct Change {
    /// The kind's word; `flow` for a new version of a flow, `label` for one that was moved.
    pub kind: String,
    /// The object's id; for labels the flow's.
    pub id: String,
    /// What was done.
    pub action: Action,
}

impl Settings {
    /// The newest revision; 0 when nothing was ever configured.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn revision(&self) -> Result<u64, SettingsError> {
        self.db.read("read the revision", |db| Ok(newest(db)?))
    }

    /// Whether all that was ever changed was changed by this author.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn is_only_by(&self, who: &str) -> Result<bool, SettingsError> {
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM revisions WHERE who <> ?1)";
        let ask =
            |db: &Connection| Ok(db.prepare_cached(sql)?.query_row([who], |row| row.get(0))?);
        self.db.read("read who made changes", ask)
    }

    /// The revisions after this one, the oldest first; at most 1,000.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn revisions_after(&self, revision: u64) -> Result<Vec<Revision>, SettingsError> {
        self.db.read("read changes", |db| Ok(after(db, revision)?))
    }
}

/// Begins a revision.
pub(crate) fn begin(tx: &Transaction<'_>, author: &Author) -> Result<u64, Fault> {
    let sql = "INSERT INTO revisions (at_ms, who, note) VALUES (?1, ?2, ?3) RETURNING revision";
    let values = params![author.now_ms, author.who, author.kept_note()];
    Ok(tx.prepare_cached(sql)?.query_row(values, |row| count(row, 0))?)
}

/// Writes down what a revision changes.
pub(crate) fn note(
    tx: &Transaction<'_>,
    revision: u64,
    kind: &str,
    id: &str,
    action: Action,
) -> Result<(), Fault> {
    let sql = "INSERT INTO changes (revision, kind, id, action) VALUES (?1, ?2, ?3, ?4)";
    let values = params![revision.cast_signed(), kind, id, action.as_str()];
    tx.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

pub(crate) fn newest(db: &Connection) -> rusqlite::Result<u64> {
    let sql = "SELECT coalesce(max(revision), 0) FROM revisions";
    db.prepare_cached(sql)?.query_row([], |row| count(row, 0))
}

fn after(db: &Connection, revision: u64) -> rusqlite::Result<Vec<Revision>> {
    let sql = "SELECT revision, at_ms, who, note FROM revisions WHERE revision > ?1
               ORDER BY revision LIMIT 1000";
    let of = |row: &Row<'_>| {
        Ok(Revision {
            revision: count(row, 0)?,
            at_ms: row.get(1)?,
            who: row.get(2)?,
            note: row.get(3)?,
            changes: Vec::new(),
        })
    };
    let mut statement = db.prepare_cached(sql)?;
    let mut revisions: Vec<Revision> =
        statement.query_map([revision.cast_signed()], of)?.collect::<Result<_, _>>()?;
    for one in &mut revisions {
        one.changes = changes(db, one.revision)?;
    }
    Ok(revisions)
}

fn changes(db: &Connection, revision: u64) -> rusqlite::Result<Vec<Change>> {
    let sql = "SELECT kind, id, action FROM changes WHERE revision = ?1 ORDER BY rowid";
    let of = |row: &Row<'_>| {
        let action: String = row.get(2)?;
        Ok(Change { kind: row.get(0)?, id: row.get(1)?, action: Action::parse(&action) })
    };
    db.prepare_cached(sql)?.query_map([revision.cast_signed()], of)?.collect()
}

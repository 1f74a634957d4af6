//! Objects: read, changed, deleted, with their history.

use std::fmt;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::Value;

use crate::apply::Action;
use crate::author::Author;
use crate::change;
use crate::check;
use crate::database::{Fault, count, strange};
use crate::error::{Problem, SettingsError, Stale, Usage};
use crate::flow_use;
use crate::kind::Kind;
use crate::object::{Object, PastObject};
use crate::secrets::{self, Trust};
use crate::settings::Settings;
use crate::sounds;
use crate::whole::{self, Kept, Whole};

/// The largest value, in bytes of JSON.
const MAX_VALUE_BYTES: usize = 256 << 10;

/// The longest id, in characters.
const MAX_ID_CHARS: usize = 200;

/// At most so many objects of one kind.
const MAX_OBJECTS: usize = 20_000;

/// So many versions of an object are kept.
const MAX_HISTORY: u64 = 1_000;

/// A value to be put in the place of another.
#[derive(Clone, PartialEq)]
pub struct Put {
    /// What it is.
    pub kind: Kind,
    /// Its id, which its value has too.
    pub id: String,
    /// The version that the change builds on; 0 for an object that is not there yet, and for a
    /// single one that was never changed.
    pub expected: u64,
    /// The value, as in `tenant.yaml`. Secrets are texts, or `{"kept": true}`.
    pub value: Value,
    /// Whether it may name secrets of the server.
    pub trust: Trust,
}

impl fmt::Debug for Put {
    /// Without secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Put")
            .field("kind", &self.kind)
            .field("id", &self.id)
            .field("expected", &self.expected)
            .field("value", &secrets::masked(self.kind, self.value.clone()))
            .field("trust", &self.trust)
            .finish()
    }
}

impl Settings {
    /// The object as it is now.
    ///
    /// # Errors
    /// [`SettingsError::NotFound`], and failures of the database.
    pub fn get(&self, kind: Kind, id: &str) -> Result<Object, SettingsError> {
        let found = self.db.read("read an object", |db| Ok(object(db, kind, id)?))?;
        found.ok_or(SettingsError::NotFound { what: "object" })
    }

    /// All objects of a kind, in the tenant's order.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn list(&self, kind: Kind) -> Result<Vec<Object>, SettingsError> {
        if kind.is_single() {
            return self.get(kind, kind.as_str()).map(|one| vec![one]);
        }
        self.db.read("list objects", |db| Ok(objects(db, kind)?))
    }

    /// The versions of an object, the newest first, also when it was deleted.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn history(&self, kind: Kind, id: &str) -> Result<Vec<PastObject>, SettingsError> {
        self.db.read("read an object's history", |db| Ok(history(db, kind, id)?))
    }

    /// Puts a value in the place of the one at the expected version, or makes the object. The
    /// value is kept with all its keys. One that is there already changes nothing.
    ///
    /// # Errors
    /// [`SettingsError::Stale`] with both values, [`SettingsError::Invalid`] when the whole tenant
    /// would not be in order afterwards, [`SettingsError::TooMany`], and failures of the database.
    pub fn put(&self, author: &Author, put: Put) -> Result<Object, SettingsError> {
        check_shape(&put)?;
        let (object, revision) = self.db.write("change the configuration", |tx| {
            let before = Whole::read(tx)?;
            let old = before.get(put.kind, &put.id);
            expect(tx, &put, old)?;
            let (kind, id) = (put.kind, put.id.as_str());
            if old.is_none() && before.of(kind).len() >= MAX_OBJECTS {
                return Err(SettingsError::TooMany { what: "objects", limit: MAX_OBJECTS }.into());
            }
            let value = put.value.clone();
            let old = old.map(|old| &old.value);
            let sealed = secrets::sealed(&self.key, (kind, id), value, old, put.trust)?;
            let mut after = before.clone();
            after.put(kind, id, sealed.clone());
            let value = normal(&after, &before, kind, id, &sealed)?;
            let revision = match old {
                Some(old) if *old == value => None,
                _ => Some(self.commit(tx, author, kind, id, Some(&value))?),
            };
            if kind == Kind::Audio {
                sounds::check(tx)?;
            }
            let object = object(tx, kind, id)?;
            Ok((object.ok_or(SettingsError::NotFound { what: "object" })?, revision))
        })?;
        revision.into_iter().for_each(|revision| self.announce(revision));
        Ok(object)
    }

    /// Deletes the object at the expected version.
    ///
    /// # Errors
    /// [`SettingsError::InUse`] with everything that refers to it, [`SettingsError::Stale`],
    /// [`SettingsError::NotFound`], [`SettingsError::Invalid`] for an object of which there is one,
    /// and failures of the database.
    pub fn delete(
        &self,
        author: &Author,
        kind: Kind,
        id: &str,
        expected: u64,
    ) -> Result<(), SettingsError> {
        if kind.is_single() {
            let problem = Problem::of(kind, id, "", "there is always one; it cannot be deleted");
            return Err(SettingsError::Invalid(vec![problem]));
        }
        let revision = self.db.write("delete an object", |tx| {
            let before = Whole::read(tx)?;
            let old = before.get(kind, id).ok_or(SettingsError::NotFound { what: "object" })?;
            if old.version != expected {
                let current = object(tx, kind, id)?;
                return Err(stale(kind, current, None).into());
            }
            let users = usages(tx, &before, kind, id)?;
            if !users.is_empty() {
                return Err(SettingsError::InUse(users).into());
            }
            self.commit(tx, author, kind, id, None)
        })?;
        self.announce(revision);
        Ok(())
    }

    /// Everything that refers to the object.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn usages(&self, kind: Kind, id: &str) -> Result<Vec<Usage>, SettingsError> {
        self.db.read("look for usages", |db| usages(db, &Whole::read(db)?, kind, id))
    }

    fn commit(
        &self,
        tx: &Transaction<'_>,
        author: &Author,
        kind: Kind,
        id: &str,
        value: Option<&Value>,
    ) -> Result<u64, Fault> {
        let revision = change::begin(tx, author)?;
        write(tx, revision, kind, id, value)?;
        Ok(revision)
    }
}

/// Writes the next version of an object, or that it is deleted.
pub(crate) fn write(
    tx: &Transaction<'_>,
    revision: u64,
    kind: Kind,
    id: &str,
    value: Option<&Value>,
) -> Result<(), Fault> {
    let word = kind.as_str();
    let was_there = place_of(tx, kind, id)?;
    let sql = "SELECT coalesce(max(version), 0) + 1 FROM history WHERE kind = ?1 AND id = ?2";
    let version = tx.prepare_cached(sql)?.query_row([word, id], |row| count(row, 0))?;
    let sql = "INSERT INTO history (kind, id, version, value, revision)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let text = value.map(Value::to_string);
    let values = params![word, id, version.cast_signed(), text, revision.cast_signed()];
    tx.prepare_cached(sql)?.execute(values)?;
    let sql = "DELETE FROM history WHERE kind = ?1 AND id = ?2 AND version <= ?3";
    let oldest = version.saturating_sub(MAX_HISTORY).cast_signed();
    tx.prepare_cached(sql)?.execute(params![word, id, oldest])?;
    let action = match (value, was_there) {
        (None, _) => {
            tx.execute("DELETE FROM objects WHERE kind = ?1 AND id = ?2", [word, id])?;
            Action::Delete
        }
        (Some(_), Some(_)) => {
            let sql = "UPDATE objects SET version = ?3 WHERE kind = ?1 AND id = ?2";
            tx.prepare_cached(sql)?.execute(params![word, id, version.cast_signed()])?;
            Action::Update
        }
        (Some(_), None) => {
            let sql = "INSERT INTO objects (kind, id, version, place)
                       SELECT ?1, ?2, ?3, coalesce(max(place), 0) + 1 FROM objects";
            tx.prepare_cached(sql)?.execute(params![word, id, version.cast_signed()])?;
            Action::Create
        }
    };
    change::note(tx, revision, word, id, action)
}

fn place_of(tx: &Transaction<'_>, kind: Kind, id: &str) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT place FROM objects WHERE kind = ?1 AND id = ?2";
    tx.prepare_cached(sql)?.query_row([kind.as_str(), id], |row| row.get(0)).optional()
}

pub(crate) fn check_shape(put: &Put) -> Result<(), SettingsError> {
    let invalid = |field: &str, message: String| {
        Err(SettingsError::Invalid(vec![Problem::of(put.kind, &put.id, field, message)]))
    };
    if !put.value.is_object() {
        return invalid("", "expected keys with values".to_owned());
    }
    if put.value.to_string().len() > MAX_VALUE_BYTES {
        return invalid("", format!("it has more than {MAX_VALUE_BYTES} bytes"));
    }
    if put.id.trim().is_empty() || put.id.chars().count() > MAX_ID_CHARS {
        return invalid("id", format!("an id has 1 to {MAX_ID_CHARS} characters"));
    }
    match put.kind.id_of(&put.value) {
        Some(id) if id == put.id => Ok(()),
        _ => invalid("id", format!("the value's id (or name) must be `{}`", put.id)),
    }
}

fn expect(tx: &Transaction<'_>, put: &Put, old: Option<&Kept>) -> Result<(), Fault> {
    if old.map_or(0, |old| old.version) == put.expected {
        return Ok(());
    }
    let current = object(tx, put.kind, &put.id)?;
    let yours = secrets::masked(put.kind, put.value.clone());
    Err(stale(put.kind, current, Some(yours)).into())
}

fn stale(kind: Kind, current: Option<Object>, yours: Option<Value>) -> SettingsError {
    SettingsError::Stale(Box::new(Stale { kind, current, yours }))
}

/// The value with all its keys, when the whole tenant is in order with it.
pub(crate) fn normal(
    after: &Whole,
    before: &Whole,
    kind: Kind,
    id: &str,
    sealed: &Value,
) -> Result<Value, Fault> {
    let tenant = match check::check(after) {
        Ok(tenant) => tenant,
        Err(problems) => {
            let mut problems = check::brought(problems, before);
            // What was changed comes first.
            problems.sort_by_key(|it| it.kind != Some(kind) || it.id != id);
            if problems.is_empty() {
                let advice = "the configuration was not in order before; mend that first";
                problems.push(Problem::of(kind, id, "", advice));
            }
            return Err(SettingsError::Invalid(problems).into());
        }
    };
    let json = serde_json::to_value(&tenant).map_err(|error| strange(0, error))?;
    let place = after.of(kind).iter().position(|(known, _)| known == id).unwrap_or(0);
    let value = whole::values(kind, &json).into_iter().nth(place);
    let value = value.ok_or(SettingsError::NotFound { what: "object" })?;
    Ok(secrets::put_back(kind, value, sealed))
}

/// Who refers to an object: everything that is not in order without it, and flows.
fn usages(db: &Connection, before: &Whole, kind: Kind, id: &str) -> Result<Vec<Usage>, Fault> {
    let Some(kept) = before.get(kind, id) else { return Ok(Vec::new()) };
    let mut after = before.clone();
    after.remove(kind, id);
    let problems =
        check::check(&after).map_or_else(|it| check::brought(it, before), |_| Vec::new());
    let mut users: Vec<Usage> = problems
        .into_iter()
        .map(|problem| {
            let of = problem.kind.and_then(|kind| after.get(kind, &problem.id));
            Usage {
                kind: problem.kind.map_or("tenant", Kind::as_str).to_owned(),
                name: of.map_or_else(String::new, |of| Kind::name_of(&of.value, &problem.id)),
                id: problem.id,
                field: problem.field,
            }
        })
        .collect();
    users.extend(flow_use::of(db, &before.flows, kind, id, &Kind::name_of(&kept.value, id))?);
    Ok(users)
}

const COLUMNS: &str = "objects.kind, objects.id, objects.version, history.value, revisions.at_ms, \
                       revisions.who, revisions.note
                       FROM objects JOIN history USING (kind, id, version)
                       JOIN revisions USING (revision)";

fn object(db: &Connection, kind: Kind, id: &str) -> rusqlite::Result<Option<Object>> {
    let sql = format!("SELECT {COLUMNS} WHERE objects.kind = ?1 AND objects.id = ?2");
    let of = |row: &Row<'_>| object_of(row, kind);
    let found = db.prepare_cached(&sql)?.query_row([kind.as_str(), id], of).optional()?;
    if found.is_some() || !kind.is_single() || id != kind.as_str() {
        return Ok(found);
    }
    default_object(kind).map(Some)
}

/// A single object that was never changed.
fn default_object(kind: Kind) -> rusqlite::Result<Object> {
    let tenant = trunkline_model::tenant::Tenant::default();
    let json = serde_json::to_value(tenant).map_err(|error| strange(3, error))?;
    let value = whole::values(kind, &json).pop().unwrap_or_default();
    let (id, who, note) = (kind.as_str().to_owned(), String::new(), String::new());
    Ok(Object { kind, id, version: 0, value, changed_ms: 0, who, note })
}

fn objects(db: &Connection, kind: Kind) -> rusqlite::Result<Vec<Object>> {
    let sql =
        format!("SELECT {COLUMNS} WHERE objects.kind = ?1 ORDER BY objects.place, objects.rowid");
    let of = |row: &Row<'_>| object_of(row, kind);
    db.prepare_cached(&sql)?.query_map([kind.as_str()], of)?.collect()
}

fn object_of(row: &Row<'_>, kind: Kind) -> rusqlite::Result<Object> {
    let value: String = row.get(3)?;
    let value = serde_json::from_str(&value).map_err(|error| strange(3, error))?;
    Ok(Object {
        kind,
        id: row.get(1)?,
        version: count(row, 2)?,
        value: secrets::masked(kind, value),
        changed_ms: row.get(4)?,
        who: row.get(5)?,
        note: row.get(6)?,
    })
}

fn history(db: &Connection, kind: Kind, id: &str) -> rusqlite::Result<Vec<PastObject>> {
    let sql = "SELECT version, value, at_ms, who, note, revision
               FROM history JOIN revisions USING (revision)
               WHERE kind = ?1 AND id = ?2 ORDER BY version DESC";
    let of = |row: &Row<'_>| {
        let value: Option<String> = row.get(1)?;
        let value = value.map(|text| serde_json::from_str(&text)).transpose();
        let value: Option<Value> = value.map_err(|error| strange(1, error))?;
        Ok(PastObject {
            version: count(row, 0)?,
            value: value.map(|value| secrets::masked(kind, value)),
            changed_ms: row.get(2)?,
            who: row.get(3)?,
            note: row.get(4)?,
            revision: count(row, 5)?,
        })
    };
    db.prepare_cached(sql)?.query_map([kind.as_str(), id], of)?.collect()
}

//! Loading a fixture's records, exactly as they are written.

use std::collections::HashMap;

use rusqlite::types::Value as Sql;
use serde_json::Value;

use super::draft::Draft;
use super::{Store, value};
use crate::error::SandboxError;
use crate::fixture::{Fixture, Record};
use crate::id;
use crate::schema::Object;

impl Store {
    /// Whether no object has a record.
    pub(crate) fn is_empty(&self) -> rusqlite::Result<bool> {
        for object in self.schema.objects() {
            let sql = format!("SELECT EXISTS (SELECT 1 FROM \"{}\")", object.name);
            if self.db.query_row(&sql, [], |row| row.get::<_, bool>(0))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Loads the records of a fixture; fields that it leaves out get what a new record gets.
    /// `owner` gives the user whom records without an owner belong to, once users are loaded.
    pub(crate) fn load(
        &self,
        fixture: &Fixture,
        owner: impl FnOnce(&Store) -> Result<String, SandboxError>,
    ) -> Result<(), SandboxError> {
        let names = self.name_records(fixture)?;
        self.db.execute_batch("BEGIN").map_err(|e| self.failed(&e))?;
        let (users, others): (Vec<_>, Vec<_>) =
            names.records.iter().partition(|record| record.object.name == "User");
        for record in users {
            self.load_record(fixture, record, &names.aliases, "")?;
        }
        let owner = owner(self)?;
        for record in others {
            self.load_record(fixture, record, &names.aliases, &owner)?;
        }
        self.db.execute_batch("COMMIT").map_err(|e| self.failed(&e))
    }

    /// Creates the user whom integrations run as, in a sandbox without users.
    pub(crate) fn create_admin(&self, username: &str) -> Result<(), SandboxError> {
        let Some(users) = self.schema.object("User") else { return Ok(()) };
        let body = serde_json::json!({
            "Username": username, "LastName": "Administrator", "FirstName": "Sandbox",
            "Alias": "admin", "Email": username, "IsActive": true,
        });
        let Value::Object(body) = body else { return Ok(()) };
        let known: Record =
            body.into_iter().filter(|(key, _)| users.field(key).is_some()).collect();
        let created = self.create(users, &known, "");
        created.map(drop).map_err(|error| SandboxError::Fixture {
            name: "the sandbox's own user".to_owned(),
            place: "User".to_owned(),
            message: format!("{}; add a user to the fixture", error.message),
        })
    }

    /// The error of a start that the database stops.
    pub(crate) fn failed(&self, error: &rusqlite::Error) -> SandboxError {
        let database = self.db.path().filter(|p| !p.is_empty()).unwrap_or(":memory:").to_owned();
        SandboxError::Database { database, message: error.to_string() }
    }

    /// Gives every record its Id and finds the names that records go by.
    fn name_records<'a>(&'a self, fixture: &'a Fixture) -> Result<Names<'a>, SandboxError> {
        let mut names = Names { records: Vec::new(), aliases: HashMap::new() };
        names.aliases.extend(fixture.aliases.iter().cloned());
        for (object_name, records) in &fixture.records {
            let Some(object) = self.schema.object(object_name) else { continue };
            for (index, fields) in records.iter().enumerate() {
                let place = format!("records.{object_name}[{index}]");
                let id = self.record_id(object, fields, &mut names.aliases).map_err(|message| {
                    SandboxError::Fixture {
                        name: fixture.name.clone(),
                        place: format!("{place}.Id"),
                        message,
                    }
                })?;
                names.records.push(Named { object, id, place, fields });
            }
        }
        Ok(names)
    }

    fn record_id(
        &self,
        object: &Object,
        fields: &Record,
        aliases: &mut HashMap<String, String>,
    ) -> Result<String, String> {
        let new_id = || self.next_id(object).map_err(|error| error.to_string());
        let written = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case("Id"));
        let Some((_, written)) = written else { return new_id() };
        let Some(text) = written.as_str() else { return Err("an Id is a string".to_owned()) };
        if let Some(alias) = text.strip_prefix('@') {
            if let Some(id) = aliases.get(alias) {
                return id::normalise(id).ok_or_else(|| format!("the alias `{id}` is no Id"));
            }
            let id = new_id()?;
            aliases.insert(alias.to_owned(), id.clone());
            return Ok(id);
        }
        let id = id::normalise(text)
            .ok_or_else(|| format!("`{text}` is no Id of 15 or 18 characters"))?;
        if !id.starts_with(&object.key_prefix) {
            return Err(format!("an Id of {} begins with {}", object.name, object.key_prefix));
        }
        Ok(id)
    }

    fn load_record(
        &self,
        fixture: &Fixture,
        record: &Named<'_>,
        aliases: &HashMap<String, String>,
        owner: &str,
    ) -> Result<(), SandboxError> {
        let wrong = |place: &str, message: String| SandboxError::Fixture {
            name: fixture.name.clone(),
            place: format!("{}{place}", record.place),
            message,
        };
        let mut draft = Draft::new(self, record.object, record.id.clone(), None);
        for (key, written) in record.fields {
            if key == "attributes" || key.starts_with('_') || key.eq_ignore_ascii_case("Id") {
                continue;
            }
            let Some(field) = record.object.field(key).filter(|f| f.shows.is_none()) else {
                let message = format!("{} has no such field", record.object.name);
                return Err(wrong(&format!(".{key}"), message));
            };
            let written = resolve(field.kind.is_id(), written, aliases)
                .map_err(|message| wrong(&format!(".{key}"), message))?;
            let value = value::to_sql(field, &written)
                .map_err(|error| wrong(&format!(".{key}"), error.message))?;
            draft.set(&field.name, value);
        }
        self.complete(&mut draft, owner).map_err(|error| wrong("", error.message))?;
        if owner.is_empty() {
            for field in ["CreatedById", "LastModifiedById", "OwnerId"] {
                if draft.text(field) == Some("") {
                    draft.set(field, Sql::Null);
                }
            }
        }
        self.execute_insert(&draft).map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation) => {
                wrong(".Id", format!("another record has the Id {}", draft.id))
            }
            _ => self.failed(&error),
        })
    }
}

struct Names<'a> {
    records: Vec<Named<'a>>,
    aliases: HashMap<String, String>,
}

struct Named<'a> {
    object: &'a Object,
    id: String,
    place: String,
    fields: &'a Record,
}

/// `@name` in a reference becomes the record's Id.
fn resolve(
    reference: bool,
    written: &Value,
    aliases: &HashMap<String, String>,
) -> Result<Value, String> {
    let alias = written.as_str().and_then(|text| text.strip_prefix('@')).filter(|_| reference);
    let Some(alias) = alias else { return Ok(written.clone()) };
    match aliases.get(alias) {
        Some(id) => Ok(Value::String(id.clone())),
        None => Err(format!("no record has the Id `@{alias}`")),
    }
}

//! Creating and updating records: the checks, the defaults, the statements.

use std::collections::HashMap;

use rusqlite::types::Value as Sql;
use serde_json::{Map, Value};

use super::draft::Draft;
use super::{Presence, Store, rules, value};
use crate::api_error::ApiError;
use crate::schema::{Field, FieldType, Object};
use crate::time;

/// How a request's fields are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Create,
    Update,
}

impl Store {
    /// Creates a record and gives its Id.
    pub(crate) fn create(
        &self,
        object: &Object,
        body: &Map<String, Value>,
        user: &str,
    ) -> Result<String, ApiError> {
        self.atomically(|| {
            let id = self.next_id(object)?;
            let mut draft = Draft::new(self, object, id, None);
            accept(&mut draft, body, Mode::Create)?;
            self.insert(draft, user)
        })
    }

    /// Changes the fields of a record that the body names.
    pub(crate) fn update(
        &self,
        object: &Object,
        id: &str,
        body: &Map<String, Value>,
        user: &str,
    ) -> Result<(), ApiError> {
        self.atomically(|| {
            self.require(object, id)?;
            let old = self.columns_of(object, id)?;
            let mut draft = Draft::new(self, object, id.to_owned(), Some(old));
            accept(&mut draft, body, Mode::Update)?;
            rules::apply(&mut draft)?;
            check(&draft)?;
            let now = time::audit_text(self.clock.now());
            draft.set_text("LastModifiedDate", &now);
            draft.set_text("LastModifiedById", user);
            draft.set_text("SystemModstamp", &now);
            self.execute_update(&draft)?;
            self.add_comment(&draft, user)
        })
    }

    /// Completes a new record, checks it and writes it.
    fn insert(&self, mut draft: Draft<'_>, user: &str) -> Result<String, ApiError> {
        self.complete(&mut draft, user)?;
        check(&draft)?;
        self.execute_insert(&draft)?;
        self.add_comment(&draft, user)?;
        Ok(draft.id)
    }

    /// Defaults, rules and audit fields of a new record; what is set already stays.
    pub(super) fn complete(&self, draft: &mut Draft<'_>, user: &str) -> Result<(), ApiError> {
        for field in &draft.object.fields {
            if let Some(default) = &field.default_value
                && !draft.sets(&field.name)
            {
                draft.set(&field.name, value::to_sql(field, default)?);
            }
            if field.auto_number && !draft.sets(&field.name) {
                let number = self.next_auto_number(draft.object, field)?;
                draft.set_text(&field.name, format!("{number:08}"));
            }
        }
        rules::apply(draft)?;
        let now = time::audit_text(self.clock.now());
        for field in ["CreatedDate", "LastModifiedDate", "SystemModstamp"] {
            draft.set_default(field, Sql::Text(now.clone()));
        }
        for field in ["CreatedById", "LastModifiedById", "OwnerId"] {
            draft.set_default(field, Sql::Text(user.to_owned()));
        }
        Ok(())
    }

    /// Numbers of records go on from the highest, as in `CaseNumber`.
    fn next_auto_number(&self, object: &Object, field: &Field) -> Result<i64, ApiError> {
        let sql = format!("SELECT max(\"{}\") FROM \"{}\"", field.name, object.name);
        let highest: Option<String> =
            self.db.prepare_cached(&sql)?.query_row([], |row| row.get(0))?;
        let number: Option<i64> = highest.and_then(|text| text.parse().ok());
        Ok(number.unwrap_or(1000) + 1)
    }

    pub(super) fn execute_insert(&self, draft: &Draft<'_>) -> rusqlite::Result<()> {
        let mut columns = vec!["Id".to_owned()];
        let mut values = vec![Sql::Text(draft.id.clone())];
        for (name, value) in draft.written() {
            columns.push(format!("\"{name}\""));
            values.push(value.clone());
        }
        let marks: Vec<String> = (1..=values.len()).map(|n| format!("?{n}")).collect();
        let sql = format!(
            "INSERT INTO \"{}\" ({}) VALUES ({})",
            draft.object.name,
            columns.join(", "),
            marks.join(", ")
        );
        self.db.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(values))?;
        Ok(())
    }

    fn execute_update(&self, draft: &Draft<'_>) -> rusqlite::Result<()> {
        let mut values = vec![Sql::Text(draft.id.clone())];
        let mut changes = Vec::new();
        for (name, value) in draft.written() {
            values.push(value.clone());
            changes.push(format!("\"{name}\" = ?{}", values.len()));
        }
        let sql =
            format!("UPDATE \"{}\" SET {} WHERE Id = ?1", draft.object.name, changes.join(", "));
        self.db.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(values))?;
        Ok(())
    }

    /// What `Case.Comments` leaves behind: one private comment for each write.
    fn add_comment(&self, draft: &Draft<'_>, user: &str) -> Result<(), ApiError> {
        let Some(text) = &draft.comment else { return Ok(()) };
        let Some(comments) = self.schema.object("CaseComment") else { return Ok(()) };
        let body = serde_json::json!({"ParentId": draft.id, "CommentBody": text});
        let Value::Object(body) = body else { return Ok(()) };
        self.create(comments, &body, user).map(drop)
    }

    /// The columns of a record by name.
    fn columns_of(&self, object: &Object, id: &str) -> rusqlite::Result<HashMap<String, Sql>> {
        let names: Vec<String> = object.columns().map(|field| field.name.clone()).collect();
        let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let sql = format!("SELECT {} FROM \"{}\" WHERE Id = ?1", quoted.join(", "), object.name);
        self.db.prepare_cached(&sql)?.query_row([id], |row| {
            names.into_iter().enumerate().map(|(n, name)| Ok((name, row.get(n)?))).collect()
        })
    }

    /// The record that a nested `{"ExternalId__c": "x"}` means.
    fn by_external_id(&self, field: &Field, nested: &Map<String, Value>) -> Result<Sql, ApiError> {
        let mut keys = nested.iter().filter(|(key, _)| *key != "attributes");
        let (Some((key, value)), None) = (keys.next(), keys.next()) else {
            let message = format!(
                "{}: a related record is named by exactly one external Id field",
                field.name
            );
            return Err(ApiError::bad("INVALID_FIELD", message));
        };
        for parent in field.reference_to.iter().filter_map(|name| self.schema.object(name)) {
            let Some(id_field) = parent.field(key).filter(|f| f.external_id || f.name == "Id")
            else {
                continue;
            };
            let wanted = value::to_sql(id_field, value)?;
            if let Some(id) = self.ids_by_field(parent, id_field, &wanted, 1)?.pop() {
                return Ok(Sql::Text(id));
            }
        }
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let message = format!(
            "Foreign key external ID: {shown} not found for field {key} in entity {}",
            field.reference_to.join(", ")
        );
        Err(ApiError::bad("INVALID_FIELD", message))
    }
}

/// Takes the fields of a request's body into a draft.
fn accept(draft: &mut Draft<'_>, body: &Map<String, Value>, mode: Mode) -> Result<(), ApiError> {
    for (key, value) in body.iter().filter(|(key, _)| *key != "attributes") {
        if let Some(field) = draft.object.field(key) {
            check_writable(field, mode)?;
            let value = value::to_sql(field, value)?;
            draft.set(&field.name, value);
        } else if let (Some(field), Value::Object(nested)) = (draft.object.relationship(key), value)
        {
            check_writable(field, mode)?;
            let id = draft.store.by_external_id(field, nested)?;
            draft.set(&field.name, id);
        } else {
            return Err(no_such_column(key, draft.object));
        }
    }
    Ok(())
}

pub(super) fn no_such_column(name: &str, object: &Object) -> ApiError {
    let message = format!("No such column '{name}' on sobject of type {}", object.name);
    ApiError::bad("INVALID_FIELD", message)
}

fn check_writable(field: &Field, mode: Mode) -> Result<(), ApiError> {
    let writable = match mode {
        Mode::Create => field.createable,
        Mode::Update => field.updateable,
    };
    if writable {
        return Ok(());
    }
    let message = if field.kind == FieldType::Id {
        let verb = if mode == Mode::Create { "insert" } else { "update" };
        format!("cannot specify Id in an {verb} call")
    } else {
        format!(
            "Unable to create/update fields: {}. Please check the security settings of this field \
             and verify that it is read/write for your profile or permission set.",
            field.name
        )
    };
    Err(ApiError::fields("INVALID_FIELD_FOR_INSERT_UPDATE", message, [&field.name]))
}

/// The checks of a whole record.
fn check(draft: &Draft<'_>) -> Result<(), ApiError> {
    check_required(draft)?;
    for (name, value) in draft.written() {
        let Some(field) = draft.object.field(name) else { continue };
        if field.kind == FieldType::Reference {
            check_reference(draft.store, field, value)?;
        }
        if field.unique || field.external_id {
            check_unique(draft, field, value)?;
        }
    }
    Ok(())
}

fn check_required(draft: &Draft<'_>) -> Result<(), ApiError> {
    let missing: Vec<&str> = draft
        .object
        .fields
        .iter()
        .filter(|field| field.required && *draft.get(&field.name) == Sql::Null)
        .map(|field| field.name.as_str())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("Required fields are missing: [{}]", missing.join(", "));
    Err(ApiError::fields("REQUIRED_FIELD_MISSING", message, missing))
}

fn check_reference(store: &Store, field: &Field, value: &Sql) -> Result<(), ApiError> {
    let Sql::Text(id) = value else { return Ok(()) };
    let target = store.schema.object_of_id(id);
    let fits = |object: &&Object| {
        field.reference_to.iter().any(|name| name.eq_ignore_ascii_case(&object.name))
    };
    let Some(target) = target.filter(fits) else {
        let message = format!("{}: id value of incorrect type: {id}", field.label);
        return Err(ApiError::fields("MALFORMED_ID", message, [&field.name]));
    };
    match store.presence(target, id)? {
        Presence::Here => Ok(()),
        Presence::Deleted => {
            Err(ApiError::fields("ENTITY_IS_DELETED", "entity is deleted", [&field.name]))
        }
        Presence::Missing => Err(ApiError::fields(
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
            [&field.name],
        )),
    }
}

fn check_unique(draft: &Draft<'_>, field: &Field, value: &Sql) -> Result<(), ApiError> {
    if !field.unique || *value == Sql::Null {
        return Ok(());
    }
    let holders = draft.store.ids_by_field(draft.object, field, value, 2)?;
    match holders.into_iter().find(|id| *id != draft.id) {
        None => Ok(()),
        Some(holder) => {
            let message = format!(
                "duplicate value found: {} duplicates value on record with id: {}",
                field.name,
                holder.get(..15).unwrap_or(&holder)
            );
            Err(ApiError::bad("DUPLICATE_VALUE", message))
        }
    }
}

//! A record on its way into the store: what was there, what the request sets, what follows.

use std::collections::HashMap;

use rusqlite::types::Value as Sql;

use super::Store;
use crate::schema::Object;

/// A record that is about to be written.
pub(crate) struct Draft<'a> {
    pub(crate) store: &'a Store,
    pub(crate) object: &'a Object,
    pub(crate) id: String,
    /// The record's columns before, when it is not new.
    old: Option<HashMap<String, Sql>>,
    /// What will be written, in the order it was set.
    new: Vec<(String, Sql)>,
    /// Text of `Case.Comments`, which becomes a record of its own.
    pub(crate) comment: Option<String>,
}

static NULL: Sql = Sql::Null;

impl<'a> Draft<'a> {
    pub(crate) fn new(
        store: &'a Store,
        object: &'a Object,
        id: String,
        old: Option<HashMap<String, Sql>>,
    ) -> Self {
        Draft { store, object, id, old, new: Vec::new(), comment: None }
    }

    pub(crate) fn is_new(&self) -> bool {
        self.old.is_none()
    }

    /// Whether this write sets the field.
    pub(crate) fn sets(&self, field: &str) -> bool {
        self.new.iter().any(|(name, _)| name == field)
    }

    /// The field's value as it will be.
    pub(crate) fn get(&self, field: &str) -> &Sql {
        let new = self.new.iter().find(|(name, _)| name == field).map(|(_, value)| value);
        new.or_else(|| self.old.as_ref()?.get(field)).unwrap_or(&NULL)
    }

    /// The field's value as it will be, when it is text.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        match self.get(field) {
            Sql::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Sets a field; one that the object does not have is passed over.
    pub(crate) fn set(&mut self, field: &str, value: Sql) {
        let Some(field) = self.object.field(field).filter(|f| f.shows.is_none()) else { return };
        match self.new.iter_mut().find(|(name, _)| *name == field.name) {
            Some((_, old)) => *old = value,
            None => self.new.push((field.name.clone(), value)),
        }
    }

    /// Sets a field that this write does not set yet.
    pub(crate) fn set_default(&mut self, field: &str, value: Sql) {
        if !self.sets(field) {
            self.set(field, value);
        }
    }

    pub(crate) fn set_text(&mut self, field: &str, value: impl Into<String>) {
        self.set(field, Sql::Text(value.into()));
    }

    pub(crate) fn written(&self) -> &[(String, Sql)] {
        &self.new
    }
}

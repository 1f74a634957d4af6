//! Deleting: records go to the recycle bin, and those that cannot be without them go too.

use rusqlite::params;

use super::Store;
use crate::api_error::ApiError;
use crate::schema::{Child, Object};
use crate::time;

impl Store {
    /// Moves a record and its dependants to the recycle bin.
    pub(crate) fn delete(&self, object: &Object, id: &str, user: &str) -> Result<(), ApiError> {
        self.require(object, id)?;
        if !object.deletable() {
            let message = format!("{} records cannot be deleted", object.name);
            return Err(ApiError::bad("DELETE_FAILED", message));
        }
        self.atomically(|| self.delete_with_dependants(object, id, user)).map_err(ApiError::from)
    }

    fn delete_with_dependants(
        &self,
        object: &Object,
        id: &str,
        user: &str,
    ) -> rusqlite::Result<()> {
        let modified = object.field("LastModifiedById").is_some();
        let by = if modified { ", LastModifiedById = ?3" } else { "" };
        let sql = format!(
            "UPDATE \"{}\" SET IsDeleted = 1, LastModifiedDate = ?2, SystemModstamp = ?2{by} \
             WHERE Id = ?1 AND IsDeleted = 0",
            object.name
        );
        let now = time::audit_text(self.clock.now());
        let mut statement = self.db.prepare_cached(&sql)?;
        let changed = if modified {
            statement.execute(params![id, now, user])?
        } else {
            statement.execute(params![id, now])?
        };
        if changed == 0 {
            return Ok(());
        }
        for child in &object.children {
            self.delete_children(child, id, user)?;
        }
        Ok(())
    }

    fn delete_children(&self, child: &Child, id: &str, user: &str) -> rusqlite::Result<()> {
        let Some(dependant) = self.schema.object(&child.object) else { return Ok(()) };
        if !is_dependant(dependant, &child.field) {
            return Ok(());
        }
        let sql = format!(
            "SELECT Id FROM \"{}\" WHERE \"{}\" = ?1 AND IsDeleted = 0",
            dependant.name, child.field
        );
        let ids: Vec<String> = self
            .db
            .prepare_cached(&sql)?
            .query_map([id], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for id in ids {
            self.delete_with_dependants(dependant, &id, user)?;
        }
        Ok(())
    }
}

/// Records that must have this parent go with it, e.g. the comments of a case.
pub(crate) fn is_dependant(child: &Object, field: &str) -> bool {
    child.deletable() && child.field(field).is_some_and(|field| field.required)
}

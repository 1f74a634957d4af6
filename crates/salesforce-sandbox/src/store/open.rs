//! Opening the database and making its tables.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use super::{Store, functions};
use crate::error::SandboxError;
use crate::options::Database;
use crate::schema::{FieldType, Object, Schema};
use crate::time::Clock;

impl Store {
    /// Opens the database and brings its tables to the schema: missing tables and columns are
    /// added, others are left alone.
    pub(crate) fn open(
        database: &Database,
        schema: Arc<Schema>,
        clock: Clock,
        null_is_different: bool,
    ) -> Result<Store, SandboxError> {
        let name = match database {
            Database::Memory => ":memory:".to_owned(),
            Database::File(path) => path.display().to_string(),
        };
        let db = connect(database, &schema)
            .map_err(|error| SandboxError::Database { message: explain(&error), database: name })?;
        Ok(Store { db, schema, clock, null_is_different })
    }
}

fn connect(database: &Database, schema: &Schema) -> rusqlite::Result<Connection> {
    let db = match database {
        Database::Memory => Connection::open_in_memory()?,
        Database::File(path) => Connection::open(path)?,
    };
    db.busy_timeout(Duration::from_secs(5))?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "normal")?;
    db.set_prepared_statement_cache_capacity(128);
    functions::register(&db)?;
    db.execute_batch("BEGIN IMMEDIATE")?;
    db.execute_batch(
        "CREATE TABLE IF NOT EXISTS _sandbox (key TEXT PRIMARY KEY, value INTEGER NOT NULL)",
    )?;
    for object in schema.objects() {
        make_table(&db, object)?;
    }
    db.execute_batch("COMMIT")?;
    Ok(db)
}

fn make_table(db: &Connection, object: &Object) -> rusqlite::Result<()> {
    let table = &object.name;
    db.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS \"{table}\" (Id TEXT PRIMARY KEY) WITHOUT ROWID"
    ))?;
    let present: HashSet<String> = db
        .prepare("SELECT lower(name) FROM pragma_table_info(?1)")?
        .query_map([table], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for field in object.columns().filter(|f| !present.contains(&f.name.to_ascii_lowercase())) {
        let column = &field.name;
        db.execute_batch(&format!(
            "ALTER TABLE \"{table}\" ADD COLUMN \"{column}\" {}",
            field.kind.column()
        ))?;
    }
    for field in object.columns().filter(|field| field.kind == FieldType::Reference) {
        let column = &field.name;
        db.execute_batch(&format!(
            "CREATE INDEX IF NOT EXISTS \"{table}_{column}\" ON \"{table}\" (\"{column}\")"
        ))?;
    }
    Ok(())
}

fn explain(error: &rusqlite::Error) -> String {
    use rusqlite::ErrorCode;
    let hint = match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen) => "; does its folder exist?",
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => "; may this user write it?",
        Some(ErrorCode::NotADatabase) => "; this file is something else, choose another",
        Some(ErrorCode::DatabaseBusy) => "; another program has it open for writing",
        _ => "",
    };
    format!("{error}{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;

    fn open(database: &Database, fixture: &str) -> Result<Store, SandboxError> {
        let fixture = Fixture::from_json(fixture, "test").unwrap();
        Store::open(database, Arc::new(fixture.schema), Clock::default(), true)
    }

    #[test]
    fn a_file_grows_with_its_schema() {
        let folder = std::env::temp_dir().join(format!("sandbox-open-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = Database::File(folder.join("a.db"));
        drop(open(&file, "{}").unwrap());
        let more = r#"{"schema": {"Account": {"fields": {"New__c": {"type": "int"}}}}}"#;
        let store = open(&file, more).unwrap();
        store.db.execute("UPDATE Account SET New__c = 1", []).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn unusable_files_are_explained() {
        let missing = Database::File("/nonexistent/folder/a.db".into());
        let message = open(&missing, "{}").unwrap_err().to_string();
        assert!(message.contains("/nonexistent/folder/a.db") && message.contains("folder exist"));
        let text = std::env::temp_dir().join(format!("sandbox-no-db-{}", std::process::id()));
        std::fs::write(&text, "this is no database, only a text of some length").unwrap();
        let message = open(&Database::File(text.clone()), "{}").unwrap_err().to_string();
        assert!(message.contains("something else"), "{message}");
        std::fs::remove_file(text).unwrap();
    }
}
